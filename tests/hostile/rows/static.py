"""A folder of files: paths out of it, odd names, links, ranges and conditions."""

from hostile_row import Row, raw
from hostile_static import TAG

NOW = "Tue, 14 Nov 2023 22:13:20 GMT"
EARLIER = "Tue, 14 Nov 2023 21:13:20 GMT"
LATER = "Tue, 14 Nov 2023 23:13:20 GMT"

DOTS = (
    *("..", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "%25252e%25252e"),
    *("%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%ef%bc%8e%ef%bc%8e", "..%00", "..%20", "..;"),
    *("..%5c", "..%09", "....", "..%e2%80%8b", "%e2%80%a5"),
)
SLASHES = ("/", "%2f", "%5c", "\\", "%252f", "%255c", "%c0%af", "%ef%bc%8f", "//", "/./")

# Every way to write '..' with every way to write '/', to what lies beside the folder.
OUT = {
    f"{dots}{slash}{number}": f"{dots}{slash}{target.replace('/', slash)}"
    for dots in DOTS
    for slash in SLASHES
    for number, target in enumerate(("secret.txt", "public-secret/secret.txt"))
}

NAMES = {
    "root": "../../../../../../etc/passwd",
    "deep": "sub/../../secret.txt",
    "deep-encoded": "sub/%2e%2e/%2e%2e/secret.txt",
    "absolute": "/etc/passwd",
    "absolute-encoded": "%2fetc%2fpasswd",
    "absolute-twice": "//etc/passwd",
    "unc": "%5c%5chost%5cshare",
    "drive": "c:/secret.txt",
    "drive-encoded": "c%3a%5csecret.txt",
    "url": "file:///etc/passwd",
    "home": "~/secret.txt",
    "home-root": "~root/.profile",
    "nul": "data.bin%00",
    "nul-html": "data.bin%00.html",
    "nul-alone": "%00",
    "nul-before": "%00data.bin",
    "nul-out": "../secret.txt%00.js",
    "newline": "data.bin%0a",
    "crlf": "data.bin%0d%0aSet-Cookie:%20a=b",
    "tab": "data.bin%09",
    "delete": "data.bin%7f",
    "escape": "%1b[2J",
    "space": "data.bin%20",
    "dot": "data.bin.",
    "dot-segment": "./data.bin",
    "dot-behind": "data.bin/.",
    "dots-behind": "data.bin/..",
    "slash-behind": "data.bin/",
    "below-a-file": "data.bin/x",
    "upper": "DATA.BIN",
    "star": "*",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "device": "con",
    "device-extension": "aux.txt",
    "device-superscript": "com%C2%B9",
    "stream": "data.bin::$DATA",
    "short-name": "SECRET~1.TXT",
    "long": "a" * 300,
    "longest": "a" * 60_000,
    "segments": "a/" * 900,
    "surrogate": "%ed%a0%80",
    "not-utf8": "%ff%fe",
    "astral": "%f0%9f%92%a9",
    "nothing": "nothing.html",
    "hidden": ".env",
    "hidden-encoded": "%2eenv",
    "hidden-half": ".%65nv",
    "hidden-folder": ".git/config",
    "hidden-folder-itself": ".git/",
    "hidden-below": "sub/.hidden",
    "hidden-out": ".git/../../secret.txt",
    "link-out": "link-out",
    "link-folder": "link-folder/secret.txt",
    "link-folder-itself": "link-folder/",
    "link-up": "link-up/secret.txt",
    "link-up-again": "link-up/public-secret/secret.txt",
    "link-absolute": "link-absolute",
    "link-loop": "link-loop",
    "link-nowhere": "link-nowhere",
    "link-device": "link-device",
    "link-chain": "sub/chain",
    "fifo": "fifo",
}

FOUND = {
    "file": ("data.bin", ""),
    "index": ("", "index page"),
    "index-below": ("sub/", "index of sub"),
    "accent": ("sub/%C3%A9.txt", "accent"),
    "link-in": ("link-in", ""),
    "link-back": ("link-up/public/app.js", "plain"),
    "slashes": ("//sub///index.html", "index of sub"),
}

