"""`tools.ratelimit`: how often a client may ask."""

from __future__ import annotations

import re
import sys
import threading
from types import SimpleNamespace

import pytest
from toolpage import Page, refusal

pytest.importorskip("limits", reason="pip install limits")

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import InternalRedirect
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import ratelimit, ratelimitmemory
from wsgicherry.lib.ratelimit import (
    Limiter,
    Policy,
    Standing,
    find_limiter,
    make_headers,
    make_key,
    network_of,
    read_policies,
)
from wsgicherry.lib.ratelimitmemory import BoundedMemory, open_storage


@pytest.fixture(autouse=True)
def fresh():
    """Counters of the test's own."""
    find_limiter.cache_clear()
    yield
    find_limiter.cache_clear()


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves: clock.now += 10."""
    clock = SimpleNamespace(now=1_000_000_000.0)
    clock.time = clock.monotonic = lambda: clock.now
    for module in (ratelimit, ratelimitmemory):
        monkeypatch.setattr(module, "time", clock)
    return clock


def limited(site, page=lambda: "page", **settings):
    settings = {"on": True, "limit": "2/minute", **settings}
    keys = {key: key if "." in key else f"tools.ratelimit.{key}" for key in settings}
    return Page(site, page, {keys[key]: settings[key] for key in settings})


# -- requests --------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["fixed-window", "moving-window"])
def test_a_client_that_asks_too_often(site, clock, strategy):
    """It is told what is left, then 429 and how long to wait; after that it may ask again."""
    page = limited(site, strategy=strategy)
    for left in ("1", "0"):
        answer = page()
        assert answer.status_int == 200
        assert answer.headers["RateLimit-Policy"] == '"default";q=2;w=60'
        assert answer.headers["RateLimit"] == f'"default";r={left};t=60'
        assert "Retry-After" not in answer.headers
    clock.now += 50
    answer = page()
    assert answer.status_int == 429
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["RateLimit"] == '"default";r=0;t=10'
    assert answer.headers["RateLimit-Policy"] == '"default";q=2;w=60'
    assert "Try again in 10 seconds." in answer.text
    clock.now += 10.1
    assert page().status_int == 200


def test_the_page_does_not_run(site):
    """A client over its limit costs neither the page nor the reading of its body."""
    ran = []
    page = limited(site, lambda: ran.append(1) or "page", limit="1/hour")
    assert page(method="POST", body=b"a=1").status_int == 200
    assert page(method="POST", body=b"a=1").status_int == 429
    assert ran == [1]


def test_every_client_has_its_own_count(site):
    """One client's eagerness is no matter for another one."""
    page = limited(site, limit="1/hour")
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"):
        page.app.extra_environ["REMOTE_ADDR"] = address
        assert page().status_int == 200
        assert page().status_int == 429


def test_a_network_is_one_client(site):
    """Who has one IPv6 address has all of its /64, and so they count together."""
    page = limited(site, limit="1/hour")
    page.app.extra_environ["REMOTE_ADDR"] = "2001:db8::1"
    assert page().status_int == 200
    page.app.extra_environ["REMOTE_ADDR"] = "2001:db8::ffff:1"
    assert page().status_int == 429


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:DB8::1", "2001:db8::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("nonsense:", "nonsense:"),
    ],
)
def test_networks(address, client):
    """An IPv6 address is cut to its network; one that stands for an IPv4 address is that."""
    assert network_of(address) == client


def test_clients_without_an_address(site):
    """Behind a unix socket nobody has one: they count together, rather than not at all."""
    page = limited(site, limit="1/hour")
    page.app.extra_environ["REMOTE_ADDR"] = ""
    assert page().status_int == 200
    assert page().status_int == 429


