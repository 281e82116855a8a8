"""Streams: lengths that lie, breaks at every place, files, events and hints."""

from wsgiref.util import FileWrapper

from hostile_row import Row, asks

S = {"site": "streams"}
FAULT = {"is_programs_fault": True}
WRAPPED = {"wsgi.file_wrapper": FileWrapper}
LARGE = "200000"
WRONG_LENGTHS = {
    "negative": "-1",
    "plus": "+4",
    "float": "1.5",
    "word": "many",
    "empty": "",
    "blank": " ",
    "list": "1, 2",
    "hex": "0x10",
    "digits-of-others": "\u0661\u0662",
    "endless": "9" * 5000,
    "split": "5\r\nX-Evil: 1",
    "nul": "5\x00",
}
FIRST = {"http": 409, "redirect": 303, "exit": 500, "number": 500, "value": 500}
SPLITTERS = {
    "crlf": "a\r\nevil: 1",
    "cr": "a\revil: 1",
    "lf": "a\n\ndata: evil",
    "nul": "a\x00b",
}

ROWS = [
    Row("plain", 200, contains="chunk chunk ", headers={"Content-Length": None}, **S),
    Row("plain-head", 200, method="HEAD", headers={"Content-Length": None}, **S),
    Row("none", 200, query="chunks=0", **S),
    Row("many", 200, query="chunks=999999999", **S),
    Row("no-number", 400, query="chunks=x", **S),
    Row("repeated", (400, 500), query="chunks=1&chunks=2", **FAULT, **S),
    # A Content-Length of the client's wording.
    *(
        Row(f"length-{name}", 200, query=asks(length=value), contains="chunk chunk ", **S)
        for name, value in WRONG_LENGTHS.items()
        if name not in ("split", "nul")
    ),
    *(
        Row(
            f"length-block-{name}",
            200,
            "/block",
            asks(length=value),
            contains="in memory",
            headers={"Content-Length": "9", "X-Evil": None},
            **S,
        )
        for name, value in {**WRONG_LENGTHS, "short": "1", "long": "100", "zero": "0"}.items()
    ),
    *(
        Row(
            f"length-file-{name}-{how}",
            200,
            "/file",
            asks(length=value),
            environ=environ,
            headers={"Content-Length": LARGE},
            **S,
        )
        for name, value in {**WRONG_LENGTHS, "long": "200001"}.items()
        if name not in ("split", "nul")
        for how, environ in {"plain": {}, "wrapped": WRAPPED}.items()
    ),
    Row("length-right", 200, query="length=12", headers={"Content-Length": "12"}, **S),
    Row("length-cut", 200, query="length=5", headers={"Content-Length": "5"}, **S),
    Row("length-zero", 200, query="length=0", headers={"Content-Length": "0"}, **S),
    Row("length-beyond", 200, query="length=13", breaks_off=True, **S),
    Row("length-beyond-head", 200, method="HEAD", query="length=13", **S),
    Row("length-buffered", 200, query="length=12&stream=", **S),
    Row("length-split", 200, query=asks(length="12\r\nX-Evil: 1"), headers={"X-Evil": None},
        **S),
    # Files.
    *(
        Row(
            f"file-{name}-{how}-{method.lower()}",
            200,
            "/file",
            query,
            method=method,
            environ=environ,
            headers={"Content-Length": length},
            **S,
        )
        for name, query, length in (
            ("whole", "", LARGE),
            ("skip", "skip=100", "199900"),
            ("end", f"skip={LARGE}", "0"),
            ("beyond", "skip=999999999", "0"),
            ("part", "skip=5&length=7", "7"),
            ("nothing", "length=0", "0"),
        )
        for how, environ in {"plain": {}, "wrapped": WRAPPED}.items()
        for method in ("GET", "HEAD")
    ),
    # Breaks.
    *(
        Row(f"breaks-first-{how}", status, "/breaks", f"at=0&how={how}", **FAULT, **S)
        for how, status in FIRST.items()
    ),
    *(
        Row(
            f"breaks-first-{how}-head",
            200,
            "/breaks",
            f"at=0&how={how}",
            method="HEAD",
            why="nothing of it is run",
            **S,
        )
        for how in FIRST
    ),
    *(
        Row(f"breaks-{at}-{how}", 200, "/breaks", f"at={at}&how={how}", breaks_off=True, **S)
        for how in FIRST
        for at in ("1", "2")
    ),
    *(
        Row(f"status-{code}-{method.lower()}", int(code), "/status", f"code={code}",
            method=method, body=b"" if method == "POST" else None,
            headers={"Content-Length": None}, **S)
        for code in ("200", "204", "304", "404")
        for method in ("GET", "HEAD", "POST")
    ),
    Row("status-none", 500, "/status", "code=abc", **FAULT, **S),
    # Events.
    *(
        Row(f"event-name-{name}", 400, "/events", asks(name=value, data="x"), lacks="evil", **S)
        for name, value in SPLITTERS.items()
    ),
    *(
        Row(f"event-id-{name}", 400, "/events", asks(id=value, data="x"), lacks="evil", **S)
        for name, value in SPLITTERS.items()
    ),
    Row("event", 200, "/events", "data=x&id=5", contains=":\n\nid: 5\ndata: x\n\n", **S),
    Row("event-head", 200, "/events", "data=x", method="HEAD", **S),
    Row("event-lines", 200, "/events", asks(data="a\n\nid: 9\r\rb"),
        contains="data: a\ndata: \ndata: id: 9\ndata: \ndata: b\n\n", **S),
    Row("event-large", 200, "/events", asks(data="x" * 60_000), contains="x" * 60_000, **S),
    *(
        Row(f"event-last-id-{name}", 200, "/events", "data=x",
            environ={"HTTP_LAST_EVENT_ID": value}, headers={"X-Seen": ""}, **S)
        for name, value in {
            "nul": "a\x00", "tab": "a\tb", "latin": "\xff\xfe", "long": "x" * 60_000,
            "empty": "",
        }.items()
    ),
    Row("event-charset", 200, "/events", "data=%C3%A9",
        environ={"HTTP_ACCEPT_CHARSET": "utf-16"}, contains="data: \u00e9", **S),
    Row("event-gzip", 200, "/events", "data=x", environ={"HTTP_ACCEPT_ENCODING": "gzip"},
        headers={"Content-Encoding": None}, **S),
    # Hints.
    *(
        Row(f"hint-{name}", 200, "/hints", asks(value=value),
            environ={"wsgi.early_hints": lambda pairs: None}, contains="page", **S)
        for name, value in {**SPLITTERS, "latin": "\u20ac", "long": "x" * 60_000}.items()
    ),
    Row("hint-name", 400, "/hints", asks(name="a b", value="x"),
        environ={"wsgi.early_hints": lambda pairs: None}, **S),
]  # fmt: skip
