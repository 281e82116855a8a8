"""`tools.params`: request parameters, converted to what the page's signature annotates."""

from __future__ import annotations

import functools
import json
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Literal

import pytest
from webtest import TestApp, Upload

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPRedirect
from wsgicherry.core.expose import expose, popargs
from wsgicherry.core.handler import LateParamPageHandler, PageHandler
from wsgicherry.core.loaded import ConfigError
from wsgicherry.core.parts import Part
from wsgicherry.core.tools import HandlerWrapperTool
from wsgicherry.lib.annotations import MAX_CACHED_PAGES, read_page
from wsgicherry.lib.conversion import UnknownAnnotation

if TYPE_CHECKING:
    from nowhere import Elsewhere

ON = {"/": {"tools.params.on": True}}


class Color(Enum):
    RED = "r"
    BLUE = "b"


class Account:
    """A type of the program's own."""

    def __init__(self, text):
        if not text.startswith("#"):
            raise KeyError(f"no account {text}")
        self.text = text

    def __str__(self):
        return self.text


def shown(function):
    """Decorate as most decorators do."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


class Callable_:
    exposed = True

    def __call__(self, n: int = 0):
        return repr(n)


@popargs("year")
class Blog:
    @expose
    def index(self, year: int = 0):
        return repr(year)


class Root:
    object = Callable_()
    blog = Blog()

    @expose
    def plain(self, n=None, **rest):
        return repr((n, rest))

    @expose
    def number(self, n: int = 0):
        return repr(n)

    @expose
    def several(self, n: int, day: date | None = None, *, color: Color = Color.RED):
        return repr((n, day, color))

    @expose
    def items(self, n: list[int] = ()):
        return repr(n)

    @expose
    @shown
    def wrapped(self, n: int = 0):
        return repr(n)

    @staticmethod
    @expose
    def static(n: int = 0):
        return repr(n)

    @classmethod
    @expose
    def of_class(cls, n: int = 0):
        return repr(n)

    @expose
    def rest(self, n: int = 0, **rest: int):
        return repr((n, rest))

    @expose
    def positional(self, n: int = 0, /, **rest):
        return repr((n, rest))

    @expose
    def segments(self, n: int, color: Color = Color.RED, *more: float, word=""):
        return repr((n, color, more))

    @expose
    def unknown(self, n: Elsewhere = None):
        return "never"

    @expose
    def impossible(self, n: bytes = b""):
        return "never"

    @expose
    def raising(self, n: 1 / 0 = 0):
        return "never"

    @expose
    def careless(self, n: int = 0) -> Elsewhere:
        return repr(n)

    @expose
    def account(self, a: Account):
        return str(a)

    @expose
    def upload(self, file: Part, note: str = "", n: int | None = None):
        return f"{file.filename} {note}"

    @expose
    def choice(self, sort: Literal["up", "down"] = "up"):
        return sort

    bare = expose(lambda self, n="x": repr(n))


@pytest.fixture
def client(site):
    """A client of the site with the tool on everywhere."""
    site.tree.mount(Root(), "", ON)
    return TestApp(site.tree)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/number?n=5", "5"),
        ("/number", "0"),
        ("/number/x", "'x'"),  # segments are not touched
        ("/plain?n=5&m=6", "('5', {'m': '6'})"),
        (
            "/several?n=1&day=2024-02-29&color=b",
            "(1, datetime.date(2024, 2, 29), <Color.BLUE: 'b'>)",
        ),
        ("/several?n=1&day=", "(1, None, <Color.RED: 'r'>)"),
        ("/items", "()"),
        ("/items?n=1", "[1]"),
        ("/items?n=1&n=2", "[1, 2]"),
        ("/wrapped?n=5", "5"),
        ("/static?n=5", "5"),
        ("/of_class?n=5", "5"),
        ("/object?n=5", "5"),
        ("/blog/2024/", "2024"),
        ("/rest?n=5&m=6", "(5, {'m': '6'})"),  # **rest: int says nothing of m
        ("/positional?n=x", "(0, {'n': 'x'})"),  # a name that cannot be given by keyword
        ("/careless?n=5", "5"),  # what a type checker alone knows, elsewhere
        ("/choice?sort=down", "down"),
        ("/bare?n=5", "'5'"),
    ],
)
def test_parameters_are_converted(client, path, text):
    """A page gets what it annotates; defaults, segments and other names stay."""
    assert client.get(path).text == text


def test_values_of_a_form_are_converted(client):
    """A form's fields count as those of the query string."""
    assert client.post("/several?n=1", {"color": "b"}).text == "(1, None, <Color.BLUE: 'b'>)"
    assert client.post("/items?n=1", {"n": "2"}).text == "[1, 2]"


