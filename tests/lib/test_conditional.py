"""Conditional requests to pages: `tools.etags` and `validate_since` (BEHAVIOUR 6.6)."""

from __future__ import annotations

import gzip
from email.utils import formatdate
from io import BytesIO

import pytest
from asking import mount
from conditions_oracle import METHODS, MODIFIED, SINCE, TAGS, oracle, rows

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.lib import cptools
from wsgicherry.lib.conditional import validate_etags, validate_since

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
EARLIER, LATER = (formatdate(MODIFIED + step, usegmt=True) for step in (-1, 1))
PAGE = "<p>paragraph</p>" * 100


@pytest.fixture
def lines(error_lines):
    """The lines of the site's error log."""
    return error_lines


def response():
    return serving_now().response


def tagged(etag='"a"', modified=None, body="page", status=None):
    """Return a handler with these headers."""

    def handler(*args):
        headers = response().headers
        if etag is not None:
            headers["ETag"] = etag
        if modified is not None:
            headers["Last-Modified"] = modified
        if status is not None:
            response().status = status
        return body

    return handler


# -- tags of the program's own ---------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "headers", "code"),
    [
        ("GET", {}, 200),
        ("GET", {"If-None-Match": '"a"'}, 304),
        ("GET", {"If-None-Match": 'W/"a"'}, 304),
        ("GET", {"If-None-Match": '"b", "a"'}, 304),
        ("GET", {"If-None-Match": "*"}, 304),
        ("GET", {"If-None-Match": '"b"'}, 200),
        ("GET", {"If-None-Match": "a"}, 200),
        ("GET", {"If-None-Match": ""}, 200),
        ("HEAD", {"If-None-Match": '"a"'}, 304),
        ("POST", {"If-None-Match": '"a"'}, 412),
        ("PUT", {"If-None-Match": "*"}, 412),
        ("OPTIONS", {"If-None-Match": '"a"'}, 200),
        ("GET", {"If-Match": '"a"'}, 200),
        ("GET", {"If-Match": "*"}, 200),
        ("GET", {"If-Match": '"b"'}, 412),
        ("GET", {"If-Match": 'W/"a"'}, 412),
        ("DELETE", {"If-Match": '"b"'}, 412),
        ("DELETE", {"If-Match": '"a"'}, 200),
        ("GET", {"If-Match": '"a"', "If-None-Match": '"a"'}, 304),
        ("GET", {"If-Match": '"b"', "If-None-Match": '"a"'}, 412),
    ],
)
def test_tags_are_compared(site, method, headers, code):
    """If-Match strongly, If-None-Match weakly; 304 for those who read, 412 for the others."""
    ask = mount(site, tagged(), etags__on=True)
    answer = ask(method, headers=headers)
    assert answer.code == code
    if code in (200, 304):
        assert answer.etag == '"a"' or headers["If-None-Match"] == 'W/"a"'


@pytest.mark.parametrize("etag", ['W/"a"', '"a"', "a", '"a', b'"a"', ' "a" '])
def test_tags_that_programs_set(site, etag):
    """A tag is quoted if the program did not, and a weak one matches weakly."""
    ask = mount(site, tagged(etag), etags__on=True)
    sent = ask().etag
    assert sent == ('W/"a"' if etag == 'W/"a"' else '"a"')
    assert ask(headers={"If-None-Match": sent}).code == 304
    assert ask(headers={"If-Match": sent}).code == (412 if etag == 'W/"a"' else 200)


@pytest.mark.parametrize(("etag", "sent"), [("a b", '"a%20b"'), ("ž", '"%C5%BE"'), (7, '"7"')])
def test_tags_that_no_tag_can_be(site, etag, sent):
    """What may not stand in a tag is escaped, so that the client can send it back."""
    ask = mount(site, tagged(etag), etags__on=True)
    assert ask().etag == sent
    assert ask(headers={"If-None-Match": sent}).code == 304


