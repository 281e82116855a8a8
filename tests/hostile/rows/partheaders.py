"""The headers of multipart parts: their syntax, names and file names, charsets and codings."""

from rows.multiparts import NAMED, UPLOAD, form, named, part, rows, send, upload

ONE = {"a": "1"}
EVIL = b"X-Evil: 1"


def with_lines(*lines, content=b"1"):
    """Return a form of one part with these header lines."""
    return form(part(content, b"\r\n".join(lines)))


def disposed(text):
    """Return a form of one part with this Content-Disposition."""
    return with_lines(b"Content-Disposition: " + text)


# -- syntax -----------------------------------------------------------------------------------

NAMELESS = 200
SYNTAX = {
    "no-colon": (with_lines(NAMED, b"nonsense"), 400),
    "no-colon-first": (with_lines(b"nonsense", NAMED), 400),
    "colon-alone": (with_lines(NAMED, b":"), 400),
    "no-name": (with_lines(NAMED, b": value"), 400),
    "no-value": (with_lines(NAMED, b"X:"), ONE),
    "space-before-colon": (with_lines(NAMED, b"X : 1"), ONE),
    "space-in-name": (with_lines(NAMED, b"X Y: 1"), 400),
    "nul-in-name": (with_lines(NAMED, b"X\x00: 1"), 400),
    "bytes-in-name": (with_lines(NAMED, b"X\xff: 1"), 400),
    "utf-8-in-name": (with_lines(NAMED, "X\u2603: 1".encode()), 400),
    "markup-in-name": (with_lines(NAMED, b"<script>: 1"), 400),
    "parenthesis-in-name": (with_lines(NAMED, b"(x): 1"), 400),
    "dunder-name": (with_lines(NAMED, b"__class__: 1"), ONE),
    "nul-in-field-name": (with_lines(NAMED[:-1] + b'\x00"'), 400),
    "nul-in-file-name": (with_lines(UPLOAD[:-1] + b'\x00.php"'), 400),
    "lf-in-file-name": (with_lines(UPLOAD[:-1] + b'\nX-Evil: 1"'), 400),
    "nul-in-charset": (
        with_lines(NAMED, b"Content-Type: text/plain; charset=utf-8\x00"), 400),
    "nul-in-value": (with_lines(NAMED, b"X: \x00"), 400),
    "escape-in-value": (with_lines(NAMED, b"X: \x1b[2J"), ONE),
    "bytes-in-value": (with_lines(NAMED, b"X: \xff\xfe"), ONE),
    "cr-in-value": (with_lines(NAMED, b"X: a\rX-Evil: 1"), 400),
    "lf-in-value": (with_lines(NAMED, b"X: a\nX-Evil: 1"), 400),
    "folded": (with_lines(NAMED, b"X: a", b" b"), ONE),
    "folded-tab": (with_lines(NAMED, b"X: a", b"\tb"), ONE),
    "folded-disposition": (
        with_lines(b"Content-Disposition: form-data;", b' name="a"'), ONE),
    "folded-in-quotes": (
        with_lines(b'Content-Disposition: form-data; name="a', b' b"'), {"a b": "1"}),
    "folded-first": (with_lines(b" folded", NAMED), 400),
    "folded-empty": (with_lines(NAMED, b" "), 400),
    "folded-100": (with_lines(NAMED, *[b" x"] * 100), 200),
    "folded-101": (with_lines(NAMED, *[b" x"] * 101), 413),
    "folded-10000": (with_lines(NAMED, *[b" x"] * 10000), 413),
    "folded-long": (with_lines(NAMED, *[b" " + b"x" * 1000] * 9), 413),
    "many-same": (with_lines(NAMED, *[b"X: 1"] * 15), ONE),
    "many-same-17": (with_lines(NAMED, *[b"X: 1"] * 16), 413),
    "upper": (with_lines(NAMED.upper()), {"A": "1"}),
    "lower": (with_lines(NAMED.lower()), ONE),
    "no-space": (with_lines(b'Content-Disposition:form-data;name="a"'), ONE),
    "spaces": (with_lines(b'Content-Disposition:   form-data  ;  name = "a"  '), ONE),
    "tabs": (with_lines(b'Content-Disposition:\tform-data;\tname="a"'), ONE),
    "underscore": (with_lines(b'Content_Disposition: form-data; name="a"'), NAMELESS),
    "request-line": (with_lines(NAMED, b"GET / HTTP/1.1"), 400),
    "status-line": (with_lines(NAMED, b"HTTP/1.1 200 OK"), 400),
    "host": (with_lines(NAMED, b"Host: evil.example"), ONE),
    "cookie": (with_lines(NAMED, b"Cookie: (a)=b"), ONE),
    "range": (with_lines(NAMED, b"Range: bytes=-"), ONE),
    "set-cookie": (with_lines(NAMED, b"Set-Cookie: a=1"), ONE),
    "encoded-word-header": (with_lines(NAMED, b"X: =?nope?q?a?="), ONE),
}  # fmt: skip

