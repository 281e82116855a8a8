"""Sessions in files under faults: full disks, damaged files, and kills in mid-save."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from session_sites import (  # noqa: F401  three of them are fixtures
    begin,
    serve_sessions,
    session_sites,
    store_of_test,
)

MOUNT = "mount -t tmpfs -o size=1m,mode=700 tmpfs"
KILLS = 20  # of a server; 200 of a store alone are in tests/lib/sessions/test_file_store.py
SESSION_BYTES = 2_000_000
WRITE_SECONDS = 0.006  # as long does it take, about
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.0005

# -- a full disk -------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """Give the folder of a file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run([*MOUNT.split(), folder], capture_output=True, text=True, check=False)
    if made.returncode:
        reason = made.stderr.strip()
        pytest.skip(f"needs a file system of its own, as root: {MOUNT} DIR ({reason})")
    yield folder
    # Lazily: a server that is about to end may hold it.
    subprocess.run(["umount", "-l", folder], check=True)


def check_save_without_room(server, fill, make_room):
    """A save without room is a 503 with one line in the log, and harms no session."""
    browser = begin(server.browser(), "/implicit")
    assert browser.get("/implicit/put?seed=1&size=200000").body == b"kept"
    fill(browser)
    refused = browser.get("/implicit/put?seed=2&size=200000")
    newcomer = server.browser().get("/implicit/put?seed=3&size=200000")
    kept = browser.get("/implicit/whole").body
    make_room(browser)
    again = browser.get("/implicit/put?seed=4&size=200000")
    for answer in (refused, newcomer):
        assert answer.status == 503
        assert int(answer.header("Retry-After")) >= 1
        assert answer.header("Set-Cookie") is None
    assert kept.endswith(b" 1 True")
    assert again.status == 200
    assert browser.get("/implicit/whole").body.endswith(b" 4 True")
    server.wait_for("Cannot save a session")
    assert server.output.count("Cannot save a session") == 2
    assert "Traceback" not in server.output


@pytest.mark.parametrize("kind", ["gthread", "waitress"])
def test_a_full_disk(serve_sessions, store_of_test, small_disk, kind):  # noqa: F811
    """On a full disk that request is refused; the next one is fine when there is room."""
    settings = store_of_test("file") | {"storage_path": str(small_disk / "sessions")}
    filler = small_disk / "filler"

    def fill(browser):
        with suppress(OSError), open(filler, "wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    server = serve_sessions(kind, settings)
    check_save_without_room(server, fill, lambda browser: filler.unlink())


@pytest.mark.parametrize("kind", ["gthread", "waitress"])
def test_a_file_that_may_not_grow(serve_sessions, store_of_test, kind):  # noqa: F811
    """Where a limit ends the writing in the middle (RLIMIT_FSIZE), the same holds."""
    check_save_without_room(
        serve_sessions(kind, store_of_test("file")),
        lambda browser: browser.get("/implicit/limit?size=50000"),
        lambda browser: browser.get("/implicit/limit?size=none"),
    )


# -- damage ------------------------------------------------------------------------------------


def flip(data):
    """Return the data with its last bit flipped."""
    return data[:-1] + bytes([data[-1] ^ 1])


DAMAGE = {
    "half": lambda data: data[: len(data) // 2],
    "five bytes": lambda data: data[:5],
    "empty": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
    "noise": lambda data: os.urandom(5000),
    "a bit": flip,
    "a bit of the head": lambda data: flip(data[:40]) + data[40:],
    "huge": lambda data: b"x" * 10_000_000,
    "CherryPy's": lambda data: b"\x80\x04\x95\n\x00\x00\x00\x00\x00\x00\x00}\x94K\x01\x86\x94.",
    "a program": lambda data: b"cos\nsystem\n(S'touch was_run'\ntR.",
}
KINDS = {
    "a folder": Path.mkdir,
    "a FIFO": os.mkfifo,
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("server", ["gthread", "waitress"])
@pytest.mark.parametrize("kind", [*DAMAGE, *KINDS])
def test_a_damaged_file(session_sites, programs, server, kind):  # noqa: F811
    """Instead of a damaged session there is a fresh one; the file is set aside, and the log
    has one line about it.
    """
    site = session_sites(server, "file")
    folder = Path(site.settings["storage_path"])
    browser = begin(site.browser(), "/implicit")
    id, path = browser.id, folder / f"session-{browser.id}"
    if kind in DAMAGE:
        path.write_bytes(DAMAGE[kind](path.read_bytes()))
    else:
        path.unlink()
        KINDS[kind](path)
    seen = len(site.lines)
    answer = browser.get("/implicit/add")
    assert answer.status == 200
    assert browser.id != id
    assert browser.get("/implicit/count").body == b"1"
    assert not os.path.lexists(path)
    aside = [each.name for each in (folder / "damaged").iterdir()]
    assert [name for name in aside if name.endswith(id)]
    site.wait_for(f"session '{id[:6]}.* is damaged and was set aside", WAIT_SECONDS)
    told = [line for line in site.lines[seen:] if "set aside" in line]
    assert len(told) == 1
    assert id not in told[0]
    assert "Traceback" not in "\n".join(site.lines[seen:])
    assert not (programs / "was_run").exists()


# -- kills -------------------------------------------------------------------------------------


def kill_in_the_middle(worker, folder):
    """Kill at a random moment after the worker has begun to write a session."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not has_begun(folder) and time.monotonic() < give_up_at:
        time.sleep(POLL_SECONDS)
    time.sleep(random.random() * WRITE_SECONDS)
    os.kill(worker, signal.SIGKILL)


def has_begun(folder):
    """Tell whether a session is being written."""
    return any(name.startswith(".saving-") for name in os.listdir(folder))


def ask_the_next_worker(browser):
    """Return which worker answers, which bytes are kept and whether they are whole."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            answer = browser.get("/implicit/whole")
        except (EOFError, ConnectionError):  # it was the killed worker's
            assert time.monotonic() < give_up_at
        else:
            assert answer.status == 200
            worker, seed, is_whole = answer.body.decode().split()
            return int(worker), int(seed), is_whole


def test_kills_in_the_middle_of_a_save(serve_sessions, store_of_test):  # noqa: F811
    """A worker is killed 20 times while it saves a session of 2 MB: each time the old or the
    new one is there, whole.
    """
    settings = store_of_test("file")
    folder = Path(settings["storage_path"])
    server = serve_sessions("gthread", settings, "-w", "1", "--threads", "2", "--preload")
    browser = begin(server.browser(), "/implicit")
    browser.get(f"/implicit/put?seed=0&size={SESSION_BYTES}")
    worker, kept, _ = ask_the_next_worker(browser)
    in_writing = new = 0
    for number in range(1, KILLS + 1):
        with browser.opening(f"/implicit/put?seed={number}&size={SESSION_BYTES}"):
            kill_in_the_middle(worker, folder)
        worker, seed, is_whole = ask_the_next_worker(browser)
        assert is_whole == "True"
        assert seed in (kept, number)
        new += seed == number
        kept = seed
        for file in folder.glob(".saving-*"):
            in_writing += 1
            file.unlink()
    print(f"{KILLS} kills: {in_writing} while the file was written, {new} after it was there")
    assert in_writing  # else it was no test of that
