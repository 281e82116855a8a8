"""tools.caching: which requests are answered from the cache, and what becomes of the rest."""

import sys
from http import HTTPStatus

import pytest
from cached_pages import Pages, ask, make_environ, request, response

OLD = {"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.0"}
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


def set_headers(**headers):
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value


def test_the_second_client_gets_what_the_first_one_got(pages, clock):
    """One run; the answer is the same but for its age, and says where it came from."""
    page = pages()
    first = page.ask()
    clock.now += 7.9
    second = page.ask()
    assert (first.text, second.text) == ("run 1", "run 1")
    assert second.status == "200 OK"
    assert second.header("Content-Type") == first.header("Content-Type")
    assert second.header("Content-Length") == "5"
    assert first.header("Age") is None
    assert second.header("Age") == "7"
    assert first.cache_status == "fwd=uri-miss; stored"
    assert second.cache_status == "hit; ttl=593"


def test_after_its_time_a_page_is_made_anew(pages, clock):
    """`delay` seconds, then the handler runs again; CherryPy's default is ten minutes."""
    page = pages()
    page.ask()
    clock.now += 599
    assert page.ask().text == "run 1"
    clock.now += 1
    again = page.ask()
    assert (again.text, again.cache_status) == ("run 2", "fwd=stale; stored")
    assert page.cache.tot_expires == 1


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "run 1"), (3600, "run 2")], ids=["a bit", "an hour"]
)
def test_a_clock_that_was_set_back(pages, clock, seconds, text):
    """A page from far in the future is made anew: nobody knows how old it is."""
    page = pages(delay=60, stale_while_revalidate=60)
    page.ask()
    clock.now -= seconds
    assert page.ask().text == text
    assert page.ask().text == text


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"Cache-Control": "max-age=10"}, 10),
        ({"Cache-Control": "s-maxage=10, max-age=1"}, 10),
        ({"Cache-Control": "max-age=10", "Age": "4"}, 6),
        ({}, 600),
    ],
)
def test_the_response_says_how_long(pages, clock, headers, fresh):
    """s-maxage and max-age go before `delay`; an Age is taken off."""
    page = pages(lambda: set_headers(**headers))
    page.ask()
    clock.now += fresh - 0.5
    assert page.ask().cache_status.startswith("hit")
    clock.now += 0.5
    assert page.ask().text == "run 2"


def test_a_stored_page_may_be_changed_on_its_way_out(pages):
    """A hook's headers are made fit to be sent, and the stored ones stay as they were."""

    def mark():
        if "X-Marked" in request.headers:
            response.headers["X-Mark"] = "a\r\nb"
            del response.headers["X-Own"]

    own = pages(
        lambda: set_headers(X_Own="1", Content_Length="5"),
        {"/": {"hooks.before_finalize": mark}},
    )
    own.ask()
    plain, marked, again = own.ask(), own.ask(headers={"X-Marked": "1"}), own.ask()
    for answer in (plain, again):
        assert (answer.header("X-Own"), answer.header("X-Mark")) == ("1", None)
        assert answer.header("Content-Length") == "5"
    assert (marked.header("X-Own"), marked.header("X-Mark")) == (None, "ab")


def test_request_says_whether_it_was_answered_from_the_cache(pages):
    """`request.cached` and `request.cacheable` are CherryPy's."""
    seen = []
    note = {"hooks.before_finalize": lambda: seen.append((request.cached, request.cacheable))}
    page = pages(None, {"/": note})
    for method in ("GET", "GET", "HEAD", "POST"):
        page.ask(method=method)
    page.ask(headers={"Authorization": "Basic eA=="})
    assert seen == [
        (False, True),
        (True, False),
        (True, False),
        (False, False),
        (False, False),
    ]


# -- one client's own ------------------------------------------------------------------


