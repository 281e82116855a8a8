"""The limits of SECURITY goal 8 that no other file has: each at limit - 1, limit, limit + 1."""

import pytest

from wsgicherry.core.errors import HTTPError
from wsgicherry.core.settings import find_setting

LIMITS = [(-1, True), (0, True), (1, False)]


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("server.max_request_body_size", 100 * 1024 * 1024),
        ("request.body.maxbytes", None),
        ("request.body.max_fields", None),
        ("request.body.max_field_bytes", 500 * 1024),
        ("request.body.max_parts", 1000),
        ("request.body.max_part_headers", 16),
        ("request.body.max_part_header_bytes", 8 * 1024),
        ("request.max_params", 1000),
        ("request.max_cookie_bytes", 16 * 1024),
        ("request.max_accept_bytes", 4 * 1024),
    ],
)
def test_each_limit_is_a_key(key, default):
    """Every limit has a name in the table of settings, and its default there."""
    setting = find_setting(key)
    assert setting is not None
    assert setting.default == default


def accept_of(size, wanted="text/plain"):
    """Return an Accept header of `size` bytes that asks for `wanted`."""
    return wanted.ljust(size, ",")


@pytest.mark.parametrize(("extra", "passes"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
@pytest.mark.parametrize("header", ["Accept-Charset", "Accept-Encoding"])
def test_the_size_of_what_is_accepted(page, header, by, extra, passes):
    """`request.max_accept_bytes`, 4 kB by default: one more is 431, where somebody reads it.

    For gzip, which can do without it, a header that is too large asks for nothing.
    """
    limit = 4096 if by == "default" else 100
    config = {"tools.gzip.on": header == "Accept-Encoding"}
    if by == "config":
        config["request.max_accept_bytes"] = 100
    wanted = "utf-8" if header == "Accept-Charset" else "gzip"
    serve = page(lambda: "page", {"/": config})
    answer = serve("/", headers={header: accept_of(limit + extra, wanted)})
    if header == "Accept-Charset":
        assert answer.code == (200 if passes else 431)
    else:
        assert (answer.header("Content-Encoding") == "gzip") is passes


@pytest.mark.parametrize(("extra", "passes"), LIMITS)
@pytest.mark.parametrize("limit", [None, 100, 6000])
def test_an_error_page_for_a_large_accept(page, limit, extra, passes):
    """An error must be answered: for an Accept header over the limit as HTML."""

    def handler():
        raise HTTPError(404)

    config = {} if limit is None else {"/": {"request.max_accept_bytes": limit}}
    answer = page(handler, config)("/", headers={"Accept": accept_of((limit or 4096) + extra)})
    assert answer.header("Content-Type").startswith("text/plain" if passes else "text/html")


@pytest.mark.parametrize(("extra", "passes"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
def test_the_size_of_cookies(page, by, extra, passes):
    """`request.max_cookie_bytes`, 16 kB by default: one more is 431."""
    limit = 16 * 1024 if by == "default" else 100
    config = {"/": {"request.max_cookie_bytes": 100}} if by == "config" else None
    answer = page(lambda: "", config)("/", headers={"Cookie": "a=".ljust(limit + extra, "x")})
    assert answer.code == (200 if passes else 431)


@pytest.mark.parametrize(("extra", "passes"), LIMITS)
@pytest.mark.parametrize("by", ["default", "config"])
def test_the_number_of_query_parameters(page, by, extra, passes):
    """`request.max_params`, 1000 by default: one more is 400."""
    limit = 1000 if by == "default" else 5
    config = {"/": {"request.max_params": 5}} if by == "config" else None
    serve = page(lambda **params: "", config)
    query = "&".join(f"p{number}=1" for number in range(limit + extra))
    assert serve("/", qs=query).code == (200 if passes else 400)


def test_limits_are_of_a_path(page):
    """A limit that holds for one path leaves others alone."""
    config = {"/upload": {"request.body.max_field_bytes": 10}}
    serve = page(lambda *args, **kwargs: "", config)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert serve("/upload", "POST", body=b"a=" + b"x" * 20, headers=form).code == 413
    assert serve("/other", "POST", body=b"a=" + b"x" * 20, headers=form).code == 200
