"""Headers that grow, at the small tools that read them."""

from __future__ import annotations

from hostile_row import Row


def header(name, path, start, period, status=200):
    """Return what makes a row with `n` periods in one header."""
    return lambda n: Row(
        "grow", status, path, environ={name: start + period * n}, site="smalltools"
    )


SMALL = {
    "accept-tool-elements": header("HTTP_ACCEPT", "/accept", "text/html,", "a/b,"),
    "accept-tool-qualities": header("HTTP_ACCEPT", "/accept", "text/html,", "a/b;q=0.1,"),
    "accept-tool-commas": header("HTTP_ACCEPT", "/accept", "", ","),
    "referer-long": header("HTTP_REFERER", "/referer", "https://ours.example/", "a"),
    "referer-letters": header("HTTP_REFERER", "/referer", "", "a", 403),
    "referer-slashes": header("HTTP_REFERER", "/stranger", "https:", "/"),
    "referer-bytes": header("HTTP_REFERER", "/referer", "https://ours.example/", "\xff"),
    "accept-tool-parameters": header("HTTP_ACCEPT", "/accept", "text/html", ";a=b"),
    "accept-tool-quotes": header("HTTP_ACCEPT", "/accept", 'text/html;a="', "\\", 406),
    "logged-header": header("HTTP_X_ODD", "/log", "", "\n"),
    "ignored-cookie": header("HTTP_COOKIE", "/ignore", "", "a=b;"),
    "vary-names": header("HTTP_X_ODD", "/vary", "", "a,"),
    "ratelimit-key": header("HTTP_X_ODD", "/keyed", "", "a"),
    "ratelimit-address": header("REMOTE_ADDR", "/limited", "", "1:"),
}