@pytest.mark.parametrize(
    "own",
    [
        {"headers": {"Authorization": "Basic YTpi"}},
        {"headers": {"Authorization": ""}},
        {"headers": {"Cgi-Authorization": "Basic YTpi"}},
        {"REMOTE_USER": "ann"},
        {"LOGON_USER": "ann"},
    ],
)
def test_who_is_known_is_never_served_from_the_cache(pages, own):
    """Neither stored nor answered from the cache: credentials, users."""
    page = pages()
    assert page.ask(**own).cache_status == "fwd=bypass"
    assert page.ask().text == "run 2"
    assert page.ask(**own).text == "run 3"
    assert page.ask().text == "run 2"


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (lambda: response.cookie.__setitem__("a", "b"), "cookie"),
        (lambda: set_headers(Set_Cookie="a=b"), "cookie"),
        (lambda: request.cookie.get("a") and None, "cookie"),
        (lambda: request.cookies.get("a") and None, "cookie"),
        (lambda: request.headers.get("cookie") and None, "cookie"),
        (lambda: request.headers["Cookie"] and None, "cookie"),
        (lambda: "Cookie" in request.headers and None, "cookie"),
        (lambda: dict(request.headers) and None, "cookie"),
        (lambda: request.headers.copy() and None, "cookie"),
        (lambda: list(request.headers.items()) and None, "cookie"),
        (lambda: list(request.headers.values()) and None, "cookie"),
        (lambda: list(request.headers) and None, "cookie"),
        (lambda: request.header_list and None, "cookie"),
        (lambda: repr(request.headers) and None, "cookie"),
        (lambda: set_headers(Cache_Control="private"), "private"),
        (lambda: set_headers(Cache_Control="no-store"), "no-store"),
        (lambda: set_headers(Cache_Control="no-cache"), "no-cache"),
        (lambda: set_headers(Cache_Control="max-age=0"), "stale"),
        (lambda: set_headers(Expires="0"), "stale"),
        (lambda: set_headers(Pragma="no-cache"), "pragma"),
        (lambda: set_headers(Vary="*"), "vary"),
        (lambda: setattr(response, "status", 206), "status"),
        (lambda: setattr(response, "status", 404), "status"),
        (lambda: setattr(response, "status", 503), "status"),
        (lambda: setattr(request, "login", "ann"), "login"),
        (lambda: setattr(response, "cache_tags", map(str, range(65))), "tags"),
        (lambda: b"x" * 100_001, "size"),
    ],
)
def test_what_is_not_for_all_is_not_stored(pages, handler, why):
    """Each client gets a run of its own, and Cache-Status says why."""
    page = pages(handler)
    sent = {"Cookie": "a=b"}
    assert page.ask(headers=sent).cache_status == f"fwd=uri-miss; detail={why}"
    page.ask(headers=sent)
    assert page.runs == 2


def test_other_headers_are_no_obstacle(pages):
    """A page that looks at headers other than the Cookie is stored; Vary is its own matter."""

    def handler():
        request.headers["Host"] = request.headers.get("Host", "")
        return ", ".join(request.headers.values("Accept")) + ("X" in request.headers) * "x"

    page = pages(handler)
    assert page.ask(headers={"Cookie": "a=b"}).cache_status == "fwd=uri-miss; stored"


def test_a_page_that_looks_into_into_the_session_is_not_stored(pages):
    """Alice's page is not Bob's, though the handler calls it public."""
    from wsgicherry.core.current import Proxy

    session = Proxy("session")

    def handler():
        set_headers(Cache_Control="public")
        return f"hello {session.get('name')}"

    page = pages(handler, {"/": {"tools.sessions.on": True}})
    assert page.ask().cache_status.startswith("fwd=uri-miss; detail=")
    page.ask()
    assert page.runs == 2


def test_a_session_that_nobody_looks_into_is_no_obstacle(pages):
    """tools.sessions.on for the whole site does not turn the cache off."""
    page = pages(None, {"/": {"tools.sessions.on": True}})
    page.ask()
    assert page.ask(headers={"Cookie": "session_id=" + "a" * 40}).text == "run 1"


def test_a_page_that_varies_by_cookie_may_be_stored(pages):
    """Who says `Vary: Cookie` has each cookie's page stored for the same cookie."""

    def handler():
        set_headers(Vary="Cookie")
        return f"hello {request.cookie['name'].value}"

    page = pages(handler)
    for name in ("ann", "bob", "ann", "bob"):
        assert page.ask(headers={"Cookie": f"name={name}"}).text == f"hello {name}"
    assert page.runs == 2


