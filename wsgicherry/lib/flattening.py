"""`flatten`: bodies whose chunks are iterators of chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..core.bodies import close_body
from ..core.current import serving_now
from . import is_iterator


def flatten(debug: bool = False) -> None:
    """Put what the iterators among the body's chunks yield in their place, however deep.

    The text among their chunks must be bytes already. Source: CherryPy's rule (BEHAVIOUR 6.3).
    """
    serving = serving_now()
    if debug:
        serving.request.log("flattening the body", "TOOLS.FLATTEN")
    serving.response.body = FlatStream(serving.response.body)


class FlatStream:
    """The chunks of a body, one after the other; `close()` closes all iterators that are begun.

    It keeps a list of those, instead of calling itself: depth costs no stack.
    """

    def __init__(self, body: Iterable[Any]) -> None:
        self._body = body
        self._begun: list[Iterator[Any]] = [iter(body)]

    def __iter__(self) -> FlatStream:
        return self

    def __next__(self) -> Any:
        while self._begun:
            for chunk in self._begun[-1]:
                if not is_iterator(chunk):
                    return chunk
                self._begun.append(chunk)
                break
            else:
                close_body(self._begun.pop())
        raise StopIteration

    def close(self) -> None:
        """Close what is not at its end, the innermost first, and the body."""
        while self._begun:
            close_body(self._begun.pop())
        close_body(self._body)
