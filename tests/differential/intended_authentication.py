"""Where authentication differs on purpose; rows for `intended.py`."""

# (program, requests, fields, reason), as Row in `intended.py`
AUTHENTICATION_ROWS = (
    (
        "auth_basic",
        ("/a/ latin-1",),
        ("body", "status"),
        "ASKS 46: ISO-8859-1 only on request",
    ),
    (
        "auth_basic",
        ("/a/ no space", "/a/ no colon", "/a/ no base64", "/a/ cut"),
        ("body",),
        "a 400 on both sides; ours says why",
    ),
    (
        "auth_basic",
        ("a check that fails",),
        ("body", "status"),
        "9.1: a ValueError of the program's own is no fault of the client's",
    ),
    (
        "auth_digest",
        ("the same again",),
        ("body", "header www-authenticate", "status"),
        "13.1 item 7: a nonce is good once with each count",
    ),
    (
        "auth_digest",
        ("uri of another page", "uri without its query"),
        ("body", "status"),
        "13.1 item 7: the uri must be that of the request",
    ),
    (
        "auth_digest",
        ("without qop", "odd nc"),
        ("body", "status"),
        "13.1 item 7: without a count (RFC 2069) a request could be sent again",
    ),
    (
        "auth_digest",
        ("qop=auth-int", "half", "equals"),
        ("body", "status"),
        "SECURITY 6 no. 14: a client's fault is a 400",
    ),
    (
        "auth_digest",
        ("MD5-sess", "SHA-256"),
        ("body", "header www-authenticate", "status"),
        "13.1 item 7: algorithms that are known here; the hashes do not fit",
    ),
    (
        "auth_pairs",
        (
            *(
                f"{method} {path} as {who}"
                for method in ("GET", "HEAD")
                for path in ("/files/page.txt", "/files/")
                for who in ("ada", "zo\u00eb")
            ),
            "304 of a file as ada",
            "a range of a file as ada",
        ),
        ("header etag",),
        "13.3 item 12: files have an ETag",
    ),
    (
        "auth_basic",
        (
            "right posts { as application/json",
            "right posts  as application/json",
            "right posts a=b as application/x-www-form-urlencoded",
            "none posts a=b as application/x-www-form-urlencoded",
            *(
                f"{who} posts {sent} as application/json"
                for who in ("wrong", "none")
                for sent in ("[1]", "{", "")
            ),
        ),
        ("header content-type",),
        "errors of JSON pages are problem documents (RFC 9457)",
    ),
    (
        "auth_pairs",
        (
            "application/json 'nonsense' as ada",
            "text/plain 'cherries' as ada",
            *(
                f"{sent} as {who}"
                for sent in (
                    "application/json '{\"cherries\": 3}'",
                    "application/json 'nonsense'",
                    "text/plain 'cherries'",
                )
                for who in ("nobody", "a wrong password")
            ),
        ),
        ("header content-type",),
        "errors of JSON pages are problem documents (RFC 9457)",
    ),
)
