"""If-Match and its like, malformed, huge and many, at pages with tags and dates."""

from hostile_conditions import DATE, TAG
from hostile_row import Row, asks

MANY = ",".join(f'"{number}"' for number in range(6000))

# What is sent in If-None-Match to the page with the tag "a": 304 where it has that tag.
HAVING = {
    "plain": TAG,
    "weak": f"W/{TAG}",
    "star": "*",
    "star-spaces": " \t*\t ",
    "list": f'"b", {TAG}',
    "empty-elements": f", ,\t,{TAG},,",
    "spaces": " " * 60_000 + TAG,
    "spaces-after": TAG + " " * 60_000,
    "many": f"{MANY},{TAG}",
    "commas": "," * 60_000 + TAG,
    "comma-in-tag": f'"a,b",{TAG}',
    "behind-nonsense": f"x, {TAG}",
    "repeated": ",".join([TAG] * 15_000),
    "both-forms": f"W/{TAG}, {TAG}",
}
LACKING = {
    "empty": "",
    "space": " ",
    "other": '"b"',
    "other-case": '"A"',
    "bare": "a",
    "single-quotes": "'a'",
    "open": '"a',
    "closed-only": 'a"',
    "lower-w": f"w/{TAG}",
    "spaced-w": f"W/ {TAG}",
    "w-only": "W/",
    "no-comma": f"{TAG} {TAG}",
    "semicolon": f"{TAG};{TAG}",
    "parameter": f"{TAG};q=1",
    "prefix": f"x{TAG}",
    "suffix": f"{TAG}x",
    "two-stars": "**",
    "quoted-star": '"*"',
    "stars": "*, *",
    "escaped": '"\\a"',
    "inner-quote": '"a""a"',
    "quotes": '"' * 60_000,
    "weak-marks": "W/" * 30_000,
    "open-long": '"' + "a" * 60_000,
    "many-others": MANY,
    "backslashes": '"' + "\\" * 60_000 + '"',
    "space-in-tag": '"a "',
    "nul": '"a\x00"',
    "controls": '"\x01\x02",\x7f',
    "crlf": '"b"\r\nX-Injected: 1',
    "bytes": "\xff\xfe",
    "obs-text": '"\xe9"',
    "surrogate": '"\ud800"',
    "wide": '"\u0661"',
    "markup": '"<script>alert(1)</script>"',
    "word": "=?utf-8?q?=22a=22?=",
    "date": DATE,
    "percent": "%22a%22",
}
# Of If-Match to the same page: 200 where it has the tag, compared strongly.
NOT_STRONG = {"weak": f"W/{TAG}"}
REQUIRED = {id: text for id, text in HAVING.items() if id not in NOT_STRONG}
REFUSED = {**NOT_STRONG, **LACKING}

CURRENT_DATES = {
    "same": DATE,
    "later": "Sun, 06 Nov 1994 08:49:38 GMT",
    "rfc850": "Sunday, 06-Nov-94 08:49:37 GMT",
    "asctime": "Sun Nov  6 08:49:37 1994",
    "spaces": f" {DATE} ",
    "last-day": "Fri, 31 Dec 9999 23:59:59 GMT",
    "leap-second": "Sat, 31 Dec 2016 23:59:60 GMT",
}
OLD_DATES = {
    "earlier": "Sun, 06 Nov 1994 08:49:36 GMT",
    "first-day": "Mon, 01 Jan 0001 00:00:00 GMT",
    "before-the-epoch": "Wed, 31 Dec 1969 23:59:59 GMT",
}
NO_DATES = {
    "empty": "",
    "nonsense": "yesterday",
    "number": "99999999999",
    "tag": TAG,
    "star": "*",
    "year": "Mon, 01 Jan 99999 00:00:00 GMT",
    "year-zero": "Sat, 01 Jan 0000 00:00:00 GMT",
    "day": "Sun, 32 Nov 1994 08:49:37 GMT",
    "hour": "Sun, 06 Nov 1994 24:49:37 GMT",
    "zone": "Sun, 06 Nov 1994 08:49:37 +0000",
    "iso": "1994-11-06T08:49:37Z",
    "no-zone": "Sun, 06 Nov 1994 08:49:37",
    "two": f"{DATE}, {DATE}",
    "arabic": "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
    "long": DATE + " " * 60_000,
    "digits": "Sun, 06 Nov " + "9" * 60_000 + " 08:49:37 GMT",
    "days": "Sun, " * 12_000,
    "nul": DATE + "\x00",
    "newline": DATE + "\n",
    "crlf": DATE + "\r\nX-Injected: 1",
    "bytes": "\xff",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "parameter": f"{DATE}; length=5",
}


