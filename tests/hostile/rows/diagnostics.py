"""Pages of statistics, profiles and coverage: no file but theirs, no script, only POST acts."""

from hostile_diagnostics import MEASURED
from hostile_row import FORM, Row, asks, escaped

PRESSED = asks(namespace="CherryPy Applications")

OUTSIDE = {
    "none": "",
    "dot": ".",
    "up": "..",
    "up-file": "../secret.txt",
    "up-same-name": "../cp_0001.prof",
    "up-source": "../secret.py",
    "up-twice": "..//../secret.txt",
    "up-encoded": "%2e%2e%2fsecret.txt",
    "backslash": "..\\secret.txt",
    "absolute": "/etc/passwd",
    "url": "file:///etc/passwd",
    "neighbour": "other.txt",
    "neighbour-source": "other.py",
    "link": "cp_0666.prof",
    "nul": "cp_0001.prof\x00.txt",
    "slash": "cp_0001.prof/",
    "newline": "cp_0001.prof\n",
    "digits": "cp_\u0661\u0662\u0663\u0664.prof",
    "long-number": "cp_" + "9" * 5000 + ".prof",
    "markup": "<script>alert(1)</script>",
    "astral": "\U0001f600",
    "surrogate": "\udcff",
    "long": "a" * 60_000,
}

MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "single": "' onfocus='alert(1)",
    "style": "</style><style>*{background:url(//evil.example)}</style>",
    "entity": "&lt;script&gt;",
    "format": "%s %(x)s {0} {{7*7}}",
    "direction": "\u202eadmin",
    "crlf": "a\r\nX-Evil: 1",
}

NAMESPACES = {
    "none": "",
    "unknown": "None",
    "case": "cherrypy applications",
    "dunder": "__class__",
    "markup": "<script>alert(1)</script>",
    "long": "a" * 100_000,
}


def see(id, status, path, query="", **others):
    """Return a row for the site of the diagnostics."""
    return Row(id, status, path, query, site="diagnostics", **others)


def press(id, status, fields, path="/cpstats/pause", **environ):
    """Return a row that presses a button."""
    body = fields.encode()
    environ = {"CONTENT_TYPE": FORM, **environ}
    return see(id, status, path, method="POST", body=body, environ=environ)


ROWS = [
    see("profiles", 200, "/profiles/", contains="cp_0001.prof", lacks="other.txt"),
    see("profiles-menu", 200, "/profiles/menu", lacks="cp_0666"),
    see("report", 200, "/profiles/report", "filename=cp_0001.prof", contains="function calls"),
    see("report-twice", 400, "/profiles/report", "filename=cp_0001.prof&filename=x"),
    see("report-missing", 404, "/profiles/report"),
    *(
        see(f"report-{id}", 404, "/profiles/report", asks(filename=name))
        for id, name in OUTSIDE.items()
    ),
    see("coverage", 200, "/coverage/", contains="measured.py", lacks="secret.py"),
    see(
        "source",
        200,
        "/coverage/report",
        asks(name=MEASURED),
        contains="&lt;script&gt;alert(1)",
        lacks="<script",
    ),
    see("source-twice", 400, "/coverage/report", f"name={escaped(MEASURED)}&name=x"),
    *(
        see(f"source-{id}", 404, "/coverage/report", asks(name=name))
        for id, name in OUTSIDE.items()
    ),
    *(
        see(f"menu-{name}-{id}", 200, "/coverage/menu", asks(**{name: value}), lacks="<script")
        for name in ("base", "exclude")
        for id, value in MARKUP.items()
    ),
    *(
        see(f"menu-{name}-twice", 400, "/coverage/menu", f"{name}=1&{name}=2")
        for name in ("base", "exclude", "pct", "showpct")
    ),
    see("exclude-expression", 200, "/coverage/menu", asks(exclude="(a+)+$" * 1000)),
    *(
        see(f"percent-{id}", 400, "/coverage/menu", asks(pct=value))
        for id, value in {"text": "<b>", "nan": "nan", "large": "1e999", "below": "-1"}.items()
    ),
    *(
        see(f"counted-{id}", 200, "/page", asks(q=value), contains="a page")
        for id, value in MARKUP.items()
    ),
    see("statistics", 200, "/cpstats/", contains="<h2>Requests</h2>", lacks="<script"),
    see("statistics-data", 200, "/cpstats/data", contains="Request-Line"),
    *(see(f"statistics-{id}", 404, "/cpstats/", asks(q=value)) for id, value in MARKUP.items()),
    *(
        see(f"{action}-{method}", 405, f"/cpstats/{action}", PRESSED, method=method)
        for action in ("pause", "resume")
        for method in ("GET", "HEAD", "DELETE")
    ),
    *(
        press(f"namespace-{id}", 404, f"namespace={escaped(name)}")
        for id, name in NAMESPACES.items()
    ),
    press("namespace-missing", 404, ""),
    press("namespace-twice", 400, "namespace=a&namespace=b"),
    press(
        "press-cross-site",
        403,
        PRESSED,
        HTTP_SEC_FETCH_SITE="cross-site",
    ),
    press(
        "press-other-origin",
        403,
        PRESSED,
        HTTP_ORIGIN="https://evil.example",
    ),
    press("press", (302, 303), PRESSED, "/cpstats/resume"),
    see("garbage", 200, "/gc/", contains="Hello, world!"),
]
