"""The watch over sessions sees what it is there for."""

import os
import time

import pytest
from hostile_sessions import FILES, KNOWN, SESSIONS, SessionWatch

ID = "c0ffee0000" * 4
HTTP, HTTPS = {"wsgi.url_scheme": "http"}, {"wsgi.url_scheme": "https"}
COOKIE = f"session_id={ID}; HttpOnly; Path=/; SameSite=Lax"


@pytest.fixture
def ram(tmp_path):
    """A watch over sessions in RAM."""
    watch = SessionWatch(SESSIONS, tmp_path)
    watch.prepare()
    yield watch
    watch.store.clear()


@pytest.fixture
def files(tmp_path):
    """A watch over sessions in files."""
    watch = SessionWatch(FILES, tmp_path)
    watch.prepare()
    return watch


def traces(watch, cookie="", environ=HTTP, sent="", logged=(), kept=0):
    """Return what the watch finds after an answer with that cookie."""
    headers = [("Set-Cookie", cookie)] if cookie else []
    return list(watch.find_traces({**environ, "HTTP_COOKIE": sent}, headers, logged, kept))


def save(watch, id, content=None):
    """Keep a session."""
    watch.store.save(id, content or watch.content, time.time() + 60, None)


def test_a_request_that_leaves_nothing_is_clean(ram, files):
    """Neither a cookie that is right, nor a session that the program kept, is a fault."""
    for watch in (ram, files):
        assert traces(watch) == []
        save(watch, ID)
        assert traces(watch, COOKIE, kept=1) == []


@pytest.mark.parametrize(
    "cookie",
    [
        f"session_id={ID}; Path=/; SameSite=Lax",
        f"session_id={ID}; HttpOnly; Path=/",
        f"session_id={ID}; HttpOnly; Path=/; SameSite=None",
        f"session_id={ID}; HttpOnly; SameSite=Lax",
        f"session_id={ID}; HttpOnly; Path=/x; SameSite=Lax",
        f"session_id={ID}; HttpOnly; Path=/; SameSite=Lax; Secure",
        f"session_id={ID}; HttpOnly; Path=/; SameSite=Lax; Domain=example",
        "session_id=x; HttpOnly; Path=/; SameSite=Lax",
    ],
)
def test_a_cookie_that_is_wrong_is_found(ram, cookie):
    """By http: each attribute as it must be, and an id for its value."""
    assert len(traces(ram, cookie)) == 1


def test_a_cookie_that_is_not_secure_is_found(ram):
    """By https it must be."""
    assert len(traces(ram, COOKIE, HTTPS)) == 1


def test_an_id_that_was_adopted_is_found(ram):
    """It is in the store, and in the answer."""
    save(ram, ID)
    found = traces(ram, COOKIE, sent=f"session_id={ID}", kept=1)
    assert [text.partition(":")[0] for text in found] == [
        "an id of the client's was adopted",
        "an id of the client's was sent back",
    ]


def test_a_session_that_nobody_kept_is_found(ram, files):
    """One more than the program says, on either store."""
    for watch in (ram, files):
        save(watch, ID)
        assert traces(watch) == ["1 sessions were kept, 0 by the program"]


def test_an_id_that_goes_on_after_logout_is_found(ram):
    """The client got another cookie, but the store still has the session."""
    cookie = COOKIE.replace(ID, "expired")
    assert traces(ram, cookie, sent=f"session_id={KNOWN}") == [
        "the id that was given up still opens the session"
    ]


def test_a_session_of_somebody_else_that_is_gone_is_found(ram):
    """The client did not send its id."""
    ram.store.delete(KNOWN)
    assert traces(ram) == ["the session of somebody else was changed"]


def test_an_id_in_a_log_is_found(ram):
    """Who reads a log must not get into a session."""
    assert len(traces(ram, logged=[f"id {KNOWN}"])) == 1


def test_a_lock_that_is_held_is_found(ram, files):
    """Nobody could use the session any more."""
    for watch in (ram, files):
        lock = watch.store.lock(KNOWN, 0)
        assert "the session is still locked" in traces(watch)
        lock.release()


def test_a_file_that_is_left_is_found(files):
    """In the folder, beside it, or one that others can read."""
    (files.folder / "x").touch()
    (files.folder.parent / "y").touch()
    os.chmod(files.folder / f"session-{KNOWN}", 0o644)
    assert len(traces(files)) == 3
