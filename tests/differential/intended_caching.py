"""Where `tools.caching` differs on purpose; see intended.py. RFC is RFC 9111."""

MADE_ANEW = ("body", "header age", "header x-told")

# (program, requests, fields, reason), as Row in `intended.py`
CACHING_ROWS = (
    (
        "caching",
        ("GET /private (2)", "GET /must_ask (2)", "GET /expired (2)"),
        MADE_ANEW,
        "13.3 item 1, RFC 3: private, no-cache and max-age=0 of a response are heeded",
    ),
    (
        "caching",
        ("GET /sets_cookie (2)",),
        (*MADE_ANEW, "cookies"),
        "SECURITY 6 (8): a page that sets a cookie is one client's own",
    ),
    (
        "caching",
        ("GET /refused (2)",),
        MADE_ANEW,
        "13.3 item 1: errors are not stored",
    ),
    (
        "caching",
        ("GET /nowhere (2)",),
        ("header age", "header x-told"),
        "13.3 item 1: errors are not stored",
    ),
    (
        "caching",
        ("GET /empty (2)",),
        ("header age", "header x-told"),
        "RFC 3: an empty page is a page",
    ),
    (
        "caching",
        ("GET /streamed (2)",),
        ("length",),
        "a stream that is stored is complete: its length is known",
    ),
    (
        "caching",
        ("HEAD first", "cold with 'no-store'", "secret of ann", "a part"),
        ("header x-told",),
        "request.cacheable is True for what may be stored, and False for this",
    ),
    (
        "caching",
        ("GET after HEAD",),
        MADE_ANEW,
        "a handler may leave the body out for HEAD: nothing of it is stored",
    ),
    (
        "caching",
        ("PATCH of PATCH", "GET of PATCH (2)", "OPTIONS of OPTIONS"),
        MADE_ANEW,
        "SECURITY 1.6, cherrypy#1732: only GET and HEAD are answered from the cache",
    ),
    (
        "caching",
        ("varied for 2 and 1",),
        MADE_ANEW,
        "SECURITY 6 (6): two values swapped are another variant",
    ),
    (
        "caching",
        ("second with 'max-age=x'", "second with 'max-age'", "second with 'max-age=-1'"),
        ("header x-told",),
        "request.cached is True for what was answered from the cache, not for a 400",
    ),
    (
        "caching",
        ("second with 'no-cache, max-age=x'", "cold with 'max-age=x'"),
        ("body", "header x-told", "status"),
        "6.6: a number that is none is a 400, whatever is stored and whatever stands before it",
    ),
    (
        "caching",
        ("third with 'no-cache, max-age=x'",),
        ("body",),
        "the request before it was a 400",
    ),
    (
        "caching",
        ("after one with 'max-age=x'",),
        ("header age", "header x-told"),
        "the request before it was a 400",
    ),
    (
        "caching",
        ("tagged If-Modified-Since 'Sun, 06 Nov 1994 08:49:37 GMT'",),
        ("header last-modified",),
        "13.3 item 13: a 304 keeps the headers that RFC 9110 wants",
    ),
    (
        "caching",
        ("tagged If-Modified-Since 'Sun, 06 Nov 1994 08:49:38 GMT'",),
        ("body", "header content-type", "length", "status"),
        "13.2: dates are compared as dates",
    ),
    (
        "caching",
        (
            "tagged If-Unmodified-Since 'Sun, 06 Nov 1994 08:49:38 GMT'",
            "tagged If-Unmodified-Since 'x'",
        ),
        ("body", "header age", "header last-modified", "status"),
        "13.2: dates are compared as dates, and what is none is not there",
    ),
    (
        "caching",
        ("tagged If-Unmodified-Since 'Sun, 06 Nov 1994 08:49:36 GMT'",),
        ("header x-own", "header x-told"),
        "the stored page is not the answer: nothing of it is in the error",
    ),
    (
        "caching",
        ("secret of bob", "cookies of bob"),
        MADE_ANEW,
        "SECURITY 6 (7): nobody gets the page of another",
    ),
    (
        "caching",
        ("the whole after a part",),
        (*MADE_ANEW, "status"),
        "SECURITY 6 (8): a part is not stored",
    ),
    (
        "caching_gzip",
        ("/streamed for gzip (2)", "/streamed for None (2)"),
        ("length",),
        "a stream that is stored is complete: its length is known",
    ),
    (
        "caching_gzip",
        ("tagged for {}",),
        ("body", "header age"),
        "a page whose first client is answered 304 is stored for the others: it ran for that",
    ),
    (
        "caching_gzip",
        ("tagged for {'If-None-Match': '\"v2\"'}", "tagged for {'If-Match': '\"v1\"'}"),
        ("body",),
        "as above",
    ),
    (
        "caching_gzip",
        ("tagged for {'If-Match': '\"v2\"'}",),
        ("body",),
        "the cache knows the tag already; the same 412, in the words of the other conditions",
    ),
    (
        "caching_gzip",
        ("tagged for {}",),
        ("body", "header age"),
        "a page is stored before its 304 is decided: the first client's run is good for all",
    ),
    (
        "caching_gzip",
        ("tagged for {'If-None-Match': '\"v2\"'}", "tagged for {'If-Match': '\"v1\"'}"),
        ("body",),
        "a page is stored before its 304 is decided: the first client's run is good for all",
    ),
)
