"""Multipart bodies: boundaries, structure, levels, types, and the limits on all of them."""

import io
import json

from hostile_row import ABSENT, FORM, JSON, BrokenInput, Row, escaped

FORM_DATA = "multipart/form-data"
MEGABYTE = 1024 * 1024
MAX_PARTS = 1000
FIELD_LIMIT = 500 * 1024
NAMED = b'Content-Disposition: form-data; name="a"'
UPLOAD = NAMED + b'; filename="f.txt"'


# -- what rows are made of --------------------------------------------------------------------


def part(content=b"1", head=NAMED, boundary=b"B"):
    """Return one part, its opening boundary before it."""
    return b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary, head, content)


def named(name, content=b"1"):
    """Return a field of that name."""
    return part(content, b'Content-Disposition: form-data; name="%b"' % name)


def form(*parts, end=b"--B--\r\n"):
    """Return a body of parts."""
    return b"".join(parts) + end


def upload(filename="f.txt", content="1", name="a", kind="text/plain", **others):
    """Return what the page says of an upload."""
    shown = {"name": name, "filename": filename, "type": kind, "content": content}
    return {**shown, "size": len(content), **others}


def inner(content="1", name=None, kind="text/plain", **others):
    """Return what the page says of a part that is no file."""
    return upload(None, content, name, kind, **others)


def says(expected):
    """Return what the page answers where these are the params."""
    return json.dumps({"params": expected} if expected else {})


def send(id, status, body, params=None, boundary="boundary=B", path="/", **others):
    """Return a row that posts multipart; `params`: what must be read of it."""
    others = {"site": "uploads", "kind": FORM_DATA, "environ": {}, **others}
    kind = others.pop("kind")
    others["environ"] = {"CONTENT_TYPE": f"{kind}; {boundary}", **others["environ"]}
    if params is not None:
        others["contains"] = says(params)
    return Row(id, status, path, method="POST", body=body, **others)


def rows(prefix, cases, **others):
    """Return a row for each case: a status that refuses the body, or the params it gives."""
    return [
        send(f"{prefix}-{id}", expected, body, **others)
        if isinstance(expected, (int, tuple))
        else send(f"{prefix}-{id}", 200, body, expected, **others)
        for id, (body, expected) in cases.items()
    ]


# -- boundaries -------------------------------------------------------------------------------

# None of them is a boundary of at most 201 printable characters that ends in no space.
BAD_BOUNDARIES = {
    "missing": "x=y",
    "empty": "boundary=",
    "empty-quoted": 'boundary=""',
    "spaces": 'boundary="   "',
    "space-at-end": 'boundary="B "',
    "tab": 'boundary="B\tB"',
    "newline": 'boundary="B\nB"',
    "crlf": 'boundary="B\r\nX-Evil: 1"',
    "nul": "boundary=B\x00",
    "escape": "boundary=\x1b[2J",
    "delete": "boundary=B\x7f",
    "latin-1": "boundary=\xe9",
    "utf-8": "boundary=\xe2\x98\x83",
    "202": "boundary=" + "B" * 202,
    "1000": "boundary=" + "B" * 1000,
    "5000": "boundary=" + "B" * 5000,
    "64k": "boundary=" + "B" * 65536,
    "64k-spaces": "boundary=" + " " * 65536 + "B",
    "64k-parameters": "a=b;" * 16384 + "boundary=B",
    "misspelled": "bondary=B",
    "continued": "boundary*0=B; boundary*1=C",
    "extended": "boundary*=utf-8''B",
    "other-separator": "a, boundary=B",
}

