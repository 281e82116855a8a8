"""Request methods and protocol versions."""

from hostile_row import ABSENT, CREDENTIAL, Row

# No page says what a handler that takes any method does with an odd one: a clear answer.
CLEAR = (200, 400, 405, 501)

ODD = {
    "unknown": "BREW",
    "lower": "get",
    "mixed": "Get",
    "head-lower": "head",
    "empty": "",
    "space": " ",
    "space-inside": "GET X",
    "long": "A" * 8192,
    "very-long": "A" * 65536,
    "markup": "<script>alert(1)</script>",
    "crlf": "GET\r\nX-Evil: 1",
    "nul": "GET\x00",
    "bytes": "G\xc9T",
    "not-latin": "G\u2603T",
    "surrogate": "G\ud800T",
    "format": "%s%n{0}",
    "dunder": "__class__",
    "number": "123",
    "trace": "TRACE",
    "track": "TRACK",
    "connect": "CONNECT",
    "options": "OPTIONS",
    "delete": "DELETE",
    "propfind": "PROPFIND",
    "pri": "PRI",
}

PROTOCOLS = {
    "2": "HTTP/2",
    "2.0": "HTTP/2.0",
    "3": "HTTP/3",
    "1": "HTTP/1",
    "1.2": "HTTP/1.2",
    "9.9": "HTTP/9.9",
    "0.9": "HTTP/0.9",
    "1.0": "HTTP/1.0",
    "empty": "",
    "slash": "/",
    "short": "H",
    "garbage": "garbage",
    "letters": "HTTP/x.y",
    "lower": "http/1.1",
    "space": "HTTP/1.1 ",
    "crlf": "HTTP/1.1\r\nX-Evil: 1",
    "nul": "HTTP/1.1\x00",
    "markup": "HTTP/<script>",
    "long": "HTTP/" + "1" * 60000,
    "negative": "HTTP/-1.-1",
    "arabic": "HTTP/\u0661.\u0661",
    "surrogate": "HTTP/\ud800",
    "included": "INCLUDED",
    "quic": "QUIC",
    "huge-number": "HTTP/" + "9" * 5000 + ".1",
}

SECRET = {"HTTP_COOKIE": f"a={CREDENTIAL}", "HTTP_AUTHORIZATION": f"Basic {CREDENTIAL}"}

ROWS = [
    *(
        Row(f"method-{id}", CLEAR, method=method, environ=SECRET, lacks=CREDENTIAL)
        for id, method in ODD.items()
    ),
    *(
        Row(
            f"method-404-{id}",
            404,
            "/nothing",
            method=ODD[id],
            environ=SECRET,
            lacks=CREDENTIAL,
        )
        for id in ("unknown", "lower", "empty", "markup", "crlf", "bytes", "trace", "very-long")
    ),
    *(
        Row(
            f"method-405-{id}",
            405,
            "/strict",
            method=ODD[id],
            headers={"Allow": "GET, HEAD, POST"},
        )
        for id in (
            "unknown",
            "lower",
            "empty",
            "markup",
            "crlf",
            "delete",
            "trace",
            "very-long",
        )
    ),
    *(
        Row(f"method-tree-{id}", 404, "/nothing", method=ODD[id], site="mounts")
        for id in ("unknown", "empty", "markup", "crlf", "surrogate", "very-long")
    ),
    Row(
        "method-options-strict",
        (200, 204),
        "/strict",
        method="OPTIONS",
        headers={"Allow": "GET, HEAD, POST"},
    ),
    Row("method-head-strict", 200, "/strict", method="HEAD"),
    Row("method-put-no-length", 411, "/echo", method="PUT"),
    Row("method-patch-no-length", 411, "/echo", method="PATCH"),
    Row("method-post-no-length", 411, "/echo", method="POST"),
    Row("method-get-with-body", 200, "/echo", body=b"a=1", contains="{}"),
    Row("method-delete-with-body", 200, "/echo", method="DELETE", body=b"a=1", contains="{}"),
    Row(
        "method-override-is-not-believed",
        200,
        "/strict",
        environ={"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
        contains="strict",
    ),
    *(
        Row(f"protocol-{id}", (200, 505), environ={"SERVER_PROTOCOL": text})
        for id, text in PROTOCOLS.items()
    ),
    *(
        Row(f"protocol-404-{id}", (404, 505), "/nothing", environ={"SERVER_PROTOCOL": text})
        for id, text in PROTOCOLS.items()
        if id in ("2", "3", "empty", "markup", "crlf", "garbage", "long", "surrogate")
    ),
    Row("protocol-missing", 200, environ={"SERVER_PROTOCOL": ABSENT}),
    Row("protocol-redirect-1.0", 302, "/go", "to=/x", environ={"SERVER_PROTOCOL": "HTTP/1.0"}),
    Row("protocol-redirect-2", 303, "/go", "to=/x", environ={"SERVER_PROTOCOL": "HTTP/2"}),
    Row("protocol-actual", 200, environ={"ACTUAL_SERVER_PROTOCOL": "garbage"}),
    Row(
        "protocol-tree",
        404,
        "/nothing",
        environ={"SERVER_PROTOCOL": "HTTP/2\r\n"},
        site="mounts",
    ),
]
