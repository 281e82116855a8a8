"""Inputs that grow: what an Authorization header is made of."""

from growing_heads import header

AUTHORIZATION = "HTTP_AUTHORIZATION"
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
