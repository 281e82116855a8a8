"""Query strings: undecodable, too many, names that a handler's signature knows."""

from hostile_row import ABSENT, Row, escaped

UNDECODABLE_MESSAGE = (
    "The given query string could not be processed. Query strings for this resource must be "
    "encoded with 'utf8'."
)

UNDECODABLE = {
    "value": "a=%FF",
    "key": "%FF=a",
    "later": "a=1&b=2&c=%C3",
    "latin-1": "name=caf%E9",
    "overlong": "a=%C0%AF",
    "surrogate": "a=%ED%A0%80",
    "beyond-unicode": "a=%F4%90%80%80",
    "raw-byte": "a=\xff",
    "raw-key": "\xe9=1",
    "raw-cut": "a=\xc3",
    "environ-surrogate": "a=\ud800",
    "environ-not-latin": "a=\u2603",
    "long": "a=" + "%FF" * 20000,
}

# What the handler gets, as JSON.
DECODED = {
    "empty": ("", "{}"),
    "question": ("?", '{"?": ""}'),
    "only-separators": ("&&&&", "{}"),
    "many-separators": ("&" * 65536, "{}"),
    "equals": ("=", '{"": ""}'),
    "equals-many": ("=====", '{"": "===="}'),
    "no-value": ("a", '{"a": ""}'),
    "repeated": ("a=1&a=2&a=3", '{"a": ["1", "2", "3"]}'),
    "semicolons": ("a=1;b=2", '{"a": "1;b=2"}'),
    "semicolon-cloak": ("a=1&x=1;a=2", '{"a": "1", "x": "1;a=2"}'),
    "comma": ("a=1,b=2", '{"a": "1,b=2"}'),
    "image-map": ("12,34", '{"12,34": ""}'),
    "image-map-text": ("12,34abc", '{"12,34abc": ""}'),
    "brackets": ("a[0]=1&a[x][y]=2", '{"a[0]": "1", "a[x][y]": "2"}'),
    "dots": ("a.b=1", '{"a.b": "1"}'),
    "dunder": ("__class__=1", '{"__class__": "1"}'),
    "nul": ("a%00b=%00", '{"a\\\\u0000b": "\\\\u0000"}'),
    "crlf": ("a=%0D%0AX-A:%201", '{"a": "\\\\r\\\\nX-A: 1"}'),
    "bad-escape": ("a=%", '{"a": "%"}'),
    "bad-escapes": ("a=%zz%1&%u0041=1", '{"a": "%zz%1", "%u0041": "1"}'),
    "many-bad-escapes": ("a=" + "%" * 30000, "%" * 30000),
    "plus": ("a=1+2", '{"a": "1 2"}'),
    "raw-utf8": ("a=\xe2\x98\x83", "\\\\u2603"),
    "markup": ("a=<script>alert(1)</script>", "<script>"),
    "huge-key": ("k" * 60000 + "=1", "k" * 60000),
    "huge-value": ("a=" + "v" * 60000, "v" * 60000),
    "long-number": ("a=" + "9" * 20000, "9" * 20000),
    "second-question": ("a=1?b=2", '{"a": "1?b=2"}'),
    "keyword": ("class=1&def=2&None=3", '{"class": "1", "def": "2", "None": "3"}'),
    "args-kwargs": ("args=1&kwargs=2", '{"args": "1", "kwargs": "2"}'),
    "params": ("params=1", '{"params": "1"}'),
}


def pairs(count: int) -> str:
    """Return a query string of `count` parameters."""
    return "&".join(f"a{number}=1" for number in range(count))


ROWS = [
    *(
        Row(f"undecodable-{id}", 404, "/echo", query, contains=UNDECODABLE_MESSAGE)
        for id, query in UNDECODABLE.items()
    ),
    *(
        Row(f"decoded-{id}", 200, "/echo", query, contains=text)
        for id, (query, text) in DECODED.items()
    ),
    Row("undecodable-head", 404, "/echo", "a=%FF", method="HEAD"),
    Row("undecodable-post", 404, "/echo", "a=%FF", method="POST", body=b""),
    Row("undecodable-index", 404, "/", "%FF", contains=UNDECODABLE_MESSAGE),
    Row("undecodable-unknown-page", 404, "/nothing", "a=%FF"),
    Row("count-999", 200, "/echo", pairs(999), contains='"a998"'),
    Row("count-1000", 200, "/echo", pairs(1000), contains='"a999"'),
    Row("count-1001", 400, "/echo", pairs(1001), contains="1000"),
    *(
        Row(f"own-count-{count}", status, "/echo", pairs(count), site="limits")
        for count, status in ((9, 200), (10, 200), (11, 400))
    ),
    Row("count-1001-same-key", 400, "/echo", "a=1&" * 1001),
    Row("count-1000-and-separators", 200, "/echo", "&&".join(["a"] * 1000)),
    Row("count-20000", 400, "/echo", pairs(20000)),
    Row("count-1001-index", 400, "/", pairs(1001)),
    Row("self", (200, 404), "/echo", "self=1"),
    Row("self-no-keywords", 404, "/index", "self=1"),
    Row("unexpected", 404, "/index", "x=1", contains="Unexpected query string parameters: x"),
    Row("unexpected-markup", 404, "/index", "<script>alert(1)</script>", lacks="<script>alert"),
    Row("unexpected-many", 404, "/index", pairs(1000)),
    Row("unexpected-huge", 404, "/index", "k" * 60000),
    Row("unexpected-control", 404, "/index", "%0D%0A%00%1B=1"),
    Row("unexpected-production", 404, "/index", "x=1", site="production", lacks="Unexpected"),
    Row("twice-given", 404, "/one/1", "a=2"),
    Row("too-many-atoms", 404, "/one/1/2/3"),
    Row("repeated-for-one", 200, "/echo", "a=1&a=2", contains='["1", "2"]'),
    Row("missing", 404, "/go", contains="Missing parameters: to"),
    Row("missing-post", 404, "/go", method="POST", body=b""),
    Row("keyword-only", 200, "/one", "key=k", contains="k"),
    Row("absent", 200, "/echo", environ={"QUERY_STRING": ABSENT}, contains="{}"),
    Row("on-error-page", 404, "/nothing", "a=<script>alert(1)</script>", lacks="<script>alert"),
    Row(
        "redirect-keeps-query",
        301,
        "/deep",
        "a=%0D%0ASet-Cookie:x&<script>",
        headers={"Set-Cookie": None},
    ),
    Row(
        "redirect-keeps-raw-query",
        301,
        "/deep",
        "a=\r\nSet-Cookie: x=y",
        headers={"Set-Cookie": None},
    ),
    Row("redirect-keeps-bytes", 301, "/deep", "a=\xe2\x98\x83"),
    Row("redirect-keeps-bad-bytes", (301, 404), "/deep", "a=\xff"),
    Row("redirect-keeps-huge", 301, "/deep", "a" * 60000),
    Row(
        "inside-decoded-once",
        200,
        "/inside",
        "to=" + escaped("/echo?a=%2541"),
        contains='{"a": "%41"}',
    ),
]
