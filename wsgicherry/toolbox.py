"""The table of built-in tools, one row per tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core.tools import ErrorTool, PreparedTool, Tool, Toolbox
from .lib import (
    compression,
    conditional,
    cptools,
    encoding,
    expires,
    jsontools,
    static,
    xmlrpcutil,
)
from .lib.cachingtool import CachingTool
from .lib.sessionauthtool import SessionAuthTool
from .lib.sessiontool import SessionTool

# name, hook point, priority, callable
HOOKED: tuple[tuple[str, str, int, Callable[..., Any]], ...] = (
    ("response_headers", "on_start_resource", 50, cptools.response_headers),
    ("decode", "before_request_body", 50, encoding.decode),
    ("params", "before_handler", 15, cptools.convert_params),
    ("trailing_slash", "before_handler", 60, cptools.trailing_slash),
    # Before the body is compressed, so that a tag is that of the page, not of its coding.
    ("etags", "before_finalize", 75, conditional.validate_etags),
    ("log_tracebacks", "before_error_response", 50, cptools.log_traceback),
    ("log_headers", "before_error_response", 50, cptools.log_request_headers),
)

# What settles the tool's settings once for a plan is the last column.
PREPARED: tuple[tuple[str, str, int, Callable[..., Any], Callable[..., Any]], ...] = (
    ("encode", "before_handler", 70, encoding.encode, encoding.prepare_encode),
    ("expires", "before_finalize", 50, expires.expires, expires.prepare_expires),
    # Behind etags (75), which tags the plain body; before gzip, which then finds it done.
    ("compress", "before_finalize", 78, compression.compress, compression.prepare_compress),
    ("gzip", "before_finalize", 80, compression.gzip, compression.prepare_gzip),
)

# The same, of pages that speak JSON.
SPEAKING_JSON: tuple[tuple[str, str, int, Callable[..., Any], Callable[..., Any]], ...] = (
    ("json_in", "before_request_body", 30, jsontools.json_in, jsontools.prepare_json_in),
    ("json_out", "before_handler", 30, jsontools.json_out, jsontools.prepare_json_out),
)

PREPARED_KINDS = (
    (PreparedTool, PREPARED),
    (jsontools.JSONTool, SPEAKING_JSON),
)

# Tools that serve files in the handler's place; the last column settles their settings.
SERVING_FILES: tuple[tuple[str, Callable[..., Any], Callable[..., Any]], ...] = (
    ("staticdir", static.staticdir, static.prepare_directory),
    ("staticfile", static.staticfile, static.prepare_file),
)

# Tools that answer unexpected errors.
ANSWERING_ERRORS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("xmlrpc", xmlrpcutil.on_error),
)


def make_toolbox() -> Toolbox:
    """Return a toolbox of its own with the built-in tools, in the namespace `tools`."""
    toolbox = Toolbox("tools")
    for name, point, priority, function in HOOKED:
        setattr(toolbox, name, Tool(point, function, name, priority))
    for make, rows in PREPARED_KINDS:
        for name, point, priority, function, prepare in rows:
            setattr(toolbox, name, make(point, function, prepare, name, priority))
    toolbox.sessions = SessionTool()
    for name, function, prepare in SERVING_FILES:
        setattr(toolbox, name, static.StaticTool(function, prepare, name))
    toolbox.session_auth = SessionAuthTool()
    toolbox.caching = CachingTool()
    for name, function in ANSWERING_ERRORS:
        setattr(toolbox, name, ErrorTool(function, name))
    return toolbox
