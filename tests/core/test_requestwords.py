"""Every public word of WebOb's on our objects: the same answer, or another one on purpose.

The tables name each attribute of `webob.request.BaseRequest` and of `webob.Response`. One that
a later WebOb adds makes the first two tests fail with its name: give it a row.
"""

import gzip
import io
import logging
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
import webob
from webob.request import BaseRequest

from wsgicherry.core.body import RequestBody
from wsgicherry.core.current import serving_now
from wsgicherry.core.request import Request, RequestHeaders
from wsgicherry.core.response import Response, ResponseHeaders
from wsgicherry.site import Site

SAME = "the same answer as plain WebOb"
CALLED = "a method: the same answer, see CALLS"
WRITTEN = "a method: see the tests of writing"
# CherryPy's meaning of the word wins (DESIGN section 7); a test of its own below.
OURS = "another answer on purpose"

REQUEST_WORDS = {
    "GET": SAME,
    "POST": SAME,
    "ResponseClass": SAME,
    "accept": SAME,
    "accept_charset": SAME,
    "accept_encoding": SAME,
    "accept_language": SAME,
    "application_url": SAME,
    "as_bytes": CALLED,
    "as_text": CALLED,
    "authorization": SAME,
    "blank": CALLED,
    "body": OURS,
    "body_file": SAME,
    "body_file_raw": SAME,
    "body_file_seekable": SAME,
    "cache_control": SAME,
    "call_application": CALLED,
    "charset": SAME,
    "client_addr": SAME,
    "content_length": SAME,
    "content_type": SAME,
    "cookies": SAME,
    "copy": CALLED,
    "copy_body": CALLED,
    "copy_get": CALLED,
    "date": SAME,
    "decode": CALLED,
    "domain": SAME,
    "encget": CALLED,
    "encset": CALLED,
    "from_bytes": CALLED,
    "from_file": CALLED,
    "from_text": CALLED,
    "get_response": CALLED,
    "headers": OURS,
    "host": SAME,
    "host_port": SAME,
    "host_url": SAME,
    "http_version": SAME,
    "if_match": SAME,
    "if_modified_since": SAME,
    "if_none_match": SAME,
    "if_range": SAME,
    "if_unmodified_since": SAME,
    "is_body_readable": SAME,
    "is_body_seekable": SAME,
    "is_xhr": SAME,
    "json": OURS,
    "json_body": SAME,
    "make_body_seekable": CALLED,
    "make_default_send_app": CALLED,
    "make_tempfile": CALLED,
    "max_forwards": SAME,
    "method": SAME,
    "params": OURS,
    "path": SAME,
    "path_info": SAME,  # but what is set stays with the request: see SETTING_STAYS
    "path_info_peek": CALLED,
    "path_info_pop": CALLED,
    "path_qs": SAME,
    "path_url": SAME,
    "pragma": SAME,
    "query_string": SAME,
    "range": SAME,
    "referer": SAME,
    "referrer": SAME,
    "relative_url": CALLED,
    "remote_addr": SAME,
    "remote_host": SAME,
    "remote_user": SAME,
    "remove_conditional_headers": CALLED,
    "request_body_tempfile_limit": SAME,
    "scheme": SAME,
    "script_name": SAME,
    "send": CALLED,
    "server_name": SAME,
    "server_port": SAME,
    "text": SAME,
    "upath_info": SAME,
    "url": SAME,
    "url_encoding": SAME,
    "urlargs": SAME,
    "urlvars": SAME,
    "uscript_name": SAME,
    "user_agent": SAME,
}

RESPONSE_WORDS = {
    "accept_ranges": SAME,
    "age": SAME,
    "allow": SAME,
    "app_iter": SAME,
    "app_iter_range": CALLED,
    "body": OURS,
    "body_file": WRITTEN,
    "cache_control": SAME,
    "cache_expires": CALLED,
    "charset": SAME,
    "conditional_response_app": CALLED,
    "content_disposition": SAME,
    "content_encoding": SAME,
    "content_language": SAME,
    "content_length": SAME,
    "content_location": SAME,
    "content_md5": SAME,
    "content_range": SAME,
    "content_type": SAME,
    "content_type_params": SAME,
    "copy": CALLED,
    "date": SAME,
    "decode_content": CALLED,
    "default_body_encoding": SAME,
    "default_charset": SAME,
    "default_conditional_response": SAME,
    "default_content_type": SAME,
    "delete_cookie": CALLED,
    "encode_content": CALLED,
    "environ": SAME,
    "etag": SAME,
    "etag_strong": SAME,
    "expires": SAME,
    "from_file": CALLED,
    "has_body": SAME,
    "headerlist": SAME,
    "headers": OURS,
    "json": SAME,
    "json_body": SAME,
    "last_modified": SAME,
    "location": SAME,
    "md5_etag": CALLED,
    "merge_cookies": CALLED,
    "pragma": SAME,
    "request": SAME,
    "retry_after": SAME,
    "server": SAME,
    "set_cookie": CALLED,
    "status": OURS,
    "status_code": SAME,
    "status_int": SAME,
    "text": SAME,
    "ubody": SAME,
    "unicode_body": SAME,
    "unicode_errors": SAME,
    "unset_cookie": CALLED,
    "vary": SAME,
    "write": WRITTEN,
    "www_authenticate": SAME,
}


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


