"""Bodies as bytes: `tools.encode` for text, `tools.gzip` for fewer of them."""

from __future__ import annotations

import gzip as python_gzip
import io
import os
import time

import pytest
import webob

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose
from wsgicherry.lib.encoding import EncodedStream, ResponseEncoder


class Answer:
    """What a server would send. (WebTest would undo the gzip, and count the body anew.)"""

    def __init__(self, app, path="/", headers=()):
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "HTTP_HOST": "h",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
        }
        environ.update({"HTTP_" + name.upper(): value for name, value in dict(headers).items()})
        self.chunks = app(environ, self.start)

    def start(self, status, headers, exc_info=None):
        self.status, self.headers = int(status[:3]), dict(headers)

    def read(self):
        """Read to the end, and close."""
        self.body = b"".join(self.chunks)
        if hasattr(self.chunks, "close"):
            self.chunks.close()
        return self

    @property
    def text(self):
        return self.body.decode()


class Page:
    """A page whose handler is a function, and requests for it."""

    def __init__(self, site, handler, **config):
        root = type("Root", (), {})()
        root.index = expose(handler)
        settings = {f"tools.{key.replace('__', '.')}": value for key, value in config.items()}
        self.app = site.tree
        site.tree.mount(root, "", {"/": settings})

    def get(self, status=200, **headers):
        answer = Answer(self.app, "/", headers).read()
        assert answer.status == status
        return answer


class Chunks:
    """A body of chunks that notes when it is closed."""

    def __init__(self, *chunks):
        self.chunks, self.closed = chunks, 0

    def __iter__(self):
        return iter(self.chunks)

    def close(self):
        self.closed += 1


def response():
    return serving_now().response


TEXT = "caf\xe9 \u20ac"
LATIN = "caf\xe9"


# -- what is encoded ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (TEXT, TEXT.encode()),
        ("", b""),
        (None, b""),
        (b"bytes", b"bytes"),
        ([TEXT, b" and bytes"], TEXT.encode() + b" and bytes"),
        (("a", "b"), b"ab"),
        ([], b""),
        (["", ""], b""),
        ((part for part in ("a", b"b", "\xe9")), "ab\xe9".encode()),
        (io.BytesIO(b"a file"), b"a file"),
        (io.StringIO(TEXT), TEXT.encode()),
        ({"key": 1}, b"key"),
        (bytearray(b"array"), b"array"),
    ],
)
def test_bodies(site, body, expected):
    """Text, lists, generators and files of text and bytes become UTF-8, and the header says
    so.
    """
    answer = Page(site, lambda: body).get()
    assert answer.body == expected
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("body", [5, 1.5, True, False, object()])
def test_bodies_that_are_none(site, body):
    """What cannot be a body is a 500."""
    Page(site, lambda: body).get(status=500)


def test_a_body_of_something_else(site):
    """A list with a number in it is a 500, not a crash of the server."""
    Page(site, lambda: ["a", 5]).get(status=500)


def test_without_the_tool(site):
    """With the tool off only bytes may be returned."""
    assert (
        Page(site, lambda: b"x", encode__on=False).get().headers["Content-Type"] == "text/html"
    )
    Page(site, lambda: "x", encode__on=False).get(status=500)


@pytest.mark.parametrize("kind", ["list", "generator"])
def test_bodies_are_closed(site, kind):
    """A body that is read to its end here is closed here, once."""
    chunks = Chunks("a", "b")
    assert Page(site, lambda: chunks).get().text == "ab"
    assert chunks.closed == 1


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_webob_responses(site, charset):
    """A WebOb response brings its own bytes and Content-Type; nothing is encoded again."""

    def handler():
        return webob.Response(LATIN, content_type="text/plain", charset=charset)

    answer = Page(site, handler).get(Accept_Charset="utf-16")
    assert answer.body == LATIN.encode(charset)
    assert answer.headers["Content-Type"] == f"text/plain; charset={charset}"


