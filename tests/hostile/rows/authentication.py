"""The Authorization header: what opens nothing opens nothing, and breaks nothing."""

from hostile_authentication import USER, basic, digest
from hostile_row import CREDENTIAL, FORM, Row

BASIC = 'Basic realm="wood", charset="UTF-8"'
RIGHT = basic(f"{USER}:{CREDENTIAL}")
HELLO = "hello"
PAGE = "You are not authorized"

ODD = {
    "nul": "\x00",
    "crlf": "\r\nX: y",
    "tab": "\t",
    "delete": "\x7f",
    "c1": "\x85",
    "bytes": "\xff\xfe",
    "overlong": "\xc0\xaf",
    "surrogate": "\ud800",
    "wide": "\u2603",
    "direction": "\u202e",
    "markup": "<script>alert(1)</script>",
    "quote": '"',
    "backslash": "\\",
    "percent": "%00%0d%0a",
    "format": "{0}%s{self}",
    "word": "=?utf-8?q?a?=",
    "long": "a" * 60_000,
    "commas": "," * 60_000,
    "quotes": '"' * 60_000,
    "backslashes": "\\" * 60_000,
    "equals": "=" * 60_000,
}

# Credentials of another kind or another user: 401.
WRONG_BASIC = {
    "password": basic(f"{USER}:wrong"),
    "prefix": basic(f"{USER}:{CREDENTIAL[:-1]}"),
    "suffix": basic(f"{USER}:{CREDENTIAL} "),
    "case": basic(f"{USER.upper()}:{CREDENTIAL}"),
    "unknown": basic(f"adam:{CREDENTIAL}"),
    "nobody": basic(f":{CREDENTIAL}"),
    "nothing": basic(":"),
    "empty": basic("empty:"),
    "colon": basic(f"{USER}::{CREDENTIAL}"),
    "swapped": basic(f"{CREDENTIAL}:{USER}"),
    "full-width": basic(f"\uff45\uff56\uff41:{CREDENTIAL}"),
    "zero-width": basic(f"{USER}\u200b:{CREDENTIAL}"),
    "astral": basic("\U0001f600:\U0001f600"),
    "long-password": basic(f"{USER}:{'a' * 5000}"),
    "long-name": basic(f"{'a' * 5000}:{CREDENTIAL}"),
    "markup": basic("<script>alert(1)</script>:x"),
    "bearer": "Bearer " + RIGHT[6:],
    "digest": digest(),
    "negotiate": "Negotiate YTpi",
    "longer-scheme": "Basics " + RIGHT[6:],
    "plus-scheme": "Basic+x " + RIGHT[6:],
    "none": "",
}
MALFORMED_BASIC = {
    "no-space": "Basic",
    "nothing": "Basic ",
    "glued": RIGHT.replace(" ", ""),
    "tab": RIGHT.replace(" ", "\t"),
    "space-before": " " + RIGHT,
    "no-colon": basic("eva"),
    "cut": RIGHT[:-1],
    "twice": f"{RIGHT}, {RIGHT}",
    "inner-space": RIGHT[:9] + " " + RIGHT[9:],
    "padding": RIGHT + "====",
    "url-alphabet": "Basic " + "_-" * 8,
    "parameters": 'Basic realm="wood"',
    "latin-1": basic(b"\xfc:\xfc"),
    "utf-16": basic("a:b".encode("utf-16")),
    "half-character": basic(b"a:\xc3"),
    "surrogate-inside": basic("\ud800:a"),
    "nul-inside": basic("a\x00:b"),
    "crlf-inside": basic("a:b\r\nX: y"),
    "escape-inside": basic("\x1b[2J:a"),
    "odd-scheme": "Ba(sic " + RIGHT[6:],
    "wide-scheme": "B\xe4sic " + RIGHT[6:],
    "huge": basic("a:" + "b" * 60_000),
}

