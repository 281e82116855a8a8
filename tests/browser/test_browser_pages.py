"""Forms, redirects, cookies, error pages and streams, as a browser sends and sees them."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

# fields, parameters of the handler
FORMS = [
    pytest.param(
        '<input name="größe" value="süß &amp; 100% + mehr 🍒">',
        {"größe": "süß & 100% + mehr 🍒"},
        id="umlauts",
    ),
    pytest.param(
        "<textarea name=text>one\ntwo\n\n four</textarea>",
        {"text": "one\r\ntwo\r\n\r\n four"},
        id="lines",
    ),
    pytest.param(
        "<input type=checkbox name=fruit value=morello checked>"
        "<input type=checkbox name=fruit value=plum>"
        "<input type=checkbox name=fruit value=bing checked>",
        {"fruit": ["morello", "bing"]},
        id="checkboxes",
    ),
    pytest.param(
        "<select name=fruit multiple><option selected>morello<option>plum<option selected>bing"
        "</select>",
        {"fruit": ["morello", "bing"]},
        id="select-multiple",
    ),
    pytest.param("<input name=a><input name=b value=' '>", {"a": "", "b": " "}, id="empty"),
    pytest.param("", {}, id="nothing"),
]
METHODS = [
    "method=get",
    "method=post",
    'method=post enctype="multipart/form-data"',
]


@pytest.fixture
def site(serve):
    """Give the running forms.py."""
    return serve("forms")


@pytest.fixture
def send(browser, site):
    """Give a function that fills in a form, sends it and returns what the handler got."""

    def send(attributes, fields, files=()):
        browser.open(site)
        # Of an attribute that is there twice, the first is the one that counts.
        browser.fill(f"<form {attributes} action=/show>{fields}<button>Send</button></form>")
        browser.choose(*files)
        browser.submit()
        return shown(browser)

    return send


def shown(browser):
    """Return the facts that the page shows."""
    return json.loads(browser.wait_for("#shown", ""))


def describe(file, content_type):
    """Return what the page shows of an uploaded file."""
    digest = sha256(file.read_bytes()).hexdigest()
    return {"filename": file.name, "type": content_type, "sha256": digest}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("fields", "params"), FORMS)
def test_fields(send, method, fields, params):
    """Fields arrive as parameters, whatever the form's method and encoding."""
    assert send(method, fields)["params"] == params


def test_two_files_in_one_input(send, tmp_path):
    """Files of one input arrive as a list, whole, in the order in which they were chosen."""
    files = [tmp_path / "one.txt", tmp_path / "zwei.html"]
    files[0].write_text("a\r\n--b\r\n")
    files[1].write_bytes(bytes(range(256)) * 4000)
    got = send(METHODS[2], "<input type=file name=files multiple>", files)
    expected = [describe(files[0], "text/plain"), describe(files[1], "text/html")]
    assert got["params"] == {"files": expected}


def test_a_file_input_that_was_left_empty(send):
    """No file is a part without a filename, and without content."""
    got = send(METHODS[2], "<input type=file name=file><input name=title value=x>")
    params = got["params"]
    assert (params["file"]["filename"], params["title"]) == ("", "x")
    assert params["file"]["sha256"] == sha256(b"").hexdigest()


def test_a_file_in_a_form_without_multipart(send, tmp_path):
    """Only the name of the file arrives."""
    (tmp_path / "süß.txt").write_text("never sent")
    got = send(METHODS[1], "<input type=file name=file>", [tmp_path / "süß.txt"])
    assert got["params"] == {"file": "süß.txt"}


def test_a_latin_1_form(send):
    """A site that expects Latin-1 reads it; what Latin-1 does not have comes as HTML writes it.

    Nobody can tell that from the same characters, typed.
    """
    attributes = "method=post accept-charset=iso-8859-1 action=/show_latin_too"
    got = send(attributes, "<input name=größe value=süß🍒>")
    assert got["params"] == {"größe": "süß&#127826;"}


@pytest.mark.parametrize(
    ("method", "status", "text"),
    [
        (METHODS[0], 404, "The given query string could not be processed"),
        (METHODS[1], 400, "The following charsets were attempted: ['utf-8']"),
        (METHODS[2], 400, "The following charsets were attempted: ['us-ascii', 'utf-8']"),
    ],
)
def test_a_latin_1_form_that_the_site_does_not_expect(browser, site, method, status, text):
    """It is refused, and the page says why."""
    browser.open(site)
    browser.fill(
        f"<form {method} action=/show accept-charset=iso-8859-1>"
        "<input name=a value=ü><button>Send</button></form>"
    )
    browser.submit()
    browser.wait_for("p", text)
    (error,) = browser.take_errors()
    assert f"status of {status}" in error


