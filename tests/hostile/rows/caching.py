"""Requests at pages with a cache: none poisons it, none sees another's page (SECURITY 1.6)."""

from hostile_row import CREDENTIAL, Row, raw

# What a request says of caches: heeded, or no word of it is known.
TAKEN = {
    "no-cache": "no-cache",
    "no-store": "no-store",
    "max-age": "max-age=0",
    "max-age-large": "max-age=" + "9" * 5000,
    "max-age-zeros": "max-age=" + "0" * 5000,
    "max-age-quoted": 'max-age="5"',
    "max-age-twice": "max-age=5, max-age=x",
    "max-stale": "max-stale",
    "max-stale-large": "max-stale=99999999999999999999",
    "min-fresh": "min-fresh=1",
    "unknown": "please=be fast",
    "empty": "",
    "comma": ",",
    "commas": "," * 8000,
    "names": "a," * 4000,
    "equals": "=" * 5000,
    "equals-first": "=max-age",
    "quote": '"',
    "quotes": '"' * 5000,
    "quoted-comma": 'private="max-age=x, no-cache"',
    "backslashes": 'a="' + "\\" * 5000,
    "upper": "NO-CACHE",
    "spaces": " " * 5000 + "no-cache",
    "tabs": "\tno-cache\t",
    "nul": "no-cache\x00",
    "bytes": "\xff\xfe",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "crlf": "no-cache\r\nX: 1",
    "response-words": "public, s-maxage=999999, stale-while-revalidate=999999",
    "private": "private",
}
REFUSED = {
    "max-age-none": "max-age",
    "max-age-empty": "max-age=",
    "max-age-text": "max-age=x",
    "max-age-minus": "max-age=-1",
    "max-age-plus": "max-age=+1",
    "max-age-float": "max-age=1.5",
    "max-age-hex": "max-age=0x10",
    "max-age-arabic": "max-age=\u0661",
    "max-age-superscript": "max-age=\xb2",
    "max-age-underscore": "max-age=1_0",
    "max-age-exponent": "max-age=1e3",
    "max-age-quote": 'max-age="',
    "min-fresh-text": "min-fresh=x",
    "min-fresh-minus": "min-fresh=-1",
    "max-stale-text": "max-stale=x",
    "max-stale-empty": "max-stale=",
    "max-stale-markup": "max-stale=<script>",
}
PRAGMAS = {
    "no-cache": "no-cache",
    "junk": '"' * 3000,
    "long": "no-cache," * 3000,
    "bytes": "\xff",
}

CONDITIONS = {
    "none-match": (304, {"HTTP_IF_NONE_MATCH": '"tag"'}),
    "none-match-any": (304, {"HTTP_IF_NONE_MATCH": "*"}),
    "none-match-junk": (200, {"HTTP_IF_NONE_MATCH": '"' * 5000}),
    "none-match-long": (304, {"HTTP_IF_NONE_MATCH": '"a",' * 2000 + '"tag"'}),
    "match-other": (412, {"HTTP_IF_MATCH": '"other"'}),
    "match-junk": (412, {"HTTP_IF_MATCH": "\\" * 5000}),
    "since": (304, {"HTTP_IF_MODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:37 GMT"}),
    "since-junk": (200, {"HTTP_IF_MODIFIED_SINCE": "Sun, " * 2000}),
    "since-year": (200, {"HTTP_IF_MODIFIED_SINCE": "Sun, 06 Nov 99999 08:49:37 GMT"}),
    "unmodified-early": (412, {"HTTP_IF_UNMODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:36 GMT"}),
    "unmodified-junk": (200, {"HTTP_IF_UNMODIFIED_SINCE": "9" * 5000}),
}

# Headers that no key has in it: the page must not repeat them to others, nor to this client.
UNKEYED = (
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_HOST",
    "HTTP_X_ORIGINAL_URL",
    "HTTP_X_REWRITE_URL",
    "HTTP_FORWARDED",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
)


def cached(id, status, path="/", **others):
    """Return a row at the site with a cache."""
    return Row(id, status, path, site=others.pop("site", "cached"), **others)


def control(kind, status, texts, path="/"):
    """Return a row for each text of a Cache-Control header."""
    return [
        cached(f"control-{kind}{id}", status, path, environ={"HTTP_CACHE_CONTROL": text})
        for id, text in texts.items()
    ]


def client(id, marker, path, environ, **others):
    """Return a row of one of two clients: it sees its own marker, not the other's."""
    other = {"alice": "bob", "bob": "alice"}[marker]
    return cached(
        f"{id}-{marker}", 200, path, environ=environ, contains=marker, lacks=other, **others
    )


