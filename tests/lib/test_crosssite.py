"""Which requests are taken for those of another site's page."""

from __future__ import annotations

import pytest

from wsgicherry.lib.crosssite import is_cross_site

HERE = "h.example"

# What another site's page makes a browser send: Sec-Fetch-Site, Origin, the Host header.
CROSS_SITE = {
    "cross-site": ("cross-site", f"http://{HERE}", HERE),
    "same-site": ("same-site", f"http://{HERE}", HERE),
    "unknown word": ("x", None, HERE),
    "empty word": ("", None, HERE),
    "other host": (None, "http://evil.example", HERE),
    "other host by https": (None, "https://evil.example", HERE),
    "host above": (None, "http://example", HERE),
    "host below": (None, "http://www.h.example", HERE),
    "other port": (None, "http://h.example:81", HERE),
    "port that is not here": (None, "http://h.example", "h.example:81"),
    "port of the other scheme": (None, "https://h.example", "h.example:80"),
    "longer host": (None, "http://h.example.evil.example", HERE),
    "host as user": (None, "http://h.example@evil.example", HERE),
    "host as path": (None, "http://evil.example/h.example", HERE),
    "null": (None, "null", HERE),
    "empty": (None, "", HERE),
    "no scheme": (None, HERE, HERE),
}

OF_THIS_SITE = {
    "same-origin": ("same-origin", f"http://{HERE}", HERE),
    "by hand": ("none", None, HERE),
    "without a header": (None, None, HERE),
    "this host": (None, f"http://{HERE}", HERE),
    "in capitals": (None, "http://H.EXAMPLE", HERE),
    "Host in capitals": (None, f"http://{HERE}", "H.Example"),
    "port": (None, "https://h.example:8443", "h.example:8443"),
    "https ends at a proxy": (None, f"https://{HERE}", HERE),
    "https ends at a proxy that adds the port": (None, f"https://{HERE}", "h.example:443"),
    "http, and the port is there": (None, f"http://{HERE}", "h.example:80"),
    "IPv6": (None, "https://[::1]", "[::1]:443"),
    "a proxy hides the host": ("same-origin", "https://public.example", "127.0.0.1:8080"),
}


@pytest.mark.parametrize("values", CROSS_SITE.values(), ids=CROSS_SITE)
def test_of_another_site(values):
    """Another host, or another port, is another site, and so is what says of itself so."""
    assert is_cross_site(*values)


@pytest.mark.parametrize("values", OF_THIS_SITE.values(), ids=OF_THIS_SITE)
def test_of_this_site(values):
    """The same host is this site, by http or by https; so is what is no browser."""
    assert not is_cross_site(*values)
