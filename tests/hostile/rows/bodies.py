"""Bodies: framing, types and charsets, forms, JSON."""

import io
import json

from hostile_row import ABSENT, FORM, JSON, BrokenInput, Row, escaped
from hostile_sites import MAX_SMALL_BODY_BYTES
from webob.request import DisconnectionError

MEGABYTE = 1024 * 1024
JSON_LIMIT = 10 * MEGABYTE
DEFAULT_LIMIT = 100 * MEGABYTE
FIELD_LIMIT = 500 * 1024


def post(id, status, path="/echo", body=b"", content_type=FORM, environ=None, **others):
    """Return a row that posts `body`."""
    fields = {"CONTENT_TYPE": content_type, **(environ or {})}
    return Row(id, status, path, method="POST", body=body, environ=fields, **others)


def chunked(id, status, body, coding="chunked", length=ABSENT, **others):
    """Return a row whose server took a chunked body apart (SERVERS R15)."""
    environ = {
        "CONTENT_LENGTH": length,
        "HTTP_TRANSFER_ENCODING": coding,
        "wsgi.input_terminated": True,
    }
    return post(id, status, body=body, environ=environ, **others)


BAD_LENGTHS = {
    "letters": "x",
    "negative": "-1",
    "plus": "+5",
    "float": "5.0",
    "exponent": "1e3",
    "hex": "0x5",
    "underscore": "1_0",
    "space": "5 5",
    "list": "5, 5",
    "list-two": "5, 6",
    "arabic": "\u0665",
    "superscript": "\xb2",
    "huge": "9" * 30,
    "huger": "9" * 5000,
    "nul": "5\x00",
    "crlf": "5\r\nX: 1",
    "markup": "<script>",
}

CODINGS_REFUSED = [
    *("gzip", "gzip, chunked", "deflate", "compress", "xchunked", "chunked, gzip", "br"),
    *("chunkedx", "chunked\x00", "garbage", "chunked, chunked", "x" * 5000, "\xff", "<script>"),
    *("identity, chunked", "chunked;q=1", "chunked trailers", "chunked,", "9" * 30),
]

BAD_CHARSETS = [
    *("nope", "rot13", "hex", "zlib", "bz2", "base64", "idna", "punycode", "undefined"),
    *("unicode_escape", "../x", "utf-7", "utf-16", "", " ", "A" * 900, "\xff", "utf-8\x00"),
    *("<script>", "raw_unicode_escape", "cp037", "mbcs"),
]

# Types that nothing here parses: the body is left in the stream.
TYPES = {
    "empty": "",
    "slash": "/",
    "garbage": "garbage",
    "semicolons": ";;;;",
    "semicolons-64k": ";" * 65536,
    "quotes-64k": '"' * 65536,
    "parameters": "a/b" + ";a=b" * 10000,
    "open-quote": 'text/plain; a="' + "\\" * 900,
    "control": "text/plain\x00\r\nX: 1",
    "bytes": "\xff/\xfe",
    "not-latin": "\u2603/\u2603",
    "long": "a" * 60000,
    "markup": "<script>/x",
    "dunder": "__class__/__init__",
    "json-then-html": "application/json;text/html",
    "octets": "application/octet-stream",
}

