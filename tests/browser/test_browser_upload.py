"""examples/upload.py in a browser."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

ODD_NAME = "Süß \"so\" 'und' <script>alert(1)<b> 🍒 & 100%.txt"


@pytest.fixture
def site(serve, folders):
    """Give the running example."""
    return serve("upload", folders["examples"])


def make_file(folder, size, name="document.bin"):
    """Return the path of a new file of random bytes."""
    file = folder / name
    file.write_bytes(random.randbytes(size))
    return file


def test_the_bar_moves_while_a_file_is_sent(browser, site, tmp_path):
    """The bar goes up to its end, and the answer has the digest of what was sent."""
    file = make_file(tmp_path, 4_000_000)
    browser.open(site)
    browser.choose(file)
    browser.run(
        "window.values = [];"
        "new MutationObserver(() => values.push(bar.value)).observe(bar, {attributes: true})"
    )
    browser.limit_upload(bytes_per_second=8_000_000)
    browser.submit()
    answer = browser.wait_for("#answer", "SHA-256")
    digest = sha256(file.read_bytes()).hexdigest()
    assert answer.strip() == f"document.bin: 4000000 bytes, SHA-256 {digest}"
    values = browser.run("return values")
    assert len(values) > 2
    assert values == sorted(values)
    assert values[-1] == browser.run("return bar.value / bar.max") == 1
    assert browser.address() == "/"


@pytest.mark.parametrize("has_script", [True, False])
def test_a_file_with_an_odd_name(browser, site, tmp_path, has_script):
    """The name of a file is shown as it is, as text, with the script and without it."""
    file = make_file(tmp_path, 10, ODD_NAME)
    browser.allow_scripts(has_script)
    browser.open(site)
    browser.choose(file)
    browser.submit()
    answer = browser.wait_for("#answer" if has_script else "p", "SHA-256")
    assert answer.startswith(f"{ODD_NAME}: 10 bytes, ")
    assert browser.address() == ("/" if has_script else "/upload")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_file_that_is_too_large(browser, site, tmp_path, has_script):
    """The refusal is what the user sees, though much of the file was not read."""
    browser.allow_scripts(has_script)
    browser.open(site)
    browser.choose(make_file(tmp_path, 12_000_000))
    browser.submit()
    refusal = "The request's body is larger than 10000000 bytes."
    assert refusal in browser.wait_for("#answer" if has_script else "body", refusal)
    (error,) = browser.take_errors()
    assert "status of 413" in error


def test_a_file_that_the_server_itself_refuses(browser, serve, folders, tmp_path):
    """A plain text from the server in front is no page: its reason is shown."""
    site = serve("upload", folders["examples"])
    with (tmp_path / "hole.bin").open("wb") as file:
        file.truncate(120_000_000)
    browser.open(site)
    browser.choose(file.name)
    browser.submit()
    browser.wait_for("#answer", "Request Entity Too Large")
    (error,) = browser.take_errors()
    assert "status of 413" in error


def test_a_server_that_is_gone(browser, site, tmp_path):
    """The user is told, and can try again."""
    browser.open(site)
    browser.choose(make_file(tmp_path, 10))
    site.close()
    browser.submit()
    browser.wait_for("#answer", "It broke off.")
    (error,) = browser.take_errors()
    assert "net::ERR_CONNECTION_REFUSED" in error


def test_no_file(browser, site):
    """A form without a file is kept back by the browser, and refused when it is sent."""
    browser.open(site)
    browser.submit()
    assert browser.texts("#answer") == ["At most 10 MB."]
    browser.run("document.querySelector('input').required = false")
    browser.submit()
    browser.wait_for("#answer", "Choose one file.")
    (error,) = browser.take_errors()
    assert "status of 400" in error
