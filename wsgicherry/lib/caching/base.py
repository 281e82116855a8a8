"""What a cache of responses is, to programs that bring their own (CherryPy's class)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Cache:
    """Where `tools.caching` keeps responses; `cache_class` names a subclass.

    All methods are about the page that the current request asks for. A variant is (status,
    headers, body, time of making). The tool's settings are set on the object as attributes.
    """

    delay: float = 600
    """Seconds for which a response is fresh that does not say so itself."""

    debug = False

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ConfigError for settings of the storage that cannot be meant."""

    def get(self) -> Any:
        """Return the variant for this request, None if there is none."""
        raise NotImplementedError

    def put(self, obj: Any, size: int) -> None:
        """Store the variant `obj`, whose body has `size` bytes."""
        raise NotImplementedError

    def delete(self) -> None:
        """Forget all variants of this page."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget everything."""
        raise NotImplementedError