def test_the_tag_that_webob_sets(site):
    """`response.etag` is WebOb's word for the same header."""

    def handler():
        response().etag = "a"
        return "page"

    ask = mount(site, handler, etags__on=True)
    assert ask().etag == '"a"'
    assert ask(headers={"If-None-Match": '"a"'}).code == 304


def test_the_tag_of_a_webob_response(site):
    """So is that of a webob.Response which the handler returns."""
    import webob

    ask = mount(site, lambda: webob.Response("page", etag="a"), etags__on=True)
    assert ask(headers={"If-None-Match": '"a"'}).code == 304


@pytest.mark.parametrize("etag", [None, ""])
def test_without_a_tag(site, etag):
    """Without a tag only '*' matches (RFC 9110 section 13.1.1)."""
    ask = mount(site, tagged(etag), etags__on=True)
    assert ask(headers={"If-None-Match": '""'}).code == 200
    assert ask(headers={"If-None-Match": "*"}).code == 304
    assert ask(headers={"If-Match": '""'}).code == 412
    assert ask(headers={"If-Match": "*"}).code == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"If-Match": '"b"'}, """If-Match failed: ETag '"a"' did not match ['"b"']"""),
        ({"If-None-Match": '"a"'}, """If-None-Match failed: ETag '"a"' matched ['"a"']"""),
        ({"If-None-Match": "*"}, """If-None-Match failed: ETag '"a"' matched ['*']"""),
        ({"If-Unmodified-Since": EARLIER}, "Precondition in headers is false"),
    ],
)
def test_a_412_says_what_failed(site, headers, message):
    """The page names the condition (CherryPy's sentences), and has no tag itself."""

    def handler():
        tagged(modified=DATE)()
        validate_since()
        return "page"

    ask = mount(site, handler, etags__on=True)
    answer = ask("PUT", headers={**headers, "Accept": "text/plain"})
    assert (answer.code, answer.etag) == (412, None)
    assert message in answer.body.decode()


def test_a_412_repeats_few_tags(site):
    """However many tags a client sends, the page stays small."""
    ask = mount(site, tagged(), etags__on=True)
    many = ", ".join(f'"{number}"' for number in range(5000))
    answer = ask("PUT", headers={"If-Match": many})
    assert answer.code == 412
    assert len(answer.body) < 5000


@pytest.mark.parametrize("status", [301, 404, 503, 304])
@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
def test_other_statuses_are_not_compared(site, status, name):
    """Conditions count only where the answer would be a 2xx (RFC 9110 section 13.2.1)."""
    ask = mount(site, tagged(status=status), etags__on=True, etags__autotags=True)
    for value in ("*", '"a"', '"b"'):
        assert ask(headers={name: value}).code == status


@pytest.mark.parametrize("error", [HTTPError(404), HTTPRedirect("/x"), HTTPRedirect([], 304)])
def test_errors_and_redirects_are_not_compared(site, error):
    """The page of an error or a redirect gets no tag and no 412."""

    def handler():
        raise error

    ask = mount(site, handler, etags__on=True, etags__autotags=True)
    answer = ask(headers={"If-Match": '"b"', "If-None-Match": "*"})
    assert (answer.code, answer.etag) == (error.status, None)


def test_a_status_that_is_none(site):
    """It is a 500, as without the tool."""
    ask = mount(site, tagged(status="odd"), etags__on=True)
    assert ask().code == 500


# -- tags made of the body -------------------------------------------------------------


def autotagged(site, handler, **more):
    return mount(site, handler, etags__on=True, etags__autotags=True, **more)


def test_autotags(site):
    """The same body has the same strong tag, another one another."""
    bodies = ["a", "a", "b"]
    ask = autotagged(site, lambda: bodies.pop())
    b, a, again = (ask().etag for _ in range(3))
    assert a == again != b
    assert a[0] == a[-1] == '"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_304_by_an_autotag(site, method):
    """Who has the page gets no body, and the headers that its copy needs."""
    ask = autotagged(site, lambda: PAGE)
    etag = ask().etag
    answer = ask(method, headers={"If-None-Match": etag})
    assert (answer.code, answer.body, answer.etag) == (304, b"", etag)
    assert answer.header("Content-Type") is answer.header("Content-Length") is None


