"""Files by WhiteNoise, in the mode that sees files come and change."""

import pages
from whitenoise import WhiteNoise


def not_found(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"not found"]


def application():
    return WhiteNoise(not_found, root=pages.FOLDER, prefix="static/", autorefresh=True)
