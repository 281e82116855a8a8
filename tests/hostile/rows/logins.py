"""The login page: nothing runs in it, nobody leaves by it, nobody is logged in by others."""

from hostile_row import FORM, Row, escaped
from hostile_sessions import KNOWN, PASSWORD

from .redirects import ELSEWHERE, SCRIPTS, TARGETS

MAX_FROM_PAGE_CHARS = 2048

MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": '" autofocus onfocus="alert(1)',
    "single": "' onfocus='alert(1)",
    "close": "</form></main></body><script>alert(1)</script>",
    "style": "</style><style>*{background:url(//evil.example)}</style>",
    "comment": "<!--",
    "entity": "&lt;script&gt;&quot;",
    "nul": "<\x00script>alert(1)</script>",
    "crlf": "a\r\nSet-Cookie: evil=1",
    "utf7": "+ADw-script+AD4-",
    "template": "{style}{0}%s{{7*7}}${7*7}",
    "bytes": "\udcff",
    "direction": "\u202eadmin",
    "astral": "\U0001f600",
    "long": "<" * 60_000,
}

TRICKS = {**TARGETS, **SCRIPTS, **{f"elsewhere-{id}": to for id, to in ELSEWHERE.items()}}


def post(id, status, fields, path="/do_login", environ=None, **others):
    """Return a row that sends a form: pairs of a name and a value."""
    body = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in fields)
    environ = {"CONTENT_TYPE": FORM, **(environ or {})}
    others.setdefault("site", "login")
    return Row(id, status, path, method="POST", body=body.encode(), environ=environ, **others)


USER = ("username", "eva")
RIGHT = (USER, ("password", PASSWORD))
WRONG = (USER, ("password", "wrong"))
COOKIE = {"HTTP_COOKIE": f"session_id={KNOWN}"}
LOGGED_IN = "Set-Cookie: session_id="
NO_COOKIE = {"Set-Cookie": None}
NO_STORE = {"Cache-Control": "no-store", **NO_COOKIE}
PAGE = '<form method="post" action="do_login">'

FIELDS = {
    "none": (),
    "no-password": (USER,),
    "no-name": (("password", PASSWORD),),
    "empty-name": (("username", ""), ("password", PASSWORD)),
    "empty-password": (USER, ("password", "")),
    "two-names": (USER, *RIGHT),
    "two-passwords": (*RIGHT, ("password", PASSWORD)),
    "name-array": (("username[]", "eva"), ("password", PASSWORD)),
    "case": (("Username", "eva"), ("Password", PASSWORD)),
    "long-name": (("username", "a" * 257), ("password", PASSWORD)),
    "long-password": (USER, ("password", "a" * 100_000)),
}
# Forms that some page of another site had a browser send, and such as none did.
SENDERS = {
    "fetch-cross": ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
    "fetch-same-site": ({"HTTP_SEC_FETCH_SITE": "same-site"}, 403),
    "fetch-odd": ({"HTTP_SEC_FETCH_SITE": "Same-Origin"}, 403),
    "fetch-list": ({"HTTP_SEC_FETCH_SITE": "same-origin, cross-site"}, 403),
    "fetch-empty": ({"HTTP_SEC_FETCH_SITE": ""}, 403),
    "fetch-same": ({"HTTP_SEC_FETCH_SITE": "same-origin"}, 303),
    "fetch-none": ({"HTTP_SEC_FETCH_SITE": "none"}, 303),
    "fetch-same-origin-evil": (
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "http://evil.example"}, 303),
    "origin-evil": ({"HTTP_ORIGIN": "http://evil.example"}, 403),
    "origin-null": ({"HTTP_ORIGIN": "null"}, 403),
    "origin-empty": ({"HTTP_ORIGIN": ""}, 403),
    "origin-prefix": ({"HTTP_ORIGIN": "http://localhost.evil.example"}, 403),
    "origin-user": ({"HTTP_ORIGIN": "http://localhost@evil.example"}, 403),
    "origin-port": ({"HTTP_ORIGIN": "http://localhost:8081"}, 403),
    "origin-path": ({"HTTP_ORIGIN": "http://localhost/"}, 403),
    "origin-two": ({"HTTP_ORIGIN": "http://localhost http://evil.example"}, 403),
    "origin-crlf": ({"HTTP_ORIGIN": "http://localhost\r\nX: y"}, 403),
    "origin-bytes": ({"HTTP_ORIGIN": "\xff"}, 403),
    "origin-long": ({"HTTP_ORIGIN": "http://" + "a" * 60_000}, 403),
    "origin-own": ({"HTTP_ORIGIN": "http://localhost"}, 303),
    "origin-own-https": ({"HTTP_ORIGIN": "https://localhost"}, 303),
    "neither": ({}, 303),
}  # fmt: skip

