"""What must hold of every answer to every input (SECURITY section 3), numbered as there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from hostile_row import CREDENTIAL, Row, make_environ

import wsgicherry

HANG_SECONDS = 10.0
"""More than this is a hang. The aim is 1 s, but a loaded machine must not fail a test."""

EXCEPTION_TEXT = "words-of-an-exception"
OUTSIDE_MARKER = "content-of-a-file-outside-the-root"
INSTALL_PATHS = (str(Path(wsgicherry.__file__).parent), "site-packages", "lib/python")

# 501 and 505 say what this server does not do, and are right answers.
ALLOWED_5XX = (501, 505)

# The pages of ours that have forms: exactly these, in this order.
_FORM, _INPUT = "element <form> in the page", "element <input> in the page"
LOGIN_FORM = [_FORM, *[_INPUT] * 3]
FORMS = {
    "login": [LOGIN_FORM],
    "login_files": [LOGIN_FORM],
    "diagnostics": [[_FORM, _INPUT] * 2, [_FORM, *[_INPUT] * 4]],
}

# An own list, so that a mistake in the package's is seen (RFC 9110 section 5.3).
ONCE = frozenset(
    {
        *("age", "content-length", "content-location", "content-range", "content-type"),
        *("content-encoding", "content-security-policy", "date", "etag", "expires", "location"),
        *("last-modified", "retry-after", "server", "x-content-type-options"),
    }
)
HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_STATUS = re.compile(r"[1-5][0-9]{2} [\x20-\x7e\x80-\xff]*")
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]*")
_ACCESS_LINE = re.compile(r"[\x20-\x7e]+")


class Answer(NamedTuple):
    """What came back, and what was seen on the way."""

    status_line: str = ""
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    error: BaseException | None = None
    """What left the application, be it from the call, the iteration or close()."""
    is_started: bool = True
    """False: start_response was never called."""
    seconds: float = 0.0
    complaints: tuple[str, ...] = ()
    """What wsgiref.validate says."""
    begun: int = 0
    ended: int = 0
    """How many requests the engine heard of, at their beginning and at their end."""
    closed: tuple[int, ...] = ()
    """How often each body that a handler made was closed."""
    access_lines: tuple[str, ...] = ()
    error_texts: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    """What was left behind in the sessions, or told of them."""

    @property
    def status(self) -> int:
        """The code, 0 without one."""
        return int(self.status_line[:3]) if self.status_line[:3].isdigit() else 0

    def header(self, name: str) -> str | None:
        """Return the value of a header, None without it."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


def check(answer: Answer, row: Row) -> list[str]:
    """Return which invariants `answer`, the answer to `row`, breaks; [] is good."""
    return [
        f"{number}: {problem}" for number, find in INVARIANTS for problem in find(answer, row)
    ]


def no_exception_leaves(answer: Answer, row: Row) -> Iterator[str]:
    if row.breaks_off:
        if answer.error is None:
            yield "a body that broke off ended as if it were whole"
    elif answer.error is not None:
        yield f"{answer.error!r} left the application"
    if not answer.is_started:
        yield "start_response was not called"


def no_fault_of_ours(answer: Answer, row: Row) -> Iterator[str]:
    if answer.status >= 500 and answer.status not in ALLOWED_5XX and not row.is_programs_fault:
        yield f"{answer.status_line!r}: the client alone made this {answer.status}"


def legal_head(answer: Answer, row: Row) -> Iterator[str]:
    if not _STATUS.fullmatch(answer.status_line):
        yield f"illegal status line {answer.status_line!r}"
    seen = set()
    for name, value in answer.headers:
        low = name.lower()
        if not _TOKEN.fullmatch(name):
            yield f"illegal header name {name!r}"
        if not _VALUE.fullmatch(value):
            yield f"illegal bytes in {name}: {value!r}"
        if low in HOP_BY_HOP:
            yield f"hop-by-hop header {name}"
        if low in ONCE and low in seen:
            yield f"{name} stands there twice"
        seen.add(low)


def nothing_internal_shown(answer: Answer, row: Row) -> Iterator[str]:
    text = shown_text(answer)
    for mark in (
        "Traceback (most recent call last)",
        'File "/',
        EXCEPTION_TEXT,
        *INSTALL_PATHS,
    ):
        if mark in text:
            yield f"{mark!r} is in the answer"


def nothing_from_outside(answer: Answer, row: Row) -> Iterator[str]:
    if OUTSIDE_MARKER in shown_text(answer):
        yield "a file outside the root was served"


def right_length(answer: Answer, row: Row) -> Iterator[str]:
    if make_environ(row)["REQUEST_METHOD"] == "HEAD" or answer.status in (204, 304):
        if answer.body:
            yield f"{len(answer.body)} bytes of body where there must be none"
        return
    length = answer.header("Content-Length")
    if length is not None and not row.breaks_off and length != str(len(answer.body)):
        yield f"Content-Length is {length}, the body has {len(answer.body)} bytes"