@pytest.mark.parametrize("condition", ["If-None-Match", "If-Modified-Since"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_page_is_stored_before_a_304_is_decided(pages, condition, coding):
    """When all clients have a copy and ask whether it is current, one run answers them."""

    def handler():
        set_headers(ETag='"a"', Last_Modified=DATE)
        return "page " * 500

    page = pages(handler, {"/": {"tools.etags.on": True, "tools.gzip.on": True}})
    sent = {condition: {"If-None-Match": '"a"'}.get(condition, DATE), "Accept-Encoding": coding}
    first = page.ask(headers=sent)
    assert (first.code, first.body) == (304, b"")
    assert first.cache_status == "fwd=uri-miss; stored"
    assert first.header("Content-Encoding") is None
    assert page.ask(headers=sent).code == 304
    assert page.ask(headers={"Accept-Encoding": coding}).code == 200
    assert page.runs == 1


@pytest.mark.parametrize("priority", [75, 110])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_304_wherever_etags_stands(pages, priority, method):
    """A priority of `etags` behind the cache, or a HEAD, changes nothing for the client."""
    config = {"tools.etags.on": True, "tools.etags.priority": priority}
    page = pages(lambda: set_headers(ETag='"a"'), {"/": config})
    assert page.ask(method=method, headers={"If-None-Match": '"a"'}).code == 304
    assert page.ask("/2", method, headers={"If-Match": '"b"'}).code == 412


def test_a_page_that_is_not_stored_is_compared_all_the_same(pages):
    """Without a place in the cache a 304 and a 412 are what they would be."""
    page = pages(
        lambda: set_headers(ETag='"a"', Cache_Control="private"),
        {"/": {"tools.etags.on": True}},
    )
    assert page.ask(headers={"If-None-Match": '"a"'}).code == 304
    assert page.ask(headers={"If-Match": '"b"'}).code == 412
    own = {"If-None-Match": '"a"', "Authorization": "Basic eDp5"}
    assert page.ask(headers=own).code == 304
    assert page.runs == 3


def test_a_change_that_is_refused_too_late_is_still_one(pages):
    """A 412 that `tools.etags` gives to a POST after its handler ran: the page has changed."""
    page = pages(lambda: set_headers(ETag='"a"'), {"/": {"tools.etags.on": True}})
    assert page.ask().text == "run 1"
    assert page.ask(method="POST", headers={"If-Match": '"b"'}).code == 412
    assert page.ask().text == "run 3"


def test_a_304_of_a_handler_is_no_reason_to_run_for_each_client(pages):
    """It is about one client's copy: the next ones still wait for each other."""
    from wsgicherry.core.errors import HTTPRedirect

    def handler():
        if request.headers.get("If-None-Match"):
            raise HTTPRedirect([], 304)

    page = pages(handler)
    assert page.ask(headers={"If-None-Match": '"a"'}).code == 304
    assert not page.cache.flights._passes


def test_errors_are_not_stored(pages):
    """A 404, a 500 and a redirect by 303 are made for each client."""
    from wsgicherry.core.errors import HTTPError, HTTPRedirect

    errors = iter([HTTPError(404), HTTPError(503), HTTPRedirect("/x"), ValueError("bug")])

    def handler():
        raise next(errors)

    page = pages(handler)
    assert [page.ask().code for _ in range(4)] == [404, 503, 303, 500]


def test_statuses_that_are_configured_are_stored(pages):
    """`statuses` adds what a program wants stored, an error page too."""
    from wsgicherry.core.errors import NotFound

    def handler():
        raise NotFound()

    page = pages(handler, statuses=[200, 404])
    assert [page.ask().code for _ in range(2)] == [404, 404]
    assert page.runs == 1


def test_a_permanent_redirect_is_stored(pages):
    """301 answers everybody; its Location comes back."""
    from wsgicherry.core.errors import HTTPRedirect

    def handler():
        raise HTTPRedirect("/there", 301)

    page = pages(handler)
    answers = [page.ask() for _ in range(2)]
    assert [each.code for each in answers] == [301, 301]
    assert answers[1].header("Location") == "http://h.example/there"
    assert page.runs == 1


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (None, "200 OK"),
        (200, "200 OK"),
        ("200", "200 OK"),
        (HTTPStatus.OK, "200 OK"),
        ("200 All Right", "200 All Right"),
        (HTTPStatus.NO_CONTENT, "204 No Content"),
        ("203", "203 Non-Authoritative Information"),
    ],
)
def test_the_status_comes_back(pages, status, line):
    """However the handler said it, its own reason too."""
    page = pages(lambda: setattr(response, "status", status))
    assert [page.ask().status for _ in range(2)] == [line, line]
    assert page.runs == 1


def test_a_status_that_is_none(pages):
    """A handler's mistake is a 500 with a cache, as without."""
    page = pages(lambda: setattr(response, "status", "nonsense"))
    assert [page.ask().code for _ in range(2)] == [500, 500]


def test_a_hook_that_fails_later(pages):
    """Cache-Status is there once, whatever becomes of the response."""
    from wsgicherry.core.errors import HTTPError

    def fail():
        raise HTTPError(400)

    fail.priority = 105
    page = pages(None, {"/": {"hooks.before_finalize": fail}})
    assert page.ask().code in (400, 500)
    assert page.ask(headers={"Authorization": "x"}).header("Cache-Status") in (
        None,
        "wsgicherry; fwd=bypass",
    )


