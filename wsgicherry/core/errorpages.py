"""An error as HTML, JSON (RFC 9457) or text: pure functions, no context, no request.

The HTML page keeps the fragments that programs and tests look for (BEHAVIOUR 2.9):
`<title>404 Not Found</title>`, `<h2>404 Not Found</h2>`, `<p>the message</p>`,
`<pre id="traceback">`. It names no version and loads nothing.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from ..wire.accept import MAX_ACCEPT_BYTES, MalformedHeader, choose_media, parse_accept

STYLE = (
    ":root{color-scheme:light dark}"
    "body{max-width:42rem;margin:12vh auto 2rem;padding:0 1.5rem;overflow-wrap:anywhere;"
    "font:1rem/1.5 system-ui,sans-serif;color:#2b2b2b;background:#fff}"
    "h2{margin:0 0 .75rem;padding:0 0 .75rem;font-size:1.75rem;line-height:1.2;"
    "border-bottom:3px solid #b3123b}"
    "p{margin:0 0 .75rem}"
    "#error-id{color:#6a6a6a;font-size:.875rem}"
    "code,pre{font-family:ui-monospace,monospace}"
    "pre{margin:1.5rem 0 0;padding:1rem;font-size:.8125rem;white-space:pre-wrap;"
    "background:#f5f2f3;border-radius:4px}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#1c1b1c}"
    "#error-id{color:#a0a0a0}pre{background:#2a282a}}"
)


def source_of(style: str) -> str:
    """Return what lets in the style element with this text, in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


HEADERS = (
    # In which form the page is sent depends on it (RFC 9110 section 12.5.5).
    ("Vary", "Accept"),
    ("X-Content-Type-Options", "nosniff"),
    # The one style element is let in by its hash; nothing else may load or run (SECURITY goal
    # 43).
    ("Content-Security-Policy", f"default-src 'none'; style-src {source_of(STYLE)}"),
)
"""Headers that belong on every page of this file; whoever sends the page adds them."""

HTML_TYPE = "text/html;charset=utf-8"
JSON_TYPE = "application/problem+json"
TEXT_TYPE = "text/plain;charset=utf-8"

_PAGE_START = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{status}</title>
<style>{style}</style>
</head>
<body>
<h2>{status}</h2>
<p>"""
_PAGE_END = """</body>
</html>
"""

# What no page may hold: C0 and C1 controls but tab and newline, surrogates, U+FFFE, U+FFFF.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLACEHOLDER = re.compile(r"%%|%\((\w+)\)s")


class ErrorPage(NamedTuple):
    """What a page says; plain text, nothing is escaped yet."""

    status_line: str
    """The code and the reason: "404 Not Found"."""
    message: str
    traceback: str = ""
    error_id: str = ""
    version: str = ""
    """For error pages of a program's own; our pages never print it."""
    members: Mapping[str, Any] = {}
    """What a problem document says beside these; they come over it."""


Renderer = Callable[[ErrorPage], bytes]


def render_html(page: ErrorPage) -> bytes:
    """Return a small HTML5 page in UTF-8.

    No value stands inside a tag, so `'` stays what it is, as in CherryPy's pages ("The path
    '/x' was not found."): programs' tests look for such messages.
    """
    start = _start_page(page.status_line)
    rest = ""
    if page.error_id:
        rest = f'<p id="error-id">Error id: <code>{_escape(page.error_id)}</code></p>\n'
    if page.traceback:
        rest += f'<pre id="traceback">{_escape(page.traceback)}</pre>\n'
    return f"{start}{_escape(page.message)}</p>\n{rest}{_PAGE_END}".encode()


# PERF: a site sends few different statuses.
@lru_cache(maxsize=64)
def _start_page(status_line: str) -> str:
    """Return what stands before the message on a page."""
    return _PAGE_START.format(status=_escape(status_line), style=STYLE)


def render_json(page: ErrorPage) -> bytes:
    """Return a problem document (RFC 9457 section 3) in ASCII."""
    code, _, reason = page.status_line.partition(" ")
    members = {
        **page.members,
        "type": "about:blank",
        "title": _clean(reason),
        "status": int(code),
        "detail": _clean(page.message),
    }
    if page.error_id:
        members["error_id"] = _clean(page.error_id)
    if page.traceback:
        members["traceback"] = _clean(page.traceback)
    return json.dumps(members).encode()


