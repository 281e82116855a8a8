"""Error pages: three formats, the choice among them, pages of a program's own."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from wsgicherry.core.errorpages import (
    HEADERS,
    HTML_TYPE,
    JSON_TYPE,
    TEXT_TYPE,
    ErrorPage,
    choose,
    escape_values,
    interpolate,
    render_html,
    render_json,
    render_text,
)

NOT_FOUND = ErrorPage("404 Not Found", "The path '/x' was not found.")
BROKEN = ErrorPage(
    "500 Internal Server Error", "Sorry.", "Traceback:\n  <x>\n", "0123456789ab", "9.9.9"
)
HOSTILE = (
    "<script>alert(1)</script>",
    "</title></pre></p><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)' onfocus='alert(1)",
    "&lt;b&gt;",
    "<!--",
    "]]><svg/onload=alert(1)>",
    "{style}{0}%s%(status)s",
    "a\x00b\x1bc\x85d\r\ne",
    "\ud800\udfff\ufffe",
    "\u202eé€\U0001f352",
)


class Elements(HTMLParser):
    """The elements of a page, and its text as a browser shows it."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))

    def handle_data(self, data):
        self.text += data


def test_html_has_the_fragments_programs_look_for():
    """Title, heading, message and traceback stand where CherryPy's page has them."""
    page = render_html(BROKEN).decode()
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert '<meta charset="utf-8">' in page
    assert "<title>500 Internal Server Error</title>" in page
    assert "<h2>500 Internal Server Error</h2>" in page
    assert "<p>Sorry.</p>" in page
    assert '<pre id="traceback">Traceback:\n  &lt;x&gt;\n</pre>' in page
    assert '<p id="error-id">Error id: <code>0123456789ab</code></p>' in page


def test_html_has_only_what_it_was_given():
    """Without a traceback and an id there is no trace of either; a message keeps its `'`."""
    page = render_html(NOT_FOUND)
    assert b"<p>The path '/x' was not found.</p>" in page
    assert b"traceback" not in page
    assert b"Error id" not in page


def test_no_page_names_a_version():
    """The version is for pages of a program's own (SECURITY goal 43)."""
    assert not any(
        b"9.9.9" in render(BROKEN) for render in (render_html, render_json, render_text)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_hostile_text_and_nothing_else(text):
    """Whatever the values hold, the page has the elements of a harmless one."""
    page = render_html(ErrorPage(text, text, text, text, text))
    assert Elements(page).found == Elements(render_html(BROKEN)).found
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_carries_hostile_text(text):
    """A problem document is ASCII, and decodes to the text without illegal characters."""
    page = render_json(ErrorPage("404 Not Found", text, text, text))
    assert page.isascii()
    detail = json.loads(page)["detail"]
    assert detail == text or "\ufffd" in detail


def test_more_members_of_a_problem_document():
    """What an error adds is there; it cannot take the place of what the page itself says."""
    more = {"errors": [{"pointer": "#/n"}], "status": 1, "detail": "x"}
    page = json.loads(render_json(NOT_FOUND._replace(members=more)))
    assert page["errors"] == [{"pointer": "#/n"}]
    assert (page["status"], page["detail"]) == (404, NOT_FOUND.message)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_carries_hostile_text(text):
    """A plain text is UTF-8 without control characters."""
    page = render_text(ErrorPage("404 Not Found", text, text, text)).decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)


def test_json_is_a_problem_document():
    """RFC 9457: type, title, status, detail; what there is none of is no member."""
    assert json.loads(render_json(NOT_FOUND)) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "The path '/x' was not found.",
    }
    assert json.loads(render_json(BROKEN)) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Sorry.",
        "error_id": "0123456789ab",
        "traceback": "Traceback:\n  <x>\n",
    }


def test_text_is_paragraphs():
    """The text has the status, the message, then what else there is."""
    assert render_text(NOT_FOUND) == b"404 Not Found\n\nThe path '/x' was not found.\n"
    assert render_text(BROKEN) == (
        b"500 Internal Server Error\n\nSorry.\n\nError id: 0123456789ab\n\nTraceback:\n  <x>\n"
    )


