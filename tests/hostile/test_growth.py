"""A request costs at most twice the work when what a client sends is twice as long."""

from __future__ import annotations

import time

import pytest
from hostile_row import FORM, JSON, Row, make_environ
from hostile_sites import open_site

SIZE = 1000
MOST_RATIO = 2.5
MULTIPART = "multipart/form-data; boundary=B"
FIELD = b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n'
NAME = b"--B\r\n" + FIELD[:38]
HUGE = 64 * 1024
# Of this thread's own time, so that a busy machine does not show; what is quadratic takes more.
MOST_SECONDS = 5.0


def header(name, start, period, end="", **others):
    """Return what makes a row with `n` periods in one header."""
    return lambda n: Row("grow", 200, environ={name: start + period * n + end}, **others)


def path(start, period, **others):
    """Return what makes a row with `n` periods in its path."""
    return lambda n: Row("grow", 200, start + period * n, **others)


def query(period, **others):
    """Return what makes a row with `n` periods in its query string."""
    return lambda n: Row("grow", 200, "/echo", period * n, **others)


def post(period, content_type, page, start=b"", end=b""):
    """Return what makes a row with `n` periods in its body."""
    return lambda n: Row(
        "grow",
        200,
        page,
        method="POST",
        body=start + period * n + end,
        environ={"CONTENT_TYPE": content_type},
    )


