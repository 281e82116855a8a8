"""The page that asks for a name and a password: a pure function."""

from __future__ import annotations

from html import escape

from ..core.errorpages import source_of

STYLE = (
    ":root{color-scheme:light dark;--ink:#2b2b2b;--soft:#6a6a6a;--edge:#8c868a;--page:#f5f2f3;"
    "--card:#fff;--cherry:#b3123b;--on-cherry:#fff;--alert:#fdecef}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a8a4a6;--edge:#7d777a;"
    "--page:#1c1b1c;--card:#262425;--cherry:#f0849d;--on-cherry:#2a0a12;--alert:#40202a}}"
    "*{box-sizing:border-box}"
    "body{margin:0;padding:12vh 1rem 2rem;font:1rem/1.5 system-ui,sans-serif;"
    "color:var(--ink);background:var(--page)}"
    "main{max-width:22rem;margin:0 auto;padding:2rem;background:var(--card);"
    "border-top:3px solid var(--cherry);border-radius:4px;"
    "box-shadow:0 1px 3px rgb(0 0 0/.2)}"
    "h1{margin:0 0 1.25rem;font-size:1.5rem;line-height:1.2}"
    "label{display:block;margin:0 0 .25rem;font-size:.875rem;color:var(--soft)}"
    "input{display:block;width:100%;margin:0 0 1.25rem;padding:.625rem .75rem;font:inherit;"
    "color:inherit;background:transparent;border:1px solid var(--edge);border-radius:4px}"
    "button{width:100%;padding:.6875rem;font:inherit;font-weight:600;color:var(--on-cherry);"
    "background:var(--cherry);border:0;border-radius:4px;cursor:pointer}"
    "button:hover{filter:brightness(1.1)}"
    ":focus-visible{outline:2px solid var(--cherry);outline-offset:2px}"
    "[role=alert]{margin:0 0 1.25rem;padding:.625rem .75rem;overflow-wrap:anywhere;"
    "background:var(--alert);border-left:3px solid var(--cherry);border-radius:2px}"
    "@media(max-width:30rem){body{padding-top:1rem}main{padding:1.5rem}}"
)

# The style is let in by its hash. The page may be no part of another page, where a click could
# be led astray. There is no form-action: Chromium holds it against the redirect after a login
# too, and blocks one to http (of a program that does not know of the https of its proxy) or to
# another site (of an on_login).
HEADERS = {
    "Content-Type": "text/html;charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {source_of(STYLE)}; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""Headers that belong on the page; whoever sends it adds them."""

# `method` and `action` stand as in CherryPy's page, for which programs' tests look.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Log in</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Log in</h1>
{alert}<form method="post" action="do_login">
<label for="username">Name</label>
<input id="username" name="username" value="{username}" autocomplete="username" \
autocapitalize="none" spellcheck="false" required{focus_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" \
required{focus_password}>
<input name="from_page" value="{from_page}" type="hidden">
<button>Log in</button>
</form>
</main>
</body>
</html>
"""


def render(from_page: str, username: str, error_message: str) -> bytes:
    """Return the page as HTML5 in UTF-8; the cursor stands where something is missing."""
    alert = f'<p role="alert">{escape(error_message)}</p>\n' if error_message else ""
    page = _PAGE.format(
        style=STYLE,
        alert=alert,
        username=escape(username),
        from_page=escape(from_page),
        focus_name="" if username else " autofocus",
        focus_password=" autofocus" if username else "",
    )
    return page.encode("utf-8", "replace")
