"""What handlers write: header values and names, statuses, cookies, redirect targets."""

from hostile_row import Row, escaped

BAD_VALUES = {
    "crlf": "a\r\nSet-Cookie: evil=1",
    "lf": "a\nSet-Cookie: evil=1",
    "cr": "a\rSet-Cookie: evil=1",
    "crlf-crlf": "a\r\n\r\n<script>alert(1)</script>",
    "nul": "a\x00b",
    "controls": "".join(map(chr, range(32))) + "\x7f",
    "vertical": "a\x0bSet-Cookie: evil=1\x0c",
    "nel": "a\x85Set-Cookie: evil=1",
    "line-separator": "a\u2028Set-Cookie: evil=1",
    "paragraph-separator": "a\u2029Set-Cookie: evil=1",
    "hidden-newline": "a\u560d\u560aSet-Cookie: evil=1",
    "latin-1": "caf\xe9",
    "snowman": "\u2603",
    "snowman-crlf": "\u2603\r\nSet-Cookie: evil=1",
    "astral": "\U0001f4a9",
    "fold": "a\r\n Set-Cookie: evil=1",
    "tab": "a\tb",
    "spaces": "   a   ",
    "empty": "",
    "crlf-only": "\r\n",
    "long": "a" * 60000,
    "long-crlf": "a\r\n" * 10000,
    "word": "=?utf-8?q?=0D=0A?=",
}

BAD_NAMES = {
    "crlf": "X\r\nSet-Cookie: evil=1",
    "lf": "X\nY",
    "nul": "X\x00Y",
    "space": "X Y",
    "colon": "X:Y",
    "empty": "",
    "crlf-only": "\r\n",
    "bytes": "X\xe9",
    "snowman": "\u2603",
    "markup": "<script>",
    "parentheses": "X(Y)",
    "long": "X" * 5000,
    "status": "Status",
    "dunder": "__class__",
}

BAD_STATUSES = {
    "crlf": "200 OK\r\nSet-Cookie: evil=1",
    "lf": "200 OK\nSet-Cookie: evil=1",
    "body": "200 OK\r\n\r\n<script>alert(1)</script>",
    "nul": "200 O\x00K",
    "snowman": "200 \u2603",
    "latin-1": "200 caf\xe9",
    "long": "200 " + "a" * 60000,
    "no-reason": "200",
    "blank-reason": "200 ",
    "unknown": "299 Own",
}
# No status at all: 500, but a clean one.
NO_STATUSES = {
    "words": "OK",
    "negative": "-200",
    "zero": "0",
    "small": "99",
    "large": "600",
    "huge": "9" * 5000,
    "crlf-first": "\r\nX: 1",
    "float": "200.0",
    "arabic": "\u0662\u0660\u0660",
    "underscore": "2_0_0",
}

COOKIES = {
    "crlf": ("c", "a\r\nSet-Cookie: evil=1"),
    "semicolon": ("c", "a; HttpOnly; Domain=evil.example"),
    "comma": ("c", "a, evil=1"),
    "nul": ("c", "a\x00"),
    "quote": ("c", 'a"b'),
    "snowman": ("c", "\u2603"),
    "latin-1": ("c", "caf\xe9"),
    "spaces": ("c", " a b "),
    "name-crlf": ("c\r\nX: 1", "a"),
    "name-space": ("c d", "a"),
    "name-equals": ("c=d", "a"),
    "name-empty": ("", "a"),
    "name-reserved": ("path", "/"),
    "name-snowman": ("\u2603", "a"),
    "long": ("c", "a" * 60000),
}

