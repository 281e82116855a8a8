"""What a context is serving: requests in threads, copied contexts, streams; the proxies to
them.
"""

import contextvars
import subprocess
import sys
import textwrap
import threading

import pytest

from wsgicherry.core.current import (
    CurrentServing,
    Proxy,
    Serving,
    ThreadData,
    enter,
    find_serving,
    leave,
    serving_now,
)
from wsgicherry.core.expose import expose

request = Proxy("request")
response = Proxy("response")
session = Proxy("session", hint="is the tool on?")
serving = CurrentServing()


class Thing:
    """Stands for a request: attributes, items, and a method."""

    kind = "thing"

    def __init__(self, **attributes):
        self.__dict__.update(attributes)
        self.items = {"a": 1}

    def __getitem__(self, key):
        return self.items[key]

    def __setitem__(self, key, value):
        self.items[key] = value

    def __delitem__(self, key):
        del self.items[key]

    def __contains__(self, key):
        return key in self.items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def __repr__(self):
        return "<the thing>"


@pytest.fixture
def current():
    """A pair of things, current while the test runs."""
    pair = Serving()
    pair.request, pair.response = Thing(), Thing()
    token = enter(pair)
    yield pair
    leave(token)


@pytest.fixture
def own_context():
    """Run a function in a context of its own, so that it may leave things behind there."""
    return contextvars.Context().run


def in_thread(function, name="worker-7"):
    """Return what `function` returns, or the exception it raises, in a new thread."""
    results = []

    def run():
        try:
            results.append(function())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run, name=name)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return results[0]


# -- outside ----------------------------------------------------------------------------------


def test_outside_a_request_nothing_is_served():
    """Outside a request there is no Serving: a LookupError for who wants it, None for who
    asks.
    """
    assert find_serving() is None
    with pytest.raises(LookupError):
        serving_now()


@pytest.mark.parametrize(
    "use",
    [
        lambda: request.path_info,
        lambda: setattr(request, "login", "x"),
        lambda: delattr(request, "login"),
        lambda: request["a"],
        lambda: request.__setitem__("a", 1),
        lambda: request.__delitem__("a"),
        lambda: "a" in request,
        lambda: len(request),
        lambda: iter(request),
        lambda: request(),
        lambda: request.__dict__,
        lambda: dir(request),
        lambda: response.status,
        lambda: serving.request,
        lambda: setattr(serving, "x", 1),
        lambda: delattr(serving, "x"),
    ],
)
def test_each_use_outside_a_request_says_what_to_do(use):
    """Outside a request each use is an AttributeError with the thread's name and the remedy."""
    error = in_thread(use)
    assert type(error) is AttributeError
    assert "in thread 'worker-7'" in str(error)
    assert "contextvars.copy_context().run(...)" in str(error)


def test_proxies_are_false_and_named_outside_a_request():
    """`if request:` asks whether there is a request; repr() never fails."""
    assert not request
    assert not session
    assert in_thread(lambda: repr(request)) == "<no request in thread 'worker-7'>"
    assert not hasattr(request, "path_info")


def test_a_session_that_is_not_there_says_why(current):
    """In a request without a session the proxy is false and its error carries the hint."""
    assert not session
    assert repr(session).startswith("<no session in thread ")
    with pytest.raises(AttributeError, match=r"This request has no session; is the tool on\?"):
        _ = session.id
    with pytest.raises(AttributeError, match=r"This request has no user\.$"):
        _ = Proxy("user").name
    current.session = {"id": 4}
    assert session["id"] == 4
    assert bool(session)


def test_a_missing_attribute_is_the_targets_own_error(current):
    """An attribute that the request itself lacks is named as on any object."""
    with pytest.raises(AttributeError, match="'Thing' object has no attribute 'nope'"):
        _ = request.nope


# -- the proxies ------------------------------------------------------------------------------


def test_attributes_pass_through(current):
    """Reading, setting and deleting an attribute reaches the current request."""
    request.login = "ann"
    assert current.request.login == "ann"
    assert request.login == "ann"
    del request.login
    assert not hasattr(current.request, "login")
    assert not hasattr(request, "login")


def test_items_pass_through(current):
    """Items, `in`, len, iteration and calls reach the current request."""
    request["b"] = 2
    assert (request["b"], "b" in request, len(request), list(request)) == (
        2,
        True,
        2,
        ["a", "b"],
    )
    del request["b"]
    assert "b" not in request
    assert request(1, x=2) == ((1,), {"x": 2})


def test_looking_into_a_proxy_shows_the_request(current):
    """vars(), dir() and repr() show the request: its class's names, overlaid by its own."""
    current.request.mine = 5
    assert vars(request)["kind"] == "thing"
    assert vars(request)["mine"] == 5
    assert {"kind", "mine", "items"} <= set(dir(request))
    assert repr(request) == "<the thing>"
    assert bool(request)


def test_an_empty_target_is_false(current):
    """The truth of a proxy in a request is that of its target."""
    current.session = {}
    assert not session
    current.session = {"a": 1}
    assert session