# -- what it is found by ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"path": "/a"}, {"path": "/b"}),
        ({"path": "/a"}, {"path": "/a/"}),
        ({"path": "/a"}, {"path": "/A"}),
        ({"path": "/?a=1"}, {"path": "/?a=2"}),
        ({"path": "/?a=1"}, {"path": "/"}),
        ({"path": "/?a"}, {"PATH_INFO": "/?a", "QUERY_STRING": ""}),
        ({"headers": {"Host": "a"}}, {"headers": {"Host": "b"}}),
        ({"headers": {"Host": "a"}}, {"headers": {"Host": "A"}}),
        ({"wsgi.url_scheme": "http"}, {"wsgi.url_scheme": "https"}),
        ({**OLD, "SERVER_PORT": "81"}, {**OLD, "SERVER_PORT": "82"}),
        (
            {"path": "/a%2Fb", "RAW_URI": "/a%252Fb"},
            {"path": "/a/b", "RAW_URI": "/a%2Fb"},
        ),
    ],
)
def test_pages_with_other_addresses_are_apart(pages, one, other):
    """Scheme, host, port, path and query string are the key."""
    page = pages(None, {"/": {"tools.trailing_slash.on": False}})
    first, second = page.ask(**one), page.ask(**other)
    assert (first.text, second.text) == ("run 1", "run 2")
    assert page.ask(**one).text == "run 1"
    assert page.ask(**other).text == "run 2"


def test_get_and_head_share(pages):
    """HEAD is answered from a stored GET, with its length; by itself it stores nothing."""
    page = pages()
    page.ask(method="HEAD")
    assert page.ask().text == "run 2"
    head = page.ask(method="HEAD")
    assert (head.body, head.header("Content-Length")) == (b"", "5")
    assert page.runs == 2


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "PURGE", "get"])
def test_other_methods_are_not_answered_from_the_cache(pages, method):
    """cherrypy#1732: OPTIONS got the body of the GET."""
    page = pages()
    page.ask()
    assert page.ask(method=method).cache_status == ""
    assert page.runs == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPPATCH"])
def test_a_method_that_changes_something_ends_the_page(pages, method):
    """What is stored of that URL is gone, and of no other."""
    page = pages()
    for path in ("/a?x=1", "/a"):
        page.ask(path)
    page.ask("/a?x=1", method)
    assert page.ask("/a?x=1").text == "run 4"
    assert page.ask("/a").text == "run 2"


def test_a_change_that_fails_ends_nothing(pages):
    """RFC 9111 section 4.4: else anybody could empty the cache."""
    page = pages(lambda: setattr(response, "status", 403 if request.method == "POST" else 200))
    page.ask()
    assert page.ask(method="POST").code == 403
    assert page.ask().text == "run 1"


@pytest.mark.parametrize("safe", ["OPTIONS", "TRACE"])
def test_a_safe_method_ends_nothing(pages, safe):
    """OPTIONS and TRACE change nothing, unless `invalid_methods` says so."""
    page = pages()
    page.ask()
    page.ask(method=safe)
    assert page.ask().text == "run 1"


def test_invalid_methods_may_be_added_to(pages):
    """`invalid_methods` names more methods that change something."""
    page = pages(invalid_methods=("POST", "options"))
    page.ask()
    page.ask(method="OPTIONS")
    assert page.ask().text == "run 3"


@pytest.mark.parametrize(
    ("name", "value", "is_gone"),
    [
        ("Location", "/list", True),
        ("Location", "http://h.example/list", True),
        ("Content-Location", "/list", True),
        ("Location", "http://evil.example/list", False),
        ("Location", "//evil.example/list", False),
        ("Location", "list", False),
    ],
)
def test_a_change_ends_the_pages_that_it_names(pages, name, value, is_gone):
    """Location and Content-Location of a change, on the same host (RFC 9111 section 4.4)."""

    def handler():
        if request.method == "POST":
            response.headers[name] = value

    page = pages(handler)
    page.ask("/list")
    page.ask("/new", "POST")
    assert page.ask("/list").text == ("run 3" if is_gone else "run 1")


# -- Vary ------------------------------------------------------------------------------


def test_variants_are_apart(pages):
    """(A=1, B=2) is not (A=2, B=1): CherryPy served one for the other."""

    def handler():
        set_headers(Vary="X-A, X-B")

    page = pages(handler)
    pairs = [("1", "2"), ("2", "1"), ("1", None), (None, "1"), ("", "1")]
    for _ in range(2):
        for number, (a, b) in enumerate(pairs, 1):
            assert page.ask(HTTP_X_A=a, HTTP_X_B=b).text == f"run {number}"
    assert page.ask(headers={"X-A": "9"}).cache_status == "fwd=vary-miss; stored"