def words(table, *marks):
    return [name for name, mark in table.items() if mark in marks]


def test_each_word_of_a_request_has_a_row():
    """No public attribute of WebOb's request is missing here, none has gone."""
    assert set(REQUEST_WORDS) == public(BaseRequest)
    assert public(BaseRequest) <= public(Request)


def test_each_word_of_a_response_has_a_row():
    """No public attribute of WebOb's response is missing here, none has gone."""
    assert set(RESPONSE_WORDS) == public(webob.Response)
    assert public(webob.Response) <= public(Response)


# -- requests ---------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
JSON_BODY = b'{"a": ["\xc3\xa9"]}'

# What each environ has beside the plain GET of /m/p.
ENVIRONS = {
    "get": {},
    "query": {"qs": "a=1&b=2&a=%C3%A9&c&d=x+y"},
    "form": {"method": "POST", "body": b"x=1&y=%C3%A9&x=2", "CONTENT_TYPE": FORM},
    "text": {"method": "POST", "body": JSON_BODY, "CONTENT_TYPE": "text/plain; charset=utf-8"},
    "empty": {"method": "PUT", "body": b""},
    "cookies": {"HTTP_COOKIE": 'a=1; b="x y"; c=\u00e9'},
    "https": {"wsgi.url_scheme": "https", "HTTP_HOST": "h.example:8443"},
    "old": {"HTTP_HOST": None, "SERVER_PROTOCOL": "HTTP/1.0"},
    "path": {"path": "/m/p%C3%A9/%20x;y=1/a+b"},
    "slash": {"path": "/m/p/"},
    "conditional": {
        "HTTP_IF_NONE_MATCH": '"a", W/"b"',
        "HTTP_IF_MATCH": '"c"',
        "HTTP_IF_MODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:37 GMT",
        "HTTP_IF_UNMODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:37 GMT",
        "HTTP_DATE": "Sun, 06 Nov 1994 08:49:37 GMT",
        "HTTP_IF_RANGE": '"x"',
        "HTTP_RANGE": "bytes=5-9",
    },
    "accept": {
        "HTTP_ACCEPT": "text/html;q=0.5, a/b",
        "HTTP_ACCEPT_CHARSET": "utf-8, x;q=0.2",
        "HTTP_ACCEPT_ENCODING": "gzip, br;q=0",
        "HTTP_ACCEPT_LANGUAGE": "de, en;q=0.5",
    },
    "client": {
        "HTTP_AUTHORIZATION": "Basic dTpw",
        "HTTP_CACHE_CONTROL": "max-age=0, no-cache",
        "HTTP_MAX_FORWARDS": "5",
        "HTTP_PRAGMA": "no-cache",
        "HTTP_REFERER": "http://x.example/",
        "HTTP_USER_AGENT": "me",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.0.0.1",
        "HTTP_X_REQUESTED_WITH": "XMLHttpRequest",
        "REMOTE_USER": "ann",
        "REMOTE_HOST": "c.example",
        "wsgiorg.routing_args": (("x",), {"a": "b"}),
    },
    "broken": {
        "HTTP_ACCEPT": "a;;q",
        "HTTP_IF_MODIFIED_SINCE": "yesterday",
        "HTTP_RANGE": "bytes=x",
        "CONTENT_TYPE": "nonsense",
    },
}

# The body of a form has been read into request.params before the handler runs.
READ_BEFORE = ("body_file", "body_file_raw", "body_file_seekable", "text", "json_body")


@pytest.fixture(scope="module")
def serve_with():
    """serve_with(environ, look): what `look(request)` gives in a handler of /m."""
    root_name = f"tree{uuid4().hex}"
    site = Site(root_name)
    logging.getLogger(root_name).propagate = False
    looks, seen = [], []

    class Root:
        def default(self, *args, **kwargs):
            seen.append(looks.pop()(serving_now().request))
            return b""

        default.exposed = True

    config = {"/": {"tools.encode.on": False}}
    site.tree.mount(Root(), "/m", config)

    def serve_with(environ, look):
        looks.append(look)
        list(site.tree(environ, lambda status, headers, exc_info=None: None))
        return seen.pop()

    yield serve_with
    site.engine.exit()


