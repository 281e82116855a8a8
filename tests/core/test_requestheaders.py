"""RequestHeaders: every way of dict's to change them, and elements of malformed ones."""

import pytest

from wsgicherry.core.errors import HTTPError
from wsgicherry.core.request import Request
from wsgicherry.core.requestheaders import RequestHeaders, load_cookies


@pytest.fixture
def headers():
    return RequestHeaders({"HTTP_X_A": "1", "CONTENT_TYPE": "x/y"})


def test_pop(headers):
    """pop() takes a header from the environ too; a missing one is the default, or KeyError."""
    assert headers.pop("x-a") == "1"
    assert headers.pop("x-a", None) is None
    with pytest.raises(KeyError):
        headers.pop("x-a")
    assert headers._environ == {"CONTENT_TYPE": "x/y"}


def test_setdefault(headers):
    """setdefault() sets what is not there, and leaves what is."""
    assert headers.setdefault("x-a", "2") == "1"
    assert headers.setdefault("x-b", "2") == "2"
    assert headers._environ["HTTP_X_B"] == "2"


def test_elements_of_a_malformed_header(headers):
    """A header that does not follow its grammar is the client's error: 400."""
    headers["Accept"] = "a/b;q=x"
    with pytest.raises(HTTPError, match="Malformed HTTP header") as caught:
        headers.elements("accept")
    assert caught.value.code == 400


def test_cookies_over_the_limit():
    """Of a header that is too large there are no cookies; the request is refused elsewhere."""
    assert [morsel.value for morsel in load_cookies("a=1", 3).values()] == ["1"]
    assert not load_cookies("a=12", 3)


def test_an_application_called_after_a_read(environ):
    """What a handler has not read of the body is there for an application that it calls."""

    def app(environ, start_response):
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]

    request = Request(environ("/", "POST", body=b"one\ntwo"))
    assert request.body.readline() == b"one\n"
    assert request.get_response(app).app_iter == [b"two"]