# Where a program that means a path of its own would send the client (SECURITY goal 17).
TARGETS = {
    "two-slashes": "//evil.example",
    "two-slashes-path": "//evil.example/path",
    "three-slashes": "///evil.example",
    "four-slashes": "////evil.example",
    "backslash": "/\\evil.example",
    "backslash-first": "\\/evil.example",
    "backslashes": "\\\\evil.example",
    "backslashes-three": "\\\\\\evil.example",
    "slash-backslash-slash": "/\\/evil.example",
    "tab": "/\t/evil.example",
    "tab-first": "\t//evil.example",
    "tabs": "/\t\t/evil.example",
    "tab-backslash": "/\t\\evil.example",
    "lf": "/\n/evil.example",
    "lf-first": "\n//evil.example",
    "cr": "/\r/evil.example",
    "crlf": "/\r\n/evil.example",
    "nul": "/\x00/evil.example",
    "nul-first": "\x00//evil.example",
    "vertical": "/\x0b/evil.example",
    "vertical-first": "\x0b//evil.example",
    "delete": "/\x7f/evil.example",
    "space": "/ /evil.example",
    "space-first": " //evil.example",
    "space-backslashes": " \\\\evil.example",
    "space-tab": " \t //evil.example",
    "nbsp-first": "\xa0//evil.example",
    "unit-separator-first": "\x1f//evil.example",
    "user": "//localhost@evil.example",
    "user-backslash": "//evil.example\\@localhost",
    "dots": "/..//evil.example",
    "dots-two": "/../..//evil.example",
    "dot": "/.//evil.example",
    "dot-backslash": "/.\\/evil.example",
    "dot-relative": ".//evil.example",
    "dots-relative": "..//evil.example",
    "path-then-dots": "/a/..//evil.example",
    "path-then-many-dots": "/a/b/../../..//evil.example",
    "encoded-slashes": "/%2F/evil.example",
    "encoded-two": "%2F%2Fevil.example",
    "encoded-tab": "/%09/evil.example",
    "encoded-backslash": "/%5Cevil.example",
    "question": "?//evil.example",
    "hash": "#//evil.example",
    "semicolon": "/;//evil.example",
    "fullwidth": "/\uff0fevil.example",
    "fullwidth-two": "\uff0f\uff0fevil.example",
    "fraction-slash": "/\u2044evil.example",
    "ideographic-dot": "//evil\u3002example",
    "zero-width": "/\u200b/evil.example",
    "bom": "\ufeff//evil.example",
    "ipv6": "//[::1]",
    "port": "//evil.example:80",
    "empty": "",
    "slash": "/",
    "snowman": "/\u2603",
    "markup": "/<script>alert(1)</script>",
    "attribute": '/" onmouseover="alert(1)',
    "crlf-header": "/x\r\nSet-Cookie: evil=1",
    "crlf-body": "/x\r\n\r\n<script>alert(1)</script>",
    "percent": "/%",
    "long": "/" + "a" * 60000,
    "long-slashes": "/" * 60000 + "evil.example",
    "long-dots": "/" + "../" * 20000 + "/evil.example",
}

# No address at all, but a script: never a Location, never a link.
SCRIPTS = {
    "javascript": "javascript:alert(1)",
    "javascript-upper": "JAVASCRIPT:alert(1)",
    "javascript-tab": "java\tscript:alert(1)",
    "javascript-lf": "java\nscript:alert(1)",
    "javascript-space": " javascript:alert(1)",
    "javascript-control": "\x01javascript:alert(1)",
    "javascript-slashes": "javascript://localhost/%0Aalert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "data-base64": "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript": "vbscript:msgbox(1)",
}

# The program said so: another host, or none.
ELSEWHERE = {
    "http": "http://other.example/",
    "https": "https://other.example/x?y#z",
    "http-crlf": "http://other.example/\r\nSet-Cookie: evil=1",
    "http-markup": "http://other.example/<script>alert(1)</script>",
    "http-quote": 'http://other.example/" onclick="alert(1)',
    "http-snowman": "http://other.example/\u2603",
    "https-no-slashes": "https:other.example",
    "mail": "mailto:a@other.example",
    "own-scheme": "myapp://callback?code=1",
}

NO_COOKIE = {"Set-Cookie": None}
MAYBE_REFUSED = {"is_programs_fault": True}


def asks(**params):
    """Return a query string."""
    return "&".join(f"{name}={escaped(value)}" for name, value in params.items())


