"""The client of the programs, and what its answers are expected to be where sessions differ."""

import pytest
from client import FORMER, NEW, SENT, Client
from comparison import compare

ID, OTHER = "a" * 40, "b" * 40


def answer(*cookies, body="", now=0):
    """Return an answer that sets `cookies`, as run_program.py has it."""
    return {"headers": [["Set-Cookie", text] for text in cookies], "body": body, "time": now}


def sent(client, path="/", is_replay=False):
    """Return what `client` sends as its cookies."""
    environ = {"PATH_INFO": path}
    client.add_cookies(environ, is_replay)
    return environ.get("HTTP_COOKIE")


KEPT = [
    (["a=1"], "/", "a=1"),
    (["a=1", "b=2"], "/", "a=1; b=2"),
    (["a=1; Path=/app"], "/", None),
    (["a=1; Path=/app"], "/app", "a=1"),
    (["a=1; Path=/app"], "/app/page", "a=1"),
    (["a=1; Path=/app"], "/apple", None),
    (["a=1", "b=2; Path=/app"], "/app", "b=2; a=1"),
    (["a=1", "a=2"], "/", "a=2"),
    (["a=1; Max-Age=0"], "/", None),
    (["a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT"], "/", None),
    (["a=1; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9"], "/", "a=1"),
    (["a=1; expires=Fri, 02 Jan 1970 00:00:00 GMT"], "/", "a=1"),
    (["a=1", "a=1; Max-Age=0"], "/", None),
]


@pytest.mark.parametrize(("cookies", "path", "header"), KEPT)
def test_a_client_keeps_cookies_as_browsers_do(cookies, path, header):
    """Each cookie for its path, until it ends; Max-Age goes before Expires."""
    client = Client()
    client.keep_cookies(answer(*cookies))
    assert sent(client, path) == header


def test_a_replay_sends_the_cookies_from_before_the_last_change():
    """So a program shows what an id opens that was given up."""
    client = Client()
    client.keep_cookies(answer("a=1"))
    client.keep_cookies(answer("a=2"))
    client.keep_cookies(answer("a=2"))
    assert sent(client) == "a=2"
    assert sent(client, is_replay=True) == "a=1"


def test_ids_are_told_apart_and_not_shown():
    """An id is what the client sent, what it once knew, or new."""
    client = Client()
    first = answer(f"a={ID}", body=ID)
    client.mask_ids({}, first)
    again = answer(body=f"{ID} {OTHER}")
    client.mask_ids({"HTTP_COOKIE": f"a={OTHER}"}, again)
    assert (first["body"], first["headers"]) == (NEW, [["Set-Cookie", f"a={NEW}"]])
    assert again["body"] == f"{FORMER} {SENT}"


def page(session, *headers):
    """Return the answer to a request that expects `session` to become of its session."""
    return {
        "request": {"name": "GET /", "method": "GET", "session": session},
        "status": "200 OK",
        "headers": [list(pair) for pair in headers],
        "body": "",
        "raised": None,
        "time": 0,
    }


PLAIN = ("Set-Cookie", f"id={SENT}; Path=/; Max-Age=90.0")
SAFE = ("Set-Cookie", f"id={SENT}; Path=/; Max-Age=90; HttpOnly; SameSite=Lax")
FRESH = ("Set-Cookie", f"id={NEW}; Path=/; Max-Age=90; HttpOnly; SameSite=Lax")
ENDED = (
    "Set-Cookie",
    "id=expired; Path=/; Max-Age=0; Expires=Wed, 01 Jan 1969 00:00:00 GMT; HttpOnly; "
    "SameSite=Lax",
)
PRIVATE = (("Vary", "Cookie"), ("Cache-Control", "private"))
OURS = {
    None: (PLAIN,),
    "untouched": (),
    "read": PRIVATE,
    "sent": (*PRIVATE, SAFE),
    "renewed": (*PRIVATE, FRESH),
    "expired": (*PRIVATE, ENDED),
}


@pytest.mark.parametrize("session", OURS)
@pytest.mark.parametrize("got", OURS)
def test_what_becomes_of_a_session_says_what_is_expected(session, got):
    """Each word stands for one answer, and for no other."""
    findings = compare("program", [page(session, PLAIN)], [page(session, *OURS[got])], {})
    assert (findings == []) == (session == got)


@pytest.mark.parametrize(
    ("sent", "cookies"), [(SENT, ()), (NEW, (FRESH,))], ids=["the same id", "a new id"]
)
def test_a_session_that_is_kept_sends_its_cookie_once(sent, cookies):
    """The client has the cookie of an id that it sent."""
    theirs = ("Set-Cookie", f"id={sent}; Path=/; Max-Age=90.0")
    expected, got = page("kept", theirs), page("kept", *PRIVATE, *cookies)
    assert compare("program", [expected], [got], {}) == []


def test_private_joins_what_the_program_says():
    """The program's own Vary and Cache-Control stay; no-store is stricter than private."""
    theirs = (("Vary", "Accept"), ("Cache-Control", "max-age=60"))
    ours = (("Vary", "Cookie, Accept"), ("Cache-Control", "private, max-age=60"))
    assert compare("program", [page("read", *theirs)], [page("read", *ours)], {}) == []
    stored = ("Cache-Control", "no-store")
    assert (
        compare("program", [page("read", stored)], [page("read", stored, PRIVATE[0])], {}) == []
    )
