"""Compressed pages in a browser: each coding is read, and progress shows while it is made."""

from __future__ import annotations

WORDS = "süße Kirschen " * 500
FETCH = """
    const done = arguments[arguments.length - 1];
    Promise.all(arguments[0].map(async name => {
        const response = await fetch(`/${name}/`);
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        return [name, response.headers.get("Content-Encoding"),
                page.querySelector("p").textContent];
    })).then(done);
"""
CODINGS = ["zstd", "br", "gzip", "deflate"]


def test_compressed_pages(browser, serve, raw_client):
    """Chromium reads zstandard, brotli, gzip and deflate, and a stream as it comes."""
    site = serve("packed")
    browser.open(site, "/br/")
    assert browser.texts("p") == [WORDS]
    found = browser.driver.execute_async_script(FETCH, CODINGS)
    assert found == [[name, name, WORDS] for name in CODINGS]

    browser.fill('<iframe src="/zstd/progress"></iframe>')
    items = (
        "return [...(document.querySelector('iframe').contentDocument?.querySelectorAll('li')"
        " ?? [])].map(e => e.textContent)"
    )
    browser.wait_until(lambda: browser.run(items) == ["first"], "the first step")
    client = raw_client(site.port)
    assert client.request(target="/open_gate").status == 200
    client.close()
    browser.wait_until(lambda: browser.run(items) == ["first", "second"], "the second step")