@pytest.fixture
def make(environ):
    """make(name): the environ of that name, and the plain request that WebOb makes of it."""

    def make(name):
        options = {"path": "/m/p", "wsgi.url_scheme": "http", **ENVIRONS[name]}
        plain = environ(**options)
        plain["SCRIPT_NAME"], plain["PATH_INFO"] = "/m", plain["PATH_INFO"][2:]
        return environ(**options), BaseRequest(plain)

    return make


def show(value):
    """Return something that equals that of another object which says the same."""
    if hasattr(value, "read"):
        return "file", value.read()
    if isinstance(value, datetime) and value.microsecond:
        return "in", round((value - datetime.now(timezone.utc)).total_seconds(), -1)
    if hasattr(value, "items"):
        return "mapping", sorted(map(str, value.items()))
    if isinstance(value, BaseRequest):
        headers = sorted((k, v) for k, v in value.headers.items() if k != "Remote-Addr")
        body = value.body_file.read()
        return "request", value.method, value.url, value.script_name, headers, body
    if isinstance(value, (str, bytes, int, tuple, list, type, datetime)) or value is None:
        return value
    return type(value).__name__, str(value)


def attempt(function, *arguments):
    """Return what `function` gives, as `show` shows it, or the kind of error it raises."""
    try:
        return show(function(*arguments))
    except Exception as error:
        return type(error)


READINGS = [
    (name, kind)
    for name in words(REQUEST_WORDS, SAME)
    for kind in ENVIRONS
    if not (kind == "form" and name in READ_BEFORE)
]


@pytest.mark.parametrize(("name", "kind"), READINGS)
def test_reading_a_request(serve_with, make, name, kind):
    """Each word that is not ours says in a handler what plain WebOb says of that environ."""
    served, plain = make(kind)
    ours = serve_with(served, lambda request: attempt(getattr, request, name))
    assert ours == attempt(getattr, plain, name)


@pytest.mark.parametrize("name", READ_BEFORE)
def test_after_a_form(serve_with, make, name):
    """After a form has been read there is nothing left in the input, and nobody fails on
    that.
    """
    seen = serve_with(make("form")[0], lambda request: attempt(getattr, request, name))
    assert seen in (("file", b""), "", ValueError) or seen.__name__ == "JSONDecodeError"


def hello(environ, start_response):
    start_response("201 Made", [("A", "b")])
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return [environ["PATH_INFO"].encode("latin-1"), environ["wsgi.input"].read(length)]


RAW = b"POST /a/b?c=d HTTP/1.0\r\nHost: z\r\nX: y\r\nContent-Length: 3\r\n\r\nabc"

CALLS = {
    "as_bytes": lambda r: r.as_bytes(),
    "as_bytes, without body": lambda r: r.as_bytes(skip_body=True),
    "as_bytes, without a large body": lambda r: r.as_bytes(skip_body=5),
    "as_text": lambda r: r.as_text(),
    "as_text, str": lambda r: str(r),
    "blank": lambda r: type(r).blank("/x/%C3%A9?q=1", headers={"A": "b"}, accept="text/html"),
    "blank, base_url": lambda r: type(r).blank("/x", base_url="https://z.example/app"),
    "blank, POST": lambda r: type(r).blank("/x?q=1", POST={"a": "1"}),
    "blank, body": lambda r: type(r).blank("/x", method="PUT", body=b"abc"),
    "call_application": lambda r: r.call_application(hello),
    "copy": lambda r: r.copy(),
    "copy, is its own": lambda r: (r.copy().environ is r.environ, r.copy().text),
    "copy_body": lambda r: (r.copy_body(), r.content_length, r.body_file_raw.read()),
    "copy_get": lambda r: r.copy_get(),
    "decode": lambda r: r.decode("latin-1"),
    "decode, nothing to do": lambda r: r.decode("UTF-8") is r,
    "encget": lambda r: (r.encget("PATH_INFO", encattr="url_encoding"), r.encget("nope", 5)),
    "encget, missing": lambda r: r.encget("nope"),
    "encset": lambda r: (r.encset("X", "é", "url_encoding"), r.environ["X"]),
    "from_bytes": lambda r: type(r).from_bytes(RAW),
    "from_bytes, too much": lambda r: type(r).from_bytes(RAW + b"x"),
    "from_file": lambda r: type(r).from_file(io.BytesIO(RAW)),
    "from_text": lambda r: type(r).from_text(RAW.decode()),
    "get_response": lambda r: r.get_response(hello).app_iter,
    "make_body_seekable": lambda r: (
        r.make_body_seekable(), r.is_body_seekable, r.body_file_raw.read(),
    ),
    "make_default_send_app": lambda r: r.make_default_send_app() is not None,
    "make_tempfile": lambda r: close_after(r.make_tempfile(), lambda f: f.write(b"abc")),
    "path_info_peek": lambda r: r.path_info_peek(),
    "path_info_pop": lambda r: (r.path_info_pop(), r.script_name, r.path_info, r.url),
    "path_info_pop, twice": lambda r: (
        r.path_info_pop(), r.path_info_pop(), r.path_info, r.url,
    ),
    "path_info_pop, pattern": lambda r: (r.path_info_pop("^x"), r.script_name, r.path_info),
    "relative_url": lambda r: (
        r.relative_url("x"), r.relative_url("/y"), r.relative_url("x", True),
    ),
    "remove_conditional_headers": lambda r: (
        r.remove_conditional_headers(),
        sorted(key for key in r.environ if key.startswith("HTTP_")),
    ),
    "send": lambda r: (type(r.send(hello)), r.send(hello).status, r.send(hello).headerlist),
}  # fmt: skip