# Right but for one thing: what does not fit is a 401, what is improper a 400.
WRONG_DIGEST = {
    "response": digest(response_="0" * 64),
    "nonce-foreign": digest(nonce="abc"),
    "nonce-forged": digest(nonce="99999999999:" + "0" * 80),
    "nonce-old-kind": digest(nonce="1:" + "0" * 32),
    "nonce-markup": digest(nonce="<script>alert(1)</script>"),
    "nonce-digits": digest(nonce="\u0661:" + "0" * 80),
    "nonce-long": digest(nonce="9" * 5000),
    "realm-other": digest(realm="other"),
    "realm-markup": digest(realm="<script>"),
    "unknown": digest(username="adam"),
    "unknown-long": digest(username="a" * 5000),
    "unknown-bytes": digest(username_="\u2603"),
    "empty-password": digest(username="empty"),
    "nc-zero": digest(nc="00000000"),
    "nc-other": digest(nc_="00000002"),
    "cnonce-other": digest(cnonce_="1"),
    "method-other": digest("POST"),
    "session": digest(algorithm_="SHA-256-sess"),
    "hashed-nobody": digest(username_="0" * 64, userhash_="true"),
    "hashed-plain": digest(userhash_="true"),
    "int-without-body": digest(qop="auth-int", body=b"a"),
    "basic": RIGHT,
    "bearer": "Bearer abc",
}
IMPROPER_DIGEST = {
    **{f"no-{name}": digest(**{f"{name}_": None}) for name in (
        "username", "realm", "nonce", "uri", "response", "nc", "cnonce", "qop", "algorithm")},
    **{f"empty-{name}": digest(**{f"{name}_": ""}) for name in (
        "username", "realm", "nonce", "uri", "response", "nc", "cnonce", "algorithm")},
    **{f"nc-{id}": digest(nc=nc) for id, nc in {
        "letters": "zzzzzzzz", "short": "1", "long": "000000001", "minus": "-0000001",
        "plus": "+0000001", "under": "0000_001", "huge": "f" * 5000,
        "prefix": "0x000001"}.items()},
    **{f"qop-{id}": digest(qop=qop) for id, qop in {
        "conf": "auth-conf", "both": "auth,auth-int", "huge": "a" * 5000}.items()},
    **{f"algorithm-{id}": digest(algorithm_=name) for id, name in {
        "sha1": "SHA-1", "none": "none", "md5": "MD5", "shake": "shake_256", "sess": "-sess",
        "path": "..", "huge": "A" * 5000}.items()},
    **{f"response-{id}": digest(response_=text) for id, text in {
        "short": "0" * 63, "long": "0" * 65, "letters": "g" * 64, "huge": "0" * 5000,
        "wide": "\u0660" * 64, "null": "None"}.items()},
    **{f"uri-{id}": digest(uri=uri) for id, uri in {
        "other": "/other", "query": "/?a=b", "host": "//evil.example/", "star": "*",
        "absolute": "http://evil.example/other", "dots": "/../", "nul": "/%00",
        "huge": "/" * 5000,
        "script": "javascript:alert(1)", "relative": "index"}.items()},
    "cnonce-long": digest(cnonce="a" * 257),
    "cnonce-quote": digest(cnonce_='\\"'),
    "cnonce-control": digest(cnonce_="\x01"),
    "cnonce-crlf": digest(cnonce_="a\r\nX: y"),
    "two-names": digest(**{"username*_": "UTF-8''eva"}),
    "star-charset": digest(username_=None, **{"username*_": "latin-1''eva"}),
    "star-escape": digest(username_=None, **{"username*_": "UTF-8''%"}),
    "star-bytes": digest(username_=None, **{"username*_": "UTF-8''%ff"}),
    "star-hashed": digest(username_=None, userhash_="true", **{"username*_": "UTF-8''a"}),
    "rfc-2069": digest(qop_=None, nc_=None, cnonce_=None),
    "nothing": "Digest",
    "nothing-behind": "Digest ",
    "equals": "Digest =",
    "half": "Digest username=",
    "open": 'Digest username="eva',
    "twice": digest() + ", nc=00000002",
    "two-headers": f"{digest()}, {digest()}",
    "glued": digest().replace('", ', '"', 1),
    "semicolons": digest().replace(", ", "; "),
    "single-quotes": digest().replace('"', "'"),
    "many": "Digest " + ",".join(f"a{n}=b" for n in range(1000)),
    "token": "Digest " + RIGHT[6:],
}  # fmt: skip

INT = {"CONTENT_TYPE": FORM}

