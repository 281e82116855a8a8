"""What pages of other sites have browsers send: origins, preflights, forms, tokens."""

from hostile_crosssite import COOKIE, KEY, LISTED, MADE, token
from hostile_row import FORM, Row, escaped

LETS_IN = "Access-Control-Allow-Origin"
UNSAID = {LETS_IN: None, "Access-Control-Allow-Credentials": None}
NO_LEAVE = {**UNSAID, "Vary": "Origin"}

# Origins that config lists, as browsers send them.
GOOD = {
    "exact": LISTED,
    "label": "https://a.app.example",
    "label-dashes": "https://pr-1--x.app.example",
    "label-digits": "https://1.app.example",
    "port": "http://localhost:5173",
}
# What only looks like one of those, and what is no origin at all.
BAD = {
    "empty": "",
    "space": " ",
    "null": "null",
    "null-upper": "NULL",
    "star": "*",
    "other": "https://evil.example",
    "http": "http://app.example",
    "other-port": "https://app.example:8443",
    "own-port": "https://app.example:443",
    "port-0": "https://app.example:0",
    "port-empty": "https://app.example:",
    "port-text": "https://app.example:x",
    "port-long": "http://localhost:51730",
    "port-zero-first": "http://localhost:05173",
    "no-port": "http://localhost",
    "suffix": "https://app.example.evil.example",
    "prefix": "https://evilapp.example",
    "prefix-dash": "https://evil-app.example",
    "user": "https://app.example@evil.example",
    "password": "https://app.example:x@evil.example",
    "label-user": "https://evil.example@a.app.example",
    "path": "https://app.example/",
    "path-host": "https://evil.example/app.example",
    "path-label": "https://evil.example/.app.example",
    "query": "https://evil.example?.app.example",
    "fragment": "https://evil.example#.app.example",
    "backslash": "https://evil.example\\.app.example",
    "upper": "HTTPS://APP.EXAMPLE",
    "mixed": "https://App.example",
    "dot": "https://app.example.",
    "dots": "https://..app.example",
    "two-labels": "https://a.b.app.example",
    "label-star": "https://*.app.example",
    "label-empty": "https://.app.example",
    "label-http": "http://a.app.example",
    "label-port": "https://a.app.example:8443",
    "label-space": "https://a b.app.example",
    "label-percent": "https://%61.app.example",
    "label-dash": "https://-.app.example",
    "label-markup": "https://<script>.app.example",
    "no-scheme": "app.example",
    "scheme-only": "https://",
    "scheme-relative": "//app.example",
    "scheme-other": "javascript://app.example",
    "scheme-file": "file://",
    "data": "data:text/html,x",
    "two": f"{LISTED} {LISTED}",
    "two-commas": f"{LISTED}, {LISTED}",
    "two-evil": f"https://evil.example {LISTED}",
    "list": f"{LISTED},https://evil.example",
    "space-before": f" {LISTED}",
    "space-after": f"{LISTED} ",
    "tab": f"{LISTED}\t",
    "newline": f"{LISTED}\n",
    "crlf": f"{LISTED}\r\nX-Evil: 1",
    "nul": f"{LISTED}\x00",
    "del": f"{LISTED}\x7f",
    "latin": "https://\xe4pp.example",
    "bytes": "\xff\xfe",
    "unicode": "https://\u0430pp.example",
    "surrogate": "https://\ud800.app.example",
    "punycode": "https://xn--pp-uia.example",
    "full-stop": "https://a\u3002app.example",
    "ipv6": "http://[::1]:5173",
    "ipv6-open": "http://[::1",
    "ipv4": "http://127.0.0.1:5173",
    "markup": "<script>alert(1)</script>",
    "format": "%s{0}%n",
    "quotes": f'"{LISTED}"',
    "long": "https://" + "a" * 60_000 + ".app.example",
    "long-labels": "https://" + "a." * 30_000 + "app.example",
    "long-port": "https://app.example:" + "4" * 60_000,
    "long-scheme": "a" * 60_000 + "://app.example",
    "long-slashes": "https:" + "/" * 60_000,
}

