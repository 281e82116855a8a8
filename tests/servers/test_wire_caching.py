"""One cache for the workers of gunicorn, in memcached and in Redis."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

CLIENTS = 12
MOST_ROUNDS = 100


@pytest.fixture(params=["memcached", "redis"])
def server(request, run_gunicorn, raw_client):
    """Two workers with one cache; ask(target) gives the text of an answer."""
    if request.param == "memcached":
        daemon = request.getfixturevalue("memcached")
        cache = {"cache_class": "memcached", "servers": [daemon.address]}
    else:
        cache = {"cache_class": "redis", "url": request.getfixturevalue("redis_daemon").url}
    options = ("-w", "2", "--threads", "16")
    process = run_gunicorn("wire_caching:wsgi", *options, env={"CACHE": json.dumps(cache)})

    def ask(target):
        client = raw_client(process.port)
        client.send_request("GET", target, {"Connection": "close"}, b"")
        response = client.read_response("GET")
        client.close()
        assert response.status == 200, response
        return response.body.decode()

    return ask


def count_workers(pool, server):
    """Ask until both workers have answered; the kernel may prefer one of them for long."""
    seen = set()
    for _ in range(MOST_ROUNDS):
        seen |= set(pool.map(server, ["/pid"] * CLIENTS))
        if len(seen) == 2:
            break
    return len(seen)


def test_one_run_for_all_workers(server):
    """All who ask at once get the page of one run, whichever worker they meet; and a purge in
    any worker is one for all.
    """
    with ThreadPoolExecutor(CLIENTS) as pool:
        pages = set(pool.map(server, ["/page/a"] * CLIENTS))
        assert len(pages) == 1
        assert count_workers(pool, server) == 2
        assert set(pool.map(server, ["/page/a"] * CLIENTS)) == pages
    server("/forget")
    assert server("/page/a") not in pages