# What the body's own framing is must not be told by a part.
FRAMING = {
    "length": (with_lines(NAMED, b"Content-Length: 1"), ONE),
    "length-short": (with_lines(NAMED, b"Content-Length: 0"), 400),
    "length-long": (with_lines(NAMED, b"Content-Length: 1000"), 400),
    "length-huge": (with_lines(NAMED, b"Content-Length: " + b"9" * 30), 400),
    "length-huger": (with_lines(NAMED, b"Content-Length: " + b"9" * 5000), 400),
    "length-negative": (with_lines(NAMED, b"Content-Length: -1"), 400),
    "length-letters": (with_lines(NAMED, b"Content-Length: x"), 400),
    "length-empty": (with_lines(NAMED, b"Content-Length:"), 400),
    "length-plus": (with_lines(NAMED, b"Content-Length: +1"), 400),
    "length-underscore": (with_lines(NAMED, b"Content-Length: 0_1"), 400),
    "length-arabic": (with_lines(NAMED, "Content-Length: \u0661".encode()), 400),
    "length-twice": (
        with_lines(NAMED, b"Content-Length: 1", b"Content-Length: 2"), 400),
    "length-superscript": (with_lines(NAMED, b"Content-Length: \xb2"), 400),
    "length-file-short": (with_lines(UPLOAD, b"Content-Length: 0"), 400),
    "length-file-long": (with_lines(UPLOAD, b"Content-Length: 9999"), 400),
    "chunked": (
        with_lines(NAMED, b"Transfer-Encoding: chunked", content=b"1\r\n2\r\n0\r\n"),
        {"a": "1\r\n2\r\n0\r\n"}),
    "gzip": (with_lines(NAMED, b"Transfer-Encoding: gzip"), ONE),
    "content-gzip": (with_lines(NAMED, b"Content-Encoding: gzip"), ONE),
    "base64": (
        with_lines(NAMED, b"Content-Transfer-Encoding: base64", content=b"MQ=="),
        {"a": "MQ=="}),
    "base64-file": (
        with_lines(UPLOAD, b"Content-Transfer-Encoding: base64", content=b"MQ=="),
        {"a": upload(content="MQ==")}),
    "base64-broken": (
        with_lines(NAMED, b"Content-Transfer-Encoding: base64", content=b"@"), {"a": "@"}),
    "quoted-printable": (
        with_lines(NAMED, b"Content-Transfer-Encoding: quoted-printable", content=b"=31"),
        {"a": "=31"}),
    "binary": (with_lines(NAMED, b"Content-Transfer-Encoding: binary"), ONE),
    "7bit": (
        with_lines(NAMED, b"Content-Transfer-Encoding: 7bit", content="\xe9".encode()),
        {"a": "\xe9"}),
    "odd": (with_lines(NAMED, b"Content-Transfer-Encoding: zlib_codec"), ONE),
}  # fmt: skip