def close_after(file, use):
    with file:
        return use(file)


def test_each_method_of_a_request_is_called():
    """The rows marked CALLED are called."""
    assert {name.partition(",")[0] for name in CALLS} == set(words(REQUEST_WORDS, CALLED))


@pytest.mark.parametrize("kind", ["get", "text", "path", "conditional"])
@pytest.mark.parametrize("name", CALLS)
def test_calling_a_request(serve_with, make, name, kind):
    """Each method gives in a handler what plain WebOb's gives."""
    served, plain = make(kind)
    call = CALLS[name]
    assert serve_with(served, lambda request: attempt(call, request)) == attempt(call, plain)


NEW_VALUES = {
    "accept": "a/b", "accept_charset": "utf-8", "accept_encoding": "gzip",
    "accept_language": "de",
    "authorization": ("Basic", "x"), "cache_control": "no-cache", "charset": "utf-8",
    "content_length": 3, "content_type": "text/css", "cookies": {"a": "1"}, "date": 0,
    "host": "a.b", "http_version": "HTTP/1.0", "if_match": '"a"', "if_modified_since": 0,
    "if_none_match": '"q"', "if_range": '"x"', "if_unmodified_since": 0,
    "is_body_readable": True,
    "is_body_seekable": False, "max_forwards": 3, "method": "PUT", "pragma": "x",
    "range": (0, 10),
    "referer": "http://z/", "referrer": "http://z/", "remote_addr": "1.2.3.4",
    "remote_host": "z",
    "remote_user": "u", "scheme": "https", "server_name": "z", "server_port": 99,
    "url_encoding": "latin-1", "urlargs": ("a",), "urlvars": {"a": "1"}, "user_agent": "x",
    "body_file_raw": io.BytesIO(b"qq"), "body_file": io.BytesIO(b"qq"),
}  # fmt: skip

# CherryPy's are plain attributes: what is set there does not reach the environ, but the other
# words of WebOb's follow. The body's words read back what was set.
SETTING_STAYS = {
    "path_info": "/new", "script_name": "/new", "upath_info": "/new", "uscript_name": "/new",
    "query_string": "a=new",
}  # fmt: skip
BODY_WORDS = {"text": "é", "json_body": ["é"]}


def is_settable(kind, name):
    return getattr(getattr(kind, name), "fset", None) is not None


def test_each_property_of_a_request_is_set():
    """Whatever WebOb lets a program set has a value to be set to here."""
    settable = {name for name in words(REQUEST_WORDS, SAME) if is_settable(BaseRequest, name)}
    assert settable == {*NEW_VALUES, *SETTING_STAYS, *BODY_WORDS}


def visible(environ):
    """Return what an application sees of an environ."""
    hidden = ("webob._", "wsgi.errors", "wsgi.input", "wsgicherry.")
    return {key: value for key, value in environ.items() if not key.startswith(hidden)}


@pytest.mark.parametrize("name", NEW_VALUES)
def test_setting_a_word_of_a_request(serve_with, make, name):
    """Setting a word changes the environ as plain WebOb does, and reads back the same."""

    def use(request):
        setattr(request, name, NEW_VALUES[name])
        changed = visible(request.environ)
        return changed, attempt(getattr, request, name), request.host_url

    for value in NEW_VALUES.values():
        if hasattr(value, "seek"):
            value.seek(0)
    served, plain = make("text")
    ours = serve_with(served, use)
    if hasattr(NEW_VALUES[name], "seek"):
        NEW_VALUES[name].seek(0)
    assert ours == use(plain)


@pytest.mark.parametrize("kind", ["get", "client", "conditional", "accept"])
def test_deleting_the_words_of_a_request(serve_with, make, kind):
    """Deleting a word changes the environ as plain WebOb does, or fails as it does."""
    deletable = [
        name
        for name in words(REQUEST_WORDS, SAME)
        if getattr(getattr(BaseRequest, name), "fdel", None) and name in NEW_VALUES
        if name != "body_file"  # WebOb's way to empty the body, which is ours
    ]

    def use(request):
        before = dict(request.environ)
        done = {name: attempt(delattr, request, name) for name in deletable}
        after = visible(request.environ)
        request.environ.update(before)  # the end of the request needs its method
        return done, after

    served, plain = make(kind)
    assert serve_with(served, use) == use(plain)