# -- Content-Type ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("text/plain", "text/plain;charset=utf-8"),
        ("TEXT/plain", "TEXT/plain;charset=utf-8"),
        ("text/html; charset=utf-16", "text/html;charset=utf-8"),
        ("text/html; level=1", "text/html;level=1;charset=utf-8"),
        ("text/html", "text/html;charset=utf-8"),
    ],
)
def test_content_types(site, given, sent):
    """The charset that was used is put into the header; other parameters stay."""

    def handler():
        response().headers["Content-Type"] = given
        return TEXT

    answer = Page(site, handler).get()
    assert (answer.headers["Content-Type"], answer.body) == (sent, TEXT.encode())


def test_no_text(site):
    """Bodies of other types are left alone: bytes pass, text is a 500."""

    def handler(body):
        response().headers["Content-Type"] = "application/json"
        return body

    answer = Page(site, lambda: handler(b"{}")).get()
    assert answer.headers["Content-Type"] == "application/json"
    Page(site, lambda: handler("{}")).get(status=500)


def test_no_text_on_demand(site):
    """With `text_only` off other types are encoded, too."""

    def handler():
        response().headers["Content-Type"] = "application/json"
        return "{}"

    answer = Page(site, handler, encode__text_only=False).get()
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert answer.body == b"{}"


def test_no_content_type(site):
    """Without a Content-Type nothing is encoded."""

    def handler():
        del response().headers["Content-Type"]
        return b"x"

    answer = Page(site, handler).get()
    assert "Content-Type" not in answer.headers


def test_add_charset_off(site):
    """With `add_charset` off neither header nor body is touched."""
    answer = Page(site, lambda: b"x", encode__add_charset=False).get()
    assert answer.headers["Content-Type"] == "text/html"


def test_other_headers_stay(site):
    """Headers of the handler's are kept; a Content-Length for the text as it was is not."""

    def handler():
        response().headers["X-Mine"] = "yes"
        response().headers["Content-Length"] = str(len(TEXT))
        response().headers["X-Last"] = "yes"
        return TEXT

    answer = Page(site, handler).get()
    assert (answer.headers["X-Mine"], answer.headers["X-Last"]) == ("yes", "yes")
    assert answer.headers["Content-Length"] == str(len(TEXT.encode()))


@pytest.mark.parametrize("header", [("Content-Length", "4"), ("X-Mine", "yes")])
def test_a_header_list_that_was_appended_to(site, header):
    """The same where the handler wrote to WebOb's `headerlist`."""

    def handler():
        response().headerlist.append(header)
        return TEXT

    assert Page(site, handler).get().headers["Content-Length"] == str(len(TEXT.encode()))


def test_a_length_of_chunks(site):
    """The same for a body in chunks."""

    def handler():
        response().headers["Content-Length"] = "3"
        return [TEXT]

    assert Page(site, handler).get().body == TEXT.encode()


# -- charsets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "charset"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("utf-16", "utf-16"),
        ("iso-8859-15", "iso-8859-15"),
        ("us-ascii, utf-8;q=0.5", "utf-8"),
        ("us-ascii, *", "utf-8"),
        ("*", "utf-8"),
        ("*;q=0.1, windows-1252;q=0.9", "windows-1252"),
        ("utf-16;q=0.2, utf-8;q=0.8", "utf-8"),
        ("klingon, utf-8;q=0.1", "utf-8"),
        ("idna, utf-8;q=0.1", "utf-8"),
        ("", "utf-8"),
    ],
)
def test_accept_charset(site, accept, charset):
    """The first charset of the client's choice in which the text can be had is used."""
    answer = Page(site, lambda: [TEXT]).get(Accept_Charset=accept)
    assert answer.headers["Content-Type"].lower() == f"text/html;charset={charset}"
    assert answer.body == TEXT.encode(charset)


@pytest.mark.parametrize("accept", ["klingon", "us-ascii", "utf-8;q=0"])
def test_latin_1_is_accepted_without_a_word(site, accept):
    """Where no '*' is sent ISO-8859-1 counts as accepted."""
    answer = Page(site, lambda: LATIN).get(Accept_Charset=accept)
    assert answer.headers["Content-Type"] == "text/html;charset=iso-8859-1"
    assert answer.body == LATIN.encode("latin-1")


