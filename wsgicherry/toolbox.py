"""The table of built-in tools, one row per tool."""

from __future__ import annotations

from .core.tools import PreparedTool, Tool, Toolbox
from .lib.cachingtool import CachingTool
from .lib.encoding import ResponseEncoder, prepare_encode
from .lib.latetool import LateErrorTool, LateTool
from .lib.loggingtools import log_hooks, log_request_headers, log_traceback
from .lib.proxytool import ProxyTool
from .lib.redirecting import prepare_trailing_slash, trailing_slash
from .lib.sessionauthtool import SessionAuthTool
from .lib.sessiontool import SessionTool
from .lib.statictool import StaticTool

START, BODY, HANDLER = "on_start_resource", "before_request_body", "before_handler"
FINALIZE, ERROR, END = "before_finalize", "before_error_response", "on_end_request"


def make_tools() -> tuple[Tool, ...]:
    """Return the built-in tools, in the order of their hook points and priorities.

    Those that are on by default have their functions here. The others name the module of `lib`
    that does the work, and its function if that is called otherwise. Classes of their own say
    their place themselves.
    """
    return (
        LateTool(START, 0, "autovary", "varying"),
        # After `autovary`, which counts what is read; before all that could refuse a preflight
        # or act on it (`allow`, `redirect`, `accept` and the program's own are 50).
        LateTool(START, 10, "cors", "cors"),
        LateTool(START, 50, "allow", "allowing"),
        LateTool(START, 50, "response_headers", "headertools"),
        LateTool(START, 50, "accept", "accepting"),
        LateTool(START, 50, "redirect", "redirecting"),
        ProxyTool(),
        # After `proxy` (30), which says who the client is; before all that costs something.
        LateTool(BODY, 40, "ratelimit", "ratelimit"),
        LateTool(BODY, 30, "json_in", "jsontools", error_format="json"),
        # After `proxy` (30), which may say which host this is; before a session is begun (50)
        # and a body is read.
        LateTool(BODY, 40, "csrf", "csrf"),
        LateTool(BODY, 50, "decode", "encoding"),
        LateTool(BODY, 50, "ignore_headers", "headertools"),
        LateTool(BODY, 50, "referer", "referring"),
        SessionTool(),
        # The user must be known before any other tool of this point runs (BEHAVIOUR 6.2).
        LateTool(HANDLER, 1, "auth_basic", "auth_basic", "basic_auth"),
        LateTool(HANDLER, 1, "auth_digest", "auth_digest", "digest_auth"),
        LateTool(HANDLER, 15, "params", "paramstool", "convert_params"),
        LateTool(HANDLER, 30, "json_out", "jsontools", error_format="json"),
        StaticTool("staticdir"),
        StaticTool("staticfile"),
        SessionAuthTool(),
        PreparedTool(HANDLER, trailing_slash, prepare_trailing_slash, "trailing_slash", 60),
        PreparedTool(HANDLER, ResponseEncoder, prepare_encode, "encode", 70),
        CachingTool(),
        LateTool(FINALIZE, 50, "expires", "expires"),
        LateTool(FINALIZE, 50, "flatten", "flattening"),
        # Before the body is compressed, so that a tag is that of the page, not of its coding.
        LateTool(FINALIZE, 75, "etags", "conditional", "validate_etags"),
        # Before gzip, which then finds it done.
        LateTool(FINALIZE, 78, "compress", "compression"),
        LateTool(FINALIZE, 80, "gzip", "compression"),
        # After the page's own headers, before `caching` (100) takes its copy: what carries a
        # nonce is marked private there.
        LateTool(FINALIZE, 90, "secure_headers", "secureheaders"),
        Tool(ERROR, log_traceback, "log_tracebacks", 50),
        Tool(ERROR, log_request_headers, "log_headers", 50),
        LateTool(END, 50, "cpstats", "statstool", "record_stop"),
        Tool(END, log_hooks, "log_hooks", 100),
        LateErrorTool("err_redirect", "redirecting", "redirect"),
        LateErrorTool("xmlrpc", "xmlrpcutil", "on_error"),
    )


def make_toolbox() -> Toolbox:
    """Return a toolbox of its own with the built-in tools, in the namespace `tools`."""
    toolbox = Toolbox("tools")
    for tool in make_tools():
        setattr(toolbox, str(tool._name), tool)
    return toolbox
