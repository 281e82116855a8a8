"""Store what a handler made, or let those go on who wait for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...core.bodies import FileChunks, as_bytes, close_body
from ...core.current import Serving, serving_now
from ...core.errors import UNEXPECTED
from ...core.headers import settle_headers
from ...wire.status import status_line, valid_status
from .coalescing import Flight
from .entries import Entry
from .keys import Key, as_targets
from .policy import (
    NEVER_STORED,
    Headers,
    find_lifetime,
    find_obstacle,
    find_vary,
    initial_age,
    is_better_than_error,
)
from .stored import MAX_TAGS
from .waiting import Result, Search, end_flight
from .watching import has_read_cookies

# Of the one response, or of the one client, not of the page.
NOT_STORED = frozenset(
    {"Age", "Cache-Status", "Content-Length", "Date", "Ratelimit", "Ratelimit-Policy"}
)


class Role:
    """What the cache has to do with one request: little, unless a subclass says more.

    Whether the client has the page already is decided when the cache is done with it.
    """

    _decide: Callable[[], None] | None = None
    _is_done = False

    def decide_at_end(self, decide: Callable[[], None]) -> None:
        """Call `decide`, which may make the response a 304 or raise a 412, as soon as the page
        is stored or forgotten.
        """
        if self._is_done:
            decide()  # `tools.etags.priority` is behind the cache
        else:
            self._decide = decide

    def take_decision(self) -> Callable[[], None]:
        """Return what is to be called then."""
        decide, self._decide, self._is_done = self._decide, None, True
        return decide or (lambda: None)

    def release(self) -> None:
        """Let those go on who wait: nobody does."""

    def stand_in(self, serving: Serving) -> None:
        """Replace the page of an unexpected error: nothing is there that could."""


class Change(Role):
    """A request that may change what is stored: it is forgotten when it succeeds (RFC 9111
    section 4.4).
    """

    def __init__(self, target: Key) -> None:
        self.target = target

    def finish(self, serving: Serving) -> None:
        """Forget the page of this URL, and those of this host that the response names."""
        decide = self.take_decision()
        if find_code(serving.response) < 400:
            self._forget(serving)
            decide()

    def _forget(self, serving: Serving) -> None:
        response, request = serving.response, serving.request
        targets = [self.target]
        for name in ("Location", "Content-Location"):
            place = str(response.headers.get(name, ""))
            if place and find_base(place) in ("", request.base):
                targets += as_targets(place, request.script_name, request)
        for cache in request.app.caches.values():
            for target in targets:
                cache.forget(target)


class Run(Role):
    """A handler that runs because the cache had nothing to answer with."""

    def __init__(
        self, caching: Any, search: Search, flight: Flight | None, may_store: bool
    ) -> None:
        self.caching, self.search = caching, search
        self.cache, self.target, self.stale = search.cache, search.target, search.stale
        self.flight, self.may_store = flight, may_store
        self.is_streaming = False
        self.purges = self.cache.flights.purges
        if may_store and self.cache.is_shared:
            self.last_purges = self.cache.last_purges(self.target)

    def finish(self, serving: Serving) -> None:
        """Store the response, before its head is made; of a stream what passes by."""
        response = serving.response
        decide = self.take_decision()
        if find_code(response) >= 500 and self._show_stale(serving):
            return
        outcome = self._try_to_store(serving) if self.may_store else ""
        if find_code(response) // 100 == 2:
            decide()
        self._tell(response, outcome)

    def _tell(self, response: Any, what: str) -> None:
        """Say in the header Cache-Status what became of the response (RFC 9211)."""
        name = self.caching.settings.cache_status
        if name:
            detail = f"; {what}" if what == "stored" else f"; detail={what}" if what else ""
            response.headers["Cache-Status"] = f"{name}; fwd={self.search.explain()}{detail}"

    def _try_to_store(self, serving: Serving) -> str:
        """Store the response, or begin to; return what has become of it, '' for a stream."""
        response = serving.response
        obstacle = self._take_in(serving)
        if self.is_streaming:
            return ""
        if obstacle:
            return self._decline(response, obstacle)
        return self.store(serving, b"".join(response._app_iter)) or "stored"

    def _take_in(self, serving: Serving) -> str:
        """See to it that the body is in memory, or goes there while it is sent; return why it
        may not, '' if it may.
        """
        response = serving.response
        body: Any = response._app_iter
        if type(body) is list:
            return ""  # `store` finds out
        pairs, _ = settle_headers(response._headerlist)
        obstacle = self._find_obstacle(serving, pairs)
        if obstacle:
            return obstacle
        limit = self.cache.maxobj_size
        if type(body) is FileChunks and (body.count_rest() or 0) > limit:
            return "size"
        if response.stream:
            self.is_streaming = True
            response.body = Tee(self, body, limit)
        else:
            response.collapse_body()
        return ""

    def _find_obstacle(self, serving: Serving, pairs: Headers) -> str:
        """Return why a response with the headers `pairs` may not be stored, in one word; '' if
        it may.
        """
        request: Any = serving.request
        response = serving.response
        statuses = self.caching.settings.statuses
        obstacle = find_obstacle(find_code(response), pairs, statuses)
        if obstacle:
            return obstacle
        session = getattr(serving, "session", None)
        if session is not None and getattr(session, "touched", True):
            return "session"
        if response._cookie:
            return "cookie"
        # A page that has looked at the cookies is one client's own, unless it says by Vary
        # that each of them may be given to whoever sends the same.
        if has_read_cookies(request) and "cookie" not in find_vary(pairs):
            return "cookie"
        return "login" if request.login else ""

    def store(self, serving: Serving, data: bytes) -> str:
        """Store the response with the body `data`; return why not, '' if it is.

        Those who wait have their answer then.
        """
        response, environ = serving.response, serving.request.environ
        pairs, length = settle_headers(response._headerlist)
        tags = find_tags(response, pairs)
        obstacle = (
            self._find_obstacle(serving, pairs)
            or ("size" if len(data) > self.cache.maxobj_size else "")
            or ("length" if length is not None and length != str(len(data)) else "")
            or ("tags" if len(tags) > MAX_TAGS else "")
        )
        if obstacle:
            return self._decline(response, obstacle)
        entry = self._make_entry(response, pairs, data)
        if entry.created + entry.lifetime.kept <= response.time:
            return self._decline(response, "stale")
        outcome = self._keep(entry, environ, tags)
        self.end(None if outcome == "purged" else Result.of(entry, environ))
        return outcome

    def _decline(self, response: Any, obstacle: str) -> str:
        """Let those go on who wait; return `obstacle`, for which the response is not stored."""
        self.end(None, is_one_off(response))
        return obstacle

    def _make_entry(self, response: Any, pairs: Headers, data: bytes) -> Entry:
        settings = self.caching.settings
        lifetime = find_lifetime(
            pairs,
            response.time,
            settings.delay,
            settings.stale_while_revalidate,
            settings.stale_if_error,
        )
        headers = tuple(pair for pair in pairs if pair[0] not in NOT_STORED)
        created = response.time - initial_age(pairs)
        return Entry(status_line(response.status), headers, data, created, lifetime)

    def _keep(self, entry: Entry, environ: Mapping[str, Any], tags: list[str]) -> str:
        """Hand `entry` to the cache; return why that was in vain, '' if it was not."""
        if self._is_purged():
            return "purged"
        is_kept = self.cache.keep(self.target, environ, entry, tags)
        if self._is_purged():
            # Between the two: who purges tells the flights first and empties the cache then.
            self.cache.take_back(self.target, environ)
            return "purged"
        return "" if is_kept else "room"

    def _is_purged(self) -> bool:
        """Tell whether the page may show what was before something was purged."""
        if self.cache.is_shared and self.last_purges != self.cache.last_purges(self.target):
            return True
        if self.flight is not None and self.flight.is_awaited:
            return self.flight.is_spoilt
        return bool(self.purges != self.cache.flights.purges)  # that of any page

    def end(self, result: Result | None, is_for_all: bool = True) -> None:
        """Let those go on who wait; once."""
        flight, self.flight, self.may_store = self.flight, None, False
        self.is_streaming = False
        if flight is not None:
            end_flight(self.cache, self.search.key, flight, result, is_for_all)

    def release(self) -> None:
        """Let those go on who wait, whatever happened, unless the body is still to be made."""
        if not self.is_streaming:
            self.end(None)

    # -- in place of an error ----------------------------------------------------------

    def _show_stale(self, serving: Serving) -> bool:
        """Show what was stored in place of an error, if it may be (RFC 5861 section 4)."""
        entry = self.stale
        if entry is None:
            return False
        age = serving.response.time - entry.created
        if not is_better_than_error(entry.lifetime, age):
            return False
        self.stale = None
        self.caching.show(serving, entry, age)
        self.end(Result.of(entry, serving.request.environ))
        return True

    def stand_in(self, serving: Serving) -> None:
        """Replace the page of an unexpected error, if something that was stored may do so."""
        self._show_stale(serving)


class Tee:
    """A stream that is stored when all of it has gone to the client, and not at all if it ends
    earlier or is longer than `limit_bytes`.
    """

    def __init__(self, run: Run, body: Iterable[bytes], limit_bytes: float) -> None:
        self.run, self.body = run, body
        self.iterator: Iterator[bytes] = iter(body)
        self.left_bytes = limit_bytes
        self.chunks: list[bytes] | None = []

    def __iter__(self) -> Tee:
        return self

    def __next__(self) -> bytes:
        try:
            data = as_bytes(next(self.iterator))
        except StopIteration:
            chunks, self.chunks = self.chunks, None
            if chunks is not None:
                self._store(b"".join(chunks))
            raise
        except BaseException:
            self._abandon()
            raise
        self.left_bytes -= len(data)
        if self.left_bytes < 0:
            self._abandon(is_for_all=False)
        elif self.chunks is not None:
            self.chunks.append(data)
        return data

    def _store(self, data: bytes) -> None:
        serving = serving_now()
        try:
            self.run.store(serving, data)
        except UNEXPECTED:
            # The client has the whole page; it is for the log that the cache has not.
            self.run.end(None)
            serving.request.log("", "TOOLS.CACHING", 40, traceback=True)

    def _abandon(self, is_for_all: bool = True) -> None:
        if self.chunks is not None:
            self.chunks = None
            self.run.end(None, is_for_all)

    def close(self) -> None:
        """Store nothing if this is not the end, and close what is streamed."""
        self._abandon()
        close_body(self.body)


def find_code(response: Any) -> int:
    """Return the status as a number; 500 for one that is none."""
    try:
        return valid_status(response.status)[0]
    except ValueError:
        return 500


def is_one_off(response: Any) -> bool:
    """Tell whether this one response may not be stored, but the next one of its page may: it
    is an error, or answers a condition or the like of its client.
    """
    code = find_code(response)
    return code >= 500 or code in NEVER_STORED


def find_base(place: str) -> str:
    """Return 'scheme://host' of an absolute URL, '' for a path, '?' for what is neither."""
    if not place.startswith("/"):
        scheme, slashes, rest = place.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}" if slashes else "?"
    return "?" if place.startswith("//") else ""


def find_tags(response: Any, headers: Iterable[tuple[str, str]]) -> list[str]:
    """Return the tags of a response: `response.cache_tags`, and what the headers Cache-Tag (a
    list) and Surrogate-Key (words) say.
    """
    own = getattr(response, "cache_tags", ())
    tags = [own] if isinstance(own, str) else list(map(str, own))
    for name, value in headers:
        if name == "Cache-Tag":
            tags += [tag.strip() for tag in value.split(",")]
        elif name == "Surrogate-Key":
            tags += value.split()
    return [tag for tag in tags if tag]