ROWS = [
    # What is typed is shown as text.
    *(
        Row(f"page-{field}-{id}", 200, "/login_screen", f"{field}={escaped(text)}",
            site="login", contains=PAGE, headers=NO_STORE)
        for field in ("username", "from_page", "error_msg", "other")
        for id, text in MARKUP.items()
        if id != "bytes"
    ),
    *(
        post(f"wrong-{field}-{id}", 200,
             [pair for pair in WRONG if pair[0] != field] + [(field, text)],
             contains=PAGE, headers=NO_STORE)
        for field in ("username", "password", "from_page")
        for id, text in MARKUP.items()
        if id != "bytes"
    ),
    *(
        Row(f"here-{id}", 200, "/page/" + text.encode("utf-8", "replace").decode("latin-1"),
            escaped(text), site="login", contains=PAGE, headers={**NO_STORE, "Vary": "Cookie"})
        for id, text in MARKUP.items()
        if id not in ("bytes", "long")
    ),
    # Whatever from_page says, one stays here.
    *(
        post(f"to-{id}", 303, (*RIGHT, ("from_page", target)), contains=LOGGED_IN)
        for id, target in TRICKS.items()
    ),
    *(
        post(f"out-{id}", 303, (("from_page", target),), "/do_logout", COOKIE,
             site="login_files", contains="session_id=expired")
        for id, target in TRICKS.items()
    ),
    *(
        Row(f"screen-{id}", 200, "/login_screen", f"from_page={escaped(target)}", site="login",
            contains=PAGE, headers=NO_STORE)
        for id, target in TRICKS.items()
    ),
    post("to-longest", 303, (*RIGHT, ("from_page", "/" + "a" * (MAX_FROM_PAGE_CHARS - 1))),
         contains="Location: http://localhost/aaa"),
    post("to-too-long", 303, (*RIGHT, ("from_page", "/" + "a" * MAX_FROM_PAGE_CHARS)),
         headers={"Location": "http://localhost/"}),
    post("to-twice", 303, (*RIGHT, ("from_page", "/page"), ("from_page", "//evil.example")),
         headers={"Location": "http://localhost/"}),
    # Fields.
    *(
        post(f"fields-{site}-{id}", 200, fields, site=site, contains=PAGE, headers=NO_STORE)
        for site in ("login", "login_files")
        for id, fields in FIELDS.items()
    ),
    post("fields-huge", 413, (("username", "a" * 900_000),), headers=NO_COOKIE),
    post("right", 303, RIGHT, contains=LOGGED_IN),
    post("right-files", 303, RIGHT, site="login_files", contains=LOGGED_IN),
    post("right-known", 303, RIGHT, environ=COOKIE, site="login_files", contains=LOGGED_IN,
         lacks=KNOWN),
    post("right-planted", 303, RIGHT, environ={"HTTP_COOKIE": "session_id=" + "ab" * 20},
         site="login_files", contains=LOGGED_IN),
    post("right-unknown-field", 303, (*RIGHT, ("x", "y")), contains=LOGGED_IN),
    post("right-self", (303, 404, 400), (*RIGHT, ("self", "y"))),
    post("right-many-fields", (303, 413, 400), (*RIGHT, *((str(n), "") for n in range(2000)))),
    *(
        post(f"kind-{id}", statuses, WRONG, environ={"CONTENT_TYPE": kind}, headers=NO_COOKIE)
        for id, kind, statuses in (
            ("json", "application/json", (200, 400, 415)), ("none", "", (200, 400, 415)),
            ("text", "text/plain", (200, 400, 415)),
            ("multipart", "multipart/form-data", (400, 415)),
        )
    ),
    # Methods: nothing but a POST logs anybody in or out.
    *(
        Row(f"method-{method}{path.replace('/', '-')}", 405, path,
            "username=eva&password=x", body=b"", method=method, environ=COOKIE,
            site="login_files", headers={"Allow": "POST", **NO_COOKIE})
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW", "post")
        for path in ("/do_login", "/do_logout", "/page/do_login")
    ),
    # Other sites.
    *(
        post(f"sender-{id}", status, RIGHT, environ=environ,
             headers={} if status == 303 else NO_COOKIE)
        for id, (environ, status) in SENDERS.items()
    ),
    *(
        post(f"sender-out-{id}", status, (), "/do_logout", {**COOKIE, **environ},
             site="login_files", headers={} if status == 303 else NO_COOKIE)
        for id, (environ, status) in SENDERS.items()
    ),
    # Pages behind it.
    *(
        Row(f"behind{path.replace('/', '-')}", 200, path, site="login_files", contains=PAGE,
            headers=NO_STORE)
        for path in ("/", "/page", "/page/x", "/nowhere", "/DO_LOGIN", "/do_login/", "/page/..",
                     "/login_screen/x", "//", "/page/login_screen")
    ),
    *(
        Row(f"inside{path.replace('/', '-')}", 200, path, site="login_files", environ=COOKIE,
            headers={**NO_COOKIE, "Cache-Control": "private"}, lacks=PAGE)
        for path in ("/", "/page", "/page/x")
    ),
    *(
        Row(f"id-{id}", 200, "/page", environ={"HTTP_COOKIE": f"session_id={value}"},
            site="login_files", contains=PAGE, headers=NO_STORE)
        for id, value in (
            ("made-up", "ab" * 20), ("upper", KNOWN.upper()), ("lock", KNOWN + ".lock"),
            ("dots", "../x"), ("long", "a" * 10_000), ("nul", KNOWN + "\x00"),
            ("glob", "*" * 40), ("bytes", "\xff" * 40), ("empty", ""),
        )
    ),
]  # fmt: skip