def test_without_autotags_nothing_is_tagged(site):
    """The default: tags are the program's business."""
    assert mount(site, lambda: PAGE, etags__on=True)().etag is None


def test_the_programs_own_tag_comes_first(site):
    """A page that has a tag keeps it."""
    assert autotagged(site, tagged('"mine"'))().etag == '"mine"'


@pytest.mark.parametrize("status", [201, 206, 404, 500])
def test_only_a_200_is_tagged(site, status):
    """Other answers are not the page (BEHAVIOUR 6.6)."""
    assert autotagged(site, tagged(None, status=status))().etag is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_pages_to_read_are_tagged(site, method):
    """What answers a POST is not what a GET would get (RFC 9110 section 8.8.3)."""
    ask = autotagged(site, lambda: "done")
    assert ask(method).etag is None


def test_a_head_without_a_body_is_not_tagged(site):
    """A handler may leave out the body of a HEAD; its tag would be that of an empty page."""

    def handler():
        return "" if serving_now().request.method == "HEAD" else "page"

    ask = autotagged(site, handler)
    assert ask("HEAD").etag is None
    assert ask("GET").etag is not None


def test_an_empty_page_is_tagged(site):
    """An empty page is a page."""
    ask = autotagged(site, lambda: "")
    assert ask(headers={"If-None-Match": ask().etag}).code == 304


def test_a_stream_is_not_tagged(site):
    """A stream is not held back for a tag; If-None-Match: * still has it."""

    def handler():
        response().stream = True
        return iter([b"a", b"b"])

    ask = autotagged(site, handler)
    assert (ask().etag, ask().body) == (None, b"ab")
    assert ask(headers={"If-None-Match": '"a"'}).code == 200


@pytest.mark.parametrize(
    "make",
    [
        lambda: iter([b"a", b"b"]),
        lambda: (b"a", b"b"),
        lambda: [b"a", b"b"],
        lambda: BytesIO(b"ab"),
    ],
)
def test_bodies_that_are_read_anyhow_are_tagged(site, make):
    """What is held in memory before it is sent has the tag of its bytes."""
    bodies = [b"ab", make()]
    ask = autotagged(site, lambda: bodies.pop())
    answer = ask()
    assert (answer.body, answer.etag) == (b"ab", ask().etag)


@pytest.mark.parametrize("bytes_long", [10, 70_000])
def test_a_large_file_is_not_read_for_a_tag(site, tmp_path, bytes_long):
    """A file of 64 KiB or less is; `serve_file` gives each file a tag."""
    (tmp_path / "file").write_bytes(b"x" * bytes_long)

    def handler():
        return (tmp_path / "file").open("rb")

    answer = autotagged(site, handler)()
    assert (answer.etag is not None) == (bytes_long == 10)
    assert len(answer.body) == bytes_long


def test_a_body_with_a_length_is_sent_as_it_is_made(site):
    """A generator whose length the program tells is no more held back than before."""

    def handler():
        response().headers.update({"Content-Type": "a/b", "Content-Length": "2"})
        return iter([b"a", b"b"])

    answer = autotagged(site, handler)()
    assert (answer.etag, answer.body) == (None, b"ab")


# -- what a 304 has --------------------------------------------------------------------

KEPT = {
    "Cache-Control": "max-age=9",
    "Content-Location": "/page",
    "Etag": '"a"',
    "Expires": LATER,
    "Vary": "Accept-Language",
    "X-Own": "x",
}
DROPPED = {
    "Content-Encoding": "br",
    "Content-Language": "en",
    "Content-Md5": "x",
    "Content-Range": "bytes 0-1/2",
    "Last-Modified": DATE,
}


