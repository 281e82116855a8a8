"""JSON documents as values: what is read, what is refused, what is written."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone

import pytest
import webob

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.tools import Tool
from wsgicherry.lib.jsoncodecs import (
    SHAPE,
    encode_json,
    find_decoder,
    find_encoder,
    make_encode,
    may_overflow,
)
from wsgicherry.lib.jsontools import CONTAINER_BYTES, MAX_SMALL_CONTAINERS, parse_json


@pytest.mark.parametrize(
    "text",
    [
        *("1e308", "-1e308", "1E+2", "9" * 400, "9" * 308 + ".5", '"1e999"', "1e-999", "1.5e5"),
        *('"\\ud83d\\ude00"', '{"\\u00e9": "\\u0000"}', " [1]\r\n\t"),
    ],
)
def test_documents(text):
    """What Python reads is read alike."""
    assert parse_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1e999", "-1e999", "[1E400]", "1e+400", "0.1e310"),
        *("9" * 400 + ".0", "9" * 308 + "e9"),
        *('"\\ud800"', '{"\\udfff": 1}', '["\\ude00\\ud83d"]', "NaN", "1 2", "\u00a01", ""),
    ],
)
def test_what_is_refused(text):
    """Numbers beyond doubles and halves of surrogate pairs are 400, as is what is no JSON."""
    with pytest.raises(HTTPError) as caught:
        parse_json(text.encode())
    assert caught.value.code == 400


def test_what_json_cannot_say_is_told_with_the_remedy():
    """A page that returns a date learns which setting writes it."""
    with pytest.raises(TypeError, match=r"^Object of type datetime is not .*json_out\.encoder"):
        encode_json({"at": datetime.now(timezone.utc)})


@pytest.mark.parametrize("container", ["[]", "{}", "[1]", '{"":0}'])
def test_a_document_of_little_but_brackets_is_too_large(container):
    """Up to MAX_SMALL_CONTAINERS are read whatever their size; one more is 413."""
    most = MAX_SMALL_CONTAINERS - 1  # and the list around them
    text = ",".join([container] * most)
    assert len(parse_json(f"[{text}]".encode())) == most
    with pytest.raises(HTTPError) as caught:
        parse_json(f"[{text},{container}]".encode())
    assert caught.value.code == 413


def test_containers_that_hold_something_are_not_counted():
    """More than MAX_SMALL_CONTAINERS are read where each has CONTAINER_BYTES of text."""
    container = '"' + "x" * (CONTAINER_BYTES - 4) + '"'
    text = ",".join([f"[{container}]"] * (MAX_SMALL_CONTAINERS + 1))
    assert len(parse_json(f"[{text}]".encode())) == MAX_SMALL_CONTAINERS + 1


def test_infinite_numbers_by_wish():
    """With `allow_nan` what Python's json takes is taken."""
    assert parse_json(b"[1e999, Infinity]", allow_nan=True) == [float("inf")] * 2


@pytest.mark.parametrize("digits", [1, 150, 298, 299, 300, 308, 309, 400])
@pytest.mark.parametrize("tail", ["", ".0", "e0", "e9", "e+1", "E10"])
def test_what_overflows_is_looked_at(digits, tail):
    """No number that Python would make infinite passes by."""
    text = "9" * digits + tail
    if tail and float(text) == float("inf"):
        assert may_overflow(text.encode().translate(SHAPE))


@pytest.mark.parametrize(
    "value",
    ["é\u2028", 1, 1.5, None, True, [], {}, {1: 2, None: 3, 1.5: 4}, [1, {"a": (1, 2)}]],
)
def test_writing(value, monkeypatch):
    """Documents are written as json.dumps writes them, on CPython and elsewhere."""
    assert encode_json(value) == json.dumps(value).encode()
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert make_encode()(value) == json.dumps(value).encode()


def endless():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "error"),
    [(float("nan"), ValueError), (object(), TypeError), (endless(), RecursionError)],
)
def test_what_cannot_be_written(value, error):
    """NaN, objects and circles raise, and the next document is not disturbed."""
    with pytest.raises(error):
        encode_json([value])
    assert encode_json([1]) == b"[1]"