ROWS = [
    # Basic.
    Row("basic-right", 200, environ={"HTTP_AUTHORIZATION": RIGHT}, site="basic",
        contains=HELLO),
    Row("basic-head", 401, method="HEAD", site="basic", headers={"Www-Authenticate": BASIC}),
    Row("basic-missing-page", 401, "/no/such/page", site="basic"),
    Row("basic-missing-page-right", 404, "/no/such/page", site="basic",
        environ={"HTTP_AUTHORIZATION": RIGHT}),
    *(
        Row(f"basic-wrong-{id}", 401, environ={"HTTP_AUTHORIZATION": header}, site="basic",
            contains=PAGE, lacks=CREDENTIAL, headers={"Www-Authenticate": BASIC})
        for id, header in WRONG_BASIC.items()
    ),
    *(
        Row(f"basic-bad-{id}", 400, environ={"HTTP_AUTHORIZATION": header}, site="basic",
            lacks=CREDENTIAL, headers={"Www-Authenticate": None})
        for id, header in MALFORMED_BASIC.items()
    ),
    *(
        Row(f"basic-{place}-{id}", 400, site="basic",
            environ={"HTTP_AUTHORIZATION": make(text)})
        for place, make in (("text", "Basic {}".format), ("scheme", "Basic{} YTpi".format))
        for id, text in ODD.items()
        if (place, id) not in (("scheme", "percent"), ("scheme", "tab"))
    ),
    *(
        Row(f"basic-inside-{id}", (400, 401), site="basic",
            environ={"HTTP_AUTHORIZATION": basic(f"{USER}:{text}")})
        for id, text in ODD.items()
    ),
    # Digest. Of right ones each may be used once, and the mutations use them as well.
    *(
        Row(f"digest-right-{id}", (200, 401), site="digest",
            environ={"HTTP_AUTHORIZATION": header})
        for id, header in (("plain", digest()), ("int", digest(qop="auth-int")),
                           ("absolute", digest(uri="http://localhost/")),
                           ("upper-nc", digest(nc="FFFFFFFF")))
    ),
    Row("digest-query-slash", 200, "/echo", "a=%2Fb", site="digest",
        environ={"HTTP_AUTHORIZATION": digest(uri="/echo?a=%2Fb", cnonce="slash")}),
    Row("digest-head", 401, method="HEAD", site="digest"),
    Row("digest-none", 401, site="digest", contains="algorithm=SHA-256"),
    Row("digest-int-body", (200, 401), "/echo", method="POST", body=b"a=b", site="digest",
        environ={"HTTP_AUTHORIZATION": digest("POST", b"a=b", qop="auth-int", uri="/echo"),
                 **INT}),
    Row("digest-int-other-body", 401, method="POST", body=b"a=c", site="digest",
        environ={"HTTP_AUTHORIZATION": digest("POST", b"a=b", qop="auth-int"), **INT}),
    Row("digest-int-large-body", 413, method="POST", body=b"a=" + b"b" * 999, site="digest",
        environ={"HTTP_AUTHORIZATION": digest("POST", b"x", qop="auth-int"), **INT}),
    Row("digest-int-large-body-forged", 413, method="POST", body=b"a=" + b"b" * 999,
        site="digest", environ={"HTTP_AUTHORIZATION": "Digest auth-int", **INT}),
    *(
        Row(f"digest-wrong-{id}", 401, environ={"HTTP_AUTHORIZATION": header}, site="digest",
            contains="algorithm=MD5", lacks=CREDENTIAL)
        for id, header in WRONG_DIGEST.items()
    ),
    *(
        Row(f"digest-bad-{id}", 400, environ={"HTTP_AUTHORIZATION": header}, site="digest",
            lacks=CREDENTIAL, headers={"Www-Authenticate": None})
        for id, header in IMPROPER_DIGEST.items()
    ),
    *(
        # A cnonce may be odd.
        Row(f"digest-{place}-{id}", (200, 400, 401), site="digest",
            environ={"HTTP_AUTHORIZATION": make(text)})
        for place, make in (
            ("text", "Digest {}".format),
            ("username", lambda text: digest(username_=text)),
            ("realm", lambda text: digest(realm_=text)),
            ("cnonce", lambda text: digest(cnonce=text)),
            ("uri", lambda text: digest(uri=text)),
        )
        for id, text in ODD.items()
    ),
]  # fmt: skip
