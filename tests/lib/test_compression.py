"""Bodies made smaller: `tools.gzip` and `tools.compress`."""

from __future__ import annotations

import gzip as python_gzip
import io
import os
import time
import zlib

import pytest
from encoded_pages import Answer, Chunks, Page, response, stream

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib.codings import CODINGS
from wsgicherry.lib.compression import (
    MAX_HELD_BYTES,
    MIN_BYTES,
    matches_type,
)
from wsgicherry.lib.encoding import compress, decompress

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


@pytest.mark.parametrize("tool", ["gzip", "compress"])
def test_debug(site, error_text, tool):
    """With `debug` what the client asked for and what it gets is in the log."""
    settings = {f"{tool}__on": True, f"{tool}__debug": True}
    Page(site, lambda: LONG, **settings).get(Accept_Encoding="gzip;q=0.5")
    assert f"TOOLS.{tool.upper()} Accept-Encoding: 'gzip;q=0.5': 'gzip'" in error_text()


@pytest.mark.parametrize("accept", ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0"])
def test_neither_gzip_nor_identity(site, accept):
    """A client that takes neither gets a 406."""
    answer = Page(site, lambda: LONG, gzip__on=True).get(status=406, Accept_Encoding=accept)
    assert "identity, gzip" in answer.text
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"


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


# -- compress ----------------------------------------------------------------------------------


def unpack(answer):
    """Return the body as it was, and the name of its coding."""
    name = answer.headers.get("Content-Encoding", "identity")
    if name == "identity":
        return answer.body, name
    if name in ("gzip", "deflate"):
        return zlib.decompress(answer.body, zlib.MAX_WBITS + 32), name
    return CODINGS[name]().library.decompress(answer.body), name


EVERYTHING = ["zstd", "br", "gzip", "deflate"]
BROWSER = "gzip, deflate, br, zstd"


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        (BROWSER, "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("deflate", "deflate"),
        ("x-gzip", "gzip"),
        ("BR", "br"),
        ("*", "zstd"),
        ("*, zstd;q=0", "br"),
        ("*;q=0, br", "br"),
        ("zstd;q=0, br;q=0, gzip;q=0, deflate;q=0", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity, gzip", "gzip"),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("compress, zip", "identity"),
        ("gzip;q=x", "identity"),
        ("br" + "," * 5000, "identity"),
    ],
)
def test_the_coding_that_both_know(site, accept, coding):
    """The first of `codings` that the client takes; what cannot be read asks for nothing."""
    headers = {} if accept is None else {"Accept_Encoding": accept}
    page = Page(site, lambda: LONG, compress__on=True, compress__codings=EVERYTHING)
    answer = page.get(**headers)
    assert unpack(answer) == (LONG.encode(), coding)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_codings_by_default(site):
    """By default zstd, br and gzip are offered, as far as they are installed."""
    page = Page(site, lambda: LONG, compress__on=True)
    for name in ("zstd", "br"):
        pytest.importorskip({"zstd": "backports.zstd", "br": "brotli"}[name])
        assert unpack(page.get(Accept_Encoding=f"{name}, gzip")) == (LONG.encode(), name)
    assert unpack(page.get(Accept_Encoding="deflate, gzip"))[1] == "gzip"
    assert unpack(page.get(Accept_Encoding="deflate"))[1] == "identity"


def test_codings_in_the_order_of_config(site):
    """The order of `codings` is the server's preference; a single name is a list of one."""
    page = Page(site, lambda: LONG, compress__on=True, compress__codings=["gzip", "br"])
    assert unpack(page.get(Accept_Encoding=BROWSER))[1] == "gzip"


def test_a_single_coding(site):
    """A single name is a list of one."""
    page = Page(site, lambda: LONG, compress__on=True, compress__codings="deflate")
    assert unpack(page.get(Accept_Encoding=BROWSER))[1] == "deflate"


@pytest.mark.parametrize("accept", ["identity;q=0", "*;q=0", "identity;q=0, compress"])
def test_no_coding_and_no_plain_body(site, accept):
    """A client that takes nothing that we have gets a 406 which says what there is."""
    page = Page(site, lambda: LONG, compress__on=True, compress__codings=["br", "gzip"])
    assert "identity, br, gzip" in page.get(status=406, Accept_Encoding=accept).text


def test_levels(site):
    """`levels` is another level for some of the codings."""
    sizes = {}
    for level in (1, 9):
        page = Page(site, lambda: LONG, compress__on=True, compress__levels={"gzip": level})
        sizes[level] = len(page.get(Accept_Encoding="gzip").body)
    assert sizes[9] < sizes[1]


@pytest.mark.parametrize(
    ("content_type", "is_packed"),
    [
        ("text/html", True),
        ("text/css", True),
        ("application/json", True),
        ("application/problem+json", True),
        ("application/javascript", True),
        ("text/javascript", True),
        ("application/xml", True),
        ("application/rss+xml", True),
        ("IMAGE/SVG+XML; charset=utf-8", True),
        ("application/wasm", True),
        ("image/png", False),
        ("video/mp4", False),
        ("application/zip", False),
        ("application/octet-stream", False),
        ("text/event-stream", False),
        ("text", False),
    ],
)
def test_types_that_become_smaller(site, content_type, is_packed):
    """By default text in all its forms is compressed, and what is packed already is not."""

    def handler():
        response().headers["Content-Type"] = content_type
        return LONG.encode()

    answer = Page(site, handler, compress__on=True).get(Accept_Encoding="gzip")
    assert unpack(answer)[1] == ("gzip" if is_packed else "identity")
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("size", "accept", "coding"),
    [
        (MIN_BYTES - 1, "gzip", "identity"),
        (MIN_BYTES, "gzip", "gzip"),
        (10, "gzip, identity;q=0", "gzip"),
        (10, "gzip, *;q=0", "gzip"),
    ],
)
def test_short_bodies(site, size, accept, coding):
    """Below `min_bytes` a body stays as it is, unless the client does not take it so."""
    answer = Page(site, lambda: "x" * size, compress__on=True).get(Accept_Encoding=accept)
    assert unpack(answer) == (b"x" * size, coding)


