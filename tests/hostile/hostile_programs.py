"""The programs behind the sites of the table: what handlers do with what clients send."""

from __future__ import annotations

import enum
import html
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from invariants import EXCEPTION_TEXT
from webob import Response as WebObResponse
from webob import exc

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect, InternalRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.links import url
from wsgicherry.lib.httputil import get_ranges

# What programs read of WebOb; each must be as safe on hostile headers as our own words.
WEBOB_WORDS = (
    *("accept", "accept_charset", "accept_encoding", "accept_language", "application_url"),
    *("authorization", "cache_control", "content_length", "content_type", "cookies", "date"),
    *("domain", "GET", "host", "host_port", "host_url", "if_match", "if_modified_since"),
    *("if_none_match", "if_range", "if_unmodified_since", "is_xhr", "max_forwards", "path"),
    *("path_qs", "path_url", "pragma", "range", "referer", "remote_addr", "scheme", "url"),
    *("user_agent", "headers", "cookie", "params", "request_line", "base", "remote", "local"),
)

JSON_IN = {"tools.json_in.on": True}
JSON_BOTH = {**JSON_IN, "tools.json_out.on": True}


class TrackedBody:
    """A body that knows how often it was closed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return self.chunks

    def close(self) -> None:
        self.closed += 1


def fail(*args: Any, **kwargs: Any) -> Any:
    """Fail as a program does that has a bug."""
    raise ValueError(EXCEPTION_TEXT)


def say(text: str) -> str:
    """Return `text` as plain text, in ASCII."""
    serving_now().response.headers["Content-Type"] = "text/plain"
    return ascii(text)


class Deep:
    """An object below the root: an index page, whose address ends in a slash."""

    @expose
    def index(self) -> str:
        return "deep"


class Root:
    """A program that does nothing wrong: whatever the client sends, it is no 5xx."""

    deep = Deep()
    _private = "private"

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    @expose
    def index(self) -> str:
        return "hello"

    @expose
    def echo(self, **params: Any) -> str:
        return say(json.dumps(params, default=repr))  # a file is no text

    @expose
    def take(self, *segments: str, **params: Any) -> str:
        return "taken"

    @expose
    def one(self, a: str = "", *, key: str = "") -> str:
        return say(f"{a}{key}")

    @expose
    def item(self, *segments: str) -> str:
        return say(" ".join(segments[:5]) + f" {len(segments)}")

    @expose
    def snowman(self) -> str:
        return "\u2603"

    @expose
    def cookies(self) -> str:
        return say(json.dumps({k: m.value for k, m in serving_now().request.cookie.items()}))

    @expose
    def address(self) -> str:
        request = serving_now().request
        return f'<a href="{html.escape(request.here())}">here</a>'

    @expose
    def word(self, name: str) -> str:
        if name not in WEBOB_WORDS:
            raise HTTPError(404)
        return say(str(getattr(serving_now().request, name)))

    @expose
    def elements(self, name: str) -> str:
        return say(str(len(serving_now().request.headers.elements(str(name)))))

    @expose
    def read(self) -> str:
        return say(str(len(serving_now().request.body.read())))

    @expose
    def pieces(self) -> bytes:
        """Serve the pieces of 1,000 bytes that a Range asks for, one after the other."""
        response = serving_now().response
        response.headers["Content-Type"] = "application/octet-stream"
        ranges = get_ranges(serving_now().request.headers.get("Range"), 1000)
        if ranges is None:
            return b"x" * 1000
        if not ranges:
            raise HTTPError(416)
        response.status = 206
        return b"".join(b"x" * (stop - start) for start, stop in ranges)

    @expose(methods=("GET", "POST"))
    def strict(self) -> str:
        return "strict"

    @expose
    def json(self) -> Any:
        return {"got": serving_now().request.json}

    json._cp_config = JSON_BOTH

    @expose
    def json_text(self) -> str:
        return html.escape(str(serving_now().request.json))

    json_text._cp_config = JSON_IN

    @expose
    def json_size(self) -> str:
        document = serving_now().request.json
        return say(str(len(document) if isinstance(document, (dict, list, str)) else document))

    json_size._cp_config = JSON_IN

    @expose
    def go(self, to: str) -> None:
        """Redirect as programs do that look at the first character."""
        if not str(to).startswith("/"):
            raise HTTPError(400, f"Not a path: {to}")
        raise HTTPRedirect(str(to))

    @expose
    def go_unchecked(self, to: str = "", status: str = "303") -> None:
        raise HTTPRedirect(str(to), int(status))

    @expose
    def go_url(self, to: str = "", relative: str = "") -> None:
        """Redirect to what url() makes of a path."""
        how: Any = {"yes": True, "server": "server"}.get(str(relative), False)
        raise HTTPRedirect(url(str(to), relative=how))

    @expose
    def inside(self, to: str = "/") -> None:
        raise InternalRedirect(str(to))

    @expose
    def refuse(self, message: str = "", status: str = "400") -> None:
        raise HTTPError(int(status), str(message))

    @expose
    def stream(self) -> Any:
        serving_now().response.stream = True
        body = TrackedBody(iter([b"a", b"b"]))
        self._ledger.bodies.append(body)
        return body

    @expose
    def iterate(self) -> Any:
        body = TrackedBody(iter([b"a", b"b"]))
        self._ledger.bodies.append(body)
        return body


class Shade(enum.Enum):
    """What a typed page lets a client choose from."""

    LIGHT = "light"
    DARK = "dark"


class Typed:
    """Pages that annotate what they take; each says what it got."""

    @expose
    def whole(self, n: int = 0) -> str:
        return say(repr(n))

    @expose
    def real(self, n: float = 0.0) -> str:
        return say(repr(n))

    @expose
    def exact(self, n: Decimal = Decimal(0)) -> str:
        return say(str(int(n) if n == n.to_integral_value() else n))

    @expose
    def truth(self, n: bool = False) -> str:
        return say(repr(n))

    @expose
    def text(self, n: str = "") -> str:
        return say(repr(n))

    @expose
    def when(self, day: date | None = None, at: datetime | None = None) -> str:
        return say(f"{day} {at}")

    @expose
    def choice(self, shade: Shade = Shade.LIGHT, sort: Literal["up", "down"] = "up") -> str:
        return say(f"{shade} {sort}")

    @expose
    def unique(self, n: UUID | None = None) -> str:
        return say(str(n))

    @expose
    def many(self, n: list[int] = (), s: set[str] = frozenset()) -> str:  # type: ignore
        return say(f"{n} {sorted(s)}")

    @expose
    def either(self, n: int | date | None = None, t: int | str = "") -> str:
        return say(f"{n!r} {t!r}")

    @expose
    def several(self, a: int = 0, b: int = 0, c: int = 0) -> str:
        return say(f"{a} {b} {c}")

    @expose
    def need(self, n: int, *, k: int) -> str:
        return say(f"{n} {k}")

    @expose
    def segments(self, n: int, *rest: float) -> str:
        return say(f"{n} {rest}")


class Slashes(Root):
    """A program whose every path is an index page: the toolkit itself adds the slash."""

    def _cp_dispatch(self, vpath: list[str]) -> Any:
        vpath.clear()
        return self.deep


class Default:
    """A program that answers every path, and redirects to a query string."""

    @expose
    def default(self, *segments: str, **params: Any) -> str:
        if not params:
            raise HTTPRedirect("?here=1")
        return "default"


class Writer:
    """Writes what the client sends into every place of the response. Refusals may be a 500."""

    @expose
    def header(self, name: str = "X-Test", value: str = "") -> str:
        serving_now().response.headers[name] = value
        return "ok"

    @expose
    def webob_header(self, name: str = "X-Test", value: str = "") -> str:
        serving_now().response.headers.add(name, value)
        return "ok"

    @expose
    def status(self, value: str) -> str:
        serving_now().response.status = value
        return "ok"

    @expose
    def error(self, value: str) -> None:
        raise HTTPError(value, "refused")

    @expose
    def cookie(self, name: str = "c", value: str = "", path: str = "") -> str:
        cookie = serving_now().response.cookie
        cookie[name] = value
        if path:
            cookie[name]["path"] = path
        return "ok"

    @expose
    def webob_cookie(self, name: str = "c", value: str = "") -> str:
        serving_now().response.set_cookie(name, value)
        return "ok"

    @expose
    def content_type(self, value: str) -> bytes:
        serving_now().response.headers["Content-Type"] = value
        return b"ok"

    @expose
    def location(self, value: str) -> str:
        response = serving_now().response
        response.status = 303
        response.location = value
        return "ok"

    @expose
    def webob_response(
        self, name: str = "X-Test", value: str = "", status: str = "200 OK"
    ) -> Any:
        response = WebObResponse(body=b"ok")
        response.status = status
        response.headers[name] = value
        return response

    @expose
    def webob_redirect(self, to: str) -> Any:
        return exc.HTTPSeeOther(location=to)

    @expose
    def webob_error(self, message: str) -> Any:
        return exc.HTTPBadRequest(message)

    @expose
    def twice(self) -> str:
        headers = serving_now().response.headers
        for value in ("text/plain", "text/html"):
            headers.add("Content-Type", value)
            headers.add("Location", "/x")
        return "ok"

    @expose
    def hop(self) -> str:
        headers = serving_now().response.headers
        headers.update({"Connection": "close", "Transfer-Encoding": "chunked", "TE": "x"})
        headers.update({"Upgrade": "h2c", "Keep-Alive": "1", "Trailer": "X"})
        return "ok"


class Faulty:
    """A program with bugs: what it answers is a 500, but a clean one."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    boom = expose(lambda self, **params: fail())
    index = expose(lambda self: "ok")
    nothing = expose(lambda self: 42)
    text_chunks = expose(lambda self: iter(["text", 3]))
    bad_status = expose(lambda self, value: Faulty._set_status(value))

    @staticmethod
    def _set_status(value: str) -> str:
        serving_now().response.status = int(value)
        return "ok"

    @expose
    def leave(self, how: str) -> None:
        if how == "interrupt":
            raise KeyboardInterrupt(EXCEPTION_TEXT)
        if how == "recursion":
            self.leave(how)
        if how == "memory":
            raise MemoryError(EXCEPTION_TEXT)
        if how == "stop":
            raise StopIteration(EXCEPTION_TEXT)
        if how == "generator":
            raise GeneratorExit(EXCEPTION_TEXT)
        sys.exit(3)

    @expose
    def surrogate(self) -> str:
        return "\ud800"

    @expose
    def loop(self) -> None:
        raise InternalRedirect("/loop")

    @expose
    def spiral(self, n: str = "0") -> None:
        raise InternalRedirect("/spiral", f"n={int(n) + 1}")

    @expose
    def stream(self, how: str) -> Any:
        serving_now().response.stream = True
        body = TrackedBody(self._break_off(how))
        self._ledger.bodies.append(body)
        return body

    @expose
    def iterate(self, how: str) -> Any:
        body = TrackedBody(self._break_off(how))
        self._ledger.bodies.append(body)
        return body

    @staticmethod
    def _break_off(how: str) -> Iterator[bytes]:
        yield b"first"
        if how == "http":
            raise HTTPError(404)
        if how == "exit":
            sys.exit(3)
        fail()
