"""Sessions and what happens to gunicorn's workers: they are replaced, reloaded and killed."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from functools import partial

import pytest
from session_sites import (  # noqa: F401  two of them are fixtures
    COUNTS,
    PROGRAM,
    Browser,
    add_many,
    begin,
    failures,
    serve_sessions,
    store_of_test,
)

from wsgicherry.lib.sessions.file import FileStore
from wsgicherry.lib.sessions.memcached import MemcachedStore
from wsgicherry.lib.sessions.redis import RedisStore

STORES = {"file": FileStore, "memcached": MemcachedStore, "redis": RedisStore}
THREADS = ("--threads", "4")
LOCK_SECONDS = 2
SOON_SECONDS = 5.0
WAIT_SECONDS = 20.0
POLL_SECONDS = 0.01


def count_up(server, clients=8, midway=None):
    """Send the increments of one session; return its last count and who answered."""
    browser = begin(server.browser(), "/implicit")
    answers = add_many(browser, "/implicit/add", clients, COUNTS - 1, midway)
    assert failures(answers) == []
    return browser.get("/implicit/count").body, {each.body for each in answers}


def wait_until(is_done):
    """Look until it is done; fail after WAIT_SECONDS."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(POLL_SECONDS)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["each", "preload"])
@pytest.mark.parametrize("workers", [2, 4])
def test_a_reload(serve_sessions, store_of_test, store, preload, workers):  # noqa: F811
    """HUP in the middle of 1,000 increments: all are answered, none is lost."""
    options = ("-w", str(workers), *THREADS, *preload)
    server = serve_sessions("gthread", store_of_test(store), *options)
    count, processes = count_up(server, midway=lambda: server.signal(signal.SIGHUP))
    assert count == b"%d" % COUNTS
    assert len(processes) > workers
    assert "Traceback" not in server.output


@pytest.mark.parametrize("store", STORES)
def test_workers_that_are_replaced(serve_sessions, store_of_test, store):  # noqa: F811
    """Workers that end after 200 requests each take no session with them."""
    options = ("-w", "2", *THREADS, "--max-requests", "200", "--max-requests-jitter", "20")
    server = serve_sessions("gthread", store_of_test(store), *options)
    count, processes = count_up(server)
    assert count == b"%d" % COUNTS
    assert len(processes) > 2


def test_two_masters(start_process, require_program, store_of_test, harness, tmp_path):  # noqa: F811
    """USR2, then TERM to the old master, in the middle of the increments: none is lost."""
    # Not `python -m gunicorn`, which finds itself no more when it is executed again.
    command = [require_program("gunicorn", "pip install gunicorn"), "--bind", "127.0.0.1:0"]
    command += ["--no-control-socket", "-k", "gthread", "-w", "2", *THREADS]
    command += ["--pid", str(tmp_path / "pid"), f"{PROGRAM}:wsgi"]
    env = {"WIRE_SESSIONS": json.dumps(store_of_test("file"))}
    server = start_process(command, env=env)
    server.wait_for("Booting worker")
    server.browser = partial(Browser, harness.RawClient, server.port)

    def replace_the_master():
        server.signal(signal.SIGUSR2)
        wait_until(lambda: server.output.count("Booting worker") == 4)
        server.signal(signal.SIGTERM)

    try:
        count, processes = count_up(server, midway=replace_the_master)
        assert count == b"%d" % COUNTS
        assert len(processes) == 4
    finally:
        for file in (tmp_path / "pid.2", tmp_path / "pid"):
            with suppress(OSError, ValueError):
                os.kill(int(file.read_text()), signal.SIGTERM)


@pytest.mark.parametrize(
    ("store", "least", "most"),
    [("file", 0, 1.0), ("memcached", 0.5, LOCK_SECONDS + 2), ("redis", 0.5, LOCK_SECONDS + 2)],
)
def test_a_worker_killed_with_a_lock(
    serve_sessions,  # noqa: F811
    store_of_test,  # noqa: F811
    store,
    least,
    most,
):
    """The lock of a worker that is killed ends: at once if the kernel has it, else after
    `lock_seconds`. Other sessions do not wait at all.
    """
    more = {} if store == "file" else {"lock_seconds": LOCK_SECONDS}
    server = serve_sessions("gthread", store_of_test(store, **more), "-w", "2", *THREADS)
    browser, other = (begin(server.browser(), "/implicit") for _ in range(2))
    with browser.opening("/implicit/hold?id=lock"):
        holder = int(server.wait_for(r"lock is held in (\d+)")[1])
        os.kill(holder, signal.SIGKILL)
        killed_at = time.monotonic()
        while True:  # a connection may have been the killed worker's
            with suppress(EOFError, ConnectionError):
                answer = browser.copy().get("/implicit/add")
                break
        seconds = time.monotonic() - killed_at
        _, other_seconds = other.timed("/implicit/add")
    print(f"free after {seconds:.2f} s; another session: {other_seconds * 1000:.0f} ms")
    assert answer.status == 200
    assert least <= seconds < most
    assert other_seconds < 1
    assert browser.get("/implicit/count").body == b"2"


def test_ram_in_workers(serve_sessions):  # noqa: F811
    """Sessions in RAM under several workers are refused at the first request; the log has the
    remedy.
    """
    server = serve_sessions("gthread", {"storage_class": "ram"}, "-w", "2", *THREADS)
    assert server.browser().get("/implicit/").status == 500
    assert server.wait_for("Set tools.sessions.storage_class to 'file', 'memcached'")


def test_the_clean_up(serve_sessions, store_of_test, tmp_path):  # noqa: F811
    """With --preload too, each worker that keeps sessions has one clean-up, the master none,
    and expired sessions vanish.
    """
    settings = store_of_test("file", timeout=0.5 / 60, clean_freq=0.1 / 60)
    server = serve_sessions("gthread", settings, "-w", "2", *THREADS, "--preload")
    threads = {}

    def ask_both():
        for _ in range(3):  # a process that is asked twice has one clean-up still
            server.browser().get("/implicit/add")
        process, names = json.loads(server.browser().get("/implicit/threads").body)
        threads[process] = names.count("Session cleanup")
        return len(threads) == 2 and all(threads.values())

    wait_until(ask_both)
    assert set(threads.values()) == {1}
    if os.path.isdir("/proc"):
        assert len(os.listdir(f"/proc/{server.pid}/task")) == 1
    wait_until(lambda: not list((tmp_path / "sessions").glob("session-*")))
    assert server.browser().get("/implicit/add").status == 200


@pytest.mark.parametrize("name", STORES)
def test_a_record_of_a_newer_version(serve_sessions, store_of_test, name):  # noqa: F811
    """A record that a newer version has written, while both serve, is no session of this one:
    the client gets a fresh one.
    """
    settings = store_of_test(name)
    server = serve_sessions("gthread", settings, "-w", "1", *THREADS)
    browser = begin(server.browser(), "/implicit")
    id = browser.id
    known = {key: value for key, value in settings.items() if key != "storage_class"}
    store = STORES[name](**known)
    stored = store.load(id)
    newer = stored.content.replace(b"wsgicherry-session 1 ", b"wsgicherry-session 2 ", 1)
    assert store.save(id, newer, stored.expires, stored.version)
    answer = browser.get("/implicit/add")
    assert answer.status == 200
    assert browser.id != id
    assert browser.get("/implicit/count").body == b"1"
    server.wait_for("Its format is")
    assert "Traceback" not in server.output
