"""Bodies made smaller for clients that take it so: `tools.gzip` and `tools.compress`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..core.bodies import DerivedBody, FileChunks
from ..core.current import serving_now
from ..core.errors import HTTPError
from ..core.headers import EVENT_STREAM, HTML_UTF8, JSON, add_settled_page
from ..wire.accept import IDENTITY, choose_coding
from ..wire.status import has_no_body, is_not_modified, valid_status
from . import set_vary_header
from .codings import CODINGS, Coding, Gzip, make_codings, pack_chunks
from .conditional import as_known, settle_etag, weaken_etag

GZIP_TYPES = ("text/html", "text/plain")  # CherryPy's

COMPRESSIBLE_TYPES = (
    "text/*",
    "application/json",
    "application/*+json",
    "application/x-ndjson",
    "application/javascript",
    "application/xml",
    "application/*+xml",
    "application/wasm",
    "image/svg+xml",
)
"""What becomes much smaller. Pictures, films, archives and most fonts are packed already."""

MIN_BYTES = 500
"""A smaller body fits into the packet of its headers, whatever its size."""

MAX_HELD_BYTES = 1024 * 1024
"""A longer file is packed while it is sent, without a Content-Length."""

OF_PLAIN_BODY = (
    "Content-Length",
    "Accept-Ranges",
    "Content-Md5",
    "Digest",
    "Content-Digest",
    "Repr-Digest",
)
"""Headers that are true of the plain body only."""

VARY = ("Vary", "Accept-Encoding")
ENCODED = {name: ("Content-Encoding", name) for name in CODINGS}
for _pair in ENCODED.values():
    add_settled_page(VARY, _pair)


def gzip(
    compress_level: int = Gzip.default_level,
    mime_types: str | Iterable[str] = GZIP_TYPES,
    debug: bool = False,
) -> None:
    """Compress the body if the client takes gzip.

    `compress_level`: from 1, the fastest, to 9, the shortest; 0 packs without compressing.
    `mime_types`: the types to compress, also as 'text/*' and 'application/*+json'.

    Left alone are empty bodies, partial ones, and those that have a Content-Encoding. HTTPError
    406 for a client that refuses the plain body too. Source: BEHAVIOUR 6.5, RFC 9110 section
    12.5.3.
    """
    prepare_gzip(compress_level, mime_types, debug)()


def prepare_gzip(
    compress_level: int = Gzip.default_level,
    mime_types: str | Iterable[str] = GZIP_TYPES,
    debug: bool = False,
) -> Callable[[], None]:
    """Return what `gzip` does with these settings; ConfigError for what they cannot be."""
    codings = (Gzip(compress_level, key="compress_level"),)
    debug_context = "TOOLS.GZIP" if debug else ""
    return Compression(codings, mime_types, 0, debug_context, is_plain_first=True).run


def compress(
    codings: str | Iterable[str] | None = None,
    levels: Mapping[str, int] | None = None,
    mime_types: str | Iterable[str] = COMPRESSIBLE_TYPES,
    min_bytes: int = MIN_BYTES,
    debug: bool = False,
) -> None:
    """Compress the body by the best coding that server and client know.

    `codings`: what to offer, the best first, of 'zstd', 'br', 'gzip' and 'deflate'; by default
    the first three, as far as they are installed. `levels`: another level for some of them, as
    in {'br': 5}. `mime_types`: the types to compress, also as 'text/*' and
    'application/*+json'. `min_bytes`: how long a body must be, if its length is known.

    Each chunk of a stream is sent at once. What is left alone, and 406: as for `gzip`.
    """
    prepare_compress(codings, levels, mime_types, min_bytes, debug)()


def prepare_compress(
    codings: str | Iterable[str] | None = None,
    levels: Mapping[str, int] | None = None,
    mime_types: str | Iterable[str] = COMPRESSIBLE_TYPES,
    min_bytes: int = MIN_BYTES,
    debug: bool = False,
) -> Callable[[], None]:
    """Return what `compress` does with these settings; ConfigError for what they cannot be."""
    names = [codings] if isinstance(codings, str) else codings
    made, debug_context = make_codings(names, levels or {}), "TOOLS.COMPRESS" if debug else ""
    return Compression(made, mime_types, min_bytes, debug_context).run


class Compression:
    """What compresses the bodies of a page: its codings, the best first, and for which bodies.

    `debug_context`: where in the log to say what is done, if at all. `is_plain_first`: a client
    that takes the plain body as gladly gets that.
    """

    def __init__(
        self,
        codings: Iterable[Coding],
        mime_types: str | Iterable[str],
        min_bytes: int,
        debug_context: str,
        *,
        is_plain_first: bool = False,
    ) -> None:
        self.codings = {coding.name: coding for coding in codings}
        self.names = tuple(self.codings)
        patterns = (mime_types,) if isinstance(mime_types, str) else mime_types
        self.patterns = tuple(pattern.lower() for pattern in patterns)
        self.min_bytes = min_bytes
        self.debug_context = debug_context
        self.is_plain_first = is_plain_first

    def run(self) -> None:
        """Compress the body of the current response, if it may be and the client wants that."""
        serving = serving_now()
        request, response = serving.request, serving.response
        add_vary(response)
        header, most = request.environ.get("HTTP_ACCEPT_ENCODING"), request.max_accept_bytes
        name = choose_coding(header, self.names, most, is_plain_first=self.is_plain_first)
        if self.debug_context:
            request.log(f"Accept-Encoding: {header!r}: {name!r}", self.debug_context)
        if name == IDENTITY:
            return
        # PERF: nearly every page has set none: a call less.
        if response.status is not None and is_not_modified(response.status):
            echo_weak_tag(request, response)
        elif not getattr(request, "cached", False) and self.is_meant(response):
            self.answer(request, response, name)

    def is_meant(self, response: Any) -> bool:
        """Tell whether the body may be compressed, and is of a type that is worth it."""
        if not response.has_body or not is_whole(response.status):
            return False
        named = {str(name).title(): value for name, value in response._headerlist}
        if "Content-Encoding" in named or "Content-Range" in named:
            return False
        if "no-transform" in str(named.get("Cache-Control", "")).lower():
            return False  # RFC 9111 section 5.2.2.6
        return matches_type(str(named.get("Content-Type", "")), self.patterns)

    def answer(self, request: Any, response: Any, name: str | None) -> None:
        """Pack the body by the coding `name`; None: the client takes nothing that we have."""
        if name is None:
            # Set, not raised: this hook runs on an error's page as well, and would raise again.
            HTTPError(406, ", ".join((IDENTITY, *self.names))).set_response()
            add_vary(response)
            return
        size_bytes = find_size(response.body)
        if size_bytes is not None and size_bytes < self.min_bytes:
            header, most = request.environ["HTTP_ACCEPT_ENCODING"], request.max_accept_bytes
            if choose_coding(header, (), most) is not None:  # the plain body will do
                return
        describe(request, response, name)
        pack(response, self.codings[name], size_bytes)


# -- which bodies ----------------------------------------------------------------------


@lru_cache(maxsize=256)
def matches_type(content_type: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a Content-Type is among `patterns`, which may hold 'type/*' and
    'type/*+suffix'. Event streams never are: an event would wait for those that fill a block.
    """
    value = content_type.partition(";")[0].strip().lower()
    major, _, minor = value.partition("/")
    for pattern in patterns:
        wanted_major, _, wanted_minor = pattern.partition("/")
        is_any = wanted_minor[:1] == "*" and minor.endswith(wanted_minor[1:])
        if value == pattern or (minor and major == wanted_major and is_any):
            return value != EVENT_STREAM
    return False