@pytest.mark.parametrize(("size", "coding"), [(99, "identity"), (100, "gzip")])
@pytest.mark.parametrize("kind", ["list", "file"])
def test_min_bytes_is_a_key(site, tmp_path, kind, size, coding):
    """`min_bytes` of a path, for what is in memory and for a file."""
    (tmp_path / "file").write_bytes(b"x" * size)

    def handler():
        return ["x" * size] if kind == "list" else (tmp_path / "file").open("rb")

    page = Page(site, handler, compress__on=True, compress__min_bytes=100)
    assert unpack(page.get(Accept_Encoding="gzip")) == (b"x" * size, coding)


def test_a_body_of_unknown_length(site):
    """A body that nobody can measure beforehand is compressed."""

    def handler():
        response().headers["Content-Type"] = "text/css"
        return (chunk for chunk in [b"a", b"b"])

    page = Page(site, handler, compress__on=True, encode__on=False)
    assert unpack(page.get(Accept_Encoding="gzip")) == (b"ab", "gzip")


# -- what both leave alone, and what they say --------------------------------------------------

BOTH = pytest.mark.parametrize("tool", ["gzip", "compress"])


def page_of(site, tool, handler, **config):
    return Page(site, handler, **{f"{tool}__on": True, **config})


@BOTH
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Encoding", "br"),
        ("Content-Range", "bytes 0-1/2"),
        ("Cache-Control", "public, No-Transform"),
    ],
)
def test_headers_that_forbid_it(site, tool, name, value):
    """What is encoded, partial, or not to be changed is left alone; its Vary is there."""

    def handler():
        response().headers[name] = value
        return LONG

    answer = page_of(site, tool, handler).get(Accept_Encoding="gzip")
    assert answer.body == LONG.encode()
    assert answer.headers[name] == value
    assert answer.headers["Vary"] == "Accept-Encoding"


