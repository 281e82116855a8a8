"""curl and Python's own client at areas behind Basic and Digest, on real servers."""

from __future__ import annotations

import subprocess
from urllib import request

import pytest

PASSWORD = "right horse"


@pytest.fixture(scope="module")
def servers(serve_program):
    """Give the servers of a program with an area for each way of asking."""
    return serve_program("wire_auth")


@pytest.fixture(params=["waitress", "gthread"])
def server(request, servers):
    """Give each server in turn."""
    return servers(request.param)


@pytest.fixture
def curl(server, require_program):
    """Give a function that returns what curl prints: the bodies, and statuses before them."""
    program = require_program("curl", "apt-get install curl")

    def run(*options, user="eva", password=PASSWORD, paths):
        urls = [f"http://127.0.0.1:{server.port}{path}" for path in paths]
        given = ["-sS", "-w", " %{http_code}\n", "-u", f"{user}:{password}", *options, *urls]
        done = subprocess.run([program, *given], capture_output=True, timeout=20, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().splitlines()

    return run


WAYS = [
    *(("basic", "--basic"), ("basic", "--anyauth"), ("digest", "--digest")),
    *(("digest", "--anyauth"), ("md5", "--digest"), ("integrity", "--digest")),
    ("hashed", "--digest"),
]


@pytest.mark.parametrize(("area", "option"), WAYS)
def test_curl(curl, area, option):
    """It is let in, and once more on the same connection (where a nonce is counted on)."""
    paths = [f"/{area}/a%20b/%C3%A4?x=y%26z", f"/{area}/c"]
    answers = curl(option, paths=paths)
    assert answers == ["Hello, eva: a b/ä [('x', 'y&z')] 200", "Hello, eva: c [] 200"]


@pytest.mark.parametrize(("area", "option"), [WAYS[0], WAYS[2], WAYS[4], WAYS[6]])
def test_curl_with_a_name_beyond_ascii(curl, area, option):
    """It sends the bytes of a terminal in UTF-8."""
    assert curl(option, user="jäö", paths=[f"/{area}/"]) == ["Hello, jäö:  [] 200"]


@pytest.mark.parametrize(("area", "option"), [WAYS[0], WAYS[2], WAYS[4]])
def test_curl_sends_a_form(curl, area, option):
    """The body comes with the credentials, not with the request before."""
    assert curl(option, "-d", "a=b", paths=[f"/{area}/"]) == ["Hello, eva:  [('a', 'b')] 200"]


@pytest.mark.parametrize(("area", "option"), WAYS)
def test_curl_with_a_wrong_password(curl, area, option):
    """It is not let in, with or without a body to look at."""
    (line,) = curl(option, "-o", "/dev/null", password="wrong", paths=[f"/{area}/"])
    assert line == " 401"


def test_a_head_with_curl(curl):
    """The challenge of a HEAD can be answered."""
    lines = curl("--digest", "-I", paths=["/digest/"])
    assert lines[-1] == " 200"
    assert any(line.startswith("Authentication-Info: rspauth=") for line in lines)


@pytest.mark.parametrize("area", ["basic", "md5"])
def test_the_client_of_python(servers, area):
    """urllib answers the challenge of either scheme; of Digest it knows MD5 alone."""
    base = f"http://127.0.0.1:{servers('waitress').port}/{area}/"
    known = request.HTTPPasswordMgrWithDefaultRealm()
    known.add_password(None, base, "eva", PASSWORD)
    handlers = (request.HTTPBasicAuthHandler(known), request.HTTPDigestAuthHandler(known))
    opener = request.build_opener(request.ProxyHandler({}), *handlers)
    for number in range(2):
        with opener.open(f"{base}a?b={number}", timeout=20) as answer:
            assert answer.read().decode() == f"Hello, eva: a [('b', '{number}')]"
