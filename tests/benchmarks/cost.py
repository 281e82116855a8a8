"""Measure what the most expensive inputs cost. From the repository root:

    python tests/benchmarks/cost.py [--only NAME ...] [--turns N] [--top N]

Every input of tests/hostile/hostile_growing.py is made as large as 64 kB of headers and 1 MB of
body allow, and half, a quarter and an eighth of it, and sent through the WSGI callable of a
site with the default configuration. Per input: the processor's time (best of the turns) and
the memory beyond what was sent, of the costliest size; and the steepest step of each when the
input doubles. The command ends with 1 when one is over a limit.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HOSTILE = Path(__file__).resolve().parent.parent / "hostile"
sys.path[:0] = [str(HOSTILE), str(HOSTILE.parent.parent)]

from hostile_costs import (  # noqa: E402 - found by the path above
    LEAST_BYTES,
    LEAST_SECONDS,
    MOST_BYTES,
    MOST_RATIO,
    MOST_SECONDS,
    count_bytes,
    count_seconds,
    rows_of,
    serve,
    steepest,
)
from hostile_growing import GROWING  # noqa: E402
from hostile_row import make_environ  # noqa: E402
from hostile_sites import LiveSite, open_site  # noqa: E402


class Cost(NamedTuple):
    """What one input costs, and how steeply that grows."""

    name: str
    seconds: float
    bytes: int
    time_ratio: float
    memory_ratio: float

    def faults(self) -> list[str]:
        """Return what is over a limit."""
        found = []
        if self.seconds > MOST_SECONDS:
            found.append(f"{self.seconds * 1000:.0f} ms of {MOST_SECONDS * 1000:.0f}")
        if self.bytes > MOST_BYTES:
            found.append(f"{self.bytes / 2**20:.1f} MiB of {MOST_BYTES / 2**20:.0f}")
        for what, ratio in (("time", self.time_ratio), ("memory", self.memory_ratio)):
            if ratio > MOST_RATIO:
                found.append(f"{ratio:.2f} x the {what} of half of it, at most {MOST_RATIO:g}")
        return found

    def __str__(self) -> str:
        return (
            f"{self.name:<32}{self.seconds * 1000:>9.2f}{self.bytes / 2**20:>9.2f}"
            f"{self.time_ratio:>9.2f}{self.memory_ratio:>9.2f}"
        )


def measure(site: LiveSite, name: str, turns: int) -> Cost:
    """Return what the input `name` costs `site`."""
    rows = rows_of(GROWING[name])
    serve(site, make_environ(rows[0]))  # what is compiled or imported once
    seconds = [count_seconds(site, row, turns) for row in rows]
    sizes = [count_bytes(site, row) for row in rows]
    ratios = steepest(seconds, LEAST_SECONDS), steepest(sizes, LEAST_BYTES)
    return Cost(name, max(seconds), max(sizes), *ratios)


def measure_all(names: list[str], turns: int) -> list[Cost]:
    """Return what the inputs `names` cost, the costliest first."""
    sites: dict[str, LiveSite] = {}
    costs = []
    with tempfile.TemporaryDirectory() as directory:
        try:
            for name in names:
                wanted = GROWING[name](1).site
                if wanted not in sites:
                    sites[wanted] = open_site(wanted, Path(directory))
                costs.append(measure(sites[wanted], name, turns))
        finally:
            for site in sites.values():
                site.close()
    return sorted(costs, key=lambda cost: cost.seconds, reverse=True)


def main(argv: list[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=GROWING, default=GROWING)
    parser.add_argument("--turns", type=int, default=3, help="of each; the best counts")
    parser.add_argument("--top", type=int, help="how many to print")
    options = parser.parse_args(argv)
    costs = measure_all(list(options.only), options.turns)
    print(f"Python {platform.python_version()}, {len(costs)} inputs\n")
    print(f"{'input':<32}{'ms':>9}{'MiB':>9}{'time x2':>9}{'mem x2':>9}")
    print(*costs[: options.top], sep="\n")
    faulty = [(cost.name, fault) for cost in costs for fault in cost.faults()]
    print()
    for name, fault in faulty:
        print(f"OVER         {name}: {fault}")
    if not faulty:
        print(f"all within {MOST_SECONDS * 1000:.0f} ms and {MOST_BYTES / 2**20:.0f} MiB")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