def everything():
    response().headers.update({**KEPT, **DROPPED})
    response().cookie["seen"] = "1"
    return PAGE


def test_a_304_keeps_what_a_cache_needs(site):
    """RFC 9110 section 15.4.5, BEHAVIOUR 13.3 item 13; cookies are for the client, not of the
    page.
    """
    ask = mount(site, everything, etags__on=True)
    answer = ask(headers={"If-None-Match": '"a"'})
    assert (answer.code, answer.body) == (304, b"")
    assert dict(answer.headers) == {**KEPT, "Set-Cookie": "seen=1"}


def test_a_304_by_its_date_keeps_the_date(site):
    """Last-Modified guides the cache of a page that has no tag."""
    ask = mount(site, tagged(None, DATE), etags__on=True)
    answer = ask(headers={"If-Modified-Since": DATE})
    assert (answer.code, answer.header("Last-Modified")) == (304, DATE)


def test_a_304_that_the_program_sends(site):
    """One by `response.status` says no more of a body that is not there."""

    def handler():
        response().status = 304
        return everything()

    answer = mount(site, handler)()
    assert not {"Content-Type", *DROPPED} - {"Last-Modified"} & {n for n, _ in answer.headers}


@pytest.mark.parametrize("client_has", ['"a"', 'W/"a"', '"b", W/"a"'])
def test_a_304_names_the_tag_that_the_client_has(site, client_has):
    """A copy that came compressed has a weak tag: by it a cache finds what the 304 is about."""
    answer = mount(site, tagged(), etags__on=True)(headers={"If-None-Match": client_has})
    assert answer.etag == ('"a"' if client_has == '"a"' else 'W/"a"')


@pytest.mark.parametrize("client_has", ["*", '"a", W/"a"'])
def test_a_304_for_many_copies_names_the_plain_one(site, client_has):
    """Everybody can read the copy that is not compressed."""
    answer = mount(site, tagged(), etags__on=True)(headers={"If-None-Match": client_has})
    assert (answer.code, answer.etag) == (304, '"a"')


# -- together with gzip ----------------------------------------------------------------


def test_a_compressed_page_has_a_weak_tag(site):
    """It has other bytes than the plain page, and the same meaning (RFC 9110 section 8.8.1)."""
    ask = autotagged(site, lambda: PAGE, gzip__on=True)
    plain, packed = ask(), ask(headers={"Accept-Encoding": "gzip"})
    assert packed.etag == "W/" + plain.etag
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize("headers", [{}, {"If-None-Match": '"a"'}])
def test_hooks_run_once(site, headers):
    """Those behind the tool see the 304; none of that point runs twice."""
    seen = []
    config = {"hooks.before_finalize": lambda: seen.append(response().status)}
    ask = mount(site, tagged(), config, etags__on=True, etags__priority=10)
    answer = ask(headers=headers)
    assert (answer.code, seen) == ((304, [304]) if headers else (200, [None]))


def test_a_stream_with_a_tag(site):
    """The 304 for a stream closes it unread."""
    body = Closing()

    def handler():
        response().stream = True
        response().headers["ETag"] = '"a"'
        return body

    answer = mount(site, handler, etags__on=True)(headers={"If-None-Match": '"a"'})
    assert (answer.code, answer.body, body.closed) == (304, b"", 1)


class Closing:
    """A body that nobody may read, and notes when it is closed."""

    closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        raise AssertionError("it was read")

    def close(self):
        self.closed += 1


def test_the_weak_tag_is_good_for_a_304(site):
    """With the Vary and the tag that the page had."""
    ask = autotagged(site, lambda: PAGE, gzip__on=True)
    packed = ask(headers={"Accept-Encoding": "gzip"})
    answer = ask(headers={"Accept-Encoding": "gzip", "If-None-Match": packed.etag})
    assert (answer.code, answer.etag) == (304, packed.etag)
    assert answer.header("Vary") == packed.header("Vary") == "Accept-Encoding"
    assert answer.header("Content-Encoding") is None


