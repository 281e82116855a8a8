"""Inputs that grow: what dispatchers look at, and XML-RPC calls."""

from growing_heads import header, path
from hostile_row import Row


def call(period, start=b"", end=b""):
    """Return what makes an XML-RPC call with `n` periods in its one value."""
    before = b"<methodCall><methodName>echo</methodName><params><param><value>" + start
    return document(period, before, end + b"</value></param></params></methodCall>")


def document(period, start, end):
    """Return what makes an XML document with `n` periods in it."""
    return lambda n: Row(
        "grow",
        200,
        method="POST",
        body=start + period * n + end,
        environ={"CONTENT_TYPE": "text/xml"},
        site="calls",
    )


DISPATCHERS = {
    "rest-segments": path("/items", "/a", site="rest"),
    "rest-method": lambda n: Row("grow", 405, "/items", method="A" * n, site="rest"),
    "part-labels": header("HTTP_HOST", "", "a.", site="parts"),
    "part-slashes": path("", "//", site="parts"),
    "forwarded-commas": header("HTTP_X_FORWARDED_HOST", "", ",", site="proxied"),
    "forwarded-chain": header("HTTP_X_FORWARDED_FOR", "", "10.0.0.1,", site="trusting"),
    "forwarded-hops": header("HTTP_FORWARDED", "", "for=10.0.0.1,", site="standard"),
    "forwarded-pairs": header("HTTP_FORWARDED", "", "a=b;", site="standard"),
    "forwarded-quotes": header("HTTP_FORWARDED", 'a="', '\\"', '"', site="standard"),
    "forwarded-spaces": header("HTTP_FORWARDED", "", " ", "x", site="standard"),
    "route-segments": path("/rest/", "a/", site="routed"),
    "route-action": path("/do/", "a", site="routed"),
    "rpc-path": path("", "/RPC2", site="calls"),
    "rpc-name": document(
        b".a", b"<methodCall><methodName>echo", b"</methodName></methodCall>"
    ),
    "rpc-values": call(b"<value/>", b"<array><data>", b"</data></array>"),
    "rpc-deep": call(b"<array><data><value>"),
    "rpc-members": call(b"<member><name>a</name><value/></member>", b"<struct>", b"</struct>"),
    "rpc-digits": call(b"9", b"<i4>", b"</i4>"),
    "rpc-text": call(b"&amp;"),
    "rpc-attributes": lambda n: Row(
        "grow",
        200,
        method="POST",
        environ={"CONTENT_TYPE": "text/xml"},
        site="calls",
        body=b"<a " + b" ".join(b'a%d=""' % number for number in range(n)) + b"/>",
    ),
}
