"""Paths: undecodable, odd, long; Python's own names; where nothing is mounted."""

from hostile_row import ABSENT, Row, raw

MARKUP = "<script>alert(1)</script>"

# As a client would write it: each is decoded as a server does. No such page: 404.
NOT_FOUND = {
    "latin-1": "/caf%E9",
    "lone-ff": "/%FF",
    "cut-utf8": "/a%C3",
    "overlong-slash": "/%C0%AF",
    "overlong-dot": "/%C0%AE%C0%AE/secret.txt",
    "overlong-three": "/%E0%80%AF",
    "utf8-surrogate": "/%ED%A0%80",
    "beyond-unicode": "/%F4%90%80%80",
    "bom-utf16": "/%FF%FE",
    "nul": "/%00",
    "nul-inside": "/in%00dex",
    "nul-behind": "/index%00.css",
    "crlf": "/a%0D%0ASet-Cookie:%20a=b",
    "escape-codes": "/%1B[2J%1B[31m",
    "delete": "/%7F",
    "markup": "/%3Cscript%3Ealert(1)%3C/script%3E",
    "markup-attribute": "/%22%20onmouseover=%22alert(1)",
    "markup-image": "/%3Cimg%20src=x%20onerror=alert(1)%3E",
    "format": "/%25s%25n%7B0.__class__%7D%(status)s",
    "direction": "/%E2%80%AEgnp.exe",
    "line-separator": "/%E2%80%A8forged",
    "dots": "/..",
    "dots-up": "/../../../../etc/passwd",
    "dots-inside": "/deep/../secret.txt",
    "dots-encoded": "/%2e%2e/%2e%2e/etc/passwd",
    "dots-twice-encoded": "/%252e%252e/%252e%252e/etc/passwd",
    "backslashes": "/..\\..\\secret.txt",
    "backslashes-encoded": "/..%5c..%5csecret.txt",
    "drive": "/C:/secret.txt",
    "unc": "/%5C%5Cserver%5Cshare",
    "semicolon": "/..;/secret.txt",
    "file-url": "/file:///etc/passwd",
    "private": "/_private",
    "private-ledger": "/_ledger/access_lines",
    "config-attribute": "/json/_cp_config",
    "dispatch-attribute": "/_cp_dispatch",
    "exposed-attribute": "/echo/exposed",
    "dunder-class": "/__class__",
    "dunder-class-slash": "/__class__/",
    "dunder-init": "/__init__",
    "dunder-dict": "/__dict__",
    "dunder-doc": "/__doc__",
    "dunder-module": "/__module__",
    "dunder-func": "/index/__func__",
    "dunder-func-arguments": "/echo/__func__/x/y",
    "dunder-self": "/index/__self__/echo",
    "dunder-call": "/index/__call__",
    "dunder-globals": "/index/__globals__/sys/exit",
    "dunder-code": "/index/__func__/__code__",
    "dunder-subclasses": "/__class__/__base__/__subclasses__",
    "dunder-reduce": "/__reduce_ex__/2",
    "dunder-getattribute": "/__getattribute__/index",
    "dunder-encoded": "/%5F%5Fclass%5F%5F",
    "dunder-translated-dash": "/--class--",
    "dunder-translated-dots": "/..class..",
    "dunder-translated-mixed": "/-.class.-",
    "dunder-translated-tilde": "/~~init~~",
    "dunder-translated-func": "/index/--func--",
    "dunder-deep": "/deep/__class__/index",
    "dunder-only": "/____",
    "dunder-fullwidth": "/%EF%BC%BF%EF%BC%BFclass%EF%BC%BF%EF%BC%BF",
    "str-method": "/_private/upper",
    "unknown": "/nothing/here",
    "long-segment": "/" + "a" * 65536,
    "long-escapes": "/" + "%C3%A9" * 10000,
    "long-undecodable": "/" + "%FF" * 20000,
    "long-dots": "/" + "../" * 900 + "etc/passwd",
    "long-dunder": "/" + "_" * 20000,
    "star": "*",
    "no-slash": "nothing",
    "absolute": "http://evil.example/x",
    "absolute-broken": "http:////",
}