# -- other encoders and decoders -------------------------------------------------------

NAMES = pytest.mark.parametrize("name", ["stdlib", "orjson", "msgspec"])
PLAIN = [
    *(None, True, 0, -1, 1.5, 1e300, "", "text", "caf\u00e9 \u4e2d \U0001f600", [], {}),
    *([1, [2, {"a": None}]], {"b": (1, 2), "a": {}}, {1: "int", "2": "str"}),
    *({None: 1, True: 2, 1.5: 3}, 1 << 70, -(1 << 70), ["\ud800"], {"a": 1 << 64}),
]


@NAMES
@pytest.mark.parametrize("document", PLAIN, ids=repr)
def test_encoders_write_the_same_documents(name, document):
    """Plain data comes back alike, whichever encoder has written it."""
    if name != "stdlib":
        pytest.importorskip(name)
    written = find_encoder(name)(document)
    assert json.loads(written) == json.loads(json.dumps(document))


@NAMES
@pytest.mark.parametrize("document", [object(), {object(): 1}, [b"\xff", object()]])
def test_what_no_encoder_can_write(name, document):
    """An object of a class that nobody knows is a TypeError, and a 500 for the client."""
    if name != "stdlib":
        pytest.importorskip(name)
    with pytest.raises(TypeError):
        find_encoder(name)(document)


def test_dates_of_the_faster_encoders():
    """orjson and msgspec write dates, Python's json does not."""
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    assert find_encoder("orjson")({"at": when}) == b'{"at":"2026-01-02T03:04:05+00:00"}'
    assert find_encoder("msgspec")({"at": when}) == b'{"at":"2026-01-02T03:04:05Z"}'
    with pytest.raises(TypeError, match="datetime"):
        find_encoder("stdlib")({"at": when})


@pytest.mark.parametrize("written", [b"[1]", "[1]", bytearray(b"[1]")])
def test_an_encoder_of_ones_own(written):
    """A function may return bytes or text."""
    assert find_encoder(lambda document: written)(None) == b"[1]"


def test_an_encoder_that_returns_something_else():
    """Anything else is an error that says what was wanted."""
    with pytest.raises(TypeError, match="must be bytes or str"):
        find_encoder(lambda document: 5)(None)


GOOD = [b"1", b' {"a": [1.5, null, true, "\\u00e9\xc3\xa9"]}\n', b'{"a":1,"a":2}', b"1e5"]
BAD = [
    *(b"", b"{", b"NaN", b"[Infinity]", b"1e999", b'"\xff"', b"\xef\xbb\xbf1", b"[1] 2"),
    *(b'"\\ud800"', b"\xc2\xa01", b"[1,]", b"'a'", b"[" * 50_000, b"01"),
]


@NAMES
def test_decoders_take_and_refuse_the_same(name):
    """What is JSON for one decoder is for all, and what is none is 400 by each."""
    if name != "stdlib":
        pytest.importorskip(name)
    decode = find_decoder(name)
    for data in GOOD:
        assert parse_json(data, decode=decode) == json.loads(data)
    for data in BAD:
        with pytest.raises(HTTPError) as caught:
            parse_json(data, decode=decode)
        assert caught.value.code == 400, data


@NAMES
def test_limits_of_every_decoder(name):
    """How deep and how crowded a document may be does not depend on who reads it."""
    if name != "stdlib":
        pytest.importorskip(name)
    decode = find_decoder(name)
    assert parse_json(b"[[[1]]]", max_depth=3, decode=decode) == [[[1]]]
    with pytest.raises(HTTPError, match="deeper than 2"):
        parse_json(b"[[[1]]]", max_depth=2, decode=decode)
    with pytest.raises(HTTPError, match="small lists"):
        parse_json(b"[[],[],[]]", max_small_containers=3, decode=decode)


def test_a_decoder_of_ones_own():
    """A function of the bytes; its ValueError is the client's fault."""

    def decode(data):
        if data == b"bad":
            raise ValueError(data)
        return data[::-1]

    assert parse_json(b"abc", decode=decode) == b"cba"
    with pytest.raises(HTTPError) as caught:
        parse_json(b"bad", decode=decode)
    assert caught.value.code == 400