def test_a_url_that_has_varied_goes_on_to(pages):
    """A response that does not say Vary once is not taken for everybody's."""

    def handler():
        if request.headers.get("X-A"):
            set_headers(Vary="X-A")

    page = pages(handler)
    assert page.ask(headers={"X-A": "1"}).text == "run 1"
    assert page.ask().text == "run 2"
    assert page.ask(headers={"X-A": "1"}).text == "run 1"
    assert page.ask(headers={"X-A": "2"}).text == "run 3"
    assert page.ask().text == "run 2"


def test_a_page_that_shows_its_client_the_address_is_kept_for_that_address(site):
    """What `request.headers` have of the server is told apart, too: autovary names it."""
    tools = {"/": {"tools.autovary.on": True}}
    page = Pages(site, lambda: request.headers["Remote-Addr"], {}, tools)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert page.ask(REMOTE_ADDR=address).text == address
    assert page.runs == 2


def test_a_header_that_is_added_to_vary_counts_from_then_on(pages):
    """More names in Vary: what was stored before is not used for what it may not fit."""
    names = iter(["X-A", "X-A, X-B", "X-B"])
    page = pages(lambda: set_headers(Vary=next(names)))
    page.ask(headers={"X-A": "1"})
    page.ask(headers={"X-A": "2", "X-B": "1"})
    assert page.ask(headers={"X-A": "1"}).text == "run 3"
    assert page.ask(headers={"X-A": "2", "X-B": "1"}).text == "run 2"


def test_variants_go_together(pages):
    """A POST ends all variants of its URL."""
    page = pages(lambda: set_headers(Vary="X-A"))
    for value in "ab":
        page.ask(headers={"X-A": value})
    page.ask(method="POST")
    assert page.ask(headers={"X-A": "a"}).text == "run 4"
    assert page.ask(headers={"X-A": "b"}).text == "run 5"


# -- what a client asks for ------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "age", "text"),
    [
        ({"Cache-Control": "no-cache"}, 1, "run 2"),
        ({"Pragma": "no-cache"}, 1, "run 2"),
        ({"Cache-Control": "max-age=5"}, 5, "run 1"),
        ({"Cache-Control": "max-age=5"}, 6, "run 2"),
        ({"Cache-Control": "max-age=0"}, 1, "run 2"),
        ({"Cache-Control": "min-fresh=10"}, 50, "run 1"),
        ({"Cache-Control": "min-fresh=10"}, 51, "run 2"),
        ({"Cache-Control": "max-stale=10"}, 70, "run 1"),
        ({"Cache-Control": "max-stale=10"}, 71, "run 2"),
        ({"Cache-Control": "max-stale"}, 1000, "run 1"),
        ({"Cache-Control": "no-store"}, 1, "run 1"),
        ({"Cache-Control": "only-if-cached"}, 1, "run 1"),
        ({"Cache-Control": "whatever, x=y"}, 1, "run 1"),
    ],
)
def test_request_directives_are_heeded(pages, clock, headers, age, text):
    """What a client says of freshness (RFC 9111 section 5.2.1) is done."""
    page = pages(delay=60)
    page.ask()
    clock.now += age
    assert page.ask(headers=headers).text == text


def test_what_is_made_for_a_reload_is_stored(pages):
    """no-cache makes the page anew, for all that come after."""
    page = pages()
    page.ask()
    page.ask(headers={"Cache-Control": "no-cache"})
    assert page.ask().text == "run 2"


def test_no_store_of_a_request(pages):
    """What is made for such a request is not stored."""
    page = pages()
    page.ask(headers={"Cache-Control": "no-store"})
    assert page.ask().text == "run 2"


def test_only_if_cached(pages, log):
    """Without a stored page it is a 504, no handler runs, and the log has no error of it."""
    page = pages()
    answer = page.ask(headers={"Cache-Control": "only-if-cached"})
    assert (answer.code, answer.text) == (504, "The page is not in the cache.\n")
    assert page.runs == 0
    assert not [line for line in log if "504" in line]


@pytest.mark.parametrize(
    ("headers", "age", "why"),
    [
        ({"Cache-Control": "max-age=5"}, 9, "request"),
        ({"Cache-Control": "max-age=5"}, 60, "stale"),
    ],
)
def test_why_a_stored_page_was_not_used(pages, clock, headers, age, why):
    """Cache-Status says whether it was too old for this client, or for all."""
    page = pages(delay=60)
    page.ask()
    clock.now += age
    assert page.ask(headers=headers).cache_status == f"fwd={why}; stored"


