"""The table of built-in tools, one row per tool."""

from __future__ import annotations

from .core.tools import ErrorTool, PreparedTool, Tool, Toolbox
from .lib.accepting import accept, prepare_accept
from .lib.allowing import allow, prepare_allow
from .lib.authtool import AuthenticationTool
from .lib.caching.tool import CachingTool
from .lib.compression import compress, gzip, prepare_compress, prepare_gzip
from .lib.conditional import validate_etags
from .lib.encoding import decode, encode, prepare_encode
from .lib.expires import expires, prepare_expires
from .lib.flattening import flatten
from .lib.headertools import (
    ignore_headers,
    prepare_ignore_headers,
    prepare_response_headers,
    response_headers,
)
from .lib.jsontools import JSONTool, json_in, json_out, prepare_json_in, prepare_json_out
from .lib.loggingtools import log_hooks, log_request_headers, log_traceback
from .lib.paramstool import convert_params, prepare_params
from .lib.policytool import PolicyTool
from .lib.proxy import ProxyTool
from .lib.ratelimit import PRIORITY as RATE_LIMIT_PRIORITY
from .lib.ratelimit import prepare_ratelimit, ratelimit
from .lib.redirecting import prepare_trailing_slash, redirect, trailing_slash
from .lib.referring import prepare_referer, referer
from .lib.sessionauthtool import SessionAuthTool
from .lib.sessiontool import SessionTool
from .lib.static import StaticTool, prepare_directory, prepare_file, staticdir, staticfile
from .lib.statstool import StatsTool
from .lib.varying import AutoVaryTool
from .lib.xmlrpcutil import XMLRPCTool

START, BODY, HANDLER = "on_start_resource", "before_request_body", "before_handler"
FINALIZE, ERROR, END = "before_finalize", "before_error_response", "on_end_request"


def make_tools() -> tuple[Tool, ...]:
    """Return the built-in tools, in the order of their hook points and priorities.

    A tool whose settings are settled once for a plan has the function that does so behind its
    own. Classes of their own say their place themselves.
    """
    return (
        AutoVaryTool(),
        PolicyTool("cors", "cors", START, 10),
        PreparedTool(START, allow, prepare_allow, "allow", 50),
        PreparedTool(START, response_headers, prepare_response_headers, "response_headers", 50),
        PreparedTool(START, accept, prepare_accept, "accept", 50),
        Tool(START, redirect, "redirect", 50),
        ProxyTool(),
        PreparedTool(BODY, ratelimit, prepare_ratelimit, "ratelimit", RATE_LIMIT_PRIORITY),
        JSONTool(BODY, json_in, prepare_json_in, "json_in", 30),
        PolicyTool("csrf", "csrf", BODY, 40),
        Tool(BODY, decode, "decode", 50),
        PreparedTool(BODY, ignore_headers, prepare_ignore_headers, "ignore_headers", 50),
        PreparedTool(BODY, referer, prepare_referer, "referer", 50),
        SessionTool(),
        AuthenticationTool("auth_basic", "basic_auth"),
        AuthenticationTool("auth_digest", "digest_auth"),
        PreparedTool(HANDLER, convert_params, prepare_params, "params", 15),
        JSONTool(HANDLER, json_out, prepare_json_out, "json_out", 30),
        StaticTool(staticdir, prepare_directory, "staticdir"),
        StaticTool(staticfile, prepare_file, "staticfile"),
        SessionAuthTool(),
        PreparedTool(HANDLER, trailing_slash, prepare_trailing_slash, "trailing_slash", 60),
        PreparedTool(HANDLER, encode, prepare_encode, "encode", 70),
        CachingTool(),
        PreparedTool(FINALIZE, expires, prepare_expires, "expires", 50),
        Tool(FINALIZE, flatten, "flatten", 50),
        # Before the body is compressed, so that a tag is that of the page, not of its coding.
        Tool(FINALIZE, validate_etags, "etags", 75),
        # Before gzip, which then finds it done.
        PreparedTool(FINALIZE, compress, prepare_compress, "compress", 78),
        PreparedTool(FINALIZE, gzip, prepare_gzip, "gzip", 80),
        PolicyTool("secure_headers", "secureheaders", FINALIZE, 90),
        Tool(ERROR, log_traceback, "log_tracebacks", 50),
        Tool(ERROR, log_request_headers, "log_headers", 50),
        StatsTool(),
        Tool(END, log_hooks, "log_hooks", 100),
        ErrorTool(redirect, "err_redirect"),
        XMLRPCTool(),
    )


def make_toolbox() -> Toolbox:
    """Return a toolbox of its own with the built-in tools, in the namespace `tools`."""
    toolbox = Toolbox("tools")
    for tool in make_tools():
        setattr(toolbox, str(tool._name), tool)
    return toolbox
