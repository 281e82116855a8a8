"""Every input that grows, and how it is made as large as a client may send it."""

from __future__ import annotations

from collections.abc import Callable

from growing_authentication import AUTHENTICATION
from growing_bodies import BODIES
from growing_conditions import CONDITIONS
from growing_crosssite import CROSS_SITES
from growing_dispatchers import DISPATCHERS
from growing_heads import HEADS
from growing_proxies import PROXIES
from growing_sessions import SESSIONS
from growing_smalltools import SMALL
from growing_static import STATIC
from growing_typed import TYPED
from hostile_row import Row

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 1024 * 1024

PARTS = (
    AUTHENTICATION,
    BODIES,
    CONDITIONS,
    CROSS_SITES,
    DISPATCHERS,
    HEADS,
    PROXIES,
    SESSIONS,
    SMALL,
    STATIC,
    TYPED,
)
GROWING: dict[str, Callable[[int], Row]] = {k: v for part in PARTS for k, v in part.items()}
"""Name -> what makes a row with `n` periods of something costly."""

assert len(GROWING) == sum(map(len, PARTS)), "two have one name"


def head_bytes(row: Row) -> int:
    """Return how many bytes the headers, the path and the query of `row` take."""
    fields = [row.method, row.path, row.query]
    for name, value in row.environ.items():
        if isinstance(value, str):
            fields += [name, value]
    return sum(map(len, fields))


def is_too_large(row: Row) -> bool:
    """Tell whether `row` is more than what the figures are about."""
    return head_bytes(row) > MAX_HEAD_BYTES or len(row.body or b"") > MAX_BODY_BYTES


def most_periods(make_row: Callable[[int], Row]) -> int:
    """Return the `n` up to which the row that `make_row` makes is not too large.

    A row that ends at a limit of ours grows no more: 64 Ki periods of it are enough.
    """
    low, high = 1, 2
    while high <= MAX_BODY_BYTES and not is_too_large(make_row(high)):
        low, high = high, 2 * high
    while high - low > low // 64:
        middle = (low + high) // 2
        if is_too_large(make_row(middle)):
            high = middle
        else:
            low = middle
    return low