@pytest.mark.parametrize(
    ("accept", "tried"),
    [
        ("us-ascii", "iso-8859-1, us-ascii"),
        ("*;q=0", ""),
        ("iso-8859-1", "iso-8859-1"),
        ("iso-8859-1, iso-8859-1;q=0.5", "iso-8859-1"),
    ],
)
def test_no_charset_will_do(site, accept, tried):
    """406, with what the client sent and what was tried."""
    answer = Page(site, lambda: TEXT).get(status=406, Accept_Charset=accept)
    assert f"Your client sent this Accept-Charset header: {accept}." in answer.text
    assert f"We tried these charsets: {tried}." in answer.text


def test_malformed_charsets(site):
    """A header that cannot be read is 400."""
    Page(site, lambda: TEXT).get(status=400, Accept_Charset="utf-8;q=x")


def test_many_charsets(site):
    """Only so many charsets are tried, each of which encodes the whole body."""
    names = [f"iso-8859-{n}" for n in range(2, 16)] + [f"windows-125{n}" for n in range(8)]
    answer = Page(site, lambda: "\u65e5").get(status=406, Accept_Charset=", ".join(names))
    assert answer.text.partition("We tried these charsets: ")[2].count(",") < 10


@pytest.mark.parametrize(
    ("encoding", "accept", "status"),
    [
        ("utf-16", None, 200),
        ("UTF-16", "utf-16", 200),
        ("utf-16", "*", 200),
        ("utf-16", "utf-8", 406),
        ("us-ascii", None, 406),
        ("klingon", None, 406),
    ],
)
def test_encoding_by_config(site, encoding, accept, status):
    """With `encoding` that charset is used, or 406."""
    headers = {"Accept_Charset": accept} if accept else {}
    answer = Page(site, lambda: TEXT, encode__encoding=encoding).get(status=status, **headers)
    if status == 200:
        assert answer.headers["Content-Type"] == "text/html;charset=utf-16"
        assert answer.body.decode("utf-16") == TEXT
    elif accept is None:
        assert "did not send an Accept-Charset header" in answer.text


@pytest.mark.parametrize(
    ("default", "status"), [("utf-16", 200), ("us-ascii", 500), ("no-such-codec", 500)]
)
def test_default_encoding(site, default, status):
    """`default_encoding` is used where the client has no wish; 500 when it cannot be."""
    answer = Page(site, lambda: TEXT, encode__default_encoding=default).get(status=status)
    if status == 200:
        assert answer.body.decode("utf-16") == TEXT


@pytest.mark.parametrize(
    ("errors", "status", "body"),
    [
        ("replace", 200, b"a?b"),
        ("xmlcharrefreplace", 200, b"a&#56320;b"),
        ("strict", 500, None),
    ],
)
def test_errors(site, errors, status, body):
    """`errors` says what becomes of letters that the charset does not have."""
    answer = Page(site, lambda: "a\udc00b", encode__errors=errors).get(status=status)
    assert body is None or answer.body == body


# -- streams -----------------------------------------------------------------------------------


def stream(chunks):
    response().stream = True
    return chunks


def test_streams_are_encoded_as_they_go(site):
    """A streamed body is encoded chunk by chunk, and closed at its end."""
    chunks = Chunks("a", b"b", "\xe9")
    answer = Page(site, lambda: stream(chunks)).get()
    assert answer.body == "ab\xe9".encode()
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert "Content-Length" not in answer.headers
    assert chunks.closed == 1


@pytest.mark.parametrize(
    ("header", "status"), [("utf-8;q=x", 400), ("a" * 5000, 431), ("*;q=0", 406)]
)
def test_streams_that_are_refused_are_closed(site, header, status):
    """A stream that no charset can be found for is closed, as every body is."""
    chunks = Chunks("a")
    Page(site, lambda: stream(chunks)).get(Accept_Charset=header, status=status)
    assert chunks.closed == 1


def test_streams_take_the_first_charset(site):
    """A stream cannot be tried: the client's first choice is used."""
    answer = Page(site, lambda: stream(Chunks(LATIN))).get(Accept_Charset="iso-8859-1")
    assert answer.body == LATIN.encode("latin-1")


