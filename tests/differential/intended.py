"""Where wsgicherry means to answer otherwise than CherryPy 18.10, and why.

A row says which fields (as comparison.py names them) of which requests of a program differ, and
cites the reason: numbers without a name are sections of BEHAVIOUR.md. A row that no longer
differs fails the test, so that this table stays true.
"""

from typing import NamedTuple

from intended_authentication import AUTHENTICATION_ROWS
from intended_bodies import BODY_ROWS
from intended_caching import CACHING_ROWS
from intended_charsets import CHARSET_ROWS
from intended_conditions import CONDITION_ROWS
from intended_diagnostics import DIAGNOSTICS_ROWS
from intended_json import JSON_ROWS
from intended_proxies import PROXY_ROWS
from intended_session_rows import SESSION_ROWS
from intended_static import STATIC_ROWS
from intended_tools import TOOL_ROWS


class Row(NamedTuple):
    """Requests of one program whose answers differ on purpose, for one reason."""

    program: str
    requests: tuple[str, ...]
    fields: tuple[str, ...]
    reason: str


ROWS = (
    Row(
        "bare_tree",
        ("GET /", "GET /application", "GET /nowhere"),
        ("body", "header content-type", "length"),
        "13.3 item 18: the tree's own 404 has headers and a body",
    ),
    Row(
        "bodies",
        ("GET /bytearray", "GET /memoryview"),
        ("body", "status"),
        "a bytes-like object is bytes; CherryPy iterates it as numbers (2.12)",
    ),
    Row(
        "bodies",
        ("GET /raw/bytearray", "GET /raw/memoryview"),
        ("body", "header content-type", "status"),
        "a bytes-like object is bytes; CherryPy iterates it as numbers (2.12)",
    ),
    Row(
        "charset",
        ("/wide for 'klingon'",),
        ("body",),
        "SECURITY 1.1 item 11: a charset that is not known is not tried",
    ),
    Row(
        "charset",
        ("/fixed for 'utf-8;q=x'", "/fixed for 'utf-8;q='"),
        ("body", "status"),
        "6.5: a malformed q is a 400, whatever the encoding",
    ),
    Row(
        "charset",
        ("raw bytes, whatever is accepted",),
        ("header content-type",),
        "SECURITY 1.1 item 11: the client's text does not name the charset of bytes",
    ),
    Row(
        "compression",
        ("/page for '*'",),
        ("body", "header content-encoding", "header vary", "status"),
        "13.2: Accept-Encoding without a usable coding gets gzip or identity, not 406",
    ),
    Row(
        "compression",
        ("/page for 'deflate'", "/page for 'br'"),
        ("body", "header vary", "status"),
        "13.2: Accept-Encoding without a usable coding gets gzip or identity, not 406",
    ),
    Row(
        "compression",
        ("/page for '*;q=0'", "/page for 'identity;q=0'"),
        ("header vary",),
        "SECURITY 1.2 item 16: Vary always, on the 406 too",
    ),
    Row(
        "compression",
        ("/page for 'GZIP'",),
        ("body", "header content-encoding", "header vary", "status"),
        "RFC 9110 sections 8.3.1 and 8.4.1: codings and media types are case-insensitive",
    ),
    Row(
        "compression",
        ("/typed 'TEXT/HTML'", "/typed_more 'TEXT/HTML'"),
        ("header content-encoding",),
        "RFC 9110 sections 8.3.1 and 8.4.1: codings and media types are case-insensitive",
    ),
    Row(
        "context",
        ("GET /child_request", "GET /child_path"),
        ("body",),
        "DESIGN 6: a child thread never sees a request, and is told so",
    ),
    Row(
        "context",
        ("GET /session",),
        ("body",),
        "DESIGN 6: the proxy is there from the start and explains itself",
    ),
    Row(
        "cookies",
        (
            "Cookie: 'a=1, b=2'", "Cookie: 'a=\"semi;colon\"'", "Cookie: 'a=café'",
            "Cookie: 'a=1; ; b=2'", "Cookie: 'a=1; b'", "Cookie: 'expires=1; a=2'",
            "Cookie: 'a=\"unterminated'",
        ),
        ("body",),
        "SECURITY 1.1 item 12: one odd pair costs only itself (RFC 6265 section 5.2)",
    ),
    Row(
        "cookies",
        ("Cookie: '(a)=b'", "Cookie: 'a,=b'", "Cookie: 'a=1; (bad)=x; c=3'"),
        ("body", "status", "traceback"),
        "SECURITY 1.1 item 12: a broken cookie is dropped, the good ones are kept",
    ),
    Row(
        "dispatch",
        ("GET /__class__", "GET /--class--"),
        ("body", "header location", "status"),
        "13.1 item 1: dunder segments name no attributes",
    ),
    Row(
        "dispatch",
        ("GET /page/__func__/x/y",),
        ("body",),
        "13.1 item 1: dunder segments name no attributes",
    ),
    Row(
        "dispatch",
        ("GET /page/%E9",),
        ("body", "status"),
        "an undecodable path is a 404 (issue 2 section 6)",
    ),
    Row(
        "dispatch",
        ("GET /%FF",),
        ("body",),
        "an undecodable path is a 404 (issue 2 section 6)",
    ),
    Row(
        "error_pages",
        (
            "GET /list", "GET /list?code=403&message=no+%3Cb%3E+%26+%22entry%22",
            "GET /list?kind=fault", "GET /list?kind=type", "GET /none",
            "GET /none?code=403&message=no+%3Cb%3E+%26+%22entry%22", "GET /none?kind=fault",
            "GET /none?kind=type", "GET /failing",
            "GET /failing?code=403&message=no+%3Cb%3E+%26+%22entry%22",
            "GET /failing?kind=fault", "GET /failing?kind=type", "GET /http",
            "GET /http?code=403&message=no+%3Cb%3E+%26+%22entry%22", "GET /http?kind=fault",
            "GET /http?kind=type", "GET /missing",
            "GET /missing?code=403&message=no+%3Cb%3E+%26+%22entry%22",
            "GET /missing?kind=fault", "GET /missing?kind=type",
        ),
        ("body",),
        "SECURITY section 3 item 4: no exception text in a body; the log has it",
    ),
    Row(
        "error_pages",
        ("GET /file?code=403&message=no+%3Cb%3E+%26+%22entry%22",),
        ("body",),
        "13.1 item 5: quotes are escaped too; a template may fill an attribute",
    ),
    Row(
        "error_pages",
        ("GET /streamed?code=503",),
        ("length",),
        "an error page says how long it is, whatever the page was to be",
    ),
    Row(
        "redirects",
        ("GET /not_modified",),
        ("header content-location", "header expires"),
        "13.3 item 13: a 304 keeps what a cache needs (RFC 9110 section 15.4.5)",
    ),
    Row(
        "redirects",
        ("GET /streamed",),
        ("length",),
        "a redirect says how long it is, whatever the page was to be",
    ),
    Row(
        "error_pages",
        ("a program that wants JSON",),
        ("header content-type",),
        "issue 2 section 2: error pages as JSON (RFC 9457) or text by Accept",
    ),
    Row(
        "error_pages",
        ("a program that wants text",),
        ("body", "header content-type"),
        "issue 2 section 2: error pages as JSON (RFC 9457) or text by Accept",
    ),
    Row(
        "hook_rows",
        ("GET /system_exit", "GET /keyboard_interrupt"),
        ("body", "header content-type", "length", "raised", "status"),
        "SECURITY 1.1 item 4: nothing leaves the application; SystemExit is a 500",
    ),
    Row(
        "hook_rows",
        ("hooks of /system_exit", "hooks of /keyboard_interrupt"),
        ("body",),
        "SECURITY 1.1 item 4: nothing leaves the application; SystemExit is a 500",
    ),
    Row(
        "http_errors",
        ("GET /thrown",),
        ("traceback",),
        "13.1 item 9: no traceback before config is applied, nor after release",
    ),
    Row(
        "internal_redirects",
        ("GET /go?to=../target",),
        ("body",),
        "13.3 item 17: a path above the root keeps its slash",
    ),
    Row(
        "internal_redirects",
        ("GET /itself", "GET /ping"),
        ("traceback",),
        "13.1 item 9: no traceback before config is applied, nor after release",
    ),
    Row(
        "json_tools",
        ("not a number",),
        ("body", "status"),
        "SECURITY 2: NaN and Infinity are not JSON",
    ),
    Row(
        "json_tools",
        ("infinity",),
        ("body", "header content-type", "status"),
        "SECURITY 2: NaN and Infinity are not JSON",
    ),
    Row(
        "json_tools",
        ("GET",),
        ("body", "status"),
        "13.2: request.json of a GET is the client's mistake, not a 500",
    ),
    Row(
        "own_classes",
        ("GET /files/none",),
        ("header etag",),
        "13.3 item 12: files have an ETag",
    ),
    Row(
        "own_classes",
        (
            "GET /page/go/a/b?to=../x", "GET /page/node/go_by_url?to=../x",
            "GET /page/node/go_by_url?to=/x/y",
        ),
        ("body", "header location"),
        "2.10: a redirect with relative_urls keeps its '..', and so leads where url() says",
    ),
    Row(
        "links",
        (
            "/ url({'path': '../x'})", "/ url({'path': '../../x'})",
            "/ url({'path': '../../../x'})", "/ url({'path': '../x', 'relative': True})",
            "/page url({'path': '../x'})", "/page url({'path': '../../x'})",
            "/page url({'path': '../../../x'})",
            "/page url({'path': '../x', 'relative': True})", "/page/ url({'path': '../x'})",
            "/page/ url({'path': '../../x'})", "/page/ url({'path': '../../../x'})",
            "/page/ url({'path': '../x', 'relative': True})", "/d url({'path': '../../x'})",
            "/d url({'path': '../../../x'})", "/d/ url({'path': '../../x'})",
            "/d/ url({'path': '../../../x'})", "/d/e url({'path': '../../x'})",
            "/d/e url({'path': '../../../x'})", "/d/e/ url({'path': '../../x'})",
            "/d/e/ url({'path': '../../../x'})", "/d/e/f url({'path': '../../../x'})",
            "/u url({'path': '../x'})", "/u url({'path': '../../x'})",
            "/u url({'path': '../../../x'})", "/u url({'path': '../x', 'relative': True})",
            "/u/ url({'path': '../x'})", "/u/ url({'path': '../../x'})",
            "/u/ url({'path': '../../../x'})", "/u/ url({'path': '../x', 'relative': True})",
            "/u/page url({'path': '../x'})", "/u/page url({'path': '../../x'})",
            "/u/page url({'path': '../../../x'})",
            "/u/page url({'path': '../x', 'relative': True})",
            "/u/d/ url({'path': '../../x'})", "/u/d/ url({'path': '../../../x'})",
            "/u/d url({'path': '../../x'})", "/u/d url({'path': '../../../x'})",
            "/u/d/e url({'path': '../../x'})", "/u/d/e url({'path': '../../../x'})",
            "/r/page url({'path': '../x'})", "/s/page url({'path': '../x'})",
        ),
        ("body",),
        "13.3 item 17: an address above the application's root keeps its slash",
    ),
    Row(
        "middleware",
        ("GET /fails",),
        ("traceback",),
        "13.1 item 9: no traceback before config is applied, nor after release",
    ),
    Row(
        "mismatch",
        ("GET /stars?self=1&a=2", "GET /both?self=1"),
        ("body", "status"),
        "13.2: `?self=` is an unexpected parameter, not a fault",
    ),
    Row(
        "mismatch",
        (
            "GET /keyword_only", "GET /positional_only?a=1", "GET /static",
            "POST /keyword_only ''",
        ),
        ("body", "status"),
        "13.3 item 16: keyword-only, positional-only and static signatures are understood",
    ),
    Row(
        "mismatch",
        ("GET /keyword_only/1", "GET /keyword_only?a=1&b=2", "GET /static?a=1&c=2"),
        ("body",),
        "13.3 item 16: keyword-only, positional-only and static signatures are understood",
    ),
    Row(
        "params_tool",
        (
            "GET /whole?n=x", "GET /whole?n=", "GET /whole?n=1.5", "GET /whole?n=1e3",
            "GET /whole?n=0x10", "GET /real?n=x", "GET /real?n=", "GET /real?n=0x10",
            "GET /whole?n=nan", "GET /whole?n=inf", "GET /whole?n=1e999",
            "GET /several?a=x&b=y", "GET /several?a=1&c=x", "GET /several?b=x",
            "GET /level?n=x", "GET /unique?n=x", "GET /own?n=3", "GET /own?n=x",
            "GET /wrapped?n=x", "GET /static?n=x", "GET /other_error?n=x",
            "GET /by_decorator?n=x", "GET /plain/page?n=x", "POST /whole? 'n=x'",
            "POST /several?a=1 'c=x'",
        ),
        ("body",),
        "6.3: the message names the parameter, what it must be and what came",
    ),
    Row(
        "params_tool",
        (
            "GET /whole?n=1_000", "GET /whole?n=%D9%A1", "GET /real?n=1_000",
            "GET /real?n=%D9%A1", "GET /real?n=nan", "GET /real?n=inf",
            "GET /real?n=1e999",
        ),
        ("body", "status"),
        "SECURITY goal 3: numbers are finite, of ASCII digits, and not 'nan' or '1_0'",
    ),
    Row(
        "params_tool",
        ("GET /truth?n=0", "GET /truth?n=false", "GET /truth?n=off"),
        ("body",),
        "6.3: bool('0') is True there; here words say what is true, and '' is none",
    ),
    Row(
        "params_tool",
        ("GET /truth?n=", "GET /truth?n=x"),
        ("body", "status"),
        "6.3: bool('0') is True there; here words say what is true, and '' is none",
    ),
    Row(
        "params_tool",
        (
            "GET /exact?n=x", "GET /whole?n=1&n=2", "GET /text?n=1&n=2",
            "POST /whole?n=1 'n=2'",
        ),
        ("body", "status"),
        "13.2: a value that does not fit is a 400: repeats of what is single, any Decimal",
    ),
    Row(
        "params_tool",
        ("GET /many?n=ab",),
        ("body",),
        "6.3: list means one value or many, not the letters of one",
    ),
    Row(
        "params_tool",
        ("GET /level?n=HIGH",),
        ("body", "status"),
        "6.3: a member of an enum goes by its value, or else by its name",
    ),
    Row(
        "params_tool",
        ("GET /string?n=5", "GET /optional?n=2024-01-01"),
        ("body", "status"),
        "13.3 item 20: annotations that are strings are resolved",
    ),
    Row(
        "params_tool",
        ("GET /node?n=5", "GET /node?n=x", "GET /node"),
        ("body", "status"),
        "6.3: an object that is called has annotations too",
    ),
    Row(
        "params_tool",
        ("GET /nowhere", "GET /nowhere?n=1"),
        ("body", "status"),
        "13.2: tools.params on a 404 leaves it a 404",
    ),
    Row(
        "parameters",
        ("GET /any?self=1",),
        ("body", "status"),
        "13.2: ?self= is a 404, not a 500",
    ),
    Row(
        "parameters",
        ("GET /click?12,34&a=1",),
        ("body", "status"),
        "2.5: a click on an image map is two numbers and nothing more",
    ),
    Row(
        "query",
        ("query 'a=1;b=2'", "form 'a=1;b=2'"),
        ("body",),
        "SECURITY 2: `;` does not separate pairs",
    ),
    Row(
        "query",
        ("query '12,34'", "query '12,34,5'"),
        ("body",),
        "SECURITY 2: `12,34` is not an image map",
    ),
    Row(
        "query",
        ("query '12,34abc'", "query '1,2&a=3'"),
        ("body", "status"),
        "SECURITY 2: `12,34` is not an image map",
    ),
    Row(
        "query",
        ("query 'a=\u00e9'",),
        ("body", "status"),
        "2.5: undecodable is a 404, escaped or not (SECURITY 1.1 item 3)",
    ),
    Row(
        "query",
        ("form 'a=%'", "form 'a=%zz'"),
        ("body",),
        "13.6: forms are decoded as query strings are; a lone % stays",
    ),
    Row(
        "redirects",
        (
            "/to to '//other.test/x'", "/sub/page to '//other.test/x'",
            "/sub/page/a/b to '//other.test/x'", "/nested/to to '//other.test/x'",
            "/nested/sub/page to '//other.test/x'",
        ),
        ("body", "header location"),
        "SECURITY 1.3 item 17: `//host` does not leave the site",
    ),
    Row(
        "redirects",
        ("GET /encoded", "GET /injected", "GET /not_ascii", "GET /markup"),
        ("body", "header location"),
        "13.3 item 14: a Location is percent-encoded",
    ),
    Row(
        "request_facts",
        ("HTTP/1.1 without Host",),
        ("traceback",),
        "13.1 item 9: no traceback before config is applied, nor after release",
    ),
    Row(
        "request_facts",
        ("HTTP/2",),
        ("body", "header content-type", "status", "traceback"),
        "13.2: `HTTP/2` without a minor version is served",
    ),
    Row(
        "request_facts",
        ("a hostile Host", "an empty Host"),
        ("body", "status"),
        "SECURITY 1.3 item 18: the Host is syntax-checked",
    ),
    Row(
        "request_facts",
        ("encoded words",),
        ("body",),
        "SECURITY 2: no RFC 2047 decoding of headers",
    ),
    Row(
        "request_facts",
        ("broken encoded words", "unknown charset"),
        ("body", "status", "traceback"),
        "SECURITY 2: no RFC 2047 decoding of headers",
    ),
    Row(
        "statuses",
        ("status control",),
        ("status",),
        "SECURITY 1.1 item 7: no control bytes in a status line",
    ),
    Row(
        "statuses",
        ("GET /kinds",),
        ("header x-space",),
        "SECURITY section 3 item 3: no spaces around a header's value",
    ),
    Row(
        "statuses",
        ("GET /update",),
        ("body", "header x-a"),
        "13.7: header names are title-cased however they are set",
    ),
    Row(
        "streaming",
        (
            "log of /closable", "log of /buffered/closable", "log of HEAD /closable",
            "log of HEAD /buffered/closable",
        ),
        ("body",),
        "13.3 item 11: an iterator that can be closed is closed",
    ),
    Row(
        "streaming",
        ("GET /redirect",),
        ("length",),
        "a redirect says how long it is, whatever the page was to be",
    ),
    Row(
        "toolboxes",
        ("what mounting noted",),
        ("body",),
        "13.3 item 8: a second merge does not run the namespaces again",
    ),
    Row(
        "vpath",
        ("GET /grow/x", "GET /raise/x", "GET /http/x"),
        ("traceback",),
        "13.1 item 9: no traceback before config is applied, nor after release",
    ),
    Row(
        "streaming",
        ("GET /no_content", "GET /buffered/no_content"),
        ("header content-type",),
        "SECURITY 3 item 10: no type without a body",
    ),
    Row(
        "streaming",
        ("GET /fails_first",),
        ("body", "header content-type"),
        "SECURITY 1.1 item 4: an error before the first chunk has its page",
    ),
    Row(
        "streaming",
        ("GET /http_first",),
        ("body", "header content-type", "status"),
        "SECURITY 1.1 item 4: an error before the first chunk has its page",
    ),
    Row(
        "streaming",
        ("GET /redirect_first",),
        ("body", "header content-type", "header location", "status"),
        "SECURITY 1.1 item 4: a redirect before the first chunk is one",
    ),
    Row(
        "streaming",
        (
            "GET /memory_file", "HEAD /memory_file", "GET /disk_file", "HEAD /disk_file",
            "GET /disk_file?skip=10",
        ),
        ("length",),
        "SERVERS R26: a file that is sent as it is has its length, streamed or not",
    ),
    Row(
        "streaming",
        ("GET /not_modified",),
        ("body", "header content-type"),
        "SECURITY 3 items 6 and 10: a 304 has no body and no type, streamed or not",
    ),
    Row(
        "streaming",
        ("HEAD /not_modified", "GET /buffered/not_modified", "HEAD /buffered/not_modified"),
        ("header content-type",),
        "SECURITY 3 item 10: no type without a body",
    ),
    Row(
        "statuses",
        ("status no content", "status not modified"),
        ("header content-type",),
        "SECURITY 3 item 10: no type without a body",
    ),
    Row(
        "statuses",
        ("status reset", "generated reset", "HEAD reset"),
        ("length",),
        "RFC 9110 15.3.6: a 205 says that it is empty",
    ),
    Row(
        "compression",
        ("GET /no_content", "/no_content with gzip"),
        ("header content-type",),
        "SECURITY 3 item 10: no type without a body",
    ),
    Row(
        "compression",
        ("/page for 'gzip;q=x'",),
        ("body", "header vary", "status"),
        "SECURITY 1.1 item 3: a client cannot cause a 500; the header asks for nothing",
    ),
    Row(
        "toolboxes",
        ("GET /names",),
        ("body",),
        "DESIGN 5: built-in namespaces are compiled; request.namespaces is what programs add",
    ),
    Row(
        "dispatch",
        ("GET /other-name", "GET /other_name"),
        ("body", "status"),
        "an alias with a hyphen is reached as the dispatcher reads it (3.2), not lost",
    ),
    Row(
        "internal_redirects",
        ("HEAD /go?to=/target", "HEAD /to_error"),
        ("body",),
        "SERVERS R18: no body for HEAD, after an internal redirect neither",
    ),
    Row(
        "error_pages",
        (
            "GET /broken",
            "GET /broken?code=403&message=no+%3Cb%3E+%26+%22entry%22",
            "GET /broken?kind=type",
        ),
        ("body", "header content-type", "status"),
        "issue 2: a custom error page that fails falls back to ours",
    ),
    Row(
        "error_pages",
        ("GET /broken?kind=fault",),
        ("body", "header content-type"),
        "issue 2: a custom error page that fails falls back to ours",
    ),
    Row(
        "internal_redirects",
        ("GET /go?to=../../target", "GET /sub/go?to=../../target"),
        ("body",),
        "13.3 item 17: '..' at the root leads to the root, and a path begins with a slash",
    ),
    Row(
        "internal_redirects",
        ("GET /streamed", "DELETE /streamed"),
        ("body", "header content-type", "status", "traceback"),
        "2.11: nothing of the first response is left, its `stream` neither",
    ),
    Row(
        "redirects",
        tuple(
            f"{path} to {to!r}"
            for path in ("/to", "/sub/page", "/sub/page/a/b", "/nested/to", "/nested/sub/page")
            for to in ("?", "HTTP://OTHER.TEST/X")
        ),
        ("body", "header location"),
        "13.3 item 14: an address stays as the program wrote it",
    ),
    Row(
        "redirects",
        ("GET /by_url?path=../x", "GET /nested/by_url?path=../x"),
        ("body", "header location"),
        "13.3 item 17: url('../x') at a root has its slash",
    ),
    Row(
        "links",
        tuple(
            f"{path} url({{'path': '/x', 'base': 'http://b.test', 'relative': True}})"
            for path in (
                "/", "/page", "/page/", "/d", "/d/", "/d/e", "/d/e/", "/d/e/f",
                "/u", "/u/", "/u/page", "/u/d/", "/u/d", "/u/d/e",
            )
        ),
        ("body",),
        "3.10: an address relative to this page holds no part of a host's name",
    ),
    Row(
        "hook_rows",
        tuple(
            f"GET /{point}_{kind}"
            for point in ("before_finalize", "on_end_resource")
            for kind in ("http", "not_found")
        ),
        ("body", "status"),
        "13.3 item 10: an HTTPError in any hook has its own status; the hooks run as ever",
    ),
    Row(
        "hook_rows",
        ("GET /after_error_response_redirect",),
        ("header vary",),
        "RFC 9110 section 12.5.5: the error page that was ready depends on Accept",
    ),
    Row(
        "hook_rows",
        ("GET /before_finalize_redirect", "GET /on_end_resource_redirect"),
        ("body", "header location", "status"),
        "13.3 item 10: a redirect in any hook is one",
    ),
    Row(
        "hook_rows",
        tuple(
            f"GET /{point}_error_response_{kind}"
            for point in ("before", "after")
            for kind in ("http", "not_found")
        ),
        ("body", "header content-type", "status"),
        "13.3 item 10: an HTTPError in an error hook has its own page",
    ),
    Row(
        "links",
        tuple(
            f"{path} url({{'path': 'http://other.test/y'}})"
            for path in ("/", "/page", "/page/", "/d", "/d/", "/d/e", "/d/e/", "/d/e/f")
        ),
        ("body",),
        "SECURITY 1.3 item 17: no path goes on with the host's name",
    ),
    Row(
        "httputil",
        ("get_ranges 'bytes=0-2000'",),
        ("body",),
        "RFC 9110 14.1.2: no slice goes past the end (12.1: stop not clamped)",
    ),
    Row(
        "httputil",
        ("get_ranges 'bytes=-0'", "get_ranges 'items=0-9'"),
        ("body",),
        "SECURITY 5: -0 is unsatisfiable, an unknown unit is ignored",
    ),
    Row(
        "httputil",
        (
            "get_ranges 'bytes'", "get_ranges 'bytes='", "get_ranges 'bytes=a-b'",
            "get_ranges 'bytes=1'", "get_ranges 'bytes=0-9,'", "get_ranges 'bytes=0 - 9'",
        ),
        ("body",),
        "13.2: a malformed Range is ignored, never an exception",
    ),
    Row(
        "httputil",
        ("get_ranges 'bytes=4-6,2-5'", "get_ranges 'bytes=0-,0-'"),
        ("body",),
        "13.1 item 14: ranges that overlap are one",
    ),
    Row(
        "httputil",
        ("header_elements ('Accept', 'a;q=x')",),
        ("body",),
        "6.5: a malformed q is a 400, of one element too",
    ),
    Row(
        "httputil",
        ("Accept: a;q=x",),
        ("body", "status"),
        "6.5: a malformed q is a 400, of one element too",
    ),
    Row(
        "httputil",
        ("header_elements ('Accept', 'a;q=0.5;ext=1')",),
        ("body",),
        "q is one parameter of several; the element reads the same",
    ),
    Row(
        "httputil",
        ("header_elements ('X-Any', 'a,')",),
        ("body",),
        "RFC 9110 5.6.1: an empty element counts for nothing",
    ),
    Row(
        "httputil",
        tuple(
            f"{name} {text!r}"
            for name in ("parse_query_string", "without_blanks")
            for text in ("a=1;b=2", "12,34", "12,34abc")
        ),
        ("body",),
        "SECURITY 2: '&' alone separates, and no image maps, unless config says so",
    ),
    Row(
        "httputil",
        ("parse_query_string 'a=%E9'", "without_blanks 'a=%E9'"),
        ("body",),
        "a ValueError on both sides; ours names the encoding",
    ),
    Row(
        "httputil",
        tuple(
            f"{name} 'a =?utf-8?q?b?= c'" for name in ("decode_TEXT", "decode_TEXT_maybe")
        ),
        ("body",),
        "13.1 item 15: mixed text is decoded, not a TypeError",
    ),
    Row(
        "httputil",
        ("protocol_from_http 'HTTP/2'", "protocol_from_http 'HTTP/x.y'"),
        ("body",),
        "13.2: HTTP/2 is a protocol; for what is none ours says what was met",
    ),
    Row(
        "httputil",
        ("unrepr '1 -'", "unrepr '2 - 1'", 'unrepr "os.system(\'true\')"'),
        ("body",),
        "DESIGN 8: config runs no program, and says what it may hold",
    ),
    Row(
        "method_dispatcher",
        (
            "GET /readonly",
            "GET /readonly/",
            "GET /readonly/x",
            "GET /parent/child",
            "GET /parent/child/",
            "GET /instance",
            "POST /readonly",
            "POST /instance",
            "PUT /readonly",
            "PUT /instance",
            "PATCH /readonly",
            "PATCH /instance",
            "DELETE /readonly",
            "DELETE /instance",
            "HEAD /readonly",
            "HEAD /instance",
            "BREW /readonly",
            "BREW /instance",
            "Head /readonly",
        ),
        ("header allow",),
        "RFC 9110 section 10.2.1: Allow lists methods, and constants are none",
    ),
    Row(
        "method_dispatcher",
        (
            "OPTIONS /items",
            "OPTIONS /items/1",
            "OPTIONS /writeonly",
            "OPTIONS /writeonly/x",
            "OPTIONS /hidden",
            "OPTIONS /tooled",
            "OPTIONS /nothing",
            "OPTIONS /maker/x",
        ),
        ("body", "status"),
        "RFC 9110 section 9.3.7: OPTIONS is answered by Allow",
    ),
    Row(
        "method_dispatcher",
        (
            "OPTIONS /readonly",
            "OPTIONS /instance",
        ),
        ("body", "header allow", "status"),
        "RFC 9110 section 9.3.7: OPTIONS is answered by Allow",
    ),
    Row(
        "method_dispatcher",
        (
            "VERSION /readonly",
        ),
        ("body", "header allow", "status"),
        "RFC 9110 section 10.2.1: Allow lists methods, and constants are none",
    ),
    Row(
        "routes",
        (
            "GET /any/__class__",
            "GET /any/_private",
            "GET /any/value",
        ),
        ("body", "status"),
        "13.1 item 1: no URL reaches names with '_' or what cannot be called",
    ),
    Row(
        "virtual_host",
        (
            "BLOG.example /",
            "BLOG.example /page",
            "BLOG.example /page/a",
            "blog.example:80 /",
            "blog.example:80 /page",
            "blog.example:80 /page/a",
            "switch SECOND.example",
            "plain SECOND.example",
        ),
        ("body",),
        "RFC 9110 section 4.2.3: hosts have no case, and the scheme's port may stand or not",
    ),
    Row(
        "virtual_host",
        (
            "BLOG.example /blog/",
            "BLOG.example /blog/page",
            "blog.example:80 /blog/",
            "blog.example:80 /blog/page",
        ),
        ("body", "status"),
        "RFC 9110 section 4.2.3: hosts have no case, and the scheme's port may stand or not",
    ),
    Row(
        "virtual_host",
        (
            "BLOG.example /blog",
            "blog.example:80 /blog",
        ),
        ("body", "header location", "status"),
        "RFC 9110 section 4.2.3: hosts have no case, and the scheme's port may stand or not",
    ),
    Row(
        "virtual_host",
        (
            "forwarded 'a, blog.example'",
        ),
        ("body",),
        "of several X-Forwarded-Host the nearest proxy's counts",
    ),
    Row(
        "xmlrpc",
        (
            "/ hidden()",
            "/ missing()",
            "/ sub.secret()",
            "/ sub.missing()",
            "/ sub()",
            "/ constant()",
            "/ add()",
            "/ rpc.add()",
            "/ rpc()",
            "/ sub.hello.x()",
            "/rpc/RPC2/ add(1, 2)",
            "/RPC2/RPC2/ add(1, 2)",
            "/RPC2x/ add(1, 2)",
            "/nowhere/ add(1, 2)",
            "/plain/RPC2/ add(1, 2)",
            "/ add(1,)",
            "/ add(1, 2, 3)",
            "empty",
            "not xml",
            "cut",
            "no method",
            "a fault",
            "odd struct",
            "bad number",
            "as a form",
            "GET /",
            "HEAD /",
        ),
        ("header content-type",),
        "12.4: the same fault; it is an answer like any other, not an error in the log",
    ),
    Row(
        "xmlrpc",
        (
            "/ default()",
        ),
        ("body", "header content-type"),
        "12.4: the same fault; it is an answer like any other, not an error in the log",
    ),
)  # fmt: skip

OTHERS = (
    AUTHENTICATION_ROWS,
    BODY_ROWS,
    CACHING_ROWS,
    CHARSET_ROWS,
    CONDITION_ROWS,
    DIAGNOSTICS_ROWS,
    JSON_ROWS,
    PROXY_ROWS,
    SESSION_ROWS,
    STATIC_ROWS,
    TOOL_ROWS,
)

INTENDED = {
    (row.program, request, field): row.reason
    for row in (*ROWS, *(Row(*row) for rows in OTHERS for row in rows))
    for request in row.requests
    for field in row.fields
}
