"""Text as bytes and back: the charsets of `tools.encode` and `tools.decode`."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from webob import Response as WebObResponse

from ..core.bodies import DerivedBody, FileChunks, close_body, prepare_body
from ..core.current import serving_now
from ..core.errors import HTTPError, NotFound
from ..core.headers import EVENT_STREAM, HTML_UTF8, JSON, PLAIN_HTML
from ..core.requestheaders import read_accept
from ..wire.headers import HeaderElement, MalformedHeader, header_elements
from . import set_vary_header

if TYPE_CHECKING:
    from .codings import compress as compress
    from .codings import decompress as decompress
    from .compression import gzip as gzip

# CherryPy has all of these in this module.
__all__ = [
    "ResponseEncoder",
    "UTF8StreamEncoder",
    "compress",
    "decode",
    "decompress",
    "gzip",
    "prepare_iter",
]

_ELSEWHERE = {"compress": "codings", "decompress": "codings", "gzip": "compression"}


def __getattr__(name: str) -> Any:
    """Return what compresses.

    PERF: loaded when it is asked for: 7 ms that a start need not pay.
    """
    if name in _ELSEWHERE:
        return getattr(import_module(f".{_ELSEWHERE[name]}", __package__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


MAX_CHARSETS_TRIED = 10
"""A client may name more; each one tried encodes the whole body."""

# Names of codecs are never taken from a client as they come: 'idna' and 'undefined' are codecs
# too.
_CLIENT_CHARSET = re.compile(
    r"utf-?8|utf-16(?:le|be)?|utf-32|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|koi8-[ru]"
    r"|gb18030|gbk|gb2312|big5|shift_jis|euc-jp|euc-kr"
)


def decode(
    encoding: str | Iterable[str] | None = None,
    default_encoding: str | Iterable[str] = "utf-8",
) -> None:
    """Say in which charsets the text of a form is tried: one name, or several.

    `encoding`: these alone, whatever the client says. `default_encoding`: without `encoding`,
    these after the one that the client names and UTF-8. Source: BEHAVIOUR 6.3.
    """
    body = serving_now().request.body
    charsets = default_encoding if encoding is None else encoding
    names = [charsets] if isinstance(charsets, str) else list(charsets)
    if encoding is None:
        body.attempt_charsets += names
    else:
        body.attempt_charsets, body.unknown_charset = names, None


def prepare_encode(
    encoding: str | None = None,
    errors: str = "strict",
    text_only: bool = True,
    add_charset: bool = True,
    default_encoding: str = "utf-8",
    debug: bool = False,
) -> Callable[[], None]:
    """Return what puts an encoder of these settings around the handler of a request."""
    return ResultEncoder(encoding, errors, text_only, add_charset, default_encoding, debug).wrap


class ResultEncoder:
    """What encodes the results of handlers, by one set of `tools.encode`'s settings."""

    def __init__(
        self,
        encoding: str | None,
        errors: str,
        text_only: bool,
        add_charset: bool,
        default_encoding: str,
        debug: bool,
    ) -> None:
        self.encoding = encoding
        self.errors = errors
        self.text_only = text_only
        self.add_charset = add_charset
        self.default_encoding = default_encoding
        self.debug = debug
        is_usual = encoding is None and add_charset and default_encoding == "utf-8"
        self.is_default = is_usual and not debug

    def wrap(self) -> None:
        """Put this encoder around the handler of the current request, if it has one."""
        request = serving_now().request
        handler = request.handler
        if handler is None or type(handler) is NotFound:
            return

        # PERF: a closure is called within Python; a partial or an instance goes through C and
        # back. It holds no request: that would be a cycle for the garbage collector.
        def encoded(*args: Any, **kwargs: Any) -> Any:
            body = handler(*args, **kwargs) if args or kwargs else handler()
            if type(body) is str:
                return self.encode_html(body)
            if type(body) is bytes and self.text_only:
                # PERF: JSON, which has no charset to add, needs no second look: 0.4 us.
                headerlist = serving_now().response._headerlist
                if headerlist and headerlist[0] is JSON:
                    return body
            return self.encode(body)

        request.handler = encoded

    def encode_html(self, text: str) -> Any:
        """Return `text` in UTF-8 if the page is text/html and the client names no charset.

        PERF: nearly every page is that: 0.3 us, not 6. Others go through `encode`.
        """
        serving = serving_now()
        headerlist = serving.response._headerlist
        if (
            not self.is_default
            or not headerlist
            or headerlist[0] is not PLAIN_HTML
            or "HTTP_ACCEPT_CHARSET" in serving.request.environ
        ):
            return self.encode(text)
        try:
            data = text.encode("utf-8", self.errors)
        except UnicodeError:
            return self.encode(text)
        if serving.request._headers is not None:
            # Who watches what is asked for (`autovary`) must learn of it.
            serving.request._headers.get("Accept-Charset")
        headerlist[0] = HTML_UTF8
        if len(headerlist) > 1:
            drop_length(headerlist)
        return [data] if data else []

    def encode(self, body: Any) -> Any:
        """Return `body` as bytes and set the charset in Content-Type, where that applies."""
        response = serving_now().response
        if isinstance(body, WebObResponse):
            return body  # it is bytes already, and brings its Content-Type
        chunks = prepare_iter(body)
        content_type = find_content_type(response._headerlist)
        if not content_type or not self.add_charset:
            return chunks
        # PERF: a type that is not text need not be taken apart: 0.3 us, not 3.
        lower_type = content_type.strip().lower()
        if self.text_only and lower_type[:5] != "text/":
            return chunks
        if lower_type.startswith(EVENT_STREAM):
            return EncodedStream(chunks, "utf-8", self.errors)
        element = HeaderElement.from_str(content_type)
        try:
            charset, encoded = self.find_charset(chunks)
        except HTTPError:
            if response.stream:  # others are closed when they have been read
                close_body(chunks)
            raise
        element.params["charset"] = charset
        response.headers["Content-Type"] = str(element)
        if self.debug:
            serving_now().request.log(f"Content-Type is {element}", "TOOLS.ENCODE")
        return encoded

    def find_charset(self, chunks: Iterable[Any]) -> tuple[str, Iterable[bytes]]:
        """Return a charset that client and body agree on, and the body in it."""
        serving = serving_now()
        encoder = Encoder(chunks, self.errors, serving.response)
        header = read_accept(serving.request, "Accept-Charset")
        elements = parse_accept_charset(header)
        if header is not None:
            # A cache must not give this page to those who ask for another charset; one that
            # was made for those who ask for none may be anybody's.
            set_vary_header(serving.response, "Accept-Charset")
        if self.encoding is None and elements and self.errors == "strict" and encoder.is_stream:
            # A stream cannot be tried. No client may break it off by what it asks for.
            encoder.errors = "replace"
        for name in self.list_candidates(elements):
            encoded = encoder.encode(name)
            if encoded is not None:
                return name, encoded
        if self.encoding is None and not elements:
            raise HTTPError(
                500, f"Response body could not be encoded with {self.default_encoding!r}."
            )
        sent = (
            "Your client did not send an Accept-Charset header."
            if header is None
            else f"Your client sent this Accept-Charset header: {header}."
        )
        tried = ", ".join(sorted(encoder.tried))
        raise HTTPError(406, f"{sent} We tried these charsets: {tried}.")

    def list_candidates(self, elements: Sequence[tuple[str, float]]) -> list[str]:
        """Return the charsets to try for what the client sent, best first."""
        names = {value.lower() for value, _ in elements}
        if self.encoding is not None:
            name = self.encoding.lower()
            return [name] if not names or not names.isdisjoint((name, "*")) else []
        if not elements:
            return [self.default_encoding]
        wanted = [
            self.default_encoding if value == "*" else value
            for value, quality in elements
            if quality > 0 and (value == "*" or _CLIENT_CHARSET.fullmatch(value.lower()))
        ]
        if names.isdisjoint(("*", "iso-8859-1")):
            # Without '*' this one counts as accepted (RFC 2616 section 14.2).
            wanted.append("iso-8859-1")
        return wanted[:MAX_CHARSETS_TRIED]


