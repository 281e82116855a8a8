"""Sending a row to its site, as a server does, and noting all that comes of it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref import validate

from hostile_row import Row, make_environ
from hostile_sites import LiveSite
from invariants import Answer

MAX_BODY_BYTES = 64 * 1024 * 1024


class Sender:
    """One call of a WSGI application by a server."""

    def __init__(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        self.is_lawful = is_lawful(environ)
        self.app = validate.validator(app) if self.is_lawful else app
        self.environ = environ
        self.status_line = ""
        self.headers: list[tuple[str, str]] = []
        self.is_started = False
        self.body: list[bytes] = []
        self.error: BaseException | None = None
        self.complaints: list[str] = []

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """Take the head of the response; a second time only with `exc_info` (PEP 3333)."""
        if self.is_started and exc_info is None:
            self.complaints.append("start_response was called twice")
        self.is_started = True
        self.status_line, self.headers = status, headers
        return self.body.append

    def send(self) -> None:
        """Call, iterate, close; keep whatever is raised."""
        try:
            with warnings.catch_warnings():
                # The validator knows seven methods; there are more.
                warnings.filterwarnings("ignore", "Unknown REQUEST_METHOD")
                result = self.app(self.environ, self.start_response)
                try:
                    for chunk in result:
                        self.take(chunk)
                finally:
                    if hasattr(result, "close"):
                        result.close()
        except (AssertionError, Warning) as error:
            self.complaints.append(f"{type(error).__name__}: {error}")
        except BaseException as error:
            self.error = error
        if self.is_started and self.error is None:
            self.check_head()

    def take(self, chunk: bytes) -> None:
        """Keep a chunk of the body."""
        if type(chunk) is not bytes:
            self.complaints.append(f"a chunk of type {type(chunk).__name__}")
        else:
            self.body.append(chunk)

    def check_head(self) -> None:
        """Have the validator look at the head, which it does not do for an unlawful environ."""
        try:
            validate.check_status(self.status_line)
            validate.check_headers(self.headers)
            validate.check_content_type(self.status_line, self.headers)
        except (AssertionError, Warning) as error:
            self.complaints.append(f"{type(error).__name__}: {error}")


def is_lawful(environ: dict[str, Any]) -> bool:
    """Tell whether wsgiref.validate lets `environ` through; it would refuse it for the app."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Unknown REQUEST_METHOD")
            validate.check_environ(environ)
    except (AssertionError, KeyError, ValueError, Warning):
        return False
    return True


def send(site: LiveSite, row: Row) -> Answer:
    """Return the answer of `site` to `row`."""
    ledger = site.ledger
    ledger.clear()
    if site.watch is not None:
        site.watch.prepare()
    sender = Sender(site.site.tree, make_environ(row))
    began = time.perf_counter()
    sender.send()
    seconds = time.perf_counter() - began
    return Answer(
        sender.status_line,
        sender.headers,
        b"".join(sender.body),
        sender.error,
        sender.is_started,
        seconds,
        tuple(dict.fromkeys(sender.complaints)),
        ledger.begun,
        ledger.ended,
        tuple(body.closed for body in ledger.bodies),
        tuple(ledger.access_lines),
        tuple(ledger.error_texts),
        tuple(find_traces(site, sender)),
    )


def find_traces(site: LiveSite, sender: Sender) -> Iterator[str]:
    """Yield what the row left behind in the sessions of `site`."""
    if site.watch is not None:
        ledger = site.ledger
        logged = [*ledger.access_lines, *ledger.error_texts]
        yield from site.watch.find_traces(sender.environ, sender.headers, logged, ledger.kept)
