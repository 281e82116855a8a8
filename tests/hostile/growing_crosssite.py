"""Inputs that grow: what other sites' pages have browsers send, and tokens."""

from growing_heads import header
from hostile_crosssite import COOKIE, LISTED
from hostile_row import FORM, Row


def ask(name, period, start="", end=""):
    """Return what makes a preflight with `n` periods in one header."""
    asked = {"HTTP_ORIGIN": LISTED, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}
    return lambda n: Row(
        "grow", (200, 204, 403), method="OPTIONS", site="cors",
        environ={**asked, name: start + period * n + end},
    )  # fmt: skip


def send(period, start="", **environ):
    """Return what makes a form that has `n` periods in its token."""
    return lambda n: Row(
        "grow", (403, 413), method="POST", body=f"csrf_token={start}{period * n}".encode(),
        environ={"CONTENT_TYPE": FORM, "HTTP_COOKIE": f"csrf={COOKIE}", **environ}, site="csrf",
    )  # fmt: skip


def show(name, period, start=""):
    """Return what makes a form with `n` periods in one header."""
    return lambda n: Row(
        "grow", 403, method="POST", body=b"a=1", site="csrf",
        environ={"CONTENT_TYPE": FORM, name: start + period * n},
    )  # fmt: skip


CROSS_SITES = {
    "origin-labels": header("HTTP_ORIGIN", "https://", "a.", "app.example", site="cors"),
    "origin-dashes": header("HTTP_ORIGIN", "https://a", "-", ".app.example", site="cors"),
    "origin-letters": header("HTTP_ORIGIN", "https://", "a", site="cors"),
    "origin-slashes": header("HTTP_ORIGIN", "https:", "/", site="cors"),
    "origin-scheme": header("HTTP_ORIGIN", "", "a", "://app.example", site="cors"),
    "origin-colons": header("HTTP_ORIGIN", "https://[", ":", "]", site="cors"),
    "origin-list": header("HTTP_ORIGIN", "", f"{LISTED} ", site="cors"),
    "preflight-origin": ask("HTTP_ORIGIN", "a.", "https://", "app.example"),
    "preflight-method": ask("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "A"),
    "preflight-headers-spaces": ask("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", " ", "a", "b"),
    "preflight-headers-listed": ask("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "Content-Type,"),
    "preflight-network": ask("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK", "true"),
    "preflight-headers": ask("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "a,"),
    "token-field": send("a"),
    "token-digits": send("0"),
    "token-dots": send("0."),
    "token-fields": send("&csrf_token="),
    "token-header": show("HTTP_X_CSRF_TOKEN", "0"),
    "token-header-dots": show("HTTP_X_CSRF_TOKEN", "0."),
    "form-origin": show("HTTP_ORIGIN", "a.", "https://"),
    "form-origin-colons": show("HTTP_ORIGIN", ":", "https://["),
    "form-cookie": show("HTTP_COOKIE", "csrf=a;"),
    "form-cookie-digits": show("HTTP_COOKIE", "0", "csrf="),
    "form-sender": show("HTTP_SEC_FETCH_SITE", "same-origin"),
}