def ask(id, status, path, method="GET", query="", **headers):
    """Return a row of this site; headers are named as in the environ, without HTTP_."""
    environ = {f"HTTP_{name.upper()}": text for name, text in headers.items()}
    body = b"" if method in ("PUT", "POST") else None
    return Row(
        id, status, path, query, method, environ=environ, body=body, site="conditional",
        headers={"X-Injected": None},
    )  # fmt: skip


def each(name, path, status, texts, method="GET"):
    """Return a row for each text of one header."""
    return [
        ask(f"{name}-{path[1:]}-{method}-{id}", status, path, method, **{name: text})
        for id, text in texts.items()
    ]


TAGS_OF_PROGRAMS = {
    "quotes": '"""',
    "crlf": '"a"\r\nX-Injected: 1',
    "nul": "a\x00b",
    "markup": "<script>alert(1)</script>",
    "wide": "\u017e\U0001f352",
    "surrogate": "a\ud800",
    "comma": "a,b",
    "star": "*",
    "weak-mark": "W/",
    "long": "a" * 8000,
    "spaces": " " * 8000,
}

ROWS = [
    *each("if_none_match", "/tagged", 304, HAVING),
    *each("if_none_match", "/tagged", 200, LACKING),
    *each("if_none_match", "/tagged", 412, {"plain": TAG, "star": "*"}, "DELETE"),
    *each("if_match", "/tagged", 200, REQUIRED),
    *each("if_match", "/tagged", 412, REFUSED),
    *each("if_match", "/weak", 412, {"plain": TAG, "weak": f"W/{TAG}"}),
    *each("if_none_match", "/weak", 304, {"plain": TAG, "weak": f"W/{TAG}"}),
    *each("if_none_match", "/auto", 304, {"star": "*"}),
    *each("if_none_match", "/auto", 200, {"other": TAG, "many": MANY}),
    *each("if_match", "/auto", 412, {"other": TAG, "many": MANY}),
    *each("if_modified_since", "/dated", 304, CURRENT_DATES),
    *each("if_modified_since", "/dated", 200, OLD_DATES | NO_DATES),
    *each("if_unmodified_since", "/dated", 200, CURRENT_DATES | NO_DATES),
    *each("if_unmodified_since", "/dated", 412, OLD_DATES),
    *each("if_modified_since", "/both", 304, CURRENT_DATES),
    *each("if_unmodified_since", "/both", 412, OLD_DATES),
    *each("if_match", "/stored", 200, {"plain": TAG, "star": "*"}, "PUT"),
    *each("if_match", "/stored", 412, {"other": '"b"', "markup": "<script>"}, "PUT"),
    *each("if_unmodified_since", "/stored", 412, OLD_DATES, "PUT"),
    *each("if_unmodified_since", "/stored", 200, NO_DATES, "PUT"),
    ask("tag-before-date", 200, "/both", if_none_match='"b"', if_modified_since=DATE),
    ask("nonsense-before-date", 200, "/both", if_none_match="", if_modified_since=DATE),
    ask("match-and-none", 304, "/both", if_match=TAG, if_none_match=TAG),
    ask("no-match-and-none", 412, "/both", if_match='"b"', if_none_match=TAG),
    ask(
        "match-and-old-date",
        200,
        "/both",
        if_match="*",
        if_unmodified_since=OLD_DATES["earlier"],
    ),
    ask("head", 304, "/both", "HEAD", if_none_match=TAG),
    ask("options", 200, "/tagged", "OPTIONS", if_none_match=TAG, if_match='"b"'),
    ask("unknown-method", 412, "/tagged", "BREW", if_none_match=TAG),
    ask("range", 200, "/auto", range="bytes=0-1", if_range=TAG),
    ask("gzip", 304, "/tagged", if_none_match=f"W/{TAG}", accept_encoding="gzip"),
    ask("gzip-star", 304, "/auto", if_none_match="*", accept_encoding="gzip"),
    ask("gzip-412", 412, "/auto", if_match=MANY, accept_encoding="gzip"),
    ask("nowhere", 404, "/nowhere", if_none_match="*", if_match='"b"'),
    *(
        ask(f"named-{id}", 200, "/named", query=asks(tag=tag), if_none_match=TAG)
        for id, tag in TAGS_OF_PROGRAMS.items()
        if id != "surrogate"
    ),
]
