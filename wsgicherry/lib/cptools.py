"""The small tools by CherryPy's names: a door to the modules in which each of them is."""

from __future__ import annotations

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
from .sessionauth import SessionAuth as SessionAuth
from .sessionauth import session_auth as session_auth
from .varying import MonitoredHeaderMap as MonitoredHeaderMap
from .varying import autovary as autovary
