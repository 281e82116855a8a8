"""Heads that grow: `n` periods of something costly in a header, the path or the query."""

from __future__ import annotations

from hostile_row import FORM, Row

MAX_PARAMS = 1000  # the default of request.max_params


def header(name, start, period, end="", **others):
    """Return what makes a row with `n` periods in one header."""
    return lambda n: Row("grow", 200, environ={name: start + period * n + end}, **others)


def path(start, period, **others):
    """Return what makes a row with `n` periods in its path."""
    return lambda n: Row("grow", 200, start + period * n, **others)


def query(period, **others):
    """Return what makes a row with `n` periods in its query string."""
    return lambda n: Row("grow", 200, "/echo", period * n, **others)


def cookie(value):
    """Return a row whose cookies are `value`."""
    return Row("grow", 200, "/cookies", environ={"HTTP_COOKIE": value})


def asking(text):
    """Return a row whose query string is `text`."""
    return Row("grow", 200, "/take", text)


HEADS = {
    "cookie-pairs": header("HTTP_COOKIE", "", "a=b;", path="/cookies"),
    "cookie-separators": header("HTTP_COOKIE", "", ";", path="/cookies"),
    "cookie-quotes": header("HTTP_COOKIE", 'a="', '\\"', '"', path="/cookies"),
    "cookie-quotes-open": header("HTTP_COOKIE", 'a="', '\\"', path="/cookies"),
    "cookie-equals": header("HTTP_COOKIE", "a", "=", path="/cookies"),
    "cookie-spaces": header("HTTP_COOKIE", "a=", " ", "b", path="/cookies"),
    "accept-commas": header("HTTP_ACCEPT", "", ",", path="/nothing"),
    "accept-elements": header("HTTP_ACCEPT", "", "a,a,", path="/nothing"),
    "accept-qualities": header("HTTP_ACCEPT", "", "a;q=0.1,", path="/nothing"),
    "accept-parameters": header("HTTP_ACCEPT", "a/b", ";a=b", path="/nothing"),
    "accept-quotes": header("HTTP_ACCEPT", "", '",",', path="/nothing"),
    "accept-backslashes": header("HTTP_ACCEPT", 'a;b="', "\\", path="/nothing"),
    "accept-json": header("HTTP_ACCEPT", "", "application/a+json,", path="/nothing"),
    "accept-charset": header("HTTP_ACCEPT_CHARSET", "", "utf-8,", path="/snowman"),
    "accept-charset-commas": header("HTTP_ACCEPT_CHARSET", "", ",", path="/snowman"),
    "accept-charset-unknown": header("HTTP_ACCEPT_CHARSET", "", "x,", path="/snowman"),
    "accept-encoding": header("HTTP_ACCEPT_ENCODING", "", "gzip,", site="gzip"),
    "accept-encoding-commas": header("HTTP_ACCEPT_ENCODING", "", ",", site="gzip"),
    **{
        f"accept-encoding-{name}": header(
            "HTTP_ACCEPT_ENCODING", start, period, site="compress"
        )
        for name, start, period in (
            ("unknown", "", "x,"),
            ("qualities", "", "br;q=0,"),
            ("parameters", "br", ";a=b"),
            ("quotes", "", '",",'),
            ("spaces", "br", " "),
        )
    },
    "content-type": lambda n: Row(
        "grow",
        200,
        "/echo",
        method="POST",
        body=b"a=1",
        environ={"CONTENT_TYPE": FORM + ";a=b" * n},
    ),
    "content-type-quotes": lambda n: Row(
        "grow",
        200,
        "/echo",
        method="POST",
        body=b"a=1",
        environ={"CONTENT_TYPE": FORM + ';a="' * n},
    ),
    "range-all": header("HTTP_RANGE", "bytes=", "0-,", path="/pieces"),
    "range-apart": header("HTTP_RANGE", "bytes=", "0-0,2-2,", path="/pieces"),
    "range-commas": header("HTTP_RANGE", "bytes=", ",", path="/pieces"),
    "range-digits": header("HTTP_RANGE", "bytes=", "9", "-", path="/pieces"),
    "host-labels": header("HTTP_HOST", "", "a."),
    "host-dashes": header("HTTP_HOST", "a", "-"),
    "host-colons": header("HTTP_HOST", "[", ":", "]"),
    "agent-quotes": header("HTTP_USER_AGENT", "", '"'),
    "agent-backslashes": header("HTTP_USER_AGENT", "", "\\"),
    "agent-newlines": header("HTTP_USER_AGENT", "", "\n"),
    "path-segments": path("/item", "/a"),
    "path-unknown": path("/nothing", "/a"),
    "path-dots": path("/item", "/.."),
    "path-slashes": path("/item", "//a"),
    "path-escapes": path("/item/", "\xc3\xa9"),
    "path-undecodable": path("/item/", "\xff"),
    "path-punctuation": path("/", "-"),
    "path-underscores": path("/", "_"),
    "path-tree": path("", "/mounted", site="mounts"),
    "path-index": path("/", "\\", site="slashes"),
    "target-slashes": lambda n: Row(
        "grow", 200, "/item" + "/a" * n, environ={"RAW_URI": "/item" + "%2Fa" * n}
    ),
    "target-no-fit": lambda n: Row("grow", 200, environ={"REQUEST_URI": "/%2F" * n}),
    "query-pairs": query("a=1&"),
    "query-escapes": query("%41"),
    "query-broken-escapes": query("%"),
    "query-separators": query("&"),
    "query-equals": query("="),
    "query-plus": query("+"),
    "query-undecodable": query("%FF"),
    "query-redirect": lambda n: Row("grow", 301, "/deep", "\r\n" * n),
    "redirect-slashes": lambda n: Row("grow", 303, "/go", "to=" + "/" * n + "x"),
    "redirect-dots": lambda n: Row("grow", 303, "/go", "to=/" + "a/../" * n),
    "redirect-tabs": lambda n: Row("grow", 303, "/go", "to=/" + "%09/" * n),
    "redirect-escapes": lambda n: Row("grow", 303, "/go", "to=/" + "%25%20" * n),
    "message-markup": lambda n: Row("grow", 400, "/refuse", "message=" + "%3C" * n),
    "message-controls": lambda n: Row("grow", 400, "/refuse", "message=" + "%00" * n),
    "headers": lambda n: Row(
        "grow",
        200,
        "/word",
        "name=headers",
        environ={f"HTTP_X_{number}": "a" for number in range(n)},
    ),
    # What stands right at a limit costs most.
    "cookie-pairs-most": lambda n: cookie("a=b;" * min(n, 4000)),
    "cookie-names-most": lambda n: cookie("".join(f"{i}=;" for i in range(min(n, 3000)))),
    "cookie-octals": lambda n: cookie('a="' + "\\101" * min(n, 4000) + '"'),
    "cookie-octals-broken": lambda n: cookie('a="' + "\\9" * min(n, 8000) + '"'),
    "cookie-attributes": lambda n: cookie("a=b;$Path=/;" * min(n, 1300)),
    "cookie-escapes": lambda n: cookie("a=" + "%41" * min(n, 5000)),
    "query-pairs-most": lambda n: asking("a=1&" * min(n, MAX_PARAMS)),
    "query-names-most": lambda n: asking("".join(f"{i}=&" for i in range(min(n, MAX_PARAMS)))),
    "query-values-most": lambda n: asking(("a=" + "%41" * max(1, n // 250) + "&") * MAX_PARAMS),
    "query-ampersands": query("a=%26&"),
    "query-nuls": query("%00"),
    "query-wide": query("%F0%9F%98%80"),
    "query-raw-bytes": query("\xff"),
    "query-semicolons": query(";"),
    "query-image-map": query("1,"),
    "accept-language": header("HTTP_ACCEPT_LANGUAGE", "", "en;q=0.1,", path="/nothing"),
    "accept-wildcards": header("HTTP_ACCEPT", "", "*/*;q=0,", path="/nothing"),
    "accept-spaces": header("HTTP_ACCEPT", "a", " ", ",b", path="/nothing"),
    "accept-digits": header("HTTP_ACCEPT", "a;q=0.", "0", path="/nothing"),
    "accept-words": header("HTTP_ACCEPT", "", "=?utf-8?q?a?= ", path="/nothing"),
    "range-list": header("HTTP_RANGE", "bytes=", "0-1,", "0-1", path="/style.css"),
    "range-digits-unread": header("HTTP_RANGE", "bytes=0-", "9", path="/style.css"),
    "range-spaces": header("HTTP_RANGE", "bytes=", " ", "0-1", path="/style.css"),
    "if-none-match": header("HTTP_IF_NONE_MATCH", "", '"a",', '"b"', path="/style.css"),
    "if-none-match-quotes": header("HTTP_IF_NONE_MATCH", "", '"', path="/style.css"),
    "if-modified-since": header("HTTP_IF_MODIFIED_SINCE", "", "1 Jan ", path="/style.css"),
    "if-range": header("HTTP_IF_RANGE", '"', "a", '"', path="/style.css"),
    "host-list": header("HTTP_HOST", "", "a,"),
    "host-port": header("HTTP_HOST", "a:", "9"),
    "host-unicode": header("HTTP_HOST", "", "\xff."),
    "host-brackets": header("HTTP_HOST", "", "["),
    "referer": header("HTTP_REFERER", "http://", "\\x"),
    "address": header("HTTP_HOST", "", "a.", path="/address"),
    "authorization": header("HTTP_AUTHORIZATION", "Digest ", 'a="b",'),
    "transfer-coding": header("HTTP_TRANSFER_ENCODING", "", "chunked,", path="/take"),
    "content-length": header("CONTENT_LENGTH", "", "9", path="/take", method="POST"),
    "method": lambda n: Row("grow", 200, method="A" * n),
    "path-markup": path("/", "<"),
    "cache-commas": header("HTTP_CACHE_CONTROL", "", ",", site="cached"),
    "cache-directives": header("HTTP_CACHE_CONTROL", "", "a=b,", site="cached"),
    "cache-quotes": header("HTTP_CACHE_CONTROL", 'a="', '\\"', '"', site="cached"),
    "cache-quotes-open": header("HTTP_CACHE_CONTROL", "", '"', site="cached"),
    "cache-seconds": header("HTTP_CACHE_CONTROL", "max-age=", "9", site="cached"),
    "cache-pragma": header("HTTP_PRAGMA", "", "no-cache,", site="cached"),
    "cache-vary": header("HTTP_X_FLAVOUR", "", "a", path="/varied", site="cached"),
    "cache-query": lambda n: Row("grow", 200, "/query", "q=" + "a" * n, site="cached"),
    "cache-path": path("/item", "/a", site="cached"),
    "path-controls": path("/", "\x01"),
    "path-percent": path("/", "%2F"),
    **{
        f"word-{name}": header(field, "", period, path="/word", query=f"name={name}")
        for name, field, period in (
            ("accept", "HTTP_ACCEPT", "a/b;q=0.1,"),
            ("accept_charset", "HTTP_ACCEPT_CHARSET", "a;q=0.1,"),
            ("accept_encoding", "HTTP_ACCEPT_ENCODING", "a;q=0.1,"),
            ("accept_language", "HTTP_ACCEPT_LANGUAGE", "a-b;q=0.1,"),
            ("authorization", "HTTP_AUTHORIZATION", 'Digest a="b",'),
            ("cache_control", "HTTP_CACHE_CONTROL", 'a="b",'),
            ("cookies", "HTTP_COOKIE", "a=b;"),
            ("if_match", "HTTP_IF_MATCH", '"a",'),
            ("if_none_match", "HTTP_IF_NONE_MATCH", 'W/"a",'),
            ("if_range", "HTTP_IF_RANGE", '"a'),
            ("if_modified_since", "HTTP_IF_MODIFIED_SINCE", "1 Jan "),
            ("range", "HTTP_RANGE", "0-1,"),
            ("url", "HTTP_HOST", "a."),
        )
    },
}
