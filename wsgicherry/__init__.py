"""wsgicherry: CherryPy's programming model as a pure-WSGI toolkit on WebOb."""

from . import lib, passwords, process
from .core import dispatch, wsgi
from .core.errors import (
    CherryPyException,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
)
from .core.expose import expose, popargs
from .core.tools import Tool
from .globals import (
    Application,
    checker,
    config,
    engine,
    log,
    quickstart,
    request,
    response,
    server,
    servers,
    serving,
    session,
    thread_data,
    tools,
    tree,
    url,
)

__version__ = "0.1.0"

__all__ = [
    "Application",
    "CherryPyException",
    "HTTPError",
    "HTTPRedirect",
    "InternalRedirect",
    "NotFound",
    "Tool",
    "checker",
    "config",
    "dispatch",
    "engine",
    "expose",
    "lib",
    "log",
    "passwords",
    "popargs",
    "process",
    "quickstart",
    "request",
    "response",
    "server",
    "servers",
    "serving",
    "session",
    "thread_data",
    "tools",
    "tree",
    "url",
    "wsgi",
]
