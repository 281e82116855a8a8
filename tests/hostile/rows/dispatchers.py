"""Dispatchers by method, by pattern, by host, and for XML-RPC."""

from hostile_row import FORM, Row, escaped, raw
from rows.methods import ODD

ALLOW = {"Allow": "GET, HEAD, POST"}
XML = {"CONTENT_TYPE": "text/xml"}


def call(value: str = "", name: str = "echo") -> bytes:
    """Return an XML-RPC call with one parameter."""
    return (
        f"<methodCall><methodName>{name}</methodName><params><param><value>{value}</value>"
        "</param></params></methodCall>"
    ).encode("utf-8", "surrogatepass")


NO_RESOURCE_METHOD = {
    **{name: method for name, method in ODD.items() if method.upper() not in ("GET", "HEAD")},
    "index": "index",
    "init": "__init__",
    "exposed": "EXPOSED",
    "constant": "SECRET",
    "class": "FACTORY",
    "mixed-class": "Model",
    "underscore": "_GET",
    "ligature": "\ufb01",
    "sharp-s": "PO\xdf",
    "dotless-i": "PATCH\u0131",
    "tab": "GET\t",
    "dot": "GET.__func__",
}
NO_RESOURCE_METHOD.pop("options")

NO_CALL = {
    "empty": b"",
    "text": b"hello",
    "json": b'{"method": "echo"}',
    "cut": call()[:-5],
    "doctype": b"<!DOCTYPE x>" + call(),
    "laughs": b'<!DOCTYPE x [<!ENTITY a "'
    + b"a" * 1000
    + b'">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"" if n == 1 else b"%d" % (n - 1)) * 10)
        for n in range(1, 9)
    )
    + b"]>"
    + call("&a8;"),
    "external": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + call("&f;"),
    "parameter-entity": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///x">%p;]>' + call(),
    "unknown-entity": call("&lol;"),
    "deep": call("<array><data><value>" * 5000 + "</value></data></array>" * 5000),
    "deep-structs": call("<struct><member><name>a</name><value>" * 3000),
    "deep-unclosed": b"<a>" * 100_000,
    "many": call("<array><data>" + "<value/>" * 100_000 + "</data></array>"),
    "many-tags": call() + b"<a/>" * 200_000,
    "attributes": b"<methodCall " + b" ".join(b'a%d=""' % n for n in range(20_000)) + b"/>",
    "one-attribute": b'<methodCall a="' + b"x" * 900_000 + b'"/>',
    "comment": b"<!--" + b"-x" * 400_000 + b"-->",
    "long-tag": b"<" + b"a" * 900_000 + b"/>",
    "int": call("<i4>" + "9" * 900_000 + "</i4>"),
    "int-text": call("<i4>\u0661\u0662x</i4>"),
    "boolean": call("<boolean>maybe</boolean>"),
    "double": call("<double>1e</double>"),
    "base64": call("<base64>\u00e9</base64>"),
    "odd-struct": call("<struct><value>1</value></struct>"),
    "end-alone": b"<methodCall></struct></methodCall>",
    "fault": b"<methodResponse><fault><value><struct/></value></fault></methodResponse>",
    "nul": call("\x00"),
    "control": call("\x0b"),
    "surrogate": call("\ud800"),
    "not-utf-8": call().replace(b"echo", b"\xff\xfe"),
    "encoding-zlib": b"<?xml version='1.0' encoding='zlib'?>" + call(),
    "encoding-unknown": b"<?xml version='1.0' encoding='klingon'?>" + call(),
    "encoding-utf-7": b"<?xml version='1.0' encoding='utf-7'?>" + call(),
    "version": b"<?xml version='9'?>" + call(),
    "pi": b"<?php system('id'); ?>",
}

