"""MemcachedCache and RedisCache: shared by processes, and empty when their store is dead."""

import threading
import time

import pytest
from cached_pages import Pages, ask, at_once, make_environ, request, response

from wsgicherry.lib.caching import clear, purge, purge_tag
from wsgicherry.lib.caching.entries import FORMAT, Entry, Variants, dump, load
from wsgicherry.lib.caching.policy import Lifetime
from wsgicherry.lib.caching.shared import LOG_SECONDS

pytest.importorskip("pymemcache")
pytest.importorskip("redis")

QUARTER = 0.25


@pytest.fixture(params=["memcached", "redis"])
def kind(request):
    """The settings of a cache on a store of the test's own, and the daemon."""
    if request.param == "memcached":
        daemon = request.getfixturevalue("memcached")
        return daemon, {"cache_class": "memcached", "servers": [daemon.address]}
    daemon = request.getfixturevalue("redis_daemon")
    return daemon, {"cache_class": "redis", "url": daemon.url}


@pytest.fixture
def two(site, kind):
    """Two applications that share a store, as two processes would; they count their runs."""
    settings = kind[1]

    def handler():
        response.cache_tags = ["all", request.path_info]
        if request.path_info == "/varied":
            response.headers["Vary"] = "X-A"

    mounted = []
    for _ in range(2):
        page = Pages(site, handler, settings)
        page.serve = page.app
        mounted.append(page)
    yield mounted
    for page in mounted:
        close(page)


def close(page):
    """Close the connections of a page's caches."""
    for cache in page.app.caches.values():
        close_cache(cache)


def close_cache(cache):
    """Close the connections of a cache."""
    if hasattr(cache, "servers"):
        for server in cache._servers.get():
            server._drop_idle()
    else:
        for made in cache._server._client._made:
            made.client.close()


def ask_of(page, path="/", method="GET", **more):
    return ask(page.app, path, method, **more)


def test_what_one_stores_the_other_serves(two):
    """One run for both; variants too."""
    one, other = two
    assert ask_of(one).cache_status == "fwd=uri-miss; stored"
    assert ask_of(other).text == "run 1"
    assert ask_of(other).cache_status.startswith("hit")
    for value in ("1", "2"):
        ask_of(one, "/varied", headers={"X-A": value})
    assert ask_of(other, "/varied", headers={"X-A": "2"}).text == "run 3"
    assert ask_of(other, "/varied", headers={"X-A": "3"}).text == "run 1"


def test_what_one_ends_is_gone_for_both(two):
    """POST, purge by URL and tag, clear: in all processes."""
    one, other = two
    ends = [
        lambda: ask_of(one, "/p", "POST"),
        lambda: purge("http://h.example/p", one.app),
        lambda: purge_tag("all", one.app),
        lambda: purge_tag("/p", one.app),
        lambda: clear(one.app),
    ]
    for end in ends:
        ask_of(other, "/p")
        assert ask_of(other, "/p").cache_status.startswith("hit")
        end()
        assert ask_of(other, "/p").cache_status == "fwd=uri-miss; stored"


def test_a_process_that_has_served_nothing_yet_can_purge(two, site, kind):
    """The config says where the pages are, of the whole site, a page or a path."""
    one, _ = two
    settings = {f"tools.caching.{name}": value for name, value in kind[1].items()}

    class Configured:
        def page(self):
            """Say nothing."""

        page.exposed = True
        page._cp_config = {"tools.caching.on": True, "tools.caching.delay": 5}

    fresh = site.tree.mount(Configured(), "/fresh", {"/": settings, "/x": {}})
    assert fresh.caches == {}
    ask_of(one, "/p")
    purge_tag("/p", fresh)
    assert len(fresh.caches) == 1
    assert ask_of(one, "/p").cache_status == "fwd=uri-miss; stored"
    for cache in fresh.caches.values():
        close_cache(cache)


def test_fifty_clients_on_a_cold_page(two):
    """In one process the handler runs once, as ever."""
    one, _ = two
    answers = at_once(50, lambda number: ask_of(one, "/cold"))
    assert {answer.text for answer in answers} == {"run 1"}


def test_a_killed_store_is_a_miss(two, kind, log):
    """Pages are made, nobody waits, and the log has one line."""
    one, _ = two
    ask_of(one)
    kind[0].kill()
    began = time.monotonic()
    answers = [ask_of(one) for _ in range(5)]
    assert time.monotonic() - began < 1
    assert [answer.code for answer in answers] == [200] * 5
    assert one.runs == 6
    told = [line for line in log if "cache does not answer" in line]
    assert len(told) == 1