@pytest.mark.parametrize("text", ["max-age=x", "max-age", "max-age=-1", "min-fresh=a"])
@pytest.mark.parametrize("is_stored", [True, False])
def test_a_number_that_is_none_is_a_400(pages, text, is_stored):
    """CherryPy's answer; here whether there is something stored or not."""
    page = pages()
    if is_stored:
        page.ask()
    answer = page.ask(headers={"Cache-Control": text})
    assert answer.code == 400
    assert "Invalid Cache-Control header" in answer.text


def test_must_revalidate_is_never_stale(pages, clock):
    """Not even for a client that would take it."""
    page = pages(lambda: set_headers(Cache_Control="max-age=10, must-revalidate"))
    page.ask()
    clock.now += 11
    assert page.ask(headers={"Cache-Control": "max-stale"}).text == "run 2"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"If-None-Match": '"a"'}, 304),
        ({"If-None-Match": 'W/"a"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"b"'}, 200),
        ({"If-None-Match": '"b"', "If-Modified-Since": DATE}, 200),
        ({"If-Modified-Since": DATE}, 304),
        ({"If-Modified-Since": "Sun, 06 Nov 1994 08:49:38 GMT"}, 304),
        ({"If-Modified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"}, 200),
        ({"If-Modified-Since": "nonsense"}, 200),
        ({"If-Match": '"a"'}, 200),
        ({"If-Match": '"b"'}, 412),
        ({"If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"}, 412),
        ({"If-Unmodified-Since": DATE}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_are_answered_from_the_cache(pages, condition, code, method):
    """A client that has the page is told so (RFC 9110 section 13.2.2), without a run."""

    def handler():
        set_headers(Etag='"a"', Last_Modified=DATE, Cache_Control="max-age=9", Vary="X-A")

    page = pages(handler)
    page.ask()
    answer = page.ask(method=method, headers=condition)
    assert answer.code == code
    assert page.runs == 1
    if code == 304:
        assert answer.body == b""
        names = ("Etag", "Last-Modified", "Cache-Control", "Vary", "Age")
        assert [answer.header(name) for name in names] == ['"a"', DATE, "max-age=9", "X-A", "0"]
        assert answer.header("Content-Type") is None
        assert page.cache.tot_non_modified == 1


# -- ranges ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "more", "code", "body", "content_range"),
    [
        ("bytes=0-2", {}, 206, b"run", "bytes 0-2/5"),
        ("bytes=-1", {}, 206, b"1", "bytes 4-4/5"),
        ("bytes=0-2", {"If-Range": '"a"'}, 206, b"run", "bytes 0-2/5"),
        ("bytes=0-2", {"If-Range": DATE}, 206, b"run", "bytes 0-2/5"),
        ("bytes=0-2", {"If-Range": '"b"'}, 200, b"run 1", None),
        ("bytes=0-2", {"If-None-Match": '"a"'}, 304, b"", None),
        ("bytes=0-2", {"If-Match": '"b"'}, 412, None, None),
        ("bytes=5-", {}, 416, None, "bytes */5"),
        ("lines=1-2", {}, 200, b"run 1", None),
        ("bytes=2-1", {}, 200, b"run 1", None),
    ],
)
def test_a_range_of_a_stored_page(pages, header, more, code, body, content_range):
    """The whole page answers for its parts (RFC 9111 section 3.3), so a Range is no way around
    the cache.
    """
    page = pages(lambda: set_headers(Etag='"a"', Last_Modified=DATE))
    page.ask()
    answer = page.ask(headers={"Range": header, **more})
    assert (answer.code, answer.header("Content-Range")) == (code, content_range)
    if body is not None:
        assert answer.body == body
        assert answer.cache_status.startswith("hit")
    assert page.runs == 1


def test_several_ranges_of_a_stored_page(pages):
    """Each comes under a head of its own, with the type of the page."""
    page = pages()
    page.ask()
    answer = page.ask(headers={"Range": "bytes=0-0,2-3"})
    assert answer.header("Content-Type").startswith("multipart/byteranges")
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.body.count(b"Content-type: text/html;charset=utf-8") == 2
    assert page.runs == 1


def test_what_is_made_for_a_range_is_not_stored(pages):
    """A handler may heed it: the next client gets a whole page."""
    page = pages()
    assert page.ask(headers={"Range": "bytes=0-1"}).cache_status == "fwd=uri-miss"
    assert page.ask().text == "run 2"


