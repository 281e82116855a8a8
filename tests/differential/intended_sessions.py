"""What an answer of ours says of a session where CherryPy's says something else, by rules.

A request of a program says what becomes of the session of its client:

    untouched   nobody looks into it
    read        it is looked into, and nothing is kept: there is none, or nothing has changed
    kept        it is stored; the client gets its cookie, if it does not have it already
    sent        it is stored, or lives longer now, and the client gets its cookie once more
    renewed     it is stored under a new id, where CherryPy goes on under the client's: one of a
                session that nobody had written to (13.3 item 6), has ended, or logs in now
    expired     the client is told to forget it

From that and from CherryPy's answer follows ours, exactly. Numbers are sections of
BEHAVIOUR.md.
"""

from client import MASKS, NEW, SENT

TOUCHING = ("read", "kept", "sent", "renewed", "expired")
# 13.1 item 3: attributes without which scripts and other sites can use the cookie.
SAFE = [["httponly", ""], ["samesite", "Lax"]]
# The id is not shown once more, and Max-Age goes before Expires (RFC 6265 section 5.3).
EXPIRED = "expired"
YEAR_AGO = [["expires", "in -525600 minutes"], ["max-age", "0"]]


def expect(answer, compared):
    """Return `compared`, what is compared of CherryPy's `answer`, as ours is to be."""
    state = answer["request"].get("session")
    if state is None:
        return compared
    result = dict(compared)
    cookies = [
        each for cookie in compared.get("cookies", []) for each in expect_cookie(cookie, state)
    ]
    result.pop("cookies", None)
    if cookies:
        result["cookies"] = cookies
    if state in TOUCHING:
        expect_private(result)
    if state == "renewed":
        result["body"] = result["body"].replace(SENT, NEW)
    return result


def expect_cookie(cookie, state):
    """Return what we send for a cookie of CherryPy's: a list of one, or of none."""
    name, value, attributes = cookie
    if value not in MASKS:
        return [cookie]
    if state in ("untouched", "read"):
        return []  # 13.3 item 6: a cookie is sent when it says something new, not always
    if state == "kept" and value == SENT:
        return []
    attributes = [pair for pair in attributes if pair not in SAFE]
    if state == "expired":
        kept = [pair for pair in attributes if pair[0] not in ("expires", "max-age")]
        return [[name, EXPIRED, sorted([*kept, *SAFE, *YEAR_AGO])]]
    value = NEW if state == "renewed" else value
    return [[name, value, sorted([*whole_seconds(attributes), *SAFE])]]


def whole_seconds(attributes):
    """Return `attributes` with a Max-Age that is a whole number (7.2: a float gives '90.0')."""
    return [
        [name, str(int(float(text))) if name == "max-age" else text]
        for name, text in attributes
    ]


def expect_private(result):
    """Add what keeps a page that depends on a session out of shared caches (SECURITY 1.4)."""
    names = {name for text in result.get("header vary", []) for name in text.split(", ")}
    result["header vary"] = [", ".join(sorted({*names, "Cookie"}))]
    present = result.get("header cache-control", [""])[0]
    if "private" not in present and "no-store" not in present:
        result["header cache-control"] = [", ".join(filter(None, ["private", present]))]
