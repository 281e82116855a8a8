"""The small tools: slashes, response headers, what is logged of an error."""

from __future__ import annotations

import logging

import pytest
from webtest import TestApp

from wsgicherry.core.errors import HTTPError
from wsgicherry.core.expose import expose
from wsgicherry.lib import cptools

NAMES = (
    "MonitoredHeaderMap SessionAuth accept allow autovary convert_params flatten "
    "ignore_headers log_hooks log_request_headers log_traceback proxy redirect referer "
    "response_headers session_auth trailing_slash validate_etags validate_since"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_each_name_that_programs_call(name):
    """All that CherryPy has in this module is here."""
    assert callable(getattr(cptools, name))


class Directory:
    @expose
    def index(self, **params):
        return "index"

    @expose
    def page(self, **params):
        return "page"


class Root(Directory):
    def __init__(self):
        self.dir = Directory()

    @expose
    def fault(self):
        raise ZeroDivisionError("secret detail")

    @expose
    def refuse(self):
        raise HTTPError(410)

    @expose
    def default(self, *args):
        return "default"


def mount(site, **config):
    settings = {f"tools.{key.replace('__', '.')}": value for key, value in config.items()}
    site.tree.mount(Root(), "/app", {"/": settings})
    return TestApp(site.tree)


BASE = "http://localhost:80/app"


@pytest.mark.parametrize(
    ("config", "path", "status", "location"),
    [
        ({}, "/dir", 301, "/dir/"),
        ({}, "/dir?a=1&b=%C3%A9", 301, "/dir/?a=1&b=%C3%A9"),
        ({}, "", 301, "/"),
        ({}, "/dir/", 200, None),
        ({}, "/dir/page", 200, None),
        ({}, "/dir/page/", 200, None),
        ({}, "/x/y", 200, None),
        ({}, "/x/y/", 200, None),
        ({"missing": False}, "/dir", 200, None),
        ({"on": False}, "/dir", 200, None),
        ({"extra": True}, "/dir/page/", 301, "/dir/page"),
        ({"extra": True}, "/dir/page/?a=1", 301, "/dir/page?a=1"),
        ({"extra": True}, "/dir/page", 200, None),
        ({"extra": True}, "/dir/", 200, None),
        ({"extra": True, "missing": False}, "/dir", 200, None),
        ({"status": 308}, "/dir", 308, "/dir/"),
        ({"status": 307, "extra": True}, "/dir/page/", 307, "/dir/page"),
    ],
)
def test_trailing_slash(site, config, path, status, location):
    """Index pages get their slash, and with `extra` other pages lose theirs; the query
    stays.
    """
    client = mount(site, **{f"trailing_slash__{key}": value for key, value in config.items()})
    answer = client.get("/app" + path, status=status)
    if location is None:
        assert "Location" not in answer.headers
    else:
        assert answer.headers["Location"] == BASE.replace(":80", "") + location or (
            answer.headers["Location"] == BASE + location
        )


def test_trailing_slash_in_the_log(site, error_text):
    """With `debug` the redirect is logged."""
    mount(site, trailing_slash__debug=True).get("/app/dir", status=301)
    assert "TOOLS.TRAILING_SLASH" in error_text()
    assert "'/dir'" in error_text()


@pytest.mark.parametrize(
    "headers", [None, [], [("X-A", "1"), ("X-B", "2")], {"X-A": "1"}.items()]
)
def test_response_headers(site, headers):
    """Each (name, value) is set on every response, errors included."""
    client = mount(site, response_headers__on=True, response_headers__headers=headers)
    for path, status in (("/page", 200), ("/refuse", 410), ("/fault", 500), ("/dir", 301)):
        answer = client.get("/app" + path, status=status)
        for name, value in headers or ():
            assert answer.headers[name] == value


def test_response_headers_are_the_handlers_to_change(site):
    """The tool runs first, so that a handler may set another value."""

    class Own:
        @expose
        @site.tools.response_headers(headers=[("Content-Type", "text/plain"), ("X-A", "tool")])
        def index(self):
            return "own"

    site.tree.mount(Own(), "", {"/": {"response.headers.X-A": "config"}})
    answer = TestApp(site.tree).get("/")
    assert answer.headers["Content-Type"] == "text/plain;charset=utf-8"
    assert answer.headers["X-A"] == "tool"


def test_response_headers_after_a_failure(site):
    """The tool is failsafe: it runs after an earlier hook has failed."""

    def fail():
        raise HTTPError(410)

    site.config.update({"hooks.on_start_resource": fail})
    headers = [("X-A", "1")]
    client = mount(site, response_headers__on=True, response_headers__headers=headers)
    assert client.get("/app/page", status=410).headers["X-A"] == "1"


def test_response_headers_in_the_log(site, error_text):
    """With `debug` the headers are logged."""
    client = mount(
        site,
        response_headers__on=True,
        response_headers__headers=[("X-A", "1")],
        response_headers__debug=True,
    )
    client.get("/app/page")
    assert "TOOLS.RESPONSE_HEADERS" in error_text()


@pytest.mark.parametrize(
    ("config", "level"), [({}, logging.ERROR), ({"severity": logging.WARNING}, logging.WARNING)]
)
def test_log_tracebacks(site, error_text, config, level):
    """An unexpected error is logged with its traceback and the id of its page, once."""
    records, handler = [], logging.Handler()
    handler.emit = records.append
    site.log.error_log.addHandler(handler)
    client = mount(site, **{f"log_tracebacks__{key}": value for key, value in config.items()})
    answer = client.get("/app/fault", status=500)
    logged = [record for record in records if record.exc_info]
    assert len(logged) == 1
    assert logged[0].levelno == level
    assert "ZeroDivisionError: secret detail" in error_text()
    identifier = logged[0].getMessage().partition("Error id ")[2][:12]
    assert identifier in answer.text


def test_no_tracebacks(site, error_text):
    """With the tool off the log has the error's id, and no traceback."""
    mount(site, log_tracebacks__on=False).get("/app/fault", status=500)
    assert "ZeroDivisionError" not in error_text()
    assert "Error id" in error_text()


def test_expected_errors_have_no_traceback(site, error_text):
    """HTTPError below 500 is no matter for the error log."""
    mount(site).get("/app/refuse", status=410)
    assert "Traceback" not in error_text()


def test_log_headers(site, error_text):
    """The headers of a request that failed are logged, but for its secrets."""
    client = mount(site)
    headers = {"Authorization": "Basic c2VjcmV0", "Cookie": "session=secret", "X-Mine": "yes"}
    client.get("/app/fault", headers=headers, status=500)
    text = error_text()
    assert "Request Headers:" in text
    assert "X-Mine: yes" in text
    assert "c2VjcmV0" not in text
    assert "session=secret" not in text


def test_no_log_headers(site, error_text):
    """With the tool off they are not."""
    mount(site, log_headers__on=False).get("/app/fault", headers={"X-Mine": "yes"}, status=500)
    assert "X-Mine" not in error_text()