class ResponseEncoder(ResultEncoder):
    """Encode what the handler returns as text, in a charset that the client accepts.

    `encoding`: the only charset to use; None leaves it to the client. `errors`: what to do with
    letters that the charset lacks, as for `str.encode`. `text_only`: leave bodies alone whose
    Content-Type is not text/*. `add_charset`: put the charset into Content-Type.
    `default_encoding`: the charset for clients that ask for none.

    By hand: to make one is to put it in the place of the current request's handler, which it
    calls as `oldhandler`. HTTPError 406 when no charset will do. Source: BEHAVIOUR 6.5.
    """

    def __init__(
        self,
        encoding: str | None = None,
        errors: str = "strict",
        text_only: bool = True,
        add_charset: bool = True,
        default_encoding: str = "utf-8",
        debug: bool = False,
    ) -> None:
        super().__init__(encoding, errors, text_only, add_charset, default_encoding, debug)
        request = serving_now().request
        self.oldhandler = request.handler
        if request.handler is not None:
            request.handler = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the old handler does, encoded."""
        return self.encode(self.oldhandler(*args, **kwargs))


def find_content_type(headerlist: list[tuple[Any, Any]]) -> str | None:
    """Return the Content-Type among the headers, None if there is none."""
    for name, value in headerlist:
        if name == "Content-Type" or str(name).title() == "Content-Type":
            return str(value)
    return None


def drop_length(headerlist: list[tuple[Any, Any]]) -> None:
    """Remove the Content-Length of the text that has just been encoded."""
    for position, (name, _) in enumerate(headerlist):
        if name == "Content-Length":
            del headerlist[position]
            break


class Encoder:
    """One body, tried in one charset after the other."""

    def __init__(self, chunks: Iterable[Any], errors: str, response: Any) -> None:
        self.chunks = chunks
        self.errors = errors
        self.is_stream = response.stream
        # Bytes are not encoded, so a binary file need not be looked at.
        self.is_bytes = type(chunks) is FileChunks and chunks.find_plain() is not None
        self.tried: set[str] = set()
        if not self.is_stream and not self.is_bytes:
            response.headers.pop("Content-Length", None)
            try:
                self.chunks = list(chunks)
            finally:
                close_body(chunks)

    def encode(self, charset: str) -> Iterable[bytes] | None:
        """Return the body in `charset`; None if that cannot be, or was tried before."""
        if charset in self.tried:
            return None
        self.tried.add(charset)
        if self.is_bytes:
            return self.chunks
        try:
            if self.is_stream:
                return EncodedStream(self.chunks, charset, self.errors)
            return list(encode_chunks(self.chunks, charset, self.errors))
        except (UnicodeError, LookupError):
            return None


class EncodedStream(DerivedBody):
    """The chunks of another body, text encoded. LookupError for what is no charset of text."""

    def __init__(self, chunks: Iterable[Any], charset: str, errors: str = "strict") -> None:
        "".encode(charset)
        super().__init__(chunks, encode_chunks(chunks, charset, errors))


class UTF8StreamEncoder(EncodedStream):
    """An iterator over the chunks of another, text in UTF-8 (CherryPy's name)."""

    def __init__(self, iterator: Iterable[Any]) -> None:
        super().__init__(iterator, "utf-8")

    def __getattr__(self, name: str) -> Any:
        """Return what only the other iterator has."""
        if name == "source":
            raise AttributeError(name)
        return getattr(self.source, name)


def encode_chunks(
    chunks: Iterable[Any], charset: str, errors: str
) -> Generator[bytes, None, None]:
    """Yield `chunks`, text encoded. A byte order mark stands before the first text only.

    UnicodeError for what the charset lacks, LookupError for what is no charset of text.
    """
    unmarked = UNMARKED.get(codecs.lookup(charset).name, charset)
    for chunk in chunks:
        if isinstance(chunk, str):
            yield chunk.encode(charset, errors)
            charset = unmarked
        else:
            yield chunk


_ORDER = "le" if sys.byteorder == "little" else "be"
UNMARKED = {
    "utf-16": f"utf-16-{_ORDER}",
    "utf-32": f"utf-32-{_ORDER}",
    "utf-8-sig": "utf-8",
}
"""The charsets that begin with a byte order mark, without it."""


def prepare_iter(body: Any) -> Iterable[Any]:
    """Return a handler's result as an iterable of bytes and str (CherryPy's name)."""
    if isinstance(body, (bytes, str)):
        return [body] if body else []
    return body if isinstance(body, (list, tuple)) else prepare_body(body)


@lru_cache(maxsize=256)
def parse_accept_charset(header: str | None) -> tuple[tuple[str, float], ...]:
    """Return (value, quality) of each element, most preferred first; HTTPError 400 for a
    malformed header.
    """
    try:
        elements: list[Any] = header_elements("Accept-Charset", header)
    except MalformedHeader as error:
        raise HTTPError(400, str(error)) from None
    return tuple((element.value, element.qvalue) for element in elements)
