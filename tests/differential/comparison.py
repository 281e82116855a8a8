"""Compare two answers to the same request, field by field.

What is never compared, because it differs by design on every answer (BEHAVIOUR 13.1 item 9 and
13.6, SECURITY 2): `Server` and `Date`; our security headers and Vary on error pages; the
HTML around an error's title and message, the error id in it, and the spaces with which
CherryPy pads short error pages.
"""

import gzip
import json
import re
from email.utils import parsedate_to_datetime
from html import unescape
from http.cookies import SimpleCookie

from intended_sessions import expect

COMPARED_HEADERS = frozenset({
    "accept-ranges", "age", "allow", "cache-control", "content-disposition", "content-encoding",
    "content-language", "content-location", "content-range", "content-type", "etag", "expires",
    "last-modified", "link", "location", "pragma", "retry-after", "vary", "www-authenticate",
})  # fmt: skip
OUR_HEADERS = frozenset({"x-content-type-options"})

TITLE = re.compile(r"<title>\s*([45]\d\d[^<]*?)\s*</title>")
HEADING = re.compile(r"<h2>\s*(.*?)\s*</h2>", re.DOTALL)
MESSAGE = re.compile(r"<p[^>]*>(.*?)</p>", re.DOTALL)
BARE = "Unrecoverable error in the server."
TAG = re.compile(r"<[^>]+>")


def fields(answer):
    """Return what is compared of `answer` as a flat dict of names and values."""
    result = {"raised": answer["raised"], "status": answer["status"]}
    result.update(header_fields(answer["headers"], answer["time"]))
    if (answer["status"] or "")[:1] in ("4", "5"):
        drop_accept(result)
    result.update(body_fields(answer))
    return result


def header_fields(headers, now):
    """Return the headers that matter: each one's values in order, cookies taken apart."""
    result = {}
    for name, value in headers:
        lower = name.lower()
        if lower == "set-cookie":
            result.setdefault("cookies", []).append(read_cookie(value, now))
        elif is_compared(lower):
            result.setdefault(f"header {lower}", []).append(value)
    if "cookies" in result:
        result["cookies"].sort()
    if "header vary" in result:  # its order means nothing
        names = {name.strip() for text in result["header vary"] for name in text.split(",")}
        result["header vary"] = [", ".join(sorted(names))]
    return result


def drop_accept(result):
    """Take the Accept out of the Vary of an error page: ours is in the form asked for."""
    names = set(result.pop("header vary", [""])[0].split(", ")) - {"Accept", ""}
    if names:
        result["header vary"] = [", ".join(sorted(names))]


def is_compared(lower):
    """Tell whether the header of that lower-cased name is part of the comparison."""
    return lower in COMPARED_HEADERS or (lower.startswith("x-") and lower not in OUR_HEADERS)


def read_cookie(text, now):
    """Return one Set-Cookie value, sent at the time `now`, as [name, value, attributes]."""
    first, *attributes = (part.strip() for part in text.split(";"))
    if '"' in text:
        # A quoted value may hold a semicolon; the standard library knows how to read it.
        ((name, morsel),) = SimpleCookie(text).items()
        pairs = [(key, str(value)) for key, value in morsel.items() if value]
        return [name, morsel.value, sorted(relative_expiry(*pair, now) for pair in pairs)]
    name, _, value = first.partition("=")
    parted = (part.partition("=") for part in attributes)
    pairs = [(key.lower(), text) for key, _, text in parted]
    return [name, value, sorted(relative_expiry(*pair, now) for pair in pairs)]


def relative_expiry(name, value, now):
    """Return a cookie's attribute; a date becomes minutes from `now`: the sides ran apart."""
    if name != "expires":
        return [name, value]
    seconds = parsedate_to_datetime(value).timestamp() - now
    return [name, f"in {round(seconds / 60)} minutes"]


def body_fields(answer):
    """Return the body (an error page as its words), and whether its length was told rightly."""
    headers = {name.lower(): value for name, value in answer["headers"]}
    raw = answer["body"].encode("latin-1")
    is_error = (answer["status"] or "").startswith(("4", "5"))
    result = {}
    length = headers.get("content-length")
    if answer["request"]["method"] != "HEAD":
        result["length"] = length and ("right" if int(length) == len(raw) else "wrong")
    elif not is_error:
        result["length"] = length
    if raw and headers.get("content-encoding") == "gzip":
        raw = gzip.decompress(raw)
    text = raw.decode("utf-8", "backslashreplace")
    # CherryPy pads short error pages to 513 bytes (BEHAVIOUR 2.9).
    result["body"] = page_words(text.rstrip(" ")) if is_error else text
    if is_error and "Traceback (most recent call last)" in text:
        result["traceback"] = "shown"
    return result


def page_words(text):
    """Return the title and message of a default error page; any other text as it is."""
    if text.startswith(BARE):
        return f"page: {BARE}"
    if text.startswith('{"type": "about:blank"'):  # ours of pages that speak JSON
        problem = json.loads(text)
        return f"page: {problem['status']} {problem['title']} / {problem['detail']}"
    title, heading = TITLE.search(text), HEADING.search(text)
    if not title or not heading or words(title[1]) != words(heading[1]):
        return text
    message = MESSAGE.search(text, heading.end())
    return f"page: {words(title[1])} / {sort_names(words(message[1])) if message else None}"


def sort_names(message):
    """Return `message` with the names of odd parameters sorted; CherryPy joins a set."""
    start, colon, names = message.partition(" parameters: ")
    return start + colon + ", ".join(sorted(names.split(", "))) if colon else message


def words(html):
    """Return the text of an HTML fragment with single spaces."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def differences(expected, got):
    """Return [(field, expected value, value got)] for two answers to one request.

    What differs by a rule of intended_sessions.py is expected.
    """
    theirs, ours = expect(expected, fields(expected)), fields(got)
    return [
        (name, theirs.get(name), ours.get(name))
        for name in sorted(theirs.keys() | ours.keys())
        if theirs.get(name) != ours.get(name)
    ]


def short(value, limit=400):
    """Return `value` for a report, its middle left out if it is long."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit // 2]} ... {text[-limit // 2 :]}"


def name_requests(answers):
    """Return [(name, answer)]; a name used before gets its number: `GET /log (2)`."""
    counts = {}
    named = []
    for answer in answers:
        name = answer["request"]["name"]
        counts[name] = counts.get(name, 0) + 1
        suffix = f" ({counts[name]})" if counts[name] > 1 else ""
        named.append((name + suffix, answer))
    return named


def compare(program, expected_answers, got_answers, intended):
    """Return a sentence for every difference that `intended` does not explain.

    `intended` maps (program, request name, field) to a reason. A row for this program that
    no longer differs is reported too.
    """
    findings = []
    explained = set()
    pairs = zip(name_requests(expected_answers), name_requests(got_answers), strict=True)
    names = set()
    for (name, expected), (_, got) in pairs:
        names.add(name)
        for field, theirs, ours in differences(expected, got):
            if (program, name, field) in intended:
                explained.add((program, name, field))
                continue
            findings.append(
                f"{name}: {field}\n    CherryPy   {short(theirs)}\n    wsgicherry {short(ours)}"
            )
    for row in intended:
        if row[0] == program and row not in explained:
            why = "the two agree" if row[1] in names else "there is no such request"
            findings.append(f"{row[1]}: {row[2]}\n    stale row in intended.py: {why}")
    return findings
