"""Files hold against the oracle of conditional requests, in every way that serves them
(SECURITY 1.2 item 13).
"""

from __future__ import annotations

import os

import pytest
from asking import ask, mount
from conditions_oracle import IF_RANGE, MODIFIED, RANGES, SINCE, TAGS, oracle, rows

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.lib.static import serve_file, serve_fileobj

CONTENT = b"0123456789" * 100
NAMES = (
    *("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since"),
    *("Range", "If-Range"),
)
FEW_TAGS = {word: TAGS[word] for word in ("absent", "match", "other", "weak", "star")}
FEW_DATES = {word: SINCE[word] for word in ("absent", "equal", "earlier", "later")}
ABSENT = {"absent": None}


@pytest.fixture(params=["staticfile", "staticdir", "serve_file", "serve_fileobj"])
def ask_file(request, site, tmp_path):
    """Ask for a file, served in one of four ways."""
    path = tmp_path / "file.txt"
    path.write_bytes(CONTENT)
    os.utime(path, (MODIFIED, MODIFIED))

    class Root:
        @expose
        def serve_file(self):
            return serve_file(str(path))

        @expose
        def serve_fileobj(self):
            return serve_fileobj(path.open("rb"), "text/plain")

    config = {
        "/staticfile": {"tools.staticfile.on": True, "tools.staticfile.filename": str(path)},
        "/staticdir": {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)},
    }
    site.tree.mount(Root(), "", config)
    place = "/staticdir/file.txt" if request.param == "staticdir" else f"/{request.param}"
    return lambda method, **options: ask(site.tree, place, method, **options)


def disagreements(ask_file, *columns):
    """Return the rows of the product of `columns` where file and oracle disagree."""
    etag = ask_file("GET").etag
    assert etag[0] == '"'
    wrong = []
    for method in ("GET", "HEAD"):
        for says, texts in rows(*columns):
            headers = {
                name: text and text.replace('"a"', etag)
                for name, text in zip(NAMES, texts, strict=True)
            }
            answer = ask_file(method, headers=headers)
            wanted = oracle(method, says, "strong", has_date=True)
            if answer.code != wanted:
                wrong.append((method, says, answer.code, wanted))
            elif method == "GET" and wanted in (200, 206):
                assert answer.body == (CONTENT if wanted == 200 else CONTENT[:2]), says
    return wrong


def test_the_four_conditions(ask_file):
    """IM x IUS x INM x IMS."""
    columns = (FEW_TAGS, FEW_DATES, FEW_TAGS, FEW_DATES, ABSENT, ABSENT)
    assert disagreements(ask_file, *columns) == []


def test_ranges_behind_them(ask_file):
    """Range x If-Range, and that a condition which fails comes first."""
    few = {word: TAGS[word] for word in ("absent", "match", "other")}
    dates = {word: SINCE[word] for word in ("absent", "equal")}
    assert disagreements(ask_file, few, ABSENT, few, dates, RANGES, IF_RANGE) == []


def test_pages_from_a_cache(site):
    """So does a page that `tools.caching` answers with."""

    def handler(*args):
        response = serving_now().response
        response.headers.update({"ETag": '"a"', "Last-Modified": SINCE["equal"]})
        return CONTENT

    ask_page = mount(site, handler, caching__on=True)
    assert ask_page().header("Age") is None
    assert ask_page().header("Age") is not None
    wrong = []
    for method in ("GET", "HEAD"):
        for says, texts in rows(FEW_TAGS, FEW_DATES, FEW_TAGS, FEW_DATES):
            got = ask_page(method, headers=dict(zip(NAMES, texts, strict=False)))
            wanted = oracle(method, (*says, "absent", "absent"), "strong", has_date=True)
            if got.code != wanted:
                wrong.append((method, says, got.code, wanted))
    assert not wrong
