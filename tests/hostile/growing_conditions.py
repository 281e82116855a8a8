"""Conditions that grow: tags without end, and what only begins as one."""

from __future__ import annotations

from hostile_row import Row


def header(name, start, period, end="", status=200, path="/tagged", method="GET"):
    """Return what makes a row with `n` periods in one header of the conditional site."""
    return lambda n: Row(
        "grow", status, path, method=method, environ={name: start + period * n + end},
        site="conditional",
    )  # fmt: skip


CONDITIONS = {
    "none-match-tags": header("HTTP_IF_NONE_MATCH", "", '"b",', '"a"', 304),
    "none-match-other": header("HTTP_IF_NONE_MATCH", "", '"b",'),
    "none-match-weak": header("HTTP_IF_NONE_MATCH", "", 'W/"b",', 'W/"a"', 304),
    "none-match-auto": header("HTTP_IF_NONE_MATCH", "", '"b",', path="/auto"),
    "none-match-long": header("HTTP_IF_NONE_MATCH", '"', "b", '"'),
    "none-match-open": header("HTTP_IF_NONE_MATCH", "", '"b'),
    "none-match-quotes": header("HTTP_IF_NONE_MATCH", "", '"'),
    "none-match-spaces": header("HTTP_IF_NONE_MATCH", '"b"', " ", "x"),
    "none-match-commas": header("HTTP_IF_NONE_MATCH", "", ",", "x"),
    "none-match-marks": header("HTTP_IF_NONE_MATCH", "", "W/", '"a"'),
    "none-match-412": header("HTTP_IF_NONE_MATCH", "", '"a",', "", 412, method="DELETE"),
    "match-tags": header("HTTP_IF_MATCH", "", '"b",', '"a"'),
    "match-412": header("HTTP_IF_MATCH", "", '"b",', "", 412),
    "match-weak": header("HTTP_IF_MATCH", "", 'W/"a",', "", 412),
    "match-spaces": header("HTTP_IF_MATCH", '"b"', " ", '"a"', 412),
    "match-open": header("HTTP_IF_MATCH", "", '"b', "", 412),
    "unmodified-digits": header("HTTP_IF_UNMODIFIED_SINCE", "Sun, ", "0", path="/dated"),
    "unmodified-months": header("HTTP_IF_UNMODIFIED_SINCE", "", "Sun Nov ", path="/dated"),
    "since-asctime": header("HTTP_IF_MODIFIED_SINCE", "", "Sun Nov  6 ", path="/dated"),
    "since-digits": header("HTTP_IF_MODIFIED_SINCE", "Sun, ", "0", path="/dated"),
    "since-spaces": header("HTTP_IF_UNMODIFIED_SINCE", "Sun,", " ", path="/dated"),
}
