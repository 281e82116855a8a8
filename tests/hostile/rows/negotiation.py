"""Accept and its like, and headers that programs read through CherryPy's and WebOb's words."""

from hostile_row import ABSENT, CREDENTIAL, Row, escaped

GARBAGE = {
    "empty": "",
    "blank": "   ",
    "comma": ",",
    "commas": "," * 4000,
    "commas-32k": "," * 32768,
    "commas-64k": "," * 65536,
    "spaces-32k": " " * 32768,
    "semicolons-32k": ";" * 32768,
    "quotes-32k": '"' * 32768,
    "open-quote": 'a;b="' + "\\" * 4000,
    "open-quotes": '",' * 2000,
    "many": ",".join(f"x{number}/y" for number in range(500)),
    "many-q": "a;q=0.1," * 400,
    "control": "text/html\x00\r\nX: 1",
    "bytes": "\xff\xfe",
    "not-latin": "\u2603",
    "surrogate": "\ud800",
    "markup": "<script>alert(1)</script>",
    "slash": "/",
    "slashes": "////",
    "star-sub": "*/html",
    "long-type": "a" * 60000 + "/b",
    "no-type": ";q=1",
    "q-only": "q=1",
    "equals": "a;=;=;=",
}

# A quality that is no number: ignored or 400, as BEHAVIOUR 6.5 has it for charsets.
BAD_Q = {
    "letters": "q=x",
    "empty": "q=",
    "negative": "q=-1",
    "nan": "q=nan",
    "inf": "q=inf",
    "exponent": "q=1e999",
    "hex": "q=0x1",
    "underscore": "q=1_0",
    "arabic": "q=\u0661",
    "quoted": 'q="1"',
    "digits": "q=" + "9" * 5000,
    "decimals": "q=0." + "9" * 5000,
    "over-one": "q=2",
    "two": "q=1;q=x",
}

