"""What an answer of ours says of a session where CherryPy's says something else, by rules.

A request of a program says what becomes of the session of its client:

    untouched   nobody looks into it
    read        it is looked into, and nothing is kept: there is none, or nothing has changed
    kept        it is stored, and the client gets its cookie
    expired     it is looked into, and the client is told to forget it
    forgotten   the client is told to forget it, and nobody looks into it

From that and from CherryPy's answer follows ours, exactly. Numbers are sections of BEHAVIOUR.md.
"""

from client import MASKS

TOUCHING = ("read", "kept", "expired")
# 13.1 item 3: attributes without which scripts and other sites can use the cookie.
SAFE = [["httponly", ""], ["samesite", "Lax"]]
# The value stays away, and Max-Age goes before Expires (RFC 6265 section 5.3).
EXPIRED = "expired"


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
    return result


def expect_cookie(cookie, state):
    """Return what we send for a cookie of CherryPy's: a list of one, or of none."""
    name, value, attributes = cookie
    if value not in MASKS:
        return [cookie]
    if state in ("untouched", "read"):
        return []  # 13.3 item 6: a cookie is sent when the session is kept, not on every answer
    attributes = [pair for pair in attributes if pair not in SAFE]
    if state in ("expired", "forgotten"):
        return [[name, EXPIRED, sorted([*attributes, *SAFE, ["max-age", "0"]])]]
    return [[name, value, sorted([*whole_seconds(attributes), *SAFE])]]


def whole_seconds(attributes):
    """Return `attributes` with a Max-Age that is a whole number (7.2: a float gives '90.0')."""
    return [
        [name, str(int(float(text))) if name == "max-age" else text] for name, text in attributes
    ]


def expect_private(result):
    """Add what keeps a page that depends on a session out of shared caches (SECURITY 1.4)."""
    vary = result.get("header vary", [])
    if "cookie" not in ",".join(vary).lower():
        result["header vary"] = [", ".join([*vary, "Cookie"])]
    result.setdefault("header cache-control", ["private"])
