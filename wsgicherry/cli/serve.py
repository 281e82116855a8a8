"""`wsgicherry serve`: serve a program on waitress, as `quickstart` does."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from ..process.plugins import PIDFile
from ..site import Site
from .modules import CommandError
from .program import add_options, load_program

_BY_HTTP = (
    "serve by HTTP with `gunicorn MODULE:NAME`, and let the web server in front pass requests "
    "on (nginx: proxy_pass)."
)

# What cherryd had and a WSGI server's process has not.
REFUSED = (
    (
        "-d",
        "daemon",
        "let the service manager (systemd, a container) keep it running, or use "
        "`gunicorn --daemon MODULE:NAME`.",
    ),
    ("-f", "FastCGI", _BY_HTTP),
    ("-s", "SCGI", _BY_HTTP),
    ("-x", "CGI", f"call it in your script with wsgiref.handlers.CGIHandler, or {_BY_HTTP}"),
)


class Refuse(argparse.Action):
    """An option that is known and not offered; `const` says why."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Raise CommandError."""
        raise CommandError(self.const)


def add_parser(commands: Any) -> None:
    """Add the command to argparse's `commands`."""
    parser = commands.add_parser(
        "serve",
        help="serve a program on waitress until Ctrl-C or SIGTERM",
        description="Serve a program on waitress until Ctrl-C or SIGTERM.",
        allow_abbrev=False,
    )
    parser.set_defaults(command=run)
    add_options(parser)
    parser.add_argument("--host", help="the address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port (default 8080); 0 is any free one")
    parser.add_argument("--unix", metavar="PATH", help="a unix socket, not host and port")
    parser.add_argument("-p", "--pidfile", metavar="FILE", help="keep the process's id there")
    for letter, what, instead in REFUSED:
        parser.add_argument(
            letter,
            action=Refuse,
            nargs=0,
            const=f"{letter} ({what}) is not offered: {instead}",
            help=argparse.SUPPRESS,
        )


def run(arguments: argparse.Namespace, site: Site) -> int:
    """Serve the program until the engine exits; return the exit code.

    Raises CommandError or ConfigError for what keeps it from starting.
    """
    if arguments.unix is not None and (arguments.host, arguments.port) != (None, None):
        raise CommandError("--unix goes without --host and --port: a server has one address.")
    site = load_program(arguments, site)
    choose_address(site, arguments)
    if arguments.pidfile is not None:
        keep_pidfile(site, arguments.pidfile)
    try:
        site.run()
    except SystemExit as refusal:
        if isinstance(refusal.code, str):
            raise CommandError(refusal.code) from None
        raise
    return 0


def choose_address(site: Site, arguments: argparse.Namespace) -> None:
    """Let the command line's address win over the config's; raise CommandError if it is bad."""
    chosen = {
        "server.socket_host": arguments.host,
        "server.socket_port": arguments.port,
        "server.socket_file": arguments.unix,
    }
    chosen = {key: value for key, value in chosen.items() if value is not None}
    if chosen and arguments.unix is None and site.server.socket_file:
        chosen["server.socket_file"] = None
    try:
        site.config.put(chosen, "the command line")
    except ValueError as error:
        raise CommandError(str(error)) from None


def keep_pidfile(site: Site, path: str) -> None:
    """Have the engine keep the process's id in the file; raise CommandError if it cannot."""
    directory = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path) or not os.access(directory, os.W_OK):
        raise CommandError(f"The pidfile {path!r} cannot be written; choose another with -p.")
    PIDFile(site.engine, path).subscribe()
