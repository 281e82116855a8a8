"""Load the program that a command line names, with its config: what all commands begin with."""

from __future__ import annotations

import argparse
import configparser
import os
from typing import Any

from ..core.application import Application, WSGIApp
from ..core.checks import Finding
from ..core.config import ConfigError
from ..core.tree import Tree
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
    serve_from(site, application)
    for file in arguments.config:
        configure(site, file)
    if arguments.environment is not None:
        site.config.put({"environment": arguments.environment}, "the option -e")
    return site


def serve_from(site: Site, application: WSGIApp) -> None:
    """Have the servers of `site` serve `application`; the tree, if it is mounted there.

    An application of its own becomes all that the site checks and greets with. Middleware
    around the tree is served, and what is mounted inside stays known.
    """
    tree = site.tree
    if any(app is application for app in tree.apps.values()):
        return
    for server in (site.server, *site.servers.values()):
        if server.application is tree:
            server.application = application
    if isinstance(application, Tree):
        site.tree = application
    elif isinstance(application, Application) or not tree.apps:
        site.tree = Tree(site, site.Application)
        site.tree.apps[getattr(application, "script_name", None) or ""] = application


def configure(site: Site, file: str) -> None:
    """Take over a config file: its [global] section, and the others if they can only mean one.

    One application that is mounted or served alone gets the path sections (cherryd's rule).
    Raises CommandError if the file cannot be read, ConfigError if it says something wrong.
    """
    try:
        site.config.update(file)
        applications = find_applications(site)
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
        if errors := find_errors(site):
            raise ConfigError("\n".join(errors)) from None
        told = f"{error}" if isinstance(error, ValueError) else show(error).rstrip()
        raise CommandError(f"{file}: {told}") from None


def find_applications(site: Site) -> list[Application]:
    """Return the applications that are mounted; else those that other callables may hold."""
    mounted = [app for app in site.tree.apps.values() if isinstance(app, Application)]
    return mounted or find_unmounted(site)


def find_unmounted(site: Site) -> list[Application]:
    """Return the applications that were made and not mounted, by script name."""
    mounted = {id(app) for app in site.tree.apps.values()}
    loose = [app for app in site.apps if id(app) not in mounted]
    return sorted(loose, key=lambda app: app.script_name or "")


def find_findings(site: Site) -> list[Finding]:
    """Return every finding, in the config of the site, of what is mounted and of what is not.

    An application inside foreign middleware is one that is not.
    """
    loose = [finding for app in find_unmounted(site) for finding in site.check_application(app)]
    return [*site.check(), *loose]


def find_errors(site: Site) -> list[str]:
    """Return the findings that stop a start, one line each."""
    return [str(finding) for finding in find_findings(site) if finding.severity == "error"]
