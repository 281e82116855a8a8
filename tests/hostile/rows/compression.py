"""Accept-Encoding at pages that compress, by `tools.compress` and by `tools.gzip`."""

from hostile_row import JSON, Row
from rows.negotiation import BAD_Q, GARBAGE

VARY = {"Vary": "Accept-Encoding"}
REFUSED = {"Vary": "Accept, Accept-Encoding"}  # an error page is in the form asked for
PLAIN = {**VARY, "Content-Encoding": None}

# What the client sends, and the coding that it gets of zstd, br, gzip and deflate.
TAKEN = {
    "browser": ("gzip, deflate, br, zstd", "zstd"),
    "older": ("gzip, deflate, br", "br"),
    "oldest": ("gzip", "gzip"),
    "deflate": ("deflate", "deflate"),
    "upper": ("GZIP", "gzip"),
    "x-gzip": ("x-gzip", "gzip"),
    "star": ("*", "zstd"),
    "star-low": ("*;q=0.001", "zstd"),
    "star-first": ("*;q=1, gzip;q=0.1", "zstd"),
    "star-but": ("*, zstd;q=0, br;q=0", "gzip"),
    "star-refused": ("*;q=0, gzip", "gzip"),
    "quality": ("br;q=0.1, gzip;q=1.0", "br"),
    "tiny": ("gzip;q=0.000000000000000001", "gzip"),
    "spaces": (" \tgzip \t;\t q=0.5 , ", "gzip"),
    "twice": ("gzip;q=0, gzip", "gzip"),
    "identity-less": ("identity;q=0.1, br", "br"),
    "identity-none": ("identity;q=0, deflate", "deflate"),
    "commas": (",,,gzip,,,", "gzip"),
    "commas-3k": ("," * 3000 + "br", "br"),
    "unknown": (", ".join(f"x{number}" for number in range(300)) + ", gzip", "gzip"),
    "nul": ("gzip\x00, br", "br"),
    "other-parameter": ("gzip;level=9, br", "br"),
    "no-value": ("gzip;q, x", "gzip"),
    "semicolons": ("gzip;;;", "gzip"),
    "two-qualities": ("gzip;q=0;q=1", "gzip"),
}
LEFT = {
    "nothing": "",
    "identity": "identity",
    "identity-more": "identity;q=1, gzip;q=0.9",
    "refused": "gzip;q=0, br;q=0, zstd;q=0, deflate;q=0",
    "others": "compress, sdch, exi, pack200-gzip, dcb, dcz, aes128gcm",
    "codecs": "rot13, zlib, bz2, lzma, hex, zip, uu",
    "names": "brotli, zstandard, gz, g-zip, gzip2, gzi",
    "path": "../br, br/../gzip, br\\gzip",
    "quoted": '"gzip", "br"',
    "over-limit": "gzip," * 900,
    "markup": "<script>alert(1)</script>",
    "crlf": "gzip\r\nX-Evil: 1",
    "format": "%s%n{0}",
}
NOTHING_LEFT = {
    "identity": "identity;q=0",
    "star": "*;q=0",
    "each": "identity;q=0, gzip;q=0, br;q=0, zstd;q=0, deflate;q=0",
    "others": "identity;q=0, compress",
    "zeros": "*;q=0.000",
}
STATUSES = {"/refuse": 400, "/nowhere": 404, "/strict": 405, "/inside": 200}


def asking(id, status, header, path="/", **others):
    """Return a row that sends Accept-Encoding to the site that has all codings."""
    environ = {"HTTP_ACCEPT_ENCODING": header}
    return Row(id, status, path, site="compress", environ=environ, **others)


