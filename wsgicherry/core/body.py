"""The body of a request: an entity that is counted, limited and parsed by its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any
from weakref import ref

from ..wire.params import merge_params
from .entity import MAX_CONTENT_TYPE_BYTES, Entity, describe_type
from .errors import HTTPError
from .forms import process_urlencoded
from .inputs import CHUNK_BYTES, CountedInput, content_length, reading_failed
from .multiparts import (
    process_multipart,
    process_multipart_form_data,
    process_other_multipart,
)
from .parts import Part
from .requestheaders import RequestHeaders
from .uploads import UploadSpool, open_upload

__all__ = [
    "Entity",
    "Part",
    "RequestBody",
    "process_multipart",
    "process_multipart_form_data",
    "process_other_multipart",
    "process_urlencoded",
]

_new = object.__new__
SEEKABLE = "webob.is_body_seekable"  # WebOb's mark of an input that can be read again


class RequestBody(Entity):
    """The body of a request. Unparsed types stay in the stream for the handler to read.

    More than `maxbytes` bytes are refused: HTTPError 413. Source: CherryPy's rule (BEHAVIOUR
    2.8).
    """

    attempt_charsets: Any = ["utf-8"]  # noqa: RUF012 - copied by each body
    default_content_type = ""
    maxbytes: int | None = None
    is_processed = False
    is_spent = False
    """Whether all of the body has been read at once."""

    _request: Callable[[], Any] | None = None
    _request_params: dict[str, Any] | None = None
    _counted: CountedInput | None = None

    def __init__(
        self,
        fp: Any,
        headers: Mapping[str, Any],
        params: dict[str, Any] | None = None,
        request_params: dict[str, Any] | None = None,
    ) -> None:
        environ = {"wsgi.input": fp}
        names = {"Content-Type": "CONTENT_TYPE", "Content-Length": "CONTENT_LENGTH"}
        names["Transfer-Encoding"] = "HTTP_TRANSFER_ENCODING"
        environ.update({key: headers[name] for name, key in names.items() if name in headers})
        environ["wsgi.input_terminated"] = True
        self._begin(environ)
        self.headers = headers
        self._request_params = request_params
        if params is not None:
            self.params = params

    @classmethod
    def of(cls, request: Any) -> RequestBody:
        """Return the body of `request`, with the settings of its plan.

        PERF: what few ask for (headers, the content type) is not made before it is asked for.
        """
        body = _new(cls)
        # Weak, for a circle would leave each request to the garbage collector: 0.6 us.
        body._request = ref(request)
        body._begin(request.environ)
        body.separators = request.query_string_separator
        body.max_fields = request.max_params
        if request.app is not None:
            body.maxbytes = request.app.site.max_body_bytes
            if request.plan.body_attributes:
                body._configure(request.plan.body_attributes)
        return body

    def _begin(self, environ: dict[str, Any]) -> None:
        self._environ = environ
        self.params = {}
        self.parts = []
        self.attempt_charsets = self.attempt_charsets[:]
        self.processors = self.processors.copy()
        # What config and hooks say of charsets comes later, and counts (CherryPy's rule).
        raw: str = environ.get("CONTENT_TYPE") or ""
        self._media_type, charset = describe_type(raw[:MAX_CONTENT_TYPE_BYTES])
        if charset is not None:
            self.heed_charset(charset)
        is_text = self._media_type.startswith("text/")
        if is_text and "iso-8859-1" not in self.attempt_charsets:
            self.attempt_charsets.append("ISO-8859-1")  # what HTTP/1.0 said of text
        self.length = content_length(environ)
        self._input = environ["wsgi.input"]
        if environ.get(SEEKABLE):
            self._input.seek(0)  # a middleware may have read it, and WebOb does not go back

    def _configure(self, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            # What stands in config is every request's: each has a copy of its own.
            setattr(self, name, copy(value) if isinstance(value, (list, dict)) else value)

    @cached_property
    def headers(self) -> Any:  # type: ignore[override]
        """The headers of the request."""
        request = self._request and self._request()
        return RequestHeaders(self._environ) if request is None else request.headers

    @property
    def _raw_type(self) -> str:  # type: ignore[override]
        raw: str = self._environ.get("CONTENT_TYPE") or self.default_content_type
        return raw

    # -- reading -----------------------------------------------------------------------

    def check_length(self) -> None:
        """Raise HTTPError 413 when the Content-Length is over the limit."""
        if self.maxbytes and self.length and self.length > self.maxbytes:
            raise HTTPError(413, f"The request's body is larger than {self.maxbytes} bytes.")

    @property
    def is_begun(self) -> bool:
        """Whether some of the body may have been read."""
        return self.is_spent or self._counted is not None

    @property
    def bytes_read(self) -> int:
        """How many bytes of the body have been read so far."""
        if self._counted is not None:
            return self._counted.bytes_read
        return (self.length or 0) if self.is_spent else 0

    @property
    def source(self) -> CountedInput:
        """The input, counted and limited. HTTPError 413 for a length over the limit."""
        if self._counted is None:
            self.check_length()
            length = 0 if self.is_spent else self.length
            self._counted = CountedInput(self._input, length, self.maxbytes or None)
        return self._counted

    def replace_source(self, stream: Any) -> None:
        """Read from `stream` from now on, counted and limited as before."""
        super().replace_source(stream)
        self.is_spent, self._counted = False, None

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes:
        """Return up to `size` bytes of the body, None for all of it.

        With `fp_out` all of it is written there, and b'' returned.
        """
        length = self.length
        # PERF: a small body needs no buffer, which takes 20 us to make.
        if (
            self._counted is None
            and fp_out is None
            and length is not None
            and length <= CHUNK_BYTES
            and (size is None or size < 0 or size >= length)
        ):
            return self._read_at_once(length)
        if size is not None and length is not None:
            size = min(size, length)  # the buffer makes room for all that is asked for
        return super().read(size, fp_out)

    def _read_at_once(self, length: int) -> bytes:
        if self.is_spent:
            return b""
        if self.maxbytes and length > self.maxbytes:
            self.check_length()
        self.is_spent = True
        try:
            data: bytes = self._input.read(length) if length else b""
        except Exception as error:
            raise reading_failed(error) from None
        if len(data) < length:
            # Some inputs give what has arrived, as sockets do.
            data += CountedInput(self._input, length - len(data), None).readall()
        return data

    def rewind(self) -> None:
        """Put what is left of the body into the environ as a file that WebOb can read."""
        environ = self._environ
        if environ.get(SEEKABLE):
            environ["wsgi.input"].seek(0)
        else:
            environ["wsgi.input"], length = self._take_rest()
            environ["CONTENT_LENGTH"] = str(length)
            environ[SEEKABLE] = True
            self.length = length
        self.fp = environ["wsgi.input"]

    def _take_rest(self) -> tuple[Any, int]:
        rest = open_upload(UploadSpool())
        self.read(fp_out=rest)
        length = rest.tell()
        rest.seek(0)
        return rest, length

    # -- parsing -----------------------------------------------------------------------

    def process(self) -> None:
        """Run the processor of the content type; add what it found to the request's params.

        HTTPError 411 without Content-Length and Transfer-Encoding, 501 for a coding other than
        chunked, 413 for a body over a limit, 415 for a charset that is not allowed, 400 for one
        that is malformed.
        """
        environ = self._environ
        if "HTTP_TRANSFER_ENCODING" in environ:
            coding = environ["HTTP_TRANSFER_ENCODING"].strip().lower()
            if coding not in ("chunked", "identity", ""):
                raise HTTPError(501, f"The transfer coding {coding!r} is not understood here.")
        elif not environ.get("CONTENT_LENGTH"):
            raise HTTPError(411)
        self.parse()
        if self.params:
            request = self._request and self._request()
            params = self._request_params if request is None else request.params
            if params is not None:
                merge_params(params, self.params)

    def parse(self) -> None:
        """Run the processor of the content type, which fills `params` and `parts`."""
        self.is_processed = True
        media_type = self._media_type or self.content_type.value.lower()
        processor = self.processors.get(media_type) or self.find_processor(media_type)
        if processor is None:
            self.check_length()
            self.default_proc()
        else:
            if self.unknown_charset is not None:
                self.check_charset()
            processor(self)