CALLS = {
    "plain": "x",
    "markup": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "int": "<i4>-1</i4>",
    "int-wide": "<i4>\u0661</i4>",
    "double": "<double>1e999</double>",
    "date": "<dateTime.iso8601>not a date</dateTime.iso8601>",
    "base64": "<base64>!!!</base64>",
    "cdata": "<![CDATA[<b>&amp;]]>",
    "list": "<array><data>" + "<value/>" * 1000 + "</data></array>",
    "newlines": "a\r\nSet-Cookie: x=1",
}

NO_METHOD = ("", ".", "..", "missing", "hidden", "constant", "__class__", "echo.__func__",
             "default", "_cp_config", "echo.__globals__", "a" * 70_000, "." * 70_000,
             "\u2603", "a b",
             "&lt;script&gt;")  # fmt: skip

HOSTS = {
    "other": ("other.example", "part other"),
    "case": ("OTHER.EXAMPLE", "part other"),
    "port": ("other.example:80", "part other"),
    "other-port": ("other.example:81", "part root"),
    "dot": ("other.example.", "part root"),
    "suffix": ("other.example.evil.example", "part root"),
    "prefix": ("evilother.example", "part root"),
    "ip": ("127.0.0.1", "part root"),
    "ipv6": ("[::1]:80", "part root"),
}

FORWARDED = {
    "other": ("other.example", "part other"),
    "list": ("evil.example, other.example", "part other"),
    "list-before": ("other.example, evil.example", "part root"),
    "empty": ("", "part root"),
    "commas": ("," * 8000, "part root"),
    "long": ("a" * 60_000, "part root"),
    "bytes": ("\xff\xfe", "part root"),
    "path": ("other.example/../x", "part root"),
    "spaces": ("   other.example   ", "part other"),
    "markup": ("<script>", "part root"),
    "crlf": ("other.example\r\nX-Evil: 1", "part root"),
}

NO_PATTERN = {
    "root": "/",
    "dunder": "/do/__class__",
    "init": "/do/__init__",
    "private": "/do/_private",
    "value": "/do/value",
    "missing": "/do/missing",
    "empty": "/do/",
    "dot": "/do/page.__func__",
    "slash": "/do/page/",
    "nul": "/do/page%00",
    "method": "/posted",
    "letters": "/n/12x",
    "newline": "/n/12%0Ax",
    "text-method": "/odd/text/upper",
    "text-format": "/odd/%7B0%7D/format",
    "not-utf-8": "/rest/%FF",
    "crlf": "/rest/%0D%0AX-Evil:%201",
    "overlong": "/rest/%C0%AF",
    "surrogate": "/rest/%ED%A0%80",
    "very-long": "/rest/" + "a" * 60_000,
    "many-slashes": "/rest" + "/a" * 20_000,
}

PATTERNS = {
    "non-ascii": "/rest/%E2%98%83",
    "markup": "/rest/%3Cscript%3E",
    "percent": "/rest/%25s%257B",
    "empty": "/rest/",
    "backslash": "/rest/..%5C..%5Cetc",
    "digits-of-others": "/n/%D9%A1",
}