@pytest.mark.parametrize("name", SETTING_STAYS)
def test_setting_a_path(serve_with, make, name):
    """path_info, script_name and query_string may be set: all words that follow from them
    follow.
    """

    def use(request):
        setattr(request, name, SETTING_STAYS[name])
        return getattr(request, name), request.path, request.path_url, request.application_url

    served, plain = make("get")
    assert serve_with(served, use) == use(plain)


@pytest.mark.parametrize("name", BODY_WORDS)
def test_setting_the_body_by_another_word(serve_with, make, name):
    """`text` and `json_body` read back what was set."""

    def use(request):
        setattr(request, name, BODY_WORDS[name])
        return getattr(request, name), request.text

    served, plain = make("text")
    assert serve_with(served, use) == use(plain)


@pytest.mark.parametrize("name", ["body", "body_file", *BODY_WORDS])
def test_deleting_the_body(serve_with, make, name):
    """Deleting the body by any of its words leaves an empty one, here and in the environ."""

    def use(request):
        delattr(request, name)
        entity = request.body
        content = entity.read() if hasattr(entity, "read") else entity
        return content, request.text, visible(request.environ)

    served, plain = make("text")
    assert serve_with(served, use) == use(plain)


# What WebOb raises on; a client may send it (SECURITY section 8).
UNREADABLE = [
    ("range", "HTTP_RANGE", "bytes=-"),
    ("range", "HTTP_RANGE", f"bytes={'9' * 5000}-"),
    ("if_modified_since", "HTTP_IF_MODIFIED_SINCE", "Sun, 06 Nov 99999 08:49:37 GMT"),
    ("if_unmodified_since", "HTTP_IF_UNMODIFIED_SINCE", "Sun, 06 Nov 99999 08:49:37 GMT"),
    ("date", "HTTP_DATE", "Sun, 06 Nov 99999 08:49:37 GMT"),
    ("max_forwards", "HTTP_MAX_FORWARDS", "x"),
]


@pytest.mark.parametrize(("name", "key", "value"), UNREADABLE)
def test_headers_that_cannot_be_read_count_as_absent(serve_with, make, name, key, value):
    """A header that makes plain WebOb raise is as good as none."""
    served, _ = make("get")
    assert serve_with({**served, key: value}, lambda request: getattr(request, name)) is None


def test_a_form_that_was_left_alone(site, call, environ):
    """POST reads a form that config leaves to the handler, with our limits."""
    seen = []

    class Root:
        def default(self, *args):
            seen.append(list(serving_now().request.POST.items()))
            seen.append(list(serving_now().request.POST.items()))
            return b""

        default.exposed = True

    site.tree.mount(Root(), "", {"/": {"request.process_request_body": False}})
    form = {"body": b"a=1&a=2", "CONTENT_TYPE": FORM}
    assert call(site.tree, environ("/x", "POST", **form)).code == 200
    assert seen == [[("a", "1"), ("a", "2")]] * 2
    too_many = {**form, "body": b"&".join([b"a=1"] * 1001)}
    assert call(site.tree, environ("/x", "POST", **too_many)).code == 413


def test_decode_refuses_what_webob_would_parse(serve_with, make):
    """decode() of multipart/form-data is refused: WebOb's parser has no limits."""
    served, _ = make("get")
    served["CONTENT_TYPE"] = "multipart/form-data; boundary=x; charset=latin-1"
    assert serve_with(served, lambda r: attempt(r.decode, "latin-1")) is ValueError


def test_a_copy_of_a_copy(serve_with, make):
    """What WebOb makes of a request is a request of the same kind, and can be copied again."""
    served, _ = make("text")

    def use(request):
        twin = request.copy().copy()
        return isinstance(twin, Request), twin.url, twin.text, twin.app

    url = "http://h.example/m/p"
    assert serve_with(served, use) == (True, url, JSON_BODY.decode(), None)


def test_the_body_is_an_entity(serve_with, make):
    """`request.body` is CherryPy's entity; read() gives the bytes that are WebOb's body."""
    served, plain = make("text")
    assert serve_with(served, lambda r: (type(r.body), r.body.read())) == (
        RequestBody,
        plain.body,
    )


@pytest.mark.parametrize("kind", ["get", "query", "form"])
def test_params_are_a_plain_dict(serve_with, make, kind):
    """`request.params` is one dict of query and form, repeats as lists: WebOb's, `mixed()`."""
    served, plain = make(kind)
    params = serve_with(served, lambda r: r.params)
    assert type(params) is dict
    assert params == plain.params.mixed()