# Each is another site's for a form to this one, too; but for one that cors alone must tell.
OTHERS = {id: origin for id, origin in BAD.items() if id != "no-port"}

# What a preflight may ask for: nothing of it comes back.
ASKED = {
    "lower": "put",
    "unknown": "BREW",
    "two": "PUT, DELETE",
    "empty": "",
    "star": "*",
    "crlf": "PUT\r\nX-Evil: 1",
    "bytes": "\xff",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "long": "A" * 60_000,
}
ASKED_HEADERS = {
    "one": "x-evil",
    "many": "a," * 30_000,
    "commas": "," * 60_000,
    "crlf": "a\r\nSet-Cookie: evil=1",
    "bytes": "\xff\xfe",
    "star": "*",
    "markup": "<script>",
}


def ask(id, status, origin, path="/", asked="PUT", site="cors", **others):
    """Return a row that is a preflight."""
    environ = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": asked, **others.pop("environ", {})}
    return Row(
        id, status, path, method="OPTIONS", site=site,
        environ={"HTTP_ORIGIN": origin, **environ},
        **others,
    )  # fmt: skip


def let_in(origin, **more):
    """Return the headers of an answer that `origin` may read."""
    return {LETS_IN: origin, "Access-Control-Allow-Credentials": "true", **more}


CORS = [
    *(
        Row(f"cors-get-{id}", 200, environ={"HTTP_ORIGIN": origin}, site="cors",
            contains="acted", headers=let_in(origin, Vary="Origin"))
        for id, origin in GOOD.items()
    ),
    *(
        Row(f"cors-get-{id}", 200, environ={"HTTP_ORIGIN": origin}, site="cors",
            contains="acted", headers=NO_LEAVE)
        for id, origin in BAD.items()
    ),
    *(
        Row(f"cors-any-{id}", 200, environ={"HTTP_ORIGIN": origin}, site="cors_any",
            headers={LETS_IN: "*", "Access-Control-Allow-Credentials": None, "Vary": None})
        for id, origin in BAD.items()
    ),
    *(
        ask(f"cors-ask-{id}", 204, origin,
            headers=let_in(origin, **{"Access-Control-Allow-Methods": "GET, HEAD, POST"}))
        for id, origin in GOOD.items()
    ),
    # An origin that is not listed is refused, what is none asks nothing: OPTIONS as ever.
    *(
        ask(f"cors-ask-{id}", (200, 403), origin,
            headers={**UNSAID, "Access-Control-Allow-Methods": None})
        for id, origin in BAD.items()
    ),
    *(
        ask(f"cors-method-{id}", 204, LISTED, asked=asked,
            headers=let_in(LISTED, **{"Access-Control-Allow-Methods": "GET, HEAD, POST"}))
        for id, asked in ASKED.items()
    ),
    *(
        ask(f"cors-headers-{id}", 204, LISTED,
            environ={"HTTP_ACCESS_CONTROL_REQUEST_HEADERS": asked},
            headers=let_in(LISTED, **{"Access-Control-Allow-Headers": "Content-Type"}))
        for id, asked in ASKED_HEADERS.items()
    ),
    *(
        ask(f"cors-path-{id}", 204, LISTED, path,
            headers=let_in(LISTED, **{"Access-Control-Allow-Methods": methods}))
        for id, path, methods in (
            ("missing", "/nothing", "GET, HEAD, POST"),
            ("strict", "/strict", "PUT"),
            ("resource", "/thing", "GET, HEAD, PUT"),
        )
    ),
    *(
        Row(f"cors-error-{status}", status, path, environ={"HTTP_ORIGIN": LISTED}, site="cors",
            headers=let_in(LISTED, Vary="Accept, Origin"))
        for status, path in ((404, "/nothing"), (405, "/strict"), (409, "/fault"))
    ),
    Row("cors-null-listed", 200, environ={"HTTP_ORIGIN": "null"}, site="cors_null",
        headers={LETS_IN: "null"}),
    Row("cors-null-other", 200, environ={"HTTP_ORIGIN": LISTED}, site="cors_null",
        headers=NO_LEAVE),
    Row("cors-none", 200, site="cors", headers=NO_LEAVE),
    Row("cors-post", 200, method="POST", body=b"a=1", site="cors",
        environ={"HTTP_ORIGIN": "https://evil.example", "CONTENT_TYPE": FORM},
        headers=NO_LEAVE),
]  # fmt: skip