RANGES = {
    206: {
        "first": "bytes=0-9",
        "suffix": "bytes=-5",
        "long": "bytes=0-99999",
        "two": "bytes=0-0,2-2",
        "ten-thousand": "bytes=" + "0-," * 10_000,
        "touching": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)),
        "sixteen": "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(16)),
        "digits": "bytes=0-" + "9" * 5000,
    },
    416: {
        "past": "bytes=1000-",
        "no-suffix": "bytes=-0",
        "all-past": "bytes=1000-1001,2000-",
        "digits-past": "bytes=" + "9" * 5000 + "-",
    },
    200: {
        "letters": "bytes=a-b",
        "unit": "items=0-9",
        "nothing": "bytes=",
        "unit-alone": "bytes",
        "backwards": "bytes=9-5",
        "seventeen": "bytes=" + ",".join(f"{2 * n}-{2 * n}" for n in range(17)),
        "minus": "bytes=--1",
        "arabic": "bytes=\u0661-",
        "commas": "bytes=" + "," * 60_000,
        "crlf": "bytes=0-9\r\nX: 1",
        "surrogate": "bytes=\ud800-",
        "markup": "<script>alert(1)</script>",
    },
}

# id: (status, headers)
CONDITIONS = {
    "tag": (304, {"IF_NONE_MATCH": TAG}),
    "tag-weak": (304, {"IF_NONE_MATCH": "W/" + TAG}),
    "tag-any": (304, {"IF_NONE_MATCH": "*"}),
    "tag-among": (304, {"IF_NONE_MATCH": '"a", ' * 1000 + TAG}),
    "tag-other": (200, {"IF_NONE_MATCH": '"a"'}),
    "tag-bare": (200, {"IF_NONE_MATCH": TAG.strip('"')}),
    "tag-open": (200, {"IF_NONE_MATCH": '"' * 60_001}),
    "tag-commas": (200, {"IF_NONE_MATCH": "," * 60_000}),
    "tag-empty": (200, {"IF_NONE_MATCH": ""}),
    "tag-crlf": (200, {"IF_NONE_MATCH": "a\r\nX: 1"}),
    "tag-surrogate": (200, {"IF_NONE_MATCH": '"\ud800"'}),
    "tag-bytes": (200, {"IF_NONE_MATCH": '"\xff\xfe"'}),
    "tag-slashes": (200, {"IF_NONE_MATCH": "W/" * 30_000}),
    "tag-markup": (200, {"IF_NONE_MATCH": "<script>alert(1)</script>"}),
    "tag-other-date": (200, {"IF_NONE_MATCH": '"a"', "IF_MODIFIED_SINCE": LATER}),
    "match-any": (200, {"IF_MATCH": "*"}),
    "match-tag": (200, {"IF_MATCH": TAG}),
    "match-weak": (412, {"IF_MATCH": "W/" + TAG}),
    "match-other": (412, {"IF_MATCH": '"a"'}),
    "match-nonsense": (412, {"IF_MATCH": "\x00"}),
    "match-markup": (412, {"IF_MATCH": "<script>alert(1)</script>"}),
    "match-any-date": (200, {"IF_MATCH": "*", "IF_UNMODIFIED_SINCE": EARLIER}),
    "since": (304, {"IF_MODIFIED_SINCE": NOW}),
    "since-later": (304, {"IF_MODIFIED_SINCE": LATER}),
    "since-earlier": (200, {"IF_MODIFIED_SINCE": EARLIER}),
    "since-rfc850": (304, {"IF_MODIFIED_SINCE": "Tuesday, 14-Nov-23 22:13:20 GMT"}),
    "since-asctime": (304, {"IF_MODIFIED_SINCE": "Tue Nov 14 22:13:20 2023"}),
    "since-nonsense": (200, {"IF_MODIFIED_SINCE": "nonsense"}),
    "since-empty": (200, {"IF_MODIFIED_SINCE": ""}),
    "since-year": (200, {"IF_MODIFIED_SINCE": "Mon, 01 Jan 99999 00:00:00 GMT"}),
    "since-month": (200, {"IF_MODIFIED_SINCE": "Mon, 31 Feb 2024 00:00:00 GMT"}),
    "since-hour": (200, {"IF_MODIFIED_SINCE": "Mon, 01 Jan 2024 25:61:61 GMT"}),
    "since-arabic": (200, {"IF_MODIFIED_SINCE": "Tue, \u0661\u0664 Nov 2023 22:13:20 GMT"}),
    "since-long": (200, {"IF_MODIFIED_SINCE": NOW + " " * 60_000}),
    "since-digits": (200, {"IF_MODIFIED_SINCE": "9" * 60_000}),
    "unmodified-earlier": (412, {"IF_UNMODIFIED_SINCE": EARLIER}),
    "unmodified-later": (200, {"IF_UNMODIFIED_SINCE": LATER}),
    "unmodified-nonsense": (200, {"IF_UNMODIFIED_SINCE": "nonsense"}),
    "range-tag": (206, {"IF_RANGE": TAG, "RANGE": "bytes=0-9"}),
    "range-other": (200, {"IF_RANGE": '"a"', "RANGE": "bytes=0-9"}),
    "range-weak": (200, {"IF_RANGE": "W/" + TAG, "RANGE": "bytes=0-9"}),
    "range-date": (206, {"IF_RANGE": NOW, "RANGE": "bytes=0-9"}),
    "range-old-date": (200, {"IF_RANGE": EARLIER, "RANGE": "bytes=0-9"}),
    "range-nonsense": (200, {"IF_RANGE": "\xff" * 10_000, "RANGE": "bytes=0-9"}),
    "range-past-other": (200, {"IF_RANGE": '"a"', "RANGE": "bytes=1000-"}),
    "range-since": (304, {"IF_MODIFIED_SINCE": NOW, "RANGE": "bytes=0-9"}),
    "range-unmodified": (412, {"IF_UNMODIFIED_SINCE": EARLIER, "RANGE": "bytes=0-9"}),
}