def render_text(page: ErrorPage) -> bytes:
    """Return the page as paragraphs of plain text in UTF-8."""
    error_id = page.error_id and f"Error id: {page.error_id}"
    paragraphs = (page.status_line, page.message, error_id, page.traceback.rstrip())
    return "".join(
        f"{_clean(paragraph)}\n\n" for paragraph in paragraphs if paragraph
    ).encode()[:-1]


_OFFERS: dict[str, tuple[Renderer, str]] = {
    "text/html": (render_html, HTML_TYPE),
    "application/problem+json": (render_json, JSON_TYPE),
    "application/json": (render_json, JSON_TYPE),
    "text/plain": (render_text, TEXT_TYPE),
    "application/xhtml+xml": (render_html, HTML_TYPE),
}


_FORMATS = {"html": "text/html", "json": "application/problem+json", "text": "text/plain"}


def choose(
    accept_header: str | None, max_bytes: int = MAX_ACCEPT_BYTES, error_format: str = "html"
) -> tuple[Renderer, str]:
    """Return the renderer and the Content-Type that suit an Accept header.

    `error_format` ('html', 'json', 'text') is for those who take anything, and for a header
    that is malformed, over `max_bytes`, or names nothing we have: an error must be answered.
    Browsers name HTML. Any `application/*+json` that is named (a program's own format) is
    answered with a problem document.
    """
    if accept_header is None or len(accept_header) > max_bytes:
        return _OFFERS[_FORMATS[error_format]]
    if len(accept_header) > MAX_CACHED_ACCEPT_CHARS:
        return _choose(accept_header, error_format)
    return _cached_choose(accept_header, error_format)


MAX_CACHED_ACCEPT_CHARS = 256


def _choose(accept_header: str, error_format: str) -> tuple[Renderer, str]:
    preferred, size = _FORMATS[error_format], len(accept_header)
    offers = [preferred, *_OFFERS]  # of those liked equally, the first is taken
    try:
        accepted = parse_accept(accept_header, size)
        offers += [media for media, _ in accepted if _is_json(media)][:1]
        media_type = choose_media(accept_header, offers, size)
    except MalformedHeader:
        media_type = None
    return _OFFERS.get(media_type or preferred, (render_json, JSON_TYPE))


# PERF: clients send few different ones: 0.1 us, not 12.
_cached_choose = lru_cache(maxsize=64)(_choose)


def interpolate(template: str, page: ErrorPage) -> bytes:
    """Return the text of an error page's file with its placeholders filled in, as UTF-8.

    These are `%(status)s`, `%(message)s`, `%(traceback)s` and `%(version)s` as in CherryPy, and
    `%(error_id)s`; ValueError for another name. Values are escaped (`& < > "`). `%%` is a
    percent sign; any other `%` stays what it is (a style's `width: 100%` broke CherryPy's).
    """
    values = {
        "status": page.status_line,
        "message": page.message,
        "traceback": page.traceback,
        "version": page.version,
        "error_id": page.error_id,
    }

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "%"
        if name not in values:
            raise ValueError(
                f"The error page has {match[0]!r}; the names it may use are "
                f"{', '.join(values)}."
            )
        return _escape(values[name])

    return _PLACEHOLDER.sub(fill, template).encode("utf-8", "replace")


def escape_values(page: ErrorPage) -> dict[str, str]:
    """Return the arguments of an `error_page` callable, `& < >` escaped as in CherryPy."""
    return {
        "status": _escape_markup(page.status_line),
        "message": _escape_markup(page.message),
        "traceback": _escape_markup(page.traceback),
        "version": _escape_markup(page.version),
    }


def _is_json(media: str) -> bool:
    return media.startswith("application/") and media.partition(";")[0].endswith("+json")


def _clean(text: str) -> str:
    if text.isprintable():
        return text  # PERF: nothing there that could be illegal
    return _ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n"))


def _escape_markup(text: str) -> str:
    return html.escape(_clean(text), quote=False)


def _escape(text: str) -> str:
    if text.isprintable() and not ("&" in text or "<" in text or ">" in text or '"' in text):
        return text  # PERF: most messages are plain: 0.2 us, not 1
    return _escape_markup(text).replace('"', "&quot;")