ROWS = [
    *(
        asking(f"taken-{id}", 200, header, headers={**VARY, "Content-Encoding": coding})
        for id, (header, coding) in TAKEN.items()
    ),
    *(
        asking(f"left-{id}", 200, header, headers=PLAIN, contains="hello")
        for id, header in LEFT.items()
    ),
    *(
        asking(f"none-{id}", 406, header, lacks="hello", headers=REFUSED)
        for id, header in NOTHING_LEFT.items()
    ),
    *(
        asking(f"garbage-{id}", 200, header, headers=VARY)
        for id, header in GARBAGE.items()
    ),
    *(
        asking(f"quality-{id}", 200, f"br;{quality}", headers=VARY)
        for id, quality in BAD_Q.items()
    ),
    # Whatever the answer is, it is compressed as a whole or not at all.
    *(
        asking(f"status{path.replace('/', '-')}-{coding}", status, coding, path, method=method)
        for path, status in STATUSES.items()
        for method in (["DELETE"] if status == 405 else ["GET"])
        for coding in ("gzip", "br", "*;q=0, zstd")
    ),
    *(
        asking(
            f"head-{coding}", 200, coding, method="HEAD", headers={"Content-Encoding": coding}
        )
        for coding in ("gzip", "br", "zstd", "deflate")
    ),
    *(
        Row(
            f"range-{coding}",
            206,
            "/pieces",
            site="compress",
            environ={"HTTP_ACCEPT_ENCODING": coding, "HTTP_RANGE": "bytes=0-9"},
            headers=PLAIN,
        )
        for coding in ("gzip", "br", "zstd, br, gzip")
    ),
    *(
        Row(
            f"json-{kind}",
            status,
            "/json",
            method="POST",
            body=body,
            site="compress",
            environ={"HTTP_ACCEPT_ENCODING": "br", "CONTENT_TYPE": JSON},
            headers={**varies, "Content-Encoding": "br"},
        )
        for kind, status, body, varies in (
            ("good", 200, b"[1]", VARY),
            ("bad", 400, b"[1", REFUSED),
        )
    ),
    *(
        Row(
            f"gzip-{id}",
            200,
            site="gzip",
            environ={"HTTP_ACCEPT_ENCODING": header},
            headers={**VARY, "Content-Encoding": coding},
        )
        for id, header, coding in (
            ("tie", "gzip, identity", None),
            ("more", "gzip, identity;q=0.9", "gzip"),
            ("browser", "gzip, deflate, br, zstd", "gzip"),
            ("br", "br", None),
            ("nul", "gzip\x00", None),
            ("over-limit", "gzip," * 900, None),
        )
    ),
    # Streams that break off in mid-compression are closed, and do not end well.
    *(
        Row(
            f"break-{coding}-{how}-{at}",
            {"http": 409, "value": 500}[how] if at == 0 else 200,
            "/breaks",
            f"at={at}&how={how}",
            site="compress_streams",
            environ={"HTTP_ACCEPT_ENCODING": coding},
            breaks_off=at > 0,
            is_programs_fault=True,
            headers={"Content-Encoding": None if at == 0 else coding},
        )
        for coding in ("gzip", "br", "zstd", "deflate")
        for how in ("http", "value")
        for at in (0, 1, 2)
    ),
    *(
        Row(
            f"stream-{coding}-{chunks}",
            200,
            query=f"chunks={chunks}",
            site="compress_streams",
            environ={"HTTP_ACCEPT_ENCODING": coding},
            headers={"Content-Encoding": coding, "Content-Length": None},
        )
        for coding in ("gzip", "br", "zstd", "deflate")
        for chunks in (0, 1, 100)
    ),
    Row(
        "stream-lying-length",
        200,
        query="length=3",
        site="compress_streams",
        environ={"HTTP_ACCEPT_ENCODING": "br"},
        headers={"Content-Encoding": "br", "Content-Length": None},
    ),
    Row(
        "events",
        200,
        "/events",
        "data=x",
        site="compress_streams",
        environ={"HTTP_ACCEPT_ENCODING": "br"},
        headers={"Content-Encoding": None},
        contains="data: x",
    ),
]  # fmt: skip
