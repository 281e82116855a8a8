"""Text as bytes: `tools.encode`."""

from __future__ import annotations

import io

import pytest
import webob
from encoded_pages import Answer, Chunks, Page, response, stream

from wsgicherry.core.current import serving_now
from wsgicherry.core.tools import Tool
from wsgicherry.lib.encoding import (
    EncodedStream,
    ResponseEncoder,
    UTF8StreamEncoder,
    prepare_iter,
)

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


@pytest.mark.parametrize(("sent", "vary"), [(None, None), ("iso-8859-1", "Accept-Charset")])
def test_a_charset_that_the_client_chose(site, sent, vary):
    """A cache is told that the page depends on that; of a page for everybody it is not."""
    headers = {} if sent is None else {"Accept_Charset": sent}
    answer = Page(site, lambda: LATIN).get(**headers)
    assert answer.headers.get("Vary") == vary
    assert answer.headers["Content-Type"] == f"text/html;charset={sent or 'utf-8'}"


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


@pytest.mark.parametrize(
    ("header", "charset", "body"),
    [
        ("us-ascii", "us-ascii", b"caf? ?"),
        ("utf-8;q=0", "iso-8859-1", b"caf\xe9 ?"),
        ("*", "utf-8", TEXT.encode()),
        ("iso-8859-12, utf-8", "utf-8", TEXT.encode()),  # there is no such charset
    ],
)
def test_streams_are_not_broken_off_by_a_header(site, header, charset, body):
    """Letters that the client's charset lacks are replaced: no page can be sent any more."""
    answer = Page(site, lambda: stream(Chunks(TEXT))).get(Accept_Charset=header)
    assert answer.body == body
    assert answer.headers["Content-Type"] == f"text/html;charset={charset}"


def test_a_stream_that_the_page_itself_breaks_off(site):
    """A charset that the page names is the page's: what it lacks is an error."""
    Page(site, lambda: stream(Chunks(TEXT)), encode__encoding="ascii").get(status=500)


@pytest.mark.parametrize("charset", ["utf-16", "UTF-32", "utf_8_sig", "utf-16-le"])
@pytest.mark.parametrize("is_stream", [False, True])
def test_byte_order_marks(site, charset, is_stream):
    """A byte order mark stands at the beginning, not before each piece of text."""
    pieces = ["caf", "\xe9", " \u20ac"]
    handler = (lambda: stream(pieces)) if is_stream else (lambda: pieces)
    answer = Page(site, handler, encode__encoding=charset).get()
    assert answer.body == TEXT.encode(charset)


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


def test_debug(site, error_text):
    """With `debug` the charset is in the log."""
    Page(site, lambda: TEXT, encode__debug=True).get(Accept_Charset="utf-16")
    assert "TOOLS.ENCODE Content-Type is text/html;charset=utf-16" in error_text()


# -- CherryPy's names --------------------------------------------------------------------------


def test_a_tool_of_cherrypys_class(site):
    """A ResponseEncoder that is made in a request is its handler, and has the one before."""
    site.tools.latin = Tool("before_handler", ResponseEncoder)
    handlers = []

    def page():
        handlers.append(serving_now().request.handler)
        return LATIN

    settings = {"encode__on": False, "latin__on": True, "latin__encoding": "latin-1"}
    assert Page(site, page, **settings).get().body == LATIN.encode("latin-1")
    assert handlers[0].oldhandler.callable.__name__ == "page"


def test_cherrypys_stream_encoder():
    """UTF8StreamEncoder encodes text, leaves bytes, and has what its iterator has."""

    class Source(Chunks):
        name = "source"

    source = Source("\xe9", b"b")
    encoder = UTF8StreamEncoder(source)
    assert (list(encoder), encoder.name) == (["\xe9".encode(), b"b"], "source")
    encoder.close()
    assert source.closed == 1
    with pytest.raises(AttributeError):
        UTF8StreamEncoder.__new__(UTF8StreamEncoder).source  # noqa: B018


@pytest.mark.parametrize(
    ("value", "chunks"), [("", []), ("a", ["a"]), (b"a", [b"a"]), (None, []), (["a"], ["a"])]
)
def test_cherrypys_prepare_iter(value, chunks):
    """prepare_iter makes an iterable of anything a handler returns."""
    assert list(prepare_iter(value)) == chunks
    assert list(prepare_iter(io.BytesIO(b"file"))) == [b"file"]
