"""The table of built-in tools, one row per tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .core.tools import ErrorTool, HandlerTool, PreparedTool, Tool, Toolbox
from .lib import cptools, encoding, jsontools, static, xmlrpcutil
from .lib.authtool import AuthenticationTool
from .lib.sessionauthtool import SessionAuthTool
from .lib.sessiontool import SessionTool

# name, hook point, priority, callable
HOOKED: tuple[tuple[str, str, int, Callable[..., Any]], ...] = (
    ("response_headers", "on_start_resource", 50, cptools.response_headers),
    ("decode", "before_request_body", 50, encoding.decode),
    ("params", "before_handler", 15, cptools.convert_params),
    ("json_out", "before_handler", 30, jsontools.json_out),
    ("trailing_slash", "before_handler", 60, cptools.trailing_slash),
    ("gzip", "before_finalize", 80, encoding.gzip),
    ("log_tracebacks", "before_error_response", 50, cptools.log_traceback),
    ("log_headers", "before_error_response", 50, cptools.log_request_headers),
)

# What settles the tool's settings once for a plan is the last column.
PREPARED: tuple[tuple[str, str, int, Callable[..., Any], Callable[..., Any]], ...] = (
    ("json_in", "before_request_body", 30, jsontools.json_in, jsontools.prepare_json_in),
    ("encode", "before_handler", 70, encoding.encode, encoding.prepare_encode),
)

# What asks for a name and a password, loaded when a page does.
AUTHENTICATING = (("auth_basic", "basic_auth"), ("auth_digest", "digest_auth"))

# Tools that may answer in the handler's place.
HANDLING: tuple[tuple[str, Callable[..., Any]], ...] = (("staticfile", static.staticfile),)

# Tools that answer unexpected errors.
ANSWERING_ERRORS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("xmlrpc", xmlrpcutil.on_error),
)


def make_toolbox() -> Toolbox:
    """Return a toolbox of its own with the built-in tools, in the namespace `tools`."""
    toolbox = Toolbox("tools")
    for name, point, priority, function in HOOKED:
        setattr(toolbox, name, Tool(point, function, name, priority))
    for name, point, priority, function, prepare in PREPARED:
        setattr(toolbox, name, PreparedTool(point, function, prepare, name, priority))
    toolbox.sessions = SessionTool()
    for name, function_name in AUTHENTICATING:
        setattr(toolbox, name, AuthenticationTool(name, function_name))
    for name, function in HANDLING:
        setattr(toolbox, name, HandlerTool(function, name))
    toolbox.session_auth = SessionAuthTool()
    for name, function in ANSWERING_ERRORS:
        setattr(toolbox, name, ErrorTool(function, name))
    return toolbox