def test_a_page_of_c_has_no_annotations(client):
    """A callable that tells nothing of its arguments gets them as they come."""
    read = read_page(dict)
    assert (read.by_name, read.by_position, read.of_the_rest) == ({}, (), None)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/number?n=x", "The parameter 'n' must be a whole number, not 'x'."),
        ("/number?n=", "The parameter 'n' must be a whole number, not ''."),
        ("/number?n", "The parameter 'n' must be a whole number, not ''."),
        (
            "/number?n=1&n=2",
            "The parameter 'n' must be a whole number, given once, not 2 times.",
        ),
        (
            "/several?n=x&day=y&color=r",
            "The parameter 'n' must be a whole number, not 'x'. "
            "The parameter 'day' must be a date such as 2024-12-31 or empty, not 'y'.",
        ),
        ("/several?color=x&n=1", "The parameter 'color' must be one of 'r', 'b', not 'x'."),
        ("/wrapped?n=x", "The parameter 'n' must be a whole number, not 'x'."),
        ("/object?n=x", "The parameter 'n' must be a whole number, not 'x'."),
        ("/blog/x/", "The parameter 'year' must be a whole number, not 'x'."),
        ("/upload?file=x", "The parameter 'file' must be a file, not 'x'."),
        (
            "/number?n=<b>%E2%80%AE",
            "The parameter 'n' must be a whole number, not '&lt;b&gt;\\u202e'.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(client, path, message):
    """400, and the page names each bad parameter, what it must be and what came."""
    assert f"<p>{message}</p>" in client.get(path, status=400).text.replace("\n", "")


def test_a_problem_document_lists_the_faults(client):
    """A client that wants JSON gets one entry for each parameter (RFC 9457 section 3)."""
    headers = {"Accept": "application/json"}
    answer = client.get("/several?n=x&day=y", headers=headers, status=400)
    problem = json.loads(answer.body)
    assert problem["errors"] == [
        {"detail": "must be a whole number, not 'x'", "pointer": "#/n"},
        {
            "detail": "must be a date such as 2024-12-31 or empty, not 'y'",
            "pointer": "#/day",
        },
    ]
    assert (problem["status"], problem["type"]) == (400, "about:blank")


def test_other_problem_documents_list_none(client):
    """The member is there only for what this tool refuses."""
    answer = client.get("/nowhere", headers={"Accept": "application/json"}, status=404)
    assert "errors" not in json.loads(answer.body)


def test_uploads(client):
    """An upload goes to a parameter that asks for a file, and to no other."""
    sent = {"file": Upload("a.txt", b"x"), "note": "n"}
    assert client.post("/upload", sent).text == "a.txt n"
    for name in ("note", "n"):
        form = {"file": Upload("a.txt", b"x"), name: Upload("b.txt", b"y")}
        assert "not a file" in client.post("/upload", form, status=400).text
    assert client.post("/account", {"a": Upload("b.txt", b"y")}, status=400)


def test_converted_values_stay(site):
    """What a hook has converted already is left alone, if it is what the page asks for."""

    def preset():
        serving_now().request.params["n"] = 7

    config = {"tools.params.on": True, "tools.params.priority": 60}
    site.tree.mount(Root(), "", {"/": {**config, "hooks.before_handler": preset}})
    assert TestApp(site.tree).get("/number?n=x").text == "7"


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere?n=x", "/number/1/2/3/4"])
def test_a_404_stays_a_404(client, path):
    """The tool has nothing to convert for a page that is not there."""
    client.get(path, status=404)


def test_a_405_stays_a_405(site):
    """Nor for a method that the page does not take."""

    class Methods:
        @expose(methods="POST")
        def index(self, n: int = 0):
            return "never"

    site.tree.mount(Methods(), "", ON)
    TestApp(site.tree).get("/?n=x", status=405)


@pytest.mark.parametrize("answer", [None, HTTPRedirect])
def test_a_request_that_is_answered_has_no_page(site, answer):
    """A hook has answered, or a dispatcher sends the client elsewhere."""

    def take_away():
        request = serving_now().request
        request.handler = answer and answer("/number")
        serving_now().response.body = b"answered"

    config = {"tools.params.on": True, "hooks.on_start_resource": take_away}
    site.tree.mount(Root(), "", {"/": config})
    assert TestApp(site.tree).get("/number?n=x").status_int == (302 if answer else 200)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("unknown", "'Elsewhere' (NameError: name 'Elsewhere' is not defined)"),
        ("impossible", "'bytes' (UnknownAnnotation: No text can be made <class 'bytes'>)"),
        ("raising", "'1 / 0' (ZeroDivisionError: division by zero)"),
    ],
)
def test_annotations_that_cannot_be_used(site, error_lines, name, reason):
    """The page is a 500 from its first use, whatever is sent; the log names the annotation."""
    site.tree.mount(Root(), "", ON)
    TestApp(site.tree).get(f"/{name}", status=500)
    text = "\n".join(error_lines)
    assert f"tools.params cannot convert 'n' of the page Root.{name} in {__name__}" in text
    assert reason in text