def test_a_range_of_an_expired_page(pages, clock):
    """The page is made anew, whole, and stored: a Range runs no handler that others do not."""
    page = pages(lambda: request.headers.get("Range"), delay=60)
    page.ask()
    clock.now += 61
    answer = page.ask(headers={"Range": "bytes=0-1"})
    assert (answer.code, answer.text) == (200, "run 2")
    assert answer.cache_status == "fwd=stale; stored"
    assert page.ask().text == "run 2"


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (lambda: setattr(response, "status", 301), 301),
        (lambda: set_headers(Content_Encoding="gzip"), 200),
    ],
    ids=["redirect", "compressed"],
)
def test_pages_without_ranges(pages, handler, code):
    """Of a stored redirect, and of what is compressed, no part is sent, but the whole."""
    page = pages(handler)
    page.ask()
    answer = page.ask(headers={"Range": "bytes=0-1"})
    assert (answer.code, answer.text) == (code, "run 1")


# -- streams, files, tools -------------------------------------------------------------


def test_the_stored_page_is_what_gzip_made(pages):
    """With tools.gzip each coding is stored, and comes back as it was."""
    page = pages(lambda: b"x" * 1000, {"/": {"tools.gzip.on": True}})
    for _ in range(2):
        packed = page.ask(headers={"Accept-Encoding": "gzip"})
        plain = page.ask()
        assert packed.header("Content-Encoding") == "gzip"
        assert len(packed.body) < 100
        assert plain.body == b"x" * 1000
        assert plain.header("Content-Encoding") is None
        assert plain.header("Vary") == packed.header("Vary") == "Accept-Encoding"
    assert page.runs == 2


@pytest.mark.parametrize(
    "beside",
    [
        {"tools.secure_headers.on": True},
        {"tools.cors.on": True, "tools.cors.origins": ["https://a.example"]},
        {"tools.compress.on": True, "tools.etags.on": True, "tools.etags.autotags": True},
        {"tools.expires.on": True, "tools.expires.secs": 60, "tools.expires.force": True},
        {"tools.autovary.on": True},
        {"tools.csrf.on": True},
        {"tools.proxy.on": True, "tools.proxy.base": "https://public.example"},
    ],
)
def test_tools_beside_it(pages, clock, beside):
    """What they add is stored with the page, and added once."""
    page = pages(lambda: b"x" * 2000, {"/": beside})
    own = {"Accept-Encoding": "gzip", "Origin": "https://a.example"}
    first, second = (page.ask(headers=own) for _ in range(2))
    mine = ("Age", "Cache-Status")
    assert second.cache_status.startswith("hit")
    assert [pair for pair in second.headers if pair[0] not in mine] == [
        pair for pair in first.headers if pair[0] not in mine
    ]
    assert second.body == first.body


def test_a_login_page_is_not_replaced(pages):
    """Where a tool has answered in the handler's place the cache has no part."""
    answering = {"hooks.before_handler": refuse}
    page = pages(None, {"/closed": answering})
    assert page.ask("/closed").text == "please log in"
    assert page.ask("/closed").cache_status == "fwd=bypass"
    assert page.runs == 0


def refuse():
    request.handler, response.body = None, b"please log in"


def test_the_cookies_of_this_request_are_sent_with_a_stored_page(pages):
    """A hook's cookie is for its own client: it is sent, and stored with nothing."""

    def greet():
        if request.cached:
            response.cookie["seen"] = "1"

    page = pages(None, {"/": {"hooks.before_finalize": greet}})
    assert page.ask().header("Set-Cookie") is None
    assert page.ask().header("Set-Cookie") == "seen=1"


def test_headers_that_are_one_responses_own_are_not_stored(pages):
    """Age and Date are that of the answer."""
    page = pages(lambda: set_headers(Age="5", Date=DATE, X_Own="kept"))
    page.ask()
    answer = page.ask()
    assert answer.header("X-Own") == "kept"
    assert answer.header("Age") == "5"
    assert answer.header("Date") is None


def test_a_proxys_address_is_part_of_the_key(pages):
    """A tool that sets `request.base` decides what the page is found by."""

    def set_base():
        request.base = "https://" + request.headers.get("X-Public", "a.example")

    page = pages(None, {"/": {"hooks.before_request_body": set_base}})
    page.ask(headers={"X-Public": "b.example"})
    assert page.ask().text == "run 2"
    assert page.ask(headers={"X-Public": "b.example"}).text == "run 1"


def test_what_an_answer_from_the_cache_costs(site):
    """At most twice the calls of the page itself, when that does nothing."""

    def count(path):
        calls = []
        environ = make_environ(path)

        def note(frame, event, argument):
            if event == "call":
                calls.append(frame.f_code)

        sys.setprofile(note)
        try:
            site.tree(environ, lambda status, headers, exc_info=None: None).close()
        finally:
            sys.setprofile(None)
        return len(calls)

    page = Pages(site, None, {}, {"/plain": {"tools.caching.on": False}})
    for path in ("/", "/plain"):
        page.ask(path)
        page.ask(path)
    assert count("/") <= 2 * count("/plain")
    assert page.ask("/").cache_status.startswith("hit")