# The boundary, and how the Content-Type says it.
GOOD_BOUNDARIES = {
    "quoted": ("B", '"B"'),
    "upper-parameter": ("B", "B; CHARSET=utf-8"),
    "spaces-around": ("B", " B "),
    "one-dash": ("-", "-"),
    "dashes": ("----", "----"),
    "ends-in-dashes": ("B--", "B--"),
    "begins-in-dashes": ("--B", "--B"),
    "regex": (".*", ".*"),
    "regex-group": ("(?P<a>a)+$", '"(?P<a>a)+$"'),
    "regex-class": ("[^B]|B", '"[^B]|B"'),
    "percent": ("%s%(a)s%00", "%s%(a)s%00"),
    "braces": ("{0}{a}", "{0}{a}"),
    "markup": ("<script>alert(1)</script>", '"<script>alert(1)</script>"'),
    "space-inside": ("B B", '"B B"'),
    "semicolon": ("B;C", '"B;C"'),
    "comma": ("B,C", '"B,C"'),
    "equals": ("B=C", '"B=C"'),
    "colon": ("a: b", '"a: b"'),
    "quote": ('B"C', '"B\\"C"'),
    "backslash": ("B\\C", '"B\\\\C"'),
    "single-quotes": ("'B'", "'B'"),
    "70": ("B" * 70, "B" * 70),
    "200": ("B" * 200, "B" * 200),
    "201": ("B" * 201, "B" * 201),
    "one": ("1", "1"),
    "dunder": ("__class__", "__class__"),
    "last-counts": ("B", "A; boundary=B"),
    "chrome": ("----WebKitFormBoundary7MA4YWxkTrZu0gW",) * 2,
    "firefox": ("---------------------------9051914041544843365972754266",) * 2,
    "curl": ("------------------------d74496d66958873e",) * 2,
    "header-like": ("Content-Disposition: x", '"Content-Disposition: x"'),
}


def with_boundary(boundary):
    """Return a form of one field."""
    encoded = boundary.encode()
    return part(boundary=encoded) + b"--%b--\r\n" % encoded


# Contents that hold what looks like the boundary: content => it ends at the real one only.
LOOK_ALIKES = {
    "no-newline": b"--B",
    "dash-missing": b"x\r\n-B\r\n",
    "shorter": b"\r\n--",
    "other-case": b"\r\n--b\r\n",
    "lf": b"x\n--B\n",
    "lf-end": b"x\n--B--\n",
    "cr": b"x\r--B\r",
    "lf-cr": b"x\n\r--B",
    "space": b"x\r\n --B",
    "end-inside": b"x--B--",
    "half": b"\r\n--\r\n--\r\n-",
    "many-halves": b"\r\n-" * 5000,
    "many-cr": b"\r" * 5000,
    "many-crlf": b"\r\n" * 5000,
    "many-crlf-dash-dash": b"\r\n--" * 5000,
    "cr-at-end": b"x\r",
    "crlf-at-end": b"x\r\n",
    "nul": b"\x00\r\n\x00--B",
    "header": b'Content-Disposition: form-data; name="b"\r\n\r\n2',
}

# The boundary stands on a line's beginning, but the line goes on.
LONGER = {
    "letter": b"x\r\n--BB\r\n",
    "space": b"x\r\n--B \r\n",
    "tab": b"x\r\n--B\t\r\n",
    "lf": b"x\r\n--B\n",
    "cr": b"x\r\n--B\r",
    "one-dash": b"x\r\n--B-",
    "nul": b"x\r\n--B\x00\x00",
}

# -- structure --------------------------------------------------------------------------------

WHOLE = form(part(b"one"), part(b"two", UPLOAD), end=b"--B--")
CUTS = {
    "in-dashes": b"-",
    "in-boundary": b"--",
    "before-cr": b"--B",
    "before-lf": b"--B\r",
    "before-head": b"--B\r\n",
    "in-header-name": b"--B\r\nContent-Dis",
    "before-colon": b"--B\r\nContent-Disposition",
    "behind-colon": b"--B\r\nContent-Disposition:",
    "in-quotes": b'--B\r\nContent-Disposition: form-data; name="',
    "before-header-cr": b"--B\r\n" + NAMED,
    "before-header-lf": b"--B\r\n" + NAMED + b"\r",
    "before-blank": b"--B\r\n" + NAMED + b"\r\n",
    "in-blank": b"--B\r\n" + NAMED + b"\r\n\r",
    "before-content": b"--B\r\n" + NAMED + b"\r\n\r\n",
    "in-content": b"--B\r\n" + NAMED + b"\r\n\r\non",
    "before-content-cr": b"--B\r\n" + NAMED + b"\r\n\r\none",
    "before-content-lf": b"--B\r\n" + NAMED + b"\r\n\r\none\r",
    "before-second": part(b"one"),
    "in-second-dashes": part(b"one") + b"-",
    "in-second": part(b"one") + b"--",
    "behind-second": part(b"one") + b"--B",
    "second-cr": part(b"one") + b"--B\r",
    "second-head": part(b"one") + b"--B\r\n" + UPLOAD,
    "in-file": part(b"one") + b"--B\r\n" + UPLOAD + b"\r\n\r\ntw",
    "before-end": part(b"one") + part(b"two", UPLOAD),
    "in-end": part(b"one") + part(b"two", UPLOAD) + b"--B",
    "one-dash-of-end": part(b"one") + part(b"two", UPLOAD) + b"--B-",
}