def test_a_hung_store_is_a_miss(two, kind):
    """It costs one request a quarter of a second, and the next ones nothing."""
    one, _ = two
    ask_of(one)
    daemon = kind[0]
    daemon.hang()
    try:
        spent = []
        for _ in range(3):
            began = time.monotonic()
            assert ask_of(one).code == 200
            spent.append(time.monotonic() - began)
    finally:
        (daemon.resume if hasattr(daemon, "resume") else daemon.go_on)()
    assert max(spent) < 2 * QUARTER  # on a loaded machine
    assert max(spent[1:]) < QUARTER


def test_a_store_that_comes_back_is_asked_again(two, kind, monkeypatch):
    """After a second, whatever has happened to it."""
    one, _ = two
    monkeypatch.setattr("wsgicherry.lib.caching.shared.PAUSE_SECONDS", 0)
    ask_of(one)
    daemon = kind[0]
    daemon.kill()
    ask_of(one)
    daemon.start()
    assert ask_of(one).cache_status == "fwd=uri-miss; stored"
    assert ask_of(one).cache_status.startswith("hit")


def test_the_log_is_told_again_after_a_minute(two, kind, log, monkeypatch):
    """A store that stays dead is one line each LOG_SECONDS."""
    one, _ = two
    ask_of(one)
    kind[0].kill()
    ask_of(one)
    cache = one.cache
    cache._told_at -= LOG_SECONDS
    cache._failed_at = float("-inf")
    ask_of(one)
    assert len([line for line in log if "cache does not answer" in line]) == 2
    cache._failed_at = cache._told_at = float("-inf")
    purge_tag("x", one.app)  # outside a request there is no log, and the next one is told
    cache._failed_at = float("-inf")
    ask_of(one)
    assert len([line for line in log if "cache does not answer" in line]) == 3


def test_a_purge_just_after_a_failure(two):
    """It is tried: a store that missed one answer is left alone by readers only."""
    one, other = two
    ask_of(one)
    ask_of(other)
    cache = other.cache
    cache._failed_at = time.monotonic() - 2 * cache.timeout
    assert ask_of(other).cache_status.startswith("fwd=uri-miss")
    purge("http://h.example/", other.app)
    assert ask_of(one).text == "run 2"


def test_keys_hold_nothing_of_the_client(two):
    """A fixed length, whatever the URL; the prefix of the settings."""
    cache_page, _ = two
    ask_of(cache_page)
    name = cache_page.cache.name_of(("http://h", "", "/\u20ac \r\n" + "x" * 5000, "q"))
    assert name.startswith("wsgicherry:cache:")
    assert len(name) == len("wsgicherry:cache:") + 64


def test_programs_with_other_prefixes_are_apart(site, kind):
    """`prefix` keeps two programs apart that are served at one address."""
    one = Pages(site, None, kind[1])
    other = Pages(site, None, {**kind[1], "prefix": "other:"})
    ask_of(one)
    assert ask_of(other).cache_status == "fwd=uri-miss; stored"
    close(one)
    close(other)


def test_a_record_of_somebody_else_is_a_miss(two):
    """What is no record of ours is made anew, and never run: there is no pickle."""
    one, other = two
    ask_of(one)
    cache = one.cache
    target = ("http://h.example", "", "/", "")
    for junk in (b"", b"junk", b"0\n{}\n", FORMAT + b"{\n", FORMAT + b"[]\n", FORMAT + b"{}\n"):
        cache.store(cache.name_of(target), junk, 60)
        assert ask_of(other).cache_status == "fwd=uri-miss; stored"


def test_what_is_too_large_for_memcached_is_not_stored(site, memcached):
    """A limit of the server's is no error, and Cache-Status says so; a small page is stored."""
    settings = {"cache_class": "memcached", "servers": memcached.address, "maxobj_size": 1e7}
    big = b"x" * 2_000_000
    page = Pages(site, lambda: big if request.path_info == "/big" else None, settings)
    for _ in range(2):
        answer = ask_of(page, "/big")
        assert (answer.code, answer.cache_status) == (200, "fwd=uri-miss; detail=room")
    ask_of(page, "/small")
    assert ask_of(page, "/small").cache_status.startswith("hit")
    close(page)


def test_several_memcached_servers(site, start_memcached):
    """Each page is on one of them."""
    daemons = [start_memcached() for _ in range(2)]
    settings = {"cache_class": "memcached", "servers": [each.address for each in daemons]}
    page = Pages(site, None, settings)
    for number in range(20):
        ask_of(page, f"/{number}")
    assert all(each.stats()["curr_items"] > 2 for each in daemons)
    assert ask_of(page, "/7").cache_status.startswith("hit")
    close(page)


