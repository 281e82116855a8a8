"""Session ids and the cookies around them: no id of a client's is adopted, nothing is left."""

from hostile_row import Row, asks
from hostile_sessions import KNOWN

from . import cookies

MADE_UP = "0123456789abcdef" * 2 + "01234567"

# What is no id of a session that there is.
IDS = {
    "made-up": MADE_UP,
    "zeros": "0" * 40,
    "short": KNOWN[:-1],
    "long": KNOWN + "0",
    "half": KNOWN[:20],
    "upper": KNOWN.upper(),
    "not-hex": "g" * 40,
    "empty": "",
    "blank": "  ",
    "lock": KNOWN + ".lock",
    "prefix": "session-" + KNOWN,
    "saving": ".saving-" + KNOWN,
    "locks": "locks",
    "users": "users",
    "damaged": "damaged",
    "clean-up": "clean-up:",
    "change": "change:" + KNOWN,
    "dot": ".",
    "dots": "..",
    "dots-slash": "../x",
    "dots-known": "../sessions/session-" + KNOWN,
    "dots-many": "../" * 40 + "etc/passwd",
    "slash-known": "/" + KNOWN,
    "known-slash": KNOWN + "/",
    "absolute": "/etc/passwd",
    "device": "/dev/zero",
    "proc": "/proc/self/environ",
    "backslashes": "..\\..\\x",
    "drive": "C:\\x",
    "reserved": "CON",
    "url": "file:///etc/passwd",
    "home": "~/.ssh",
    "variable": "${HOME}",
    "encoded-dots": "%2e%2e%2fx",
    "encoded-known": "%35" + KNOWN[1:],
    "nul": KNOWN + "\x00",
    "nul-only": "\x00",
    "lf": KNOWN + "\n",
    "crlf": KNOWN + "\r\nSet-Cookie: evil=1",
    "octal-crlf": f'"{KNOWN}\\015\\012"',
    "octal-nul": f'"{KNOWN}\\000"',
    "tab-inside": KNOWN[:20] + "\t" + KNOWN[20:],
    "space-inside": KNOWN[:20] + " " + KNOWN[20:],
    "nel": KNOWN + "\x85",
    "bytes": "\xff" * 40,
    "snowman": "\xe2\x98\x83" * 40,
    "fullwidth": "\xef\xbc\x95" + KNOWN[1:],
    "arabic": "\xd9\xa1" * 40,
    "glob": "*",
    "glob-40": "?" * 40,
    "glob-set": "[0-9a-f]" * 40,
    "glob-prefix": KNOWN[:-1] + "*",
    "quote-open": '"' + KNOWN,
    "quote-close": KNOWN + '"',
    "single-quotes": f"'{KNOWN}'",
    "equals-before": "=" + KNOWN,
    "equals-after": KNOWN + "=",
    "comma": KNOWN + ",",
    "comma-other": f"{KNOWN},{MADE_UP}",
    "list": f"[{KNOWN!r}]",
    "json": '{"id":"' + KNOWN + '"}',
    "markup": "<script>alert(1)</script>",
    "format": "%s%n{0.__class__}",
    "sql": "' OR 1=1 --",
    "redis": "*1\\r\\n$8\\r\\nFLUSHALL",
    "none": "None",
    "null": "null",
    "undefined": "undefined",
    "expired": "expired",
    "minus": "-1",
    "number": "9" * 40,
    "hex-sign": "0x" + KNOWN[2:],
    "plus": "+" + KNOWN[1:],
    "underscores": "_".join(KNOWN[::2]),
    "1k": "a" * 1024,
    "10k": "a" * 10_000,
    "10k-known": KNOWN * 250,
    "10k-slashes": "/" * 10_000,
    "10k-dots": "../" * 3_333,
}

# page: what an unknown id gets, and whether the client gets a cookie
PAGES = {
    "look": ("user: None", False),
    "has": ("user: False", False),
    "write": ("the same: True", True),
    "regenerate": ("regenerated", True),
    "login": ("in", True),
}
NO_COOKIE = {"Set-Cookie": None}
PRIVATE = {"Vary": "Cookie", "Cache-Control": "private"}
PRIVATE_ERROR = {**PRIVATE, "Vary": "Accept, Cookie"}  # its form depends on Accept
SITES = {"ram": "sessions", "file": "session_files"}


def row(id, page, cookie, contains="", site="sessions", **others):
    """Return a row that asks for a page with a Cookie header."""
    return Row(
        id, 200, f"/{page}", environ={"HTTP_COOKIE": cookie}, contains=contains, site=site,
        **others,
    )  # fmt: skip


def known(id, cookie, **others):
    """Return rows of a header in which the id that is known must be found."""
    return (
        row(f"{id}-{name}", "look", cookie, "user: eva", site, headers=PRIVATE, **others)
        for name, site in SITES.items()
    )


