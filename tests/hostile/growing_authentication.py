"""Inputs that grow: what an Authorization header is made of."""

from growing_heads import header
from hostile_authentication import digest
from hostile_row import Row

AUTHORIZATION = "HTTP_AUTHORIZATION"


def right(**changes):
    """Return what makes credentials, right but for `changes`, of which it repeats each."""

    def make(n):
        grown = {
            name: text and ("UTF-8''" if "*" in name else "") + text * n
            for name, text in changes.items()
        }
        return Row(
            "grow", (200, 400, 401), site="digest", environ={AUTHORIZATION: digest(**grown)}
        )

    return make


AUTHENTICATION = {
    "auth-basic": header(AUTHORIZATION, "Basic ", "YTpi", site="basic"),
    "auth-basic-padding": header(AUTHORIZATION, "Basic YTpi", "=", site="basic"),
    "auth-basic-spaces": header(AUTHORIZATION, "Basic", " ", "YTpi", site="basic"),
    "auth-scheme": header(AUTHORIZATION, "B", "a", " x", site="basic"),
    "auth-digest-commas": header(AUTHORIZATION, "Digest ", ",", site="digest"),
    "auth-digest-quotes": header(AUTHORIZATION, 'Digest a="', '\\"', '"', site="digest"),
    "auth-digest-open": header(AUTHORIZATION, 'Digest a="', "\\\\", site="digest"),
    "auth-digest-pairs": header(AUTHORIZATION, "Digest ", "a=b,", site="digest"),
    "auth-digest-spaces": header(AUTHORIZATION, "Digest a", " ", "=b", site="digest"),
    "auth-digest-equals": header(AUTHORIZATION, "Digest a", "=", site="digest"),
    "auth-digest-nonce": right(nonce_="0"),
    "auth-digest-nonce-dots": right(nonce_="0."),
    "auth-digest-count": right(nc_="0"),
    "auth-digest-client": right(cnonce="a"),
    "auth-digest-response": right(response_="0"),
    "auth-digest-name": right(username="j"),
    "auth-digest-name-escaped": right(username="\\\\"),
    "auth-digest-extended": right(**{"username_": None, "username*_": "%C3%A4"}),
    "auth-digest-realm": right(realm_="w"),
    "auth-digest-body": lambda n: Row(
        "grow",
        200,
        method="POST",
        site="digest",
        body=b"a" * n,
        environ={
            "HTTP_AUTHORIZATION": digest("POST", b"a" * n, qop="auth-int"),
            "CONTENT_TYPE": "text/plain",
        },
    ),
    "auth-digest-uri": lambda n: header(
        AUTHORIZATION,
        'Digest username="eva", realm="wood", nonce="n", response="'
        + "0" * 32
        + '", qop=auth, '
        'nc=00000001, cnonce="a", uri="/',
        "%2f",
        '"',
        path="/" + "/" * min(n, 100),
        site="digest",
    )(n),
}
