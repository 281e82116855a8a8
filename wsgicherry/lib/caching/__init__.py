"""Keep pages that are the same for everybody, and answer with them: `tools.caching`."""

from __future__ import annotations

from ..expires import expires
from .base import Cache
from .coalescing import AntiStampedeCache
from .memory import MemoryCache
from .purging import clear, find_any_cache, find_cache, purge, purge_tag
from .tool import get, tee_output

__all__ = [
    "AntiStampedeCache",
    "Cache",
    "MemoryCache",
    "clear",
    "expires",
    "find_any_cache",
    "find_cache",
    "get",
    "purge",
    "purge_tag",
    "tee_output",
]