TWICE = {
    "disposition": (
        with_lines(NAMED, b'Content-Disposition: form-data; name="b"'), 400),
    "disposition-same": (with_lines(NAMED, NAMED), 400),
    "disposition-file": (with_lines(NAMED, UPLOAD), 400),
    "disposition-file-first": (with_lines(UPLOAD, NAMED), 400),
    "type": (
        with_lines(NAMED, b"Content-Type: text/plain", b"Content-Type: text/html"), 400),
    "type-charset": (
        with_lines(
            NAMED,
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Type: text/plain; charset=rot13",
        ),
        400),
    "name": (disposed(b'form-data; name="b"; name="a"'), ONE),
    "filename": (
        disposed(b'form-data; name="a"; filename="x"; filename="f.txt"'), {"a": upload()}),
    "name-case": (disposed(b'form-data; NAME="b"; name="a"'), ONE),
}  # fmt: skip

# -- dispositions -----------------------------------------------------------------------------

DISPOSITIONS = {
    "missing": (with_lines(b"X: 1"), NAMELESS),
    "empty": (disposed(b""), NAMELESS),
    "type-alone": (disposed(b"form-data"), NAMELESS),
    "attachment": (disposed(b'attachment; name="a"'), ONE),
    "no-type": (disposed(b'name="a"'), NAMELESS),
    "semicolon-first": (disposed(b'; name="a"'), ONE),
    "semicolons": (disposed(b'form-data;;;; name="a";;;;'), ONE),
    "semicolons-32": (disposed(b"form-data" + b";" * 32 + b"name=a"), ONE),
    "semicolons-33": (disposed(b"form-data" + b";" * 33 + b"name=a"), 400),
    "semicolons-many": (disposed(b"form-data" + b";" * 8000 + b"name=a"), 400),
    "token": (disposed(b"form-data; name=a"), ONE),
    "single-quotes": (disposed(b"form-data; name='a'"), {"'a'": "1"}),
    "no-equals": (disposed(b"form-data; name"), NAMELESS),
    "equals-twice": (disposed(b"form-data; name==a"), {"=a": "1"}),
    "no-value": (disposed(b"form-data; name="), {"": "1"}),
    "open-quote": (disposed(b'form-data; name="a'), {'"a': "1"}),
    "quote-alone": (disposed(b'form-data; name="'), {'"': "1"}),
    "quotes-many": (disposed(b"form-data; name=" + b'"' * 8000), 200),
    "backslashes-many": (disposed(b'form-data; name="' + b"\\" * 8000), 400),
    "escapes-many": (disposed(b'form-data; name="' + b'\\"' * 4000 + b'"'), 400),
    "escaped-quote": (disposed(b'form-data; name="a\\"b"'), {'a"b': "1"}),
    "escaped-backslash": (disposed(b'form-data; name="a\\\\"'), {"a\\": "1"}),
    "escaped-end": (disposed(b'form-data; name="a\\"'), {"a\\": "1"}),
    "browser-quote": (disposed(b'form-data; name="a%22b"'), {'a"b': "1"}),
    "browser-crlf": (disposed(b'form-data; name="a%0D%0Ab"'), {"a\r\nb": "1"}),
    "percent": (disposed(b'form-data; name="100%"'), {"100%": "1"}),
    "percent-nul": (disposed(b'form-data; name="%00"'), {"%00": "1"}),
    "quote-then-more": (
        disposed(b'form-data; name="a"; filename="evil.exe'), {"a": upload('"evil.exe')}),
    "injected-file": (
        disposed(b'form-data; name="a\\"; filename=\\"evil.exe"'),
        {'a"; filename="evil.exe': "1"}),
    "semicolon-in-quotes": (disposed(b'form-data; name="a;b"'), {"a;b": "1"}),
    "comma": (disposed(b"form-data, name=a"), NAMELESS),
    "extended-name": (disposed(b"form-data; name*=utf-8''a"), NAMELESS),
    "continued-name": (disposed(b"form-data; name*0=a; name*1=b"), NAMELESS),
    "parameters-many": (disposed(b"form-data; name=a" + b";b=c" * 1900), 400),
    "dunder-parameters": (disposed(b"form-data; __class__=x; name=a"), ONE),
}  # fmt: skip

