"""What the comparison is meant to show: each aim, and whether the figures meet it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from frameworks import BY_KEY

Times = Mapping[str, Mapping[str, float]]  # framework -> workload -> microseconds

HELLO_TO_WEBOB = 1.4
PEERS_TO_BEAT = ("bottle", "pyramid")
CHERRYPY_DEFAULT = 15.0
CHERRYPY_LEAST = {"json": 10.0, "gzip": 2.5}


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
    yield _hello_against_webob(times)
    for peer in PEERS_TO_BEAT:
        for workload in workloads:
            yield from _against(
                times, workload, peer, 1.0, f"{workload}: ahead of {peer.title()}"
            )
    for workload in workloads:
        least = CHERRYPY_LEAST.get(workload, CHERRYPY_DEFAULT)
        aim = f"{workload}: at least {least:g} x as fast as CherryPy"
        yield from _against(times, workload, "cherrypy", least, aim)


def _hello_against_webob(times: Times) -> Verdict:
    aim = f"hello: at most {HELLO_TO_WEBOB:g} x bare WebOb"
    own, webob = _time(times, "wsgicherry", "hello"), _time(times, "webob", "hello")
    if own is None or webob is None:
        return Verdict(aim, None, "")
    figures = f"{own:.2f} us to {webob:.2f} us, {own / webob:.2f} x"
    return Verdict(aim, own <= HELLO_TO_WEBOB * webob, figures)


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