# -- forms -----------------------------------------------------------------------------

GOOD_TOKEN = token()
OWN_COOKIE = {"HTTP_COOKIE": f"csrf={COOKIE}"}
TOKENS = {
    "none": "",
    "word": "x",
    "dots": "..",
    "zeros": "0" * len(GOOD_TOKEN),
    "cut": GOOD_TOKEN[:-1],
    "longer": GOOD_TOKEN + "0",
    "newline": GOOD_TOKEN + "\n",
    "space": " " + GOOD_TOKEN,
    "nul": GOOD_TOKEN + "\x00",
    "upper": GOOD_TOKEN.upper(),
    "one-digit": GOOD_TOKEN[:-1] + ("0" if GOOD_TOKEN[-1] != "0" else "1"),
    "later": f"{MADE + 1:08x}" + GOOD_TOKEN[8:],
    "zero-first": "0" + GOOD_TOKEN,
    "no-signature": GOOD_TOKEN.rpartition(".")[0] + ".",
    "no-head": GOOD_TOKEN.rpartition(".")[2],
    "other-salt": GOOD_TOKEN.replace("5a", "5b", 1),
    "other-key": token(key=KEY[::-1]),
    "empty-key": token(key=""),
    "other-cookie": token(binding="cookie " + "d" * 32),
    "no-binding": token(binding=""),
    "other-kind": token(binding=f"session {COOKIE}"),
    "future": token(made=9_000_000_000),
    "far-future": token(made=0xFFFFFFFFFFFF),
    "arabic": "\u0665" + GOOD_TOKEN[1:],
    "bytes": "\udcff",
    "astral": "\U0001f600",
    "markup": "<script>alert(1)</script>",
    "format": "%s{0}%n",
    "twice": f"{GOOD_TOKEN}, {GOOD_TOKEN}",
    "long": "a" * 400_000,
    "long-dots": "." * 400_000,
    "long-digits": "0" * 60_000 + GOOD_TOKEN,
}
COOKIES = {
    "none": None,
    "other": "csrf=" + "d" * 32,
    "empty": "csrf=",
    "short": f"csrf={COOKIE[:-1]}",
    "long": f"csrf={COOKIE * 100}",
    "upper": f"csrf={COOKIE.upper()}",
    "prefix": f"__Host-csrf={COOKIE}",
    "secure-prefix": f"__Secure-csrf={COOKIE}",
    "last-counts": f"csrf={COOKIE}; csrf={'d' * 32}",
    "name-upper": f"CSRF={COOKIE}",
    "space": f"csrf ={COOKIE[:-1]} ",
    "broken": f'csrf="{COOKIE}',
}
SENDERS = {
    "cross-site": {"HTTP_SEC_FETCH_SITE": "cross-site"},
    "same-site": {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": "http://a.localhost"},
    "word": {"HTTP_SEC_FETCH_SITE": "x"},
    "word-empty": {"HTTP_SEC_FETCH_SITE": ""},
    "word-upper": {"HTTP_SEC_FETCH_SITE": "SAME-ORIGIN"},
    "words": {"HTTP_SEC_FETCH_SITE": "same-origin, cross-site"},
    "word-bytes": {"HTTP_SEC_FETCH_SITE": "\xff"},
    "word-long": {"HTTP_SEC_FETCH_SITE": "same-origin" * 5000},
    **{f"origin-{id}": {"HTTP_ORIGIN": origin} for id, origin in OTHERS.items()},
}


def post(id, status, fields=(), environ=None, site="csrf", **others):
    """Return a row that sends a form: pairs of a name and a value."""
    body = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in fields)
    environ = {"CONTENT_TYPE": FORM, **OWN_COOKIE, **(environ or {})}
    others = {"method": "POST", **others}
    return Row(id, status, body=body.encode(), environ=environ, site=site, **others)


