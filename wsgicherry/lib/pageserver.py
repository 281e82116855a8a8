"""Serve a page of the diagnostics by itself, to look at what a program left behind."""

from __future__ import annotations

from typing import Any


def serve_pages(root: Any, port: int) -> None:
    """Serve `root` to this machine alone, until Ctrl-C."""
    # The one place where the library reaches up: it is the program here.
    from ..globals import config, quickstart

    config.update({"server.socket_host": "127.0.0.1", "server.socket_port": int(port)})
    quickstart(root)
