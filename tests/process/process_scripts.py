"""Run a program text in a process of its own, as forks, signals and exits demand."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 30

PREAMBLE = '''
import os, signal, sys, threading, time, warnings
signal.alarm(30)  # whatever goes wrong, this process ends
from wsgicherry.process.wspbus import Bus, states
from wsgicherry.process import plugins
def say(*words): os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def say_when_blocked():
    """Say 'ready' once the main thread waits inside block()."""
    main = threading.main_thread().ident
    def look():
        names = []
        while "_wait_for_exit" not in names or "_pause" not in names:
            time.sleep(0.01)
            frame, names = sys._current_frames()[main], []
            while frame:
                names.append(frame.f_code.co_name)
                frame = frame.f_back
        say("ready")
    threading.Thread(target=look, daemon=True).start()
bus = Bus()
bus.subscribe("log", lambda message, level: say(message.splitlines()[0]))
'''


def start_script(body: str, *arguments: str, **options: object) -> subprocess.Popen[str]:
    """Start `body` after PREAMBLE; output is captured."""
    import_path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(import_path)}
    code = PREAMBLE + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
        **options,  # type: ignore[call-overload]
    )


def run_script(body: str, *arguments: str, **options: object) -> tuple[int, list[str], str]:
    """Run `body` to its end; return its exit code, its lines of output and its stderr."""
    process = start_script(body, *arguments, **options)
    try:
        output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    finally:
        process.kill()
    return process.returncode, output.splitlines(), errors
