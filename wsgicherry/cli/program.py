"""Load the program that a command line names, with its config: what all commands begin with."""

from __future__ import annotations

import argparse
import configparser
import os
from typing import Any

from ..core.config import ConfigError
from ..core.findings import errors_of
from ..site import Site
from .finding import find_application
from .modules import CommandError, load_module, only_loading, put_on_path, show

TARGET_HELP = (
    "what gunicorn would serve: a dotted module or a .py file, and in it a name or a call "
    "such as make(x=2); without NAME the usual names are looked for"
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `load_program` reads; cherryd's letters (BEHAVIOUR 11.7)."""
    parser.add_argument("target", metavar="MODULE[:NAME]", help=TARGET_HELP)
    several: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        help="a config file, INI or TOML (repeatable)",
        **several,
    )
    parser.add_argument(
        "-e", "--environment", metavar="NAME", help="a preset, such as production"
    )
    parser.add_argument(
        "-i", "--import", dest="imports", metavar="MODULE", help="import this first", **several
    )
    parser.add_argument(
        "-P", "--Path", dest="paths", metavar="PATH", help="put this on sys.path", **several
    )


def load_program(arguments: argparse.Namespace, site: Site) -> Site:
    """Return the site of the program, loaded and configured; nothing is started.

    That is `site`, or the one that the application was made with. Its server serves the
    application. Raises CommandError or ConfigError.
    """
    for path in (os.getcwd(), *arguments.paths):
        put_on_path(path)
    with only_loading(site):
        for module in arguments.imports:
            load_module(module)
        application = find_application(arguments.target, site)
    own_site = getattr(application, "site", None)
    if isinstance(own_site, Site):
        site = own_site
    # An application of the tree means the tree: what else is mounted is served, too.
    if not any(app is application for app in site.tree.apps.values()):
        site.serve(application)
    for file in arguments.config:
        configure(site, file)
    if arguments.environment is not None:
        site.config.put({"environment": arguments.environment}, "the option -e")
    return site


def configure(site: Site, file: str) -> None:
    """Take over a config file: its [global] section, and the others if they can only mean one.

    One application that is mounted or served alone gets the path sections (cherryd's rule).
    Raises CommandError if the file cannot be read, ConfigError if it says something wrong.
    """
    try:
        site.config.update(file)
        applications = site.find_applications()
        if len(applications) == 1:
            applications[0].merge(file)
    except ConfigError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"The config file {file!r} cannot be read: {reason}.") from None
    except configparser.Error as error:
        raise CommandError(f"{file}: {' '.join(str(error).split())}") from None
    except Exception as error:
        # A setting that does not fit has stopped the update; the check knows to say which.
        if errors := errors_of(site.check()):
            raise ConfigError("\n".join(map(str, errors))) from None
        told = f"{error}" if isinstance(error, ValueError) else show(error).rstrip()
        raise CommandError(f"{file}: {told}") from None
