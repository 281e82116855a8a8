"""Heads that grow, at a file of a folder: ranges, conditions, codings, and the path itself."""

from __future__ import annotations

from hostile_row import Row


def asking(name, start, period, end="", path="/files/data.bin", status=200):
    """Return what makes a row with `n` periods in one header, at a static file."""
    return lambda n: Row(
        "grow", status, path, site="static", environ={name: start + period * n + end}
    )


def below(period):
    """Return what makes a row with `n` periods in its path below the folder."""
    return lambda n: Row("grow", (404, 414), "/files/" + period * n, site="static")


STATIC = {
    "static-range-same": asking("HTTP_RANGE", "bytes=", "0-,", status=206),
    "static-range-apart": lambda n: Row(
        "grow",
        (200, 206),
        "/files/data.bin",
        site="static",
        environ={"HTTP_RANGE": "bytes=" + ",".join(f"{2 * k}-{2 * k}" for k in range(n))},
    ),
    "static-range-commas": asking("HTTP_RANGE", "bytes=0-1", ",", status=206),
    "static-range-digits": asking("HTTP_RANGE", "bytes=0-", "9", status=206),
    "static-if-range": asking("HTTP_IF_RANGE", '"', "a", '"'),
    "static-if-range-weak": asking("HTTP_IF_RANGE", "", 'W/"a" '),
    "static-if-range-date": asking("HTTP_IF_RANGE", "Sun, ", "0"),
    "static-if-range-list": asking("HTTP_IF_RANGE", "", '"a",'),
    "static-range-spaces": asking("HTTP_RANGE", "bytes=", " ", "0-1", status=(200, 206)),
    "static-range-suffixes": asking("HTTP_RANGE", "bytes=", "-1,", status=206),
    "static-range-units": asking("HTTP_RANGE", "", "bytes=", "0-1"),
    "static-coding-qualities": asking(
        "HTTP_ACCEPT_ENCODING", "", "br;q=0.1,", path="/files/app.js"
    ),
    "static-none-match": asking("HTTP_IF_NONE_MATCH", "", '"a",'),
    "static-none-match-weak": asking("HTTP_IF_NONE_MATCH", "", "W/"),
    "static-none-match-quotes": asking("HTTP_IF_NONE_MATCH", "", '"'),
    "static-none-match-open": asking("HTTP_IF_NONE_MATCH", "", 'W/"a'),
    "static-match": asking("HTTP_IF_MATCH", "", '"a",', status=412),
    "static-since-spaces": asking("HTTP_IF_MODIFIED_SINCE", "Tue", " "),
    "static-since-digits": asking("HTTP_IF_MODIFIED_SINCE", "", "1"),
    "static-coding": asking("HTTP_ACCEPT_ENCODING", "", "br,", path="/files/app.js"),
    "static-coding-commas": asking("HTTP_ACCEPT_ENCODING", "", ",", path="/files/app.js"),
    "static-path-letters": below("a"),
    "static-path-segments": below("a/"),
    "static-path-dots": below("../"),
    "static-path-folders": below("sub/"),
    "static-path-links": below("link-up/public/"),
}