NAMES = {
    "empty": ("", ""),
    "space": (" ", " "),
    "dunder": ("__class__", "__class__"),
    "dunder-init": ("__init__", "__init__"),
    "proto": ("__proto__", "__proto__"),
    "dots": ("a.b.c", "a.b.c"),
    "brackets": ("a[0][b]", "a[0][b]"),
    "self": ("self", None),
    "args": ("args", "args"),
    "kwargs": ("kwargs", "kwargs"),
    "traversal": ("../../etc/passwd", "../../etc/passwd"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "sql": ("' or 1=1 --", "' or 1=1 --"),
    "format": ("{0.__class__}%s%(a)s", "{0.__class__}%s%(a)s"),
    "escape": ("\x1b[2J", "\x1b[2J"),
    "utf-8": ("\u2603", "\u2603"),
    "beyond-bmp": ("\U0001f600", "\U0001f600"),
    "bidi": ("\u202egpj.exe", "\u202egpj.exe"),
    "line-separator": ("a\u2028b", "a\u2028b"),
    "encoded-word": ("=?utf-8?q?a?=", "=?utf-8?q?a?="),
    "encoded-word-bad": ("=?nope?q?a?=", "=?nope?q?a?="),
    "long": ("n" * 8000, "n" * 8000),
    "one-latin-1": ("\xe9", "\xe9"),
    "combining": ("e\u0301", "e\u0301"),
}

RAW_NAMES = {
    "latin-1": (b"\xe9", "\xe9"),
    "high-bytes": (b"\xff\xfe", "\xff\xfe"),
    "overlong": (b"\xc0\xaf", "\xc0\xaf"),
    "utf-8-surrogate": (b"\xed\xa0\x80", "\xed\xa0\x80"),
    "cut-utf-8": (b"\xc3", "\xc3"),
    "c1": (b"\x85", "\x85"),
}

FILE_NAMES = {
    "plain": ("f.txt", "f.txt"),
    "traversal": ("../../etc/passwd", "passwd"),
    "traversal-windows": ("..\\\\..\\\\boot.ini", "boot.ini"),
    "traversal-mixed": ("..\\\\../x", "x"),
    "traversal-escaped": ("..%2f..%2fx", "..%2f..%2fx"),
    "absolute": ("/etc/passwd", "passwd"),
    "drive": ("C:\\\\dir\\\\x.txt", "x.txt"),
    "drive-single": ("C:\\dir\\x.txt", "x.txt"),
    "unc": ("\\\\\\\\host\\\\share\\\\x", "x"),
    "stream": ("x.txt::$DATA", "x.txt::$DATA"),
    "device": ("CON", "CON"),
    "device-extension": ("NUL.txt", "NUL.txt"),
    "device-port": ("COM1", "COM1"),
    "dots": ("..", "_"),
    "dot": (".", "_"),
    "dots-space": (".. ", "_"),
    "slash": ("/", "_"),
    "slash-end": ("dir/", "_"),
    "spaces": ("   ", "_"),
    "hidden": (".htaccess", ".htaccess"),
    "two-extensions": ("x.php.txt", "x.php.txt"),
    "trailing-dot": ("x.txt.", "x.txt."),
    "escape": ("\x1b]0;x\x07", "]0;x"),
    "delete": ("a\x7fb", "ab"),
    "browser-crlf": ("a%0D%0AX-Evil: 1", "aX-Evil: 1"),
    "browser-quote": ("a%22b", 'a"b'),
    "quote": ('a\\"b', 'a"b'),
    "semicolon": ("a;b.txt", "a;b.txt"),
    "markup": ("<script>alert(1)<&>", "<script>alert(1)<&>"),
    "shell": ("$(reboot)`reboot`;|&", "$(reboot)`reboot`;|&"),
    "format": ("%s{0}%n", "%s{0}%n"),
    "encoded-word": ("=?utf-8?b?Li4vLi4veA==?=", "=?utf-8?b?Li4vLi4veA==?="),
    "utf-8": ("\u2603.txt", "\u2603.txt"),
    "bidi": ("\u202etxt.exe", "\u202etxt.exe"),
    "full-width-slash": ("..\uff0fx", "..\uff0fx"),
    "long": ("f" * 8000, "f" * 8000),
    "long-path": ("d/" * 3900 + "f", "f"),
    "only-slashes": ("/" * 8000, "_"),
    "dash": ("-rf", "-rf"),
    "tilde": ("~root", "~root"),
}

# Every one of them is refused: a file name that cannot be told is no file name (RFC 8187).
BAD_EXTENDED = {
    "empty": b"",
    "word": b"x",
    "no-quotes": b"utf-8",
    "percent-alone": b"utf-8''100%",
    "percent-letters": b"utf-8''%zz",
    "one-quote": b"utf-8'x",
    "no-charset": b"''x",
    "undecodable": b"utf-8''%FF",
    "overlong": b"utf-8''%C0%AF",
    "surrogate": b"utf-8''%ED%A0%80",
    "cut": b"utf-8''%C3",
    "bytes": b"utf-8''\xff",
    "space": b"utf-8''a b",
    "quote": b"utf-8''a\"b",
    "slash": b"utf-8''../x",
    "language": b"utf-8'e n'x",
    "rot13": b"rot13''x",
    "hex": b"hex''61",
    "zlib": b"zlib''x",
    "idna": b"idna''x",
    "undefined": b"undefined''x",
    "unicode-escape": b"unicode_escape''x",
    "utf-16": b"utf-16''a",
    "utf-7": b"utf-7''+ADw-",
    "path": b"../x''y",
    "nul": b"utf-8\x00''x",
    "long-charset": b"u" * 5000 + b"''x",
    "long-word": b"x" * 5000,
    "markup": b"<script>''x",
    "dunder": b"__class__''x",
    "three-quotes": b"utf-8''a'b",
    "in-open-quotes": b"\"utf-8''x",
}

GOOD_EXTENDED = {
    "utf-8": (b"UTF-8''f.txt", "f.txt"),
    "language": (b"utf-8'en-GB'f.txt", "f.txt"),
    "latin-1": (b"iso-8859-1''%FC", "\xfc"),
    "euro": (b"utf-8''%E2%82%AC", "\u20ac"),
    "traversal": (b"utf-8''..%2F..%2Fx", "x"),
    "traversal-windows": (b"utf-8''..%5C..%5Cx", "x"),
    "dots": (b"utf-8''..", "_"),
    "nul": (b"utf-8''a%00b", "ab"),
    "crlf": (b"utf-8''a%0D%0AX-Evil%3A1", "aX-Evil:1"),
    "quoted": (b"\"utf-8''f.txt\"", "f.txt"),
    "twice-escaped": (b"utf-8''%252e%252e%252fx", "%2e%2e%2fx"),
    "long": (b"utf-8''" + b"x" * 8000, "x" * 8000),
}

# -- types and charsets -----------------------------------------------------------------------

CHARSETS_REFUSED = [
    *("nope", "rot13", "hex", "zlib", "bz2", "base64", "idna", "punycode", "undefined"),
    *("unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "utf-32", "utf-8-sig"),
    *("../x", "cp037", "mbcs", "uu", "quopri", "string_escape", "<script>", "A" * 900),
    *("encodings.utf_8", "os", "__class__", "utf_8_", "\xff", "unknown-8bit", "x-user-defined"),
]  # fmt: skip


def typed(text, content=b"1", head=NAMED):
    """Return a form of one part of that Content-Type."""
    return with_lines(head, b"Content-Type: " + text, content=content)


TYPES = {
    "none": (with_lines(NAMED, content="\u2603".encode()), {"a": "\u2603"}),
    "empty": (typed(b""), ONE),
    "empty-charset": (typed(b"text/plain; charset="), 415),
    "blank-charset": (typed(b'text/plain; charset=" "'), 415),
    "utf-8": (typed(b"text/plain; charset=utf-8", "\u2603".encode()), {"a": "\u2603"}),
    "utf-8-upper": (typed(b"TEXT/PLAIN; CHARSET=UTF-8", "\u2603".encode()), {"a": "\u2603"}),
    "utf-8-quoted": (typed(b'text/plain; charset="utf-8"'), ONE),
    "utf-8-single-quotes": (typed(b"text/plain; charset='utf-8'"), ONE),
    "us-ascii": (typed(b"text/plain; charset=us-ascii"), ONE),
    "us-ascii-beyond": (typed(b"text/plain; charset=us-ascii", "\xe9".encode()), {"a": "\xe9"}),
    "latin-1": (typed(b"text/plain; charset=iso-8859-1", b"\xe9"), {"a": "\xe9"}),
    "undecodable": (with_lines(NAMED, content=b"\xff"), 400),
    "undecodable-utf-8": (typed(b"text/plain; charset=utf-8", b"\xc3"), 400),
    "overlong": (with_lines(NAMED, content=b"\xc0\xaf"), 400),
    "surrogate": (with_lines(NAMED, content=b"\xed\xa0\x80"), 400),
    "undecodable-file": (with_lines(UPLOAD, content=b"\xff"), {"a": upload(content="\xff")}),
    "undecodable-late": (form(named(b"b"), part(b"\xff")), 400),
    "nul": (with_lines(NAMED, content=b"\x00"), {"a": "\x00"}),
    "utf-16-content": (with_lines(NAMED, content="a".encode("utf-16-le")), {"a": "a\x00"}),
    "bom": (with_lines(NAMED, content=b"\xef\xbb\xbfa"), {"a": "\ufeffa"}),
    "charset-twice": (typed(b"text/plain; charset=utf-8; charset=rot13"), 415),
    "html": (typed(b"text/html", b"<script>"), {"a": "<script>"}),
    "json": (typed(b"application/json", b"{}"), {"a": "{}"}),
    "urlencoded": (typed(b"application/x-www-form-urlencoded", b"x=1&y=2"), {"a": "x=1&y=2"}),
    "octets": (typed(b"application/octet-stream"), ONE),
    "octets-undecodable": (typed(b"application/octet-stream", b"\xff"), 400),
    "garbage": (typed(b"garbage"), ONE),
    "slash": (typed(b"/"), ONE),
    "markup": (typed(b"<script>alert(1)</script>"), ONE),
    "dunder": (typed(b"__class__/__init__"), ONE),
    "semicolons": (typed(b";" * 8000), ONE),
    "quotes": (typed(b'"' * 8000), ONE),
    "parameters": (typed(b"text/plain" + b";a=b" * 1900), ONE),
    "message": (typed(b"message/rfc822", b"Subject: x"), {"a": "Subject: x"}),
    "multipart-file": (
        typed(b"multipart/mixed", head=UPLOAD), {"a": upload(kind="multipart/mixed")}),
    "partial": (typed(b"message/external-body; access-type=URL"), ONE),
    "file-html": (
        typed(b"text/html", b"<script>", UPLOAD),
        {"a": upload(content="<script>", kind="text/html")}),
    "file-type-crlf": (
        with_lines(UPLOAD, b"Content-Type: text/plain\x0b\x0cx"),
        {"a": upload(kind="text/plain\x0b\x0cx")}),
    "charset-field": (
        form(named(b"_charset_", b"rot13"), part()), {"_charset_": "rot13", **ONE}),
    "charset-field-bad": (form(named(b"_charset_", b"x" * 900), part(b"\xff")), 400),
}  # fmt: skip

# -- what stands in params --------------------------------------------------------------------

PARAMS = {
    "repeated": (form(part(b"1"), part(b"2"), part(b"3")), {"a": ["1", "2", "3"]}),
    "field-and-file": (form(part(), part(head=UPLOAD)), {"a": ["1", upload()]}),
    "file-and-field": (form(part(head=UPLOAD), part()), {"a": [upload(), "1"]}),
    "files": (form(part(head=UPLOAD) * 2), {"a": [upload()] * 2}),
    "order": (form(named(b"z"), named(b"y"), named(b"x")), {"z": "1", "y": "1", "x": "1"}),
    "empty-file-name": (
        form(part(b"", NAMED + b'; filename=""')), {"a": upload("", "")}),
    "empty-file-name-content": (
        form(part(b"1", NAMED + b'; filename=""')), {"a": upload("", "1")}),
    "token-file-name": (form(part(head=NAMED + b"; filename=f.txt")), {"a": upload()}),
    "file-name-first": (
        form(part(head=b'Content-Disposition: form-data; filename="f.txt"; name="a"')),
        {"a": upload()}),
    "file-without-name": (
        form(part(head=b'Content-Disposition: form-data; filename="f.txt"')), NAMELESS),
    "extended-wins": (
        form(part(head=NAMED + b"; filename=\"x\"; filename*=utf-8''f.txt")), {"a": upload()}),
    "extended-first-wins": (
        form(part(head=NAMED + b"; filename*=utf-8''f.txt; filename=\"x\"")), {"a": upload()}),
    "extended-bad-beside-good": (
        form(part(head=NAMED + b"; filename=\"x\"; filename*=nope")), 400),
    "nameless-many": (form(part(head=b"X: 1") * 999), 200),
    "nameless-undecodable": (form(part(b"\xff", b"X: 1")), NAMELESS),
    "crlf-in-content": (form(part(b"a\r\nX-Evil: 1")), {"a": "a\r\nX-Evil: 1"}),
    "binary-file": (
        form(part(bytes(range(200)), UPLOAD)),
        {"a": upload(content=bytes(range(200)).decode("latin-1"))}),
}  # fmt: skip


def name_row(id, name, expected):
    """Return a row for a field of that name; None: the page has no room for it."""
    params = None if expected is None else {expected: "1"}
    status = 200 if expected is not None else 400
    return send(f"name-{id}", status, form(named(name)), params)


def file_row(id, head, filename):
    """Return a row for a file of that name."""
    lines = b'Content-Disposition: form-data; name="a"; ' + head
    return send(id, 200, with_lines(lines), {"a": upload(filename)})


ROWS = [
    *rows("syntax", SYNTAX, lacks="X-Evil"),
    *rows("framing", FRAMING),
    *rows("twice", TWICE),
    *rows("disposition", DISPOSITIONS),
    *(name_row(id, text.encode(), name) for id, (text, name) in NAMES.items()),
    *(name_row(f"raw-{id}", data, name) for id, (data, name) in RAW_NAMES.items()),
    *(
        file_row(f"file-{id}", b'filename="%b"' % text.encode(), filename)
        for id, (text, filename) in FILE_NAMES.items()
    ),
    *(
        file_row(f"extended-{id}", b"filename*=" + data, filename)
        for id, (data, filename) in GOOD_EXTENDED.items()
    ),
    *(
        send(f"extended-bad-{id}", 400, disposed(b"form-data; name=a; filename*=" + data))
        for id, data in BAD_EXTENDED.items()
    ),
    *(
        send(
            f"charset-{name[:20]}",
            415,
            typed(f"text/plain; charset={name}".encode("latin-1")),
            lacks="<script>",
        )
        for name in CHARSETS_REFUSED
    ),
    *(
        send(
            f"charset-file-{name[:20]}",
            200,
            typed(f"text/plain; charset={name}".encode("latin-1"), head=UPLOAD),
            {"a": upload()},
        )
        for name in CHARSETS_REFUSED
    ),
    *(
        send(
            f"charset-read-file-{name[:20]}",
            415,
            typed(f"text/plain; charset={name}".encode("latin-1"), head=UPLOAD),
            path="/texts",
        )
        for name in CHARSETS_REFUSED[:10]
    ),
    *(
        send(
            f"charset-body-{name[:20]}",
            415,
            form(part()),
            boundary=f"boundary=B; charset={name}",
        )
        for name in CHARSETS_REFUSED
    ),
    *rows("type", TYPES),
    *rows("params", PARAMS),
]
