"""Files behind a tool that says who may have them: it is asked first, however config is."""

from __future__ import annotations

import pytest

from wsgicherry.core.errors import HTTPError
from wsgicherry.core.tools import HandlerTool, Tool

LATER = "Sat, 01 Jan 2050 00:00:00 GMT"
PATHS = ("data.bin", "page.html", "sub", "sub/", "nothing.txt")


def refuse():
    """A tool of a program's own, without a priority."""
    raise HTTPError(403)


def answer_instead():
    """A tool that answers by itself, as a login page does."""
    return True


@pytest.fixture(params=["session_auth", "refusing", "answering"])
def guard(request, site):
    """The settings of a tool that lets nobody in."""
    site.tools.refusing = Tool("before_handler", refuse)
    site.tools.answering = HandlerTool(answer_instead)
    if request.param != "session_auth":
        return {f"tools.{request.param}.on": True}
    return {
        "tools.sessions.on": True,
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": lambda *given: "No.",
    }


@pytest.mark.parametrize("is_guard_first", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_let_in_learns_nothing_of_files(
    ask, site, folder, guard, is_guard_first, path
):
    """Neither a file nor that it is there, by a 304 or a part, is told before the guard."""
    files = {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(folder),
        "tools.staticdir.index": "index.html",
    }
    settings = {**guard, **files} if is_guard_first else {**files, **guard}
    site.tree.mount(object(), "", {"/": settings})
    expected = ask("/no/such/file")
    for headers in ({}, {"if_modified_since": LATER}, {"range": "bytes=0-2"}):
        answer = ask(f"/{path}", **headers)
        assert answer.status == expected.status
        assert answer.headers.keys() == expected.headers.keys()