@BOTH
@pytest.mark.parametrize("status", [206, "206 Partial Content", 204, 205, 304])
def test_statuses_that_forbid_it(site, tool, status):
    """A 206 is a part of the plain body (even without Content-Range), the others have none."""

    def handler():
        response().status = status
        return LONG

    code = int(str(status)[:3])
    answer = page_of(site, tool, handler).get(status=code, Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    assert answer.body == (LONG.encode() if code == 206 else b"")
    assert answer.headers["Vary"] == "Accept-Encoding"


@BOTH
def test_a_status_that_is_none(site, tool):
    """A handler's impossible status is a 500 as ever."""

    def handler():
        response().status = "nonsense"
        return LONG

    page_of(site, tool, handler).get(status=500, Accept_Encoding="gzip")


@BOTH
@pytest.mark.parametrize(
    ("before", "after"),
    [('"abc"', 'W/"abc"'), ('W/"abc"', 'W/"abc"'), ("abc", 'W/"abc"')],
)
def test_entity_tags_become_weak(site, tool, before, after):
    """A strong tag is weakened, so that no range is asked for by it (RFC 9110 13.1.5)."""

    def handler():
        response().headers["ETag"] = before
        return LONG

    page = page_of(site, tool, handler)
    assert page.get(Accept_Encoding="gzip").headers["Etag"] == after
    assert page.get().headers["Etag"] == before


@BOTH
@pytest.mark.parametrize(
    ("known", "sent"),
    [
        ('"abc"', '"abc"'),
        ('W/"abc"', 'W/"abc"'),
        ('"x", W/"abc"', 'W/"abc"'),
        ("*", '"abc"'),
        (None, '"abc"'),
    ],
)
def test_a_304_has_the_tag_of_the_clients_copy(site, tool, known, sent):
    """A copy that came compressed is confirmed by its own, weak tag (RFC 9111 4.3.4)."""

    def handler():
        response().headers["ETag"] = '"abc"'
        raise HTTPRedirect([], 304)

    headers = {} if known is None else {"If_None_Match": known}
    answer = page_of(site, tool, handler).get(304, Accept_Encoding="gzip", **headers)
    assert answer.headers["Etag"] == sent
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


@BOTH
def test_a_304_without_a_tag(site, tool):
    """There is nothing to weaken."""

    def handler():
        raise HTTPRedirect([], 304)

    assert "Etag" not in page_of(site, tool, handler).get(304, Accept_Encoding="gzip").headers


@BOTH
@pytest.mark.parametrize(
    "name", ["Content-MD5", "Digest", "Content-Digest", "Repr-Digest", "Accept-Ranges"]
)
def test_what_is_true_of_the_plain_body_only(site, tool, name):
    """Digests and ranges of the plain body are not promised of the other."""

    def handler():
        response().headers[name] = "bytes"
        response().headers["Last-Modified"] = "then"
        return LONG

    page = page_of(site, tool, handler)
    assert page.get().headers[name.title()] == "bytes"
    headers = page.get(Accept_Encoding="gzip").headers
    assert name.title() not in headers
    assert headers["Last-Modified"] == "then"


@BOTH
def test_a_length_that_was_set(site, tool):
    """The handler's Content-Length is that of the plain body."""

    def handler():
        response().headers["Content-Type"] = "text/plain"
        response().headers["Content-Length"] = len(LONG)
        return LONG.encode()

    page = page_of(site, tool, handler)
    assert page.get().headers["Content-Length"] == str(len(LONG))
    answer = page.get(Accept_Encoding="gzip")
    assert answer.headers["Content-Length"] == str(len(answer.body)) != str(len(LONG))


@BOTH
@pytest.mark.parametrize("is_stream", [False, True])
def test_head_says_what_get_says(site, tool, is_stream):
    """A HEAD has the headers of the GET, and no body."""

    def handler():
        response().headers["ETag"] = '"abc"'
        return stream(Chunks(LONG)) if is_stream else LONG

    page = page_of(site, tool, handler)
    get = page.get(Accept_Encoding="gzip")
    head = page.get(method="HEAD", Accept_Encoding="gzip")
    assert (head.headers, head.body) == (get.headers, b"")
    assert head.headers["Content-Encoding"] == "gzip"


@BOTH
def test_a_file(site, tool, tmp_path):
    """A file of a type that is compressed is; the file is closed."""
    (tmp_path / "file.txt").write_text(LONG)
    opened = []

    def handler():
        opened.append((tmp_path / "file.txt").open("rb"))
        return opened[0]

    answer = page_of(site, tool, handler).get(Accept_Encoding="gzip")
    assert unpack(answer) == (LONG.encode(), "gzip")
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert opened[0].closed


@BOTH
@pytest.mark.parametrize(("extra", "has_length"), [(0, True), (1, False)])
def test_a_long_file(site, tool, tmp_path, extra, has_length):
    """A file of over MAX_HELD_BYTES is packed while it is sent."""
    (tmp_path / "file.txt").write_bytes(b"x" * (MAX_HELD_BYTES + extra))
    page = page_of(site, tool, lambda: (tmp_path / "file.txt").open("rb"))
    answer = page.get(Accept_Encoding="gzip")
    assert unpack(answer) == (b"x" * (MAX_HELD_BYTES + extra), "gzip")
    assert ("Content-Length" in answer.headers) is has_length
    head = page.get(method="HEAD", Accept_Encoding="gzip")
    assert head.headers == answer.headers


@pytest.mark.parametrize("first", ["gzip", "compress"])
def test_both_tools_on_one_path(site, first):
    """With both tools on, the body is compressed once, by the server's preference."""
    config = {f"{tool}__on": True for tool in (first, "gzip", "compress")}
    answer = Page(site, lambda: LONG, **config, compress__codings=["br", "gzip"]).get(
        Accept_Encoding=BROWSER
    )
    assert unpack(answer) == (LONG.encode(), "br")
    assert answer.headers["Vary"] == "Accept-Encoding"


@BOTH
def test_calling_it_by_hand(site, tool):
    """`tools.X.callable(...)` compresses what is the body by then."""

    def handler():
        response().body = [LONG.encode()]
        response().headers["Content-Type"] = "text/plain"
        getattr(site.tools, tool).callable(mime_types=["text/plain"])
        return response().body

    answer = Page(site, handler).get(Accept_Encoding="gzip")
    assert unpack(answer) == (LONG.encode(), "gzip")


# -- streams -----------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", EVERYTHING)
def test_each_chunk_of_a_stream_can_be_read_at_once(site, coding):
    """What a stream has yielded can be unpacked before it goes on, so that progress shows."""
    if coding in ("gzip", "deflate"):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS + 32).decompress
    elif coding == "br":
        unpacker = pytest.importorskip("brotli").Decompressor().process
    else:
        unpacker = pytest.importorskip("backports.zstd").ZstdDecompressor().decompress
    yielded = []

    def handler():
        def lines():
            for number in range(5):
                yielded.append(f"line {number}\n".encode())
                yield yielded[-1]
                yield b""

        return stream(lines())

    Page(site, handler, compress__on=True, compress__codings=[coding])
    chunks = Answer(site.tree, "/", {"Accept_Encoding": coding}).chunks
    seen = b""
    for chunk in chunks:
        seen += unpacker(chunk)
        assert seen == b"".join(yielded)
    chunks.close()
    assert seen.count(b"\n") == 5