def test_clients_of_the_programs_own(site, memcached, redis_daemon):
    """`client` is an object that the program has made, or makes one."""
    from pymemcache.client.base import PooledClient
    from redis import Redis

    pooled = PooledClient(("127.0.0.1", memcached.port))
    redis = Redis(port=redis_daemon.port)
    clients = [("memcached", pooled), ("redis", redis), ("memcached", lambda: pooled)]
    for name, client in clients:
        page = Pages(site, None, {"cache_class": name, "client": client})
        ask_of(page)
        assert ask_of(page).cache_status.startswith("hit")
    pooled.close()
    redis.close()


def test_a_response_that_is_fresh_for_months(site, memcached):
    """Memcached takes more than 30 days for a date (SERVERS R41)."""
    settings = {"cache_class": "memcached", "servers": memcached.address, "delay": 1e7}
    page = Pages(site, None, settings)
    ask_of(page)
    assert ask_of(page).cache_status.startswith("hit")
    close(page)


@pytest.mark.parametrize(
    "record",
    [
        Entry("200", (("A", "\u20ac"),), b"\x00\n\xff", 5.5, Lifetime(1, 2, 3), {"t": "1"}),
        Variants(("accept",), "abc"),
        "version",
    ],
)
def test_records_come_back(record):
    """Each kind of record is what it was."""
    found = load(dump(record))
    if isinstance(record, Entry):
        names = set(Entry.__slots__) - {"told"}
        assert all(getattr(found, name) == getattr(record, name) for name in names)
    else:
        assert found == record


def test_a_cache_that_is_not_there_yet(site):
    """Importing and mounting connect to nothing."""
    page = Pages(site, None, {"cache_class": "redis", "url": "redis://127.0.0.1:1"})
    assert page.app.caches == {}
    assert ask(page.app).code == 200
    assert make_environ()["PATH_INFO"] == "/"


def test_one_run_for_two_processes(site, kind):
    """A page that another process is making is waited for, and not made twice."""
    begun, go_on = threading.Event(), threading.Event()

    def handler():
        begun.set()
        go_on.wait(10)

    one, other = Pages(site, handler, kind[1]), Pages(site, None, kind[1])
    answers = []
    first = threading.Thread(target=lambda: ask_of(one))
    second = threading.Thread(target=lambda: answers.append(ask_of(other)))
    first.start()
    begun.wait(10)
    second.start()
    go_on.set()
    first.join()
    second.join()
    assert answers[0].text == "run 1"
    assert other.runs == 0
    close(one)
    close(other)


@pytest.mark.parametrize("query", ["", "?vary"])
@pytest.mark.parametrize(
    "end",
    [
        lambda app, path: purge(f"http://h.example{path}", app),
        lambda app, path: purge_tag("a", app),
        lambda app, path: clear(app),
    ],
    ids=["url", "tag", "all"],
)
def test_what_another_process_purges_while_it_is_made(site, kind, end, query):
    """Such a page may show what was before: it is not stored."""
    path = "/page" + query

    def handler():
        response.cache_tags = ["a"]
        if query:
            response.headers["Vary"] = "X-A"
        if one.runs == 1:
            end(other.app, path)

    one, other = Pages(site, handler, kind[1]), Pages(site, None, kind[1])
    ask_of(other, "/elsewhere")
    assert ask_of(one, path).cache_status == "fwd=uri-miss; detail=purged"
    assert ask_of(one, path).cache_status == "fwd=uri-miss; stored"
    assert ask_of(one, path).cache_status.startswith("hit")
    close(one)
    close(other)


@pytest.mark.parametrize("outcome", ["private", "late", "stale"])
def test_a_run_elsewhere_that_helps_nobody(site, kind, outcome, clock):
    """Its page may not be stored, or takes too long, or what is stored will do."""
    settings = {**kind[1], "delay": 60, "stale_while_revalidate": 30}
    settings["antistampede_timeout"] = 0.1 if outcome == "late" else 5
    begun, go_on = threading.Event(), threading.Event()

    def handler():
        if outcome == "stale" and one.runs == 1:
            return
        begun.set()
        go_on.wait(10)
        if outcome == "private":
            response.headers["Cache-Control"] = "private"

    one = Pages(site, handler, settings)
    other = Pages(site, lambda: "of the other", settings)
    if outcome == "stale":
        ask_of(one)
        clock.now += 70
    first = threading.Thread(target=lambda: ask_of(one))
    first.start()
    begun.wait(10)
    if outcome == "private":
        threading.Timer(0.05, go_on.set).start()
    text = ask_of(other).text
    go_on.set()
    first.join()
    assert text == ("run 1" if outcome == "stale" else "of the other")
    close(one)
    close(other)
