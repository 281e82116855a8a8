"""The pages of the diagnostics as HTML: pure functions, and the headers that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ..core.errorpages import source_of

STYLE = (
    ":root{color-scheme:light dark;--ink:#2b2b2b;--soft:#6a6a6a;--edge:#d9d3d6;--page:#fff;"
    "--band:#f5f2f3;--cherry:#b3123b;--alert:#fdecef}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a8a4a6;--edge:#454143;"
    "--page:#1c1b1c;--band:#262425;--cherry:#f0849d;--alert:#40202a}}"
    "body{max-width:72rem;margin:2rem auto;padding:0 1.5rem;font:1rem/1.5 system-ui,sans-serif;"
    "color:var(--ink);background:var(--page)}"
    "h1{margin:2rem 0 1rem;padding:0 0 .5rem;font-size:1.5rem;line-height:1.2;"
    "border-bottom:3px solid var(--cherry)}"
    "h2{margin:2rem 0 .5rem;font-size:1.125rem}"
    "a{color:var(--cherry)}"
    "table{border-collapse:collapse;font-size:.875rem}"
    "th,td{padding:.375rem .75rem;text-align:left;vertical-align:top;overflow-wrap:anywhere;"
    "border-bottom:1px solid var(--edge)}"
    "th{font-weight:600;color:var(--soft);background:var(--band);overflow-wrap:normal}"
    "td{font-variant-numeric:tabular-nums}"
    "div{margin:0 0 1rem}form{display:inline}"
    "input,button{font:inherit;color:inherit;padding:.125rem .5rem;background:var(--band);"
    "border:1px solid var(--edge);border-radius:4px}"
    "button{cursor:pointer}button:disabled{opacity:.5;cursor:default}"
    "pre{margin:0;font:.8125rem/1.5 ui-monospace,monospace;white-space:pre-wrap}"
    ".missing{background:var(--alert)}"
    ":focus-visible{outline:2px solid var(--cherry);outline-offset:2px}"
)

# As on the login page: the style is let in by its hash, nothing else loads or runs, and no page
# of others can hold this one in a frame, where a click could be led astray.
HEADERS = {
    "Content-Type": "text/html;charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {source_of(STYLE)}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of these pages; whoever sends one adds them."""

TEXT_HEADERS = {
    "Content-Type": "text/plain;charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Headers of what is sent as plain text, in which no markup means anything."""

ONE_VALUE_EACH: Mapping[str, Any] = {"tools.params.on": True}
"""Config of these pages: a parameter that comes twice, and so is a list, is answered 400."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


class Markup(str):
    """Text that is HTML already: it is not escaped."""


def render_page(title: str, parts: Iterable[Markup]) -> bytes:
    """Return the page `title` as HTML5 in UTF-8."""
    page = _PAGE.format(title=to_html(title), style=STYLE, body="\n".join(parts))
    return page.encode("utf-8", "replace")


def to_html(value: object) -> str:
    """Return `value` as HTML: escaped, but for Markup."""
    return value if isinstance(value, Markup) else escape(str(value))


def heading(text: object, level: int = 1) -> Markup:
    """Return a heading."""
    return Markup(f"<h{level}>{to_html(text)}</h{level}>")


def link(address: str, text: object) -> Markup:
    """Return a link to `address`, relative to the page."""
    return Markup(f'<a href="{escape(address)}">{to_html(text)}</a>')


def table(headers: Iterable[object], rows: Iterable[Iterable[object]]) -> Markup:
    """Return a table with `headers` above its columns."""
    head = "".join(f"<th>{to_html(header)}</th>" for header in headers)
    lines = "\n".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return Markup(
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"
    )


def pairs(rows: Iterable[tuple[object, object]]) -> Markup:
    """Return a table of two columns: names, and values."""
    lines = "\n".join(
        f"<tr><th>{to_html(name)}</th>{_cells([value])}</tr>" for name, value in rows
    )
    return Markup(f"<table>\n<tbody>\n{lines}\n</tbody>\n</table>")


def _cells(row: Iterable[object]) -> str:
    return "".join(f"<td>{to_html(value)}</td>" for value in row)
