"""Header fields: reading their elements, holding them, and letting them out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email.utils import formatdate
from functools import lru_cache
from operator import attrgetter
from typing import Any

from .words import encoded_word

MAX_ELEMENTS_BYTES = 8 * 1024  # as gunicorn and Apache allow for one header line
MAX_QUOTED_CHARS = 100

# Of one connection, not of one message (RFC 9110 section 7.6.1, RFC 2616 section 13.5.1).
# PEP 3333 forbids them to an application; waitress answers 500 when it meets one.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    }
)

# A message may hold each of these once: their values are no lists (RFC 9110 section 5.3).
SINGLE_VALUE = frozenset(
    {
        "access-control-allow-credentials",
        "access-control-allow-origin",
        "access-control-max-age",
        "age",
        "authorization",
        "content-disposition",
        "content-length",
        "content-location",
        "content-md5",
        "content-range",
        "content-type",
        "date",
        "etag",
        "expires",
        "from",
        "host",
        "if-modified-since",
        "if-range",
        "if-unmodified-since",
        "last-modified",
        "location",
        "max-forwards",
        "proxy-authorization",
        "range",
        "referer",
        "retry-after",
        "server",
        "strict-transport-security",
        "user-agent",
        "x-content-type-options",
        "x-frame-options",
    }
)

TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
"""The pattern of a token (RFC 9110 section 5.6.2): the name of a header, a method."""

_TOKEN = re.compile(TOKEN)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_CONTROL_BYTES = bytes([*range(32), 127])
_QUALITY = re.compile(r"[0-9]{1,6}(?:\.[0-9]{0,18})?|\.[0-9]{1,18}")
_ESCAPED = re.compile(r'\\([\\"])')
# Runs of anything but the separator, or a quoted string: one way to match, so linear.
_OUTSIDE_QUOTES = {
    separator: re.compile(
        rf'(?:[^{separator}"]+|"[^"\\]*(?:\\.[^"\\]*)*"?)+',
        re.DOTALL,
    )
    for separator in ",;"
}


class MalformedHeader(ValueError):
    """A header's value does not follow its grammar."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Malformed HTTP header: `{shorten(text)}`")
        self.text = text


def shorten(text: str) -> str:
    """Return as much of a bad header as an error repeats."""
    return text if len(text) <= MAX_QUOTED_CHARS else text[:MAX_QUOTED_CHARS] + "..."


class HeaderElement:
    """One element of a header's list: a value, and its parameters by lower-case name."""

    def __init__(self, value: str, params: Mapping[str, str] | None = None) -> None:
        self.value = value
        self.params: dict[str, str] = dict(params or {})

    @staticmethod
    def parse(elementstr: str) -> tuple[str, dict[str, str]]:
        """Return ('token', {'key': 'value'}) for 'token;key=value'."""
        return parse_header(elementstr)

    @classmethod
    def from_str(cls, elementstr: str) -> HeaderElement:
        """Return the element that `elementstr` describes."""
        return cls(*cls.parse(elementstr))

    def __str__(self) -> str:
        return self.value + "".join([f";{key}={val}" for key, val in self.params.items()])

    def __bytes__(self) -> bytes:
        return str(self).encode("latin-1")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r}, {self.params!r})"

    def __lt__(self, other: HeaderElement) -> bool:
        return self.value < other.value


class AcceptElement(HeaderElement):
    """An element of an Accept* header, ordered by the quality its client gives it."""

    @property
    def qvalue(self) -> float:
        """The quality, 0 to 1, 1 if not given; raises MalformedHeader if it is no number."""
        return parse_quality(self.params.get("q", "1"), str(self))

    def __lt__(self, other: HeaderElement) -> bool:
        if not isinstance(other, AcceptElement):
            return NotImplemented
        return _preference(self) < _preference(other)


def parse_quality(text: str, element: str) -> float:
    """Return a quality value (RFC 9110 section 12.4.2), a larger one as 1.

    Raises MalformedHeader, naming `element`, for what is not a plain decimal number.
    """
    if not _QUALITY.fullmatch(text):
        raise MalformedHeader(element)
    return min(float(text), 1.0)


def _preference(element: AcceptElement) -> tuple[float, str]:
    return element.qvalue, str(element)


