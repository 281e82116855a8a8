"""The command line `wsgicherry`: one command a file."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import sys
from collections.abc import Sequence

from .. import __version__
from ..core.config import ConfigError
from ..globals import site
from . import check, serve
from .modules import CommandError

EXIT_FAILED = 1
EXIT_USAGE = 2  # what argparse ends with on a wrong command line
EXIT_INTERRUPTED = 130  # 128 + SIGINT, what a shell reports for Ctrl-C


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's own) spells; return the exit code.

    What a user can mend is a sentence on stderr and the code 1, never a traceback of ours.
    Raises SystemExit as argparse does, for --help and a wrong command line.
    """
    try:
        parser = make_parser()
        arguments = parser.parse_args(argv)
        if arguments.version:
            print(describe_versions())
            return 0
        if arguments.command is None:
            parser.print_help(sys.stderr)
            return EXIT_USAGE
        code: int = arguments.command(arguments, site)
        return code
    except (CommandError, ConfigError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:  # while the program is loaded; a server has its own way to end
        return EXIT_INTERRUPTED


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; `command` is the function to call."""
    parser = argparse.ArgumentParser(
        prog="wsgicherry",
        description="Serve and check programs written for wsgicherry.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=None)
    parser.add_argument(
        "--version", action="store_true", help="print the versions of wsgicherry, WebOb, Python"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in (serve, check):
        command.add_parser(commands)
    return parser


def describe_versions() -> str:
    """Return the versions that a report of a bug should name."""
    webob = importlib.metadata.version("webob")
    return f"wsgicherry {__version__}, WebOb {webob}, Python {platform.python_version()}"
