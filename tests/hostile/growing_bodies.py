"""Bodies that grow: `n` periods of something costly in a form, a document or their parts."""

from __future__ import annotations

import io

from hostile_row import ABSENT, FORM, JSON, Row

MAX_FIELDS = 1000  # the default of request.body.max_fields
PART_HEADER_BYTES = 8000  # just under what a part may have

NAME = b'Content-Disposition: form-data; name="a"'
FILE = NAME + b'; filename="f"'
LONG = "-" * 200  # a boundary
DRIBBLED = 16 * 1024
TERMINATED = {
    "CONTENT_LENGTH": ABSENT,
    "HTTP_TRANSFER_ENCODING": "chunked",
    "wsgi.input_terminated": True,
}


class Dribble(io.BytesIO):
    """A body that comes a byte at a time, whatever is asked for.

    Servers gather what a client sends in small chunks, so rows have at most DRIBBLED bytes.
    """

    def read(self, size=-1):
        return super().read(1 if size else 0)


def post(period, content_type, page, start=b"", end=b""):
    """Return what makes a row with `n` periods in its body."""
    return lambda n: Row(
        "grow",
        200,
        page,
        method="POST",
        body=start + period * n + end,
        environ={"CONTENT_TYPE": content_type},
    )


def sent(make_body, content_type=FORM, page="/take", source=io.BytesIO, **environ):
    """Return what makes a row with the body that `make_body` makes of `n`."""

    def make_row(n):
        body = make_body(min(n, DRIBBLED) if source is Dribble else n)
        return Row(
            "grow",
            200,
            page,
            method="POST",
            body=body,
            source=lambda: source(body),
            environ={"CONTENT_TYPE": content_type, **environ},
        )

    return make_row


def named(make_pair, most=MAX_FIELDS):
    """Return what makes a form of as many pairs as are let in."""
    return sent(lambda n: "&".join(map(make_pair, range(min(n, most)))).encode())


def document(make_text):
    """Return what makes a row with the JSON document that `make_text` makes of `n`."""
    return sent(lambda n: make_text(n).encode(), JSON, "/json_size")


def multipart(make_body, boundary="b", **others):
    """Return what makes a row with a multipart body."""
    return sent(make_body, f"multipart/form-data; boundary={boundary}", **others)


def part(content=b"", headers=NAME, boundary="b"):
    """Return one part and its delimiter."""
    return b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary.encode(), headers, content)


def end(boundary="b"):
    """Return the last delimiter."""
    return b"--%b--\r\n" % boundary.encode()


def within(start, period, stop=b"", headers=FILE, boundary="b", **others):
    """Return what makes a row with `n` periods as the content of one part."""
    return multipart(
        lambda n: part(start + period * n + stop, headers, boundary) + end(boundary),
        boundary,
        **others,
    )