@pytest.mark.parametrize("kind", ENVIRONS)
def test_headers_are_title_cased(serve_with, make, kind):
    """`request.headers` is CherryPy's mapping: WebOb's headers, and the address of the
    client.
    """
    served, plain = make(kind)
    headers = serve_with(served, lambda r: r.headers)
    assert type(headers) is RequestHeaders
    extra = {"Remote-Addr": "192.0.2.7"}
    if "REMOTE_HOST" in plain.environ:
        extra["Remote-Host"] = plain.environ["REMOTE_HOST"]
    assert dict(headers) == {**plain.headers, **extra}


def test_json_is_that_of_the_tool(serve_with, make):
    """`request.json` is missing until tools.json_in (or a program) sets it."""

    def use(request):
        with pytest.raises(AttributeError, match="is tools"):
            request.json  # noqa: B018
        request.json = [1]
        return request.json

    assert serve_with(make("text")[0], use) == [1]
    assert Request.json is Request.json  # documentation looks at it, too


# -- responses --------------------------------------------------------------------------------

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)

HTML, LATIN = "text/html; charset=UTF-8", "text/plain; charset=latin-1; a=b"

# What both kinds of response are made with.
STATES = {
    "page": {"body": b"h\xc3\xa9", "headerlist": [("Content-Type", HTML)]},
    "latin": {"body": b"h\xe9", "headerlist": [("Content-Type", LATIN)]},
    "json": {"json": {"a": [1]}},
    "empty": {"status": "204 No Content"},
    "stream": {"app_iter": [b"a", b"b"], "status": 201, "headerlist": []},
    "bare": {"body": b"x", "headerlist": []},
    "all": {
        "body": b"x",
        "status": "206 Part",
        "headerlist": [
            ("Accept-Ranges", "bytes"), ("Age", "5"), ("Allow", "GET, HEAD"),
            ("Cache-Control", "max-age=5, private"), ("Content-Disposition", "attachment"),
            ("Content-Encoding", "identity"), ("Content-Language", "de, en"),
            ("Content-Location", "/x"), ("Content-Md5", "xyz"),
            ("Content-Range", "bytes 0-1/5"),
            ("Content-Type", "text/css"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Etag", 'W/"x"'), ("Expires", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Location", "/y"),
            ("Pragma", "no-cache"), ("Retry-After", "5"), ("Server", "s"), ("Vary", "A, B"),
            ("Www-Authenticate", 'Basic realm="x"'),
        ],
    },
}  # fmt: skip


def both(state):
    """Return our response and WebOb's, made alike."""
    arguments = STATES[state]
    copies = [
        {k: v[:] if isinstance(v, list) else v for k, v in arguments.items()} for _ in range(2)
    ]
    return Response(**copies[0]), webob.Response(**copies[1])


def titled(headerlist):
    return sorted((name.title(), value) for name, value in headerlist)


def sent_by(response):
    """Return (status, headers, body) that a server would get of a response of either kind.

    Without the length, which must be right: ours always has one, WebOb's does not.
    """
    if isinstance(response, Response):
        response.finalize()
        status, headers = response.output_status, response.header_list
        return status, *without_length(headers, b"".join(response.app_iter))
    got = []
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "HTTP_HOST": "h"}
    environ |= {"SCRIPT_NAME": "", "PATH_INFO": "/"}
    body = b"".join(response(environ, lambda status, headers: got.extend([status, headers])))
    headers = [(k, response.location if k == "Location" else v) for k, v in got[1]]
    return got[0], *without_length(headers, body)


def without_length(headers, body):
    lengths = [value for name, value in headers if name == "Content-Length"]
    assert lengths in ([], [str(len(body))])
    return titled(pair for pair in headers if pair[0] != "Content-Length"), body


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", words(RESPONSE_WORDS, SAME))
def test_reading_a_response(name, state):
    """Each word that is not ours says what it says on a webob.Response made alike."""
    ours, plain = both(state)
    assert attempt(getattr, ours, name) == attempt(getattr, plain, name)


NEW_RESPONSE_VALUES = {
    "accept_ranges": "bytes", "age": 5, "allow": ("GET", "HEAD"),
    "cache_control": {"max_age": 5},
    "charset": "latin-1", "content_disposition": "inline", "content_encoding": "x",
    "content_language": ["de"], "content_length": 1, "content_location": "/x",
    "content_md5": "z",
    "content_range": (0, 5, 10), "content_type": "text/plain",
    "content_type_params": {"a": "b c"},
    "date": NOW, "etag": ("x", False), "expires": NOW, "last_modified": NOW, "location": "/x",
    "pragma": "x", "retry_after": 5, "server": "s", "vary": ["A", "B"],
    "www_authenticate": ("Basic", 'realm="x"'), "status_code": 404, "status_int": 404,
    "headerlist": [("A", "1"), ("A", "2")],
}  # fmt: skip
# The length of what they set is known when the response is sent.
NEW_BODIES = {
    "app_iter": [b"abc"], "text": "é", "ubody": "é", "unicode_body": "é", "json": [1],
    "json_body": [1],
}  # fmt: skip


