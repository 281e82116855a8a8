"""Programs that fail: in a handler, in a hook, before there is a plan, in mid-body."""

from hostile_row import CREDENTIAL, Row

from wsgicherry.core.hooks import HOOK_POINTS

MARKUP = "<script>alert(1)</script>"
FAULT = {"is_programs_fault": True}
ON_ERRORS = ("before_error_response", "after_error_response")

# After HTTPError(418) in a hook of this point (BEHAVIOUR 2.3 and 13.3).
TEAPOT = {
    "on_start_resource": 418,
    "before_request_body": 418,
    "before_handler": 418,
    "before_finalize": (418, 500),
    "on_end_resource": (418, 500),
    "on_end_request": 200,
    "before_error_response": (418, 500),
    "after_error_response": (418, 500),
}

FORGED = {
    "HTTP_USER_AGENT": "a\r\n[01/Jan/2030:00:00:00] HTTP forged\n\x1b[2J",
    "HTTP_REFERER": "a\n127.0.0.1 - - forged",
    "HTTP_X_TEST": "a\r\nb\x00c",
    "HTTP_AUTHORIZATION": f"Basic {CREDENTIAL}",
    "HTTP_COOKIE": f"session_id={CREDENTIAL}",
}


def hook_rows():
    """Yield a row for each hook point and each way to fail."""
    for point in HOOK_POINTS:
        for how in ("value", "teapot", "exit", "interrupt"):
            path = "/boom" if point in ON_ERRORS else "/"
            status = 200 if point == "on_end_request" else 500
            if how == "teapot":
                status = TEAPOT[point]
            yield Row(f"hook-{point}-{how}", status, path, site=f"hook_{point}_{how}", **FAULT)
            if point not in ON_ERRORS and how != "teapot":
                broken = 200 if status == 200 else status
                yield Row(
                    f"hook-{point}-{how}-head",
                    broken,
                    path,
                    method="HEAD",
                    site=f"hook_{point}_{how}",
                    **FAULT,
                )


