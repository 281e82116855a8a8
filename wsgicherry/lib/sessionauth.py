"""A login by a form, remembered in the session (`tools.session_auth`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import Parameter
from typing import Any
from urllib.parse import quote

from ..core.current import find_serving, serving_now
from ..core.errors import HTTPError, HTTPRedirect
from ..core.handler import explain_bad_call
from ..core.loaded import ConfigError
from ..core.toolsettings import read_documentation
from ..passwords import MAX_PASSWORD_CHARS
from ..wire.urls import quote_location, resolve
from . import loginpage
from .crosssite import refuse_cross_site

MAX_CHARS = {"username": 256, "password": MAX_PASSWORD_CHARS, "from_page": 2048}
"""A longer field is taken as one that was not sent: the address is then '..'."""

_NOT_FILLED_IN = "Please fill in your name and your password."
# What browsers drop, or read as a slash, on their way from a text to a host.
_TRICKS = re.compile(r"[\x00-\x20\x7f\\]|^//|^[^/?#]*:")
# What may stand in a path as it is (RFC 3986 section 3.3).
_OF_PATHS = "/:@!$&'()*+,;=~"

CHECK_NAME = "check_username_and_password"
CHECK_KEY = f"tools.session_auth.{CHECK_NAME}"
_NO_CHECK = (
    f"tools.session_auth has no {CHECK_NAME}, so it would let nobody in. Set "
    f"{CHECK_KEY} to a function that takes a name and a password and returns None, or what is "
    "wrong with them as a text."
)
_NO_SESSION = (
    "tools.session_auth remembers the user in the session, and there is none: set "
    "tools.sessions.on = True for this path."
)


class SessionAuth:
    """Let a request pass if its session has a user; answer with a login page otherwise.

    `session_key`: the key of the session under which the user's name is. `debug`: write to the
    log what is decided.

    Every public attribute is a setting `tools.session_auth.<name>`: what is set so is a plain
    function, without `self`. Or derive a class from this one. Paths that end in 'login_screen',
    'do_login' and 'do_logout' are answered here. Source: CherryPy's rule (BEHAVIOUR 6.7).
    """

    session_key: str = "username"
    debug: bool = False

    def check_username_and_password(self, username: str, password: str) -> str | None:
        """Return None if they fit, or what is wrong as a text, which is shown.

        One text for an unknown name and a wrong password tells nobody which names there are;
        so does `passwords.verify(password, None)`. ValueError here: yours must take its place.
        """
        raise ConfigError(_NO_CHECK, key=CHECK_KEY)

    def anonymous(self) -> str | None:
        """Return a name for those who have not logged in; None asks them to."""
        return None

    def on_login(self, username: str) -> None:
        """Run when a user has logged in; the session is a new one by then."""

    def on_logout(self, username: str) -> None:
        """Run when a user logs out; the session is still there, but ends after this."""

    def on_check(self, username: str) -> None:
        """Run before the page of a user who is logged in."""

    def login_screen(
        self, from_page: str = "..", username: str = "", error_msg: str = "", **kwargs: Any
    ) -> bytes:
        """Return a page with a form that sends username, password and from_page to 'do_login'.

        The arguments are plain text, to be escaped. One of your own sets the headers that it
        needs.
        """
        return loginpage.render(find_local(from_page), username, error_msg)

    def do_login(
        self, username: str, password: str, from_page: str = "..", **kwargs: Any
    ) -> bool:
        """Log the user in and redirect to `from_page`; show the login page if they do not fit.

        The session gets a new id, so that one that somebody has planted opens nothing.
        """
        error = self.check_username_and_password(username, password)
        if error:
            self._debug("login of %r refused", username)
            return self._show(self.login_screen(from_page, username, error))
        session = find_session()
        session.login(username)
        session[self.session_key] = username
        serving_now().request.login = username
        self.on_login(username)
        raise HTTPRedirect(find_local(from_page))

    def do_logout(self, from_page: str = "..", **kwargs: Any) -> bool:
        """End the session, with all that is in it, and redirect to `from_page`."""
        session = find_session()
        username = session.get(self.session_key)
        if username:
            session[self.session_key] = None
            serving_now().request.login = None
            self.on_logout(username)
            session.logout()
        raise HTTPRedirect(find_local(from_page))

    def do_check(self) -> bool:
        """Set `request.login`, or show the login page; tell whether it was shown."""
        session, request = find_session(), serving_now().request
        username = session.get(self.session_key)
        if not username:
            username = self.anonymous()
            if not username:
                self._debug("no user: the login page is shown")
                return self._show(self.login_screen(find_local(find_here())))
            session[self.session_key] = username
        self._debug("the user is %r", username)
        request.login = username
        self.on_check(username)
        return False

    def run(self) -> bool:
        """Do what the path asks for; tell whether the request is answered."""
        path = serving_now().request.path_info
        if path.endswith("login_screen"):
            return self._show(self.login_screen())
        if path.endswith("do_login"):
            return self._run_login()
        if path.endswith("do_logout"):
            check_post()
            return bool(call(self.do_logout, read_fields()))
        return self.do_check()

    def _run_login(self) -> bool:
        check_post()
        fields = read_fields()
        if fields.get("username") and fields.get("password"):
            return bool(call(self.do_login, fields))
        shown = {k: v for k, v in fields.items() if k in ("username", "from_page")}
        return self._show(self.login_screen(**shown, error_msg=_NOT_FILLED_IN))

    def _show(self, page: Any) -> bool:
        """Make `page` the response, which no cache keeps."""
        response = serving_now().response
        headers = response.headers
        headers.pop("Content-Length", None)
        headers["Cache-Control"] = "no-store"
        # Somebody else's page may need what ours does not.
        if getattr(self.login_screen, "__func__", None) is SessionAuth.login_screen:
            headers.update(loginpage.HEADERS)
        response.body = page
        return True

    def _debug(self, text: str, *values: Any) -> None:
        if self.debug:
            serving_now().request.log(text % values, "TOOLS.SESSAUTH")


def session_auth(**settings: Any) -> bool:
    """Let the request pass if its session has a user; tell whether it is answered instead.

    `settings` are attributes of SessionAuth. ConfigError without a password check, and for a
    setting that is none.
    """
    return make_auth(**settings).run()


def prepare_session_auth(**settings: Any) -> Callable[[], None]:
    """Return what `session_auth` does as a tool; ConfigError as there."""
    auth = make_auth(**settings)

    def authenticate() -> None:
        if auth.run():
            serving_now().request.handler = None

    return authenticate


def make_auth(**settings: Any) -> SessionAuth:
    """Return a SessionAuth with `settings`; ConfigError as `session_auth` says."""
    auth = SessionAuth()
    for name, value in settings.items():
        if name not in SETTINGS:
            known = ", ".join(SETTINGS)
            raise ConfigError(
                f"tools.session_auth has no setting {name!r}; known are {known}.", key=name
            )
        setattr(auth, name, value)
    if not callable(settings.get(CHECK_NAME)):
        raise ConfigError(_NO_CHECK, key=CHECK_KEY)
    return auth


SETTINGS = tuple(name for name in vars(SessionAuth) if not name.startswith("_"))


def list_settings() -> Mapping[str, Parameter]:
    """Return the settings of `tools.session_auth`."""
    kinds = SessionAuth.__annotations__
    by_name = Parameter.KEYWORD_ONLY
    found = {
        name: Parameter(
            name,
            by_name,
            default=getattr(SessionAuth, name),
            annotation=kinds.get(name, "Callable"),
        )
        for name in SETTINGS
    }
    # Whatever is wrong with it, `make_auth` has more to say of that.
    found[CHECK_NAME] = Parameter(CHECK_NAME, by_name, annotation=Any)
    return found


def explain_settings() -> dict[str, str]:
    """Return what each setting of `tools.session_auth` means: where it is a method, what that
    does.
    """
    docs = {name: getattr(SessionAuth, name).__doc__ or "" for name in SETTINGS}
    sentences = {name: " ".join(doc.partition(".\n")[0].split()) for name, doc in docs.items()}
    of_methods = {name: sentence.rstrip(".") + "." for name, sentence in sentences.items()}
    return {**of_methods, **read_documentation(SessionAuth.__doc__)}


def find_session() -> Any:
    """Return the session of the current request; RuntimeError without one."""
    session = getattr(serving_now(), "session", None)
    if session is None:
        raise RuntimeError(_NO_SESSION)
    return session


def check_post() -> None:
    """Answer 405 unless the request is a POST, and 403 if another site's page sent it."""
    serving = serving_now()
    if serving.request.method != "POST":
        serving.response.headers["Allow"] = "POST"
        raise HTTPError(405)
    refuse_cross_site()