ONE = {"a": "1"}
STRUCTURES = {
    "end-alone": (b"--B--", {}),
    "end-alone-crlf": (b"--B--\r\n", {}),
    "no-crlf-behind-end": (form(part(), end=b"--B--"), ONE),
    "crlf-before": (b"\r\n" + form(part()), ONE),
    "preamble": (b"preamble\r\n" + form(part()), ONE),
    "preamble-1mb": (b"x" * MEGABYTE + b"\r\n" + form(part()), ONE),
    "preamble-newlines": (b"\r\n" * 50000 + form(part()), ONE),
    "preamble-no-crlf": (b"preamble" + form(part()), 400),
    "preamble-lf": (b"preamble\n" + form(part()), 400),
    "preamble-without-parts": (b"x" * 5000, 400),
    "one-space-before": (b" " + form(part()), 400),
    "epilogue": (form(part(), end=b"--B--\r\nepilogue"), ONE),
    "epilogue-no-crlf": (form(part(), end=b"--B--epilogue"), ONE),
    "epilogue-1mb": (form(part(), end=b"--B--\r\n" + b"x" * MEGABYTE), ONE),
    "parts-behind-end": (form(part()) + form(named(b"b")), ONE),
    "end-twice": (form(part()) + b"--B--\r\n", ONE),
    "end-first": (b"--B--\r\n" + form(part()), {}),
    "end-with-three-dashes": (form(part(), end=b"--B---\r\n"), ONE),
    "end-with-one-dash": (form(part(), end=b"--B-\r\n"), 400),
    "end-as-boundary": (form(part(), end=b"--B\r\n"), 400),
    "three-dashes": (b"-" + form(part()), 400),
    "four-dashes": (b"----B\r\n" + NAMED + b"\r\n\r\n1\r\n----B--\r\n", 400),
    "no-dashes": (b"B\r\n" + NAMED + b"\r\n\r\n1\r\nB--\r\n", 400),
    "other-boundary": (form(part()).replace(b"--B", b"--C"), 400),
    "lower-boundary": (form(part()).replace(b"--B", b"--b"), 400),
    "lf-only": (form(part()).replace(b"\r\n", b"\n"), 400),
    "cr-only": (form(part()).replace(b"\r\n", b"\r"), 400),
    "lf-cr": (form(part()).replace(b"\r\n", b"\n\r"), 400),
    "cr-cr-lf": (form(part()).replace(b"\r\n", b"\r\r\n"), 400),
    "lf-behind-boundary": (b"--B\n" + NAMED + b"\r\n\r\n1\r\n--B--\r\n", 400),
    "lf-behind-header": (b"--B\r\n" + NAMED + b"\n\r\n1\r\n--B--\r\n", 400),
    "lf-for-blank": (b"--B\r\n" + NAMED + b"\r\n\n1\r\n--B--\r\n", 400),
    "lf-before-end": (b"--B\r\n" + NAMED + b"\r\n\r\n1\n--B--\r\n", 400),
    "no-blank": (b"--B\r\n" + NAMED + b"\r\n1\r\n--B--\r\n", 400),
    "no-blank-no-content": (b"--B\r\n" + NAMED + b"\r\n--B--\r\n", 400),
    "no-head": (b"--B\r\n\r\n1\r\n--B--\r\n", 200),
    "no-content": (b"--B\r\n" + NAMED + b"\r\n\r\n--B--\r\n", 400),
    "empty-content": (form(part(b"")), {"a": ""}),
    "empty-parts": (form(part(b""), part(b""), part(b"")), {"a": ["", "", ""]}),
    "nothing-between": (b"--B\r\n--B\r\n--B--\r\n", 400),
    "space-behind-boundary": (b"--B \r\n" + NAMED + b"\r\n\r\n1\r\n--B--\r\n", 400),
    "tab-behind-boundary": (b"--B\t\r\n" + NAMED + b"\r\n\r\n1\r\n--B--\r\n", 400),
    "space-behind-end": (form(part(), end=b"--B-- \r\n"), ONE),
    "nothing": (b"", {}),
    "urlencoded": (b"a=1", 400),
    "json": (b'{"a": 1}', 400),
    "newlines": (b"\n" * 5000, 400),
    "nuls": (b"\x00" * 5000, 400),
    "dashes": (b"-" * 5000, 400),
    "bytes": (bytes(range(256)) * 10, 400),
    "header-twice-blank": (b"--B\r\n" + NAMED + b"\r\n\r\n\r\n\r\n1\r\n--B--\r\n",
                           {"a": "\r\n\r\n1"}),
    "utf-16": (form(part()).decode().encode("utf-16"), 400),
    "bom": (b"\xef\xbb\xbf" + form(part()), 400),
    "gzip": (b"\x1f\x8b\x08\x00" + form(part()), 400),
    "boundary-twice": (b"--B\r\n" + form(part()), 400),
}  # fmt: skip

