"""Entity: content with a type, by hand; and the charsets of text."""

import io

import pytest

from wsgicherry.core.body import Part, RequestBody
from wsgicherry.core.charsets import CHARSETS, decode_text, find_charset
from wsgicherry.core.current import serving_now
from wsgicherry.core.entity import Entity
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.inputs import PieceReader

FORM = "application/x-www-form-urlencoded"
TEXT = b"one\ntwo\r\n\nlast"


def entity(data=TEXT, **headers):
    """Return an entity of `data`; `Content_Type=` is its type."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Entity(io.BytesIO(data), named)


# -- what it is made of (BEHAVIOUR 2.8) --------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "attribute", "value"),
    [
        (Entity, "attempt_charsets", ["utf-8"]),
        (Entity, "default_content_type", FORM),
        (Entity, "charset", None),
        (Entity, "length", None),
        (Entity, "name", None),
        (Entity, "filename", None),
        (Entity, "params", {}),
        (Entity, "parts", []),
        (Entity, "part_class", Part),
        (RequestBody, "attempt_charsets", ["utf-8"]),
        (RequestBody, "default_content_type", ""),
        (RequestBody, "maxbytes", None),
        (RequestBody, "part_class", Part),
        (RequestBody, "charset", None),
        (RequestBody, "name", None),
        (RequestBody, "filename", None),
        (RequestBody, "params", {}),
        (RequestBody, "parts", []),
        (Part, "attempt_charsets", ["us-ascii", "utf-8"]),
        (Part, "default_content_type", "text/plain"),
        (Part, "boundary", "B"),
        (Part, "file", None),
        (Part, "value", None),
        (Part, "maxrambytes", 1000),
    ],
)
def test_attributes(kind, attribute, value):
    """Entities begin with CherryPy's values."""
    more = ("B",) if kind is Part else ()
    assert getattr(kind(io.BytesIO(), {}, *more), attribute) == value


def test_processors():
    """Forms and multipart bodies have processors; each entity has a map of its own."""
    one, other = entity(), entity()
    assert sorted(one.processors) == [FORM, "multipart", "multipart/form-data"]
    one.processors.clear()
    one.attempt_charsets.clear()
    assert other.processors
    assert (other.attempt_charsets, Entity(None, {}).processors != {}) == (["utf-8"], True)


def test_headers():
    """The type, its parameters, the length and the disposition are read from the headers."""
    found = entity(
        Content_Type='Text/Plain; Charset="latin-1"',
        Content_Length="15",
        Content_Disposition='attachment; name="n"; filename="/tmp/f"',
    )
    assert str(found.content_type) == "Text/Plain;charset=latin-1"
    assert (found.length, found.name, found.filename) == (15, "n", "f")
    assert found.attempt_charsets == ["iso-8859-1", "utf-8"]


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({}, None),
        ({"Content-Length": "7"}, 7),
        ({"Content-Length": 7}, 7),
        ({"Content-Length": "x"}, None),
        ({"Content-Length": "-7"}, None),
        ({"Content-Length": "\N{ARABIC-INDIC DIGIT SEVEN}"}, None),
        ({"Content-Length": "9" * 30}, None),
        ({"Content-Length": "7", "Transfer-Encoding": "Chunked"}, None),
        ({"Content-Length": "7", "Transfer-Encoding": "identity"}, 7),
    ],
)
def test_lengths(headers, length):
    """A length that is none, or that chunks overrule, is None."""
    assert Entity(io.BytesIO(), headers).length == length


def test_a_disposition_that_is_none():
    """A malformed `filename*` is 400, not a 500 (BEHAVIOUR 13.2)."""
    with pytest.raises(HTTPError, match="Malformed") as caught:
        entity(Content_Disposition="form-data; filename*=nope")
    assert caught.value.code == 400


# -- reading ----------------------------------------------------------------------------------


class Pieces(PieceReader):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data, most):
        self.data, self.most = io.BytesIO(data), most

    def take(self, size):
        return self.data.read(min(size, self.most))


@pytest.fixture(params=["file", "pieces"])
def make(request):
    """Give a function that makes an entity of bytes, from a file or from drops."""

    def make(data=TEXT):
        stream = io.BytesIO(data) if request.param == "file" else Pieces(data, 3)
        return Entity(stream, {"Content-Type": "text/plain"})

    return make


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda e: e.read(), TEXT),
        (lambda e: e.read(5), TEXT[:5]),
        (lambda e: (e.read(5), e.read()), (TEXT[:5], TEXT[5:])),
        (lambda e: (e.readline(), e.readline(2)), (b"one\n", b"tw")),
        (lambda e: e.readlines(), [b"one\n", b"two\r\n", b"\n", b"last"]),
        (lambda e: e.readlines(5), [b"one\n", b"two\r\n"]),
        (lambda e: list(e), [b"one\n", b"two\r\n", b"\n", b"last"]),
        (lambda e: (next(e), next(e)), (b"one\n", b"two\r\n")),
        (lambda e: list(e.pieces(6)), [TEXT[:6], TEXT[6:12], TEXT[12:]]),
        (lambda e: (e.readline(), list(e.pieces(100))), (b"one\n", [TEXT[4:]])),
        (lambda e: e.fullvalue(), TEXT.decode()),
        (lambda e: e.fp.read(), TEXT),
    ],
)
def test_reading(make, read, expected):
    """read, readline, readlines, iteration, in pieces, as text."""
    assert read(make()) == expected


