"""WebOb's words of a request that would stumble: over our `body`, or over what a stranger sent.

The rest of WebOb's words are `webob.request.BaseRequest`'s own, and all of them give its
answers (DESIGN section 7); `tests/core/test_requestwords.py` holds each of them to that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from webob.multidict import MultiDict, NoVars
from webob.request import BaseRequest

from .body import RequestBody

PATH_WORDS = ("path_info", "script_name", "query_string", "upath_info", "uscript_name")
FORM_TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data")

_OWN = vars(BaseRequest)  # WebOb's properties, to be called by name


def lenient(name: str) -> Any:
    """Return WebOb's property `name`, to which a header that it cannot read is absent."""
    own = _OWN[name]

    def read(request: BaseRequest) -> Any:
        absent = own.fget(BaseRequest({}))
        try:
            value = own.fget(request)
        except (ValueError, OverflowError):
            return absent
        # If-Range holds an object even for a date that is none.
        return absent if getattr(value, "date", value) is None else value

    return property(read, own.fset, own.fdel, own.__doc__)


class RequestWords(BaseRequest):
    """A WebOb request whose `body` is an entity; words that need bytes ask WebOb's own.

    A body that a handler or a parser has read is gone; what is still in the stream these words
    put into the environ as a file that can be read again.
    """

    is_detached = False
    _body: Any = None

    date = lenient("date")
    if_modified_since = lenient("if_modified_since")
    if_unmodified_since = lenient("if_unmodified_since")
    if_range = lenient("if_range")
    max_forwards = lenient("max_forwards")
    range = lenient("range")

    @property
    def upath_info(self) -> Any:
        """WebOb's other name for `path_info`."""
        return self.path_info

    @upath_info.setter
    def upath_info(self, value: str) -> None:
        self.path_info = value

    @property
    def uscript_name(self) -> Any:
        """WebOb's other name for `script_name`."""
        return self.script_name

    @uscript_name.setter
    def uscript_name(self, value: Any) -> None:
        self.script_name = value

    @property
    def body(self) -> Any:
        """The entity: `.read()`, `.params` ... Bytes may be put in its place, as in WebOb."""
        if self._body is None:
            self._body = RequestBody.of(self)
        return self._body

    @body.setter
    def body(self, value: Any) -> None:
        if value is None or isinstance(value, bytes):
            _OWN["body"].fset(self, value)
            value = None
        self._body = value

    @body.deleter
    def body(self) -> None:
        self.body = b""

    @property
    def body_bytes_read(self) -> int:
        """How many bytes of the body have been read so far."""
        return getattr(self._body, "bytes_read", 0)

    def entity(self) -> RequestBody:
        """Return `body`, or an entity of its own where a program put something else there."""
        body = self.body
        return body if isinstance(body, RequestBody) else RequestBody.of(self)

    def rewound(self) -> BaseRequest:
        """Return WebOb's own view of this request, its body at the beginning."""
        if self.is_body_readable:
            self.make_body_seekable()
        return BaseRequest(self.environ)

    def make_body_seekable(self) -> None:
        """Put the body into the environ as a file that can be read again, at its beginning."""
        self.entity().rewind()

    def copy_body(self) -> None:
        """Put a copy of the body into the environ that shares nothing with other requests."""
        self.make_body_seekable()
        self.is_body_seekable = False
        self.make_body_seekable()

    @property
    def body_file(self) -> Any:
        """The body as a file: counted and limited, or that of `make_body_seekable`."""
        if self.is_body_seekable:
            return self.body_file_raw
        return self.entity().fp

    @body_file.setter
    def body_file(self, value: Any) -> None:
        _OWN["body_file"].fset(self, value)
        self._body = RequestBody.of(self)
        self._body.length = None

    @body_file.deleter
    def body_file(self) -> None:
        self.body = b""

    @property
    def body_file_raw(self) -> Any:
        """What the environ has as input."""
        return self.environ["wsgi.input"]

    @body_file_raw.setter
    def body_file_raw(self, value: Any) -> None:
        self.environ["wsgi.input"] = value
        self._body = None

    @property
    def text(self) -> str:
        """The body decoded by its charset; setting it encodes it."""
        return self.rewound().text

    @text.setter
    def text(self, value: str | None) -> None:
        _OWN["text"].fset(self, value)

    @text.deleter
    def text(self) -> None:
        self.body = b""

    @property
    def json_body(self) -> Any:
        """The body parsed as JSON, whatever its type; setting it makes the body that JSON."""
        return self.rewound().json_body

    @json_body.setter
    def json_body(self, value: Any) -> None:
        _OWN["json_body"].fset(self, value)

    @json_body.deleter
    def json_body(self) -> None:
        self.body = b""

    @property
    def POST(self) -> Any:
        """The fields of a form as a MultiDict, from our parsers, with their limits."""
        content_type = self.content_type
        if content_type not in FORM_TYPES or (self.method != "POST" and not content_type):
            return NoVars(f"Not an HTML form submission (Content-Type: {content_type})")
        entity = self.entity()
        if not entity.is_processed and self.is_body_readable:
            entity.parse()
        fields: MultiDict[str, Any] = MultiDict()
        for name, value in entity.params.items():
            for item in value if isinstance(value, list) else (value,):
                fields.add(name, item)
        return fields

    def as_bytes(self, skip_body: Any = False) -> bytes:
        """Return the request as it may have been sent; see WebOb for `skip_body`."""
        return self.rewound().as_bytes(skip_body)

    def copy(self) -> Any:
        """Return a request like this one, which belongs to no application."""
        self.make_body_seekable()
        twin = type(self)(self.environ.copy())
        twin.copy_body()
        self.make_body_seekable()
        return twin

    def decode(self, charset: str | None = None, errors: str = "strict") -> Any:
        """Return this request with query string and form turned from `charset` into UTF-8.

        ValueError for multipart/form-data, which WebOb would give to a parser without limits.
        """
        charset = charset or self.charset
        if charset == "UTF-8":
            return self
        if self.content_type == "multipart/form-data":
            raise ValueError(
                f"decode({charset!r}) does not take multipart/form-data: its fields are in "
                "request.body.params, decoded by the charset that each part names."
            )
        return type(self)(self.rewound().decode(charset, errors).environ)

    def call_application(self, application: Any, catch_exc_info: bool = False) -> Any:
        """Call `application` with this environ; see WebOb for what comes back."""
        if isinstance(self._body, RequestBody) and self._body.is_begun:
            # What we have read ahead is the application's to read.
            self.make_body_seekable()
        return super().call_application(application, catch_exc_info)


@lru_cache(maxsize=64)
def detached_class(kind: type[Any]) -> type[Any]:
    """Return the class of those requests of class `kind` that belong to no application.

    They are what WebOb makes itself (`blank`, `copy` ...), and their path and query string are
    WebOb's, kept in the environ. PERF: the same properties would cost requests that are served
    0.3 us.
    """
    if kind.is_detached:
        return kind
    words = {name: _OWN[name] for name in PATH_WORDS}
    return type(kind.__name__, (kind,), {"is_detached": True, "__doc__": kind.__doc__, **words})