def header_elements(
    name: str, value: object, accept_class: type[AcceptElement] = AcceptElement
) -> list[HeaderElement]:
    """Return the elements of a header's list, the most preferred (the greatest) first.

    Elements of TE and of Accept and its like are of `accept_class`. Empty elements are left
    out (RFC 9110 section 5.6.1). Raises MalformedHeader for a bad quality and for a value
    over MAX_ELEMENTS_BYTES.
    """
    if not value:
        return []
    text = _text(value)
    if len(text) > MAX_ELEMENTS_BYTES:
        raise MalformedHeader(text)
    parts = split_elements(text)
    lower_name = name.lower()
    if lower_name.startswith("accept") or lower_name == "te":
        accepted = [accept_class(*parse_header(part)) for part in parts]
        # A key is worked out once for each element; __lt__ would do so for each compare.
        return [*sorted(accepted, key=_preference)[::-1]]
    # Of equal values the last comes first: CherryPy's order, which programs may rely on.
    elements = [HeaderElement.from_str(part) for part in parts]
    return sorted(elements, key=attrgetter("value"))[::-1]


def split_elements(value: str) -> list[str]:
    """Return the elements of a header's list in their order, those that are empty left out."""
    return [part for part in _split(value, ",") if part and not part.isspace()]


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a header like 'text/html; charset="utf-8"'.

    Parameter names are lower-cased, quotes removed and escapes undone; a parameter
    without '=' is left out and the last of several of one name stays.
    """
    value, *rest = _split(line, ";")
    params: dict[str, str] = {}
    for part in rest:
        key, equals, text = part.partition("=")
        if equals:
            params[key.strip().lower()] = _unquote(text.strip())
    return value.strip(), params


def _split(text: str, separator: str) -> list[str]:
    """Return `text` cut at each `separator` that is not inside a quoted string."""
    if '"' not in text:
        return text.split(separator)
    parts: list[str] = []
    position = 0
    for match in _OUTSIDE_QUOTES[separator].finditer(text):
        # Each separator between two matches but one stands for an empty part.
        gap = match.start() - position
        parts.extend([""] * (gap - bool(parts)))
        parts.append(match[0])
        position = match.end()
    return parts


def _unquote(text: str) -> str:
    # Only \\ and \" are undone: browsers have sent file names such as "C:\new".
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    return _ESCAPED.sub(r"\1", text[1:-1])


class CaseInsensitiveDict(dict[str, Any]):
    """A dict whose keys are Title-Cased text, however they are spelled when given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        if args or kwargs:
            self.update(*args, **kwargs)

    @classmethod
    def fromkeys(cls, keys: Iterable[object], value: Any = None) -> CaseInsensitiveDict:  # type: ignore[override]
        return cls((key, value) for key in keys)

    def __getitem__(self, key: object) -> Any:
        return dict.__getitem__(self, _title(key))

    def __setitem__(self, key: object, value: Any) -> None:
        dict.__setitem__(self, _title(key), value)

    def __delitem__(self, key: object) -> None:
        dict.__delitem__(self, _title(key))

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, _title(key))

    def get(self, key: object, default: Any = None) -> Any:
        return dict.get(self, _title(key), default)

    def pop(self, key: object, *default: Any) -> Any:
        return dict.pop(self, _title(key), *default)

    def setdefault(self, key: object, default: Any = None) -> Any:
        return dict.setdefault(self, _title(key), default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def copy(self) -> CaseInsensitiveDict:
        return type(self)(self)

    def __or__(self, other: Any) -> CaseInsensitiveDict:  # type: ignore[override]
        merged = self.copy()
        merged.update(other)
        return merged

    def __ior__(self, other: Any) -> CaseInsensitiveDict:  # type: ignore[override]
        self.update(other)
        return self


class HeaderMap(CaseInsensitiveDict):
    """The headers of one message; a value keeps its Python type until it is put out.

    `encodings` are tried in turn when it is; a value that is in none of them becomes an
    RFC 2047 word, unless `protocol` is older than HTTP/1.1 or `use_rfc_2047` is false.
    """

    protocol: tuple[int, int] = (1, 1)
    encodings: Sequence[str] = ["ISO-8859-1"]
    use_rfc_2047 = True

    def elements(self, key: str) -> list[HeaderElement]:
        """Return header_elements() of the header `key`; [] if it is not there."""
        return header_elements(key, self.get(key))

    def values(self, key: str | None = None) -> Any:
        """Return the values of the elements of the header `key`; without a key, all values."""
        if key is None:
            return super().values()
        return [element.value for element in self.elements(key)]

    def output(self) -> list[tuple[bytes, bytes]]:
        """Return the headers as pairs of bytes, each passed through wire_header()."""
        return list(self.encode_header_items(self.items()))

    @classmethod
    def encode_header_items(
        cls, items: Iterable[tuple[object, object]]
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield each pair of `items` as bytes; hop-by-hop headers are left out."""
        for name, value in items:
            wire_name = _wire_name(_text(name))
            if wire_name is not None:
                text = value if isinstance(value, bytes) else str(value)
                yield wire_name.encode("latin-1"), cls.encode_header_item(text).strip(b" ")

    @classmethod
    def encode_header_item(cls, item: str | bytes) -> bytes:
        """Return a value as bytes without control characters; ValueError as `encode`."""
        data = cls.encode(item) if isinstance(item, str) else item
        return data.translate(None, _CONTROL_BYTES)

    @classmethod
    def encode(cls, text: str) -> bytes:
        """Return `text` as bytes; ValueError when it can be had in none of `encodings`."""
        for encoding in cls.encodings:
            try:
                return text.encode(encoding)
            except UnicodeEncodeError:
                continue
        if cls.protocol >= (1, 1) and cls.use_rfc_2047:
            return encoded_word(_CONTROLS.sub("", text)).encode("ascii")
        raise ValueError(
            f"The header value {text!r} is in none of the encodings {cls.encodings!r}."
        )


def _title(key: object) -> str:
    return key.title() if isinstance(key, str) else _text(key).title()


class Host:
    """One end of a connection: an address, a port, and a name (the address if not known)."""

    def __init__(self, ip: str, port: int | None, name: str | None = None) -> None:
        self.ip = ip
        self.port = port
        self.name = ip if name is None else name

    def __repr__(self) -> str:
        return f"httputil.Host({self.ip!r}, {self.port!r}, {self.name!r})"


class SanitizedHost(str):
    """A Host header without the CR and LF it came with, which stay in `.raw`."""

    raw: str

    def __new__(cls, raw: str) -> SanitizedHost:
        clean = raw.replace("\r", "").replace("\n", "")
        if clean == raw:
            return raw  # type: ignore[return-value]  # as CherryPy: a clean host is plain text
        host = super().__new__(cls, clean)
        host.raw = raw
        return host


def HTTPDate(timestamp: float | None = None) -> str:
    """Return `timestamp` (seconds of the epoch; None is now) as an RFC 9110 date."""
    return formatdate(timestamp, usegmt=True)


def wire_header(name: object, value: object) -> tuple[str, str] | None:
    """Return a header as start_response may have it, or None if it must not go out.

    This is the one way out for every header. Text and bytes (as ISO-8859-1) are taken as
    they are, anything else through str(). Control characters are removed, so no value can
    begin a header of its own; white space around a value is stripped; a value outside
    ISO-8859-1 becomes one RFC 2047 word. A hop-by-hop header gives None. Raises
    ValueError for a name that is no token (RFC 9110 section 5.1).
    """
    wire_name = _wire_name(name if isinstance(name, str) else _text(name))
    if wire_name is None:
        return None
    text = value if isinstance(value, str) else _text(value)
    # PERF: two looks in C tell that there is nothing to mend: 0.1 us against 0.9.
    if not (text.isascii() and text.isprintable()):
        text = _mend(text)
    return wire_name, text.strip(" ")


@lru_cache(maxsize=256)
def _wire_name(name: str) -> str | None:
    """Return a header's name as it may go out, None if it is hop-by-hop."""
    clean = _CONTROLS.sub("", name)
    if not _TOKEN.fullmatch(clean):
        raise ValueError(
            f"Illegal header name {name!r}: use letters, digits and !#$%&'*+-.^_`|~ only."
        )
    return None if clean.lower() in HOP_BY_HOP else clean


def _mend(text: str) -> str:
    """Return a header's value without control characters, in ISO-8859-1 or RFC 2047."""
    clean = _CONTROLS.sub("", text).strip(" ")
    try:
        clean.encode("latin-1")
    except UnicodeEncodeError:
        return encoded_word(clean)
    return clean


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