# -- levels and types -------------------------------------------------------------------------


def nested(boundary, *parts, kind=b"multipart/mixed", head=NAMED):
    """Return a part with a boundary of its own around `parts`, each without one."""
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, one) for one in parts)
    return part(
        body + b"--%b--" % boundary,
        head + b"\r\nContent-Type: %b; boundary=%b" % (kind, boundary),
    )


LEAF = b"X-Leaf: 1\r\n\r\n1"
FIELD = NAMED + b"\r\n\r\n1"
MIXED = "multipart/mixed"
INNER = NAMED + b"\r\nContent-Type: multipart/mixed"
LEVELS = {
    "two": (
        form(nested(b"C", LEAF, LEAF)),
        {"a": inner("", "a", MIXED, parts=[inner(), inner()])},
    ),
    "two-empty": (form(nested(b"C")), 200),
    "two-cut": (form(part(b"--C\r\n\r\n1", INNER + b"; boundary=C")), 400),
    "two-without-boundary": (form(part(b"x", INNER)), 400),
    "two-bad-boundary": (form(part(b"x", INNER + b"; boundary=\x01")), 400),
    "two-same-boundary": (form(nested(b"B", LEAF)), 400),
    "two-inner-begins-as-outer": (form(nested(b"B-C", LEAF)), 400),
    "two-longer-boundary": (form(nested(b"BB", LEAF)), 400),
    "two-file": (
        form(nested(b"C", LEAF, head=UPLOAD)),
        {"a": upload("f.txt", "--C\r\nX-Leaf: 1\r\n\r\n1\r\n--C--", kind=MIXED)},
    ),
    "two-form-data": (form(nested(b"C", FIELD, kind=b"multipart/form-data")), 200),
    "two-part-over-fields": (form(nested(b"C", b"\r\n" + b"x" * (FIELD_LIMIT + 1))), 413),
    "two-parts-999": (form(nested(b"C", *[LEAF] * (MAX_PARTS - 1))), 200),
    "two-parts-1000": (form(nested(b"C", *[LEAF] * MAX_PARTS)), 413),
    "three": (
        form(
            nested(
                b"C",
                b"Content-Type: multipart/mixed; boundary=D\r\n\r\n--D\r\n\r\n1\r\n--D--",
            )
        ),
        400,
    ),
}  # fmt: skip


def deep(levels):
    """Return multipart in multipart in multipart."""
    body = b"\r\n1"
    for level in range(levels):
        mark = b"b%d" % level
        kind = b"Content-Type: multipart/mixed; boundary=" + mark
        body = kind + b"\r\n\r\n--%b\r\n%b\r\n--%b--" % (mark, body, mark)
    return form(b"--B\r\n" + NAMED + b"\r\n" + body + b"\r\n")


