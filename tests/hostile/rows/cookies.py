"""Cookies: broken ones are dropped, good ones kept; never a 4xx but for size."""

import json

from hostile_row import Row

LIMIT = 16 * 1024

# A broken pair, with good ones on both sides; both must arrive.
BROKEN = {
    "parentheses": "(a)=b",
    "nameless": "=value",
    "nameless-prefixed": "=__Host-a=1",
    "comma-name": "a,b=c",
    "no-equals": "lonely",
    "empty": "",
    "blank": "   ",
    "equals-only": "=",
    "space-name": "a b=c",
    "quote-name": '"a"=b',
    "brackets-name": "[a]=b",
    "slash-name": "a/b=c",
    "markup-name": "<script>=1",
    "nul-name": "a\x00b=c",
    "nul-value": "bad=a\x00b",
    "crlf-value": "bad=a\r\nSet-Cookie: x=y",
    "escape-value": "bad=\x1b[2J",
    "octal-control": 'bad="\\015\\012"',
    "octal-nul": 'bad="\\000"',
    "bytes-name": "caf\xe9=1",
    "reserved-path": "path=/",
    "reserved-expires": "Expires=never",
    "reserved-httponly": "httponly=1",
    "dollar-version": "$Version=1",
    "dollar-path": "$Path=/",
    "backslash-name": "a\\b=c",
    "at-name": "a@b=c",
}

# Odd, but a cookie: (header, {name: value}).
ODD = {
    "host-prefix": ("__Host-a=1", {"__Host-a": "1"}),
    "secure-prefix": ("__Secure-a=1", {"__Secure-a": "1"}),
    "colon-name": ("a:b=1", {"a:b": "1"}),
    "equals-value": ("a==b=c", {"a": "=b=c"}),
    "empty-value": ("a=", {"a": ""}),
    "quoted": ('a="b c"', {"a": "b c"}),
    "quoted-empty": ('a=""', {"a": ""}),
    "quoted-escape": (r'a="b\"c"', {"a": 'b"c'}),
    "quoted-octal": (r'a="\054"', {"a": ","}),
    "quote-open": ('a="b', {"a": '"b'}),
    "quote-inside": ('a=b"c', {"a": 'b"c'}),
    "quote-alone": ('a="', {"a": '"'}),
    "json": ('a={"x":1}', {"a": '{"x":1}'}),
    "comma-value": ("a=1,b=2", {"a": "1,b=2"}),
    "twice": ("a=1; a=2", {"a": "2"}),
    "no-space": ("a=1;b=2", {"a": "1", "b": "2"}),
    "many-spaces": ("  a  =  1  ;  b = 2 ", {"a": "1", "b": "2"}),
    "trailing": ("a=1;;;;", {"a": "1"}),
    "markup-value": ("a=<b>", {"a": "<b>"}),
    "dunder": ("__class__=1", {"__class__": "1"}),
    "percent": ("a=%0D%0A", {"a": "%0D%0A"}),
}

NEVER_FAILS = {
    "separators": ";" * LIMIT,
    "equals": "=" * LIMIT,
    "quotes": 'a="' + '\\"' * 8000 + '"',
    "quotes-open": 'a="' + '\\"' * 8000,
    "quotes-many": '"' * LIMIT,
    "backslashes": "a=" + "\\" * 16000,
    "many": "; ".join(f"c{number}=1" for number in range(1600)),
    "many-same": "a=1;" * 4000,
    "spaces": "a=" + " " * 16000 + "b",
    "spaces-only": " " * LIMIT,
    "tabs": "\t;" * 8000,
    "bytes": "a=" + "\xff" * 16000,
    "not-latin": "a=\u2603",
    "surrogate": "a=\ud800",
}

GOOD_BESIDE = {"before": "1", "after": "2"}


def holds(cookies: dict[str, str]) -> str:
    """Return what /cookies writes of `cookies`."""
    return ascii(json.dumps(cookies))[1:-1]


def of_size(size: int) -> str:
    """Return a Cookie header of `size` bytes."""
    return "a=" + "b" * (size - 2)


ROWS = [
    *(
        Row(
            f"broken-{id}",
            200,
            "/cookies",
            environ={"HTTP_COOKIE": f"before=1; {pair}; after=2"},
            contains=holds(GOOD_BESIDE),
        )
        for id, pair in BROKEN.items()
    ),
    *(
        Row(
            f"odd-{id}",
            200,
            "/cookies",
            environ={"HTTP_COOKIE": header},
            contains=holds(cookies),
        )
        for id, (header, cookies) in ODD.items()
    ),
    *(
        Row(f"long-{id}", 200, "/cookies", environ={"HTTP_COOKIE": header})
        for id, header in NEVER_FAILS.items()
    ),
    *(
        Row(f"index-{id}", 200, environ={"HTTP_COOKIE": BROKEN[id]})
        for id in ("parentheses", "nameless-prefixed", "comma-name", "nul-value", "crlf-value")
    ),
    Row("empty-header", 200, "/cookies", environ={"HTTP_COOKIE": ""}, contains="{}"),
    Row("limit-minus-1", 200, "/cookies", environ={"HTTP_COOKIE": of_size(LIMIT - 1)}),
    Row("limit", 200, "/cookies", environ={"HTTP_COOKIE": of_size(LIMIT)}),
    Row("limit-plus-1", 431, "/cookies", environ={"HTTP_COOKIE": of_size(LIMIT + 1)}),
    *(
        Row(
            f"own-limit-{size}",
            status,
            "/cookies",
            environ={"HTTP_COOKIE": of_size(size)},
            site="limits",
        )
        for size, status in ((99, 200), (100, 200), (101, 431))
    ),
    Row("limit-plus-1-index", 431, environ={"HTTP_COOKIE": of_size(LIMIT + 1)}),
    Row(
        "limit-plus-1-unknown-page",
        431,
        "/nothing",
        environ={"HTTP_COOKIE": of_size(LIMIT + 1)},
    ),
    Row("64k-quotes", 431, "/cookies", environ={"HTTP_COOKIE": 'a="' + '\\"' * 32000}),
    Row(
        "on-error-page",
        404,
        "/nothing",
        environ={"HTTP_COOKIE": "a=<script>alert(1)</script>"},
        lacks="<script>alert",
    ),
    Row(
        "not-sent-back",
        200,
        "/cookies",
        environ={"HTTP_COOKIE": "a=1"},
        headers={"Set-Cookie": None},
    ),
]