@pytest.mark.parametrize(
    ("target", "address", "path", "params"),
    [
        ("/show/there?a=1", "/show/there?a=1", ["there"], {"a": "1"}),
        ("show?a=1", "/show?a=1", [], {"a": "1"}),
        (
            "/show/süß 🍒?ort=Köln",
            "/show/s%C3%BC%C3%9F%20%F0%9F%8D%92?ort=K%C3%B6ln",
            ["süß 🍒"],
            {"ort": "Köln"},
        ),
    ],
)
def test_a_redirect_after_a_form(send, browser, target, address, path, params):
    """A form is answered 303, and the browser follows with a GET, without the fields."""
    got = send("method=post action=/go_to", f'<input name=target value="{target}">')
    assert got == {"method": "GET", "path": path, "params": params}
    assert browser.address() == address


def test_cookies_come_back(browser, site):
    """The browser sends what `response.cookie` has set; no script sees an HttpOnly one."""
    values = {"plain": "cherry", "quoted": 'a "sour"; cherry, or = two\\', "empty": ""}
    fields = "".join(f"<input name={name}>" for name in values)
    browser.open(site)
    browser.fill(f"<form method=post action=/set_cookies>{fields}<button>Send</button></form>")
    browser.run(
        "Object.entries(arguments[0]).forEach(([name, value]) => {"
        " document.forms[0][name].value = value })",
        values,
    )
    browser.submit()
    assert shown(browser) == values
    assert browser.run("return document.cookie") == ""


def test_a_fresh_tab_has_no_cookies(browser, site):
    """What one test has left in the browser, the next does not meet."""
    browser.open(site)
    browser.run("document.cookie = 'left=over'")
    fresh = type(browser)(browser.driver)
    fresh.open(site, "/show_cookies")
    assert shown(fresh) == {}


SCRIPT = "<script>window.ran = true</script><img src=x onerror='window.ran = true'>"


@pytest.mark.parametrize(
    ("target", "status", "css", "text"),
    [
        (f"/refuse?message={SCRIPT}", "403 Forbidden", "p", SCRIPT),
        (f"/{SCRIPT}", "404 Not Found", "p", "was not found."),
        (f"/show_cookies?{SCRIPT}", "404 Not Found", "p", SCRIPT.partition("=")[0]),
        ("/fail", "500 Internal Server Error", "#traceback", "<script>window.ran = true"),
    ],
)
def test_an_error_page(browser, site, target, status, css, text):
    """It shows what was sent as text, has its style, and the browser finds no fault with it."""
    browser.open(site, target)
    assert text in browser.wait_for(css, text)
    assert browser.texts("h2") == [status]
    size = browser.run("return getComputedStyle(document.querySelector('h2')).fontSize")
    assert size == "28px"
    assert browser.texts("script, img") == []
    assert browser.run("return window.ran ?? 'no'") == "no"
    (error,) = browser.take_errors()
    assert f"the server responded with a status of {status[:3]}" in error


def test_a_script_smuggled_into_an_error_page(browser, site):
    """Even a script that got into the page would not run: its policy lets none."""
    browser.open(site, "/nowhere")
    browser.take_errors()
    browser.run(
        "const script = document.createElement('script');"
        "script.textContent = 'window.ran = true'; document.body.append(script)"
    )
    assert browser.run("return window.ran ?? 'no'") == "no"
    (error,) = browser.take_errors()
    assert "Content Security Policy" in error


def test_a_streamed_page(browser, site):
    """The beginning of a page is there before its end has been made."""
    # In a window of its own: the driver waits for the end of what is loading in the tab.
    browser.open(site)
    browser.run("window.other = window.open('/stream')")
    texts = "return [...other.document.querySelectorAll('p')].map(p => p.textContent)"
    browser.wait_until(lambda: browser.run(texts) == ["first"], "the first paragraph")
    assert browser.run("return other.document.readyState") == "loading"
    browser.run("fetch('/go_on', {method: 'POST'})")
    browser.wait_until(lambda: browser.run(texts) == ["first", "second"], "the second")
    browser.wait_until(
        lambda: browser.run("return other.document.readyState") == "complete", "the end"
    )