def test_each_property_of_a_response_is_set():
    """Whatever WebOb lets a program set has a value to be set to here."""
    settable = {
        name for name in words(RESPONSE_WORDS, SAME) if is_settable(webob.Response, name)
    }
    assert settable == {*NEW_RESPONSE_VALUES, *NEW_BODIES}


@pytest.mark.parametrize("state", ["page", "bare", "all"])
@pytest.mark.parametrize("name", NEW_RESPONSE_VALUES)
def test_setting_a_word_of_a_response(name, state):
    """Setting a word changes the headers as WebOb does, and reads back the same."""
    seen = []
    for response in both(state):
        done = attempt(setattr, response, name, NEW_RESPONSE_VALUES[name])
        seen.append((done, attempt(getattr, response, name), titled(response.headerlist)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", NEW_RESPONSE_VALUES)
def test_a_fresh_response_takes_every_word(name):
    """The response of a request, made the lean way, takes each word and gives it back."""
    ours, plain = Response(), webob.Response()
    for response in (ours, plain):
        setattr(response, name, NEW_RESPONSE_VALUES[name])
    assert attempt(getattr, ours, name) == attempt(getattr, plain, name)
    ours.finalize()


@pytest.mark.parametrize("state", ["page", "bare", "all"])
def test_deleting_the_words_of_a_response(state):
    """Deleting a word changes the headers as WebOb does."""
    seen = []
    for response in both(state):
        deletable = [n for n in NEW_RESPONSE_VALUES if getattr(webob.Response, n).fdel]
        done = {name: attempt(delattr, response, name) for name in deletable}
        seen.append((done, titled(response.headerlist)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("state", ["page", "latin", "bare"])
@pytest.mark.parametrize("name", NEW_BODIES)
def test_setting_the_body_of_a_response(name, state):
    """Whatever sets the body, the same bytes and the same length are sent."""
    seen = []
    for response in both(state):
        value = NEW_BODIES[name]
        done = attempt(setattr, response, name, value[:] if name == "app_iter" else value)
        back = attempt(getattr, response, name)
        seen.append((done, back, sent_by(response)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", ["text", "ubody", "unicode_body", "json", "json_body"])
def test_deleting_the_body_of_a_response(name):
    """Deleting text or JSON empties the body."""
    ours, _ = both("json")
    delattr(ours, name)
    assert sent_by(ours)[2] == b""


def conditional(response, **headers):
    got = []
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "HTTP_HOST": "h", **headers}
    response.etag = "x"
    body = response.conditional_response_app(environ, lambda s, h: got.extend([s, titled(h)]))
    return got, b"".join(body)


def from_file(response):
    raw = io.BytesIO(b"HTTP/1.0 201 Made\r\nX-A: b\r\nContent-Length: 3\r\n\r\nabc")
    return sent_by(type(response).from_file(raw))


def unset(response):
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    response.unset_cookie("a")
    return response.headers.getall("Set-Cookie")


def merge(response):
    response.set_cookie("a", "1")
    other = response.merge_cookies(type(response)(b"x"))
    return other.headers.getall("Set-Cookie")


def merge_app(response):
    response.set_cookie("a", "1")
    got = []
    body = response.merge_cookies(hello)(
        {"PATH_INFO": "/", "wsgi.input": io.BytesIO()},
        lambda s, h, exc_info=None: got.extend([s, h]),
    )
    return got, b"".join(body)


def compressed(response, lazy):
    response.encode_content(lazy=lazy)
    first = response.content_encoding
    body = gzip.decompress(b"".join(response.app_iter))
    return first, body


def decoded(response, name, data):
    response.app_iter = [data]
    response.content_encoding = name
    response.decode_content()
    return sent_by(response)


def copied(response):
    twin = response.copy()
    twin.headers["X-Twin"] = "1"
    return (
        type(twin) is type(response),
        sent_by(twin),
        "X-Twin" in response.headers,
        sent_by(response),
    )


def expire(response, *arguments, **keywords):
    response.cache_expires(*arguments, **keywords)
    seconds = (response.expires - datetime.now(timezone.utc)).total_seconds()
    return str(response.cache_control), response.pragma, round(seconds, -1)


RESPONSE_CALLS = {
    "app_iter_range": lambda r: b"".join(r.app_iter_range(1, 2)),
    "cache_expires": lambda r: expire(r, 3600, private=True),
    "cache_expires, now": lambda r: expire(r),
    "cache_expires, delta": lambda r: expire(r, timedelta(hours=1)),
    "conditional_response_app": conditional,
    "conditional_response_app, 304": lambda r: conditional(r, HTTP_IF_NONE_MATCH='"x"'),
    "conditional_response_app, 206": lambda r: conditional(r, HTTP_RANGE="bytes=0-0"),
    "conditional_response_app, 416": lambda r: conditional(r, HTTP_RANGE="bytes=90-99"),
    "copy": copied,
    "decode_content": lambda r: decoded(r, "gzip", gzip.compress(b"abc")),
    "decode_content, identity": lambda r: decoded(r, "identity", b"abc"),
    "decode_content, unknown": lambda r: decoded(r, "br", b"abc"),
    "delete_cookie": lambda r: (r.delete_cookie("a"), r.headers.getall("Set-Cookie")),
    "encode_content": lambda r: compressed(r, False),
    "encode_content, lazy": lambda r: compressed(r, True),
    "encode_content, identity": lambda r: (r.encode_content("identity"), sent_by(r)),
    "from_file": from_file,
    "md5_etag": lambda r: (r.md5_etag(set_content_md5=True), r.etag, r.content_md5),
    "md5_etag, of a body": lambda r: (r.md5_etag(b"abc"), r.etag, r.content_md5),
    "merge_cookies": merge,
    "merge_cookies, none": lambda r: r.merge_cookies(hello) is hello,
    "merge_cookies, app": merge_app,
    "set_cookie": lambda r: (
        r.set_cookie("a", "é", path="/p", domain="d", secure=True, samesite="lax"),
        r.headers.getall("Set-Cookie"),
    ),
    "set_cookie, overwrite": lambda r: (
        r.set_cookie("a", "1"), r.set_cookie("a", "2", overwrite=True), titled(r.headerlist),
    ),
    "unset_cookie": unset,
    "unset_cookie, missing": lambda r: r.unset_cookie("a"),
}  # fmt: skip


def test_each_method_of_a_response_is_called():
    """The rows marked CALLED are called."""
    assert {name.partition(",")[0] for name in RESPONSE_CALLS} == set(
        words(RESPONSE_WORDS, CALLED)
    )


@pytest.mark.parametrize("state", ["page", "stream", "bare"])
@pytest.mark.parametrize("name", RESPONSE_CALLS)
def test_calling_a_response(name, state):
    """Each method gives what a webob.Response made alike gives."""
    ours, plain = both(state)
    call = RESPONSE_CALLS[name]
    assert attempt(call, ours) == attempt(call, plain)


def test_a_response_is_an_application():
    """A Response of ours is a WSGI application, as WebOb's are."""
    got = []
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "HTTP_HOST": "h"}
    environ |= {"SCRIPT_NAME": "", "PATH_INFO": "/"}
    response = Response(b"abc", status=201)
    body = response(environ, lambda status, headers: got.extend([status, dict(headers)]))
    assert (got[0], got[1]["Content-Length"], b"".join(body)) == ("201 Created", "3", b"abc")


@pytest.mark.parametrize("state", ["page", "all", "stream"])
def test_a_response_as_text(state):
    """str() of a response shows what would be sent; repr() names its class and status."""
    ours, plain = both(state)
    assert str(ours).split("\r\n")[0] == str(plain).split("\r\n")[0]
    assert str(ours).rsplit("\r\n", 1)[1] == str(plain).rsplit("\r\n", 1)[1]
    assert plain.status in repr(ours)


def test_the_body_of_a_response_is_an_iterable():
    """`response.body` is CherryPy's: an iterable of bytes that takes bytes, iterables,
    files, None.
    """
    ours, plain = both("page")
    assert ours.body == [plain.body]
    ours.body = iter([b"a", b"b"])
    assert b"".join(ours.body) == b"ab"


def test_the_headers_of_a_response_are_title_cased():
    """`response.headers` shows Title-Case and takes any; otherwise it is WebOb's."""
    ours, plain = both("all")
    assert type(ours.headers) is ResponseHeaders
    assert {k.title(): v for k, v in plain.headers.items()} == dict(ours.headers.items())
    ours.headers["etag"] = '"y"'
    assert "Etag" in list(ours.headers)
    assert ours.etag == "y"


def test_the_status_is_what_was_set():
    """`response.status` is what the program put there until the end; WebOb makes a line of
    it at once.
    """
    ours, plain = Response(), webob.Response()
    ours.status = plain.status = 404
    assert (ours.status, plain.status) == (404, "404 Not Found")
    ours.finalize()
    assert ours.status == plain.status
    assert Response().status is None


def test_writing():
    """write() and body_file append, as WebOb's do; write() tells how many bytes that were."""
    for response in (Response(), webob.Response()):
        response.content_type = "text/plain"
        response.write("é")
        response.body_file.write(b"x")
        response.body_file.writelines([b"y", b"z"])
        assert response.body_file.tell() == 5
        assert response.body_file.encoding == "UTF-8"
        status, _, body = sent_by(response)
        assert (status, body) == ("200 OK", "éxyz".encode())


def test_a_file_as_the_body():
    """`response.body_file = file` sends the file."""
    for response in (Response(), webob.Response()):
        response.body_file = io.BytesIO(b"abc")
        assert sent_by(response)[2] == b"abc"
