"""How the parameters of query string, form and path reach a page (BEHAVIOUR 2.5, 2.8, 3.3)."""

from __future__ import annotations

import pytest

from wsgicherry.core.current import serving_now
from wsgicherry.core.expose import expose, popargs

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"tools.json_out.on": True}
UNDECODABLE = (
    "The given query string could not be processed. Query strings for this resource must be "
    "encoded with "
)


@popargs("year", "month")
class Archive:
    @expose
    def index(self, **params):
        return params


class Root:
    archive = Archive()

    @expose
    def index(self, *args, **kwargs):
        return [list(args), kwargs]

    default = index

    @expose
    def both(self, *args, **kwargs):
        request = serving_now().request
        return [request.params, dict(request.body_params)]

    @expose
    def one(self, a):
        return a

    @expose
    def mixed(self, a, /, b, *rest, c, d="D", **more):
        return [a, b, rest, c, d, more]

    @expose
    def keyword(self, *, a, b="B"):
        return [a, b]

    @expose
    def faulty(self, /, **params):
        return "a" + 1

    @expose
    def positional(self, a, b="B", /):
        return [a, b]


@pytest.fixture
def mount(site, client):
    """Give a function that mounts the pages with settings for all, and returns the client."""

    def make(**settings):
        config = {key.replace("__", "."): value for key, value in settings.items()}
        site.tree.mount(Root(), "", {"/": {**JSON, **config}})
        return client

    return make


# -- the query string (2.5) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=3&a=1&a=2", {"a": ["3", "1", "2"]}),
        ("a=1&b=x&a=2", {"a": ["1", "2"], "b": "x"}),
        ("a=&b=", {"a": "", "b": ""}),
        ("a=&a=", {"a": ["", ""]}),
        ("a", {"a": ""}),
        ("a&a=1", {"a": ["", "1"]}),
        ("=1", {"": "1"}),
        ("=", {"": ""}),
        ("&&a=1&&", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a[1]=x&a[]=y&a.b=z", {"a[1]": "x", "a[]": "y", "a.b": "z"}),
        ("a+b=c+d&e=%2B", {"a b": "c d", "e": "+"}),
        ("%61=%C3%A9", {"a": "\xe9"}),
        ("a=%252B", {"a": "%2B"}),
        ("a=%&b=%zz", {"a": "%", "b": "%zz"}),
        ("a=1&A=2", {"a": "1", "A": "2"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("12,34", {"12,34": ""}),
        ("class=1&None=2", {"class": "1", "None": "2"}),
    ],
)
def test_a_query_string(mount, query, params):
    """Blank values stay, repeats become a list in order, names are taken as they are."""
    assert mount().get(f"/?{query}").json == [[], params]


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("a=1;b=2&c=3", {"a": "1", "b": "2", "c": "3"}),
        ("a;b", {"a": "", "b": ""}),
        ("a=%3B", {"a": ";"}),
        (";;a=1", {"a": "1"}),
    ],
)
def test_a_second_separator(mount, query, params):
    """With `request.query_string_separator` '&;' both separate, as in CherryPy."""
    client = mount(request__query_string_separator="&;")
    assert client.get(f"/?{query}").json == [[], params]
    assert client.post("/", query, headers=FORM).json == [[], params]


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("12,34", {"x": 12, "y": 34}),
        ("0,0", {"x": 0, "y": 0}),
        ("12,34,5", {"12,34,5": ""}),
        ("12,34&a=1", {"12,34": "", "a": "1"}),
        ("-1,2", {"-1,2": ""}),
        ("1,%32", {"1,2": ""}),
        ("1234567890,1", {"1234567890,1": ""}),
        ("%D9%A1,2", {"\u0661,2": ""}),
    ],
)
def test_an_image_map(mount, query, params):
    """With `request.image_map` a click on <img ismap> is two numbers, and nothing else is."""
    client = mount(request__image_map=True)
    assert client.get(f"/?{query}").json == [[], params]


@pytest.mark.parametrize("query", ["a=%FF", "%FF", "a=1&b=%C3", "a=%ED%A0%80", "a=%C0%AF"])
def test_a_query_string_in_another_encoding(mount, query):
    """What is not UTF-8 is a 404, whose page names the encoding."""
    assert UNDECODABLE + "'utf8'" in mount().get(f"/?{query}", status=404).text


def test_an_encoding_of_ones_own(mount):
    """`request.query_string_encoding` is tried instead, and named."""
    client = mount(request__query_string_encoding="latin-1")
    assert client.get("/?a=%E9").json == [[], {"a": "\xe9"}]


def test_an_encoding_of_ones_own_that_does_not_fit(mount):
    """The page names the encoding as config spells it."""
    client = mount(request__query_string_encoding="ascii")
    assert UNDECODABLE + "'ascii'" in client.get("/?a=%E9", status=404).text


@pytest.mark.parametrize(
    ("count", "status"), [(2, 200), (3, 200), (4, 400)], ids=["below", "at", "above"]
)
@pytest.mark.parametrize("name", ["a{}=1", "a=1", "a{}", "=1"])
def test_the_limit_of_parameters(mount, count, status, name):
    """`request.max_params` counts pairs, whatever their names; one more is a 400."""
    client = mount(request__max_params=3)
    query = "&".join(name.format(number) for number in range(count))
    answer = client.get(f"/?{query}", status=status)
    assert status == 200 or "There are more than 3 parameters." in answer.text
    client.get(f"/?&&{query}&&", status=status)  # separators alone count nothing


@pytest.mark.parametrize(("count", "status"), [(2, 200), (3, 200), (4, 413)])
def test_the_limit_of_parameters_in_a_form(mount, count, status):
    """The same number holds for a form, by itself; one more is a 413."""
    client = mount(request__max_params=3)
    client.post("/?x=1&y=2", "a=1&" * count, headers=FORM, status=status)


