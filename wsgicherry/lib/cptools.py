"""The small tools by CherryPy's names: a door to the modules in which each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .accepting import accept as accept
from .allowing import allow as allow
from .conditional import validate_etags as validate_etags
from .conditional import validate_since as validate_since
from .flattening import flatten as flatten
from .headertools import ignore_headers as ignore_headers
from .headertools import response_headers as response_headers
from .loggingtools import log_hooks as log_hooks
from .loggingtools import log_request_headers as log_request_headers
from .loggingtools import log_traceback as log_traceback
from .paramstool import convert_params as convert_params
from .proxy import proxy as proxy
from .redirecting import redirect as redirect
from .redirecting import trailing_slash as trailing_slash
from .referring import referer as referer
from .sessionauthtool import session_auth as session_auth
from .varying import MonitoredHeaderMap as MonitoredHeaderMap
from .varying import autovary as autovary

if TYPE_CHECKING:
    from .sessionauth import SessionAuth as SessionAuth


def __getattr__(name: str) -> Any:
    """Return `SessionAuth`, which CherryPy's programs look for here."""
    if name == "SessionAuth":
        # PERF: see lib/sessionauthtool.py.
        from .sessionauth import SessionAuth

        return SessionAuth
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
