"""Call a WSGI application as a server would, without a socket, and time it."""

from __future__ import annotations

import functools
import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from workloads import Workload

WARM_UP_REQUESTS = 50
WARM_UP_SECONDS = 1.0  # which end the warm-up early, where one request takes long
TURN_SECONDS = 0.03

Environ = dict[str, Any]
Application = Callable[..., Iterable[bytes]]
Answer = tuple[str, list[tuple[str, str]], bytes]


def environ_of(workload: Workload) -> Environ:
    """Return the environ of `workload`'s request, but for its `wsgi.input`."""
    environ: Environ = {
        "REQUEST_METHOD": workload.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": workload.path,
        "QUERY_STRING": workload.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_USER_AGENT": "wsgicherry-benchmark/1",
        "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if workload.method == "POST":
        environ["CONTENT_LENGTH"] = str(len(workload.body_bytes()))
        environ["CONTENT_TYPE"] = workload.content_type
    for name, value in workload.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def call(application: Application, environ: Environ) -> Answer:
    """Serve one request: collect the head, join the body, close."""
    head: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[..., Any]:
        head[:] = status, headers
        return head.append

    answer = application(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return head[0], head[1], body


def input_of(workload: Workload) -> io.BytesIO:
    """Return a fresh `wsgi.input` with `workload`'s body."""
    return io.BytesIO(workload.body_bytes())


def ask(application: Application, workload: Workload) -> Answer:
    """Send one request of `workload` and return the whole answer."""
    environ = environ_of(workload)
    environ["wsgi.input"] = input_of(workload)
    return call(application, environ)


def verify(application: Application, workload: Workload) -> str:
    """Warm up, and return what is wrong with the first or the last answer, or ""."""
    answer = ask(application, workload)
    fault = workload.find_fault(*answer)
    started = time.perf_counter()
    for _ in range(0 if fault else WARM_UP_REQUESTS):
        if time.perf_counter() - started > WARM_UP_SECONDS:
            break
        answer = ask(application, workload)
    return fault or workload.find_fault(*answer)


def time_requests(application: Application, workload: Workload, requests: int) -> float:
    """Return the seconds that `requests` requests take.

    The garbage collector runs as it would in a server: a framework pays for its own cycles,
    but not for those of the turn before.
    """
    template, body = environ_of(workload), workload.body_bytes()
    gc.collect()
    started = time.perf_counter()
    for _ in range(requests):
        environ = template.copy()
        environ["wsgi.input"] = io.BytesIO(body)
        call(application, environ)
    return time.perf_counter() - started


def fitting_requests(application: Application, workload: Workload) -> int:
    """Return how many requests fill one turn of `TURN_SECONDS`."""
    requests = 1
    while True:
        seconds = time_requests(application, workload, requests)
        if seconds >= TURN_SECONDS / 4:
            return max(1, round(requests * TURN_SECONDS / seconds))
        requests *= 2


def wander(application: Application, workload: Workload, start: int, count: int) -> None:
    """Ask for `count` URLs that were never asked for: `workload`'s path and a number."""
    template = environ_of(workload)
    for number in range(start, start + count):
        environ = template.copy()
        environ["PATH_INFO"] = f"{workload.path}/{number}"
        environ["wsgi.input"] = io.BytesIO()
        call(application, environ)


def resident_bytes() -> int:
    """Return the memory this process holds now (its peak, where /proc is missing)."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def container_sizes(at_least: int = 500) -> dict[str, int]:
    """Return the entries of every big container and `lru_cache` alive, by identity.

    Nothing of the package's inside is named here: a cache that grows is found wherever it is.
    """
    gc.collect()
    sizes: dict[str, int] = {}
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            size, name = thing.cache_info().currsize, f"lru_cache of {thing.__wrapped__!r}"
        elif isinstance(thing, dict | list | set | frozenset | tuple):
            size, name = len(thing), f"{type(thing).__name__} {id(thing):#x}"
        else:
            continue
        if size >= at_least:
            sizes[name] = size
    return sizes
