"""Resources and XML-RPC on the wire, on waitress and gunicorn's workers."""

from __future__ import annotations

from xmlrpc.client import Fault, ProtocolError, ServerProxy

import pytest

ALLOW = "GET, HEAD, PUT"


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "POST", "BREW"])
def test_a_method_that_is_not_there(wire_server, ask, method):
    """A 405 tells which methods there are, and the body that came with it is not read on."""
    body = b"GET /wire/evil HTTP/1.1\r\nHost: a\r\n\r\n"
    response = ask(wire_server, method, "/rest/x", body=body)
    assert (response.status, response.header("Allow")) == (405, ALLOW)
    assert "/wire/evil" not in wire_server.output


def test_options(wire_server, ask):
    """OPTIONS is answered by Allow, with a length of nothing."""
    response = ask(wire_server, "OPTIONS", "/rest")
    assert (response.status, response.header("Allow"), response.body) == (200, ALLOW, b"")
    assert response.header("Content-Length") == "0"


def test_head(wire_server, raw_client):
    """HEAD has the length of GET, no body, and leaves the connection in order."""
    client = raw_client(wire_server.port)
    head = client.request("HEAD", "/rest/a%2Fb")
    assert (head.status, head.body) == (200, b"")
    client.close()
    client = raw_client(wire_server.port)
    got = client.request("GET", "/rest/a%2Fb")
    client.close()
    assert got.body == b"GET ('a/b',)"
    assert head.header("Content-Length") == got.header("Content-Length")


def test_put(wire_server, ask):
    """A method with a body reads it."""
    response = ask(wire_server, "PUT", "/rest", body=b"x" * 100)
    assert (response.status, response.body) == (200, b"x" * 100)


@pytest.mark.parametrize("path", ["/rpc/", "/rpc/RPC2/"])
def test_xml_rpc(wire_server, path):
    """Python's own client gets what it sent, faults, and the server's limit as an error."""
    with ServerProxy(f"http://127.0.0.1:{wire_server.port}{path}", allow_none=True) as service:
        values = [1, 2.5, True, "\u00e9\u2603 <&>", {"a": [1, {"b": "c"}]}]
        assert service.echo(*values) == values
        with pytest.raises(Fault, match='method "missing" is not supported'):
            service.missing()
        with pytest.raises(Fault, match="cannot marshal None"):
            service.echo(None)
        with pytest.raises(ProtocolError, match="413"):
            service.echo("x" * 10_000)
