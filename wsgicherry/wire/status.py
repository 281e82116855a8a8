"""Status codes and status lines: what may stand behind "HTTP/1.1"."""

from __future__ import annotations

import re
from functools import lru_cache

# Pinned, because Python 3.13 renamed 413, 414, 416 and 422 and programs show these words.
# The reasons and texts are those of Python 3.11's http.HTTPStatus, but for 500 and 503,
# whose texts are CherryPy's (BEHAVIOUR 2.9).
REASONS: dict[int, tuple[str, str]] = {
    100: ("Continue", "Request received, please continue"),
    101: ("Switching Protocols", "Switching to new protocol; obey Upgrade header"),
    102: ("Processing", ""),
    103: ("Early Hints", ""),
    200: ("OK", "Request fulfilled, document follows"),
    201: ("Created", "Document created, URL follows"),
    202: ("Accepted", "Request accepted, processing continues off-line"),
    203: ("Non-Authoritative Information", "Request fulfilled from cache"),
    204: ("No Content", "Request fulfilled, nothing follows"),
    205: ("Reset Content", "Clear input form for further input"),
    206: ("Partial Content", "Partial content follows"),
    207: ("Multi-Status", ""),
    208: ("Already Reported", ""),
    226: ("IM Used", ""),
    300: ("Multiple Choices", "Object has several resources -- see URI list"),
    301: ("Moved Permanently", "Object moved permanently -- see URI list"),
    302: ("Found", "Object moved temporarily -- see URI list"),
    303: ("See Other", "Object moved -- see Method and URL list"),
    304: ("Not Modified", "Document has not changed since given time"),
    305: ("Use Proxy", "You must use proxy specified in Location to access this resource"),
    307: ("Temporary Redirect", "Object moved temporarily -- see URI list"),
    308: ("Permanent Redirect", "Object moved permanently -- see URI list"),
    400: ("Bad Request", "Bad request syntax or unsupported method"),
    401: ("Unauthorized", "No permission -- see authorization schemes"),
    402: ("Payment Required", "No payment -- see charging schemes"),
    403: ("Forbidden", "Request forbidden -- authorization will not help"),
    404: ("Not Found", "Nothing matches the given URI"),
    405: ("Method Not Allowed", "Specified method is invalid for this resource"),
    406: ("Not Acceptable", "URI not available in preferred format"),
    407: (
        "Proxy Authentication Required",
        "You must authenticate with this proxy before proceeding",
    ),
    408: ("Request Timeout", "Request timed out; try again later"),
    409: ("Conflict", "Request conflict"),
    410: ("Gone", "URI no longer exists and has been permanently removed"),
    411: ("Length Required", "Client must specify Content-Length"),
    412: ("Precondition Failed", "Precondition in headers is false"),
    413: ("Request Entity Too Large", "Entity is too large"),
    414: ("Request-URI Too Long", "URI is too long"),
    415: ("Unsupported Media Type", "Entity body in unsupported format"),
    416: ("Requested Range Not Satisfiable", "Cannot satisfy request range"),
    417: ("Expectation Failed", "Expect condition could not be satisfied"),
    418: ("I'm a Teapot", "Server refuses to brew coffee because it is a teapot."),
    421: ("Misdirected Request", "Server is not able to produce a response"),
    422: ("Unprocessable Entity", ""),
    423: ("Locked", ""),
    424: ("Failed Dependency", ""),
    425: ("Too Early", ""),
    426: ("Upgrade Required", ""),
    428: (
        "Precondition Required",
        "The origin server requires the request to be conditional",
    ),
    429: (
        "Too Many Requests",
        'The user has sent too many requests in a given amount of time ("rate limiting")',
    ),
    431: (
        "Request Header Fields Too Large",
        "The server is unwilling to process the request because its header fields are "
        "too large",
    ),
    451: (
        "Unavailable For Legal Reasons",
        "The server is denying access to the resource as a consequence of a legal demand",
    ),
    500: (
        "Internal Server Error",
        "The server encountered an unexpected condition which prevented it from "
        "fulfilling the request.",
    ),
    501: ("Not Implemented", "Server does not support this operation"),
    502: ("Bad Gateway", "Invalid responses from another server/proxy"),
    503: (
        "Service Unavailable",
        "The server is currently unable to handle the request due to a temporary "
        "overloading or maintenance of the server.",
    ),
    504: ("Gateway Timeout", "The gateway server did not receive a timely response"),
    505: ("HTTP Version Not Supported", "Cannot fulfill request"),
    506: ("Variant Also Negotiates", ""),
    507: ("Insufficient Storage", ""),
    508: ("Loop Detected", ""),
    510: ("Not Extended", ""),
    511: (
        "Network Authentication Required",
        "The client needs to authenticate to gain network access",
    ),
}

MAX_CACHED_STATUS_CHARS = 64  # a longer status was made for one request; do not keep it

_DIGITS = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def valid_status(status: object) -> tuple[int, str, str]:
    """Return (code, reason, description) for what a program may set as its status.

    None, '' and 0 mean 200; else an int, an HTTPStatus, '404' or '404 Own Reason'. A code
    between 100 and 599 that nobody has named has an empty reason and description.
    Raises ValueError, with the sentence CherryPy sends, for anything else.
    """
    if not status:
        status = 200
    own_reason = ""
    if isinstance(status, str):
        number, _, own_reason = status.strip().partition(" ")
        code = _code(number)
    else:
        code = _code(status)
    if not 100 <= code <= 599:
        raise ValueError(f"Illegal response status from server ({code!r} is out of range).")
    reason, description = REASONS.get(code, ("", ""))
    return code, own_reason.strip() or reason, description


def _code(number: object) -> int:
    """Return `number` as an int; raise ValueError when it is not one."""
    # int() alone would take '4_0_4', Arabic digits, and choke on five thousand digits.
    if not isinstance(number, str) or _DIGITS.fullmatch(number):
        try:
            return int(number)  # type: ignore[call-overload, no-any-return]
        except (TypeError, ValueError, OverflowError):
            pass
    raise ValueError(f"Illegal response status from server ({number!r} is non-numeric).")


def status_line(status: object) -> str:
    """Return the status line for `status`, as start_response wants it: '200 OK'.

    Control characters in a reason are dropped and characters outside ISO-8859-1 become
    '?' (PEP 3333: native strings). The space after the code is always there. Raises
    ValueError as valid_status does.
    """
    kind = type(status)
    if kind is int or (kind is str and len(status) <= MAX_CACHED_STATUS_CHARS):  # type: ignore[arg-type]
        return _cached_line(status)
    return _line(status)


def _line(status: object) -> str:
    code, reason, _ = valid_status(status)
    reason = _CONTROLS.sub("", reason).encode("latin-1", "replace").decode("latin-1")
    return f"{code} {reason}"


# PERF: a program uses a handful of statuses: 0.1 us against 1.5 for making the line anew.
_cached_line = lru_cache(maxsize=128)(_line)


def is_not_modified(status: object) -> bool:
    """Tell whether a status, as a program has set it, is 304."""
    # An HTTPStatus is text without its number in Python 3.10.
    return status == 304 or str(status)[:3] == "304"


def has_no_body(code: int) -> bool:
    """Tell whether a response with this code never has a body (RFC 9110 section 6.4.1)."""
    return code < 200 or code in (204, 205, 304)
