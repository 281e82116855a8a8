"""`wsgicherry check`: print every finding in the config of a program, and start nothing."""

from __future__ import annotations

import argparse
from typing import Any

from ..core.config import ConfigError
from ..site import Site
from .program import add_options, load_program


def add_parser(commands: Any) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser(
        "check",
        help="print every finding in the config; exit 1 if there is an error",
        description="Print every finding in the config of a program; exit 1 at an error.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=run)
    add_options(parser)


def run(arguments: argparse.Namespace, site: Site) -> int:
    """Print the findings, one a line; return 1 if one of them would stop a start.

    A config that is refused while the program is loaded counts. Raises CommandError if the
    program cannot be loaded for another reason.
    """
    lines: list[str] = []
    try:
        site = load_program(arguments, site)
    except ConfigError as error:
        lines = str(error).splitlines()
    is_wrong = bool(lines)
    for finding in site.check():
        is_wrong = is_wrong or finding.severity == "error"
        line = str(finding) if finding.severity == "error" else f"{finding} (advice)"
        if line not in lines:
            lines.append(line)
    print("\n".join(lines) or "No findings.")
    return 1 if is_wrong else 0