def is_whole(status: Any) -> bool:
    """Tell whether a response of this status has a body, and all of it."""
    if status is None:
        return True
    try:
        code = valid_status(status)[0]
    except ValueError:
        return False  # to be answered 500
    return code != 206 and not has_no_body(code)


# -- what is sent ----------------------------------------------------------------------


def add_vary(response: Any) -> None:
    """Say that the answer depends on Accept-Encoding, whatever becomes of this one."""
    headerlist = response._headerlist
    if len(headerlist) == 1 and (headerlist[0] is HTML_UTF8 or headerlist[0] is JSON):
        headerlist.append(VARY)  # PERF: nearly every page: 0.1 us, not 4
    else:
        set_vary_header(response, "Accept-Encoding")


def describe(request: Any, response: Any, name: str) -> None:
    """Make the headers those of the body in the coding `name`."""
    headerlist = response._headerlist
    if len(headerlist) > 2:  # PERF: others have a type and a Vary only
        headers = response.headers
        for gone in OF_PLAIN_BODY:
            headers.pop(gone, None)
        weaken_etag(request, response)
    headerlist.append(ENCODED[name])


def echo_weak_tag(request: Any, response: Any) -> None:
    """Give a 304 the weak tag that the client's copy has."""
    etag, known = settle_etag(response), request.environ.get("HTTP_IF_NONE_MATCH")
    if etag and known:
        response.headers["ETag"] = as_known(etag, known)


def find_size(body: Any) -> int | None:
    """Return how many bytes a body has that is in memory or a plain file, else None."""
    if type(body) is list:
        return sum(map(len, body))
    return body.count_rest() if type(body) is FileChunks else None


def pack(response: Any, coding: Coding, size_bytes: int | None) -> None:
    """Pack the body: a list at once, others while they are read."""
    body = response.body
    if type(body) is list:
        response.body = [coding.pack(b"".join(body))]
        return
    chunks = pack_chunks(body, coding.start(), is_flushed=response.stream)
    response.body = DerivedBody(body, chunks)
    if size_bytes is not None and size_bytes > MAX_HELD_BYTES:
        response.stream = True
