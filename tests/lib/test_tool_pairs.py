"""Tools that meet on one page: whatever is on, the page answers correctly (ASKS row 34).

A page of its own is every pair of TOOLS, and three of those that make the answer or say what it
is; and all of them, and all but one or two.
"""

from __future__ import annotations

import gzip
import itertools
import logging
from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple

import pytest
from asking import Answer, ask

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.site import Site

TEXT = "<p>Kirschbl\xfcte \u685c</p>\n" * 40
FILE_NAME = "file.html"
ORIGIN = "https://orchard.example"
CREDENTIALS = "Basic " + b64encode(b"ann:cherry").decode()

# name: the settings it is on with. A tool of which programs rely on how it meets these joins
# by a line here.
TOOLS: dict[str, dict[str, object]] = {
    "etags": {"autotags": True},
    "gzip": {"mime_types": ["text/*", "application/json"]},
    "compress": {"mime_types": ["text/*", "application/json"]},
    "expires": {"secs": 60},
    "json_out": {},
    "encode": {},
    "sessions": {},
    "caching": {},
    "staticdir": {"dir": "", "content_types": {"html": "text/html;charset=utf-8"}},
    "auth_basic": {
        "realm": "orchard",
        "checkpassword": lambda realm, name, password: (name, password) == ("ann", "cherry"),
    },
    "autovary": {},
    "cors": {"origins": [ORIGIN]},
    "response_headers": {"headers": [("Vary", "Cookie"), ("X-Own", "x")]},
    "secure_headers": {},
}
TRIED_BY_THREES = {
    *("etags", "gzip", "compress", "json_out", "encode", "sessions", "caching", "staticdir"),
}
COMPRESSING = {"gzip", "compress"}
# What a tool adds to Vary, on every answer that might have been another.
VARYING = {
    **dict.fromkeys(COMPRESSING, "accept-encoding"),
    "cors": "origin",
    "response_headers": "cookie",
}
# Headers of one answer only.
MOMENTARY = {"date", "set-cookie", "age", "cache-status", "expires"}
# What a 304 must have if the 200 has it (RFC 9110 section 15.4.5).
ON_304 = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")