def unknown(id, cookie, site="sessions", **others):
    """Return a row of a header in which no id must be found."""
    headers = {**NO_COOKIE, **PRIVATE}
    return row(id, "look", cookie, "user: None", site, headers=headers, **others)


# Headers that hold the id, whatever stands around it.
HOLDING = {
    "alone": f"session_id={KNOWN}",
    "quoted": f'session_id="{KNOWN}"',
    "spaces": f"  session_id = {KNOWN}  ;",
    "version": f"$Version=1; session_id={KNOWN}; $Path=/; $Domain=x",
    "last": f"session_id={MADE_UP}; session_id={KNOWN}",
    "last-after-bad": f"session_id=../x; session_id={KNOWN}",
    "other-case-beside": f"SESSION_ID={MADE_UP}; session_id={KNOWN}",
    "host-beside": f"__Host-session_id={MADE_UP}; session_id={KNOWN}",
    "attributes-beside": f"path=/x; secure; httponly; samesite=None; session_id={KNOWN}",
    "many-beside": "a=1; " * 3000 + f"session_id={KNOWN}",
    "many-behind": f"session_id={KNOWN}; " + "a=1; " * 3000,
}

# Headers in which it stands, but not as the session's cookie.
NOT_HOLDING = {
    "first": f"session_id={KNOWN}; session_id={MADE_UP}",
    "first-then-empty": f"session_id={KNOWN}; session_id=",
    "other-case": f"Session_Id={KNOWN}",
    "dash": f"session-id={KNOWN}",
    "host-prefix": f"__Host-session_id={KNOWN}",
    "secure-prefix": f"__Secure-session_id={KNOWN}",
    "nameless": f"={KNOWN}",
    "nameless-pair": f"=session_id={KNOWN}",
    "name-only": "session_id",
    "value-only": KNOWN,
    "in-a-quote": f'a="session_id={KNOWN}"',
    "in-a-comma": f"a=b, session_id={KNOWN}",
    "dollar": f"$session_id={KNOWN}",
    "array": f"session_id[]={KNOWN}",
    "array-number": f"session_id[0]={KNOWN}",
    "encoded-name": f"session%5Fid={KNOWN}",
    "nul-name": f"session_id\x00={KNOWN}",
    "path": f"path={KNOWN}",
    "expires": f"expires={KNOWN}",
    "domain": f"domain={KNOWN}",
    "version": f"version={KNOWN}",
}

HTTPS = {"wsgi.url_scheme": "https", "SERVER_PORT": "443"}
KEYS = {
    "empty": "",
    "mark": "!date",
    "dict": "!dict",
    "dunder": "__class__",
    "data": "_data",
    "dollar": "$ref",
    "nul": "\x00",
    "crlf": "\r\n",
    "quote": '"',
    "snowman": "\u2603",
    "astral": "\U0001f600",
    "separator": "\u2028",
    "format": "%s{0}",
    "long": "k" * 50_000,
}

