"""Measure what grows with a site, and must not. From the repository root:

    python tests/benchmarks/growth.py [--rounds N] [--size N] [--urls N]
                                      [--package wsgicherry|cherrypy] [--check]

1. A request among 10,000 mounted applications against the same request to the only one.
2. The same for 10,000 config sections.
3. Memory, and the entries of every cache, over 100,000 distinct URLs under one `default`.

The times are taken turn by turn from two processes at once, small and large; the best counts.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace

from aims import Verdict
from worker import Worker, WorkerError
from workloads import HELLO, Workload

MOST_SLOWER = 1.2
# Flat means: no more than the allocator's own unrest. A kept URL costs 100 bytes and more, so
# 100,000 of them would show as 10 MB.
MOST_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 1000
URLS_BEFORE = 20_000  # a bounded cache fills up before the first look

URL = Workload("url", "/things", HELLO)


def compare_sizes(package: str, function: str, size: int, rounds: int) -> Verdict:
    """Time one request to a site of one part against one of `size` parts."""
    aim = f"{function}: {size:,} cost at most {MOST_SLOWER:g} x the time of 1"
    small_part = Workload("part", "/part0/page", HELLO)
    large_part = replace(small_part, path=f"/part{size // 2}/page")
    with (
        Worker("growing", function, package, 1) as small,
        Worker("growing", function, package, size) as large,
    ):
        fault = small.verify(small_part) or large.verify(large_part)
        if fault:
            return Verdict(aim, False, fault)
        requests = small.fit(small_part)
        turns = [
            (small.time(small_part, requests), large.time(large_part, requests))
            for _ in range(rounds)
        ]
    before, after = (min(times) for times in zip(*turns, strict=True))
    figures = f"{before:.2f} us to {after:.2f} us, {after / before:.2f} x"
    return Verdict(aim, after <= MOST_SLOWER * before, figures)


def wander_urls(package: str, count: int) -> tuple[Verdict, Verdict]:
    """Ask for `count` distinct URLs and look at the memory and the caches before and after."""
    aims = (
        f"urls: {count:,} leave memory flat (within {MOST_BYTES // 1024} KiB)",
        f"urls: {count:,} leave every cache flat (within {MOST_ENTRIES:,} entries)",
    )
    with Worker("growing", "urls", package) as worker:
        fault = worker.verify(URL)
        if fault:
            return Verdict(aims[0], False, fault), Verdict(aims[1], False, fault)
        worker.ask("wander", URL, start=0, count=URLS_BEFORE)
        before = worker.ask("memory")
        worker.ask("wander", URL, start=URLS_BEFORE, count=count)
        after = worker.ask("memory")
    return (
        _judge_memory(aims[0], before["bytes"], after["bytes"]),
        _judge_entries(aims[1], before["containers"], after["containers"]),
    )


def _judge_memory(aim: str, before: int, after: int) -> Verdict:
    figures = f"{before / 1024:,.0f} KiB to {after / 1024:,.0f} KiB"
    return Verdict(aim, after - before <= MOST_BYTES, figures)


def _judge_entries(aim: str, before: dict[str, int], after: dict[str, int]) -> Verdict:
    growth = {name: size - before.get(name, 0) for name, size in after.items()}
    name = max(growth, key=growth.__getitem__, default="")
    if not name or growth[name] <= 0:
        return Verdict(aim, True, "nothing grew")
    return Verdict(aim, growth[name] <= MOST_ENTRIES, f"{name} grew by {growth[name]:,}")


def main(argv: list[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="turns of each (default 15)")
    parser.add_argument("--size", type=int, default=10_000, help="mounts, and sections")
    parser.add_argument("--urls", type=int, default=100_000, help="distinct URLs")
    parser.add_argument("--package", default="wsgicherry", help="or cherrypy, to compare")
    parser.add_argument("--check", action="store_true", help="end with 1 if an aim is missed")
    options = parser.parse_args(argv)
    print(f"{options.package}, Python {platform.python_version()}")
    verdicts = []
    try:
        for function in ("mounts", "sections"):
            verdicts.append(
                compare_sizes(options.package, function, options.size, options.rounds)
            )
            print(verdicts[-1], flush=True)
        verdicts.extend(wander_urls(options.package, options.urls))
    except WorkerError as error:
        print(f"failed: {error}")
        return 1
    print(*verdicts[-2:], sep="\n")
    return 1 if options.check and not all(verdict.met for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