# -- dates -----------------------------------------------------------------------------


def checked_by_date(*args):
    response().headers["Last-Modified"] = DATE
    validate_since()
    return "page"


@pytest.mark.parametrize(
    ("method", "headers", "code"),
    [
        ("GET", {}, 200),
        ("GET", {"If-Modified-Since": EARLIER}, 200),
        ("GET", {"If-Modified-Since": DATE}, 304),
        ("GET", {"If-Modified-Since": LATER}, 304),
        ("HEAD", {"If-Modified-Since": DATE}, 304),
        ("GET", {"If-Modified-Since": "Sunday, 06-Nov-94 08:49:37 GMT"}, 304),
        ("GET", {"If-Modified-Since": "Sun Nov  6 08:49:37 1994"}, 304),
        ("GET", {"If-Modified-Since": "nonsense"}, 200),
        ("POST", {"If-Modified-Since": DATE}, 200),
        ("GET", {"If-Unmodified-Since": EARLIER}, 412),
        ("PUT", {"If-Unmodified-Since": EARLIER}, 412),
        ("PUT", {"If-Unmodified-Since": DATE}, 200),
        ("PUT", {"If-Unmodified-Since": LATER}, 200),
        ("PUT", {"If-Unmodified-Since": "nonsense"}, 200),
        # Tags are the better judge; nobody compares them here.
        ("GET", {"If-Modified-Since": DATE, "If-None-Match": '"b"'}, 200),
        ("PUT", {"If-Unmodified-Since": EARLIER, "If-Match": '"b"'}, 200),
    ],
)
def test_validate_since(site, method, headers, code):
    """Dates are compared as dates, in all forms (BEHAVIOUR 13.3 item 12)."""
    assert mount(site, checked_by_date)(method, headers=headers).code == code


@pytest.mark.parametrize("modified", [None, "", "nonsense"])
def test_without_a_date(site, modified):
    """A page that does not say when it was changed is not compared."""

    def handler():
        tagged(None, modified)()
        validate_since()
        return "page"

    ask = mount(site, handler)
    assert ask(headers={"If-Modified-Since": LATER}).code == 200
    assert ask(headers={"If-Unmodified-Since": EARLIER}).code == 200


def test_dates_count_only_for_a_2xx(site):
    """A page that is gone is gone."""

    def handler():
        response().status = 410
        return checked_by_date()

    assert mount(site, handler)(headers={"If-Modified-Since": LATER}).code == 410


def test_the_tool_heeds_dates_as_well(site):
    """A page that says when it was changed needs no call of its own."""
    ask = mount(site, tagged(None, DATE), etags__on=True)
    assert ask(headers={"If-Modified-Since": DATE}).code == 304
    assert ask(headers={"If-Unmodified-Since": EARLIER}).code == 412


def test_a_new_date_is_not_held_against_the_change(site):
    """After a PUT the page is newer than the client's copy, because of the PUT."""
    ask = mount(site, tagged(None, LATER), etags__on=True)
    assert ask("PUT", headers={"If-Unmodified-Since": DATE}).code == 200


# -- pages that are changed ------------------------------------------------------------


class Stored:
    """A page that is read and changed, by tags: the documentation's pattern."""

    def __init__(self):
        self.text = "old"

    def __call__(self, *args):
        request = serving_now().request
        response().headers["ETag"] = self.text
        validate_etags()
        if request.method == "PUT":
            self.text = request.body.read().decode()
            response().headers["ETag"] = self.text
        return self.text


@pytest.fixture
def stored(site):
    page = Stored()
    ask = mount(site, lambda *args: page(), etags__on=True)
    return page, lambda *args, **more: ask(*args, CONTENT_TYPE="text/plain", **more)