def test_several_limits(site, clock):
    """Each has a name, and the longest wait is told."""
    page = limited(site, limit=["2/second", "3/minute"])
    for _ in range(2):
        assert page().status_int == 200
    answer = page()
    assert answer.status_int == 429
    assert answer.headers["RateLimit-Policy"] == '"default-1";q=2;w=1, "default-60";q=3;w=60'
    assert answer.headers["RateLimit"] == '"default-1";r=0;t=1, "default-60";r=0;t=60'
    assert answer.headers["Retry-After"] == "1"
    clock.now += 1.5
    answer = page()
    assert answer.status_int == 429
    assert answer.headers["Retry-After"] == "59"


def test_pages_with_one_name_count_together(site):
    """`name` says which counters are meant."""
    on = {"tools.ratelimit.on": True, "tools.ratelimit.limit": "1/hour"}
    config = {"/a": on, "/b": on, "/c": {**on, "tools.ratelimit.name": "other"}}
    page = Page(site, lambda: "page", config)
    assert [page(path).status_int for path in ("/a", "/b", "/c", "/c")] == [200, 429, 200, 429]


@pytest.mark.parametrize("proxy", [{}, {"tools.proxy.on": True, "tools.proxy.hops": 1}])
def test_an_internal_redirect_counts_once(site, proxy):
    """What the client asked once is one request, however many pages it passes, and behind a
    proxy too; the last of them tells what is left.
    """

    def page():
        if serving_now().request.path_info == "/old":
            raise InternalRedirect("/new")
        return "page"

    moved = limited(site, page, limit="2/hour", **proxy)
    for left in ("1", "0"):
        assert moved("/old", X_Forwarded_For="192.0.2.9").headers["RateLimit"] == (
            f'"default";r={left};t=3600'
        )
    assert moved("/old", X_Forwarded_For="192.0.2.9").status_int == 429


def test_a_cached_page(site):
    """Each client is counted and told where it stands, whoever the page was made for."""
    page = limited(site, limit="5/hour", **{"tools.caching.on": True})
    for address, left in (("192.0.2.1", 4), ("192.0.2.2", 4), ("192.0.2.1", 3)):
        page.app.extra_environ["REMOTE_ADDR"] = address
        assert page().headers["RateLimit"] == f'"default";r={left};t=3600'


def test_a_cached_page_that_counts_by_hand(site):
    """Who gets the copy is not told how often another client has asked."""

    def handler():
        site.tools.ratelimit.callable("5/hour")
        return "page"

    page = Page(site, handler, {"tools.caching.on": True})
    assert "RateLimit" in page().headers
    copy = page()
    assert "Age" in copy.headers
    assert not {"RateLimit", "RateLimit-Policy"} & set(copy.headers)


@pytest.mark.parametrize("own", [{"limit": "1/hour"}, {"key": lambda: "an account"}])
def test_by_hand_where_the_tool_is_on(site, own):
    """Another limit, or another one to count, is another counter, whatever its name."""

    def handler():
        site.tools.ratelimit.callable(**{"limit": "1/hour", **own})
        return "page"

    page = limited(site, handler, limit="9/hour" if "limit" in own else "1/hour")
    page()
    page.app.extra_environ["REMOTE_ADDR"] = "192.0.2.8" if "key" in own else "192.0.2.7"
    assert page().status_int == 429


def test_two_limits_on_one_page(site):
    """Who is counted twice, under two names, is told of both."""

    def handler():
        site.tools.ratelimit.callable("5/hour", name="fresh")
        return "page"

    answer = limited(site, handler)()
    assert answer.headers["RateLimit-Policy"] == '"default";q=2;w=60, "fresh";q=5;w=3600'
    assert answer.headers["RateLimit"] == '"default";r=1;t=60, "fresh";r=4;t=3600'


def test_a_key_of_ones_own(site):
    """`key` says whom to count; None is not limited."""
    page = limited(
        site, key=lambda: serving_now().request.headers.get("X-User"), limit="1/hour"
    )
    assert [page(X_User="eva").status_int for _ in range(2)] == [200, 429]
    assert [page(X_User="adam").status_int for _ in range(2)] == [200, 429]
    assert [page().status_int for _ in range(3)] == [200, 200, 200]
    assert "RateLimit" not in page().headers


