"""Where the charset of a page differs on purpose; rows for `intended.py`."""

# path, and the Accept-Charset headers that it was asked with
NEGOTIATED = (
    (
        "/latin",
        (
            "utf-8",
            "iso-8859-1",
            "UTF-8",
            "utf-16",
            "ascii",
            "*",
            "iso-8859-1;q=0.5, utf-8",
            "utf-8;q=0",
            "utf-8;q=0, *",
            "klingon",
            "klingon, *;q=0.1",
            "",
            "iso-8859-1, utf-8",
            "us-ascii, iso-8859-5",
            " utf-8 ; q=0.5 , iso-8859-1;q=0.7 ",
        ),
    ),
    (
        "/wide",
        (
            "utf-8",
            "UTF-8",
            "utf-16",
            "*",
            "iso-8859-1;q=0.5, utf-8",
            "utf-8;q=0, *",
            "klingon, *;q=0.1",
            "",
            "iso-8859-1, utf-8",
            " utf-8 ; q=0.5 , iso-8859-1;q=0.7 ",
        ),
    ),
    (
        "/fixed",
        (
            "iso-8859-1",
            "*",
            "iso-8859-1;q=0.5, utf-8",
            "utf-8;q=0, *",
            "klingon, *;q=0.1",
            "*;q=0",
            "",
            "iso-8859-1, utf-8",
            "iso-8859-1;q=0",
            " utf-8 ; q=0.5 , iso-8859-1;q=0.7 ",
        ),
    ),
)

# (program, requests, fields, reason), as Row in `intended.py`
CHARSET_ROWS = (
    (
        "charset",
        (
            *(f"{path} for {sent!r}" for path, headers in NEGOTIATED for sent in headers),
            "raw bytes, whatever is accepted",
            "streamed",
        ),
        ("header vary",),
        "RFC 9110 section 12.5.5: a cache must not give the page to who wants another charset",
    ),
    (
        "request_facts",
        ("GET /elements?name=Accept-Charset",),
        ("header vary",),
        "the same",
    ),
    (
        "charset",
        ("streamed",),
        ("body", "raised"),
        "SECURITY goal 3: no header of a client breaks a stream off; letters are replaced",
    ),
    (
        "charset",
        ("GET /streamed_wide",),
        ("body",),
        "a byte order mark inside the text is a letter (RFC 2781 section 3.2)",
    ),
)