@pytest.mark.parametrize("coding", EVERYTHING)
def test_a_stream_of_nothing(site, coding):
    """A stream that yields nothing is nothing, packed."""
    page = Page(site, lambda: stream(Chunks()), compress__on=True, compress__codings=[coding])
    assert unpack(page.get(Accept_Encoding=coding)) == (b"", coding)


@BOTH
def test_an_error_before_the_first_chunk(site, tool):
    """The error page of a stream that fails at once is whole, and not said to be packed."""

    def handler():
        def fail():
            raise HTTPError(403)
            yield b""

        return stream(fail())

    answer = page_of(site, tool, handler).get(403, Accept_Encoding="gzip")
    assert "Content-Encoding" not in answer.headers
    assert "403 Forbidden" in answer.text


@BOTH
def test_an_error_in_mid_stream(site, tool):
    """The stream breaks off: the client cannot take it for whole."""
    chunks = Chunks(LONG)

    def handler():
        def fail():
            yield from chunks.chunks
            raise ValueError("broken")

        chunks.__class__ = type("Failing", (Chunks,), {"__iter__": lambda self: fail()})
        return stream(chunks)

    page_of(site, tool, handler)
    answer = Answer(site.tree, "/", {"Accept_Encoding": "gzip"})
    received = b""
    with pytest.raises(ValueError, match="broken"):
        for chunk in answer.chunks:
            received += chunk
    answer.chunks.close()
    assert chunks.closed == 1
    assert zlib.decompressobj(31).decompress(received) == LONG.encode()