def test_reading_into_files(make, tmp_path):
    """Into a file that is given, or one that make_file() makes."""
    target = io.BytesIO()
    assert make().read(fp_out=target) == b""
    assert target.getvalue() == TEXT
    assert make().read_into_file(target) is target
    with make().read_into_file() as file:
        file.seek(0)
        assert file.read() == TEXT


def test_another_stream(make):
    """`fp` may be replaced."""
    found = make()
    found.readline()
    found.fp = io.BytesIO(b"other")
    assert found.read() == b"other"


def test_pieces_must_come_from_somewhere():
    """A PieceReader is what its subclass takes from."""
    with pytest.raises(NotImplementedError):
        PieceReader().take(1)


# -- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "charsets", "text", "charset"),
    [
        (b"a", ["us-ascii", "utf-8"], "a", "us-ascii"),
        ("é".encode(), ["us-ascii", "utf-8"], "é", "utf-8"),
        (b"\xe9", ["utf-8", "iso-8859-1"], "é", "iso-8859-1"),
        (b"a", ["no-such-charset", "utf-8"], "a", "utf-8"),
    ],
)
def test_decoding(data, charsets, text, charset):
    """The first charset that fits is taken, and told."""
    assert decode_text(data, charsets) == (text, charset)
    found = entity()
    found.attempt_charsets = charsets
    assert (found.decode_entity(data), found.charset) == (text, charset)


def test_undecodable():
    """Text in none of them is 400, and names them."""
    with pytest.raises(HTTPError, match=r"attempted: \['us-ascii'\]") as caught:
        decode_text(b"\xe9", ["us-ascii"])
    assert caught.value.code == 400


@pytest.mark.parametrize("named", ["utf-8", "UTF8", '"utf-8"', "US-ASCII", "Latin-1", "latin1"])
def test_known_charsets(named):
    """Three charsets, by all their usual names."""
    assert find_charset(named) in set(CHARSETS.values())


@pytest.mark.parametrize("named", ["rot13", "zlib", "idna", "utf-7", "utf-16", "", "undefined"])
def test_unknown_charsets(named):
    """Others are none: the text is refused with 415 when it is asked for, not before."""
    assert find_charset(named) is None
    found = entity(Content_Type=f"text/plain; charset={named}")
    assert found.read(3) == b"one"
    with pytest.raises(HTTPError, match="utf-8 or iso-8859-1") as caught:
        found.fullvalue()
    assert caught.value.code == 415


# -- parsing ----------------------------------------------------------------------------------


def test_processing():
    """The processor of the type reads; a type without one is left in the stream."""
    form = entity(b"a=1&a=2")
    form.process()
    assert form.params == {"a": ["1", "2"]}
    text = entity(Content_Type="text/plain")
    text.process()
    assert (text.params, text.read()) == ({}, TEXT)


@pytest.mark.parametrize("type", ["x/y", "X/Y; q=1", "x/z"])
def test_a_processor_of_ones_own(type):
    """It is found by the type, or by its part before the slash, and gets the entity."""
    found = entity(Content_Type=type)
    seen = []
    found.processors = {"x/y": seen.append, "x": seen.append}
    found.process()
    assert seen == [found]


def test_a_request_body_by_hand():
    """RequestBody(fp, headers, params, request_params): what it finds goes to both."""
    mine, requests = {"a": "0"}, {"a": "query"}
    headers = {"Content-Type": FORM, "Content-Length": "3"}
    body = RequestBody(io.BytesIO(b"a=1"), headers, mine, requests)
    body.process()
    assert (body.params is mine, mine) == (True, {"a": ["0", "1"]})
    assert requests == {"a": ["query", "0", "1"]}
    assert body.headers is headers
    raw = RequestBody(io.BytesIO(b"a=1"), {"Content-Length": "3"})
    raw.process()
    assert (raw.params, raw.read()) == ({}, b"a=1")
    form = RequestBody(io.BytesIO(b"a=1"), headers)
    form.process()
    assert form.params == {"a": "1"}


@pytest.mark.parametrize("type", ["text/plain", "text/xml; charset=utf-8"])
def test_text_may_be_latin_1(page, type):
    """For text/* ISO-8859-1 is tried last (CherryPy's rule)."""
    serve = page(lambda: repr(serving_now().request.body.fullvalue()))
    answer = serve("/", "POST", body=b"caf\xe9", headers={"Content-Type": type})
    assert answer.text == "'café'"


def test_a_type_without_a_charset():
    """A type that names no charset leaves the charsets to try as they are."""
    text = entity(Content_Type="text/plain")
    assert text.attempt_charsets == ["utf-8"]
    assert text.unknown_charset is None
    text.heed_charset(None)
    assert text.attempt_charsets == ["utf-8"]
