"""The response's headers as programs see and set them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from webob.headers import ResponseHeaders as WebObHeaders

from ..wire.headers import HeaderElement, HeaderMap, header_elements


class ResponseHeaders(WebObHeaders):
    """The response's headers: names in Title-Case, looked up in any case; a view of the header
    list.

    Values keep their type until they are sent.
    """

    _items: list[tuple[str, Any]]

    def __setitem__(self, name: Any, value: Any) -> None:
        title = _title(name)
        places = [at for at, (known, _) in enumerate(self._items) if _title(known) == title]
        if not places:
            self._items.append((title, value))
            return
        self._items[places[0]] = (title, value)
        for at in reversed(places[1:]):
            del self._items[at]

    def __iter__(self) -> Iterator[str]:
        return iter([_title(name) for name, _ in self._items])

    def keys(self) -> list[str]:  # type: ignore[override]
        """Return the names."""
        return list(self)

    def items(self) -> list[tuple[str, Any]]:  # type: ignore[override]
        """Return (name, value) pairs."""
        return [(_title(name), value) for name, value in self._items]

    def values(self, key: str | None = None) -> list[Any]:  # type: ignore[override]
        """Return all values; with `key` the values of that header's elements (CherryPy's
        meaning).
        """
        if key is None:
            return [value for _, value in self._items]
        return [element.value for element in self.elements(key)]

    def elements(self, key: str) -> list[HeaderElement]:
        """Return the elements of header `key`, most preferred first."""
        return header_elements(_title(key), self.get(key))

    def output(self) -> list[tuple[bytes, bytes]]:
        """Return what would be sent, as pairs of bytes."""
        return list(HeaderMap.encode_header_items(self._items))

    def setdefault(self, name: Any, default: Any = None) -> Any:
        """Return header `name`, set to `default` if it is not there."""
        return super().setdefault(_title(name), default)

    def pop(self, name: Any, *default: Any) -> Any:
        """Remove header `name`, however often it is there, and return its last value.

        If it is not there, return `default`; KeyError without one.
        """
        values = self.getall(name)
        if values:
            del self[name]
            return values[-1]
        return super().pop(name, *default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set each of the headers given."""
        MutableMapping.update(self, *args, **kwargs)

    def copy(self) -> dict[str, Any]:  # type: ignore[override]
        """Return the headers as a dict of their own."""
        return dict(self.items())


def _title(name: Any) -> str:
    return str(name).title()
