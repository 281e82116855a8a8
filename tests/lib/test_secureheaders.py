"""tools.secure_headers: headers that have browsers defend a page."""

from __future__ import annotations

import re

import pytest
from webtest import TestApp

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.loaded import ConfigError
from wsgicherry.lib import secureheaders

CSP, REPORT_ONLY = "Content-Security-Policy", "Content-Security-Policy-Report-Only"
BY_NONCE = {"default-src": "'self'", "script-src": ["'nonce'", "'strict-dynamic'"]}
NONCE = "[0-9a-f]{32}"
ACCEPT = {"Accept-Encoding": "gzip"}


class Root:
    @expose
    def index(self):
        return "index"

    @expose
    def scripted(self):
        return secureheaders.nonce()

    @expose
    def twice(self):
        return f"{secureheaders.nonce()} {serving_now().request.csp_nonce}"

    @expose
    def long(self):
        return "cherries " * 1000

    @expose
    def public(self):
        serving_now().response.headers["Cache-Control"] = "public, max-age=60"
        return secureheaders.nonce()

    @expose
    def stream(self):
        yield b"begun "
        yield secureheaders.nonce().encode()

    stream._cp_config = {"response.stream": True}

    @expose
    def made_late(self):
        yield secureheaders.nonce().encode()

    @expose
    def unchanged(self):
        raise HTTPRedirect([], 304)

    @expose
    def own(self):
        serving_now().response.headers.update(
            {"x-frame-options": "SAMEORIGIN", CSP: "default-src *", "Referrer-Policy": "origin"}
        )
        return "own"

    @expose
    def json(self):
        serving_now().response.headers["Content-Type"] = "application/json"
        return b"{}"

    @expose
    def moved(self):
        raise HTTPRedirect("/elsewhere")

    @expose
    def refused(self):
        raise HTTPError(409)

    @expose
    def fault(self):
        raise ZeroDivisionError

    @expose
    def by_hand(self):
        secureheaders.secure_headers(frame=None, hsts=None)
        return "by hand"


@pytest.fixture
def get(site):
    """Mount the program with `tools.secure_headers.*`: get(**settings)(path) -> response."""

    def mount(config=None, scheme="http", **settings):
        wanted = {f"tools.secure_headers.{key}": value for key, value in settings.items()}
        own = {"tools.secure_headers.on": True, **wanted, **(config or {})}
        site.tree.mount(Root(), "", {"/": own})
        client = TestApp(site.tree, extra_environ={"wsgi.url_scheme": scheme})
        return lambda path="/": client.get(path, headers=ACCEPT, expect_errors=True)

    return mount


def added(response):
    """Return the headers of a response without those that it had anyway."""
    usual = ("Content-Type", "Content-Length", "Location", "Allow")
    return {name: value for name, value in response.headers.items() if name not in usual}


DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
A_YEAR = {"Strict-Transport-Security": "max-age=31536000"}


def test_what_is_on_by_default(get):
    """Three headers; a policy of its own a program has to write."""
    assert added(get()()) == DEFAULTS


@pytest.mark.parametrize("path", ["/nothing", "/refused", "/fault", "/moved", "/json"])
def test_on_every_answer(get, path):
    """Errors, redirects and what is no HTML have them too."""
    response = get(scheme="https")(path)
    headers = added(response)
    assert {**DEFAULTS, **A_YEAR}.items() <= headers.items()
    values = response.headers.getall("X-Content-Type-Options")
    assert values == ["nosniff"]


def test_by_https_alone(get):
    """A browser heeds Strict-Transport-Security there alone (RFC 6797 section 7.2)."""
    assert added(get(scheme="https")()) == {**DEFAULTS, **A_YEAR}


def test_https_that_ends_at_a_proxy(get):
    """request.base says how the client came."""

    def tell():
        serving_now().request.base = "https://h.example"

    assert A_YEAR.items() <= added(get({"hooks.before_handler": tell})()).items()