ROWS = [
    *(
        Row(f"method-{id}", 405, "/items/7", method=method, site="rest", headers=ALLOW)
        for id, method in NO_RESOURCE_METHOD.items()
    ),
    *(
        Row(f"method-404-{id}", 404, "/nothing", method=ODD[id], site="rest",
            headers={"Allow": None})
        for id in ("unknown", "options", "dunder", "long", "bytes", "empty", "crlf")
    ),
    *(
        Row(f"method-{id}", 200, "/items", method=ODD[id], site="rest", headers=ALLOW)
        for id in ("lower", "mixed", "head-lower", "options")
    ),
    Row("resource-dunder-segment", 200, "/items/__class__/__init__", site="rest",
        contains="GET ('__class__', '__init__')"),
    Row("resource-method-segment", 200, "/items/POST/x", site="rest", contains="'POST', 'x'"),
    Row("resource-index-segment", 200, "/items/index", site="rest", contains="'index'"),
    Row("resource-self", (200, 404), "/items", "self=1", site="rest"),
    Row("resource-missing-name", 404, "/items", method="POST", body=b"", site="rest"),
    Row("resource-too-many", 404, "/items/a/b/c", method="POST", body=b"", site="rest"),
    Row("resource-no-length", 411, "/items/a", method="POST", site="rest"),
    Row("resource-unknown-field", 400, "/items/a", method="POST", body=b"x=1", site="rest",
        environ={"CONTENT_TYPE": FORM}),
    Row("resource-long-path", (200, 414), "/items" + "/a" * 30_000, site="rest"),
    Row("resource-not-utf-8", 404, raw("/items/%FF"), site="rest"),
    *(
        Row(f"call-none-{id}", (200, 413), method="POST", body=body, environ=XML, site="calls",
            lacks="Traceback")
        for id, body in NO_CALL.items()
    ),
    *(
        Row(f"call-{id}", 200, method="POST", body=call(value), environ=XML, site="calls",
            contains="<methodResponse>", lacks="<fault>")
        for id, value in CALLS.items()
    ),
    *(
        Row(f"call-name-{number}", 200, method="POST", body=call(name=name), environ=XML,
            site="calls", contains="is not supported")
        for number, name in enumerate(NO_METHOD)
    ),
    Row("call-too-long", 413, method="POST", body=call("x" * 1024 * 1024), environ=XML,
        site="calls"),
    Row("call-broken-off", 400, method="POST", body=call(), site="calls",
        environ={**XML, "CONTENT_LENGTH": "9999"}),
    Row("call-no-length", 411, method="POST", environ=XML, site="calls"),
    Row("call-as-form", 200, method="POST", body=b"a=1", site="calls",
        environ={"CONTENT_TYPE": FORM}, contains="is not supported"),
    Row("call-get", 200, site="calls", contains="is not supported"),
    Row("call-self", 404, query="self=1", method="POST", body=call(), environ=XML,
        site="calls"),
    Row("call-rpc2", 200, "/RPC2/", method="POST", body=call(), environ=XML, site="calls"),
    Row("call-no-slash", 301, "/RPC2", method="POST", body=call(), environ=XML, site="calls"),
    Row("call-rpc2-many", 414, "/RPC2" * 2000 + "/", method="POST", body=call(), environ=XML,
        site="calls"),
    *(
        Row(f"host-{id}", 200, site="parts", environ={"HTTP_HOST": host}, contains=part)
        for id, (host, part) in HOSTS.items()
    ),
    Row("host-prefix-alone", 404, "/../other", site="parts",
        environ={"HTTP_HOST": "other.example"}),
    Row("host-up", 404, "/../host", site="parts", environ={"HTTP_HOST": "other.example"}),
    Row("host-slashes", 200, "//host", site="parts", environ={"HTTP_HOST": "other.example"},
        contains="other /host"),
    Row("host-forwarded-is-not-believed", 200, site="parts", contains="part root",
        environ={"HTTP_X_FORWARDED_HOST": "other.example"}),
    *(
        Row(f"forwarded-{id}", 200, site="proxied", contains=part,
            environ={"HTTP_X_FORWARDED_HOST": host})
        for id, (host, part) in FORWARDED.items()
    ),
    *(
        Row(f"route-none-{id}", 404, raw(path), site="routed")
        for id, path in NO_PATTERN.items()
    ),
    *(Row(f"route-{id}", 200, raw(path), site="routed") for id, path in PATTERNS.items()),
    Row("route-method", 404, "/posted", method=ODD["bytes"], site="routed"),
    Row("route-query-over-path", 200, "/n/1", "x=" + escaped("<b>"), site="routed"),
    Row("route-forwarded", 200, "/n/1", site="routed", environ={
        "HTTP_X_FORWARDED_HOST": "\r\nx", "HTTP_X_FORWARDED_PROTO": "https"}),
]  # fmt: skip
