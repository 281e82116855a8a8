"""Both ends of the pipe between a benchmark and the process that runs one program.

The parent holds a `Worker`; the child runs `python worker.py PROGRAM FUNCTION ARGUMENTS` and
answers one line of JSON for each line of JSON it is sent, until its input ends.
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import driving
from workloads import Workload

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ANSWER_SECONDS = 120


class WorkerError(Exception):
    """The worker cannot answer: its package is missing, or the program failed.

    `missing` is the name of the package that is not installed, "" if that is not the reason.
    """

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


class Worker:
    """One program in a process of its own, asked over a pipe."""

    def __init__(self, program: str, function: str = "application", *arguments: Any) -> None:
        command = [sys.executable, str(HERE / "worker.py"), program, function]
        self.process = subprocess.Popen(
            [*command, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self.name = program
        try:
            self.read()
        except WorkerError:
            self.close()
            raise

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def ask(self, order: str, workload: Workload | None = None, **values: Any) -> Any:
        """Send one order and return its result."""
        if workload is not None:
            values["workload"] = dataclasses.asdict(workload)
        self.process.stdin.write(json.dumps({"order": order, **values}).encode() + b"\n")
        self.process.stdin.flush()
        return self.read()

    def read(self) -> Any:
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_SECONDS)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            reason = "ended" if ready else f"said nothing for {ANSWER_SECONDS} seconds"
            raise WorkerError(f"The worker of {self.name!r} {reason}.")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"], answer["missing"])
        return answer["result"]

    def close(self) -> None:
        """End the process; kill it if it does not go by itself."""
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    # the orders, as the benchmarks call them

    def verify(self, workload: Workload) -> str:
        """Return what is wrong with the program's answer to `workload`, or ""."""
        return self.ask("verify", workload)

    def fit(self, workload: Workload) -> int:
        """Return how many requests of `workload` fill one turn."""
        return self.ask("fit", workload)

    def time(self, workload: Workload, requests: int) -> float:
        """Return the microseconds that one of `requests` requests takes."""
        return self.ask("time", workload, requests=requests) / requests * 1e6


def _take_over_stdout() -> Any:
    """Keep the pipe for our own lines: what a program prints goes to stderr."""
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return pipe


def _obey(application: driving.Application, order: str, values: dict[str, Any]) -> Any:
    if "workload" in values:
        fields = values["workload"]
        if fields["expected_header"] is not None:
            fields["expected_header"] = tuple(fields["expected_header"])
        values["workload"] = Workload(**fields)
    if order == "memory":
        return {"bytes": driving.resident_bytes(), "containers": driving.container_sizes()}
    orders = {
        "verify": driving.verify,
        "fit": driving.fitting_requests,
        "time": driving.time_requests,
        "wander": driving.wander,
    }
    return orders[order](application, **values)


def load(program: str, function: str = "application", *arguments: Any) -> driving.Application:
    """Return the WSGI application that `programs/PROGRAM.py` makes."""
    if str(ROOT) not in sys.path:
        sys.path.insert(1, str(ROOT))
    return getattr(import_module(f"programs.{program}"), function)(*arguments)


def main(program: str, function: str, arguments: str) -> None:
    """Serve orders from stdin until it ends."""
    pipe = _take_over_stdout()

    def answer(**values: Any) -> None:
        pipe.write(json.dumps(values) + "\n")
        pipe.flush()

    try:
        application = load(program, function, *json.loads(arguments))
    except Exception as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else ""
        return answer(error=f"{type(error).__name__}: {error}", missing=missing or "")
    answer(result="ready")
    for line in sys.stdin:
        values = json.loads(line)
        try:
            answer(result=_obey(application, values.pop("order"), values))
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}", missing="")


if __name__ == "__main__":
    main(*sys.argv[1:])