VALUES = {
    "hsts": ({"hsts": 60}, "Strict-Transport-Security", "max-age=60"),
    "forget": ({"hsts": 0}, "Strict-Transport-Security", "max-age=0"),
    "no hsts": ({"hsts": None}, "Strict-Transport-Security", None),
    "subdomains": (
        {"hsts_subdomains": True},
        "Strict-Transport-Security",
        "max-age=31536000; includeSubDomains",
    ),
    "preload": (
        {"hsts_subdomains": True, "hsts_preload": True},
        "Strict-Transport-Security",
        "max-age=31536000; includeSubDomains; preload",
    ),
    "sniff": ({"nosniff": False}, "X-Content-Type-Options", None),
    "frame": ({"frame": "SAMEORIGIN"}, "X-Frame-Options", "SAMEORIGIN"),
    "no frame": ({"frame": None}, "X-Frame-Options", None),
    "referrer": ({"referrer": "no-referrer"}, "Referrer-Policy", "no-referrer"),
    "no referrer": ({"referrer": None}, "Referrer-Policy", None),
    "coop": ({"coop": "same-origin"}, "Cross-Origin-Opener-Policy", "same-origin"),
    "corp": ({"corp": "same-site"}, "Cross-Origin-Resource-Policy", "same-site"),
    "coep": ({"coep": "require-corp"}, "Cross-Origin-Embedder-Policy", "require-corp"),
    "permissions": (
        {
            "permissions": {
                "camera": (),
                "fullscreen": "*",
                "geolocation": ["self", "https://maps.example"],
                "usb": "self",
            }
        },
        "Permissions-Policy",
        'camera=(), fullscreen=*, geolocation=(self "https://maps.example"), usb=(self)',
    ),
    "permissions as text": ({"permissions": "camera=()"}, "Permissions-Policy", "camera=()"),
    "csp as text": (
        {"csp": " default-src  'self' ;img-src *; "},
        CSP,
        "default-src 'self'; img-src *",
    ),
    "csp as dict": (
        {"csp": {"default-src": "'self'", "img-src": ["*", "data:"]}},
        CSP,
        "default-src 'self'; img-src * data:",
    ),
    "csp with a name alone": (
        {"csp": {"upgrade-insecure-requests": True, "sandbox": None}},
        CSP,
        "upgrade-insecure-requests; sandbox",
    ),
    "csp without its nonce": (
        {"csp": BY_NONCE},
        CSP,
        "default-src 'self'; script-src 'strict-dynamic'",
    ),
    "csp of nothing but its nonce": (
        {"csp": "script-src 'nonce'; img-src *"},
        CSP,
        "script-src 'none'; img-src *",
    ),
    "a fallback of a nonce goes with it": (
        {"csp": "script-src 'nonce' 'unsafe-inline' https:; style-src 'unsafe-inline'"},
        CSP,
        "script-src https:; style-src 'unsafe-inline'",
    ),
    "csp with what nobody here knows yet": (
        {"csp": "later 'zzz'; script-src 'Nonce-abc' 'sha256-abc=' 'Unsafe-Eval'"},
        CSP,
        "later 'zzz'; script-src 'Nonce-abc' 'sha256-abc=' 'Unsafe-Eval'",
    ),
    "report only": ({"csp_report_only": "img-src *"}, REPORT_ONLY, "img-src *"),
    "report only, not enforced": ({"csp_report_only": "img-src *"}, CSP, None),
    "reports": (
        {"csp": "img-src *", "report_to": "/reports"},
        CSP,
        "img-src *; report-uri /reports; report-to csp",
    ),
    "where reports go": ({"report_to": "/r"}, "Reporting-Endpoints", 'csp="/r"'),
    "reports that go elsewhere": (
        {"csp": "report-uri /mine; report-to mine", "report_to": "/reports"},
        CSP,
        "report-uri /mine; report-to mine",
    ),
}


@pytest.mark.parametrize(("settings", "name", "value"), VALUES.values(), ids=VALUES)
def test_settings(get, settings, name, value):
    """Each setting makes its header."""
    assert get(scheme="https", **settings)().headers.get(name) == value


def test_reports_by_http(get):
    """They go by `report-uri` alone: `report-to` works by https, and browsers that know it
    would not look at the other.
    """
    headers = get(csp="img-src *", report_to="/reports")().headers
    assert headers[CSP] == "img-src *; report-uri /reports"
    assert "Reporting-Endpoints" not in headers