ROWS = [
    # An id that is not known, on pages that look and pages that write.
    *(
        row(f"{name}-{page}-{id}", page, f"session_id={value}", said, site,
            headers={**PRIVATE, **({} if gets_cookie else NO_COOKIE)})
        for name, site in SITES.items()
        for page, (said, gets_cookie) in PAGES.items()
        for id, value in IDS.items()
    ),
    *(
        row(f"untouched-{id}", "", f"session_id={value}", "hello", "session_files",
            headers={**NO_COOKIE, "Vary": None, "Cache-Control": None})
        for id, value in IDS.items()
    ),
    *(
        row(f"{page}-{site}-{id}", page, f"session_id={value}", site=site)
        for page, site in (("logout", "session_files"), ("delete", "session_files"),
                           ("clear", "sessions"), ("lock", "session_files"),
                           ("append", "sessions_merge"), ("lock", "sessions_early"))
        for id, value in IDS.items()
        if len(value) < 1000
    ),
    # Where the id is, and where it is not.
    *(each for id, cookie in HOLDING.items() for each in known(f"known-{id}", cookie)),
    *(
        unknown(f"none-{name}-{id}", cookie, site)
        for name, site in SITES.items()
        for id, cookie in NOT_HOLDING.items()
    ),
    *(
        each
        for id, pair in cookies.BROKEN.items()
        for each in known(f"beside-{id}", f"{pair}; session_id={KNOWN}; {pair}")
    ),
    *(
        row(f"attribute-{id}", "look", f"{cookie}; session_id={KNOWN}", "user: eva")
        for id, (cookie, _) in cookies.ODD.items()
    ),
    # What pages do to the one that is known.
    *(
        row(f"known-{page}-{site}", page, f"session_id={KNOWN}", said, site, headers=PRIVATE)
        for site in ("sessions", "session_files", "sessions_merge", "sessions_early")
        for page, said in (
            ("look", "user: eva"), ("has", "user: True"), ("write", "the same: True"),
            ("append", "appended"), ("regenerate", "session_id="),
            ("login", "session_id="), ("logout", "session_id=expired"), ("delete", "deleted"),
            ("clear", "cleared"), ("lock", "locked"), ("stream", "2 streamed"),
        )
    ),
    *(
        Row(f"{page}-{site}-{who}", status, f"/{page}", site=site, headers=PRIVATE_ERROR,
            environ={"HTTP_COOKIE": cookie}, is_programs_fault=status == 500)
        for site in ("sessions", "session_files", "sessions_merge", "sessions_early")
        for who, cookie in (("known", f"session_id={KNOWN}"), ("nobody", "a=b"))
        for page, status in (("refuse", 403), ("fail", 500))
    ),
    *(
        Row(f"nobody-{page}-{site}", 200, f"/{page}", site=site,
            headers={} if page in ("write", "stream", "regenerate", "login", "append", "logout")
            else NO_COOKIE)
        for site in ("sessions", "session_files", "sessions_merge", "sessions_early")
        for page in ("", "look", "has", "write", "append", "regenerate", "login", "logout",
                     "delete", "clear", "lock", "stream")
    ),
    *(
        Row(f"method-{method}-{page}", 200, f"/{page}", method=method, body=b"",
            site="session_files", environ={"HTTP_COOKIE": f"session_id={KNOWN}"})
        for method in ("HEAD", "POST", "PUT", "DELETE", "BREW")
        for page in ("look", "write", "logout")
    ),
    # Names with a prefix: a sister site cannot plant them, nor can plain http.
    *(
        Row(f"host-{id}", 200, "/look", environ={**environ, "HTTP_COOKIE": cookie},
            site="sessions_host", contains=said)
        for id, environ, cookie, said in (
            ("https", HTTPS, f"__Host-id={KNOWN}", "user: eva"),
            ("https-plain-name", HTTPS, f"id={KNOWN}", "user: None"),
            ("https-tossed", HTTPS, f"__Host-id={KNOWN}; id={MADE_UP}", "user: eva"),
            ("https-other-case", HTTPS, f"__host-id={KNOWN}", "user: None"),
            ("https-nameless", HTTPS, f"=__Host-id={KNOWN}", "user: None"),
            ("https-space", HTTPS, f"__Host -id={KNOWN}", "user: None"),
            ("http", {}, f"id={KNOWN}", "user: eva"),
            ("http-host-name", {}, f"__Host-id={KNOWN}", "user: None"),
        )
    ),
    *(
        Row(f"host-write-{scheme}", 200, "/write", environ=environ, site="sessions_host",
            contains=f"Set-Cookie: {name}=")
        for scheme, environ, name in (("https", HTTPS, "__Host-id"), ("http", {}, "id"))
    ),
    Row("secure-by-https", 200, "/write", environ=HTTPS, site="session_files",
        contains="; Secure"),
    Row("not-secure-by-http", 200, "/write", site="session_files", lacks="Secure"),
    # No header of the client's has a say in the cookie.
    *(
        Row(f"header-{name}", 200, "/write", environ={f"HTTP_{name}": value},
            site="session_files", lacks="evil")
        for name, value in (
            ("X_FORWARDED_HOST", "evil.example"), ("X_FORWARDED_PROTO", "https"),
            ("X_FORWARDED_PREFIX", "/evil"), ("X_PATH", "/evil"), ("COOKIE2", "$Version=evil"),
            ("X_SESSION_ID", KNOWN), ("SET_COOKIE", f"session_id={KNOWN}; Domain=evil"),
        )
    ),
    Row("host-header", 200, "/write", environ={"HTTP_HOST": "evil.example"},
        site="session_files", lacks="evil"),
    Row("id-in-query", 404, "/look", "session_id=x", site="session_files"),
    # What is kept comes back the same.
    *(
        Row(f"key-{id}-{name}", 200, "/write", asks(key=key, value=key[::-1]), site=site,
            contains="the same: True")
        for name, site in SITES.items()
        for id, key in KEYS.items()
    ),
    # Limits.
    *(
        Row(f"limit-{size}", status, "/look", site="session_files",
            environ={"HTTP_COOKIE": f"session_id={KNOWN}; a=".ljust(size, "b")})
        for size, status in ((16 * 1024, 200), (16 * 1024 + 1, 431), (60_000, 431))
    ),
    Row("limit-id", 431, "/write", site="session_files",
        environ={"HTTP_COOKIE": "session_id=" + "a" * 16_384}),
]  # fmt: skip