def no_active_markup(answer: Answer, row: Row) -> Iterator[str]:
    content_type = (answer.header("Content-Type") or "").lower()
    if answer.header("Content-Encoding") or not answer.body:
        return
    if content_type.startswith(("text/html", "application/xhtml")) or not content_type:
        reader = ActiveMarkup()
        reader.feed(answer.body.decode("utf-8", "replace"))
        reader.close()
        if reader.found in FORMS.get(row.site, ()):
            return
        yield from reader.found


def stays_here(answer: Answer, row: Row) -> Iterator[str]:
    location = answer.header("Location")
    if location is None or row.leaves:
        return
    environ = make_environ(row)
    here = environ.get("HTTP_HOST", environ["SERVER_NAME"])
    scheme, host = read_as_browser(location, environ["wsgi.url_scheme"], here)
    if scheme not in ("http", "https") or host != here.lower():
        yield f"Location {location!r} leads to {scheme}://{host}"


def ends_in_time(answer: Answer, row: Row) -> Iterator[str]:
    if answer.seconds > HANG_SECONDS:
        yield f"took {answer.seconds:.1f} s"
    if answer.begun != answer.ended:
        yield f"{answer.begun} requests begun, {answer.ended} ended"
    if any(times != 1 for times in answer.closed):
        yield f"bodies were closed {answer.closed} times"


def good_wsgi(answer: Answer, row: Row) -> Iterator[str]:
    yield from answer.complaints


def clean_logs(answer: Answer, row: Row) -> Iterator[str]:
    if len(answer.access_lines) > 1:
        yield f"{len(answer.access_lines)} access lines for one request"
    for line in answer.access_lines:
        if not _ACCESS_LINE.fullmatch(line):
            yield f"the access line is not one line of ASCII: {line!r}"
    for text in answer.error_texts:
        first, *rest = text.split("\n")
        if not first.startswith("["):
            yield f"a record in the error log begins {first[:40]!r}"
        yield from (f"forged line in the error log: {s!r}" for s in rest if s[:4] != "    ")
        if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", text):
            yield f"control characters in the error log: {text[:200]!r}"
    if any(CREDENTIAL in text for text in answer.access_lines + answer.error_texts):
        yield "a credential is in a log"


def nothing_left_in_sessions(answer: Answer, row: Row) -> Iterator[str]:
    yield from answer.traces


INVARIANTS: tuple[tuple[str, Callable[[Answer, Row], Iterator[str]]], ...] = (
    ("1 exception", no_exception_leaves),
    ("2 status", no_fault_of_ours),
    ("3 head", legal_head),
    ("4 internals", nothing_internal_shown),
    ("5 outside", nothing_from_outside),
    ("6 length", right_length),
    ("7 markup", no_active_markup),
    ("8 location", stays_here),
    ("9 end", ends_in_time),
    ("10 validate", good_wsgi),
    ("24 sessions", nothing_left_in_sessions),  # and 25, 26, of SECURITY section 1.4
    ("42 log", clean_logs),  # of SECURITY section 1.7
)


def shown_text(answer: Answer) -> str:
    """Return all that the client sees, as text."""
    head = "\n".join(
        [answer.status_line, *(f"{name}: {value}" for name, value in answer.headers)]
    )
    return head + "\n" + answer.body.decode("utf-8", "replace")


class ActiveMarkup(HTMLParser):
    """Collects what would run or load something. No page of ours or of the test sites does."""

    ELEMENTS = frozenset(
        {
            *("script", "img", "image", "svg", "math", "iframe", "frame", "object", "embed"),
            *("base", "form", "input", "link", "video", "audio", "source", "applet"),
        }
    )
    URL_ATTRIBUTES = frozenset({"href", "src", "action", "formaction", "xlink:href", "data"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.ELEMENTS:
            self.found.append(f"element <{tag}> in the page")
        for name, value in attrs:
            scheme = re.sub(r"[\x00-\x20]+", "", value or "").lower().partition(":")[0]
            if name.startswith("on") or name in ("srcdoc", "style"):
                self.found.append(f"attribute {name}={value!r} in the page")
            elif name in self.URL_ATTRIBUTES and scheme in ("javascript", "data", "vbscript"):
                self.found.append(f"{name}={value!r} runs a script")
            elif tag == "meta" and name == "http-equiv":
                self.found.append("meta http-equiv in the page")


_BROWSER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)")


def read_as_browser(location: str, scheme: str, host: str) -> tuple[str, str]:
    r"""Return the scheme and host where a browser on `scheme`://`host` would go.

    The WHATWG URL standard in short: C0 controls and spaces around are stripped, TAB, CR and
    LF dropped everywhere; a backslash is a slash; in 'http:', any number of slashes, none
    included, may stand before the host, but for a relative 'http:x' in the same scheme.
    """
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(0x21)))))
    text = text.replace("\\", "/")
    found = _BROWSER_SCHEME.match(text.lower())
    if found and found[0] not in ("http", "https"):
        return found[0], ""
    rest = text[found.end() + 1 :] if found else text
    target = found[0] if found else scheme
    if not rest.startswith("//") and target == scheme:
        return scheme, host.lower()
    authority = re.split(r"[/?#]", rest.lstrip("/"), maxsplit=1)[0]
    return target, authority.rpartition("@")[2].lower()