FORMS = {
    "empty": (b"", "{}"),
    "separators": (b"&" * 100000, "{}"),
    "equals": (b"=", '{"": ""}'),
    "semicolon": (b"a=1;b=2", '{"a": "1;b=2"}'),
    "repeated": (b"a=1&a=2", '{"a": ["1", "2"]}'),
    "bad-escape": (b"a=%&b=%zz", '{"a": "%", "b": "%zz"}'),
    "nul": (b"a=\x00", "\\\\u0000"),
    "nul-escape": (b"%00=%00", "\\\\u0000"),
    "crlf": (b"a=1\r\n", "\\\\r\\\\n"),
    "raw-utf8": ("a=\u2603".encode(), "\\\\u2603"),
    "markup": (b"a=<script>", "<script>"),
    "dunder": (b"__class__=1&__init__=2", "__class__"),
    "at-limit": (b"a=" + b"v" * (FIELD_LIMIT - 2), "v" * 1000),
    "at-limit-escapes": (b"a=" + b"%41" * ((FIELD_LIMIT - 2) // 3), "A" * 1000),
    "at-limit-percents": (b"a=" + b"%" * (FIELD_LIMIT - 2), "%" * 1000),
    "huge-key": (b"k" * FIELD_LIMIT, "k" * 1000),
}

UNDECODABLE = {
    "value": b"a=%FF",
    "key": b"%FF=a",
    "raw": b"a=\xff",
    "latin-1": b"a=caf\xe9",
    "overlong": b"a=%C0%AF",
    "surrogate": b"a=%ED%A0%80",
    "cut": b"a=\xc3",
    "late": b"a=1&" * 900 + b"b=%FF",
}

BAD_JSON = {
    "empty": b"",
    "blank": b"   ",
    "nan": b"NaN",
    "nan-inside": b'{"a": [NaN]}',
    "infinity": b"Infinity",
    "minus-infinity": b"-Infinity",
    "beyond-double": b"1e999",
    "beyond-double-negative": b"-1e999",
    "beyond-double-inside": b'{"a": [1e400]}',
    "many-digits": b"9" * 5000,
    "open-brace": b"{",
    "open-list": b"[1,",
    "trailing": b"{} x",
    "two": b"{}{}",
    "single-quotes": b"{'a': 1}",
    "comment": b"{} // x",
    "control-in-string": b'"\x00"',
    "bad-escape": b'"\\x"',
    "bad-utf8": b'"\xff"',
    "latin-1": b'"caf\xe9"',
    "utf8-surrogate": b'"\xed\xa0\x80"',
    "utf16": '{"a":1}'.encode("utf-16"),
    "utf32": '{"a":1}'.encode("utf-32"),
    "bom": b"\xef\xbb\xbf{}",
    "nul": b"\x00",
    "python": b"None",
    "pickle": b"\x80\x04N.",
    "markup": b"<script>alert(1)</script>",
    "depth-101": b"[" * 101 + b"]" * 101,
    "depth-101-objects": b'{"a":' * 101 + b"1" + b"}" * 101,
    "depth-5000": b"[" * 5000 + b"]" * 5000,
    "depth-100000": b"[" * 100000 + b"]" * 100000,
    "depth-100000-objects": b'{"a":' * 100000,
}

CROWDED_JSON = {
    "depth-100001": b"[" * 100001 + b"]" * 100001,
    "depth-200000-open": b"[" * 200000,
    "lists": b"[" + b"[]," * 100000 + b"1]",
    "objects": b"[" + b"{}," * 100000 + b"1]",
}

GOOD_JSON = {
    "null": (b"null", '{"got": null}'),
    "number": (b"-0", '{"got": 0}'),
    "smallest": (b"1e-999", '{"got": 0.0}'),
    "largest": (b"1.7976931348623157e308", '{"got": 1.7976931348623157e+308}'),
    "long-number": (b"9" * 300, "9" * 300),
    "surrogate-escape": (b'"\\ud800"', None),
    "nul-escape": (b'"\\u0000"', "\\u0000"),
    "repeated-key": (b'{"a":1,"a":2}', '{"got": {"a": 2}}'),
    "dunder-key": (b'{"__proto__":1,"__class__":2}', "__proto__"),
    "depth-99": (b"[" * 99 + b"]" * 99, '{"got": [['),
    "depth-100": (b"[" * 100 + b"]" * 100, '{"got": [['),
    "brackets-in-string": (b'"' + b"[" * 1000 + b'"', "[[["),
    "wide": (b"[" + b"[]," * 5000 + b"[]]", "[], []"),
}

WRONG_TYPES = [
    *("text/plain", "text/html", FORM, "application/jsonx", "application/xml", "json"),
    *("multipart/form-data", "application/json-seq", "x" * 500),
]


def document(size):
    """Return a JSON document of `size` bytes."""
    return b'"' + b"a" * (size - 2) + b'"'


def fields(count):
    """Return a form of `count` fields."""
    return b"&".join(b"a%d=1" % number for number in range(count))


ROWS = [
    # Framing.
    *(
        post(f"length-{id}", 400, body=b"a=1", environ={"CONTENT_LENGTH": text})
        for id, text in BAD_LENGTHS.items()
    ),
    *(
        Row(f"length-get-{id}", (200, 400), environ={"CONTENT_LENGTH": BAD_LENGTHS[id]})
        for id in ("letters", "negative", "huger", "crlf")
    ),
    *(
        Row(
            f"length-get-read-{id}",
            (200, 400),
            "/read",
            environ={"CONTENT_LENGTH": BAD_LENGTHS[id]},
            body=b"abc",
        )
        for id in ("letters", "negative", "plus", "huger")
    ),
    post("length-empty", (400, 411), environ={"CONTENT_LENGTH": ""}),
    Row("length-empty-get", 200, environ={"CONTENT_LENGTH": ""}),
    Row("length-empty-get-read", (200, 400, 411), "/read", environ={"CONTENT_LENGTH": ""}),
    post("length-missing", 411, environ={"CONTENT_LENGTH": ABSENT}),
    post(
        "length-zeros",
        200,
        body=b"a=1",
        environ={"CONTENT_LENGTH": "0000003"},
        contains='{"a": "1"}',
    ),
    post("length-over-default-limit", 413, environ={"CONTENT_LENGTH": str(DEFAULT_LIMIT + 1)}),
    post(
        "length-at-default-limit-short",
        413,
        body=b"a=1",
        environ={"CONTENT_LENGTH": str(DEFAULT_LIMIT)},
    ),
    post("length-17-digits", 413, environ={"CONTENT_LENGTH": "9" * 17}),
    post("short", 400, body=b"a=1", environ={"CONTENT_LENGTH": "10"}),
    post("short-empty", 400, body=b"", environ={"CONTENT_LENGTH": "1"}),
    post("short-read", 400, "/read", b"abc", "a/b", environ={"CONTENT_LENGTH": "10"}),
    post("short-json", 400, "/json", b'{"a"', JSON, environ={"CONTENT_LENGTH": "10"}),
    post(
        "long",
        200,
        body=b"a=1&b=2",
        environ={"CONTENT_LENGTH": "3"},
        contains='{"a": "1"}',
        lacks="b",
    ),
    *(
        Row(
            f"broken-off-{name}-{error.__name__}",
            400,
            path,
            method="POST",
            environ={"CONTENT_TYPE": kind, "CONTENT_LENGTH": "100"},
            source=lambda error=error: BrokenInput(b"a=1", error),
        )
        for name, path, kind in (
            ("form", "/echo", FORM),
            ("json", "/json", JSON),
            ("read", "/read", "a/b"),
        )
        for error in (ConnectionResetError, TimeoutError, DisconnectionError, OSError)
    ),
    chunked("chunked", 200, b"a=1", contains='{"a": "1"}'),
    chunked("chunked-upper", 200, b"a=1", "CHUNKED", contains='{"a": "1"}'),
    chunked("chunked-and-length", 200, b"a=1", length="3", contains='{"a": "1"}'),
    chunked("chunked-and-other-length", 200, b"a=1&b=2", length="3"),
    chunked("chunked-and-bad-length", (200, 400), b"a=1", length="x"),
    chunked(
        "chunked-read", 200, b"a" * 1000, path="/read", content_type="a/b", contains="1000"
    ),
    chunked("chunked-small", 200, b"a" * MAX_SMALL_BODY_BYTES, site="small"),
    chunked("chunked-small-plus-1", 413, b"a" * (MAX_SMALL_BODY_BYTES + 1), site="small"),
    chunked(
        "chunked-small-plus-1-read",
        413,
        b"a" * (MAX_SMALL_BODY_BYTES + 1),
        site="small",
        path="/read",
        content_type="a/b",
    ),
    Row(
        "chunked-broken-off",
        400,
        "/echo",
        method="POST",
        environ={
            "CONTENT_TYPE": FORM,
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input_terminated": True,
        },
        source=lambda: BrokenInput(b"a=1"),
    ),
    # No end is promised: it must not be read, and hangs no thread.
    Row(
        "chunked-no-end",
        (200, 400, 411, 501),
        "/echo",
        method="POST",
        environ={"CONTENT_TYPE": FORM, "HTTP_TRANSFER_ENCODING": "chunked"},
        source=lambda: io.BytesIO(b"a=1"),
        lacks='"a"',
    ),
    *(
        chunked(f"coding-{coding[:20]!a}", 501, b"a=1", coding, lacks="<script>")
        for coding in CODINGS_REFUSED
    ),
    chunked("coding-and-length", 501, b"a=1", "gzip", length="3"),
    chunked("coding-empty", (200, 400, 411, 501), b"a=1", ""),
    chunked("coding-identity", (200, 501), b"a=1", "identity", length="3"),
    Row("coding-get", (200, 501), environ={"HTTP_TRANSFER_ENCODING": "gzip"}),
    *(
        post(f"small-{size}", status, body=b"a" * size, site="small")
        for size, status in (
            (MAX_SMALL_BODY_BYTES - 1, 200),
            (MAX_SMALL_BODY_BYTES, 200),
            (MAX_SMALL_BODY_BYTES + 1, 413),
        )
    ),
    Row("small-get-read", (200, 413), "/read", site="small", body=b"a" * 2000),
    # Types and charsets.
    *(
        post(f"type-{id}", (200, 400, 415), "/read", b"abc", kind, lacks="<script>")
        for id, kind in TYPES.items()
    ),
    *(
        post(f"type-echo-{id}", (200, 400, 415), body=b"a=1", content_type=TYPES[id])
        for id in (
            "semicolons-64k",
            "quotes-64k",
            "parameters",
            "bytes",
            "not-latin",
            "control",
        )
    ),
    *(
        post(
            f"charset-{name[:20]!a}",
            415,
            body=b"a=1",
            content_type=f'{FORM}; charset="{name}"',
            lacks="<script>",
        )
        for name in BAD_CHARSETS
    ),
    *(
        post(f"charset-json-{name}", 415, "/json", b"1", f"{JSON}; charset={name}")
        for name in ("rot13", "utf-7", "undefined", "nope")
    ),
    *(
        post(
            f"charset-known-{name}",
            200,
            body=b"a=1",
            content_type=f"{FORM};charset={name}",
            contains='{"a": "1"}',
        )
        for name in ("utf-8", "UTF-8", "us-ascii", "iso-8859-1", '"utf-8"')
    ),
    post(
        "charset-latin-1-byte",
        200,
        body=b"a=\xe9",
        content_type=f"{FORM};charset=iso-8859-1",
        contains="\\\\u00e9",
    ),
    post("charset-twice", 415, body=b"a=1", content_type=f"{FORM};charset=utf-8;charset=rot13"),
    post(
        "charset-star",
        (200, 400, 415),
        body=b"a=1",
        content_type=f"{FORM}; charset*=utf-8''rot13",
    ),
    post(
        "multipart-no-boundary",
        (200, 400, 415),
        body=b"abc",
        content_type="multipart/form-data",
    ),
    post(
        "multipart-long-boundary",
        (200, 400, 415),
        body=b"abc",
        content_type="multipart/form-data; boundary=" + "a" * 5000,
    ),
    # Forms.
    *(post(f"form-{id}", 200, body=body, contains=text) for id, (body, text) in FORMS.items()),
    *(
        post(f"form-undecodable-{id}", 400, body=body, contains="could not be decoded")
        for id, body in UNDECODABLE.items()
    ),
    *(
        post(f"form-over-limit-{id}", 413, body=body, contains="request.body.max_field_bytes")
        for id, body in {
            "by-one": b"a=" + b"v" * (FIELD_LIMIT - 1),
            "megabyte": b"a=" + b"v" * MEGABYTE,
            "megabyte-escapes": b"a=" + b"%41" * (MEGABYTE // 3),
            "megabyte-percents": b"a=" + b"%" * MEGABYTE,
            "huge-key": b"k" * MEGABYTE,
        }.items()
    ),
    chunked("form-over-limit-chunked", 413, b"a=" + b"v" * MEGABYTE),
    post(
        "length-at-default-limit-short-raw",
        400,
        "/read",
        b"a=1",
        "a/b",
        environ={"CONTENT_LENGTH": str(DEFAULT_LIMIT)},
    ),
    post("form-fields-999", 200, body=fields(999), contains='"a998"'),
    post("form-fields-1000", 200, body=fields(1000), contains='"a999"'),
    post("form-fields-1001", 413, body=fields(1001)),
    post("form-fields-100000", 413, body=b"a&" * 100000),
    post("form-self", (200, 400), body=b"self=1"),
    post("form-self-no-keywords", 400, "/index", b"self=1"),
    post("form-unexpected", 400, "/index", b"x=1", contains="Unexpected body parameters: x"),
    post(
        "form-unexpected-markup",
        400,
        "/index",
        b"<script>alert(1)</script>=1",
        lacks="<script>alert",
    ),
    post(
        "form-unexpected-production",
        400,
        "/index",
        b"x=1",
        site="production",
        lacks="Unexpected",
    ),
    post("form-twice-given", 400, "/one/1", b"a=2"),
    post("form-and-query", 200, body=b"a=1", query="a=2", contains='{"a": ["2", "1"]}'),
    post("form-type-upper", 200, body=b"a=1", content_type=FORM.upper(), contains='{"a": "1"}'),
    post(
        "form-type-spaces", 200, body=b"a=1", content_type=f" {FORM} ; x", contains='{"a": "1"}'
    ),
    post("form-no-type", 200, body=b"a=1", content_type=ABSENT, contains="{}"),
    # JSON.
    *(post(f"json-bad-{id}", 400, "/json", body, JSON) for id, body in BAD_JSON.items()),
    *(post(f"json-bad-{id}", 413, "/json", body, JSON) for id, body in CROWDED_JSON.items()),
    *(
        post(
            f"json-{id}", 200 if text else (200, 400), "/json", body, JSON, contains=text or ""
        )
        for id, (body, text) in GOOD_JSON.items()
    ),
    *(post(f"json-type-{kind[:30]}", 415, "/json", b"{}", kind) for kind in WRONG_TYPES),
    post("json-type-missing", 415, "/json", b"{}", ABSENT),
    post("json-type-upper", 200, "/json", b"{}", "Application/JSON"),
    post("json-type-parameter", 200, "/json", b"{}", "application/json; charset=utf-8"),
    post("json-type-two", 415, "/json", b"{}", "application/json;text/html"),
    post("json-no-length", 411, "/json", b"{}", JSON, environ={"CONTENT_LENGTH": ABSENT}),
    post("json-text-surrogate", (200, 400), "/json_text", b'"\\ud800"', JSON),
    post("json-text-surrogates", 200, "/json_text", b'"\\ud83d\\ude00"', JSON),
    post("json-text-surrogate-key", (200, 400), "/json_text", b'{"\\udfff":1}', JSON),
    post("json-text-markup", 200, "/json_text", b'"<script>alert(1)</script>"', JSON),
    post("json-limit-minus-1", 200, "/json_size", document(JSON_LIMIT - 1), JSON),
    post("json-limit", 200, "/json_size", document(JSON_LIMIT), JSON),
    post("json-limit-plus-1", 413, "/json_size", document(JSON_LIMIT + 1), JSON),
    Row("json-get", 400, "/json", contains="wants a JSON document"),
    Row("json-head", 400, "/json", method="HEAD"),
    post("json-floats", 200, "/json_size", json.dumps([0.1] * 50000).encode(), JSON),
    post(
        "json-many-keys",
        200,
        "/json_size",
        json.dumps({str(n): n for n in range(50000)}).encode(),
        JSON,
        contains="50000",
    ),
    post(
        "json-query",
        404,
        "/json",
        b"1",
        JSON,
        query="a=" + escaped("<script>"),
        lacks="<script>",
    ),
]