@pytest.mark.parametrize("who", ["eva", "192.0.2.7", "2001:db8::", "a" * 100, 7])
def test_plain_keys(who):
    """They are kept as they are."""
    assert make_key(who) == str(who)


@pytest.mark.parametrize("who", ["", "a b", "a/b", "a\r\nset b", "ä", "a" * 101, "\udc80"])
def test_odd_keys(who):
    """They are hashed: no store meets a key that is long, or has characters of its protocol."""
    assert re.fullmatch("[0-9a-f]{64}", make_key(who))


def test_debug(site, error_text):
    """With `debug` the standing is in the log."""
    limited(site, debug=True)()
    assert "'192.0.2.7'" in error_text()
    assert "remaining=1" in error_text()


def test_by_hand(site):
    """`tools.ratelimit.callable` in a page counts what deserves it: a wrong password."""

    def page():
        if serving_now().request.path_info == "/wrong":
            site.tools.ratelimit.callable("1/hour", name="passwords")
        return "page"

    asked = Page(site, page, {})
    assert asked("/wrong").headers["RateLimit"] == '"passwords";r=0;t=3600'
    refused = asked("/wrong")
    assert refused.status_int == 429
    assert refused.headers["RateLimit"] == '"passwords";r=0;t=3600'
    assert asked("/right").status_int == 200


def test_the_headers():
    """They are lists of the draft: the name in quotes, numbers as parameters."""
    rows = [
        (Policy("a", None, 5, 60), Standing(4, 7, False)),
        (Policy("b", None, 9, 3600), Standing(0, 9, True)),
    ]
    assert dict(make_headers(rows)) == {
        "RateLimit-Policy": '"a";q=5;w=60, "b";q=9;w=3600',
        "RateLimit": '"a";r=4;t=7, "b";r=0;t=9',
    }


# -- what is told when the application is mounted --------------------------------------


@pytest.mark.parametrize(
    ("limit", "windows"),
    [
        ("100/minute", [(100, 60)]),
        ("5 per 10 seconds", [(5, 10)]),
        ("1/second; 100/hour", [(1, 1), (100, 3600)]),
        (["1/second", "2 per 2 day"], [(1, 1), (2, 172800)]),
    ],
)
def test_limits(limit, windows):
    """One limit or several are given, as text or as a list."""
    policies = read_policies(limit, "x")
    assert [(each.amount, each.window_seconds) for each in policies] == windows


@pytest.mark.parametrize(
    "limit", ["", "many", "100", "100/fortnight", "0/minute", [], ["x"], "/"]
)
def test_no_limits(site, limit):
    """What is no limit is told, with what one looks like."""
    config = {"tools.ratelimit.on": True, "tools.ratelimit.limit": limit}
    message = refusal(site, config)
    assert f"[/] tools.ratelimit.limit: {limit!r} is no limit." in message
    assert "'100/minute'" in message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "needs 'tools.ratelimit.limit': How often, such as '100/minute'"),
        ({"limit": 100}, "is 100, which is not a text or a list"),
        ({"limit": [100]}, "holds 100, which is not a text"),
        ({"key": "address"}, "which is not something that can be called"),
        ({"when_down": "ignore"}, "is 'ignore', which is not one of 'pass', 'refuse'"),
        ({"strategy": "leaky"}, "is 'leaky', which is not one of 'fixed-window'"),
        ({"strategy": "sliding-window-counter"}, "strategy 'sliding-window-counter'"),
        ({"storage": 5}, "5 is no store"),
        ({"limit": None}, "is no limit"),
        ({"storage": "nowhere://"}, "unknown storage scheme : nowhere://"),
        ({"storage": "memcached://x", "strategy": "moving-window"}, "'moving-window'"),
        ({"name": "a b"}, "tools.ratelimit.name: It holds 'a b'"),
        ({"limits": "1/second"}, "did you mean 'tools.ratelimit.limit'?"),
    ],
)
def test_settings_that_cannot_be(site, settings, message):
    """They are told with the key, what was met and what it means."""
    if settings and "limit" not in settings:
        settings = {"limit": "1/second", **settings}
    config = {f"tools.ratelimit.{name}": value for name, value in settings.items()}
    assert message in refusal(site, {"tools.ratelimit.on": True, **config})