def test_streams_in_the_clients_hands():
    """A stream is its own iterator."""
    encoded = EncodedStream(["a"], "utf-8")
    assert iter(encoded) is encoded
    assert list(encoded) == [b"a"]
    encoded.close()


def test_streams_of_no_text(site):
    """A stream of another type passes as it is."""

    def handler():
        response().headers["Content-Type"] = "image/png"
        return stream(Chunks(b"a"))

    assert Page(site, handler).get().body == b"a"


# -- where there is nothing to do --------------------------------------------------------------


def test_without_a_handler(site):
    """A request whose handler is None has been answered; its body is left alone."""

    def answer():
        serving_now().request.handler = None
        response().body = b"answered"

    site.config.update({"hooks.before_handler": answer})
    assert Page(site, lambda: "never").get().headers["Content-Type"] == "text/html"


def test_error_pages(site):
    """Error pages are encoded by themselves."""
    site.tree.mount(None, "")
    answer = Answer(site.tree, "/x", {"Accept_Charset": "utf-16"}).read()
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"


@pytest.mark.parametrize("is_answered", [False, True])
def test_calling_the_tool_by_hand(site, is_answered):
    """`tools.encode.callable(...)` in a hook encodes what the handler will return, if there is
    one.
    """

    def call():
        if is_answered:
            serving_now().request.handler = None
        site.tools.encode.callable(encoding="utf-16")

    site.config.update({"hooks.before_handler": call})
    answer = Page(site, lambda: TEXT, encode__on=False).get()
    assert answer.body == (b"" if is_answered else TEXT.encode("utf-16"))


def test_encoder_by_itself(site):
    """An encoder around a handler hands its arguments on."""

    def page_by_hand():
        request = serving_now().request
        request.handler = lambda a, b: a + b
        ResponseEncoder(None, "strict", True, True, "utf-8").wrap()
        return request.handler("x", b="y")

    assert Page(site, page_by_hand, encode__on=False).get().text == "xy"


# -- gzip --------------------------------------------------------------------------------------


def gzipped(answer):
    return answer.headers.get("Content-Encoding") == "gzip"


LONG = "<p>" + "lorem ipsum " * 500


