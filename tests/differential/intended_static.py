"""Where static files mean to be answered otherwise than CherryPy answers them, and why.

Numbers are sections of BEHAVIOUR.md. Rows as in intended.py.
"""

EACH_WAY = ("/static/data.txt", "/file", "/opened")
PAGE = ("body", "header accept-ranges", "header content-type", "header last-modified", "status")
LATER = "Tue, 14 Nov 2023 23:13:20 GMT"
EARLIER = "Tue, 14 Nov 2023 21:13:20 GMT"
ASCTIME = "Tue Nov 14 22:13:20 2023"


def in_each_way(*endings, method="GET"):
    """Return the names of the requests with those headers, for each way to serve a file."""
    return tuple(f"{method} {path} {ending}" for path in EACH_WAY for ending in endings)


STATIC_ROWS = [
    (
        "static_files",
        ("the tag",),
        ("header etag",),
        "13.3 item 12: files have a strong tag",
    ),
    (
        "static_files",
        (
            *("GET /static/thing.unknown", "GET /static/noextension"),
            "GET /file?name=noextension",
        ),
        ("header content-type",),
        "13.3 item 12: what nobody knows is bytes, not text/html",
    ),
    (
        "static_files",
        ("GET /static/archive.tar.gz",),
        ("header content-type",),
        "13.3 item 12: the registered name of the type (RFC 6713)",
    ),
    (
        "static_files",
        ("GET /static/.hidden",),
        PAGE,
        "SECURITY 1.1: dot files are hidden unless tools.staticdir.dotfiles is set",
    ),
    (
        "static_files",
        ("GET /static/../public-secret/k.txt",),
        PAGE,
        "13.1 item 2: a folder whose name begins alike is not this folder",
    ),
    (
        "static_files",
        (
            *("GET /static/../secret.txt", "GET /static/%2e%2e/secret.txt"),
            "GET /static/..%2fsecret.txt",
        ),
        ("body", "status"),
        "SERVERS R20: what leads out of the folder is not there; a 403 would say that it is",
    ),
    (
        "static_files",
        ("GET /indexed/sub", "GET /indexed/sub?a=1"),
        (*PAGE, "header location"),
        "13.3 item 12: the links of an index page need the slash, at every level",
    ),
    (
        "static_files",
        ("GET /download?as_name=a%22b.txt",),
        ("header content-disposition",),
        "13.1 item 13: a quote cannot end the name",
    ),
    (
        "static_files",
        in_each_way("Range: bytes", "Range: bytes=a-b", "Range: bytes=1"),
        PAGE,
        "8.2: a malformed Range is ignored, not a 500",
    ),
    (
        "static_files",
        in_each_way("Range: items=0-1"),
        ("body", "header content-range", "status"),
        "8.2: another unit than bytes is ignored",
    ),
    (
        "static_files",
        in_each_way("Range: bytes=-0"),
        (*PAGE, "header content-range"),
        "8.2: no bytes at all is a 416",
    ),
    (
        "static_files",
        in_each_way("Range: bytes=0-5,3-8"),
        ("body", "header content-range", "header content-type"),
        "13.1 item 14: ranges that overlap are made one",
    ),
    (
        "static_files",
        in_each_way(f"Range: bytes=0-3 If-Range: {EARLIER}"),
        ("body", "header content-range", "status"),
        "13.3 item 12: If-Range is heeded",
    ),
    (
        "static_files",
        in_each_way("Range: bytes=0-3", method="HEAD"),
        ("header content-range", "length", "status"),
        "RFC 9110 section 14.2: a Range means something with GET alone",
    ),
    (
        "static_files",
        in_each_way(f"If-Modified-Since: {LATER}", f"If-Modified-Since: {ASCTIME}"),
        (*PAGE, "length"),
        "13.2: dates are compared as dates, in each of their three forms",
    ),
    (
        "static_files",
        in_each_way(
            f"If-Unmodified-Since: {LATER}",
            f"If-Unmodified-Since: {ASCTIME}",
            "If-Unmodified-Since: nonsense",
        ),
        PAGE,
        "13.2: dates are compared as dates, and what is none counts for nothing",
    ),
    (
        "static_files",
        ("GET /memory Range: bytes=0-3", "GET /memory Range: bytes=-3"),
        ("body", *PAGE[1:3], "header content-range", "status"),
        "8.2: a file in memory has a length, and ranges",
    ),
    (
        "static_files",
        ("GET /memory Range: bytes=a-b",),
        ("body", *PAGE[1:3], "status"),
        "8.2: a malformed Range is ignored, not a 500",
    ),
]