ROWS = [
    *hook_rows(),
    Row("boom", 500, "/boom", site="faulty", contains="Error id", **FAULT),
    Row("boom-head", 500, "/boom", method="HEAD", site="faulty", **FAULT),
    Row(
        "boom-json",
        500,
        "/boom",
        environ={"HTTP_ACCEPT": "application/json"},
        site="faulty",
        headers={"Content-Type": "application/problem+json"},
        contains="error_id",
        **FAULT,
    ),
    Row(
        "boom-text",
        500,
        "/boom",
        environ={"HTTP_ACCEPT": "text/plain"},
        site="faulty",
        contains="Error id",
        **FAULT,
    ),
    Row(
        "boom-odd-accept",
        500,
        "/boom",
        environ={"HTTP_ACCEPT": "," * 32768},
        site="faulty",
        **FAULT,
    ),
    Row("boom-markup", 500, "/boom", f"a={MARKUP}", site="faulty", lacks=MARKUP, **FAULT),
    Row("boom-forged", 500, "/boom", "a=%0A[forged]", environ=FORGED, site="faulty", **FAULT),
    Row(
        "boom-forged-method",
        500,
        "/boom",
        method="X\r\nY",
        environ=FORGED,
        site="faulty",
        **FAULT,
    ),
    *(
        Row(f"leave-{how}", 500, "/leave", f"how={how}", site="faulty", **FAULT)
        for how in ("exit", "interrupt", "recursion", "memory", "stop")
    ),
    Row("returns-number", 500, "/nothing", site="faulty", **FAULT),
    Row("returns-odd-chunks", 500, "/text_chunks", site="faulty", **FAULT),
    Row("returns-surrogate", 500, "/surrogate", site="faulty", **FAULT),
    *(
        Row(
            f"status-{value}",
            int(value),
            "/bad_status",
            f"value={value}",
            site="faulty",
            **FAULT,
        )
        for value in ("204", "205", "304", "404", "500", "503")
    ),
    *(
        Row(
            f"status-{value}-head",
            int(value),
            "/bad_status",
            f"value={value}",
            method="HEAD",
            site="faulty",
            **FAULT,
        )
        for value in ("204", "304", "404")
    ),
    Row("status-99", 500, "/bad_status", "value=99", site="faulty", **FAULT),
    Row("status-600", 500, "/bad_status", "value=600", site="faulty", **FAULT),
    Row("inside-loop", 500, "/loop", site="faulty", **FAULT),
    Row("inside-loop-head", 500, "/loop", method="HEAD", site="faulty", **FAULT),
    Row("inside-spiral", 500, "/spiral", site="faulty", **FAULT),
    # Bodies.
    *(
        Row(
            f"stream-breaks-{how}", 200, "/stream", f"how={how}", site="faulty", breaks_off=True
        )
        for how in ("value", "http", "exit")
    ),
    *(
        Row(
            f"iterate-breaks-{how}",
            404 if how == "http" else 500,
            "/iterate",
            f"how={how}",
            site="faulty",
            **FAULT,
        )
        for how in ("value", "http", "exit")
    ),
    Row("stream", 200, "/stream", contains="ab"),
    Row("stream-head", 200, "/stream", method="HEAD"),
    Row("stream-gzip", 200, "/stream", environ={"HTTP_ACCEPT_ENCODING": "gzip"}, site="gzip"),
    Row("stream-breaks-head", 200, "/stream", "how=value", method="HEAD", site="faulty"),
    Row("iterate", 200, "/iterate", contains="ab"),
    Row("iterate-head", 200, "/iterate", method="HEAD"),
    Row(
        "iterate-not-acceptable",
        406,
        "/iterate",
        environ={"HTTP_ACCEPT_ENCODING": "*;q=0"},
        site="gzip",
    ),
    Row(
        "stream-not-acceptable",
        406,
        "/stream",
        environ={"HTTP_ACCEPT_ENCODING": "*;q=0"},
        site="gzip",
    ),
    *(
        Row(
            f"{page}-replaced-{how}",
            (200, 418, 500),
            f"/{page}",
            "how=value",
            site=f"hook_before_finalize_{how}",
            why="the body that the error page replaces is closed",
            **FAULT,
        )
        for page in ("stream", "iterate")
        for how in ("value", "teapot", "exit")
    ),
    # Before there is a plan.
    *(
        Row(f"dispatch-{how}", status, "/x", site=f"dispatch_{how}", **FAULT)
        for how, status in {
            "value": 500,
            "teapot": 418,
            "exit": 500,
            "interrupt": 500,
            "redirect": 303,
            "garbage": 404,
            "grow": 500,
        }.items()
    ),
    *(
        Row(
            f"dispatch-{how}-forged",
            status,
            "/x\r\n[forged]",
            environ=FORGED,
            site=f"dispatch_{how}",
            **FAULT,
        )
        for how, status in {"value": 500, "teapot": 418, "grow": 500}.items()
    ),
    Row("dispatch-value-head", 500, "/x", method="HEAD", site="dispatch_value", **FAULT),
    Row("dispatcher-fails", 500, site="bad_dispatcher", **FAULT),
    Row(
        "dispatcher-fails-markup",
        500,
        f"/{MARKUP}",
        site="bad_dispatcher",
        lacks=MARKUP,
        **FAULT,
    ),
    Row("dispatcher-does-nothing", (200, 404, 500), site="lazy_dispatcher", **FAULT),
    *(
        Row(f"early-{site}", 400, environ={"HTTP_HOST": "a b"}, site=site, **FAULT)
        for site in (
            "bad_dispatcher",
            "dispatch_value",
            "page_fails",
            "page_echoes",
            "production",
            "hook_on_start_resource_value",
            "hook_before_handler_exit",
        )
    ),
    Row(
        "early-hook-before-finalize",
        (400, 500),
        environ={"HTTP_HOST": "a b"},
        site="hook_before_finalize_value",
        **FAULT,
    ),
    # Error pages of the program's own.
    *(
        Row(
            f"page-{site}-{code}",
            int(code),
            "/refuse",
            f"status={code}&message={MARKUP}",
            site=site,
            lacks=MARKUP,
            **FAULT,
        )
        for site in ("page_fails", "page_echoes", "plain")
        for code in ("400", "403", "404", "409", "500", "503")
    ),
    *(
        Row(f"page-message-{id}", 400, "/refuse", f"message={message}", lacks="<script")
        for id, message in {
            "controls": "%00%0D%0A%1B[2J",
            "noncharacter": "%EF%BF%BE",
            "format": "%25(status)s%25s{status}{0.__class__}",
            "attribute": "%22%20onclick=%22alert(1)",
            "closing": "</p></body></html><script>alert(1)</script>",
            "entity": "%26lt;script%26gt;",
            "comment": "<!--<script>",
            "cdata": "<![CDATA[<script>",
            "title": "</title><script>alert(1)</script>",
            "utf7": "%2BADw-script%2BAD4-",
            "long": "a" * 60000,
        }.items()
    ),
    *(
        Row(
            f"page-message-json-{id}",
            400,
            "/refuse",
            f"message={message}",
            environ={"HTTP_ACCEPT": "application/json"},
            contains='"status": 400',
        )
        for id, message in {"markup": MARKUP, "quote": "%22", "controls": "%00%0D%0A"}.items()
    ),
]