# Served as if nothing were odd: (path, what the answer holds).
FOUND = {
    "empty": ("", "hello"),
    "slash": ("/", "hello"),
    "slashes": ("////", "hello"),
    "slashes-before": ("//item/a", "a 1"),
    "slashes-inside": ("/item//a///b", "a b 2"),
    "slashes-behind": ("/item/a////", "a 1"),
    "host-like": ("//evil.example/..//item", None),
    "dot-segment": ("/item/./a", ". a 2"),
    "dots-are-arguments": ("/item/../a", ".. a 2"),
    "nul-argument": ("/item/%00", "\\x00 1"),
    "crlf-argument": ("/item/a%0D%0Ab", "a\\r\\nb 1"),
    "utf8": ("/item/%E2%98%83", "\\u2603 1"),
    "utf8-astral": ("/item/%F0%9F%92%A9", "\\U0001f4a9 1"),
    "noncharacter": ("/item/%EF%BF%BF", "\\uffff 1"),
    "percent": ("/item/%25", "% 1"),
    "percent-twice": ("/item/%2541", "%41 1"),
    "plus": ("/item/a+b", "a+b 1"),
    "question": ("/item/%3Fa=1", "?a=1 1"),
    "hash": ("/item/%23a", "#a 1"),
    "semicolon": ("/item/a;b=1", "a;b=1 1"),
    "markup": ("/item/%3Cscript%3E", "<script> 1"),
    "long": ("/item/" + "a" * 65536, "a" * 65536 + " 1"),
    "file": ("/style.css", "body{}"),
    # What lies below the path of a static file is that file (CherryPy's rule), and no other.
    "file-dots": ("/style.css/../secret.txt", "body{}"),
    "file-dots-sibling": ("/style.css/../../public-secret/secret.txt", "body{}"),
    "file-dots-encoded": ("/style.css/%2e%2e%2f%2e%2e%2fsecret.txt", "body{}"),
    "file-nul": ("/style.css/%00", "body{}"),
}

# Targets beside the path: what '%2F' was, and what no server would make.
TARGETS = {
    "encoded-slash": ("/item/a%2Fb", "/item/a/b", "a/b 1"),
    "encoded-slash-lower": ("/item/a%2fb", "/item/a/b", "a/b 1"),
    "encoded-slash-absolute": ("http://localhost/item/a%2Fb?x", "/item/a/b", "a/b 1"),
    "encoded-slashes": ("/item/%2F%2Fevil.example", "/item///evil.example", "//evil.example 1"),
    "rewritten": ("/other%2Fpath", "/item/a/b", "a b 2"),
    "twice-encoded": ("/item/%252F%2F", "/item/%2F/", None),
    "no-target": ("", "/item/a/b", "a b 2"),
    "control": ("/item/\x00%2F\r\n", "/item/a", "a 1"),
    "not-latin": ("/item/\u2603%2F", "/item/a", "a 1"),
    "undecodable": ("/item/%FF%2F", "/item/\xff/", None),
    "star": ("*", "/item/a", "a 1"),
    "open-url": ("http://[%2F", "/item/a", "a 1"),
    "long": ("/item/" + "%2F" * 20000, "/item/a", "a 1"),
    "slash-dunder": ("/%2F__class__", "//__class__", None),
}


def segments(count: int, last: str = "") -> str:
    """Return a path of `count` segments."""
    return "/item" + "/a" * (count - 1) + last