def test_the_limit_at_its_default(mount):
    """1000 are taken, 1001 refused."""
    client = mount()
    assert len(client.get("/?" + "a&" * 1000).json[1]["a"]) == 1000
    client.get("/?" + "a&" * 1001, status=400)


# -- the order of sources (2.5, 2.8, 13.3 item 16) ---------------------------------------------


@pytest.mark.parametrize(
    ("query", "body", "params", "body_params"),
    [
        ("a=2", "a=1", {"a": ["2", "1"]}, {"a": "1"}),
        ("a=1", "b=2", {"a": "1", "b": "2"}, {"b": "2"}),
        ("", "a=1", {"a": "1"}, {"a": "1"}),
        ("a=1", "", {"a": "1"}, {}),
        ("a=", "a=", {"a": ["", ""]}, {"a": ""}),
    ],
)
def test_a_name_in_query_and_form(mount, query, body, params, body_params):
    """The values of the query string come first; `body.params` has the form's alone."""
    answer = mount().post(f"/both?{query}", body, headers=FORM)
    assert answer.json == [params, body_params]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/archive/2024/05/", {"year": "2024", "month": "05"}),
        ("/archive/2024/05/?day=1", {"year": "2024", "month": "05", "day": "1"}),
        ("/archive/2024/05/?year=1999", {"year": "1999", "month": "05"}),
    ],
)
def test_the_query_string_comes_over_what_the_dispatcher_found(mount, path, params):
    """A name that `popargs` took from the path is replaced by one in the query (CherryPy's)."""
    assert mount().get(path).json == params


def test_a_form_joins_what_the_dispatcher_found(mount):
    """A form's value joins the one of the path in a list."""
    answer = mount().post("/archive/2024/05/", "year=1999", headers=FORM)
    assert answer.json == {"year": ["2024", "1999"], "month": "05"}


# -- the call (3.3) ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("/x/y?b=1&b=2", [["x", "y"], {"b": ["1", "2"]}]),
        ("/one?a=1&a=2", ["1", "2"]),
        ("/one?a", ""),
        ("/one/%C3%A9%20x", "\xe9 x"),
        ("/mixed/1/2?c=3", ["1", "2", [], "3", "D", {}]),
        ("/mixed/1?b=2&c=3", ["1", "2", [], "3", "D", {}]),
        ("/mixed/1/2/3/4?c=5&d=6&e=7", ["1", "2", ["3", "4"], "5", "6", {"e": "7"}]),
        ("/mixed/1/2?c=3&a=4&rest=5", ["1", "2", [], "3", "D", {"a": "4", "rest": "5"}]),
        ("/mixed/1/2?c=3&more=4", ["1", "2", [], "3", "D", {"more": "4"}]),
        # by position only, so that the name is free
        ("/mixed/1/2?c=3&self=4", ["1", "2", [], "3", "D", {"self": "4"}]),
        ("/keyword?a=1", ["1", "B"]),
        ("/keyword?b=2&a=1", ["1", "2"]),
        ("/positional/1", ["1", "B"]),
        ("/positional/1/2", ["1", "2"]),
    ],
)
def test_arguments_of_every_kind(mount, path, called):
    """Segments fill what may be given by position, parameters what may be given by name."""
    assert mount().get(path).json == called


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/mixed", "Missing parameters: a,b,c"),
        ("/mixed/1?b=2", "Missing parameters: c"),
        ("/mixed?a=1&b=2&c=3", "Missing parameters: a"),
        ("/mixed/1/2/3", "Missing parameters: c"),
        ("/mixed/1/2?b=3&c=4", "Multiple values for parameters: b"),
        ("/keyword", "Missing parameters: a"),
        ("/keyword?b=1", "Missing parameters: a"),
        ("/keyword?a=1&c=2", "Unexpected query string parameters: c"),
        ("/keyword?a=1&self=2", "Unexpected query string parameters: self"),
        ("/keyword/1?a=1", "Nothing matches the given URI"),
        ("/positional?a=1", "Missing parameters: a"),
        ("/positional/1?b=2", "Unexpected query string parameters: b"),
        ("/positional/1/2/3", "Nothing matches the given URI"),
        ("/?self=1", "Unexpected query string parameters: self"),
        ("/one?a=1&b=2&%3Cb%3E=3", "Unexpected query string parameters: &lt;b&gt;, b"),
    ],
)
def test_arguments_that_do_not_fit(mount, path, message):
    """Each is a 404 whose page says why, whatever kind of parameter it is."""
    answer = mount().get(path, headers={"Accept": "text/html"}, status=404)
    assert message in answer.text


@pytest.mark.parametrize(
    "path", ["/mixed", "/one", "/keyword?a=1&c=2", "/?self=1", "/one/1?a=2"]
)
def test_nothing_is_said_in_production(mount, path):
    """`request.show_mismatched_params` off: the status keeps its standard text."""
    text = mount(request__show_mismatched_params=False).get(path, status=404).text
    assert "parameters" not in text


def test_a_hook_may_change_what_the_page_gets(site, client):
    """`request.params` is one plain dict until the page is called."""

    def change():
        params = serving_now().request.params
        assert type(params) is dict
        params["a"] = params.pop("b")

    site.tree.mount(Root(), "", {"/": {**JSON, "hooks.before_handler": change}})
    assert client.get("/one?b=1").json == "1"


def test_a_fault_of_the_page_is_no_mismatch(mount):
    """A page that could take `self` by name is not blamed on it: its TypeError stays a 500."""
    mount().get("/faulty?self=1", status=500)