def test_both_policies(get):
    """One may hold while a stricter one is tried out."""
    response = get(csp="img-src *", csp_report_only="img-src 'self'")()
    assert response.headers[CSP] == "img-src *"
    assert response.headers[REPORT_ONLY] == "img-src 'self'"


# -- what is there already -------------------------------------------------------------


def test_what_the_page_has_set(get):
    """It stays, once; and a page with a policy of its own gets no other to report."""
    response = get(csp="img-src *", csp_report_only="img-src 'self'")("/own")
    assert response.headers.getall("X-Frame-Options") == ["SAMEORIGIN"]
    assert response.headers.getall(CSP) == ["default-src *"]
    assert response.headers["Referrer-Policy"] == "origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert REPORT_ONLY not in response.headers


@pytest.mark.parametrize("path", ["/nothing", "/fault"])
def test_the_policy_of_error_pages(get, path):
    """It is stricter than any, and stays."""
    response = get(csp="img-src *", csp_report_only="img-src *")(path)
    (policy,) = response.headers.getall(CSP)
    assert policy.startswith("default-src 'none'")
    assert REPORT_ONLY not in response.headers


# -- nonces ----------------------------------------------------------------------------


def test_a_page_with_a_nonce(get):
    """The policy lets in what carries it; each answer has another, and no cache shares it."""
    request = get(csp=BY_NONCE, csp_report_only="img-src 'nonce'")
    response = request("/scripted")
    nonce = response.text
    assert re.fullmatch(NONCE, nonce)
    assert response.headers[CSP] == (
        f"default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic'"
    )
    assert response.headers[REPORT_ONLY] == f"img-src 'nonce-{nonce}'"
    assert response.headers["Cache-Control"] == "private"
    assert DEFAULTS.items() <= added(response).items()
    assert request("/scripted").text != nonce


def test_one_nonce_for_an_answer(get):
    """However often, and by whichever name, a page asks."""
    first, second = get(csp=BY_NONCE)("/twice").text.split()
    assert first == second


def test_a_page_without_one(get):
    """Nothing is said of caches."""
    assert "Cache-Control" not in get(csp=BY_NONCE)().headers


def test_a_page_that_is_compressed(get):
    """It is complete before that, and has asked for no nonce."""
    headers = get({"tools.gzip.on": True}, csp=BY_NONCE)("/long").headers
    assert (headers["Vary"], "Cache-Control" in headers) == ("Accept-Encoding", False)


def test_a_file(get, tmp_path):
    """A file asks for none either: caches may share it."""
    (tmp_path / "a.txt").write_text("text")
    folder = {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)}
    response = get(folder, csp=BY_NONCE)("/a.txt")
    assert (response.text, "Cache-Control" in response.headers) == ("text", False)
    assert "script-src 'strict-dynamic'" in response.headers[CSP]


def test_a_page_that_was_public(get):
    """No more: what it says of time stays."""
    response = get(csp=BY_NONCE)("/public")
    assert response.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("path", ["/stream", "/made_late"])
def test_a_page_that_is_made_while_it_is_sent(get, path):
    """It may ask when the head is gone: the policy has the nonce already."""
    response = get(scheme="https", csp=BY_NONCE)(path)
    assert f"'nonce-{response.text[-32:]}'" in response.headers[CSP]
    assert A_YEAR.items() <= added(response).items()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_not_modified(get, scheme):
    """The browser's copy has a nonce of its own time: its policy stays too."""
    headers = added(get(scheme=scheme, csp=BY_NONCE)("/unchanged"))
    assert CSP not in headers
    assert ("Strict-Transport-Security" in headers) == (scheme == "https")
    assert get(csp="img-src *")("/unchanged").headers[CSP] == "img-src *"


def test_a_nonce_that_no_policy_wants(get):
    """Asked for without the placeholder, it is a random text and no more."""
    response = get(csp="img-src *")("/scripted")
    assert re.fullmatch(NONCE, response.text)
    assert (response.headers[CSP], "Cache-Control" in response.headers) == ("img-src *", False)


