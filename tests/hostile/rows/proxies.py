"""What a client forges in the headers of proxies, believed or not (SECURITY section 1.3)."""

from hostile_row import Row
from rows.hosts import BAD

FORGED = {
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PROTO": "javascript",
    "HTTP_X_FORWARDED_FOR": "6.6.6.6",
    "HTTP_X_FORWARDED_PORT": "99",
    "HTTP_X_FORWARDED_PREFIX": "/evil",
    "HTTP_FORWARDED": "for=6.6.6.6;host=evil.example;proto=https",
}
NASTY = {
    "markup": "<script>alert(1)</script>",
    "crlf": "a\r\nX-Evil: 1",
    "nul": "\x00",
    "commas": "," * 60_000,
    "spaces": " " * 60_000,
    "quotes": '"' * 60_000,
    "bytes": "\xff\xfe",
    "surrogate": "\ud800",
    "long": "a" * 60_000,
}

# Of a peer that is trusted: the header, what it says, what the page's address begins with.
BELIEVED = [
    ("HTTP_X_FORWARDED_HOST", "a.example", "http://a.example/address"),
    ("HTTP_X_FORWARDED_HOST", "a.example:8080", "http://a.example:8080/address"),
    ("HTTP_X_FORWARDED_HOST", "a.example,", "http://a.example/address"),
    ("HTTP_X_FORWARDED_HOST", "a.example, a.example", "http://a.example/address"),
    ("HTTP_X_FORWARDED_HOST", "", "http://localhost/address"),
    ("HTTP_X_FORWARDED_HOST", "[::1]:80", "http://[::1]:80/address"),
    ("HTTP_X_FORWARDED_PROTO", "https", "https://localhost/address"),
    ("HTTP_X_FORWARDED_PROTO", "HTTPS", "https://localhost/address"),
    ("HTTP_X_FORWARDED_PROTO", " https ", "https://localhost/address"),
    ("HTTP_X_FORWARDED_PROTO", "", "http://localhost/address"),
    ("HTTP_X_FORWARDED_PORT", "8443", "http://localhost:8443/address"),
    ("HTTP_X_FORWARDED_PREFIX", "/shop", "http://localhost/shop/address"),
    ("HTTP_X_FORWARDED_PREFIX", "/a/b/", "http://localhost/a/b/address"),
    ("HTTP_X_FORWARDED_PREFIX", "/", "http://localhost/address"),
    ("HTTP_X_FORWARDED_FOR", "<script>, 1.2.3.4", "http://localhost/address"),
    ("HTTP_X_FORWARDED_FOR", "\x00, unknown", "http://localhost/address"),
    ("HTTP_X_FORWARDED_FOR", "1.2.3.4:80, 10.0.0.1", "http://localhost/address"),
    ("HTTP_FORWARDED", "host=evil.example", "http://localhost/address"),
]
REFUSED = {
    "HTTP_X_FORWARDED_PROTO": [
        *("javascript", "data", "ftp", "wss", "https:", "https://", "http http", "https,http"),
        *("\r\nX: 1", "<script>", "h\x00ttp", "\xff", "file", "on off"),
    ],
    "HTTP_X_FORWARDED_FOR": [
        *("localhost", "1.2.3", "999.1.1.1", "1.2.3.4/8", "1.2.3.4 5.6.7.8", "[::1", "::1%a"),
        *("<script>", "' or 1=1 --", "1.2.3.4\r\nX: 1", "\x00", "127.0.0.1 ", "$", "0x7f.1"),
    ],
    "HTTP_X_FORWARDED_PORT": [*("http", "-1", "65536", "80,81", "8" * 5000, "80@evil", "\xb2")],
    "HTTP_X_FORWARDED_PREFIX": [
        *("shop", "//evil.example", "/\\evil.example", "\\\\evil.example", "/..", "/a/../b"),
        *("http://evil.example", "javascript:1", "/a?b", "/a#b", "/a b", "/%2e%2e"),
        *("/<script>", "/a\r\nX: 1", "/\x00", "/caf\xe9", "/a,/b", "/a//b", '/"'),
    ],
}
MALFORMED = [
    *("for", "for=", "=", "for=a b", "for=[::1]", "for=a;for=b", 'for="a', "host=a/b"),
    *("for==a", 'host="a b"', 'host=""', "proto=javascript", 'proto="https:"', "\x00"),
    *("for=1.2.3.4:80", 'for="1.2.3"', 'for="<script>"', 'for="\\', "for=\xff"),
    "host=evil.example\r\nX: 1",
]
CONTRADICTING = [
    {"HTTP_FORWARDED": "host=a.example", "HTTP_X_FORWARDED_HOST": "b.example"},
    {"HTTP_FORWARDED": "proto=https", "HTTP_X_FORWARDED_PROTO": "http"},
    {"HTTP_FORWARDED": "for=1.2.3.4", "HTTP_X_FORWARDED_FOR": "5.6.7.8"},
    {"HTTP_X_FORWARDED_HOST": "a.example, b.example"},
    {"HTTP_X_FORWARDED_HOST": "a, b, c", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 10.0.0.1"},
]


def address(id, status, environ, site="trusting", **more):
    """Return a row that asks for the page's own address."""
    return Row(id, status, "/address", environ=environ, site=site, **more)


def said(name, text):
    """Return a row's name for what a header says."""
    return f"{name.lower().removeprefix('http_')}-{text[:40]!r}"


ROWS = [
    *(
        address(f"{site}-{name}", 200, environ, site, contains="http://localhost/address")
        for site in ("trusting_others", "trusting_nobody")
        for name, environ in (
            ("all", FORGED),
            *((key.lower(), {key: value}) for key, value in FORGED.items()),
        )
    ),
    *(
        address(f"stranger-{id}", 200, dict.fromkeys(FORGED, text), "trusting_others",
                contains="http://localhost/address", lacks="evil")
        for id, text in NASTY.items()
    ),
    *(
        address(f"unix-{text!r}", 200, {**FORGED, "REMOTE_ADDR": text},
                contains="http://localhost/address")
        for text in ("", "localhost", "9.9.9.9", "::1", "127.0.0.1, 10.0.0.1", "<script>")
    ),
    *(
        address(f"believed-{said(name, text)}", 200, {name: text}, contains=f'"{url}"')
        for name, text, url in BELIEVED
    ),
    *(
        address(f"refused-{said(name, text)}", 400, {name: text}, lacks="<script>")
        for name, texts in REFUSED.items()
        for text in texts
        if text.strip(" \t") not in ("127.0.0.1",)
    ),
    *(
        address(f"bad-host-{id}", 400, {"HTTP_X_FORWARDED_HOST": host}, lacks="<script>")
        for id, host in BAD.items()
        if host.strip(" \t,") not in ("", "localhost")
    ),
    *(
        address(f"malformed-{text[:40]!r}", 400, {"HTTP_FORWARDED": text}, "standard")
        for text in MALFORMED
    ),
    *(
        address(f"contradiction-{number}", 400, environ, "standard")
        for number, environ in enumerate(CONTRADICTING)
    ),
    *(
        address(f"large-{name.lower()}", 400, {name: "a," * 5000}, "standard")
        for name in FORGED
    ),
    address("standard", 200, FORGED | {"HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_X_FORWARDED_PORT": ""}, "standard", contains="https://evil.example/evil/"),
    Row("redirect", 301, "/deep", site="trusting", leaves=True,
        environ={"HTTP_X_FORWARDED_HOST": "a.example", "HTTP_X_FORWARDED_PREFIX": "/shop"},
        headers={"Location": "http://a.example/shop/deep/"}),
    Row("redirect-refused", 400, "/deep", site="trusting", headers={"Location": None},
        environ={"HTTP_X_FORWARDED_PREFIX": "//evil.example"}),
    address("allowed", 200, {"HTTP_X_FORWARDED_HOST": "a.example"}, "trusting_for_hosts"),
    address("not-allowed", 400, {"HTTP_X_FORWARDED_HOST": "b.example"}, "trusting_for_hosts"),
    address("not-allowed-direct", 400, {}, "trusting_for_hosts"),
    address("host-still-bad", 400,
            {"HTTP_HOST": "a b", "HTTP_X_FORWARDED_HOST": "a.example"}, "trusting_for_hosts"),
    Row("missing-page", 404, "/nothing", environ={"HTTP_X_FORWARDED_HOST": "a.example"},
        site="trusting"),
    Row("bad-path", 404, "/\xff", environ=FORGED, site="trusting"),
    Row("head", 400, method="HEAD", environ=FORGED, site="trusting"),
]  # fmt: skip
