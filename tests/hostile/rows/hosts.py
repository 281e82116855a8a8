"""The Host header: its syntax, its absence, and the list of hosts that are served."""

from hostile_row import ABSENT, Row

GOOD = [
    *("localhost", "LOCALHOST", "localhost:80", "localhost:65535", "localhost:0", "localhost:"),
    *("example.com", "example.com.", "example.com.:8080", "a-b.example", "my_host", "x", "1"),
    *("127.0.0.1", "127.0.0.1:8080", "127.1", "256.256.256.256", "[::1]", "[::1]:8080"),
    *("[2001:db8::ff00:42:8329]", "[::ffff:127.0.0.1]", "xn--bcher-kva.example"),
    *("a" * 63 + ".example", "-dash", "sub.sub.sub.sub.example"),
]

BAD = {
    "empty": "",
    "space": " ",
    "space-inside": "local host",
    "space-before": " localhost",
    "space-behind": "localhost ",
    "tab": "local\thost",
    "crlf": "localhost\r\nX-Evil: 1",
    "nul": "localhost\x00",
    "delete": "localhost\x7f",
    "slash": "localhost/",
    "path": "localhost/evil",
    "backslash": "localhost\\evil",
    "at": "user@localhost",
    "password": "user:pw@localhost",
    "hash": "localhost#x",
    "question": "localhost?x",
    "markup": "<script>alert(1)</script>",
    "quote": 'localhost"',
    "apostrophe": "localhost'",
    "comma": "localhost,evil.example",
    "two": "localhost, evil.example",
    "semicolon": "localhost;evil",
    "percent": "local%68ost",
    "percent-nul": "localhost%00",
    "star": "*",
    "dollar": "${jndi:ldap://evil}",
    "braces": "{0}",
    "equals": "a=b",
    "url": "http://localhost",
    "scheme": "javascript:alert(1)",
    "port-letters": "localhost:http",
    "port-negative": "localhost:-1",
    "port-plus": "localhost:+80",
    "port-large": "localhost:65536",
    "port-huge": "localhost:" + "9" * 5000,
    "port-two": "localhost:80:80",
    "port-space": "localhost: 80",
    "port-arabic": "localhost:\u0668\u0660".encode().decode("latin-1"),
    "port-only": ":80",
    "dot": ".",
    "dots": "..",
    "dot-first": ".localhost",
    "dots-inside": "a..b",
    "ipv6-bare": "::1",
    "ipv6-open": "[::1",
    "ipv6-closed": "::1]",
    "ipv6-empty": "[]",
    "ipv6-bad": "[:::1]",
    "ipv6-letters": "[gggg::1]",
    "ipv6-zone": "[fe80::1%25eth0]",
    "ipv6-behind": "[::1]evil.example",
    "ipv6-dots": "[" + "." * 200 + "]",
    "ipv6-colons": "[" + ":" * 200 + "]",
    "bytes": "caf\xe9.example",
    "not-latin": "\u2603.example",
    "surrogate": "\ud800.example",
    "long": "a" * 5000,
    "long-labels": "a." * 2500,
    "long-markup": "<" * 60000,
}

ALLOWED = [
    *("good.example", "GOOD.example", "good.example.", "good.example:80", "good.example.:8080"),
    *(
        "all.example",
        "a.all.example",
        "a.b.c.all.example:1",
        "[::1]",
        "[::1]:80",
        "127.0.0.1:5",
    ),
]
NOT_ALLOWED = [
    *("localhost", "evil.example", "good.example.evil.example", "evilgood.example"),
    *("sub.good.example", "evilall.example", "all.example.evil.example", "127.0.0.2", "[::2]"),
    *("good", "example", "127.1", "xn--good-example", "good-example", "good.example..."),
]

ROWS = [
    *(Row(f"good-{host}", 200, environ={"HTTP_HOST": host}) for host in GOOD),
    *(
        Row(f"bad-{id}", 400, environ={"HTTP_HOST": host}, lacks="<script>alert")
        for id, host in BAD.items()
    ),
    *(
        Row(f"allowed-{host}", 200, environ={"HTTP_HOST": host}, site="hosts")
        for host in ALLOWED
    ),
    *(
        Row(f"not-allowed-{host}", 400, environ={"HTTP_HOST": host}, site="hosts")
        for host in NOT_ALLOWED
    ),
    *(
        Row(f"not-allowed-bad-{id}", 400, environ={"HTTP_HOST": host}, site="hosts")
        for id, host in BAD.items()
    ),
    Row("missing", 400, environ={"HTTP_HOST": ABSENT}, contains="requires a 'Host'"),
    Row("missing-1-0", 200, environ={"HTTP_HOST": ABSENT, "SERVER_PROTOCOL": "HTTP/1.0"}),
    Row("missing-2", 400, environ={"HTTP_HOST": ABSENT, "SERVER_PROTOCOL": "HTTP/2"}),
    Row("missing-no-protocol", 200, environ={"HTTP_HOST": ABSENT, "SERVER_PROTOCOL": ABSENT}),
    Row(
        "missing-allowed",
        400,
        environ={"HTTP_HOST": ABSENT, "SERVER_PROTOCOL": "HTTP/1.0"},
        site="hosts",
    ),
    Row("missing-head", 400, method="HEAD", environ={"HTTP_HOST": ABSENT}),
    Row(
        "missing-json",
        400,
        environ={"HTTP_HOST": ABSENT, "HTTP_ACCEPT": "application/json"},
        headers={"Content-Type": "application/problem+json"},
    ),
    Row("missing-unknown-page", 400, "/nothing", environ={"HTTP_HOST": ABSENT}),
    Row("bad-1-0", 400, environ={"HTTP_HOST": "a b", "SERVER_PROTOCOL": "HTTP/1.0"}),
    Row("bad-on-own-page", 400, environ={"HTTP_HOST": "<script>"}, site="page_echoes"),
    Row("bad-on-failing-page", 400, environ={"HTTP_HOST": "<script>"}, site="page_fails"),
    Row("bad-production", 400, environ={"HTTP_HOST": "a b"}, site="production"),
    Row(
        "forwarded-is-not-believed",
        200,
        "/address",
        environ={
            "HTTP_X_FORWARDED_HOST": "evil.example",
            "HTTP_FORWARDED": "host=evil.example",
            "HTTP_X_FORWARDED_PROTO": "javascript",
            "HTTP_X_FORWARDED_FOR": "6.6.6.6",
            "HTTP_X_FORWARDED_PORT": "99",
            "HTTP_X_HOST": "evil.example",
        },
        contains="http://localhost/address",
        lacks="evil",
    ),
    Row(
        "forwarded-redirect",
        301,
        "/deep",
        environ={"HTTP_X_FORWARDED_HOST": "evil.example"},
        headers={"Location": "http://localhost/deep/"},
    ),
    Row(
        "server-name-odd",
        200,
        "/address",
        environ={
            "HTTP_HOST": ABSENT,
            "SERVER_PROTOCOL": "HTTP/1.0",
            "SERVER_NAME": "waitress.invalid",
            "SERVER_PORT": "/run/x.sock",
        },
    ),
]