def test_a_tool_that_wraps_the_page_first_is_found_out(site):
    """Nothing is left unconverted in silence: the page is a 500 that says what to do."""
    site.tools.wrap = HandlerWrapperTool(lambda inner: inner(), priority=10)
    site.tree.mount(Root(), "", {"/": {"tools.params.on": True, "tools.wrap.on": True}})
    TestApp(site.tree).get("/number?n=1", status=500)


def test_tools_that_wrap_the_page_later(site):
    """`json_out` and `encode` come after it."""
    site.tree.mount(Root(), "", {"/": {"tools.params.on": True, "tools.json_out.on": True}})
    assert TestApp(site.tree).get("/choice?sort=down").json == "down"
    TestApp(site.tree).get("/choice?sort=x", status=400)


@pytest.mark.parametrize("make", [PageHandler, LateParamPageHandler])
def test_handlers_of_a_dispatcher(site, make):
    """Any handler with a `callable` has a page."""

    def dispatch(path):
        serving_now().request.handler = make(Root().number)

    config = {"/": {"request.dispatch": dispatch, "tools.params.on": True}}
    site.tree.mount(Root(), "", config)
    client = TestApp(site.tree)
    assert client.get("/x?n=5").text == ("0" if make is PageHandler else "5")
    client.get("/x?n=x", status=400)


# -- arguments ---------------------------------------------------------------------------------


def test_exception_and_error(site):
    """`exception` is what a type of the program's own raises, `error` the status then."""
    settings = {"tools.params.exception": KeyError, "tools.params.error": 422}
    site.tree.mount(Root(), "", {"/": {"tools.params.on": True, **settings}})
    client = TestApp(site.tree)
    assert client.get("/account?a=%23ada").text == "#ada"
    refused = client.get("/account?a=ada", status=422).text
    assert "The parameter 'a' is refused: 'no account ada'." in refused
    client.get("/number?n=x", status=422)
    assert site.check() == []


def test_another_exception_is_the_programs_own(client):
    """Without `exception` only ValueError is a refusal."""
    client.get("/account?a=ada", status=500)


def test_several_exceptions(site):
    """`exception` may be a tuple, and `error` have words of its own."""
    errors = (ValueError, KeyError)
    settings = {"tools.params.exception": errors, "tools.params.error": "409 No"}
    site.tree.mount(Root(), "", {"/": {"tools.params.on": True, **settings}})
    assert TestApp(site.tree).get("/account?a=x", status=409).status == "409 No"
    assert site.check() == []


