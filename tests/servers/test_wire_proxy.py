"""nginx in front, by deploy/nginx.conf and the blocks of docs/proxies.md."""

from __future__ import annotations

import json
import re
import socket
import tempfile
from itertools import product
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "programs" / "wire_proxy.py"
DEPLOYED = (REPOSITORY / "deploy" / "nginx.conf").read_text(encoding="utf-8")
PAGE = (REPOSITORY / "docs" / "proxies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```nginx\n(location /\w+/ \{.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

KINDS = ("gthread", "waitress")
CONNECTIONS = ("port", "unix")

MAIN = """
error_log stderr notice;
pid nginx.pid;
master_process off;
daemon off;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
"""

FORGED = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "javascript",
    "X-Forwarded-Port": "99",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Protocol": "https",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=https",
    "X_Forwarded_For": "6.6.6.6",
    "Script_Name": "/evil",
}


def free_ports(number):
    """Return ports of which none is in use; two of them are never the same."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def configure(name, port, address):
    """Return deploy/nginx.conf for the upstream `name` at `address`, with the page's blocks."""
    text = DEPLOYED.replace("    location /accel/", "\n".join(BLOCKS) + "    location /accel/")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("server 127.0.0.1:8080", f"server {address}")
    text = text.replace("/srv/app/files/", f"{PROGRAM.parent}/")
    return text.replace("upstream app", f"upstream {name}").replace("://app", f"://{name}")


@pytest.fixture(scope="module")
def ports(harness, serve_program):
    """The ports of nginx by (kind of server, how it is connected); all of them run."""
    nginx = harness.find_program("nginx", "apt-get install nginx")
    servers = serve_program("wire_proxy")
    pairs = list(product(KINDS, CONNECTIONS))
    ports = dict(zip(pairs, free_ports(len(pairs)), strict=True))
    config = MAIN
    for kind, connection in pairs:
        server = servers(kind)
        address = f"unix:{server.unix}" if connection == "unix" else f"127.0.0.1:{server.port}"
        config += configure(f"{kind}_{connection}", ports[kind, connection], address)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "nginx.conf")
        file.write_text(config + "}\n", encoding="utf-8")
        front = harness.ServerProcess(
            [nginx, "-p", folder, "-c", file, "-e", "stderr"], cwd=folder
        )
        try:
            front.wait_for(r"nginx/\d")
            yield ports
        finally:
            front.close()


@pytest.fixture(params=product(KINDS, CONNECTIONS), ids="-".join)
def get(request, ports, raw_client):
    """Give a function that asks nginx for a path: get(path, **headers) -> response."""
    port = ports[request.param]

    def get(path, headers=None):
        return raw_client(port).request(
            target=path, headers={"Host": f"www.example.com:{port}", **(headers or {})}
        )

    get.base = f"http://www.example.com:{port}"
    return get


@pytest.mark.parametrize("forged", [{}, FORGED], ids=["honest", "forged"])
@pytest.mark.parametrize("prefix", ["", "/kept", "/shop"])
def test_where_a_page_believes_itself(get, prefix, forged):
    """On a host of its own, below a path that stays, and below one that is cut off: links are
    those of the browser, the client is nginx's, and forged headers change nothing.
    """
    url, client, webob, path = json.loads(get(f"{prefix}/", forged).body)
    assert url == f"{get.base}{prefix}/x"
    assert webob == f"{get.base}{prefix}/"
    assert (client, path) == ("127.0.0.1", "/")


@pytest.mark.parametrize("prefix", ["", "/kept", "/shop"])
@pytest.mark.parametrize("path", ["/away", "/deep"])
def test_redirects(get, prefix, path):
    """A handler's and that to a missing slash lead to the outer address."""
    location = get(f"{prefix}{path}", FORGED).header("Location")
    assert location == f"{get.base}{prefix}/deep/"


def test_what_arrives(get):
    """Of all that was forged only what nginx itself has set gets through."""
    host = get.base.removeprefix("http://")
    assert json.loads(get("/arrived", FORGED).body) == {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": "http",
    }


def test_a_file_that_nginx_sends(get):
    """The application says which file, nginx sends it, parts too, with what the application
    said of its safety; nobody can ask for it past the application.
    """
    headers = {"Origin": "https://app.example", "Range": "bytes=0-2"}
    whole, part = get(f"/files/{PROGRAM.name}", {}), get(f"/files/{PROGRAM.name}", headers)
    assert whole.body == PROGRAM.read_bytes()
    assert (part.status, part.body) == (206, whole.body[:3])
    for answer in (whole, part):
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Vary") == "Origin"
    assert get(f"/accel/{PROGRAM.name}").status == 404
    assert get("/files/.hidden").status == 404


def test_the_page_shows_what_is_tested():
    """The blocks of the page are three, and its headers are those of deploy/nginx.conf."""
    assert [block.split()[1] for block in BLOCKS] == ["/kept/", "/shop/", "/silent/"]
    (headers,) = re.findall(r"^```nginx\n(proxy_set_header.*?)^```", PAGE, re.M | re.DOTALL)
    assert not set(headers.splitlines()) - {line.strip() for line in DEPLOYED.splitlines()}
