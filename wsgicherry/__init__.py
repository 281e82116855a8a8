"""wsgicherry: CherryPy's programming model as a pure-WSGI toolkit on WebOb."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import lib, process
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

if TYPE_CHECKING:
    from . import passwords

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


# What programs take from CherryPy's private modules, and where it is here.
_PLACES = {
    "_cptools": "core.tools",
    "_cprequest": "core.request, core.response and core.hooks",
    "_cpreqbody": "core.body",
    "_cperror": "core.errors",
    "_cpconfig": "core.config",
    "_cpdispatch": "dispatch",
    "_cplogging": "core.logs",
    "_cptree": "core.tree",
    "_cpwsgi": "wsgi",
    "_helper": "core.expose and core.links",
}


def __getattr__(name: str) -> Any:
    """Return the module `passwords`; or `_cache`, CherryPy's name for what `tools.caching`
    makes at its first use.

    PERF: the first takes 2 ms that a program without a login need not pay.
    """
    if name == "passwords":
        return import_module(f"{__name__}.passwords")
    if name == "_cache":
        cache = lib.caching.find_any_cache(tree.apps.values())
        if cache is not None:
            return cache
    place = f": see {__name__}.{_PLACES[name]}" if name in _PLACES else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{place}")
