"""Where answers to conditional requests differ on purpose; rows of `intended.py`."""

from itertools import product

WITH_BODY = ("GET", "POST", "PUT", "DELETE")
CHANGING = ("POST", "PUT", "DELETE")
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
OLD_FORM = "Sunday, 06-Nov-94 08:49:37 GMT"

WEAK = "13.3 item 12: If-None-Match compares weakly (RFC 9110 section 13.1.2)"
STRONG = "RFC 9110 section 13.1.1: If-Match compares strongly"
EMPTY = (
    "RFC 9110 section 13.1.1: a list without the page's tag does not match, an empty one too"
)
DATES = "13.3 item 12: dates are compared as dates; one that is none counts for nothing"
READING = "RFC 9110 section 13.1.3: If-Modified-Since is for GET and HEAD"
KEPT = "RFC 9110 section 15.4.5: a page without a tag keeps its date on a 304"
CODED = "13.3 item 12: a compressed page has a tag of its own, a weak one"
OPAQUE = "6.6: what a tag is made of is nobody's business; md5 is not on every system"


def name(methods, path, header, *texts):
    """Return the names of the requests to `path` with one of `texts` in `header`."""
    return tuple(f"{method} {path} {header}: {text}" for text in texts for method in methods)


def ask(methods, paths, accepted, known):
    """Return the names of the requests of `gzip_etags` with these headers."""
    return tuple(
        f"{method} /{path} {coding} {tag}"
        for path, method, coding, tag in product(paths, methods, accepted, known)
    )


NOT_MODIFIED = ("header content-type", "length", "status")
"""What differs if only one of two answers is a 304, beside the body."""

# (program, requests, fields, reason), as Row in `intended.py`
CONDITION_ROWS = (
    *(
        (
            "conditional",
            name(WITH_BODY, path, "If-Match", ""),
            (*fields, "body", "status"),
            EMPTY,
        )
        for path, fields in (
            ("/tagged", ("header etag",)),
            ("/stored", ("header etag",)),
            ("/untagged", ()),
        )
    ),
    *(
        (
            "conditional",
            name(("HEAD",), path, "If-Match", ""),
            (*fields, "length", "status"),
            EMPTY,
        )
        for path, fields in (
            ("/tagged", ("header etag",)),
            ("/stored", ("header etag",)),
            ("/untagged", ()),
        )
    ),
    (
        "conditional",
        name(CHANGING, "/tagged", "If-None-Match", 'W/"a"'),
        ("body", "header etag", "status"),
        WEAK,
    ),
    (
        "conditional",
        name(("GET",), "/tagged", "If-None-Match", 'W/"a"'),
        ("body", "header etag", *NOT_MODIFIED),
        WEAK,
    ),
    (
        "conditional",
        name(("HEAD",), "/tagged", "If-None-Match", 'W/"a"'),
        ("header etag", *NOT_MODIFIED),
        WEAK,
    ),
    (
        "conditional",
        ("/tagged with 'bare'",),
        ("body", "header etag", *NOT_MODIFIED),
        "RFC 9110 section 8.8.3: a tag has quotes; ours are put around it",
    ),
    (
        "conditional",
        name(("GET", "HEAD"), "/dated", "If-Modified-Since", DATE),
        ("header last-modified",),
        KEPT,
    ),
    (
        "conditional",
        name(("GET",), "/dated", "If-Modified-Since", LATER, OLD_FORM),
        ("body", *NOT_MODIFIED),
        DATES,
    ),
    (
        "conditional",
        name(("HEAD",), "/dated", "If-Modified-Since", LATER, OLD_FORM),
        NOT_MODIFIED,
        DATES,
    ),
    (
        "conditional",
        name(CHANGING, "/dated", "If-Modified-Since", DATE),
        ("body", "header last-modified", "status"),
        READING,
    ),
    (
        "conditional",
        name(WITH_BODY, "/dated", "If-Unmodified-Since", LATER, OLD_FORM, "nonsense"),
        ("body", "header last-modified", "status"),
        DATES,
    ),
    (
        "conditional",
        name(("HEAD",), "/dated", "If-Unmodified-Since", LATER, OLD_FORM, "nonsense"),
        ("header last-modified", "length", "status"),
        DATES,
    ),
    (
        "conditional",
        ("tag and date",),
        ("body", "header last-modified", *NOT_MODIFIED),
        "RFC 9110 section 13.1.3: beside If-None-Match the date is ignored",
    ),
    ("conditional", ("GET /auto", "auto, any", "auto, other"), ("header etag",), OPAQUE),
    (
        "gzip_etags",
        ask(("GET", "HEAD"), ("tagged", "varies"), ("gzip",), ("None", '"b"')),
        ("header etag",),
        CODED,
    ),
    *(
        (
            "gzip_etags",
            ask((method,), paths, accepted, (tag,)),
            (*(("body",) if method == "GET" else ()), *fields, *NOT_MODIFIED),
            WEAK,
        )
        for method in ("GET", "HEAD")
        for paths, accepted, tag, fields in (
            (
                ("tagged", "varies"),
                ("gzip",),
                'W/"a"',
                ("header content-encoding", "header etag"),
            ),
            (("tagged", "varies"), ("identity", "None"), 'W/"a"', ("header etag",)),
            (("picture",), ("gzip", "identity", "None"), 'W/"a"', ("header etag",)),
            (("weak",), ("gzip",), '"a"', ("header content-encoding",)),
            (("weak",), ("identity", "None"), '"a"', ()),
        )
    ),
    ("gzip_etags", ('DELETE /weak W/"a"',), ("body", "header etag", "status"), STRONG),
)