# -- settings --------------------------------------------------------------------------


def test_applications_and_settings_have_caches_of_their_own(site):
    """The settings of the first request are not those of all."""
    one = Pages(site, None, {}, {"/small": {"tools.caching.maxobj_size": 3}})
    assert one.ask("/").cache_status.endswith("stored")
    assert one.ask("/small").cache_status.endswith("detail=size")
    assert len(one.app.caches) == 2
    other = site.tree.mount(one.root, "/other", {"/": {"tools.caching.on": True}})
    assert ask(site.tree, "/other/").text == "run 3"
    assert ask(site.tree, "/other/").text == "run 3"
    assert len(other.caches) == 1


def test_pages_with_other_delays_have_one_cache(pages, clock):
    """`delay`, `statuses` and what else is about a page needs no cache of its own."""
    page = pages(None, {"/short": {"tools.caching.delay": 5}})
    page.ask("/short")
    page.ask("/long")
    clock.now += 5
    assert page.ask("/long").text == "run 2"
    assert page.ask("/short").text == "run 3"
    assert len(page.app.caches) == 1


def test_the_cache_survives_a_change_of_config(pages):
    """Plans are made anew; what is stored stays."""
    page = pages()
    page.ask()
    page.app.config["/x"] = {"tools.gzip.on": True}
    page.app.forget_plans()
    assert page.ask().text == "run 1"


@pytest.mark.parametrize(("name", "expected"), [("edge-1", "edge-1; hit; ttl=600"), ("", None)])
def test_cache_status_has_the_name_of_the_cache(pages, clock, name, expected):
    """`cache_status` names it; '' leaves the header out."""
    page = pages(cache_status=name)
    page.ask()
    page.ask(headers={"Authorization": "x"})
    assert page.ask().header("Cache-Status") == expected


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"statuses": [200, 206]}, "206"),
        ({"statuses": [200, 999]}, "999"),
        ({"cache_class": "nothing"}, "memcached"),
        ({"cache_class": "no.such.Class"}, "no cache class 'no.such.Class'"),
        ({"cache_status": "a; hit"}, "Cache-Status"),
        ({"maxobject": 5}, "maxobjects"),
        ({"servers": ["a:1"]}, "MemoryCache has no setting 'servers'"),
        ({"delay": "soon"}, "delay"),
        ({"cache_class": "memcached", "servers": ["a:x"]}, "no memcached servers"),
        ({"cache_class": "memcached", "servers": []}, "no memcached servers"),
        ({"cache_class": "memcached", "servers": [5]}, "no memcached servers"),
        ({"cache_class": "redis", "url": "http://user:secret@host"}, "redis://, rediss://"),
    ],
)
def test_a_wrong_setting_is_told_at_mount(pages, settings, told):
    """No page is served with a setting that means nothing."""
    with pytest.raises(ValueError, match=told):
        pages(**settings)


@pytest.mark.parametrize(("kind", "package"), [("memcached", "pymemcache"), ("redis", "redis")])
def test_a_missing_package_is_told_at_mount(pages, monkeypatch, kind, package):
    """With what to install; a client of the program's own needs none."""
    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ValueError, match=rf"pip install 'wsgicherry\[{kind}\]'"):
        pages(cache_class=kind)
    assert pages(cache_class=kind, client=object()).ask().code == 200


@pytest.mark.parametrize(("has_workers", "lines"), [(True, 1), (False, 0)])
def test_what_ends_a_page_in_one_worker_alone_is_told(pages, log, has_workers, lines):
    """Once, in the log, when it happens first: who ends no page need not hear of it."""
    page = pages()

    def count_lines(*methods):
        for method in methods:
            page.ask("/", method, **{"wsgi.multiprocess": has_workers})
        return len([line for line in log if "end those of one worker" in line])

    assert count_lines("GET", "GET") == 0
    assert count_lines("POST", "GET", "POST") == lines


def test_debug_is_logged(pages, log):
    """`debug` says what was read from the cache, in CherryPy's words."""
    page = pages(debug=True)
    page.ask()
    page.ask()
    assert any("Reading response from cache" in line for line in log)


def test_by_hand(site):
    """`tools.caching.callable()` in a handler answers from the cache, or stores the page."""

    def handler():
        if site.tools.caching.callable(delay=60):
            return response.body
        return None

    page = Pages(site, handler, {}, {"/": {"tools.caching.on": False}})
    answers = [page.ask() for _ in range(3)]
    assert [each.text for each in answers] == ["run 1", "run 1", "run 1"]
    assert page.runs == 3