def test_headers_let_in_the_style_only():
    """Nothing may load or run but the page's own style, named by its hash."""
    headers = dict(HEADERS)
    style = re.search(rb"<style>(.*)</style>", render_html(NOT_FOUND))[1]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'"
    )


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
CHOICES = [
    # Accept                                            answered with
    (None, HTML_TYPE),
    ("", HTML_TYPE),
    ("*/*", HTML_TYPE),
    ("text/*", HTML_TYPE),
    (BROWSER, HTML_TYPE),
    ("application/xhtml+xml", HTML_TYPE),
    ("TEXT/HTML", HTML_TYPE),
    ("application/json", JSON_TYPE),
    ("application/problem+json", JSON_TYPE),
    ("application/vnd.api+json", JSON_TYPE),
    ("application/vnd.api+json; ext=bulk", JSON_TYPE),
    ("application/ld+json, application/hal+json;q=0.5", JSON_TYPE),
    ("application/*", JSON_TYPE),
    ("application/json, text/plain, */*", JSON_TYPE),
    ("application/json;q=0.5, text/html", HTML_TYPE),
    ("text/html;q=0.5, application/json", JSON_TYPE),
    ("text/html;q=0.5, application/ld+json", JSON_TYPE),
    ("text/html, application/ld+json;q=0.5", HTML_TYPE),
    ("application/ld+json;q=0", HTML_TYPE),
    ("application/json;q=0, */*", HTML_TYPE),
    ("image/svg+json", HTML_TYPE),
    ("text/plain", TEXT_TYPE),
    ("text/plain, */*;q=0.1", TEXT_TYPE),
    ("image/png", HTML_TYPE),
    ("application/json;q=abc", HTML_TYPE),
    ("application/json" + "," * 5000, HTML_TYPE),
    ("application/json;q=\ud800", HTML_TYPE),
    (",;=,,\x00", HTML_TYPE),
]


@pytest.mark.parametrize(("accept", "content_type"), CHOICES)
def test_the_page_is_what_the_client_accepts(accept, content_type):
    """Programs that ask for JSON or text get it; all others get HTML, malformed ones too."""
    renderer, chosen = choose(accept)
    expected = {HTML_TYPE: render_html, JSON_TYPE: render_json, TEXT_TYPE: render_text}
    assert (renderer, chosen) == (expected[content_type], content_type)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        *((accept, None) for accept in (None, "", "*/*", "image/png", "a;q=x", "a," * 5000)),
        ("application/*", JSON_TYPE),
        ("text/html", HTML_TYPE),
        (BROWSER, HTML_TYPE),
        ("text/*", HTML_TYPE),
        ("text/plain", TEXT_TYPE),
        ("application/vnd.api+json", JSON_TYPE),
    ],
)
@pytest.mark.parametrize(
    ("error_format", "preferred"),
    [("html", HTML_TYPE), ("json", JSON_TYPE), ("text", TEXT_TYPE)],
)
def test_clients_without_a_wish(accept, content_type, error_format, preferred):
    """`error_format` is for those who do not say what they want; browsers say HTML."""
    if (error_format, accept) == ("text", "text/*"):
        content_type = TEXT_TYPE
    assert choose(accept, error_format=error_format)[1] == (content_type or preferred)


TEMPLATES = [
    # template                                  result
    ("%(status)s|%(message)s", b"500 A & B|&lt;p class=&quot;x&quot;&gt;"),
    ("%(traceback)s|%(version)s|%(error_id)s", b"T|9|id"),
    ("100%% | %", b"100% | %"),
    ("width: 100%; %d %s %(status)d", b"width: 100%; %d %s %(status)d"),
    ("%(status", b"%(status"),
    ("%%(status)s", b"%(status)s"),
    ("é\ud800", "é?".encode()),
    ("", b""),
]


@pytest.mark.parametrize(("template", "result"), TEMPLATES)
def test_a_template_is_filled_in(template, result):
    """CherryPy's four placeholders are filled in, escaped; no stray percent breaks a page."""
    page = ErrorPage("500 A & B", '<p class="x">', "T", "id", "9")
    assert interpolate(template, page).replace(b"&amp;", b"&") == result


def test_a_template_with_another_placeholder_fails():
    """A name that is none of the five is told, so that the page can fall back and say so."""
    with pytest.raises(ValueError, match=r"'%\(unknown\)s'; the names it may use are status, "):
        interpolate("%(unknown)s", ErrorPage("404 Not Found", ""))


def test_a_value_is_not_a_template():
    """Placeholders in a message are shown as they are, not filled in."""
    page = ErrorPage("404 Not Found", "%(traceback)s%%", "secret")
    assert interpolate("%(message)s", page) == b"%(traceback)s%%"


def test_values_for_callables_are_cherrypys():
    """A callable gets four arguments, with `& < >` escaped and quotes as they are."""
    page = ErrorPage("404 Not Found", '<a&b> "it\'s"', "<t>", "id", "9")
    assert escape_values(page) == {
        "status": "404 Not Found",
        "message": '&lt;a&amp;b&gt; "it\'s"',
        "traceback": "&lt;t&gt;",
        "version": "9",
    }
