"""What the comparison is meant to show: each aim, and whether the figures meet it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from frameworks import BY_KEY, STATIC

Times = Mapping[str, Mapping[str, float]]  # framework -> workload -> microseconds

# workload, the other's key, and the most of the other's time that ours may take
MOST_TIME = (
    ("hello", "webob", 1.4),
    ("form", "webob", 1.0),
    ("fields", "webob", 1.0),
    ("json", "webob", 1.0),
    ("upload", "multipart", 1.3),
)
# workload, another one of our own, and the most of its time that this may take
MOST_OF_OWN = (
    ("static_304", "hello", 15 / 8),
    ("cached", "hello", 2.0),
    ("basic", "hello", 1.5),
)
PEERS_TO_BEAT = ("bottle", "pyramid")
SERVING_FILES = ("falcon", "flask", "whitenoise")
CHERRYPY_DEFAULT = 15.0
CHERRYPY_LEAST = {
    "json": 10.0,
    "gzip": 2.5,
    "session": 8.0,
    "cached": 10.0,
    "static": 6.0,
    "static_304": 6.0,
    # The parser's own work is most of these, and the disk's.
    "fields": 5.0,
    "multipart_fields": 3.0,
    "upload": 10.0,
}


class Verdict(NamedTuple):
    """One aim against its figures; `met` is None if they were not measured."""

    aim: str
    met: bool | None
    figures: str

    def __str__(self) -> str:
        word = {True: "met", False: "missed", None: "not measured"}[self.met]
        return f"{word:<12} {self.aim}" + (f": {self.figures}" if self.figures else "")


def judge(times: Times, workloads: tuple[str, ...]) -> Iterator[Verdict]:
    """Hold wsgicherry's times against every aim."""
    for workload, other, most in MOST_TIME:
        if workload in workloads:
            yield _within(times, workload, other, most)
    for workload, other, most in MOST_OF_OWN:
        if workload in workloads:
            yield _within_own(times, workload, other, most)
    for peer in SERVING_FILES:
        for workload in workloads:
            if workload in STATIC:
                aim = f"{workload}: ahead of {BY_KEY[peer].title}"
                yield from _against(times, workload, peer, 1.0, aim)
    for peer in PEERS_TO_BEAT:
        for workload in workloads:
            yield from _against(
                times, workload, peer, 1.0, f"{workload}: ahead of {peer.title()}"
            )
    for workload in workloads:
        least = CHERRYPY_LEAST.get(workload, CHERRYPY_DEFAULT)
        aim = f"{workload}: at least {least:g} x as fast as CherryPy"
        yield from _against(times, workload, "cherrypy", least, aim)


def _within(times: Times, workload: str, key: str, most: float) -> Verdict:
    """Answer whether wsgicherry takes at most `most` times what `key` takes."""
    aim = f"{workload}: at most {most:g} x {BY_KEY[key].title}"
    own, other = _time(times, "wsgicherry", workload), _time(times, key, workload)
    if own is None or other is None:
        return Verdict(aim, None, "")
    figures = f"{own:.2f} us to {other:.2f} us, {own / other:.2f} x"
    return Verdict(aim, own <= most * other, figures)


def _within_own(times: Times, workload: str, other: str, most: float) -> Verdict:
    """Answer whether a workload takes at most `most` times what another one takes us."""
    aim = f"{workload}: at most {most:.3g} x our own {other}"
    own, base = _time(times, "wsgicherry", workload), _time(times, "wsgicherry", other)
    if own is None or base is None:
        return Verdict(aim, None, "")
    return Verdict(
        aim, own <= most * base, f"{own:.2f} us to {base:.2f} us, {own / base:.2f} x"
    )


def _against(
    times: Times, workload: str, peer: str, least: float, aim: str
) -> Iterator[Verdict]:
    """Answer whether wsgicherry is `least` times as fast as `peer`; nothing if not shared."""
    own, other = _time(times, "wsgicherry", workload), _time(times, peer, workload)
    if workload in BY_KEY[peer].lacks:
        return
    if own is None or other is None:
        yield Verdict(aim, None, "")
        return
    figures = f"{own:.2f} us to {other:.2f} us, {other / own:.2f} x as fast"
    yield Verdict(aim, other > own and other >= least * own, figures)


def _time(times: Times, framework: str, workload: str) -> float | None:
    return times.get(framework, {}).get(workload)