@pytest.mark.parametrize("missing", ["limits", "limits.strategies"])
def test_without_the_package(site, monkeypatch, missing):
    """The error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, missing, None)
    config = {"tools.ratelimit.on": True, "tools.ratelimit.limit": "1/second"}
    assert "pip install 'wsgicherry[ratelimit]'" in refusal(site, config)


@pytest.mark.parametrize("scheme", ["redis", "valkey"])
def test_without_the_package_of_the_store(monkeypatch, scheme):
    """The error says which one it is."""
    monkeypatch.setitem(sys.modules, f"{scheme}.retry", None)
    with pytest.raises(ConfigError, match=f"the package {scheme} is not installed"):
        find_limiter(f"{scheme}://localhost", "fixed-window", 1)


# -- stores ----------------------------------------------------------------------------


class Broken(BoundedMemory):
    """A store that does not answer; `asked` counts who tried."""

    asked = 0

    def incr(self, key, expiry, amount=1):
        self.asked += 1
        raise ConnectionRefusedError("nobody there")


@pytest.mark.parametrize(("when_down", "status"), [("pass", 200), ("refuse", 503)])
def test_a_dead_store(site, clock, error_text, when_down, status):
    """Requests pass, or are refused; there is one line a minute, and one try a second."""
    storage = Broken()
    page = limited(site, storage=storage, when_down=when_down)
    for _ in range(3):
        answer = page()
        assert answer.status_int == status
        assert answer.headers.get("Retry-After") == ("1" if status == 503 else None)
        assert "RateLimit" not in answer.headers
    assert storage.asked == 1
    clock.now += ratelimit.SLEEP_SECONDS
    assert page().status_int == status
    assert storage.asked == 2
    line = "The store of the rate limits does not answer: ConnectionRefusedError"
    assert error_text().count(line) == 1
    clock.now += ratelimit.TELL_SECONDS
    page()
    assert error_text().count(line) == 2


def test_a_store_that_comes_back(site, clock):
    """It is asked again after a second."""
    storage = Broken()
    page = limited(site, storage=storage, limit="1/hour")
    page()
    storage.incr = BoundedMemory.incr.__get__(storage)
    clock.now += ratelimit.SLEEP_SECONDS
    assert [page().status_int for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(("reset", "seconds"), [(-500, 1), (0, 1), (7.2, 8), (9e9, 60)])
def test_a_store_whose_clock_differs(clock, reset, seconds):
    """What is told is never less than a second, or more than the window."""

    class Odd:
        def hit(self, *key):
            return False

        def get_window_stats(self, *key):
            return SimpleNamespace(reset_time=clock.now + reset, remaining=-3)

    (standing,) = Limiter(Odd()).hit([Policy("x", None, 5, 60)], "k")
    assert standing == Standing(0, seconds, True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("memory://", "BoundedMemory"),
        ("memcached://127.0.0.1:1", "MemcachedStorage"),
        ("redis://127.0.0.1:1/0", "RedisStorage"),
        ("redis+unix:///nowhere", "RedisStorage"),
        ("valkey://127.0.0.1:1/0", "RedisStorage"),
    ],
)
def test_stores(name, kind):
    """A store is known by its address, and nothing is connected before it is asked."""
    assert type(open_storage(name, 0.25)).__name__ == kind


def test_a_store_of_ones_own():
    """An object is taken as it is."""
    storage = BoundedMemory()
    assert open_storage(storage, 0.25) is storage


def test_a_child_process_has_counters_of_its_own():
    """What a parent had open is not used by its child."""
    assert find_limiter("memory://", "fixed-window", 1) is find_limiter(
        "memory://", "fixed-window", 1
    )
    assert find_limiter("memory://", "fixed-window", 1) is not find_limiter(
        "memory://", "fixed-window", 2
    )


# -- the memory ------------------------------------------------------------------------


def test_counts_are_bounded(clock):
    """The oldest count goes when there are too many; one that began anew is the newest."""
    memory = BoundedMemory(max_counters=3)
    for key in "abc":
        memory.incr(key, 10)
    clock.now += 11
    assert memory.incr("a", 10) == 1
    memory.incr("d", 10)
    assert [memory.get(key) for key in "abcd"] == [1, 0, 0, 1]
    assert len(memory._counts) == 3
    assert memory.incr("a", 10, amount=4) == 5
    assert memory.get_expiry("a") == clock.now + 10
    assert memory.get_expiry("nobody") == clock.now


def test_times_are_bounded(clock):
    """So are the times of a moving window, all clients together."""
    memory = BoundedMemory(max_counters=4)
    for key in "abc":
        assert memory.acquire_entry(key, 2, 10)
        assert memory.acquire_entry(key, 2, 10)
        assert not memory.acquire_entry(key, 2, 10)
    assert memory.get_moving_window("a", 2, 10) == (clock.now, 0)
    assert memory.get_moving_window("c", 2, 10) == (clock.now, 2)
    clock.now += 10.1
    assert memory.acquire_entry("c", 2, 10)
    assert memory.get_moving_window("c", 2, 10) == (clock.now, 1)


@pytest.mark.parametrize("forget", ["clear", "reset"])
def test_forgetting(forget):
    """One client can be forgotten, or all."""
    memory = BoundedMemory()
    memory.incr("a", 10)
    memory.acquire_entry("a", 2, 10)
    assert memory.check()
    assert memory.base_exceptions is ValueError
    if forget == "clear":
        memory.clear("a")
        memory.clear("nobody")
    else:
        assert memory.reset() == 2
    assert memory.get("a") == 0
    assert memory.get_moving_window("a", 2, 10)[1] == 0


@pytest.mark.parametrize("strategy", ["fixed-window", "moving-window"])
def test_threads(strategy):
    """However many ask at once, no more than the limit pass."""
    limiter = find_limiter("memory://", strategy, 1)
    policies = read_policies("50/hour", "x")
    passed = []

    def ask():
        for _ in range(20):
            passed.append(not limiter.hit(policies, "k")[0].is_over)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 50


def test_nothing_is_imported_before_it_is_used():
    """A program without the tool does not pay for the package (it stands in no import)."""
    assert "limits" not in vars(ratelimit)


# -- real stores -----------------------------------------------------------------------


@pytest.fixture
def open_store():
    """A function that opens a store; its connections are closed at the test's end."""
    opened = []

    def open_it(address):
        opened.append(open_storage(address, 0.25))
        return opened[-1]

    yield open_it
    for storage in opened:
        storage.storage.close()