def read_fields() -> dict[str, Any]:
    """Return the request's parameters without those of ours that no form of ours sends:
    repeated ones, files, and texts over the limits.
    """
    return {
        name: value
        for name, value in serving_now().request.params.items()
        if name not in MAX_CHARS or (isinstance(value, str) and len(value) <= MAX_CHARS[name])
    }


def call(function: Callable[..., Any], fields: Mapping[str, Any]) -> Any:
    """Return what `function` returns; 404 or 400 if it does not take a field that was sent."""
    try:
        return function(**fields)
    except TypeError as error:
        explain_bad_call(function, (), fields, error)
        raise


def find_here() -> str:
    """Return the address of the current request, from the server's root on."""
    request = serving_now().request
    here = quote(request.script_name + request.current_path(), safe=_OF_PATHS)
    return quote_location(f"{here}?{request.query_string}" if request.query_string else here)


def find_local(address: str) -> str:
    """Return `address` from the server's root on if it is one of this host, '/' if not.

    It may be relative to the current request; outside of one it is to the root.
    """
    serving = find_serving()
    if serving is None:
        return make_local(address, "", "/")
    request = serving.request
    return make_local(address, request.base, request.script_name + request.path_info)


def make_local(address: str, base: str, path: str) -> str:
    """Return the path, with its query, that `address` means on the page at `base` and `path`.

    '/' for another host, and for all that a browser might take for one: two slashes,
    backslashes, control characters and spaces, anything like a scheme.
    """
    if not address:
        return "/"
    if address.startswith(base + "/"):
        address = address[len(base) :]
    if _TRICKS.search(address):
        return "/"
    return resolve(path, address)
