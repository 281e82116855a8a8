"""`wsgicherry.dispatch`: every dispatcher and page handler, by the names programs use."""

from __future__ import annotations

from .dispatcher import Dispatcher
from .handler import LateParamPageHandler, PageHandler, test_callable_spec
from .methoddispatch import MethodDispatcher
from .routesdispatch import RoutesDispatcher
from .virtualhost import VirtualHost
from .xmlrpcdispatch import XMLRPCDispatcher

__all__ = [
    "Dispatcher",
    "LateParamPageHandler",
    "MethodDispatcher",
    "PageHandler",
    "RoutesDispatcher",
    "VirtualHost",
    "XMLRPCDispatcher",
    "test_callable_spec",
]
