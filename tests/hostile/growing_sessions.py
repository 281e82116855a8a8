"""Inputs that grow: what the session's cookie, its values and the login form are made of."""

from growing_heads import header
from hostile_row import FORM, Row
from hostile_sessions import KNOWN, PASSWORD

MAX_COOKIE_BYTES = 16 * 1024  # more is refused before anybody looks into it


def cookie(period, start="", end="", page="look", site="sessions"):
    """Return what makes a row with `n` periods in its cookies, as far as they are let in."""
    most = (MAX_COOKIE_BYTES - len(start + end)) // len(period)
    return lambda n: Row(
        "grow", 200, f"/{page}", environ={"HTTP_COOKIE": start + period * min(n, most) + end},
        site=site,
    )  # fmt: skip


def write(name, period, page="write", site="session_files"):
    """Return what makes a row that has `n` periods kept in the session."""
    return lambda n: Row(
        "grow", 200, f"/{page}", method="POST", body=f"{name}={period * n}".encode(),
        environ={"CONTENT_TYPE": FORM, "HTTP_COOKIE": f"session_id={KNOWN}"}, site=site,
    )  # fmt: skip


def login(field, period, rest="", path="/do_login", **environ):
    """Return what makes a row that sends the login form with `n` periods in a field."""
    return lambda n: Row(
        "grow", 200, path, method="POST", body=f"{field}={period * n}{rest}".encode(),
        environ={"CONTENT_TYPE": FORM, **environ}, site="login",
    )  # fmt: skip


def page(start, period, query=""):
    """Return what makes a row whose address, `n` periods long, the login page is to lead to."""
    return lambda n: Row("grow", 200, start + period * n, query * n, site="login")


RIGHT = f"&username=eva&password={PASSWORD}"
WRONG = "&username=eva&password=x"
ID = f"session_id={KNOWN}"

SESSIONS = {
    "session-id": cookie("a", "session_id="),
    "session-id-files": cookie("a", "session_id=", site="session_files"),
    "session-id-dots": cookie("../", "session_id=", site="session_files"),
    "session-id-slashes": cookie("/", "session_id=", site="session_files"),
    "session-id-known": cookie(KNOWN, "session_id=", site="session_files"),
    "session-id-octals": cookie("\\101", 'session_id="', '"'),
    "session-id-written": cookie("a", "session_id=", page="write", site="session_files"),
    "session-id-refused": header("HTTP_COOKIE", "session_id=", "a", site="session_files"),
    "session-cookies": cookie(f"{ID};"),
    "session-cookies-files": cookie("session_id=x;", end=ID, site="session_files"),
    "session-cookies-beside": cookie("a=b;", end=ID, site="session_files"),
    "session-cookies-hosts": cookie("__Host-id=x;", end=f"id={KNOWN}", site="sessions_host"),
    "session-cookies-spaces": cookie(" ", end=ID, site="session_files"),
    "session-cookies-untouched": cookie(f"{ID};", page="", site="session_files"),
    "session-cookies-regenerate": cookie(f"{ID};", page="regenerate", site="session_files"),
    "session-value": write("value", "a"),
    "session-value-ram": write("value", "a", site="sessions"),
    "session-value-nuls": write("value", "%00"),
    "session-value-wide": write("value", "%F0%9F%98%80"),
    "session-value-marks": write("value", "%7B%22%21date%22%3A"),
    "session-value-early": write("value", "a", site="sessions_early"),
    "session-key": write("key", "a"),
    "session-list": write("value", "a", page="append", site="sessions_merge"),
    "session-user": write("user", "a", page="login"),
    "session-user-wide": write("user", "%E2%98%83", page="login"),
    "login-username": login("username", "%3C", f"&password={PASSWORD}"),
    "login-username-most": lambda n: login("username", "%3C", "&password=x")(min(n, 256)),
    "login-password": login("password", "a", "&username=eva"),
    "login-usernames": login("", "username=a&", f"password={PASSWORD}"),
    "login-fields": login("", "a=&", RIGHT),
    "login-from-page": login("from_page", "/a", WRONG),
    "login-from-slashes": login("from_page", "%2F", RIGHT),
    "login-from-dots": login("from_page", "..%2F", RIGHT),
    "login-from-up-and-down": login("from_page", "a%2F..%2F", RIGHT),
    "login-from-tabs": login("from_page", "%09", RIGHT),
    "login-from-backslashes": login("from_page", "%5C", RIGHT),
    "login-from-colons": login("from_page", "a%3A", RIGHT),
    "login-from-markup": login("from_page", "%3C", WRONG),
    "login-from-wide": login("from_page", "%E2%98%83", RIGHT),
    "login-from-most": lambda n: login("from_page", "..%2F", RIGHT)(min(n, 680)),
    "login-out-from": login("from_page", "a%2F..%2F", path="/do_logout"),
    "login-origin": lambda n: login("a", "", RIGHT, HTTP_ORIGIN="http://" + "a." * n)(1),
    "login-sender": lambda n: login("a", "", RIGHT, HTTP_SEC_FETCH_SITE="none," * n)(1),
    "login-here": page("/page", "/a"),
    "login-here-markup": page("/page/", "<"),
    "login-here-bytes": page("/page/", "\xe2\x98\x83"),
    "login-here-dots": page("/page", "/.."),
    "login-here-query": page("/page", "", "a=1&"),
    "login-here-query-markup": page("/page", "", "<"),
    "login-here-query-escapes": page("/page", "", "%3C"),
    "login-screen-from": lambda n: Row(
        "grow", 200, "/login_screen", "from_page=" + "../" * n, site="login"
    ),
}