@BOTH
def test_a_stream_with_text_in_it(site, tool):
    """Without the encode tool text is no body: a 500 that says what to do."""
    page = page_of(site, tool, lambda: stream(iter(["text"])), encode__on=False)
    page.get(500, Accept_Encoding="gzip")


# -- settings that cannot be meant -------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"compress__codings": ["lzma"]}, "There is no coding 'lzma'; known are zstd, br"),
        ({"compress__levels": {"lzma": 1}}, "There is no coding 'lzma'"),
        ({"compress__levels": {"gzip": 10}}, "tools.compress.levels: 10 is no level of gzip"),
        ({"compress__levels": {"br": "4"}}, "'4' is no level of br"),
        ({"compress__levels": {"zstd": 22}}, "whole number from 1 to 19"),
        ({"compress__mime_types": [1]}, "not a"),
        ({"compress__min_bytes": "1"}, "which is not a"),
        ({"compress__codings": 5}, "not a"),
        ({"gzip__compress_level": 10}, "tools.gzip.compress_level: 10 is no level of gzip"),
        ({"gzip__compress_level": True}, "True, which is not a whole number"),
        ({"gzip__mime_types": [None]}, "not a"),
    ],
)
def test_settings_are_checked_at_mount(site, config, told):
    """What no request could use is told when it is mounted, with the key at fault."""
    tool = next(iter(config)).partition("__")[0]
    with pytest.raises(ConfigError, match=told) as caught:
        page_of(site, tool, lambda: "", **config)
    assert f"tools.{tool}" in str(caught.value)


def test_settings_of_a_tool_that_is_off(site):
    """They are not looked at."""
    Page(site, lambda: "x", compress__on=False, compress__levels={"gzip": 10}).get()


def test_a_coding_that_is_not_installed(site, monkeypatch):
    """Named in config, a coding without its library stops the start; unnamed it is left out."""
    monkeypatch.setitem(__import__("sys").modules, "brotli", None)
    with pytest.raises(ConfigError, match=r"tools.compress.codings.*wsgicherry\[compress\]"):
        Page(site, lambda: LONG, compress__on=True, compress__codings=["br"])
    page = Page(site, lambda: LONG, compress__on=True)
    assert unpack(page.get(Accept_Encoding="br, gzip"))[1] == "gzip"
    assert unpack(page.get(Accept_Encoding="br"))[1] == "identity"


# -- as values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "patterns", "matches"),
    [
        ("text/html", ("text/html",), True),
        ("text/html;a=b", ("text/*",), True),
        ("text/html", ("*/*",), False),
        ("application/ld+json", ("application/*+json",), True),
        ("application/json", ("application/*+json",), False),
        ("", ("text/*",), False),
        ("/", ("text/*",), False),
        ("text/event-stream", ("text/*", "text/event-stream"), False),
    ],
)
def test_types_and_patterns(content_type, patterns, matches):
    """A pattern's star stands for a subtype, or the beginning of one."""
    assert matches_type(content_type, patterns) is matches


def test_cherrypys_functions():
    """`lib.encoding.compress` and `decompress` are each other's inverse."""
    packed = list(compress([b"a", b"", b"b" * 1000], 9))
    assert packed[0][:4] == b"\x1f\x8b\x08\x00"
    assert packed[0][8:10] == b"\x02\xff"
    assert decompress(b"".join(packed)) == b"a" + b"b" * 1000
    assert python_gzip.GzipFile(fileobj=io.BytesIO(b"".join(packed))).read(1) == b"a"
    assert decompress(b"".join(compress([], 1))) == b""
