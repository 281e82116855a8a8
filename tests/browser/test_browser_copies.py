"""What a browser does with its copies of pages, by ETag, date and Expires."""

from __future__ import annotations

import json

TEXT = "<p>cherries</p>\n" * 200
ASK = """
const [path, cache] = arguments;
return fetch(path, {cache}).then(async answer => [
  answer.status, await answer.text(), answer.headers.get("content-encoding"),
]);
"""
# page, how the browser is to ask ('no-cache' is what a reload does), what it is answered when
# it needs the page three times, and the page's coding.
PAGES = [
    ("/tagged", "no-cache", ["200", "304", "304"], "gzip"),
    ("/dated", "no-cache", ["200", "304", "304"], None),
    ("/fresh", "no-cache", ["200", "304", "304"], "gzip"),
    ("/fresh", "default", ["200"], "gzip"),
    ("/unkept", "default", ["200", "200", "200"], None),
    ("/tagged", "reload", ["200", "200", "200"], "gzip"),
]


def test_copies(browser, serve):
    """The page is the same each time, wherever it comes from."""
    browser.open(serve("copies"))
    for turn, (path, mode, _, coding) in enumerate(PAGES):
        for _ in range(3):
            assert browser.run(ASK, f"{path}?turn={turn}", mode) == [200, TEXT, coding]
    told = json.loads(browser.run(ASK, "/told", "no-store")[1])
    for turn, (path, mode, answers, _) in enumerate(PAGES):
        got = [status for asked, status in told if asked == f"{path}turn={turn}"]
        assert got == answers, (path, mode)
