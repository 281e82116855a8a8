"""Parameters of pages that annotate them: what fits no type is a 400, and says so safely."""

from hostile_row import FORM, Row, escaped

SOME_UUID = "8f14e45f-ceea-467f-a0e6-b5f3c1d2e3f4"


def ask(id, status, target, **others):
    """Return a row for a typed page."""
    path, _, query = target.partition("?")
    return Row(id, status, path, query, site="typed", **others)


# What no number is made of; each is sent to /whole, /real and /exact.
NO_NUMBERS = {
    "empty": "",
    "word": "x",
    "nan": "NaN",
    "signalling-nan": "sNaN",
    "infinity": "-Infinity",
    "inf": "inf",
    "underscore": "1_0",
    "hex": "0x10",
    "arabic": "%D9%A1",
    "fullwidth": "%EF%BC%91",
    "superscript": "%C2%B2",
    "rtl": "%E2%80%AE1",
    "zero-width": "1%E2%80%8B",
    "no-break-space": "%C2%A01",
    "nul": "1%00",
    "inner-newline": "1%0A2",
    "crlf": "%0D%0ASet-Cookie:%20a=b",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "two-signs": "--1",
    "digits-101": "9" * 101,
    "digits-4301": "9" * 4301,
    "digits-5000": "9" * 5000,
    "digits-60000": "9" * 60000,
    "zeros-5000": "0" * 5000,
    "template": "%25(status)s{0}{self}",
    "sql": "1%27%20OR%20%271",
    "private-use": "%EE%80%80",
    "noncharacter": "%EF%BF%BF",
    "emoji": "%F0%9F%92%A9",
    "comma": "1,5",
    "list": "[1]",
    "exponent-huge": "1e999999999",
    "exponent-9999": "1e9999",
}

NUMBERS = {
    "plain": ("/whole?n=5", "5"),
    "sign": ("/whole?n=%2B5", "5"),
    "blank": ("/whole?n=+5%0A", "5"),
    "zeros": ("/whole?n=007", "7"),
    "digits-100": ("/whole?n=" + "9" * 100, "9" * 100),
    "negative-zero": ("/real?n=-0", "-0.0"),
    "underflow": ("/real?n=1e-999", "0.0"),
    "exact-exponent": ("/exact?n=1e999", "1" + "0" * 999),
    "exact-tiny": ("/exact?n=1e-999", "1E-999"),
    "text-controls": ("/text?n=%00%1B", "'\\\\x00\\\\x1b'"),
    "text-rtl": ("/text?n=%E2%80%AE", "'\\\\u202e'"),
    "text-huge": ("/text?n=" + "x" * 60000, "x" * 60000),
    "none": ("/when?day=&at=", "None None"),
    "list": ("/many?n=1&n=2&s=b&s=a&s=b", "[1, 2] ['a', 'b']"),
    "list-1000": ("/many?" + "&".join(["n=1"] * 1000), "1, 1, 1"),
    "either-date": ("/either?n=2024-02-29", "datetime.date(2024, 2, 29)"),
    "either-text": ("/either?t=%3Cb%3E", "<b>"),
    "either-number": ("/either?t=5", "None 5"),
}

UNFIT = {
    "real-1e999": ("/real?n=1e999", "'1e999'"),
    "real-minus-1e400": ("/real?n=-1e400", "must be a number"),
    "exact-1e1000": ("/exact?n=1e1000", "must be a number"),
    "bool-empty": ("/truth?n", "must be true or false"),
    "bool-two": ("/truth?n=2", "must be true or false"),
    "bool-dotless-i": ("/truth?n=f%C4%B1", "must be true or false"),
    "date-31st": ("/when?day=2024-02-31", "must be a date"),
    "date-year-0": ("/when?day=0000-01-01", "must be a date"),
    "date-arabic": ("/when?day=%D9%A2024-01-01", "must be a date"),
    "date-week": ("/when?day=2024-W01-1", "must be a date"),
    "time-24": ("/when?at=2024-01-01T24:00", "must be a date and time"),
    "time-zone": ("/when?at=2024-01-01T00:00%2B99:99", "must be a date and time"),
    "time-long": ("/when?at=2024-01-01T00:00:00." + "0" * 50000, "must be a date and time"),
    "enum": ("/choice?shade=__class__", "must be one of 'light', 'dark'"),
    "enum-case": ("/choice?shade=Light", "must be one of 'light', 'dark'"),
    "enum-mangled": ("/choice?shade=_value2member_map_", "must be one of"),
    "literal": ("/choice?sort=UP", "must be one of 'up', 'down'"),
    "literal-twice": ("/choice?sort=up&sort=down", "given once, not 2 times"),
    "uuid-urn": (f"/unique?n=urn:uuid:{SOME_UUID}", "must be a UUID"),
    "uuid-braces": (f"/unique?n=%7B{SOME_UUID}%7D", "must be a UUID"),
    "uuid-long": ("/unique?n=" + "a" * 60000, "must be a UUID"),
    "uuid-arabic": (f"/unique?n=%D9%A1{SOME_UUID[1:]}", "must be a UUID"),
    "list-one-bad": ("/many?n=1&n=x&n=3", "must be a whole number, not 'x'"),
    "list-comma": ("/many?n=1,2", "must be a whole number"),
    "list-blank": ("/many?n=1&n=", "must be a whole number"),
    "either": ("/either?n=x", "must be a whole number or a date such as"),
    "twice": ("/whole?n=1&n=2", "given once, not 2 times"),
    "thousand-times": ("/whole?" + "n=1&" * 1000, "given once, not 1000 times"),
    "text-twice": ("/text?n=1&n=2", "must be text, given once"),
    "all-told": ("/several?a=x&b=y&c=z", "'c' must be a whole number"),
    "required": ("/need?n=x&k=y", "'k' must be a whole number"),
}