# -- serving ----------------------------------------------------------------------------------


def test_serving_is_the_current_pair(current):
    """`serving` gives, takes and drops attributes of the current pair."""
    assert serving.request is current.request
    serving.session = "s"
    assert current.session == "s"
    del serving.session
    assert not hasattr(serving, "session")


def test_load_and_clear(own_context):
    """`serving.load()` makes a pair current; `clear()` forgets it and whatever tools added."""

    def use():
        thing = Thing()
        serving.load(thing, "answer")
        serving.session = "s"
        assert (request.items, serving.response, serving.session) == ({"a": 1}, "answer", "s")
        serving.clear()
        assert not request
        assert not hasattr(serving, "session")
        with pytest.raises(AttributeError, match="This request has no request"):
            _ = request.items

    own_context(use)


def test_clear_without_a_request_does_nothing(own_context):
    """`serving.clear()` outside a request is no error."""
    own_context(serving.clear)


def test_leaving_restores_what_was_there(current):
    """After a request within a request the outer one is current again."""
    inner = Serving()
    inner.request, inner.response = "inner", None
    token = enter(inner)
    assert serving.request == "inner"
    leave(token)
    assert serving.request is current.request


# -- threads and contexts ---------------------------------------------------------------------


def test_a_child_thread_sees_no_request(current):
    """A thread that a handler starts has no request; it never sees another's."""
    assert in_thread(lambda: bool(request)) is False
    error = in_thread(lambda: request.items, name="poller")
    assert "There is no request in thread 'poller'" in str(error)


def test_a_copied_context_takes_the_request_along(current):
    """`contextvars.copy_context().run` carries the request into another thread."""
    context = contextvars.copy_context()
    assert in_thread(lambda: context.run(lambda: request["a"])) == 1


def test_threads_see_their_own_request(page):
    """Requests at the same time in several threads see themselves, from first to last line."""
    barrier = threading.Barrier(4, timeout=10)

    def handler(number, q):
        seen = []
        for _ in range(20):
            barrier.wait()
            seen.append(request.params["q"] + request.path_info + request.headers["X-N"])
        assert len(set(seen)) == 1
        return seen[0]

    serve = page(handler)
    serve("/none")  # the first request starts the engine
    answers = {}

    def work(number):
        answers[number] = serve(f"/{number}?q=q{number}", headers={"X-N": f"n{number}"}).body

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == {str(n): f"q{n}/{n}n{n}".encode() for n in range(4)}


def test_nothing_is_left_after_a_request(page):
    """When the call has returned, and after close(), the context serves nothing."""
    serve = page(lambda: b"x")
    serve("/")
    assert find_serving() is None


def test_a_request_within_a_request(site, call, environ):
    """A handler may call the tree again: each sees its own, the outer one again afterwards."""

    class Root:
        @expose
        def outer(self):
            before = request.path_info
            inner = call(site.tree, environ("/inner?x=1"))
            response.headers["X-Inner"] = inner.header("X-Path")
            return f"{before}|{inner.text}|{request.path_info}|{request.params}"

        @expose
        def inner(self, x):
            response.headers["X-Path"] = request.path_info
            return f"{request.path_info}{x}"

    site.tree.mount(Root(), "")
    answer = call(site.tree, environ("/outer"))
    assert answer.text == "/outer|/inner1|/outer|{}"
    assert answer.header("X-Inner") == "/inner"
    assert answer.header("X-Path") is None


def start_stream(app, environ):
    """Return a started, unfinished WSGI answer."""
    return app(environ, lambda status, headers, exc_info=None: None)


@pytest.fixture
def streamer(page):
    """A page whose chunks say what is current when each is made."""

    def handler(name):
        response.stream = True

        def chunks():
            try:
                for number in range(3):
                    yield f"{name}{number}{request.path_info}"
            finally:
                closed.append((name, request.path_info))

        return chunks()

    closed = []
    serve = page(handler)
    serve.closed = closed
    return serve


def test_streams_see_their_own_request(streamer, environ):
    """Two bodies, iterated turn by turn by the server, each see the request they belong to."""
    one = iter(start_stream(streamer.site.tree, environ("/a")))
    two = iter(start_stream(streamer.site.tree, environ("/b")))
    seen = [next(one), next(two), next(two), next(one), next(two), next(one)]
    assert seen == [b"a0/a", b"b0/b", b"b1/b", b"a1/a", b"b2/b", b"a2/a"]
    assert find_serving() is None
    one.close()
    two.close()
    assert streamer.closed == [("a", "/a"), ("b", "/b")]


def test_a_stream_iterated_by_another_thread(streamer, environ):
    """A server may iterate and close the body in another thread than it made the call in."""
    body = iter(start_stream(streamer.site.tree, environ("/a")))
    assert in_thread(lambda: [next(body), next(body)]) == [b"a0/a", b"a1/a"]
    assert in_thread(body.close) is None
    assert streamer.closed == [("a", "/a")]