def test_a_change_by_who_knows_the_page(stored):
    """The new tag is not compared with the one that the client had before."""
    page, ask = stored
    answer = ask("PUT", body=b"new", headers={"If-Match": '"old"'})
    assert (answer.code, answer.etag, page.text) == (200, '"new"', "new")


def test_a_change_by_who_does_not(stored):
    """A 412 before anything is changed: no lost update."""
    page, ask = stored
    assert ask("PUT", body=b"new", headers={"If-Match": '"older"'}).code == 412
    assert page.text == "old"


def test_a_change_by_who_knows_an_older_date(site):
    """Asked before anything is changed, the date counts for a PUT as well."""
    changes = []

    def handler():
        tagged('"a"', DATE)()
        validate_etags()
        changes.append(1)

    ask = mount(site, handler)
    assert ask("PUT", headers={"If-Unmodified-Since": EARLIER}).code == 412
    assert changes == []
    assert ask("PUT", headers={"If-Unmodified-Since": DATE}).code == 200


def test_a_check_that_comes_too_late(site, lines):
    """A handler that does not ask before it changes anything: the log says what to do."""
    ask = mount(site, tagged(), etags__on=True)
    assert ask("DELETE", headers={"If-Match": '"other"'}).code == 412
    assert [line for line in lines if "Let the handler call validate_etags()" in line]


def test_a_check_in_time_is_not_logged(stored, lines):
    """Nor is that of a GET, which changes nothing."""
    _, ask = stored
    for method in ("PUT", "GET"):
        assert ask(method, headers={"If-Match": '"older"'}).code == 412
    assert not [line for line in lines if "validate_etags" in line]


@pytest.mark.parametrize("headers", [{"If-None-Match": "*"}, {"If-Match": "*"}])
def test_a_page_that_the_request_made(site, headers):
    """A PUT that is answered 201 was the first: "If-None-Match: *" asked for just that."""
    ask = mount(site, tagged(status=201), etags__on=True)
    assert ask("PUT", headers=headers).code == 201
    assert ask("POST", headers={"If-None-Match": "*"}).code == 412


# -- by hand, names, logs --------------------------------------------------------------


def test_by_hand(site):
    """`tools.etags.callable` works in a handler, and stops it."""
    went_on = []

    def handler():
        response().headers["ETag"] = '"a"'
        site.tools.etags.callable()
        went_on.append(True)
        return "page"

    ask = mount(site, handler)
    assert ask(headers={"If-None-Match": '"a"'}).code == 304
    assert not went_on


def test_cherrypys_names():
    """Programs find both in `lib.cptools`."""
    assert cptools.validate_etags is validate_etags
    assert cptools.validate_since is validate_since


def test_debug(site, lines):
    """With `debug` the log says what was compared."""
    mount(site, tagged(), etags__on=True, etags__debug=True)()
    assert any('TOOLS.ETAGS status 200, ETag "a"' in line for line in lines)


# -- the truth table, through a page ---------------------------------------------------

NAMES = ("If-Match", "If-Unmodified-Since", "If-None-Match", "If-Modified-Since")
FEW_TAGS = {word: TAGS[word] for word in ("absent", "match", "other", "weak", "star")}
FEW_DATES = {word: SINCE[word] for word in ("absent", "earlier", "later")}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("etag", "kind"), [('"a"', "strong"), ('W/"a"', "weak"), (None, "none")]
)
def test_the_truth_table_through_a_page(site, method, etag, kind):
    """Every page answers as RFC 9110 section 13.2.2 says."""

    def handler(*args):
        tagged(etag, DATE)()
        validate_since()
        return "page"

    ask = mount(site, handler, etags__on=True)
    wrong = []
    for says, texts in rows(FEW_TAGS, FEW_DATES, FEW_TAGS, FEW_DATES):
        got = ask(method, headers=dict(zip(NAMES, texts, strict=True)))
        wanted = oracle(method, (*says, "absent", "absent"), kind, has_date=True)
        if got.code != wanted:
            wrong.append((says, got.code, wanted))
    assert not wrong