def check_shared(site, first, second, kill, strategy):
    """Two machines count together in a store; when it is killed, their requests pass."""
    on = {
        "tools.ratelimit.on": True,
        "tools.ratelimit.limit": "2/hour",
        "tools.ratelimit.strategy": strategy,
    }
    config = {
        "/a": {**on, "tools.ratelimit.storage": first},
        "/b": {**on, "tools.ratelimit.storage": second},
    }
    page = Page(site, lambda: "page", config)
    assert [page(path).status_int for path in ("/a", "/b", "/a", "/b")] == [200, 200, 429, 429]
    kill()
    assert [page(path).status_int for path in ("/a", "/b")] == [200, 200]


@pytest.mark.parametrize("strategy", ["fixed-window", "sliding-window-counter"])
def test_memcached(site, memcached, open_store, strategy):
    """Machines that share a memcached share the counts."""
    address = f"memcached://{memcached.address}"
    check_shared(site, open_store(address), open_store(address), memcached.kill, strategy)


@pytest.mark.parametrize(
    "strategy", ["fixed-window", "moving-window", "sliding-window-counter"]
)
def test_redis(site, redis_daemon, open_store, strategy):
    """Machines that share a Redis share the counts."""
    first, second = open_store(redis_daemon.url), open_store(redis_daemon.url)
    check_shared(site, first, second, redis_daemon.kill, strategy)