ROWS = [
    *(
        Row(f"{page}-value-{id}", 200, f"/{page}", asks(value=value), site="writer",
            headers=NO_COOKIE)
        for id, value in BAD_VALUES.items()
        for page in ("header", "webob_header", "webob_response")
    ),
    *(
        Row(f"{page}-name-{id}", (200, 500), f"/{page}", asks(name=name, value="a"),
            site="writer", headers=NO_COOKIE, **MAYBE_REFUSED)
        for id, name in BAD_NAMES.items()
        for page in ("header", "webob_response")
        if id not in ("status", "dunder")  # legal tokens that only wsgiref refuses
    ),
    *(
        Row(f"content-type-{id}", (200, 500), "/content_type", asks(value=value), site="writer",
            headers=NO_COOKIE, is_programs_fault=True)
        for id, value in BAD_VALUES.items()
        if id in ("crlf", "nul", "snowman", "long", "controls")
    ),
    *(
        Row(f"status-{id}", int(value[:3]), "/status", asks(value=value), site="writer",
            headers=NO_COOKIE)
        for id, value in BAD_STATUSES.items()
    ),
    *(
        Row(f"status-none-{id}", 500, "/status", asks(value=value), site="writer",
            headers=NO_COOKIE, **MAYBE_REFUSED)
        for id, value in NO_STATUSES.items()
        if id != "zero"
    ),
    *(
        Row(f"webob-status-{id}", (200, 299, 500), "/webob_response", asks(status=value),
            site="writer", headers=NO_COOKIE, **MAYBE_REFUSED)
        for id, value in BAD_STATUSES.items()
        if id != "unknown"
    ),
    Row("webob-response", 200, "/webob_response", asks(value="a"), site="writer",
        headers={"X-Test": "a"}),
    Row("webob-status-unknown", 299, "/webob_response", asks(status="299 Own"), site="writer"),
    Row("webob-redirect", 303, "/webob_redirect", asks(to="/x"), site="writer"),
    Row("webob-redirect-head", 303, "/webob_redirect", asks(to="/x"), method="HEAD",
        site="writer"),
    *(
        Row(f"error-status-{id}", (400, 404, 500), "/error", asks(value=value), site="writer",
            headers=NO_COOKIE, **MAYBE_REFUSED)
        for id, value in {
            "crlf": "404 Gone\r\nSet-Cookie: evil=1",
            "markup": "404 <script>alert(1)</script>",
            "words": "none",
            "ok": "200",
            "large": "999",
            "crlf-only": "404 \r\n",
        }.items()
    ),
    *(
        Row(f"{page}-{id}", (200, 500), f"/{page}", asks(name=name, value=value), site="writer",
            **MAYBE_REFUSED)
        for id, (name, value) in COOKIES.items()
        for page in ("cookie", "webob_cookie")
    ),
    Row("cookie-path-crlf", (200, 500), "/cookie", asks(value="a", path="/\r\nX-Evil: 1"),
        site="writer", headers={"X-Evil": None}, **MAYBE_REFUSED),
    Row("header-hop-by-hop", 200, "/hop", site="writer"),
    Row("header-twice", 200, "/twice", site="writer"),
    *(
        Row(f"location-{id}", (303, 500), "/location", asks(value=TARGETS[id]), site="writer",
            headers=NO_COOKIE, is_programs_fault=True)
        for id in ("two-slashes", "backslash", "tab", "tab-first", "space-first", "crlf-header",
                   "snowman", "nul", "dots", "vertical-first", "user")
    ),
    *(
        Row(f"webob-redirect-{id}", (303, 500), "/webob_redirect", asks(to=TARGETS[id]),
            site="writer", headers=NO_COOKIE, is_programs_fault=True)
        for id in ("two-slashes", "backslash", "tab", "crlf-header", "snowman", "markup")
    ),
    Row("webob-error-markup", 400, "/webob_error",
        asks(message="<script>alert(1)</script>"), site="writer"),
    # Redirects that must stay.
    *(
        Row(f"redirect-{id}", 303, "/go_unchecked", asks(to=target),
            headers=NO_COOKIE)
        for id, target in TARGETS.items()
    ),
    *(
        Row(f"redirect-checked-{id}", 303 if target.startswith("/") else 400, "/go",
            asks(to=target), headers=NO_COOKIE)
        for id, target in TARGETS.items()
    ),
    *(
        Row(f"redirect-status-{status}", 500 if status in ("306", "310", "399") else int(status),
            "/go_unchecked", asks(to="//evil.example", status=status),
            is_programs_fault=True)
        for status in ("300", "301", "302", "305", "306", "307", "308", "310", "399")
    ),
    *(
        Row(f"redirect-https-{id}", 303, "/go_unchecked", asks(to=TARGETS[id]),
            environ={"wsgi.url_scheme": "https"})
        for id in ("two-slashes", "backslash", "tab", "space-first", "dots")
    ),
    *(
        Row(f"redirect-script-{id}", (303, 400), "/go_unchecked", asks(to=target))
        for id, target in SCRIPTS.items()
    ),
    *(
        Row(f"redirect-elsewhere-{id}", 303, "/go_unchecked", asks(to=target), leaves=True,
            headers=NO_COOKIE)
        for id, target in ELSEWHERE.items()
    ),
    # Redirects of the toolkit's own: an index page without its slash, whatever its path.
    *(
        Row(f"slash-{id}", 301, path, site="slashes", headers=NO_COOKIE)
        for id, path in {
            "two-slashes": "//evil.example",
            "two-slashes-path": "//evil.example/a",
            "backslash": "/\\evil.example",
            "backslashes": "/\\\\evil.example/a",
            "tab": "/\t/evil.example",
            "crlf": "/x\r\nSet-Cookie: evil=1",
            "nul": "/\x00/evil.example",
            "space": "/ /evil.example",
            "dots": "/..//evil.example",
            "dots-many": "/a/../..//evil.example",
            "dot": "/.//evil.example",
            "scheme": "/http://evil.example",
            "scheme-first": "/javascript:alert(1)",
            "user": "/@evil.example",
            "snowman": "/\xe2\x98\x83",
            "markup": "/<script>alert(1)</script>",
            "attribute": '/" onmouseover="alert(1)',
            "question": "/?x",
            "hash": "/#x",
            "percent": "/%2F%2Fevil.example",
        }.items()
    ),
    # Redirects inside.
    *(
        Row(f"inside-{id}", (200, 404), "/inside", asks(to=TARGETS[id]), headers=NO_COOKIE)
        for id in TARGETS
        if id not in ("empty", "question", "hash", "long-dots")
    ),
    Row("inside-head", 200, "/inside", asks(to="/echo?a=1"), method="HEAD"),
    Row("inside-dunder", 404, "/inside", asks(to="/__class__")),
    Row("inside-surrogate", 404, "/inside", "to=%ED%A0%80"),
]  # fmt: skip