# -- pages -----------------------------------------------------------------------------


class Service:
    """A page that speaks JSON, and requests for it."""

    def __init__(self, site, handler, **config):
        self.site = site
        root = type("Root", (), {})()
        root.index = expose(handler)
        settings = {key.replace("__", "."): value for key, value in config.items()}
        site.tree.mount(root, "", {"/": settings})

    def __call__(self, method="GET", path="/", body=b"", accept=None, kind="application/json"):
        request = webob.Request.blank(path, method=method, body=body)
        if body:
            request.content_type = None
            request.environ["CONTENT_TYPE"] = kind
        if accept is not None:
            request.headers["Accept"] = accept
        return request.get_response(self.site.tree)


OUT = {"tools__json_out__on": True}
IN = {"tools__json_in__on": True}


@pytest.mark.parametrize("choice", ["orjson", "msgspec", lambda document: str(document)])
def test_the_encoder_is_a_key(site, choice):
    """`tools.json_out.encoder` writes what the handler returns."""
    if isinstance(choice, str):
        pytest.importorskip(choice)
    answer = Service(site, lambda: [1, 2], **OUT, tools__json_out__encoder=choice)()
    assert answer.body == (b"[1,2]" if isinstance(choice, str) else b"[1, 2]")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize("choice", ["orjson", "msgspec", json.loads])
def test_the_decoder_is_a_key(site, choice):
    """`tools.json_in.decoder` reads what comes, within the same limits."""
    if isinstance(choice, str):
        pytest.importorskip(choice)
    config = {"tools__json_in__decoder": choice, "tools__json_in__max_bytes": 9}
    serve = Service(site, lambda: repr(serving_now().request.json), **IN, **config)
    assert serve("POST", body=b"[1, 2]").text == "[1, 2]"
    assert serve("POST", body=b"[1,").status_int == 400
    assert serve("POST", body=b'"1234567"').status_int == 200
    assert serve("POST", body=b'"12345678"').status_int == 413


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"json_out__encoder": "ujson"}, r"json_out.encoder: 'ujson' is no encoder of JSON"),
        ({"json_out__encoder": 5}, r"json_out.encoder: the value is 5, which is not a text"),
        ({"json_in__decoder": "ujson"}, r"json_in.decoder: 'ujson' is no decoder of JSON"),
        (
            {"json_out__encoder": str, "json_out__handler": str},
            "'handler' does not use an encoder",
        ),
        (
            {"json_in__decoder": json.loads, "json_in__processor": str},
            "of no use beside a decoder",
        ),
        (
            {"json_in__decoder": json.loads, "json_in__allow_nan": True},
            "of no use beside a decoder",
        ),
    ],
)
def test_settings_are_checked_at_mount(site, config, told):
    """What no request could use is told when it is mounted, with the key at fault."""
    settings = {f"tools__{key}": value for key, value in config.items()}
    with pytest.raises(ConfigError, match=told):
        Service(site, lambda: 1, **IN, **OUT, **settings)


