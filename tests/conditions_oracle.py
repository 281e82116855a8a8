"""What RFC 9110 says to conditional requests: a table of its own, to hold answers against.

The oracle knows no headers: it is told what each of them says, and follows the text of the RFC.
The headers are written from the same words.
"""

from __future__ import annotations

import itertools
from email.utils import formatdate

MODIFIED = 784_111_777
"""Sun, 06 Nov 1994 08:49:37 GMT, the date of the RFC's examples."""

DATES = {"earlier": MODIFIED - 60, "equal": MODIFIED, "later": MODIFIED + 60}

# What a header may say of a page with the tag "a" (or W/"a"), and how it is written.
TAGS = {
    "absent": None,
    "match": '"a"',
    "other": '"b"',
    "weak": 'W/"a"',
    "weak other": 'W/"b"',
    "among others": '"b", W/"c","a"',
    "star": "*",
    "nonsense": "a",
}
SINCE = {
    "absent": None,
    "nonsense": "yesterday",
    **{word: formatdate(date, usegmt=True) for word, date in DATES.items()},
}
RANGES = {"absent": None, "match": "bytes=0-1"}
IF_RANGE = {
    word: text
    for word, text in (TAGS | SINCE).items()
    if word not in ("star", "among others", "weak other")
}
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")


# -- the oracle: RFC 9110 sections 13.1 and 13.2, sentence by sentence ------------------


def if_match_holds(says, tag):
    """Section 13.1.1; `tag` is 'strong', 'weak' or 'none'."""
    if says == "star":
        return True  # "true if the origin server has a current representation"
    return says in ("match", "among others") and tag == "strong"  # "strong comparison"


def if_none_match_holds(says, tag):
    """Section 13.1.2."""
    if says == "star":
        return False
    return says not in ("match", "weak", "among others") or tag == "none"  # "weak comparison"


def if_range_holds(says, tag, has_date):
    """Section 13.1.5."""
    if says == "equal":
        return has_date  # "exactly matches the Last-Modified field value"
    return says == "match" and tag == "strong"  # "strong comparison"


def oracle(method, says, tag, has_date):
    """Return the status that section 13.2.2 leads to: 200 and 206 for 'perform the method'."""
    im, ius, inm, ims, range_, if_range = says
    if method in ("CONNECT", "OPTIONS", "TRACE"):
        return 200  # section 13.2.1: "MUST ignore the conditional request header fields"
    is_reading = method in ("GET", "HEAD")
    if im != "absent":  # step 1
        if not if_match_holds(im, tag):
            return 412
    elif ius in DATES and has_date and ius == "earlier":  # step 2
        return 412
    if inm != "absent":  # step 3
        if not if_none_match_holds(inm, tag):
            return 304 if is_reading else 412
    elif is_reading and ims in DATES and has_date and ims != "earlier":  # step 4
        return 304
    is_current = if_range == "absent" or if_range_holds(if_range, tag, has_date)
    if method == "GET" and range_ != "absent" and is_current:  # step 5, section 14.2
        return 206
    return 200  # step 6


def rows(*columns):
    """Yield (what each header says, its text) for every row of the product of `columns`."""
    for row in itertools.product(*(column.items() for column in columns)):
        yield tuple(word for word, _ in row), tuple(text for _, text in row)