GROWING = {
    "cookie-pairs": header("HTTP_COOKIE", "", "a=b;", path="/cookies"),
    "cookie-separators": header("HTTP_COOKIE", "", ";", path="/cookies"),
    "cookie-quotes": header("HTTP_COOKIE", 'a="', '\\"', '"', path="/cookies"),
    "cookie-quotes-open": header("HTTP_COOKIE", 'a="', '\\"', path="/cookies"),
    "cookie-equals": header("HTTP_COOKIE", "a", "=", path="/cookies"),
    "cookie-spaces": header("HTTP_COOKIE", "a=", " ", "b", path="/cookies"),
    "accept-commas": header("HTTP_ACCEPT", "", ",", path="/nothing"),
    "accept-elements": header("HTTP_ACCEPT", "", "a,a,", path="/nothing"),
    "accept-qualities": header("HTTP_ACCEPT", "", "a;q=0.1,", path="/nothing"),
    "accept-parameters": header("HTTP_ACCEPT", "a/b", ";a=b", path="/nothing"),
    "accept-quotes": header("HTTP_ACCEPT", "", '",",', path="/nothing"),
    "accept-backslashes": header("HTTP_ACCEPT", 'a;b="', "\\", path="/nothing"),
    "accept-json": header("HTTP_ACCEPT", "", "application/a+json,", path="/nothing"),
    "accept-charset": header("HTTP_ACCEPT_CHARSET", "", "utf-8,", path="/snowman"),
    "accept-charset-commas": header("HTTP_ACCEPT_CHARSET", "", ",", path="/snowman"),
    "accept-charset-unknown": header("HTTP_ACCEPT_CHARSET", "", "x,", path="/snowman"),
    "accept-encoding": header("HTTP_ACCEPT_ENCODING", "", "gzip,", site="gzip"),
    "accept-encoding-commas": header("HTTP_ACCEPT_ENCODING", "", ",", site="gzip"),
    "content-type": lambda n: Row(
        "grow",
        200,
        "/echo",
        method="POST",
        body=b"a=1",
        environ={"CONTENT_TYPE": FORM + ";a=b" * n},
    ),
    "content-type-quotes": lambda n: Row(
        "grow",
        200,
        "/echo",
        method="POST",
        body=b"a=1",
        environ={"CONTENT_TYPE": FORM + ';a="' * n},
    ),
    "host-labels": header("HTTP_HOST", "", "a."),
    "host-dashes": header("HTTP_HOST", "a", "-"),
    "host-colons": header("HTTP_HOST", "[", ":", "]"),
    "agent-quotes": header("HTTP_USER_AGENT", "", '"'),
    "agent-backslashes": header("HTTP_USER_AGENT", "", "\\"),
    "agent-newlines": header("HTTP_USER_AGENT", "", "\n"),
    "path-segments": path("/item", "/a"),
    "path-unknown": path("/nothing", "/a"),
    "path-dots": path("/item", "/.."),
    "path-slashes": path("/item", "//a"),
    "path-escapes": path("/item/", "\xc3\xa9"),
    "path-undecodable": path("/item/", "\xff"),
    "path-punctuation": path("/", "-"),
    "path-underscores": path("/", "_"),
    "path-tree": path("", "/mounted", site="mounts"),
    "path-index": path("/", "\\", site="slashes"),
    "target-slashes": lambda n: Row(
        "grow", 200, "/item" + "/a" * n, environ={"RAW_URI": "/item" + "%2Fa" * n}
    ),
    "target-no-fit": lambda n: Row("grow", 200, environ={"REQUEST_URI": "/%2F" * n}),
    "query-pairs": query("a=1&"),
    "query-escapes": query("%41"),
    "query-broken-escapes": query("%"),
    "query-separators": query("&"),
    "query-equals": query("="),
    "query-plus": query("+"),
    "query-undecodable": query("%FF"),
    "query-redirect": lambda n: Row("grow", 301, "/deep", "\r\n" * n),
    "redirect-slashes": lambda n: Row("grow", 303, "/go", "to=" + "/" * n + "x"),
    "redirect-dots": lambda n: Row("grow", 303, "/go", "to=/" + "a/../" * n),
    "redirect-tabs": lambda n: Row("grow", 303, "/go", "to=/" + "%09/" * n),
    "redirect-escapes": lambda n: Row("grow", 303, "/go", "to=/" + "%25%20" * n),
    "message-markup": lambda n: Row("grow", 400, "/refuse", "message=" + "%3C" * n),
    "message-controls": lambda n: Row("grow", 400, "/refuse", "message=" + "%00" * n),
    "form-pairs": post(b"a&", FORM, "/echo"),
    "form-escapes": post(b"%41", FORM, "/echo", b"a="),
    "form-broken-escapes": post(b"%", FORM, "/echo"),
    "multipart-parts": post(b"--B\r\n\r\n\r\n", MULTIPART, "/echo", end=b"--B--"),
    "multipart-fields": post(b"--B\r\n" + FIELD, MULTIPART, "/echo", end=b"--B--"),
    "multipart-preamble": post(b"\r", MULTIPART, "/echo", end=b"\r\n--B--"),
    "multipart-newlines": post(b"\r\n", MULTIPART, "/echo", b"--B\r\n\r\n", b"\r\n--B--"),
    "multipart-marks": post(b"\r\n--", MULTIPART, "/echo", b"--B\r\n\r\n", b"\r\n--B--"),
    "multipart-folds": post(b" x\r\n", MULTIPART, "/echo", b"--B\r\nX:\r\n"),
    "multipart-quotes": post(b'"', MULTIPART, "/echo", NAME, FIELD[39:] + b"--B--"),
    "multipart-escapes": post(b'\\"', MULTIPART, "/echo", NAME, FIELD[39:] + b"--B--"),
    "multipart-slashes": post(b"/", MULTIPART, "/echo", NAME, FIELD[39:] + b"--B--"),
    "multipart-header": post(b"x", MULTIPART, "/echo", b"--B\r\nX: "),
    "boundary": lambda n: Row(
        "grow",
        400,
        "/echo",
        method="POST",
        body=b"--B--",
        environ={"CONTENT_TYPE": "multipart/form-data; boundary=" + " " * n},
    ),
    "json-wide": post(b"[],", JSON, "/json", b"[", b"1]"),
    "json-deep": post(b"[", JSON, "/json"),
    "json-digits": post(b"9", JSON, "/json"),
    "json-escapes": post(b"\\n", JSON, "/json", b'"', b'"'),
    "headers": lambda n: Row(
        "grow",
        200,
        "/word",
        "name=headers",
        environ={f"HTTP_X_{number}": "a" for number in range(n)},
    ),
}


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    """Give a function that has a row answered, without the validator's own work."""
    directory = tmp_path_factory.mktemp("growth")
    sites = {}

    def send(row):
        if row.site not in sites:
            sites[row.site] = open_site(row.site, directory)
        environ = make_environ(row)
        body = sites[row.site].site.tree(environ, lambda status, headers, exc_info=None: None)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    yield send
    for site in sites.values():
        site.close()


@pytest.mark.parametrize("make_row", GROWING.values(), ids=GROWING)
def test_calls_at_most_double_when_the_input_doubles(answer, make_row, count_calls):
    """n, 2n and 4n: the calls of a whole request grow no faster than what was sent."""
    answer(make_row(1))
    counts = []
    for times in (1, 2, 4):
        row = make_row(times * SIZE // 4)
        counts.append(count_calls(lambda row=row: answer(row)))
    assert counts[1] <= MOST_RATIO * counts[0], counts
    assert counts[2] <= MOST_RATIO * counts[1], counts


@pytest.mark.parametrize("make_row", GROWING.values(), ids=GROWING)
def test_64_kilobytes_take_no_time_to_speak_of(answer, make_row):
    """What no call count shows, a regular expression that goes back and forth, shows here."""
    row = make_row(HUGE // 4)
    started = time.thread_time()
    answer(row)
    assert time.thread_time() - started < MOST_SECONDS