@pytest.mark.parametrize(
    ("accept", "is_gzipped"),
    [
        (None, False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br", True),
        ("deflate", False),
        ("br", False),
        ("identity", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=0.5, identity;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*", True),
        ("*;q=0.1", True),
        ("identity;q=0, *", True),
        ("identity;q=0, gzip", True),
        ("", False),
        ("gzip;q=x", False),
    ],
)
def test_accept_encoding(site, accept, is_gzipped):
    """The client's wish decides; in doubt the body is sent as it is."""
    headers = {} if accept is None else {"Accept_Encoding": accept}
    answer = Page(site, lambda: LONG, gzip__on=True).get(**headers)
    assert gzipped(answer) is is_gzipped
    assert answer.headers["Vary"] == "Accept-Encoding"
    body = python_gzip.decompress(answer.body) if is_gzipped else answer.body
    assert body == LONG.encode()
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert not is_gzipped or len(answer.body) < len(LONG) / 10


@pytest.mark.parametrize("accept", ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0"])
def test_neither_gzip_nor_identity(site, accept):
    """A client that takes neither gets a 406."""
    answer = Page(site, lambda: LONG, gzip__on=True).get(status=406, Accept_Encoding=accept)
    assert "identity, gzip" in answer.text


@pytest.mark.parametrize(
    ("content_type", "mime_types", "is_gzipped"),
    [
        ("text/html", None, True),
        ("text/plain", None, True),
        ("Text/HTML; charset=utf-8", None, True),
        ("text/css", None, False),
        ("text/css", ["text/*"], True),
        ("image/svg+xml", ["text/*", "image/*+xml"], True),
        ("image/png", ["text/*", "image/*+xml"], False),
        ("application/json", ["application/json"], True),
        ("application/json", ["application/*+json"], False),
        ("application/json", [], False),
    ],
)
def test_mime_types(site, content_type, mime_types, is_gzipped):
    """Only the types of `mime_types` are compressed; they may be patterns."""

    def handler():
        response().headers["Content-Type"] = content_type
        return LONG.encode()

    config = {} if mime_types is None else {"gzip__mime_types": mime_types}
    answer = Page(site, handler, gzip__on=True, **config).get(Accept_Encoding="gzip")
    assert gzipped(answer) is is_gzipped


@pytest.mark.parametrize(
    "header",
    [("Content-Encoding", "br"), ("Content-Range", "bytes 0-1/2"), ("Content-Type", None)],
)
def test_bodies_that_are_left_alone(site, header):
    """What is encoded already, or partial, or of no type, is not compressed."""

    def handler():
        name, value = header
        if value is None:
            del response().headers[name]
        else:
            response().headers[name] = value
        return LONG.encode()

    answer = Page(site, handler, gzip__on=True).get(Accept_Encoding="gzip")
    assert answer.body == LONG.encode()


@pytest.mark.parametrize("body", ["", None, [], [""], b""])
def test_empty_bodies_are_not_compressed(site, body):
    """Nothing stays nothing."""
    answer = Page(site, lambda: body, gzip__on=True).get(Accept_Encoding="gzip")
    assert (gzipped(answer), answer.body) == (False, b"")


def test_cached_bodies_are_not_compressed_again(site):
    """A response from a cache is as it must be."""

    def handler():
        serving_now().request.cached = True
        return LONG

    assert not gzipped(Page(site, handler, gzip__on=True).get(Accept_Encoding="gzip"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Cookie", "Cookie, Accept-Encoding"),
        ("accept-encoding", "accept-encoding"),
        ("*", "*"),
        ("A,  B", "A, B, Accept-Encoding"),
    ],
)
def test_vary(site, before, after):
    """Accept-Encoding is added to Vary, once."""

    def handler():
        response().headers["Vary"] = before
        return LONG

    assert Page(site, handler, gzip__on=True).get().headers["Vary"] == after


@pytest.mark.parametrize(("level", "flag"), [(9, 2), (1, 4), (5, 0)])
def test_gzip_format(site, level, flag):
    """The head of the format says the level and the time, and no system (RFC 1952)."""
    page = Page(site, lambda: LONG, gzip__on=True, gzip__compress_level=level)
    body = page.get(Accept_Encoding="gzip").body
    assert body[:4] == b"\x1f\x8b\x08\x00"
    assert abs(int.from_bytes(body[4:8], "little") - time.time()) < 60
    assert body[8:10] == bytes([flag, 255])


def test_compressed_streams(site):
    """A streamed body is compressed as it goes, and closed at its end."""
    chunks = Chunks(*[LONG] * 50)
    answer = Page(site, lambda: stream(chunks), gzip__on=True).get(Accept_Encoding="gzip")
    assert gzipped(answer)
    assert "Content-Length" not in answer.headers
    assert python_gzip.decompress(answer.body) == (LONG * 50).encode()
    assert chunks.closed == 1


def test_compressed_bodies_that_cannot_be_smaller(site):
    """Bytes without any pattern come through as they are."""
    data = [os.urandom(100_000), b"", os.urandom(100_000)]
    answer = Page(site, lambda: stream(Chunks(*data)), gzip__on=True).get(
        Accept_Encoding="gzip"
    )
    assert python_gzip.decompress(answer.body) == b"".join(data)


def test_compressed_streams_that_are_broken_off(site):
    """A client that goes away: the stream is closed, and its body with it."""
    chunks = Chunks(*[LONG] * 50)
    Page(site, lambda: stream(chunks), gzip__on=True)
    body = Answer(site.tree, "/", {"Accept_Encoding": "gzip"}).chunks
    assert next(iter(body)).startswith(b"\x1f\x8b")
    body.close()
    assert chunks.closed == 1


def test_error_pages_are_compressed(site):
    """Error pages pass the tool like any page."""
    site.tree.mount(None, "", {"/": {"tools.gzip.on": True}})
    answer = Answer(site.tree, "/x", {"Accept_Encoding": "gzip"}).read()
    assert answer.status == 404
    assert gzipped(answer)
    assert b"404" in python_gzip.decompress(answer.body)
