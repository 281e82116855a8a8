"""Run a program text that uses file sessions in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PREAMBLE = """
import json, os, random, signal, sys, threading, time
signal.alarm(100)  # whatever goes wrong, this process ends
from wsgicherry.lib.sessions.errors import LockTimeout
from wsgicherry.lib.keyvalue.errors import StoreUnavailable
from wsgicherry.lib.sessions.file import FileStore
folder = sys.argv[1]
store = FileStore(storage_path=folder)
LATER = time.time() + 3600
def in_child(action):
    child = os.fork()
    if not child:
        try:
            action()
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
        os._exit(0)
    return child
def ends_well(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def start(body, *arguments):
    """Start `body` after PREAMBLE; pipes are connected to it."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(body), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def run(body, *arguments):
    """Run `body` to its end, which must be a good one; return what it printed."""
    process = start(body, *arguments)
    try:
        output, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
    return output.strip()