ROWS = [
    *(Row(f"404-{id}", 404, raw(path)) for id, path in NOT_FOUND.items()),
    *(
        Row(f"200-{id}", (200, 404) if text is None else 200, raw(path), contains=text or "")
        for id, (path, text) in FOUND.items()
    ),
    *(
        Row(
            f"target-{id}-{key.lower()}",
            (200, 404) if text is None else 200,
            path,
            environ={key: target},
            contains=text or "",
        )
        for id, (target, path, text) in TARGETS.items()
        for key in ("RAW_URI", "REQUEST_URI")
    ),
    Row("segments-999", 200, segments(999), contains=" 998"),
    Row("segments-1000", 200, segments(1000), contains=" 999"),
    Row("segments-1001", 414, segments(1001)),
    Row("segments-1000-slash", 200, segments(1000, "/"), contains=" 999"),
    Row("segments-1001-slash", 414, segments(1001, "/")),
    Row("segments-20000", 414, segments(20000)),
    Row("segments-20000-unknown", 414, "/nothing" * 20000),
    Row("segments-empty-20000", 200, "/" * 20000 + "item/a", contains="a 1"),
    Row("missing-path", 200, environ={"PATH_INFO": ABSENT}, contains="hello"),
    Row(
        "missing-path-and-script-name",
        200,
        environ={"PATH_INFO": ABSENT, "SCRIPT_NAME": ABSENT},
    ),
    Row("missing-query", 200, environ={"QUERY_STRING": ABSENT}),
    # What no server may send (PEP 3333: bytes as ISO-8859-1), but some middleware makes.
    Row("environ-surrogate", 404, "/\ud800"),
    Row("environ-surrogate-escape", 404, "/\udcff"),
    Row("environ-not-latin", 404, "/\u2603"),
    Row("environ-astral", 404, "/\U0001f4a9"),
    # The tree's own 404.
    *(
        Row(f"tree-404-{id}", 404, raw(path), site="mounts")
        for id, path in {
            "root": "/",
            "empty": "",
            "near": "/mounted/deepest",
            "above": "/mounted",
            "undecodable": "/%FF%FE",
            "markup": "/" + MARKUP,
            "crlf": "/%0D%0ASet-Cookie:a=b",
            "nul": "/%00",
            "long": "/" + "x" * 65536,
            "many": "/x" * 20000,
            "star": "*",
        }.items()
    ),
    Row("tree-404-surrogate", 404, "/\ud800", site="mounts"),
    Row("tree-404-head", 404, "/x", method="HEAD", site="mounts"),
    Row("tree-404-missing-path", 404, environ={"PATH_INFO": ABSENT}, site="mounts"),
    Row("tree-404-markup-query", 404, "/x", MARKUP, site="mounts", lacks="<script"),
    Row(
        "tree-404-json",
        404,
        "/" + MARKUP,
        environ={"HTTP_ACCEPT": "application/json"},
        site="mounts",
        headers={"X-Content-Type-Options": "nosniff"},
    ),
    Row("mounted-slashes", 200, "//mounted//deep//", site="mounts", contains="deep"),
    Row("mounted-dots", 404, "/mounted/deep/../../x", site="mounts"),
    Row(
        "mounted-script-name",
        (200, 404),
        "/deep/",
        environ={"SCRIPT_NAME": "/mounted"},
        site="mounts",
    ),
    Row(
        "mounted-script-name-odd",
        (200, 301, 404),
        "/deep",
        environ={"SCRIPT_NAME": "//evil.example"},
        site="plain",
    ),
    Row("mounted-script-name-bytes", (200, 404), "/x", environ={"SCRIPT_NAME": "/\xff"}),
    # Pages of ours that repeat the path.
    *(
        Row(
            f"page-{id}",
            404,
            path,
            environ={"HTTP_ACCEPT": accept},
            lacks="<script>alert",
            headers={"X-Content-Type-Options": "nosniff"},
        )
        for id, accept, path in (
            ("html", "text/html", "/" + MARKUP),
            ("text-by-default", "*/*", "/" + MARKUP + "\x00\x1b[2J"),
            ("xhtml", "application/xhtml+xml", "/" + MARKUP),
        )
    ),
    Row(
        "page-json",
        404,
        "/" + MARKUP,
        environ={"HTTP_ACCEPT": "application/json"},
        headers={
            "Content-Type": "application/problem+json",
            "X-Content-Type-Options": "nosniff",
        },
    ),
    Row(
        "page-text",
        404,
        "/" + MARKUP,
        environ={"HTTP_ACCEPT": "text/plain"},
        headers={"X-Content-Type-Options": "nosniff"},
    ),
    Row("page-head", 404, "/" + MARKUP, method="HEAD"),
    Row("page-own-fails", 404, "/" + MARKUP, site="page_fails", lacks="<script>alert"),
    Row("page-own-echoes", 404, "/" + MARKUP, site="page_echoes", lacks="<script>alert"),
    Row("page-own-echoes-bytes", 404, raw("/%FF%3Cscript%3E"), site="page_echoes"),
    Row("page-own-missing", 404, "/" + MARKUP, site="page_missing", lacks="/no/such"),
]
