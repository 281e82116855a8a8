"""What a client may say to the small tools: Accept, Referer, methods, addresses."""

from hostile_row import ABSENT, CREDENTIAL, Row

ODD_VALUES = {
    "empty": "",
    "space": " ",
    "commas": "," * 3000,
    "semicolons": ";" * 3000,
    "quote": '"',
    "quotes": '"' * 3000,
    "backslashes": "\\" * 3000,
    "nul": "a\x00b",
    "crlf": "a\r\nX-Evil: 1",
    "tab": "\t",
    "high": "\xff\xfe",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "format": "{0.__class__} %s %(x)s",
    "brackets": "[" * 3000,
    "digits": "9" * 3000,
}
"""Any header may be one of these."""


def site(id, status, path, header=None, value=None, **others):
    """Return a row for the site of the small tools, with one header."""
    environ = {} if header is None else {header: value}
    return Row(id, status, path, environ=environ, site="smalltools", **others)


ACCEPTED = {
    "none": ABSENT,
    "any": "*/*",
    "wild-subtype": "text/*",
    "second": "text/plain",
    "upper": "TEXT/PLAIN",
    "parameters": "text/plain;charset=x;q=1",
    "quality-text": "text/html;q=a",
    "quality-empty": "text/html;q=",
    "quality-nan": "text/html;q=nan",
    "quality-inf": "text/html;q=inf, text/plain",
    "quality-long": "text/html;q=0." + "1" * 3000,
    "quality-twice": "text/html;q=1;q=0.5",
    "quoted-comma": 'text/plain;a=",,,"',
    "open-quote": 'text/plain;a="',
}
REFUSED = {
    "image": "image/png",
    "nothing-wanted": "*/*;q=0",
    "half": "text",
    "wild-type": "*/html",
    "slashes": "text//html",
    "slash": "/",
    "long-name": "a" * 3000 + "/b",
    "markup": "<script>/x",
}
TOO_LONG = {
    "comma": "text/html," * 500,
    "one": "a/" + "b" * 5000,
}
RIGHT_REFERERS = {"ours": "https://ours.example/", "ours-deep": "https://ours.example/a?b#c"}
WRONG_REFERERS = {
    "none": ABSENT,
    "other": "https://other.example/",
    "ours-in-query": "https://other.example/?https://ours.example/",
    "ours-as-user": "https://ours.example@other.example/",
    "ours-as-start": "https://ours.example.other.example/",
    "scheme": "http://ours.example/",
    "upper": "HTTPS://OURS.EXAMPLE/",
    "dot": "https://oursxexample/",
    "leading-nul": "\x00https://ours.example/",
    "long": "https://ours.example/" + "a" * 60_000,
    **ODD_VALUES,
}
METHODS = {
    "GET": 200,
    "HEAD": 200,
    "POST": 200,
    "PUT": 405,
    "DELETE": 405,
    "OPTIONS": 405,
    "PROPFIND": 405,
    "M-SEARCH": 405,
}
ADDRESSES = {
    "none": ABSENT,
    "empty": "",
    "v4": "192.0.2.7",
    "v6": "2001:db8::1",
    "v6-zone": "fe80::1%eth0",
    "mapped": "::ffff:192.0.2.7",
    "colons": ":" * 3000,
    "socket": "/run/app.socket",
    "text": "nonsense",
    "nul": "1\x00",
    "high": "\xff",
    "long": "1" * 3000,
}
PATHS = {
    "slashes": "/slash/a//",
    "host": "/slash//evil.example/",
    "host-deep": "/slash/a//evil.example//",
    "backslash": "/slash/\\evil.example/",
    "crlf": "/slash/a\r\nX-Evil: 1/",
    "markup": "/slash/<script>/",
}

ALLOWED = {"Allow": "GET, POST, HEAD"}
VARIES = {"Vary": "Accept-Charset, Accept-Language, Referer, X-Odd"}

ROWS = [
    *(site(f"accept-{id}", 200, "/accept", "HTTP_ACCEPT", v) for id, v in ACCEPTED.items()),
    *(site(f"refused-{id}", 406, "/accept", "HTTP_ACCEPT", v) for id, v in REFUSED.items()),
    *(site(f"long-{id}", 431, "/accept", "HTTP_ACCEPT", v) for id, v in TOO_LONG.items()),
    *(
        site(f"accept-odd-{id}", (200, 406), "/accept", "HTTP_ACCEPT", value)
        for id, value in ODD_VALUES.items()
    ),
    *(
        site(f"right-{id}", 200, "/referer", "HTTP_REFERER", value)
        for id, value in RIGHT_REFERERS.items()
    ),
    *(
        site(f"wrong-{id}", 403, "/referer", "HTTP_REFERER", value)
        for id, value in WRONG_REFERERS.items()
    ),
    site("stranger", 200, "/stranger", "HTTP_REFERER", "https://other.example/"),
    site("stranger-ours", 403, "/stranger", "HTTP_REFERER", "https://ours.example/"),
    site("stranger-long", 403, "/stranger", "HTTP_REFERER", "a" * 60_000),
    *(
        site(f"method-{method}", status, "/allow", method=method, body=b"", headers=ALLOWED)
        for method, status in METHODS.items()
    ),
    *(
        site(f"vary-{id}", 200, "/vary", "HTTP_X_ODD", value, headers=VARIES)
        for id, value in ODD_VALUES.items()
    ),
    *(
        site(f"ignore-{id}", 200, "/ignore", "HTTP_X_ODD", value)
        for id, value in ODD_VALUES.items()
    ),
    *(site(f"log-{id}", 200, "/log", "HTTP_X_ODD", value) for id, value in ODD_VALUES.items()),
    site("log-secret", 200, "/log", "HTTP_AUTHORIZATION", f"Basic {CREDENTIAL}"),
    *(
        site(f"address-{id}", 200, "/limited", "REMOTE_ADDR", value)
        for id, value in ADDRESSES.items()
    ),
    *(
        site(f"key-{id}", 200, "/keyed", "HTTP_X_ODD", value)
        for id, value in ODD_VALUES.items()
    ),
    *(site(f"slash-{id}", 301, path) for id, path in PATHS.items()),
    site("redirect", 303, "/redirect", lacks="<script>"),
    site("redirect-query", 303, "/redirect", query="<script>", lacks="<script>"),
    site("error", 200, "/errredirect", contains="a small page", is_programs_fault=True),
    site("error-away", 303, "/errredirect/away", is_programs_fault=True),
    site("flat", 200, "/flat", contains="a small page"),
]