# Accept-Encoding of a file with a version: what is sent.
CODINGS = {
    "gzip": ("gzip", "packed"),
    "any": ("*", "packed"),
    "refused": ("gzip;q=0", "plain"),
    "nonsense": ("gzip;q=x", "plain"),
    "commas": ("," * 60_000, "plain"),
    "many": ("gzip," * 12_000, "plain"),
    "quotes": ('"' * 60_001, "plain"),
    "bytes": ("\xff\xfe", "plain"),
    "surrogate": ("\ud800", "plain"),
    "none": ("", "plain"),
}

PAGES = {"HTTP_ACCEPT": "text/html"}


def http(headers: dict[str, str]) -> dict[str, str]:
    """Return headers as keys of the environ."""
    return {f"HTTP_{name}": value for name, value in headers.items()}


ROWS = [
    *(
        Row(f"404-{id}", 404, raw(f"/files/{path}"), site="static")
        for id, path in (OUT | NAMES).items()
    ),
    *(
        Row(f"200-{id}", 200, raw(f"/files/{path}"), site="static", contains=text)
        for id, (path, text) in FOUND.items()
    ),
    *(
        Row(f"range-{id}", status, "/files/data.bin", site="static", environ=http(header))
        for status, headers in RANGES.items()
        for id, header in ((id, {"RANGE": text}) for id, text in headers.items())
    ),
    *(
        Row(f"if-{id}", status, "/files/data.bin", site="static", environ=http(headers))
        for id, (status, headers) in CONDITIONS.items()
    ),
    *(
        Row(
            f"coding-{id}",
            200,
            "/files/app.js",
            site="static",
            environ=http({"ACCEPT_ENCODING": header}),
            contains=text,
            headers={"Vary": "Accept-Encoding"},
        )
        for id, (header, text) in CODINGS.items()
    ),
    *(
        Row(f"method-{method}", 404, "/files/data.bin", site="static", method=method, body=b"")
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
    ),
    *(
        Row(f"head-{id}", status, "/files/data.bin", site="static", method="HEAD", environ=it)
        for id, status, it in (
            ("plain", 200, {}),
            ("range", 200, http({"RANGE": "bytes=0-9"})),
            ("past", 200, http({"RANGE": "bytes=1000-"})),
            ("tag", 304, http({"IF_NONE_MATCH": TAG})),
            ("other", 412, http({"IF_MATCH": '"a"'})),
        )
    ),
    *(
        Row(f"slash-{id}", 301, raw(path), query, site="static", headers={"Location": location})
        for id, path, query, location in (
            ("root", "/files", "", "http://localhost/files/"),
            ("below", "/files/sub", "", "http://localhost/files/sub/"),
            ("query", "/files/sub", "a=1&b", "http://localhost/files/sub/?a=1&b"),
            ("host", "//files//sub", "", "http://localhost/files/sub/"),
        )
    ),
    *(
        Row(f"app-{id}", status, raw(path), site="static", environ=PAGES, contains=text)
        for id, status, path, text in (
            ("deep", 200, "/app/orders/7", "index page"),
            ("file", 200, "/app/app.js", "plain"),
            ("out", 404, "/app/../secret.txt", ""),
            ("hidden", 404, "/app/.env", ""),
            ("link", 200, "/app/link-out", "index page"),
            ("nul", 404, "/app/%00", ""),
            ("markup", 200, "/app/%3Cscript%3E", "index page"),
        )
    ),
    Row("app-script", 404, "/app/x.js", site="static", environ={"HTTP_ACCEPT": "*/*"}),
]