@pytest.mark.parametrize("setting", ["error", "segments"])
def test_settings_are_checked(site, setting):
    """A setting of the wrong type is found before the start."""
    with pytest.raises(ConfigError, match=f"tools.params.{setting}: the value is 1.5"):
        site.tree.mount(Root(), "", {"/": {f"tools.params.{setting}": 1.5}})


def test_as_a_decorator(site):
    """`@tools.params()` turns it on for one page."""

    class Pages:
        @expose
        @site.tools.params(error=410)
        def page(self, n: int):
            return repr(n)

    site.tree.mount(Pages(), "")
    client = TestApp(site.tree)
    assert client.get("/page?n=5").text == "5"
    client.get("/page?n=x", status=410)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/segments/1", 200, "(1, <Color.RED: 'r'>, ())"),
        ("/segments/1/b/2.5/3", 200, "(1, <Color.BLUE: 'b'>, (2.5, 3.0))"),
        ("/segments/1?color=b", 200, "(1, <Color.BLUE: 'b'>, ())"),
        ("/segments/x", 404, "The path '/segments/x' was not found."),
        ("/segments/1/x", 404, "was not found"),
        ("/segments/1/r/nan", 404, "was not found"),
        ("/segments/x?color=x", 404, "was not found"),
        ("/segments/1?color=x", 400, "The parameter 'color' must be one of 'r', 'b', not 'x'."),
        ("/segments", 404, "Missing parameters: n"),
        ("/number/1/2", 404, "Nothing matches"),
        ("/positional/5", 200, "(5, {})"),
        ("/plain/x", 200, "('x', {})"),
        ("/nowhere/1", 404, "was not found"),
    ],
)
def test_segments_too(site, path, status, text):
    """With `segments` on, the path's segments are converted; one that does not fit is 404."""
    settings = {"tools.params.on": True, "tools.params.segments": True}
    site.tree.mount(Root(), "", {"/": settings})
    assert text in TestApp(site.tree).get(path, status=status).text


def test_a_segment_that_a_type_of_ones_own_refuses(site):
    """That too is a path which leads nowhere."""
    settings = {"tools.params.segments": True, "tools.params.exception": KeyError}
    site.tree.mount(Root(), "", {"/": {"tools.params.on": True, **settings}})
    TestApp(site.tree).get("/account/ada", status=404)
    assert TestApp(site.tree).get("/account/%23ada").text == "#ada"


# -- made once ---------------------------------------------------------------------------------


def test_a_page_is_read_once():
    """However many objects have the method, its annotations are read once."""
    assert read_page(Root().number) is read_page(Root().number)
    assert read_page(Callable_()) is read_page(Callable_())
    cached = functools.lru_cache(Root().number)
    assert read_page(cached).by_name.keys() == {"n"}
    partial = functools.partial(Root().several, n=1)
    assert read_page(partial).by_name.keys() == {"n", "day", "color"}


def test_what_is_kept_of_pages_is_bounded():
    """Functions made anew for each request do not gather for ever."""
    for _ in range(MAX_CACHED_PAGES + 10):

        def page(n: int):
            return n

        read_page(page)
    assert read_page(page)


def test_a_name_that_is_mended_later_is_found():
    """An annotation that could not be resolved is tried again."""

    def page(n: Later):  # noqa: F821
        return n

    with pytest.raises(UnknownAnnotation, match="Later"):
        read_page(page)
    page.__globals__["Later"] = int
    try:
        assert read_page(page).by_name["n"]("5") == 5
    finally:
        del page.__globals__["Later"]


def test_what_the_tool_costs(site, count_calls):
    """A page that is known pays few calls for the tool, and a few more for each typed value."""
    site.tree.mount(Root(), "")
    site.tree.mount(Root(), "/on", ON)

    def cost(path):
        environ = TestApp.RequestClass.blank(path).environ
        request = lambda: list(site.tree(dict(environ), lambda *_: None))  # noqa: E731
        request(), request()
        # The least: a new second in the access line, or the garbage collector, adds some.
        return min(count_calls(request) for _ in range(5))

    assert cost("/on/plain?n=5") - cost("/plain?n=5") < 15
    assert cost("/on/number?n=5") - cost("/number?n=5") < 25