GIVEN = (("csrf_token", GOOD_TOKEN),)

CSRF = [
    # Whatever token comes with it: the browser says that another site has sent it.
    *(
        post(f"csrf-sent-{id}", 403, GIVEN, environ, lacks="acted")
        for id, environ in SENDERS.items()
    ),
    *(post(f"csrf-sent-{id}", 200, (), environ, contains="acted") for id, environ in {
        "same-origin": {"HTTP_SEC_FETCH_SITE": "same-origin"},
        "by-hand": {"HTTP_SEC_FETCH_SITE": "none"},
        "own-origin": {"HTTP_ORIGIN": "http://localhost"},
        "own-origin-https": {"HTTP_ORIGIN": "https://localhost"},
    }.items()),
    # 400: what is no UTF-8 is no form.
    *(post(f"csrf-token-{id}", 400 if id == "bytes" else 403, (("csrf_token", text),),
           lacks="acted")
      for id, text in TOKENS.items()),
    *(
        post(f"csrf-header-{id}", 403, (), {"HTTP_X_CSRF_TOKEN": text}, lacks="acted")
        for id, text in TOKENS.items()
        if len(text) < 100_000
    ),
    *(post(f"csrf-cookie-{id}", 403, GIVEN, {"HTTP_COOKIE": text}, lacks="acted")
      for id, text in COOKIES.items()),
    post("csrf-good", 200, GIVEN, contains="acted []"),
    post("csrf-good-header", 200, (), {"HTTP_X_CSRF_TOKEN": GOOD_TOKEN}, contains="acted"),
    post("csrf-good-late", 403, GIVEN, site="csrf_hour", lacks="acted"),
    post("csrf-two", 403, GIVEN * 2, lacks="acted"),
    post("csrf-query", 403, (), query=f"csrf_token={GOOD_TOKEN}", lacks="acted"),
    post("csrf-array", 403, (("csrf_token[]", GOOD_TOKEN),), lacks="acted"),
    post("csrf-case", 403, (("CSRF_TOKEN", GOOD_TOKEN),), lacks="acted"),
    post("csrf-get", 200, (), {"HTTP_SEC_FETCH_SITE": "cross-site"}, method="GET"),
    post("csrf-get-token", 200, (), query="csrf_token=x", method="GET"),
    *(
        post(f"csrf-method-{method}", 403, (), {"HTTP_SEC_FETCH_SITE": "cross-site"},
             method=method, lacks="acted")
        for method in ("PUT", "PATCH", "DELETE", "get", "PROPFIND", "CONNECT", "")
    ),
    *(
        post(f"csrf-trusting-{id}", status, (), environ, site="csrf_trusting")
        for id, status, environ in (
            ("unknown", 200, {}),
            ("listed", 200, {"HTTP_ORIGIN": LISTED}),
            ("listed-cross-site",
             200, {"HTTP_ORIGIN": LISTED, "HTTP_SEC_FETCH_SITE": "cross-site"}),
            ("same-site", 200, {"HTTP_SEC_FETCH_SITE": "same-site"}),
            ("cross-site", 403, {"HTTP_SEC_FETCH_SITE": "cross-site"}),
            *((id, 403, {"HTTP_ORIGIN": origin}) for id, origin in OTHERS.items()),
        )
    ),
]  # fmt: skip

# -- headers that defend ---------------------------------------------------------------

SECURE = [
    Row(f"secure-{id}", status, path, site="secure", environ=environ,
        headers={"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
                 "Strict-Transport-Security": None})
    for id, status, path, environ in (
        ("page", 200, "/", {}),
        ("nonce", 200, "/headers", {}),
        ("missing", 404, "/nothing", {}),
        ("refused", 409, "/fault", {}),
        ("said-https", 200, "/", {"HTTP_X_FORWARDED_PROTO": "https"}),
        ("said-forwarded", 200, "/", {"HTTP_FORWARDED": "proto=https"}),
    )
]  # fmt: skip

ROWS = [*CORS, *CSRF, *SECURE]