OTHER_TYPES = [
    *("mixed", "related", "alternative", "byteranges", "digest", "x-mixed-replace", "signed"),
    *("encrypted", "report", "parallel", "unknown", "form-dat", "form-datax", "*", "", "<b>"),
]


# -- limits -----------------------------------------------------------------------------------


def many(count, head=NAMED, content=b"1"):
    """Return a form of `count` parts."""
    return form(part(content, head) * count)


def headers(count, size=0):
    """Return a form whose one part has `count` headers, each with `size` bytes more."""
    lines = [b"X-%d: %b" % (number, b"x" * size) for number in range(count - 1)]
    return form(part(head=b"\r\n".join([NAMED, *lines])))


def head_of(size):
    """Return a form whose one part has headers of `size` bytes: names and values."""
    return form(part(head=NAMED + b"\r\nX: " + b"x" * (size - len(NAMED) + 2 - 1)))


def fields(size):
    """Return a form of two fields with `size` bytes together."""
    return form(named(b"a", b"x" * (size // 2)), named(b"b", b"x" * (size - size // 2)))


def whole(size):
    """Return a form of `size` bytes, all of them in a file."""
    empty = len(form(part(b"", UPLOAD)))
    return form(part(b"x" * (size - empty), UPLOAD))


LIMITS = {
    "parts-999": (many(999), 200),
    "parts-1000": (many(1000), 200),
    "parts-1001": (many(1001), 413),
    "parts-100000": (many(100000), 413),
    "parts-100000-empty": (form(b"--B\r\n\r\n\r\n" * 100000), 413),
    "files-1000": (many(1000, UPLOAD), 200),
    "files-1001": (many(1001, UPLOAD), 413),
    "files-2000": (many(2000, UPLOAD), 413),
    "headers-15": (headers(15), 200),
    "headers-16": (headers(16), 200),
    "headers-17": (headers(17), 413),
    "headers-10000": (headers(10000), 413),
    "header-bytes-8191": (head_of(8191), 200),
    "header-bytes-8192": (head_of(8192), 200),
    "header-bytes-8193": (head_of(8193), 413),
    "header-bytes-1mb": (head_of(MEGABYTE), 413),
    "header-bytes-many": (headers(10, 1000), 413),
    "header-bytes-no-end": (b"--B\r\nX: " + b"x" * MEGABYTE, 413),
    "field-bytes-limit-minus-1": (fields(FIELD_LIMIT - 1), 200),
    "field-bytes-limit": (fields(FIELD_LIMIT), 200),
    "field-bytes-limit-plus-1": (fields(FIELD_LIMIT + 1), 413),
    "field-bytes-many": (many(600, content=b"x" * 1000), 413),
    "field-bytes-1mb-newlines": (form(part(b"\n" * MEGABYTE)), 413),
    "file-1mb": (form(part(b"x" * MEGABYTE, UPLOAD)), 200),
    "file-3mb": (form(part(b"x" * 3 * MEGABYTE, UPLOAD)), 200),
    "file-1mb-newlines": (form(part(b"\n" * MEGABYTE, UPLOAD)), 200),
    "file-1mb-crlf": (form(part(b"\r\n" * (MEGABYTE // 2), UPLOAD)), 200),
    "file-1mb-half-boundaries": (form(part(b"\r\n--" * (MEGABYTE // 4), UPLOAD)), 200),
}

SMALL_LIMITS = {
    "parts-3": (many(3), {"a": ["1"] * 3}),
    "parts-4": (many(4), {"a": ["1"] * 4}),
    "parts-5": (many(5), 413),
    "parts-4-files": (many(4, UPLOAD), 200),
    "parts-5-files": (many(5, UPLOAD), 413),
    "headers-2": (headers(2), ONE),
    "headers-3": (headers(3), ONE),
    "headers-4": (headers(4), 413),
    "header-bytes-199": (head_of(199), ONE),
    "header-bytes-200": (head_of(200), ONE),
    "header-bytes-201": (head_of(201), 413),
    "field-bytes-99": (form(part(b"x" * 99)), {"a": "x" * 99}),
    "field-bytes-100": (form(part(b"x" * 100)), {"a": "x" * 100}),
    "field-bytes-101": (form(part(b"x" * 101)), 413),
    "field-bytes-two-100": (fields(100), {"a": "x" * 50, "b": "x" * 50}),
    "field-bytes-two-101": (fields(101), 413),
    "field-bytes-file": (form(part(b"x" * 200, UPLOAD)), {"a": upload(content="x" * 200)}),
    "field-bytes-nameless": (form(part(b"x" * 101, b"X: 1")), 413),
    "bytes-999": (whole(999), 200),
    "bytes-1000": (whole(1000), 200),
    "bytes-1001": (whole(1001), 413),
}

# -- programs that decide on parts ------------------------------------------------------------

EXE = form(part(), part(b"MZ", NAMED + b'; filename="evil.exe"'))


def to_site(id, status, body, site, **others):
    """Return a row for a site whose on_part does something."""
    return send(id, status, body, site=f"uploads_{site}", **others)


DECIDED = [
    to_site("on-part-passes", 200, form(part()), "refusing", params=ONE),
    to_site("on-part-passes-file", 200, form(part(head=UPLOAD)), "refusing"),
    to_site("on-part-refuses", 403, EXE, "refusing", contains="No such files: evil.exe"),
    to_site(
        "on-part-refuses-markup",
        403,
        form(part(head=NAMED + b'; filename="<script>alert(1)</script>"')),
        "refusing",
        lacks="<script>",
    ),
    to_site("on-part-refuses-before-the-rest", 403, EXE[:-9] + b"\x00" * 500, "refusing"),
    to_site("on-part-fails", 500, form(part()), "failing", is_programs_fault=True),
    to_site("on-part-not-asked", 200, form(), "failing", params={}),
    to_site("on-part-not-reached", 400, b"--B\r\nno colon\r\n\r\n", "failing"),
    to_site("on-part-gives-memory", 200, form(part(head=UPLOAD)), "given",
            params={"a": upload()}),
    to_site("on-part-gives-memory-field", 200, form(part()), "given",
            params={"a": inner(name="a")}),
    to_site("on-part-gives-memory-cut", 400, form(part(head=UPLOAD))[:-8], "given"),
    to_site("on-part-gives-memory-large", 200, form(part(b"x" * MEGABYTE)), "given"),
    to_site("on-part-full-disk", 500, form(part(head=UPLOAD)), "full", is_programs_fault=True),
    to_site("on-part-full-disk-cut", 500, form(part(head=UPLOAD))[:-8], "full",
            is_programs_fault=True),
]  # fmt: skip

# -- how it is sent, and to what --------------------------------------------------------------


def odd(id, status, content_type, body, **others):
    """Return a row with a Content-Type that does not fit its body."""
    environ = {"CONTENT_TYPE": content_type, **others.pop("environ", {})}
    others = {"site": "uploads", "path": "/", "method": "POST", **others}
    return Row(id, status, body=body, environ=environ, **others)


PLAIN_FORM = form(part())
TYPED = f"{FORM_DATA}; boundary=B"
CHUNKED = {
    "CONTENT_LENGTH": ABSENT,
    "HTTP_TRANSFER_ENCODING": "chunked",
    "wsgi.input_terminated": True,
}
SENT = [
    odd("as-urlencoded", 200, FORM, PLAIN_FORM, lacks='{"a": "1"}'),
    odd("urlencoded-as-it", 400, TYPED, b"a=1&b=2"),
    odd("as-json", 400, JSON, PLAIN_FORM, path="/json", site="plain"),
    odd("to-json", 415, TYPED, PLAIN_FORM, path="/json", site="plain"),
    odd("json-to-json", 415, TYPED, b"{}", path="/json", site="plain"),
    odd("as-octets", 200, "application/octet-stream", PLAIN_FORM, contains="{}"),
    odd("as-nothing", 200, ABSENT, PLAIN_FORM, contains="{}"),
    odd("as-text", 200, "text/plain; boundary=B", PLAIN_FORM, contains="{}"),
    odd("upper", 200, "MULTIPART/FORM-DATA; BOUNDARY=B", PLAIN_FORM, contains=says(ONE)),
    odd("spaces", 200, f"  {FORM_DATA}  ;  boundary = B  ", PLAIN_FORM, contains=says(ONE)),
    odd("no-space", 200, f"{FORM_DATA};boundary=B", PLAIN_FORM, contains=says(ONE)),
    odd("no-semicolon", 400, f"{FORM_DATA} boundary=B", PLAIN_FORM, lacks='{"a"'),
    odd("comma", 400, f"{FORM_DATA}, boundary=B", PLAIN_FORM, lacks='{"a"'),
    odd("two-types", 200, f"text/plain, {TYPED}", PLAIN_FORM, contains="{}"),
    odd("major-alone", 400, "multipart", PLAIN_FORM),
    odd("major-alone-boundary", 200, "multipart; boundary=B", PLAIN_FORM),
    odd("text-charset", 200, f"{TYPED}; charset=utf-8", PLAIN_FORM, contains=says(ONE)),
    odd("query-and-part", 200, TYPED, PLAIN_FORM, query="a=2",
        contains=says({"a": ["2", "1"]})),
    odd("query-and-file", 200, TYPED, form(part(head=UPLOAD)), query="a=2",
        contains=says({"a": ["2", upload()]})),
    odd("query-and-parts", 200, TYPED, many(2), query="a=2&a=3",
        contains=says({"a": ["2", "3", "1", "1"]})),
    odd("query-other", 200, TYPED, PLAIN_FORM, query="b=" + escaped("<b>"),
        contains=says({"b": "<b>", "a": "1"})),
    odd("get", 200, TYPED, PLAIN_FORM, method="GET", contains="{}"),
    odd("head", 200, TYPED, PLAIN_FORM, method="HEAD"),
    odd("delete", 200, TYPED, PLAIN_FORM, method="DELETE", contains="{}"),
    odd("put", 200, TYPED, PLAIN_FORM, method="PUT", contains=says(ONE)),
    odd("patch", 200, TYPED, PLAIN_FORM, method="PATCH", contains=says(ONE)),
    odd("brew", 200, TYPED, PLAIN_FORM, method="BREW", contains="{}"),
    odd("unexpected-field", 400, TYPED, form(named(b"b")), path="/one", site="plain"),
    odd("unexpected-markup", 400, TYPED, form(named(b"<script>alert(1)</script>")),
        path="/one", site="plain", lacks="<script>"),
    odd("expected-field", 200, TYPED, PLAIN_FORM, path="/one", site="plain"),
    odd("given-twice", 400, TYPED, PLAIN_FORM, path="/one/1", site="plain"),
    odd("to-nothing", 404, TYPED, PLAIN_FORM, path="/nothing", site="plain"),
    odd("read-with-params", 400, TYPED, PLAIN_FORM, path="/read", site="plain"),
    odd("no-length", 411, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": ABSENT}),
    odd("length-short", 400, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": "20"}),
    odd("length-of-end", 200, TYPED, PLAIN_FORM + b"--B\r\nmore", contains=says(ONE),
        environ={"CONTENT_LENGTH": str(len(PLAIN_FORM))}),
    odd("length-long", 400, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": "1000"}),
    odd("length-over-the-limit", 413, TYPED, b"", environ={"CONTENT_LENGTH": "9" * 12}),
    odd("length-negative", 400, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": "-1"}),
    odd("length-empty", 411, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": ""}),
    odd("length-zero", 200, TYPED, PLAIN_FORM, environ={"CONTENT_LENGTH": "0"}),
    odd("chunked", 200, TYPED, PLAIN_FORM, environ=CHUNKED, contains=says(ONE)),
    odd("chunked-cut", 400, TYPED, PLAIN_FORM[:-9], environ=CHUNKED),
    odd("chunked-empty", 400, TYPED, b"", environ=CHUNKED),
    odd("chunked-over", 413, TYPED, whole(1001), environ=CHUNKED, site="uploads_small"),
    odd("coding", 501, TYPED, PLAIN_FORM, environ={"HTTP_TRANSFER_ENCODING": "gzip"}),
    odd("no-boundary-empty", 400, FORM_DATA, b""),
    *(
        odd(f"broken-off-{len(data)}", 400, TYPED, None, environ={"CONTENT_LENGTH": "1000"},
            source=lambda data=data: BrokenInput(data))
        for data in (b"", b"--", PLAIN_FORM[:30], PLAIN_FORM[:-9])
    ),
    odd("broken-off-behind-end", 400, TYPED, None, environ={"CONTENT_LENGTH": "1000"},
        source=lambda: BrokenInput(PLAIN_FORM)),
    odd("drops", 200, TYPED, None, environ={"CONTENT_LENGTH": str(len(PLAIN_FORM))},
        source=lambda: Drops(PLAIN_FORM), contains=says(ONE)),
    odd("drops-cut", 400, TYPED, None, environ={"CONTENT_LENGTH": str(len(PLAIN_FORM))},
        source=lambda: Drops(PLAIN_FORM[:-1])),
    odd("only-parts", 200, TYPED, PLAIN_FORM, path="/only_parts", lacks="params"),
    odd("only-parts-bad", 400, TYPED, PLAIN_FORM[:-9], path="/only_parts"),
]  # fmt: skip


class Drops(io.RawIOBase):
    """A client that sends byte by byte."""

    def __init__(self, data):
        self.data = io.BytesIO(data)

    def readable(self):
        return True

    def read(self, size=-1):
        return self.data.read(min(1, size))


ROWS = [
    *(send(f"boundary-{id}", 400, PLAIN_FORM, boundary=text, lacks="X-Evil")
      for id, text in BAD_BOUNDARIES.items()),
    *(send(f"boundary-{id}", 200, with_boundary(mark), ONE, boundary=f"boundary={text}")
      for id, (mark, text) in GOOD_BOUNDARIES.items()),
    *(send(f"look-alike-{id}", 200, form(part(text)), {"a": text.decode()})
      for id, text in LOOK_ALIKES.items()),
    *(send(f"look-alike-file-{id}", 200, form(part(text, UPLOAD)),
           {"a": {**upload(content=text[:200].decode()), "size": len(text)}})
      for id, text in LOOK_ALIKES.items()),
    *(send(f"longer-{id}", 400, form(part(text))) for id, text in LONGER.items()),
    *(send(f"cut-{id}", 400, data) for id, data in CUTS.items()),
    *(send(f"cut-length-{id}", 400, data, environ={"CONTENT_LENGTH": str(len(WHOLE))})
      for id, data in CUTS.items()),
    *rows("structure", STRUCTURES),
    *rows("level", LEVELS),
    send("level-two-outer-begins-as-inner", 200, boundary="boundary=BB",
         body=nested(b"B", LEAF).replace(b"--B\r\n", b"--BB\r\n", 1) + b"--BB--",
         params={"a": inner("", "a", MIXED, parts=[inner()])}),
    *(send(f"level-{n}", status, deep(n)) for n, status in ((1, 200), (2, 400), (9, 400),
                                                             (500, 400))),
    *(send(f"type-{kind}", 200, PLAIN_FORM, ONE, kind=f"multipart/{kind}")
      for kind in ("form-data", "Form-Data")),
    *(send(f"type-other-{kind}", 200, PLAIN_FORM, kind=f"multipart/{kind}",
           contains='"params": {"a": "1"}') for kind in OTHER_TYPES),
    *(send(f"type-other-unnamed-{kind}", 200, form(part(head=b"X: 1")),
           kind=f"multipart/{kind}", contains='"params": {"parts": "1"}')
      for kind in OTHER_TYPES[:5]),
    *(send(f"type-other-cut-{kind}", 400, PLAIN_FORM[:-9], kind=f"multipart/{kind}")
      for kind in OTHER_TYPES[:5]),
    *(send(f"type-other-no-boundary-{kind}", 400, PLAIN_FORM, kind=f"multipart/{kind}",
           boundary="x") for kind in OTHER_TYPES[:5]),
    *rows("limit", LIMITS, path="/count"),
    *rows("small", SMALL_LIMITS, site="uploads_small"),
    *DECIDED,
    *SENT,
]  # fmt: skip