# Not names that the page knows: the call does not fit, as on any other page.
UNKNOWN = {
    "brackets": "/whole?n[]=1",
    "nested-brackets": "/whole?n[a][b]=1",
    "many-brackets": "/whole?n" + "[" * 20000 + "=1",
    "dots": "/whole?n.real=1",
    "dunder": "/whole?__class__=1",
    "self": "/whole?self=1",
    "empty-name": "/whole?=1",
    "other-case": "/whole?N=1",
    "fullwidth-name": "/whole?%EF%BD%8E=1",
    "missing": "/need?n=1",
    "nothing": "/nowhere?n=x",
    "too-many-segments": "/whole/1/2",
    "segment-word": "/segments/x",
    "segment-nan": "/segments/1/nan",
    "segment-arabic": "/segments/\xd9\xa1",
    "segment-digits": "/segments/" + "9" * 5000,
    "segment-last-of-many": "/segments" + "/1" * 500 + "/x",
    "no-segment": "/segments",
}

FORMS = {
    "word": (b"n=x", 400),
    "number": (b"n=5", 200),
    "twice": (b"n=1&n=2", 400),
    "utf-16-digits": (b"n=\xfe\xff\x001", 400),
    "lone-surrogate": (b"n=%ED%A0%80", 400),
    "digits": (b"n=" + b"9" * 60000, 400),
}

PART = (
    b'--b\r\nContent-Disposition: form-data; name="n"%s\r\n\r\n%s\r\n--b\r\n'
    b'Content-Disposition: form-data; name="n"; filename=""\r\n\r\n\r\n--b--\r\n'
)
FILE = b'--b\r\nContent-Disposition: form-data; name="n"; filename="%s"\r\n\r\n5\r\n--b--\r\n'


def post(id, status, path, body, content_type=FORM, **others):
    """Return a row that posts a form to a typed page."""
    return ask(
        id,
        status,
        path,
        method="POST",
        body=body,
        environ={"CONTENT_TYPE": content_type},
        **others,
    )


MULTIPART = "multipart/form-data; boundary=b"

ROWS = [
    *(
        ask(
            f"{page}-{id}",
            400,
            f"/{page}?n={value}",
            contains="'n' must be a ",
            lacks="<script>",
        )
        for page in ("whole", "real", "exact")
        for id, value in NO_NUMBERS.items()
    ),
    *(ask(f"fits-{id}", 200, target, contains=text) for id, (target, text) in NUMBERS.items()),
    *(
        ask(f"unfit-{id}", 400, target, contains=text, lacks="x" * 100)
        for id, (target, text) in UNFIT.items()
    ),
    *(ask(f"unknown-{id}", 404, target) for id, target in UNKNOWN.items()),
    *(post(f"form-{id}", status, "/whole", body) for id, (body, status) in FORMS.items()),
    post("form-and-query", 400, "/whole?n=1", b"n=2", contains="given once"),
    post("file", 400, "/whole", FILE % b"a.txt", MULTIPART, contains="not a file"),
    post("file-without-name", 400, "/text", FILE % b"", MULTIPART, contains="not a file"),
    post("file-in-a-list", 400, "/many", FILE % b"a", MULTIPART, contains="not a file"),
    post("text-and-file", 400, "/whole", PART % (b"", b"5"), MULTIPART, contains="given once"),
    ask(
        "as-json",
        400,
        "/whole?n=" + escaped('"\\\x00\ud7ff'),
        environ={"HTTP_ACCEPT": "application/json"},
        contains='"pointer": "#/n"',
    ),
    ask("head", 400, "/whole?n=x", method="HEAD"),
    ask("undecodable", 404, "/whole?n=%FF"),
    ask("too-many", 400, "/many?" + "n=1&" * 1001),
]