# -- the rest --------------------------------------------------------------------------


def test_by_hand(get):
    """`callable` adds the headers in a handler; the tool adds what is left."""
    response = get({"tools.secure_headers.on": False})("/by_hand")
    assert added(response) == {k: v for k, v in DEFAULTS.items() if k != "X-Frame-Options"}


def test_many_policies(get, monkeypatch):
    """Only so many are kept as known; others are sent all the same."""
    monkeypatch.setattr(secureheaders, "MAX_SETTLED", 0)
    assert get(hsts=77, scheme="https")().headers["Strict-Transport-Security"] == "max-age=77"


def test_ready_made(get):
    """Two plans of the same settings share one set of headers."""
    first, second = secureheaders.Policy(), secureheaders.Policy()
    assert first._by_https.plain is second._by_https.plain


def test_told_to_who_calls_it():
    """By hand, settings are looked at too."""
    with pytest.raises(ConfigError, match="no policy"):
        secureheaders.Policy(csp=1)


FAULTS = {
    "frame": ({"frame": "ALLOW"}, "'DENY', 'SAMEORIGIN'"),
    "referrer": ({"referrer": "none"}, "'no-referrer'"),
    "coop": ({"coop": "none"}, "'unsafe-none'"),
    "corp": ({"corp": "none"}, "'same-site'"),
    "coep": ({"coep": "none"}, "'require-corp'"),
    "hsts below nothing": ({"hsts": -1}, "whole seconds"),
    "yes for seconds": ({"hsts": True}, "True"),
    "preload alone": ({"hsts_preload": True}, "hsts_subdomains"),
    "preload for a day": (
        {"hsts_preload": True, "hsts_subdomains": True, "hsts": 86400},
        "at least 31536000",
    ),
    "csp of another kind": ({"csp": 1}, "not a text or a dict"),
    "a switch for a policy": ({"csp_report_only": True}, "not a text or a dict"),
    "empty csp": ({"csp": " ; "}, "is empty"),
    "a directive twice": ({"csp": "img-src *; img-src 'self'"}, "twice"),
    "a keyword without quotation marks": ({"csp": "default-src self"}, "quotation marks"),
    "a nonce without quotation marks": ({"csp": "script-src nonce"}, "quotation marks"),
    "half a pair of quotation marks": ({"csp": "script-src 'self"}, "Write \"'self'\""),
    "a misspelt keyword": ({"csp": "script-src 'slef'"}, "Did you mean \"'self'\"?"),
    "a misspelt directive": ({"csp": "scirpt-src *"}, "Did you mean 'script-src'?"),
    "a directive's name": ({"csp": {"Img Src": "*"}}, "no directive's name"),
    "a directive's value": ({"csp": {"img-src": 1}}, "cannot say 1"),
    "a list of others": ({"csp": {"img-src": [1]}}, "cannot say [1]"),
    "a comma": ({"csp": {"img-src": "a, b"}}, "cannot say"),
    "a semicolon": ({"csp": {"img-src": "a; script-src *"}}, "cannot say"),
    "a newline": ({"csp": {"img-src": ["a\nSet-Cookie: b"]}}, "cannot say"),
    "beyond ASCII": ({"csp": "img-src k\u00e4se.example"}, "cannot say"),
    "permissions": ({"permissions": {"camera": 1}}, "cannot say"),
    "no permissions": ({"permissions": {}}, "no policy"),
    "a feature's name": ({"permissions": {"Camera": ()}}, "cannot say"),
    "whom": ({"permissions": {"camera": ["me"]}}, "cannot say"),
    "permissions with a newline": ({"permissions": "a=()\nX: y"}, "no policy"),
    "report to": ({"report_to": "reports"}, "must be a URL"),
    "report to a quotation mark": ({"report_to": '/"'}, "must be a URL"),
    "no such setting": ({"frames": "DENY"}, "did you mean"),
}


@pytest.mark.parametrize(("settings", "text"), FAULTS.values(), ids=FAULTS)
def test_told_at_the_mount(get, settings, text):
    """What no browser would understand stops the start."""
    with pytest.raises(ConfigError, match=re.escape(text)):
        get(**settings)