# Names of codecs of Python that no client may choose.
CODECS = [
    *("rot13", "rot_13", "hex", "zlib", "bz2", "base64", "uu", "quopri", "idna", "punycode"),
    *("undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "utf-7", "cp037", "../x"),
    *("utf-8\x00", "", " ", "utf 8", "nope", "A" * 5000, "\xff", "utf_8_sig", "charmap"),
]

CHARSET_STATUSES = (200, 400, 406, 431)

WORDS_AND_HEADERS = {
    "range-empty": ("range", "HTTP_RANGE", "bytes=-"),
    "range-letters": ("range", "HTTP_RANGE", "bytes=a-b"),
    "range-digits": ("range", "HTTP_RANGE", "bytes=" + "9" * 5000 + "-"),
    "range-backwards": ("range", "HTTP_RANGE", "bytes=9-5"),
    "range-alone": ("range", "HTTP_RANGE", "bytes"),
    "range-arabic": ("range", "HTTP_RANGE", "bytes=\u0661-"),
    "range-many": ("range", "HTTP_RANGE", "bytes=" + "0-," * 10000),
    "since-year": (
        "if_modified_since",
        "HTTP_IF_MODIFIED_SINCE",
        "Mon, 01 Jan 99999 00:00:00 GMT",
    ),
    "since-zero": (
        "if_modified_since",
        "HTTP_IF_MODIFIED_SINCE",
        "Mon, 00 Jan 0000 00:00:00 GMT",
    ),
    "since-zone": (
        "if_modified_since",
        "HTTP_IF_MODIFIED_SINCE",
        "Mon, 01 Jan 2024 00:00:00 +" + "9" * 30,
    ),
    "since-garbage": ("if_modified_since", "HTTP_IF_MODIFIED_SINCE", "\xff\x00"),
    "since-numbers": ("if_modified_since", "HTTP_IF_MODIFIED_SINCE", "9" * 5000),
    "unmodified-year": (
        "if_unmodified_since",
        "HTTP_IF_UNMODIFIED_SINCE",
        "Mon, 01 Jan 99999 00:00:00 GMT",
    ),
    "date-year": ("date", "HTTP_DATE", "Mon, 01 Jan 99999 00:00:00 GMT"),
    "if-range-year": ("if_range", "HTTP_IF_RANGE", "Mon, 01 Jan 99999 00:00:00 GMT"),
    "if-range-no-date": ("if_range", "HTTP_IF_RANGE", "Mon, 01 Jan 9%9999 00:00:00 GMT"),
    "if-range-tag": ("if_range", "HTTP_IF_RANGE", '"a'),
    "if-match": ("if_match", "HTTP_IF_MATCH", '"' * 5001),
    "if-none-match": ("if_none_match", "HTTP_IF_NONE_MATCH", 'W/"' * 2000),
    "max-forwards": ("max_forwards", "HTTP_MAX_FORWARDS", "x"),
    "max-forwards-digits": ("max_forwards", "HTTP_MAX_FORWARDS", "9" * 5000),
    "cache-control": ("cache_control", "HTTP_CACHE_CONTROL", "max-age=x, no-cache=\xff, =, ,"),
    "cache-control-digits": ("cache_control", "HTTP_CACHE_CONTROL", "max-age=" + "9" * 5000),
    "cache-control-quotes": ("cache_control", "HTTP_CACHE_CONTROL", 'private="' + "a," * 10000),
    "authorization": ("authorization", "HTTP_AUTHORIZATION", "Digest ="),
    "authorization-empty": ("authorization", "HTTP_AUTHORIZATION", " "),
    "accept": ("accept", "HTTP_ACCEPT", "text/html;q=x,,;"),
    "accept-language": ("accept_language", "HTTP_ACCEPT_LANGUAGE", "-,_,*-*;q=9"),
    "accept-charset": ("accept_charset", "HTTP_ACCEPT_CHARSET", "\xff;q="),
    "accept-encoding": ("accept_encoding", "HTTP_ACCEPT_ENCODING", "gzip;;q=,\x00"),
    "cookies": ("cookies", "HTTP_COOKIE", '(a)=b; "=x; a=\xff'),
    "referer": ("referer", "HTTP_REFERER", "\xff\x00"),
    "content-length": ("content_length", "CONTENT_LENGTH", "x"),
    "content-length-digits": ("content_length", "CONTENT_LENGTH", "9" * 5000),
    "content-type": ("content_type", "CONTENT_TYPE", ';;;charset="'),
    "remote-port": ("remote", "REMOTE_PORT", "None"),
    "remote-empty": ("remote", "REMOTE_ADDR", ""),
    "server-port": ("local", "SERVER_PORT", "/run/x.sock"),
    "server-port-digits": ("local", "SERVER_PORT", "9" * 30),
    "params-encoding": ("params", "HTTP_X", "=?nope?q?a?="),
}

RFC_2047 = {
    "unknown-charset": "=?nope?q?a?=",
    "odd-place": "x =?utf-8?q?a?= y",
    "crlf": "=?utf-8?q?a=0D=0ASet-Cookie:=20x?=",
    "codec": "=?rot13?q?uryyb?=",
    "undefined": "=?undefined?q?a?=",
    "bad-base64": "=?utf-8?b?====?=",
    "open": "=?utf-8?q?" * 1000,
    "bytes": "=?utf-8?q?=FF?=",
}

ROWS = [
    *(
        Row(
            f"accept-{id}",
            404,
            "/nothing",
            environ={"HTTP_ACCEPT": text},
            lacks="<script>alert",
        )
        for id, text in GARBAGE.items()
    ),
    *(
        Row(f"accept-q-{id}", 404, "/nothing", environ={"HTTP_ACCEPT": f"text/plain;{q}"})
        for id, q in BAD_Q.items()
    ),
    *(
        Row(
            f"charset-{id}",
            CHARSET_STATUSES,
            environ={"HTTP_ACCEPT_CHARSET": text},
            lacks="<script>alert",
        )
        for id, text in GARBAGE.items()
    ),
    *(
        Row(f"charset-q-{id}", CHARSET_STATUSES, environ={"HTTP_ACCEPT_CHARSET": f"utf-8;{q}"})
        for id, q in BAD_Q.items()
    ),
    *(
        Row(f"codec-{name[:20]!a}", 200, environ={"HTTP_ACCEPT_CHARSET": name})
        for name in CODECS
        if len(name) < 4096
    ),
    *(
        Row(
            f"codec-snowman-{name[:20]!a}",
            CHARSET_STATUSES,
            "/snowman",
            environ={"HTTP_ACCEPT_CHARSET": name},
        )
        for name in CODECS
    ),
    Row(
        "charset-many-known",
        CHARSET_STATUSES,
        "/snowman",
        environ={"HTTP_ACCEPT_CHARSET": ",".join(f"iso-8859-{n % 16}" for n in range(300))},
    ),
    Row("charset-none-fits", 406, "/snowman", environ={"HTTP_ACCEPT_CHARSET": "us-ascii"}),
    Row("charset-refused", 406, "/snowman", environ={"HTTP_ACCEPT_CHARSET": "utf-8;q=0"}),
    Row(
        "charset-markup-repeated",
        406,
        "/snowman",
        environ={"HTTP_ACCEPT_CHARSET": "<script>alert(1)</script>"},
        lacks="<script>alert",
    ),
    *(
        Row(
            f"encoding-{id}",
            (200, 400, 406),
            site="gzip",
            environ={"HTTP_ACCEPT_ENCODING": text},
        )
        for id, text in GARBAGE.items()
    ),
    *(
        Row(
            f"encoding-q-{id}",
            (200, 400, 406),
            site="gzip",
            environ={"HTTP_ACCEPT_ENCODING": f"gzip;{q}"},
        )
        for id, q in BAD_Q.items()
    ),
    *(
        Row(
            f"encoding-codec-{name}",
            200,
            site="gzip",
            environ={"HTTP_ACCEPT_ENCODING": name},
            headers={"Content-Encoding": None, "Vary": "Accept-Encoding"},
        )
        for name in ("rot13", "zlib", "compress", "br", "identity", "deflate;q=1", "zip")
    ),
    Row(
        "encoding-nothing-taken",
        406,
        site="gzip",
        environ={"HTTP_ACCEPT_ENCODING": "identity;q=0"},
    ),
    Row("encoding-star-refused", 406, site="gzip", environ={"HTTP_ACCEPT_ENCODING": "*;q=0"}),
    Row(
        "encoding-head",
        200,
        method="HEAD",
        site="gzip",
        environ={"HTTP_ACCEPT_ENCODING": "gzip"},
    ),
    Row(
        "encoding-error-page",
        404,
        "/<script>alert(1)</script>",
        site="gzip",
        environ={"HTTP_ACCEPT_ENCODING": "gzip"},
    ),
    *(
        Row(
            f"elements-{id}",
            (200, 400, 431),
            "/elements",
            "name=" + escaped(name),
            environ={key: text},
        )
        for id, text in GARBAGE.items()
        for name, key in (("Accept", "HTTP_ACCEPT"),)
    ),
    *(
        Row(
            f"elements-q-{id}",
            (200, 400),
            "/elements",
            "name=Accept",
            environ={"HTTP_ACCEPT": f"text/html;{q}, text/plain"},
        )
        for id, q in BAD_Q.items()
    ),
    Row("elements-missing", 200, "/elements", "name=No-Such", contains="0"),
    Row("elements-odd-name", 200, "/elements", "name=%00%0D%0A", contains="0"),
    *(
        Row(f"word-{id}", (200, 400), "/word", f"name={word}", environ={key: text})
        for id, (word, key, text) in WORDS_AND_HEADERS.items()
    ),
    *(
        Row(
            f"word-{word}-no-script-name",
            200,
            "/word//",
            f"name={word}",
            environ={"SCRIPT_NAME": ABSENT, "HTTP_HOST": "[::1]:80"},
        )
        for word in ("path", "url", "path_qs", "path_url", "GET", "params", "request_line")
    ),
    *(
        Row(
            f"rfc2047-{id}",
            200,
            environ={"HTTP_X_TEST": text, "HTTP_REFERER": text, "HTTP_USER_AGENT": text},
            headers={"Set-Cookie": None},
        )
        for id, text in RFC_2047.items()
    ),
    *(
        Row(f"rfc2047-word-{id}", 200, "/word", "name=headers", environ={"HTTP_X_TEST": text})
        for id, text in RFC_2047.items()
    ),
    Row(
        "many-headers",
        200,
        "/word",
        "name=headers",
        environ={f"HTTP_X_{number}": "a" for number in range(2000)},
    ),
    Row(
        "odd-header-names",
        200,
        "/word",
        "name=headers",
        environ={"HTTP_": "a", "HTTP___": "b", "HTTP_<SCRIPT>": "c", "HTTP_A\r\nB": "d"},
    ),
    Row(
        "authorization-not-logged",
        404,
        "/nothing",
        environ={
            "HTTP_AUTHORIZATION": f"Basic {CREDENTIAL}",
            "HTTP_COOKIE": f"s={CREDENTIAL}",
            "HTTP_PROXY_AUTHORIZATION": CREDENTIAL,
        },
        lacks=CREDENTIAL,
    ),
    Row(
        "favicon-since-year",
        200,
        "/favicon.ico",
        environ={"HTTP_IF_MODIFIED_SINCE": "Mon, 01 Jan 99999 00:00:00 GMT"},
    ),
    Row(
        "favicon-since-garbage",
        200,
        "/favicon.ico",
        environ={"HTTP_IF_MODIFIED_SINCE": "9" * 5000},
    ),
    Row(
        "favicon-not-modified",
        304,
        "/favicon.ico",
        environ={"HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ),
    Row("favicon-head", 200, "/favicon.ico", method="HEAD"),
    Row("favicon-post", (404, 405, 411), "/favicon.ico", method="POST"),
    # A stream that is never sent is closed all the same.
    *(
        Row(
            f"charset-of-a-{path}-{id}",
            status,
            f"/{path}",
            environ={"HTTP_ACCEPT_CHARSET": text},
        )
        for path in ("stream", "iterate")
        for id, text, status in (
            ("malformed", "utf-8;q=1e999", 400),
            ("large", "a" * 5000, 431),
            ("none", "*;q=0", 406),
        )
    ),
]
