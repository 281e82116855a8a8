"""What one request costs: the time of the processor, and memory beyond what was sent."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hostile_growing import most_periods
from hostile_row import Row, make_environ
from hostile_sites import LiveSite

# Issue 3's figures: of at most 64 kB of headers and 1 MB of body.
MOST_SECONDS = 0.1
MOST_BYTES = 32 * 1024 * 1024
MOST_RATIO = 2.5

SHARES = (8, 4, 2, 1)  # of the largest input: an eighth, and three times the double
# Below these nothing is said about growth: a buffer's size, the collector's turn and a dict
# that outgrows the processor's cache are most of it. What is quadratic is soon above them.
LEAST_SECONDS = 0.02
LEAST_BYTES = 1024 * 1024


def serve(site: LiveSite, environ: dict[str, Any]) -> None:
    """Answer one request as a server would, without a validator's own work."""
    body = site.site.tree(environ, lambda status, headers, exc_info=None: None)
    for _ in body:
        pass
    if hasattr(body, "close"):
        body.close()


def rows_of(make_row: Callable[[int], Row], shares: tuple[int, ...] = SHARES) -> list[Row]:
    """Return rows of sizes that double; the last is as large as a client may send it."""
    most = most_periods(make_row)
    return [make_row(max(1, most // share)) for share in shares]


def count_seconds(site: LiveSite, row: Row, turns: int = 3) -> float:
    """Return the time that the process spends on `row`, the best of `turns`."""
    return min(_time_once(site, make_environ(row)) for _ in range(turns))


def _time_once(site: LiveSite, environ: dict[str, Any]) -> float:
    site.ledger.clear()
    gc.collect()
    started = time.process_time()
    serve(site, environ)
    return time.process_time() - started


def count_bytes(site: LiveSite, row: Row) -> int:
    """Return the most memory held while `row` is answered, beyond what was sent."""
    environ = make_environ(row)
    site.ledger.clear()
    tracemalloc.start()
    try:
        serve(site, environ)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def steepest(costs: list[float], least: float) -> float:
    """Return the largest step from one of `costs` to the next, of those above `least`.

    What is below counts as `least`: there a step says nothing.
    """
    held = [max(cost, least) for cost in costs]
    return max(after / before for before, after in pairwise(held))
