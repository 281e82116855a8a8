"""`tools.accept`: the media type that a client wants."""

from __future__ import annotations

import pytest
from toolpage import Page, refusal

from wsgicherry.core.current import serving_now
from wsgicherry.lib import cptools
from wsgicherry.lib.accepting import choose, list_media, prepare_accept

MEDIA = ["text/html", "application/json", "text/plain;charset=utf-8"]


@pytest.mark.parametrize(
    ("header", "choice"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/*", "text/html"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("text/plain", "text/plain;charset=utf-8"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html;q=0.5, application/json;q=0.4", "text/html"),
        ("application/json, */*;q=0.1", "application/json"),
        ("*/*, application/json;q=0.1", "text/html"),
        ("image/png, */*;q=0.1", "text/html"),
        ("text/html;q=0, */*", "application/json"),
        ("text/*;q=0, */*;q=0.1", "application/json"),
        ("image/png", None),
        ("image/*", None),
        ("text/html;q=0", None),
        ("*/*;q=0", None),
        ("text", None),
        # Malformed: it counts as absent.
        ("text/html;q=x", "text/html"),
        ("application/json;q=2, text/html", "application/json"),
        ("application/json;q=", "text/html"),
        (",,,", "text/html"),
    ],
)
def test_the_choice(header, choice):
    """What the client likes best is chosen; without a header that can be read, the first."""
    assert choose(header, MEDIA) == choice


@pytest.mark.parametrize(
    ("media", "offers"),
    [
        (None, ()),
        ([], ()),
        ("text/html", ("text/html",)),
        (["text/html", "a/b+c"], ("text/html", "a/b+c")),
        (iter(["text/html; level=1"]), ("text/html; level=1",)),
    ],
)
def test_media(media, offers):
    """One media type or several are given."""
    assert list_media(media) == offers


@pytest.mark.parametrize("media", ["html", "text/*", "*/*", "", ["text/html", "a b/c"], "a/"])
def test_what_is_no_media_type(media, site):
    """A range, or something else, is told when the application is mounted."""
    with pytest.raises(ValueError, match="not a media type"):
        list_media(media)
    config = {"tools.accept.on": True, "tools.accept.media": media}
    assert "tools.accept.media: It holds" in refusal(site, config)


@pytest.mark.parametrize("media", [1, ["text/html", 1], b"text/html"])
def test_media_of_another_type(media, site):
    """What is no text is told with what the setting means."""
    message = refusal(site, {"tools.accept.media": media})
    assert "[/] tools.accept.media" in message
    assert "The type that the page has" in message


def ask(site, header, **settings):
    config = {f"tools.accept.{name}": value for name, value in settings.items()}
    page = Page(site, lambda: b"page", {"tools.accept.on": True, **config})
    return page(Accept=header) if header is not None else page()


def test_nothing_is_asked_without_media(site):
    """A page that does not say what it has answers everybody, with no Vary."""
    answer = ask(site, "image/png")
    assert answer.status_int == 200
    assert "Vary" not in answer.headers


def test_not_acceptable(site):
    """406 says what the client sent and what there is, and to caches on what it depends."""
    answer = ask(site, "image/png, <b>", media=["text/html", "text/plain"])
    assert answer.status_int == 406
    text = "Your client sent this Accept header: image/png, &lt;b&gt;. But this resource only"
    assert f"{text} emits these media types: text/html, text/plain." in answer.text
    assert answer.headers["Vary"] == "Accept"


def test_the_content_type_stays_unless_it_is_asked_for(site):
    """CherryPy's tool chooses, and sets nothing."""
    answer = ask(site, "text/plain", media=["text/html", "text/plain"])
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Vary"] == "Accept"


def test_the_content_type_is_the_choice(site):
    """With `set_content_type` the answer has the type that was chosen."""
    answer = ask(site, "a/b", media=["text/html", "a/b"], set_content_type=True)
    assert answer.headers["Content-Type"] == "a/b"


def test_vary_is_kept(site):
    """What is in Vary already stays."""
    site.config.update({"response.headers.Vary": "Cookie"})
    assert ask(site, None, media="text/html").headers["Vary"] == "Cookie, Accept"


def test_a_header_that_is_too_long(site):
    """More than request.max_accept_bytes are 431, as for every header of its kind."""
    header = "text/html," * 500
    assert ask(site, header, media="text/html").status_int == 431


def test_debug(site, error_text):
    """With `debug` the choice is in the log."""
    ask(site, "text/plain", media="text/plain", debug=True)
    assert "TOOLS.ACCEPT" in error_text()
    assert "'text/plain' of ('text/plain',)" in error_text()


def test_by_hand(site):
    """`tools.accept.callable` in a page returns the choice."""

    def page():
        choice = site.tools.accept.callable(["text/html", "application/json"])
        serving_now().response.headers["X-Choice"] = choice
        return b""

    asked = Page(site, page, {})
    assert asked(Accept="application/json").headers["X-Choice"] == "application/json"
    assert asked().headers["X-Choice"] == "text/html"
    assert asked(Accept="image/png").status_int == 406
    assert cptools.accept is site.tools.accept.callable


def test_the_preparation_reads_an_iterator_once():
    """A generator in config serves more than one request."""
    assert prepare_accept(media=(each for each in ()))() is None