def both(id, path, make_environ, **others):
    """Return the rows of two clients, with their markers in the environ."""
    return [
        client(id, marker, path, make_environ(marker), **others) for marker in ("alice", "bob")
    ]


ROWS = [
    *control("", 200, TAKEN),
    *control("", 400, REFUSED),
    cached(
        "control-only-if-cached",
        504,
        "/item/never",
        environ={"HTTP_CACHE_CONTROL": "only-if-cached"},
        is_programs_fault=True,
        why="RFC 9111 section 5.2.1.7: the client wants it so",
    ),
    *(
        cached(f"pragma-{id}", 200, environ={"HTTP_PRAGMA": text})
        for id, text in PRAGMAS.items()
    ),
    *(
        cached(f"condition-{id}", (status, 200), "/tagged", environ=environ)
        for id, (status, environ) in CONDITIONS.items()
    ),
    *(
        cached(f"unkeyed-{name}", 200, "/here", environ={name: "evil.example"}, lacks="evil")
        for name in UNKEYED
    ),
    *both("host", "/here", lambda marker: {"HTTP_HOST": f"{marker}.example"}),
    *both("scheme", "/here", lambda m: {"HTTP_HOST": f"{m}.test", "wsgi.url_scheme": "https"}),
    *both("vary", "/varied", lambda marker: {"HTTP_ACCEPT_LANGUAGE": marker}),
    *both("vary-other", "/varied", lambda marker: {"HTTP_X_FLAVOUR": marker}),
    *both("vary-both", "/varied", lambda m: {"HTTP_X_FLAVOUR": m, "HTTP_ACCEPT_LANGUAGE": "x"}),
    *both("cookie", "/cookie", lambda marker: {"HTTP_COOKIE": f"name={marker}"}),
    *both("gzip-cookie", "/cookie", lambda m: {"HTTP_COOKIE": f"name={m}"}, site="cached_gzip"),
    *both("small-vary", "/varied", lambda m: {"HTTP_X_FLAVOUR": m}, site="cached_small"),
    *(client("path", marker, f"/item/{marker}", {}) for marker in ("alice", "bob")),
    *(client("query", name, "/query", {}, query=f"q={name}") for name in ("alice", "bob")),
    cached("cookie-none", 200, "/cookie", contains="nobody", lacks="alice"),
    cached(
        "login-known",
        200,
        "/login",
        environ={"HTTP_AUTHORIZATION": f"Bearer {CREDENTIAL}"},
        contains="secret page",
    ),
    cached("login-unknown", 200, "/login", contains="public page", lacks="secret"),
    cached(
        "login-other", 200, "/login", environ={"HTTP_AUTHORIZATION": "x"}, contains="public"
    ),
    # From its handler, or from the whole page if that is stored by now.
    cached("range", 206, "/part", environ={"HTTP_RANGE": "bytes=0-1"}, lacks="whole"),
    cached("range-none", 200, "/part", contains="the whole"),
    cached("range-junk", (206, 200), "/part", environ={"HTTP_RANGE": "x"}),
    cached(
        "range-many", (206, 200), "/part", environ={"HTTP_RANGE": "bytes=" + "0-0,2-2," * 9999}
    ),
    *(cached(f"method-{name}", 200, method=name) for name in ("HEAD", "OPTIONS", "TRACE")),
    *(
        cached(f"method-{method}", 200, "/change", method=method, body=b"")
        for method in ("POST", "PUT", "PATCH", "DELETE", "PURGE", "get", "BAN")
    ),
    cached("path-question", 200, raw("/item/a%3Fq=1"), contains="a?q=1"),
    cached("path-and-query", 404, "/item/a", query="q=1"),
    cached("path-nul", 200, raw("/item/%00"), contains="x00"),
    cached("path-newline", 200, raw("/item/%0D%0AAge:%201"), contains="Age"),
    cached("path-unicode", 200, raw("/item/%E2%82%AC"), contains="20ac"),
    cached("path-undecodable", 404, raw("/item/%FF")),
    cached("path-missing", 404, "/nowhere"),
    cached("path-missing-again", 404, "/nowhere"),
    cached("path-long", 200, "/item/" + "a" * 60_000),
    cached("query-long", 200, "/query", query="q=" + "a" * 60_000),
    cached("query-markup", 200, "/query", query="q=<script>", lacks="<script>"),
    cached("query-bytes", 404, "/query", query="q=%FF"),
    cached("vary-long", 200, "/varied", environ={"HTTP_X_FLAVOUR": "a" * 60_000}),
    cached("vary-bytes", 200, "/varied", environ={"HTTP_X_FLAVOUR": "\xff\x00"}),
    *(
        cached(f"many-{number}", 200, "/query", query=f"q={number}", site="cached_small")
        for number in range(8)
    ),
]
