"""Where bodies differ on purpose; the rows of `intended.py` for programs that post some."""

# (program, requests, fields, reason), as Row in `intended.py`
BODY_ROWS = (
    (
        "entities",
        (
            "POST / b'a=1' as application/x-www-form-urlencoded",
            "POST / b'a=1' as text/plain", "POST / b'a=1' as text/plain; charset=iso-8859-1",
            "POST / b'a=1' as application/own", "POST / b'a=1' as text",
            "POST / b'a=1' as application/json", "POST / b'a=1' as None",
        ),
        ("body",),
        "SECURITY goal 8: a body has a limit by default",
    ),
    (
        "entities",
        (
            "POST /text b'caf\\xc3\\xa9' as text/plain",
            "POST /text b'caf\\xe9' as text/plain",
            "POST /text b'caf\\xe9' as text/plain; charset=iso-8859-1",
            "POST /text b'' as text/plain", "POST /text b'caf\\xe9' as application/own",
            "POST /text b'a' as application/own",
        ),
        ("body", "status",),
        "fullvalue() is there for the body too; CherryPy fails on it",
    ),
    (
        "forms",
        (
            "POST / b'a=%E9' as application/x-www-form-urlencoded; charset=ISO-8859-1",
            "POST / b'a=%E9' as application/x-www-form-urlencoded; charset=latin-1",
            "POST / b'a=%E9' as application/x-www-form-urlencoded; charset=UTF8",
        ),
        ("body",),
        "SECURITY 1.1 item 11: a charset has one name here",
    ),
    (
        "forms",
        (
            "POST / b'a=1' as APPLICATION/X-WWW-FORM-URLENCODED",
        ),
        ("body",),
        "RFC 9110 section 8.3.1: media types are case-insensitive",
    ),
    (
        "forms",
        (
            "POST / b'a=1' as application/x-www-form-urlencoded; charset=utf-16",
            "POST / b'a=1' as application/x-www-form-urlencoded; charset=nope",
        ),
        ("body", "status",),
        "SECURITY 1.1 item 11: charsets are those of a list; others are 415",
    ),
    (
        "forms",
        (
            "query and form, repeated",
        ),
        ("body",),
        "2.8: repeats are one list, not a list in a list",
    ),
    (
        "forms",
        (
            "POST /typed b'a=1' as None",
        ),
        ("body",),
        "a default_content_type set by config is used for the parsing too",
    ),
    (
        "forms",
        (
            "POST /small b'a=123456789'",
        ),
        ("body",),
        "the 413 says how large a body may be",
    ),
    (
        "forms",
        (
            "less than the length",
        ),
        ("body", "status",),
        "SECURITY 6 row 38: a body that is shorter than it says is refused",
    ),
    (
        "multipart",
        (
            "form-data: non-ASCII name", "form-data: non-ASCII file name",
            "mixed: non-ASCII name", "mixed: non-ASCII file name",
            "process_multipart: non-ASCII name", "process_multipart: non-ASCII file name",
        ),
        ("body",),
        "RFC 7578 section 5.1: names are UTF-8 text",
    ),
    (
        "multipart",
        (
            "form-data: unknown charset", "mixed: unknown charset",
        ),
        ("body", "status",),
        "13.2: a charset that is not on the list is 415, not a fault",
    ),
    (
        "multipart",
        (
            "form-data: path in a file name", "form-data: Windows path",
            "mixed: path in a file name", "mixed: Windows path",
            "process_multipart: path in a file name", "process_multipart: Windows path",
        ),
        ("body",),
        "2.8: a file name has no directories",
    ),
    (
        "multipart",
        (
            "form-data: browsers' quotes", "mixed: browsers' quotes",
            "process_multipart: browsers' quotes",
        ),
        ("body",),
        "WHATWG HTML: browsers write a quote in a name as %22",
    ),
    (
        "multipart",
        (
            "form-data: malformed filename*", "mixed: malformed filename*",
            "process_multipart: malformed filename*",
        ),
        ("body", "status",),
        "13.2: a malformed filename* is 400, not a fault",
    ),
    (
        "multipart",
        (
            "form-data: disposition twice", "mixed: disposition twice",
            "process_multipart: disposition twice",
        ),
        ("body", "status",),
        "what checks the body on the way may believe the other one: 400",
    ),
    (
        "multipart",
        (
            "form-data: urlencoded part", "mixed: urlencoded part",
            "process_multipart: urlencoded part",
        ),
        ("body", "status",),
        "a field is text, whatever its type; CherryPy fails on it",
    ),
    (
        "multipart",
        (
            "form-data: nested", "mixed: nested", "texts: nested",
        ),
        ("body", "status",),
        "RFC 7578 section 4.3: a field may be multipart; CherryPy fails on it",
    ),
    (
        "multipart",
        (
            "form-data: nested twice", "mixed: nested twice",
            "process_multipart: nested twice",
        ),
        ("body", "status",),
        "SECURITY 6 row 33: two levels of multipart are the limit",
    ),
    (
        "multipart",
        (
            "form-data: multipart file", "mixed: multipart file",
            "process_multipart: multipart file",
        ),
        ("body",),
        "a file is kept as it is, whatever its type",
    ),
    (
        "multipart",
        (
            "form-data: no end", "form-data: cut in a part", "form-data: cut in a header",
            "form-data: LF", "form-data: no colon", "mixed: no end", "mixed: cut in a part",
            "mixed: cut in a header", "mixed: LF", "mixed: no colon",
            "process_multipart: no end", "process_multipart: cut in a part",
            "process_multipart: cut in a header", "process_multipart: LF",
            "process_multipart: no colon",
        ),
        ("body", "status",),
        "13.2: what is not well-formed is 400, not a fault",
    ),
    (
        "multipart",
        (
            "form-data: no boundary in it", "mixed: no boundary in it",
            "process_multipart: no boundary in it", "type 'multipart/form-data; boundary=C'",
        ),
        ("body", "status",),
        "a body without its boundary is 400, not a form without fields",
    ),
    (
        "multipart",
        (
            "form-data: look-alikes", "mixed: look-alikes", "process_multipart: look-alikes",
        ),
        ("body", "status",),
        "RFC 2046 section 5.1.1: a boundary begins with CRLF and ends its line",
    ),
    (
        "multipart",
        (
            "form-data: a space behind the boundary", "mixed: a space behind the boundary",
            "process_multipart: a space behind the boundary",
        ),
        ("body", "status",),
        "the parser takes no white space behind a boundary; no client sends it",
    ),
    (
        "multipart",
        (
            "mixed: folded header", "process_multipart: folded header",
        ),
        ("body",),
        "RFC 9112 section 5.2: a folded line goes on with the value",
    ),
    (
        "multipart",
        (
            "type 'multipart/form-data'", "type 'multipart/form-data; boundary='",
            "type 'multipart/form-data; boundary=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB'",
        ),
        ("body", "status",),
        "13.2: a boundary that is missing or malformed is 400, not a fault",
    ),
    (
        "multipart",
        (
            "type 'Multipart/Form-Data; Boundary=B'",
        ),
        ("body",),
        "RFC 9110 section 8.3.1: media types are case-insensitive",
    ),
    (
        "multipart",
        (
            "less than the length",
        ),
        ("body", "status",),
        "SECURITY 6 row 38: a body that is shorter than it says is refused",
    ),
    (
        "raw_bodies",
        (
            "POST /read_zero b'one\\ntwo\\r\\nthree' of 14",
            "POST /read_zero b'no line break' of 13",
        ),
        ("body",),
        "read(0) reads nothing, as a file's does",
    ),
    (
        "raw_bodies",
        (
            "POST /read_out b'one\\ntwo\\r\\nthree' of 14", "POST /read_out b'' of 0",
            "POST /read_out b'no line break' of 13", "chunked read_out",
            "POST /small/read_out b'123456789' of 9",
            "POST /small/read_out b'1234567890' of 10",
        ),
        ("body",),
        "read() returns bytes, always",
    ),
    (
        "raw_bodies",
        (
            "POST /readline_sized b'one\\ntwo\\r\\nthree' of 14",
            "POST /readline_sized b'no line break' of 13", "chunked readline_sized",
        ),
        ("body",),
        "a line is cut at the size that is asked for, as a file's is",
    ),
    (
        "raw_bodies",
        (
            "POST /readlines_hint b'one\\ntwo\\r\\nthree' of 14", "chunked readlines_hint",
        ),
        ("body",),
        "a hint means what it does to a file's readlines()",
    ),
    (
        "raw_bodies",
        (
            "chunked readlines", "chunked mixed",
        ),
        ("body", "status",),
        "13.2: readlines() of a body without a length",
    ),
    (
        "raw_bodies",
        (
            "POST /small/read b'12345678901' of 11",
            "POST /small/read b'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n' of 100",
            "POST /small/readlines b'12345678901' of 11",
            "POST /small/readlines b'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n' of 100",
            "POST /small/iterate b'12345678901' of 11",
            "POST /small/iterate b'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n' of 100",
            "POST /small/read_out b'12345678901' of 11",
            "POST /small/read_out b'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n' of 100",
            "POST /small/read_pieces b'12345678901' of 11",
            "POST /small/read_pieces b'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n' of 100",
        ),
        ("body",),
        "the 413 says how large a body may be",
    ),
    (
        "raw_bodies",
        (
            "POST /nothing b'111111111111111' of 100",
        ),
        ("body", "status",),
        "SECURITY goal 8: a body over its limit is refused, read or not",
    ),
    (
        "raw_bodies",
        (
            "short read", "short iterate",
        ),
        ("body", "status",),
        "SECURITY 6 row 38: a body that is shorter than it says is refused",
    ),
    (
        "raw_bodies",
        (
            "bad length", "negative length",
        ),
        ("body", "status",),
        "SECURITY 1.1 item 3: a length that is no number is 400",
    ),
    (
        "raw_bodies",
        (
            "GET /read b'one\\ntwo\\r\\nthree' of 14",
            "DELETE /read b'one\\ntwo\\r\\nthree' of 14",
            "OPTIONS /read b'one\\ntwo\\r\\nthree' of 14",
        ),
        ("body", "status",),
        "13.2: the body of any request can be read",
    ),
    (
        "raw_bodies",
        (
            "HEAD /read b'one\\ntwo\\r\\nthree' of 14",
        ),
        ("length", "status",),
        "13.2: the body of any request can be read",
    ),
    (
        "uploads",
        (
            "large file to /limited",
        ),
        ("body",),
        "the 413 says how large a body may be",
    ),
)  # fmt: skip