def heads(start, period, stop=b"", most=None):
    """Return what makes a row with `n` periods in headers, as many to a part as it may have."""
    each = min(most or PART_HEADER_BYTES, PART_HEADER_BYTES // len(period))

    def make_body(n):
        counts = [each] * (n // each) + [n % each]
        return b"".join(part(b"", start + period * count + stop) for count in counts) + end()

    return multipart(make_body)


def parts(headers, content=b"", most=MAX_FIELDS):
    """Return what makes a row with as many equal parts as are let in."""
    return multipart(lambda n: part(content, headers) * min(n, most) + end())


def typed(content_type):
    """Return a row with a small body of `content_type`."""
    return sent(lambda n: b"a=1", content_type)(1)


BODIES = {
    "form-pairs": post(b"a&", FORM, "/echo"),
    "form-escapes": post(b"%41", FORM, "/echo", b"a="),
    "form-broken-escapes": post(b"%", FORM, "/echo"),
    "json-wide": post(b"[],", JSON, "/json", b"[", b"1]"),
    "json-deep": post(b"[", JSON, "/json"),
    "json-digits": post(b"9", JSON, "/json"),
    "json-escapes": post(b"\\n", JSON, "/json", b'"', b'"'),
    # Forms, at their limits and beside them.
    "form-pairs-most": named(lambda i: "a=1"),
    "form-names-most": named(lambda i: f"{i}=1"),
    "form-names-escaped": named(lambda i: f"%C3%A9{i}=%F0%9F%98%80"),
    "form-names-slow": named(lambda i: f"%26{i}=%26"),
    "form-values-most": sent(lambda n: (b"a=" + b"%41" * max(1, n // 250) + b"&") * MAX_FIELDS),
    "form-values-slow": sent(lambda n: (b"a=" + b"%26" * max(1, n // 250) + b"&") * MAX_FIELDS),
    "form-value": post(b"x", FORM, "/take", b"a="),
    "form-ampersands-escaped": post(b"%26", FORM, "/take", b"a="),
    "form-broken-escapes-apart": post(b"%x", FORM, "/take", b"a="),
    "form-broken-escapes-short": post(b"%4", FORM, "/take", b"a="),
    "form-broken-escapes-text": post(b"%zzz", FORM, "/take", b"a="),
    "form-nuls": post(b"\0", FORM, "/take", b"a="),
    "form-nuls-escaped": post(b"%00", FORM, "/take", b"a="),
    "form-wide": post(b"%F0%9F%98%80", FORM, "/take", b"a="),
    "form-raw-bytes": post(b"\xc3\xa9", FORM, "/take", b"a="),
    "form-undecodable": post(b"%FF", FORM, "/take", b"a="),
    "form-undecodable-late": post(b"%41", FORM, "/take", b"a=", b"%FF"),
    "form-second-charset": post(b"%FF", FORM + ";charset=latin-1", "/take", b"a="),
    "form-separators": post(b"&", FORM, "/take"),
    "form-equals": post(b"=", FORM, "/take"),
    "form-plus": post(b"+", FORM, "/take"),
    "form-newlines": post(b"\r\n", FORM, "/take"),
    "form-soft-breaks": post(b"=\n", FORM, "/take", b"a=%41"),
    "form-semicolons": post(b"a=1;", FORM, "/take"),
    "form-chunked": sent(lambda n: b"a=" + b"x" * n, **TERMINATED),
    "form-dribble": sent(lambda n: b"a=" + b"x" * n, source=Dribble),
    "form-dribble-chunked": sent(lambda n: b"a=" + b"x" * n, source=Dribble, **TERMINATED),
    "raw-read": sent(lambda n: b"x" * n, "a/b", "/read"),
    "raw-unread": sent(lambda n: b"x" * n, "a/b"),
    # JSON documents: what is small on the wire and large in memory, or slow to read.
    "json-lists": document(lambda n: "[" + "[]," * n + "1]"),
    "json-dicts": document(lambda n: "[" + "{}," * n + "1]"),
    "json-one-key-dicts": document(lambda n: "[" + '{"":0},' * n + "1]"),
    "json-dict-in-list": document(lambda n: "[" + "[{}]," * n + "1]"),
    "json-pairs": document(lambda n: "[" + '{"a":[]},' * n + "1]"),
    "json-numbers": document(lambda n: "[" + "999," * n + "1]"),
    "json-floats": document(lambda n: "[" + "0.1," * n + "1]"),
    "json-exponents": document(lambda n: "[" + "1e5," * n + "1]"),
    "json-overflow": document(lambda n: "[" + "1e5," * n + "1e999]"),
    "json-long-fraction": document(lambda n: "0." + "1" * n),
    "json-integers": document(lambda n: "[" + ("9" * 4300 + ",") * (n // 4300) + "1]"),
    "json-strings": document(lambda n: "[" + '"ab",' * n + "1]"),
    "json-keys": document(lambda n: "{" + "".join(f'"{i}":0,' for i in range(n)) + '"a":1}'),
    "json-same-key": document(lambda n: "{" + '"a":0,' * n + '"a":1}'),
    "json-names": document(lambda n: "[" + "null,true," * n + "1]"),
    "json-unicode-escapes": document(lambda n: '"' + "\\u00e9" * n + '"'),
    "json-pair-escapes": document(lambda n: '"' + "\\ud83d\\ude00" * n + '"'),
    "json-half-pairs": document(lambda n: '"' + "\\ud800" * n + '"'),
    "json-escaped-lists": document(lambda n: '["\\u00e9",' + "[]," * n + "1]"),
    "json-escaped-strings": document(lambda n: "[" + '"\\u00e9",' * n + "1]"),
    "json-escaped-dicts": document(lambda n: "[" + '{"\\u00e9":0},' * n + "1]"),
    "json-wide-characters": document(lambda n: '"' + "\U0001f600" * n + '"'),
    "json-wide-once": document(lambda n: '"' + "x" * n + '\U0001f600"'),
    "json-spaces": document(lambda n: " " * n + "1"),
    "json-spaces-inside": document(lambda n: "[" + " " * n + "1]"),
    "json-nested": document(lambda n: "[" * n + "]" * n),
    "json-nested-dicts": document(lambda n: '{"a":' * n + "1" + "}" * n),
    "json-nested-shallow": document(lambda n: "[" + ("[" * 90 + "]" * 90 + ",") * n + "1]"),
    "json-open-string": document(lambda n: '"' + "x" * n),
    "json-chunked": sent(lambda n: b'"' + b"x" * n + b'"', JSON, "/json_size", **TERMINATED),
    "json-dribble": sent(lambda n: b'"' + b"x" * n + b'"', JSON, "/json_size", Dribble),
    # Multipart: many parts.
    "parts": parts(NAME, most=10**9),
    "parts-most": parts(NAME),
    "parts-content": multipart(lambda n: part(b"x" * max(1, n // 250)) * MAX_FIELDS + end()),
    "parts-files-most": parts(FILE),
    "parts-files-content": multipart(
        lambda n: part(b"x" * max(1, n // 250), FILE) * MAX_FIELDS + end()
    ),
    "parts-files-empty": parts(NAME + b'; filename=""'),
    "parts-nameless": parts(b"Content-Disposition: form-data"),
    "parts-charsets": parts(NAME + b"\r\nContent-Type: text/plain; charset=latin-1", b"\xe9"),
    "parts-undecodable": parts(NAME, b"\xff"),
    "parts-wide": parts(NAME, "\U0001f600".encode()),
    "parts-names": multipart(
        lambda n: (
            b"".join(part(b"", NAME[:-2] + b'%d"' % i) for i in range(min(n, MAX_FIELDS)))
            + end()
        )
    ),
    # Multipart: headers.
    "part-header-line": heads(NAME + b"\r\nX: ", b"x"),
    "part-header-lines": heads(NAME, b"\r\nX: a", most=15),
    "part-header-many-lines": multipart(lambda n: part(b"", NAME + b"\r\nX: a" * n) + end()),
    "part-header-continued": heads(NAME, b"\r\n a"),
    "part-header-continued-long": heads(NAME, b"\r\n " + b"a" * 70),
    "part-header-continued-x": heads(NAME + b"\r\nX: a", b"\r\n a"),
    "part-header-open": multipart(lambda n: b"--b\r\nX: " + b"x" * n),
    "part-header-breaks": multipart(lambda n: b"--b\r\n" + b"\r" * n),
    "part-header-name": heads(NAME + b"\r\n", b"x", b": a"),
    "part-header-name-odd": heads(NAME + b"\r\n", b"(", b": a"),
    "part-header-length": heads(NAME + b"\r\nContent-Length: ", b"9"),
    "part-disposition": heads(NAME, b";a=b"),
    "part-disposition-quotes": heads(NAME, b';a="'),
    "part-disposition-escapes": heads(NAME + b';filename="', b'\\"', b'"'),
    "part-disposition-backslashes": heads(NAME + b';filename="', b"\\", b'"'),
    "part-disposition-spaces": heads(NAME + b";", b" ", b"x=y"),
    "part-disposition-semicolons": heads(NAME, b";"),
    "part-disposition-percent": heads(NAME + b";filename*=utf-8''", b"%41"),
    "part-disposition-percent-odd": heads(NAME + b";filename*=utf-8''", b"%"),
    "part-disposition-names": heads(NAME, b';name="a"'),
    "part-filename-slashes": heads(NAME + b';filename="a', b"/", b'"'),
    "part-filename-drives": heads(NAME + b';filename="C:', b"\\\\", b'"'),
    "part-type": heads(NAME + b"\r\nContent-Type: a/b", b";a=b"),
    "part-type-quotes": heads(NAME + b"\r\nContent-Type: a/b", b';a="'),
    "part-type-spaces": heads(NAME + b"\r\nContent-Type: a/b;", b" ", b"x=y"),
    # Multipart: around and in the parts.
    "multipart-preamble": multipart(lambda n: b"x" * n + b"\r\n" + part() + end()),
    "multipart-preamble-lines": multipart(lambda n: b"\r\n" * n + part() + end()),
    "multipart-preamble-returns": multipart(lambda n: b"\r" * n + b"\n" + part() + end()),
    "multipart-preamble-alike": multipart(lambda n: b"\r\n--a" * n + b"\r\n" + part() + end()),
    "multipart-preamble-only": multipart(lambda n: b"x" * n),
    "multipart-epilogue": multipart(lambda n: part() + end() + b"x" * n),
    "multipart-epilogue-parts": multipart(lambda n: part() + end() + part() * n),
    "multipart-no-end": multipart(lambda n: part(b"x" * n)),
    "multipart-lines": within(b"", b"\r\n"),
    "multipart-returns": within(b"", b"\r"),
    "multipart-newlines": within(b"", b"\n"),
    "multipart-dashes": within(b"", b"\r\n--"),
    "multipart-alike": within(b"", b"\r\n--a"),
    "multipart-alike-single": within(b"", b"\r\n-"),
    "multipart-base64": within(b"", b"QUJD" * 19 + b"\r\n"),
    "multipart-field": within(b"", b"x", headers=NAME),
    "multipart-field-lines": within(b"", b"\r\n", headers=NAME),
    "multipart-field-wide": within(b"", "\U0001f600".encode(), headers=NAME),
    "multipart-field-undecodable": within(b"", b"x", b"\xff", headers=NAME),
    "multipart-long-boundary": within(b"", b"-", boundary=LONG),
    "multipart-long-boundary-alike": within(
        b"", b"\r\n--" + LONG[:-1].encode() + b"x", boundary=LONG
    ),
    "multipart-long-boundary-near": within(b"\r\n", b"-" * 101 + b"\r", boundary=LONG),
    "multipart-chunked": within(b"", b"x", **TERMINATED),
    "multipart-dribble": within(b"", b"x", source=Dribble),
    "multipart-dribble-lines": within(b"", b"\r\n", source=Dribble),
    "multipart-dribble-parts": multipart(
        lambda n: part() * min(n, MAX_FIELDS) + end(), source=Dribble, **TERMINATED
    ),
    # Which type, which charset, which boundary.
    "type-boundaries": lambda n: typed("multipart/form-data" + ";boundary=b" * n),
    "type-boundary": lambda n: typed("multipart/form-data;boundary=" + "b" * n),
    "type-boundary-spaces": lambda n: typed('multipart/form-data;boundary="' + " " * n + '"'),
    "type-charset": lambda n: typed(FORM + ";charset=" + "x" * n),
    "type-charsets": lambda n: typed(FORM + ";charset=utf-8" * n),
    "type-semicolons": lambda n: typed(FORM + ";" * n),
    "type-slashes": lambda n: typed("/" * n),
    "type-long": lambda n: typed("a" * n),
}
