"""Redirect targets: what must stay on the host does, however it is written."""

from hostile_row import Row, asks, escaped

# Where a program that means a path of its own would send the client (SECURITY goal 17).
TARGETS = {
    "host-goes-on": ".evil.example/://x",
    "host-becomes-user": "@evil.example/://x",
    "host-gets-a-port": ":81@evil.example/://x",
    "two-slashes": "//evil.example",
    "two-slashes-path": "//evil.example/path",
    "three-slashes": "///evil.example",
    "four-slashes": "////evil.example",
    "backslash": "/\\evil.example",
    "backslash-first": "\\/evil.example",
    "backslashes": "\\\\evil.example",
    "backslashes-three": "\\\\\\evil.example",
    "slash-backslash-slash": "/\\/evil.example",
    "tab": "/\t/evil.example",
    "tab-first": "\t//evil.example",
    "tabs": "/\t\t/evil.example",
    "tab-backslash": "/\t\\evil.example",
    "lf": "/\n/evil.example",
    "lf-first": "\n//evil.example",
    "cr": "/\r/evil.example",
    "crlf": "/\r\n/evil.example",
    "nul": "/\x00/evil.example",
    "nul-first": "\x00//evil.example",
    "vertical": "/\x0b/evil.example",
    "vertical-first": "\x0b//evil.example",
    "delete": "/\x7f/evil.example",
    "space": "/ /evil.example",
    "space-first": " //evil.example",
    "space-backslashes": " \\\\evil.example",
    "space-tab": " \t //evil.example",
    "nbsp-first": "\xa0//evil.example",
    "unit-separator-first": "\x1f//evil.example",
    "user": "//localhost@evil.example",
    "user-backslash": "//evil.example\\@localhost",
    "dots": "/..//evil.example",
    "dots-two": "/../..//evil.example",
    "dot": "/.//evil.example",
    "dot-backslash": "/.\\/evil.example",
    "dot-relative": ".//evil.example",
    "dots-relative": "..//evil.example",
    "path-then-dots": "/a/..//evil.example",
    "path-then-many-dots": "/a/b/../../..//evil.example",
    "encoded-slashes": "/%2F/evil.example",
    "encoded-two": "%2F%2Fevil.example",
    "encoded-tab": "/%09/evil.example",
    "encoded-backslash": "/%5Cevil.example",
    "question": "?//evil.example",
    "hash": "#//evil.example",
    "semicolon": "/;//evil.example",
    "fullwidth": "/\uff0fevil.example",
    "fullwidth-two": "\uff0f\uff0fevil.example",
    "fraction-slash": "/\u2044evil.example",
    "ideographic-dot": "//evil\u3002example",
    "zero-width": "/\u200b/evil.example",
    "bom": "\ufeff//evil.example",
    "ipv6": "//[::1]",
    "port": "//evil.example:80",
    "empty": "",
    "slash": "/",
    "snowman": "/\u2603",
    "markup": "/<script>alert(1)</script>",
    "attribute": '/" onmouseover="alert(1)',
    "crlf-header": "/x\r\nSet-Cookie: evil=1",
    "crlf-body": "/x\r\n\r\n<script>alert(1)</script>",
    "percent": "/%",
    "long": "/" + "a" * 60000,
    "long-slashes": "/" * 60000 + "evil.example",
    "long-dots": "/" + "../" * 20000 + "/evil.example",
}

# No address at all, but a script: never a Location, never a link.
SCRIPTS = {
    "javascript": "javascript:alert(1)",
    "javascript-upper": "JAVASCRIPT:alert(1)",
    "javascript-tab": "java\tscript:alert(1)",
    "javascript-lf": "java\nscript:alert(1)",
    "javascript-space": " javascript:alert(1)",
    "javascript-control": "\x01javascript:alert(1)",
    "javascript-slashes": "javascript://localhost/%0Aalert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "data-base64": "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript": "vbscript:msgbox(1)",
}

# The program said so: another host, or none.
ELSEWHERE = {
    "http": "http://other.example/",
    "https": "https://other.example/x?y#z",
    "http-crlf": "http://other.example/\r\nSet-Cookie: evil=1",
    "http-markup": "http://other.example/<script>alert(1)</script>",
    "http-quote": 'http://other.example/" onclick="alert(1)',
    "http-snowman": "http://other.example/\u2603",
    "https-no-slashes": "https:other.example",
    "mail": "mailto:a@other.example",
    "own-scheme": "myapp://callback?code=1",
}

NO_COOKIE = {"Set-Cookie": None}