def test_a_stream_within_a_request(streamer, environ, site, call):
    """A body iterated inside another request leaves that request current between chunks."""

    class Root:
        @expose
        def outer(self):
            body = start_stream(site.tree, environ("/a"))
            seen = [(chunk, request.path_info) for chunk in body]
            body.close()
            return repr(seen)

    site.tree.mount(Root(), "/o")
    answer = call(site.tree, environ("/o/outer"))
    assert answer.text == "[(b'a0/a', '/outer'), (b'a1/a', '/outer'), (b'a2/a', '/outer')]"


def test_greenlets_see_their_own_request():
    """Under gevent, patched or not, greenlets that take turns each see their own request."""
    pytest.importorskip("gevent")
    program = textwrap.dedent(
        """
        import sys, warnings
        warnings.simplefilter("ignore")
        import gevent
        if sys.argv[1] == "patched":
            from gevent import monkey
            monkey.patch_all()
        import wsgicherry
        from wsgicherry import request, response, thread_data
        from wsgiref.util import setup_testing_defaults

        class Root:
            @wsgicherry.expose
            def default(self, name):
                response.stream = True
                seen = [request.path_info]
                gevent.sleep(0)
                seen.append(request.path_info)
                thread_data.name = name
                def chunks():
                    yield " ".join(seen)
                    for _ in range(3):
                        gevent.sleep(0)
                        yield " " + request.path_info + thread_data.name
                return chunks()

        wsgicherry.log.screen = False
        app = wsgicherry.tree.mount(Root(), "")
        def get(path):
            environ = {"PATH_INFO": path, "SERVER_PROTOCOL": "HTTP/1.1"}
            setup_testing_defaults(environ)
            body = wsgicherry.tree(environ, lambda *args: None)
            try:
                return b"".join(body).decode()
            finally:
                body.close()
        get("/first")
        jobs = [gevent.spawn(get, f"/{n}") for n in range(5)]
        gevent.joinall(jobs, timeout=20)
        for n, job in enumerate(jobs):
            expected = f"/{n} /{n}" + f" /{n}{n}" * 3
            assert job.value == expected, (job.value, expected)
        print("all right")
        """
    )
    for mode in ("patched", "plain"):
        done = subprocess.run(
            [sys.executable, "-c", program, mode],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout.endswith("all right\n"), done.stderr


# -- thread_data ------------------------------------------------------------------------------

data = ThreadData()


@pytest.fixture
def clean_data():
    """`thread_data` of the test's thread, empty before and after."""
    data.clear()
    yield data
    data.clear()


def test_thread_data_holds_attributes(clean_data):
    """What a thread stores it finds again, and may delete; dir() lists it."""
    data.connection = 5
    assert data.connection == 5
    assert dir(data) == ["connection"]
    del data.connection
    assert dir(data) == []
    with pytest.raises(AttributeError, match="thread_data has no 'connection' in thread"):
        _ = data.connection
    with pytest.raises(AttributeError, match="thread_data has no 'connection'"):
        del data.connection
    data.a = data.b = 1
    data.clear()
    assert dir(data) == []


def test_thread_data_is_kept_from_request_to_request(page, clean_data):
    """The next request of the same thread finds what the last one stored."""

    def handler():
        data.count = getattr(data, "count", 0) + 1
        return str(data.count)

    serve = page(handler)
    assert [serve("/").text for _ in range(3)] == ["1", "2", "3"]
    assert in_thread(lambda: serve("/").text) == "1"
    assert serve("/").text == "4"


def test_thread_data_is_kept_where_a_server_runs_each_request_in_a_fresh_context(page):
    """A server that calls each request in a context of its own keeps the thread's data too."""

    def handler():
        data.count = getattr(data, "count", 0) + 1
        return str(data.count)

    serve = page(handler)

    def two_requests():
        seen = [contextvars.Context().run(lambda: serve("/").text) for _ in range(2)]
        return [*seen, contextvars.copy_context().run(lambda: serve("/").text)]

    assert in_thread(two_requests) == ["1", "2", "3"]


def test_thread_data_is_not_shared_with_a_copied_context(clean_data):
    """A context copied into another thread does not share the data of its parent thread."""
    data.mine = 1
    context = contextvars.copy_context()

    def look():
        found = hasattr(data, "mine")
        data.mine = 2
        return found, data.mine

    assert in_thread(lambda: context.run(look)) == (False, 2)
    assert data.mine == 1


def test_thread_data_belongs_to_a_greenlet(clean_data):
    """A greenlet has data of its own, even where gevent has not patched the threads."""
    greenlet = pytest.importorskip("greenlet")
    data.mine = "thread"
    seen = []

    def work(name):
        seen.append(hasattr(data, "mine"))
        data.mine = name
        greenlet.getcurrent().parent.switch()
        seen.append(data.mine)

    workers = [greenlet.greenlet(work) for _ in range(2)]
    for number, worker in enumerate(workers):
        worker.switch(number)
    for worker in workers:
        worker.switch()
    assert seen == [False, False, 0, 1]
    assert data.mine == "thread"
