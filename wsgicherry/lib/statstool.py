"""`tools.cpstats`: counts and times requests, in `logging.statistics`."""

from __future__ import annotations

import time
from functools import partial
from threading import get_ident
from typing import Any

from ..core.current import serving_now
from ..core.loaded import ConfigError
from ..core.tools import Elsewhere
from .statistics import Namespace, application_statistics, ratio, seconds_since_start

START_PRIORITY = -1
"""Before all other tools at `on_start_resource`: their time is the request's, too."""

MAX_THREADS = 200
"""Threads whose last request is shown; a greenlet is a new one for each connection."""

MAX_URI_SETS = 200
"""Names of `uriset` that are kept apart; times of more are in the totals only."""

MAX_SLOW_QUERIES = 10_000
"""No `slow_queries_count` may be larger: each is a record of about 2 kB."""

MAX_LINE_CHARS = 1024
"""Of a request line, which a client may make as long as the server lets it."""


def prepare_record_stop(**settings: Any) -> tuple[Any, ...]:
    """Return what counts a request when it ends, and what notes that it begins.

    ConfigError for a `slow_queries_count` that is too large.
    """
    count = settings.get("slow_queries_count", 0)
    if not 0 <= count <= MAX_SLOW_QUERIES:
        message = f"The value is {count!r}. It must be 0 to {MAX_SLOW_QUERIES}."
        raise ConfigError(message, key="slow_queries_count")
    begin = Elsewhere("on_start_resource", record_start, START_PRIORITY)
    return partial(record_stop, **settings), begin


def record_start() -> None:
    """Note that the current request begins, unless counting is paused."""
    statistics = application_statistics()
    if not statistics.get("Enabled", False):
        return
    serving: Any = serving_now()
    record = describe_start(serving.request)
    serving.statistics = statistics, record
    with statistics.lock:
        statistics["Current Requests"] += 1
        statistics["Total Requests"] += 1
        keep_newest(statistics["Requests"], get_ident(), record)


def record_stop(
    uriset: str | None = None,
    slow_queries: float | None = 1.0,
    slow_queries_count: int = 100,
    debug: bool = False,
) -> None:
    """Count and time the current request, which ends, if its beginning was noted.

    `uriset`: a name under which its time is counted with that of others. `slow_queries`: a
    request that takes more seconds is kept as slow; None keeps none. `slow_queries_count`:
    so many are kept, the newest.
    """
    serving: Any = serving_now()
    statistics, record = vars(serving).pop("statistics", (None, None))
    if record is None:
        return
    seconds = describe_end(record, serving.request, serving.response)
    with statistics.lock:
        add_totals(statistics, record)
        if uriset:
            add_to_set(statistics.setdefault("URI Set Tracking", {}), uriset, seconds)
        if slow_queries and seconds > slow_queries:
            slowest = statistics.setdefault("Slow Queries", [])
            slowest.append(record.copy())
            del slowest[: max(0, len(slowest) - slow_queries_count)]
    if debug:
        serving.request.log(f"Stats recorded: {record!r}", "TOOLS.CPSTATS")


def describe_start(request: Any) -> Namespace:
    """Return the record of a request that begins."""
    remote, line = request.remote, request.request_line
    return {
        "Bytes Read": None,
        "Bytes Written": None,
        "Client": f"{remote.ip}:{remote.port}",
        "End Time": None,
        "Processing Time": seconds_since_start,
        "Request-Line": line if len(line) <= MAX_LINE_CHARS else line[:MAX_LINE_CHARS] + "...",
        "Response Status": None,
        "Start Time": time.time(),
    }


def describe_end(record: Namespace, request: Any, response: Any) -> float:
    """Complete the record of a request that ends, and return its seconds."""
    now = time.time()
    seconds: float = now - record["Start Time"]
    record["Bytes Read"] = request.body_bytes_read
    record["Bytes Written"] = count_written(request, response)
    record["Response Status"] = response.output_status
    record["End Time"] = now
    record["Processing Time"] = seconds
    return seconds


def count_written(request: Any, response: Any) -> int | str:
    """Return the length of the answer's body in bytes; 'chunked' for a stream, whose length
    nobody knows (CherryPy's rule).
    """
    if request.environ["REQUEST_METHOD"] == "HEAD":
        return 0
    if response.stream:
        return "chunked"
    headers = response.header_list or ()
    return next((int(value) for name, value in headers if name == "Content-Length"), 0)


def add_totals(statistics: Namespace, record: Namespace) -> None:
    """Add a request that has ended to the totals."""
    statistics["Current Requests"] -= 1
    statistics["Total Time"] += record["Processing Time"]
    statistics["Total Bytes Read"] += record["Bytes Read"]
    if record["Bytes Written"] != "chunked":
        statistics["Total Bytes Written"] += record["Bytes Written"]


def add_to_set(sets: dict[str, Namespace], name: str, seconds: float) -> None:
    """Count a time in the set `name`, if that is one of the first MAX_URI_SETS."""
    if name not in sets and len(sets) >= MAX_URI_SETS:
        return
    times = sets.setdefault(
        name, {"Min": seconds, "Max": seconds, "Count": 0, "Sum": 0, "Avg": average}
    )
    times["Min"], times["Max"] = min(times["Min"], seconds), max(times["Max"], seconds)
    times["Count"] += 1
    times["Sum"] += seconds


def average(scope: Namespace) -> float:
    """Return the average time of a set."""
    return ratio(scope["Sum"], scope["Count"])


def keep_newest(records: dict[int, Namespace], thread: int, record: Namespace) -> None:
    """Make `record` that of `thread`; forget the thread that has begun nothing for longest."""
    records.pop(thread, None)
    records[thread] = record
    if len(records) > MAX_THREADS:
        del records[next(iter(records))]
