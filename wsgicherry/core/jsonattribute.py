"""`request.json` of a request that has none."""

from __future__ import annotations

from typing import Any

from .errors import HTTPError


class NoDocument(HTTPError, AttributeError):
    """Answer 400: the page wants a JSON document, and the request has none.

    An AttributeError too: `hasattr(request, "json")` is how CherryPy's programs ask whether one
    has come.
    """

    def __init__(self) -> None:
        super().__init__(400, "This page wants a JSON document in the body of the request.")


class JSONAttribute:
    """What `request.json` is until it is set: missing, and the client's mistake where the page
    reads JSON (BEHAVIOUR 13.2).
    """

    # There is no `__set__`: Python asks here only while the request has no such attribute.
    def __get__(self, request: Any, owner: Any = None) -> Any:
        if request is None:
            return self
        if request.wants_json:
            raise NoDocument()
        raise AttributeError("This request has no 'json': is tools.json_in on for this path?")