ROWS = [
    # By WebOb's own words, and by the header itself: a refusal is the program's 500.
    *(
        Row(
            f"{kind}-{id}",
            (status, 500),
            path,
            query.format(escaped(target)),
            site="writer",
            headers=NO_COOKIE,
            is_programs_fault=True,
        )
        for kind, status, path, query in (
            ("location", 303, "/location", "value={}"),
            ("header", 200, "/header", "name=Location&value={}"),
            ("webob-header", 200, "/webob_header", "name=location&value={}"),
            ("webob-response", 303, "/webob_response", "status=303&name=Location&value={}"),
            ("webob-redirect", 303, "/webob_redirect", "to={}"),
        )
        for id, target in {**TARGETS, **SCRIPTS}.items()
    ),
    # By way of url(), in each of its forms.
    *(
        Row(f"url-{how}-{id}", 303, "/go_url", asks(to=target, relative=how), headers=NO_COOKIE)
        for how in ("no", "yes", "server")
        for id, target in {**TARGETS, **SCRIPTS, **ELSEWHERE}.items()
    ),
    # Redirects that must stay.
    *(
        Row(f"{id}", 303, "/go_unchecked", asks(to=target), headers=NO_COOKIE)
        for id, target in TARGETS.items()
    ),
    *(
        Row(
            f"checked-{id}",
            303 if target.startswith("/") else 400,
            "/go",
            asks(to=target),
            headers=NO_COOKIE,
        )
        for id, target in TARGETS.items()
    ),
    *(
        Row(
            f"status-{status}",
            500 if status in ("306", "310", "399") else int(status),
            "/go_unchecked",
            asks(to="//evil.example", status=status),
            is_programs_fault=True,
        )
        for status in ("300", "301", "302", "305", "306", "307", "308", "310", "399")
    ),
    *(
        Row(
            f"https-{id}",
            303,
            "/go_unchecked",
            asks(to=TARGETS[id]),
            environ={"wsgi.url_scheme": "https"},
        )
        for id in ("two-slashes", "backslash", "tab", "space-first", "dots")
    ),
    *(
        Row(f"script-{id}", (303, 400), "/go_unchecked", asks(to=target))
        for id, target in SCRIPTS.items()
    ),
    *(
        Row(
            f"elsewhere-{id}",
            303,
            "/go_unchecked",
            asks(to=target),
            leaves=True,
            headers=NO_COOKIE,
        )
        for id, target in ELSEWHERE.items()
    ),
    # Redirects of the toolkit's own: an index page without its slash, whatever its path.
    *(
        Row(f"slash-{id}", 301, path, site="slashes", headers=NO_COOKIE)
        for id, path in {
            "two-slashes": "//evil.example",
            "two-slashes-path": "//evil.example/a",
            "backslash": "/\\evil.example",
            "backslashes": "/\\\\evil.example/a",
            "tab": "/\t/evil.example",
            "crlf": "/x\r\nSet-Cookie: evil=1",
            "nul": "/\x00/evil.example",
            "space": "/ /evil.example",
            "dots": "/..//evil.example",
            "dots-many": "/a/../..//evil.example",
            "dot": "/.//evil.example",
            "scheme": "/http://evil.example",
            "scheme-first": "/javascript:alert(1)",
            "user": "/@evil.example",
            "snowman": "/\xe2\x98\x83",
            "markup": "/<script>alert(1)</script>",
            "attribute": '/" onmouseover="alert(1)',
            "question": "/?x",
            "hash": "/#x",
            "percent": "/%2F%2Fevil.example",
        }.items()
    ),
    # A request target that is no path, which some server hands on.
    *(
        Row(f"slash-none-{id}", (301, 400, 404), path, site="slashes", headers=NO_COOKIE)
        for id, path in {
            "name": "x",
            "user": "@evil.example",
            "user-path": "@evil.example/x",
            "suffix": ".evil.example/x",
            "port": ":80@evil.example/x",
            "port-only": ":81/x",
            "backslash": "\\@evil.example",
            "absolute": "http://evil.example/x",
            "scheme": "javascript:alert(1)",
            "star": "*",
        }.items()
    ),
    *(
        Row(f"default-{id}", (303, 400, 404), path, site="default")
        for id, path in {
            "none-user": "@evil.example",
            "none-suffix": ".evil.example",
            "none-port": ":81",
            "two-slashes": "//evil.example",
            "backslash": "/\\evil.example",
            "tab": "/\t/evil.example",
            "dots": "/..//evil.example",
            "nul": "/\x00/evil.example",
            "snowman": "/\xe2\x98\x83",
            "star": "*",
        }.items()
    ),
    Row("no-slash", (303, 400, 404), "go", asks(to="x")),
    Row("no-slash-query", (303, 400, 404), "go_unchecked", asks(to="?x")),
    Row("address-no-slash", (200, 400, 404), "address", lacks="localhostaddress"),
    # Redirects inside.
    *(
        Row(f"inside-{id}", (200, 404), "/inside", asks(to=TARGETS[id]), headers=NO_COOKIE)
        for id in TARGETS
        if id not in ("empty", "question", "hash", "long-dots")
    ),
    Row("inside-head", 200, "/inside", asks(to="/echo?a=1"), method="HEAD"),
    Row("inside-dunder", 404, "/inside", asks(to="/__class__")),
    Row("inside-surrogate", 404, "/inside", "to=%ED%A0%80"),
]
