"""Time `import wsgicherry` against its peers' imports. From the repository root:

    python tests/benchmarks/imports.py [--rounds N] [--check]

Each import has a fresh interpreter, and the packages take turns; the best counts. The first
round writes the byte code, of all packages into one folder, and is not timed: a checkout is
compared with installed packages as if it were installed.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile

from aims import Verdict
from worker import ROOT

PACKAGES = ("webob", "wsgicherry", "bottle", "falcon", "pyramid.config", "flask", "cherrypy")
MOST_TO_WEBOB = 2.0
TO_BEAT = ("flask", "cherrypy")
MOST_SECONDS = 60

PROGRAM = """
import sys, time
modules, started = len(sys.modules), time.perf_counter()
import {package}
print(time.perf_counter() - started, len(sys.modules) - modules)
"""


def time_import(package: str, byte_code: str) -> tuple[float, int] | None:
    """Return the milliseconds and the modules of one import, None if it fails.

    `byte_code` is the folder for it. Without one of our own, PYTHONDONTWRITEBYTECODE or a
    checkout that may not be written to would have our package compiled at each import.
    """
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": byte_code}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(package=package)],
        capture_output=True,
        cwd=ROOT,  # so that the checkout's package is found
        env=environ,
        timeout=MOST_SECONDS,
    )
    if done.returncode:
        return None
    seconds, modules = done.stdout.split()
    return float(seconds) * 1000, int(modules)


def measure(rounds: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return each package's times, and how many modules it brings; {} for absent ones."""
    with tempfile.TemporaryDirectory(prefix="wsgicherry-imports-") as byte_code:
        first = {package: time_import(package, byte_code) for package in PACKAGES}
        modules = {package: found[1] for package, found in first.items() if found}
        times: dict[str, list[float]] = {package: [] for package in modules}
        for _ in range(rounds):
            for package, turns in times.items():
                found = time_import(package, byte_code)
                if found:
                    turns.append(found[0])
    return times, modules


def judge(best: dict[str, float]) -> list[Verdict]:
    """Hold the import of wsgicherry against its aims."""
    limits = {"webob": MOST_TO_WEBOB, **dict.fromkeys(TO_BEAT, 1.0)}
    verdicts = []
    for package, most in limits.items():
        aim = f"import: at most {most:g} x the time of {package}"
        own, other = best.get("wsgicherry"), best.get(package)
        if own is None or other is None:
            verdicts.append(Verdict(aim, None, ""))
            continue
        figures = f"{own:.1f} ms to {other:.1f} ms, {own / other:.2f} x"
        verdicts.append(Verdict(aim, own <= most * other, figures))
    return verdicts


def main(argv: list[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10, help="imports of each (default 10)")
    parser.add_argument("--check", action="store_true", help="end with 1 if an aim is missed")
    options = parser.parse_args(argv)
    times, modules = measure(options.rounds)
    best = {package: min(turns) for package, turns in times.items()}
    print(f"Python {platform.python_version()}, best of {options.rounds} imports each\n")
    print(f"{'import':<16}{'best ms':>10}{'median ms':>12}{'x webob':>10}{'modules':>10}")
    for package in PACKAGES:
        if package not in best:
            print(f"{package:<16}  not importable: pip install wsgicherry[bench]")
            continue
        median = statistics.median(times[package])
        ratio = best[package] / best["webob"] if "webob" in best else float("nan")
        print(
            f"{package:<16}{best[package]:>10.1f}{median:>12.1f}{ratio:>10.2f}"
            f"{modules[package]:>10}"
        )
    verdicts = judge(best)
    print("", *verdicts, sep="\n")
    return 1 if options.check and any(verdict.met is False for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