@pytest.mark.parametrize("key", ["json_out__encoder", "json_in__decoder"])
@pytest.mark.parametrize("name", ["orjson", "msgspec"])
def test_a_library_that_is_not_installed(site, monkeypatch, key, name):
    """The error names the extra to install."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=rf"pip install 'wsgicherry\[{name}\]'"):
        Service(site, lambda: 1, **IN, **OUT, **{f"tools__{key}": name})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON", 200),
        ("application/json; charset=utf-8", 200),
        ('application/json ;\tcharset="UTF-8"', 200),
        ("application/json; charset=us-ascii", 200),
        ("application/json;", 200),
        ('application/json; profile="a;\\"b"; v=1', 200),
        ("text/javascript", 200),
        ("application/json;text/html", 415),
        ("application/json; charset", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/json; charset=utf-16", 415),
        ('application/json; a="b', 415),
        ("application/json; a=b c", 415),
        ("application/json, text/html", 415),
        ("application/json" + "; a=b" * 300, 415),
        ("application/json;" + " ;" * 400, 200),
        ("application/json;" + " ;" * 400 + "x", 415),
        ("json", 415),
        ("application/", 415),
    ],
)
def test_types_of_json(site, kind, status):
    """A media type with parameters, in whatever case; JSON is UTF-8 (RFC 8259 section 8.1)."""
    serve = Service(site, lambda: repr(serving_now().request.json), **IN)
    assert serve("POST", body=b"[1]", kind=kind).status_int == status


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("text/plain", "text/plain"),
    ],
)
@pytest.mark.parametrize("config", [OUT, IN])
@pytest.mark.parametrize("kind", ["error", "fault", "missing", "mismatch"])
def test_errors_of_json_pages(site, kind, config, accept, content_type):
    """They are problem documents (RFC 9457), but for those who ask for something else."""

    def handler(what="error"):
        if what == "error":
            raise HTTPError(409, "Taken & gone")
        raise RuntimeError("secret")

    path, status = {
        "error": ("/", 409),
        "fault": ("/?what=fault", 500),
        "missing": ("/nowhere/at/all", 404),
        "mismatch": ("/?other=1", 404),
    }[kind]
    answer = Service(site, handler, **config)(path=path, accept=accept)
    assert (answer.status_int, answer.content_type) == (status, content_type)
    assert "secret" not in answer.text
    if content_type == "application/problem+json":
        assert answer.json["status"] == status
        assert kind != "error" or answer.json["detail"] == "Taken & gone"
        assert ("error_id" in answer.json) == (kind == "fault")


def test_errors_of_json_bodies(site):
    """What json_in refuses is told as a problem document."""
    answer = Service(site, lambda: "", **IN)("POST", body=b"{")
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"] == "Invalid JSON document"


@pytest.mark.parametrize("error_format", ["html", "text"])
def test_the_error_format_is_a_key(site, error_format):
    """What config says of it counts, whatever tools are on."""
    answer = Service(site, lambda a: 1, **OUT, request__error_format=error_format)()
    assert answer.content_type == f"text/{error_format.replace('text', 'plain')}"


def test_the_error_format_without_a_tool(site):
    """A page that writes JSON by itself sets `request.error_format`."""
    answer = Service(site, lambda a: 1, request__error_format="json")()
    assert answer.content_type == "application/problem+json"


def test_pages_without_json(site):
    """Other pages answer as ever."""
    assert Service(site, lambda a: 1)().content_type == "text/html"


def test_a_tool_that_decides_at_request_time(site):
    """Beside a tool with a `_setup` of its own, errors are problem documents all the same."""

    class Late(Tool):
        def _setup(self):
            pass

    site.tools.late = Late("before_handler", lambda: None)
    answer = Service(site, lambda a: 1, **OUT, tools__late__on=True)()
    assert answer.content_type == "application/problem+json"


def test_calling_json_out_by_hand(site):
    """`tools.json_out.callable(...)` in a hook turns what the handler returns into JSON."""
    hook = lambda: site.tools.json_out.callable(content_type="text/x")  # noqa: E731
    answer = Service(site, lambda: [1], hooks__before_handler=hook)()
    assert (answer.body, answer.content_type) == (b"[1]", "text/x")


def test_calling_json_in_by_hand(site):
    """`tools.json_in.callable(...)` in a hook reads the body as JSON."""
    hook = lambda: site.tools.json_in.callable(max_depth=1)  # noqa: E731
    serve = Service(
        site, lambda: repr(serving_now().request.json), hooks__before_request_body=hook
    )
    assert serve("POST", body=b"[1]").text == "[1]"
    assert serve("POST", body=b"[[1]]").status_int == 400


def test_debug(site, error_text):
    """With `debug` the log says what is read, and what is written."""
    debug = {"tools__json_in__debug": True, "tools__json_out__debug": True}
    Service(site, lambda: serving_now().request.json, **IN, **OUT, **debug)("POST", body=b"1")
    assert "TOOLS.JSON_IN reading bodies of application/json, text/javascript" in error_text()
    assert "TOOLS.JSON_OUT what " in error_text()