class Combination(NamedTuple):
    """A page with some tools on."""

    site: Site
    tools: frozenset[str]
    path: str

    def __str__(self) -> str:
        return "+".join(sorted(self.tools)) or "nothing"

    def ask(self, method: str = "GET", coding: str | None = None, **headers: str) -> Answer:
        """Ask for the page as somebody who may see it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if "auth_basic" in self.tools:  # others need not: a cache keeps nothing of who does
            sent = {"Authorization": CREDENTIALS, **sent}
        sent = {"Accept-Encoding": coding, "Origin": ORIGIN, **sent}
        return ask(self.site.tree, self.path, method, headers=sent)


class Root:
    """A page as a text, as bytes or as JSON, whichever the tools that are on take."""

    def __init__(self, tools: frozenset[str]) -> None:
        self._tools = tools

    @expose
    def page(self) -> object:
        if "sessions" in self._tools:
            serving_now().session["seen"] = True
        if "json_out" in self._tools:
            return {"text": TEXT}
        if "encode" in self._tools:
            return TEXT
        serving_now().response.headers["Content-Type"] = "text/html;charset=utf-8"
        return TEXT.encode()

    @expose
    def refused(self) -> object:
        raise HTTPError(409, "Not like this.")


def combine(names: list[str]) -> list[frozenset[str]]:
    """Return the sets of tools that are tried."""
    few = [set(some) for size in range(3) for some in itertools.combinations(names, size)]
    threes = map(set, itertools.combinations(sorted(TRIED_BY_THREES), 3))
    lacking = [set(names) - some for some in few]
    return sorted(map(frozenset, [*few, *threes, *lacking]), key=sorted)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """All combinations, mounted on one site."""
    folder = tmp_path_factory.mktemp("public")
    (folder / FILE_NAME).write_bytes(TEXT.encode())
    logger = logging.getLogger("tool_pairs")
    logger.propagate = False
    site = Site(logger.name)
    yield [
        mount(site, tools, f"/{number}", folder)
        for number, tools in enumerate(dict.fromkeys(combine(list(TOOLS))))
    ]
    site.engine.exit()
    logger.propagate = True


def mount(site: Site, tools: frozenset[str], path: str, folder: object) -> Combination:
    """Mount a page with `tools` on at `path`."""
    config: dict[str, object] = {"tools.encode.on": False}
    for name in tools:
        settings = {**TOOLS[name], "on": True}
        if "dir" in settings:
            settings["dir"] = str(folder)
        config.update({f"tools.{name}.{key}": value for key, value in settings.items()})
    site.tree.mount(Root(tools), path, {"/": config})
    page = FILE_NAME if "staticdir" in tools else "page"
    return Combination(site, tools, f"{path}/{page}")


def expected(combination: Combination) -> bytes:
    """Return the page without any coding."""
    if "json_out" in combination.tools and "staticdir" not in combination.tools:
        from json import dumps  # as the tool writes it

        return dumps({"text": TEXT}).encode()
    return TEXT.encode()


def decode(answer: Answer) -> bytes:
    """Return the body without its coding."""
    coding = answer.header("Content-Encoding")
    assert coding in (None, "gzip"), coding
    return gzip.decompress(answer.body) if coding else answer.body


def lasting(answer: Answer) -> dict[str, str]:
    """Return the headers that are the same each time."""
    return {n.lower(): v for n, v in answer.headers if n.lower() not in MOMENTARY}


def varies(answer: Answer) -> set[str]:
    """Return the names in Vary."""
    names = (answer.header("Vary") or "").split(",")
    return {name.strip().lower() for name in names if name.strip()}


Check = Callable[[Combination, "str | None"], object]


def failures(pages: list[Combination], check: Check) -> list[str]:
    """Return what `check` finds on pages, for a client with gzip and one without."""
    found = []
    for combination, coding in itertools.product(pages, (None, "gzip")):
        problem = check(combination, coding)
        if problem:
            found.append(f"{combination} for {coding}: {problem}")
    return found


def test_each_tool_is_tried(pages):
    """Every pair of tools is on somewhere; and what is to be cached is."""
    cached = next(page for page in pages if page.tools == {"caching", "encode"})
    assert [cached.ask(), cached.ask()][1].header("Age") is not None
    for pair in itertools.combinations(TOOLS, 2):
        assert any(page.tools >= set(pair) for page in pages)


def test_the_page_is_the_page(pages):
    """Decoded it is what the handler returned; twice, as the second may come from a cache."""

    def check(page, coding):
        for _ in range(2):
            answer = page.ask(coding=coding)
            if answer.code != 200 or decode(answer) != expected(page):
                return f"{answer.status}, {answer.body[:60]!r}"
            if answer.header("Content-Length") != str(len(answer.body)):
                return f"Content-Length {answer.header('Content-Length')}"

    assert failures(pages, check) == []


def test_it_is_compressed_only_for_those_who_ask(pages):
    """For others it is as it is."""

    def check(page, coding):
        answer = page.ask(coding=coding)
        is_coded = answer.header("Content-Encoding") is not None
        if is_coded != (bool(COMPRESSING & page.tools) and coding is not None):
            return f"Content-Encoding {answer.header('Content-Encoding')}"

    assert failures(pages, check) == []


def test_vary_is_complete(pages):
    """It names all that the answer depends on, whatever the answer is."""

    def check(page, coding):
        wanted = {name for tool, name in VARYING.items() if tool in page.tools}
        for headers in ({}, {"If_None_Match": "*"}, {"Range": "bytes=0-9"}):
            answer = page.ask(coding=coding, **headers)
            if not wanted <= varies(answer):
                return f"Vary {answer.header('Vary')} on {answer.status}"

    assert failures(pages, check) == []


def test_its_own_tag_is_good_for_a_304(pages):
    """The 304 has no body, nothing about one, and the headers that the copy needs."""

    def check(page, coding):
        answer = page.ask(coding=coding)
        if answer.etag is None:
            return "no tag" if "etags" in page.tools else None
        is_weak = answer.etag[:2] == "W/"
        if is_weak != (answer.header("Content-Encoding") is not None):
            return f"tag {answer.etag} of a body in {answer.header('Content-Encoding')}"
        again = page.ask(coding=coding, If_None_Match=answer.etag)
        if (again.code, again.body) != (304, b""):
            return f"{again.status} with {len(again.body)} bytes for its own tag"
        described = {"content-type", "content-length", "content-encoding"} & {*lasting(again)}
        if described:
            return f"a 304 with {described}"
        for name in ON_304:
            if name == "Expires" and again.header(name) and answer.header(name):
                continue  # a second may have passed
            if again.header(name) != answer.header(name):
                return f"{name}: {answer.header(name)} on 200, {again.header(name)} on 304"

    assert failures(pages, check) == []


def test_the_tags_of_two_codings_differ(pages):
    """And a strong tag is not that of compressed bytes."""
    for page in pages:
        plain, coded = page.ask(), page.ask(coding="gzip")
        if plain.etag and coded.header("Content-Encoding"):
            assert plain.etag != coded.etag, str(page)


def test_head_has_the_headers_of_get(pages):
    """And no body (SECURITY 1.2 item 15)."""

    def check(page, coding):
        got, head = page.ask(coding=coding), page.ask("HEAD", coding)
        if head.body or head.code != got.code:
            return f"HEAD {head.status} with {len(head.body)} bytes"
        if lasting(head) != lasting(got):
            return f"HEAD {set(lasting(got).items()) ^ set(lasting(head).items())}"

    assert failures(pages, check) == []


def test_a_part_is_a_part_of_the_plain_page(pages):
    """A 206 is never compressed (SECURITY 1.2 item 16)."""

    def check(page, coding):
        answer = page.ask(coding=coding, Range="bytes=0-9")
        if answer.code == 206:
            is_part = answer.body == expected(page)[:10]
            if not is_part or answer.header("Content-Encoding") or not is_partial(answer):
                return f"206 {answer.headers} {answer.body!r}"
        elif answer.code != 200 or decode(answer) != expected(page):
            return f"{answer.status} {answer.body[:60]!r}"

    assert failures(pages, check) == []


def is_partial(answer):
    """Tell whether a 206 says of what it is a part."""
    return (answer.header("Content-Range") or "").startswith("bytes 0-9/")


def test_a_412_is_an_error_page(pages):
    """It has the length and the coding of its own body, and no tag."""

    def check(page, coding):
        answer = page.ask(coding=coding, If_Match='"other"')
        if "etags" in page.tools and answer.code != 412:
            return answer.status
        if answer.code == 412:
            is_right = b"Precondition Failed" in decode(answer)
            if not is_right or answer.etag is not None:
                return f"412 {answer.headers} {answer.body[:60]!r}"
        if answer.header("Content-Length") != str(len(answer.body)):
            return f"Content-Length {answer.header('Content-Length')}"

    assert failures(pages, check) == []


def test_an_error_is_an_error(pages):
    """No tool makes a 304, a tag, or another page of it."""

    def check(page, coding):
        refused = page._replace(path=page.path.rpartition("/")[0] + "/refused")
        answer = refused.ask(coding=coding, If_None_Match="*", Range="bytes=0-9")
        if answer.code != 409 or b"Not like this." not in decode(answer):
            return f"{answer.status} {answer.body[:60]!r}"
        if answer.etag or answer.header("Expires"):
            return f"{answer.headers}"

    assert failures(pages, check) == []


def test_nobody_sees_a_protected_page_without_a_password(pages):
    """Not from a cache, not by a tag, not in part."""

    def check(page, coding):
        if "auth_basic" not in page.tools:
            return None
        tag = page.ask(coding=coding).etag or "*"
        for headers in ({}, {"If_None_Match": tag}, {"Range": "bytes=0-9"}):
            answer = page.ask(coding=coding, Authorization=None, **headers)
            if answer.code != 401 or TEXT[:9].encode() in decode(answer):
                return f"{answer.status} for {headers}"

    assert failures(pages, check) == []
