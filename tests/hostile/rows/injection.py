"""What handlers write: header values and names, statuses, cookies."""

from hostile_row import Row, asks

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

NO_COOKIE = {"Set-Cookie": None}
MAYBE_REFUSED = {"is_programs_fault": True}


ROWS = [
    *(
        Row(
            f"{page}-value-{id}",
            200,
            f"/{page}",
            asks(value=value),
            site="writer",
            headers=NO_COOKIE,
        )
        for id, value in BAD_VALUES.items()
        for page in ("header", "webob_header", "webob_response")
    ),
    *(
        Row(
            f"{page}-name-{id}",
            (200, 500),
            f"/{page}",
            asks(name=name, value="a"),
            site="writer",
            headers=NO_COOKIE,
            **MAYBE_REFUSED,
        )
        for id, name in BAD_NAMES.items()
        for page in ("header", "webob_response")
        if id not in ("status", "dunder")  # legal tokens that only wsgiref refuses
    ),
    *(
        Row(
            f"content-type-{id}",
            (200, 500),
            "/content_type",
            asks(value=value),
            site="writer",
            headers=NO_COOKIE,
            is_programs_fault=True,
        )
        for id, value in BAD_VALUES.items()
        if id in ("crlf", "nul", "snowman", "long", "controls")
    ),
    *(
        Row(
            f"status-{id}",
            int(value[:3]),
            "/status",
            asks(value=value),
            site="writer",
            headers=NO_COOKIE,
        )
        for id, value in BAD_STATUSES.items()
    ),
    *(
        Row(
            f"status-none-{id}",
            500,
            "/status",
            asks(value=value),
            site="writer",
            headers=NO_COOKIE,
            **MAYBE_REFUSED,
        )
        for id, value in NO_STATUSES.items()
        if id != "zero"
    ),
    *(
        Row(
            f"webob-status-{id}",
            (200, 299, 500),
            "/webob_response",
            asks(status=value),
            site="writer",
            headers=NO_COOKIE,
            **MAYBE_REFUSED,
        )
        for id, value in BAD_STATUSES.items()
        if id != "unknown"
    ),
    Row(
        "webob-response",
        200,
        "/webob_response",
        asks(value="a"),
        site="writer",
        headers={"X-Test": "a"},
    ),
    Row("webob-status-unknown", 299, "/webob_response", asks(status="299 Own"), site="writer"),
    Row("webob-redirect", 303, "/webob_redirect", asks(to="/x"), site="writer"),
    Row(
        "webob-redirect-head",
        303,
        "/webob_redirect",
        asks(to="/x"),
        method="HEAD",
        site="writer",
    ),
    *(
        Row(
            f"error-status-{id}",
            (400, 404, 500),
            "/error",
            asks(value=value),
            site="writer",
            headers=NO_COOKIE,
            **MAYBE_REFUSED,
        )
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
        Row(
            f"{page}-{id}",
            (200, 500),
            f"/{page}",
            asks(name=name, value=value),
            site="writer",
            **MAYBE_REFUSED,
        )
        for id, (name, value) in COOKIES.items()
        for page in ("cookie", "webob_cookie")
    ),
    Row(
        "cookie-path-crlf",
        (200, 500),
        "/cookie",
        asks(value="a", path="/\r\nX-Evil: 1"),
        site="writer",
        headers={"X-Evil": None},
        **MAYBE_REFUSED,
    ),
    Row("header-hop-by-hop", 200, "/hop", site="writer"),
    Row("header-twice", 200, "/twice", site="writer"),
    Row(
        "webob-error-markup",
        400,
        "/webob_error",
        asks(message="<script>alert(1)</script>"),
        site="writer",
    ),
]
