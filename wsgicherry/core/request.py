"""Request: a WebOb request that speaks CherryPy's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookies import Morsel, SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from webob.request import BaseRequest

from ..wire.cookies import parse_cookies
from ..wire.headers import HeaderMap, Host
from .body import RequestBody
from .config import NamespaceSet
from .dispatch import Dispatcher
from .errorpages import new_error_id
from .errors import HTTPError
from .hooks import HookMap

if TYPE_CHECKING:
    from .plan import Plan

Environ = dict[str, Any]


class RequestHeaders(HeaderMap):
    """The request's headers, names in Title-Case; what is changed here shows in the environ too."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        super().__init__()
        store = super().__setitem__
        for key, value in environ.items():
            name = _header_name(key)
            if name and isinstance(value, str):
                store(name, value.strip())
        if "HTTP_CGI_AUTHORIZATION" in environ:
            store("Authorization", environ["HTTP_CGI_AUTHORIZATION"])

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._environ[_environ_key(name)] = str(value)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._environ.pop(_environ_key(name), None)


_CGI_NAMES = {
    "CONTENT_TYPE": "Content-Type",
    "CONTENT_LENGTH": "Content-Length",
    "REMOTE_ADDR": "Remote-Addr",
    "REMOTE_HOST": "Remote-Host",
}
_CGI_KEYS = {name: key for key, name in _CGI_NAMES.items()}


def _header_name(key: str) -> str | None:
    if key.startswith("HTTP_"):
        return key[5:].replace("_", "-").title()
    return _CGI_NAMES.get(key)


def _environ_key(name: str) -> str:
    return _CGI_KEYS.get(name.title()) or "HTTP_" + name.upper().replace("-", "_")


class Request(BaseRequest):
    """One request: all of WebOb's attributes, and CherryPy's, whose meaning wins where both claim a word.

    Parts that few handlers look at (`headers`, `cookie`, `remote`, `base` ...) are made when first asked for.
    """

    namespaces: ClassVar[NamespaceSet] = NamespaceSet()
    dispatch: Callable[[str], Any] = Dispatcher()

    app: Any = None
    handler: Any = None
    stage: str | None = None
    closed = False
    is_index: bool | None = None
    args: Any = ()
    rfile: Any = None
    script_name: str = ""
    path_info: str = "/"
    query_string: str = ""
    query_string_encoding = "utf8"
    query_string_separator = "&"
    image_map = False
    protocol: tuple[int, int] = (1, 1)
    server_protocol = "HTTP/1.1"
    process_request_body = True
    methods_with_bodies: Any = ("POST", "PUT", "PATCH")
    show_tracebacks = False
    show_mismatched_params = True
    throw_errors = False
    throws: tuple[type[BaseException], ...] = ()
    allowed_hosts: Any = ()
    json: Any = None
    params: Any = None
    kwargs: Any = None
    max_params = 1000
    max_cookie_bytes = 16 * 1024
    plan: Plan

    def __init__(self, environ: Environ, app: Any = None, **options: Any) -> None:
        # PERF: webob's own __init__ only checks arguments that this one does not take.
        if options or type(environ) is not dict:
            super().__init__(environ, **options)
        self.environ = environ
        self.params = {}
        self.kwargs = {}
        if app is not None:
            self.app = app
            self.plan = app.base_plan
            name = app.script_name
            self.script_name = environ.get("SCRIPT_NAME", "") if name is None else name

    # -- what came in ---------------------------------------------------------------------------

    @property
    def wsgi_environ(self) -> Environ:
        """CherryPy's name for `environ`."""
        return self.environ

    @property
    def multithread(self) -> bool:
        """Whether the server runs several threads (`wsgi.multithread`)."""
        return bool(self.environ.get("wsgi.multithread"))

    @property
    def multiprocess(self) -> bool:
        """Whether the server runs several processes (`wsgi.multiprocess`)."""
        return bool(self.environ.get("wsgi.multiprocess"))

    @property
    def prev(self) -> Request | None:
        """The request that an InternalRedirect ended, None for one that came from outside."""
        return self.environ.get("wsgicherry.previous_request")

    @property
    def login(self) -> Any:
        """Who the client is: what the server (REMOTE_USER) or an authentication tool says, or None."""
        environ = self.environ
        return self._made("login", lambda: environ.get("LOGON_USER") or environ.get("REMOTE_USER"))

    @login.setter
    def login(self, value: Any) -> None:
        self._login = value

    @property
    def request_line(self) -> str:
        """'METHOD path?query protocol', the path decoded."""
        environ = self.environ
        query = "?" + self.query_string if self.query_string else ""
        protocol = environ.get("SERVER_PROTOCOL", "HTTP/1.0")
        path = self.script_name + self.path_info
        return f"{self.method} {path}{query} {protocol}"

    headers: Any = property(
        lambda self: self._made("headers", lambda: RequestHeaders(self.environ)),
        lambda self, value: self.__dict__.__setitem__("_headers", value),
        doc="The headers: names in Title-Case, looked up in any case, with `.elements(name)`.",
    )

    @property
    def header_list(self) -> list[tuple[str, str]]:
        """The headers as pairs."""
        return list(self.headers.items())

    @property
    def cookie(self) -> SimpleCookie:
        """The cookies that came in; broken ones are dropped, the good ones beside them kept."""
        return self._made("cookie", lambda: load_cookies(self.environ.get("HTTP_COOKIE", "")))

    @cookie.setter
    def cookie(self, value: SimpleCookie) -> None:
        self._cookie = value

    @property
    def local(self) -> Host:
        """The server's side of the connection: ip, port, name."""
        return self._made("local", self._find_local)

    @local.setter
    def local(self, value: Host) -> None:
        self._local = value

    def _find_local(self) -> Host:
        port = port_number(self.environ.get("SERVER_PORT"), 80)
        return Host("", port, self.environ.get("SERVER_NAME", ""))

    @property
    def remote(self) -> Host:
        """The client's side of the connection: ip (empty on a unix socket), port (-1 if unknown), name."""
        return self._made("remote", self._find_remote)

    @remote.setter
    def remote(self, value: Host) -> None:
        self._remote = value

    def _find_remote(self) -> Host:
        environ = self.environ
        port = port_number(environ.get("REMOTE_PORT"), -1)
        return Host(environ.get("REMOTE_ADDR") or "", port, environ.get("REMOTE_HOST") or None)

    @property
    def base(self) -> str:
        """'scheme://host' as the client wrote it, without a path; tools may set it."""
        return self._made("base", self._find_base)

    @base.setter
    def base(self, value: str) -> None:
        self._base = value

    def _find_base(self) -> str:
        environ = self.environ
        host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME") or "localhost"
        if "HTTP_HOST" not in environ:
            port = str(environ.get("SERVER_PORT") or "")
            if port.isdigit() and port not in ("80", "443"):
                host = f"{host}:{port}"
        return f"{self.scheme}://{host}"

    def current_path(self) -> str:
        """Return `path_info` with the trailing slash that the page should have."""
        path = self.path_info
        if self.is_index is True and not path.endswith("/"):
            return path + "/"
        if self.is_index is False and path.endswith("/") and path != "/":
            return path[:-1]
        return path

    def here(self) -> str:
        """Return the absolute URL of the current page, without its query string."""
        return self.base + self.script_name + self.current_path()

    @property
    def unique_id(self) -> str:
        """A UUID4 of this request, made when first asked for."""
        return self._made("unique_id", lambda: str(uuid4()))

    def _made(self, name: str, make: Callable[[], Any]) -> Any:
        """Return the part `name`, made by `make` the first time."""
        parts = self.__dict__
        key = "_" + name
        if key not in parts:
            parts[key] = make()
        return parts[key]

    # -- the body -------------------------------------------------------------------------------

    body: Any = property(
        lambda self: self._made("body", lambda: RequestBody.of(self)),
        lambda self, value: self.__dict__.__setitem__("_body", value),
        doc="The entity that came with the request: `.read()`, `.params` ...",
    )

    @property
    def body_params(self) -> Mapping[str, Any]:
        """The parameters that came in the body; empty when there is none."""
        body = self.__dict__.get("_body")
        return {} if body is None else body.params or {}

    # -- the plan, and what is copied from it on touch ------------------------------------------

    def use_plan(self, plan: Plan) -> None:
        """Go on with `plan`. Hooks that were attached before it was known stay."""
        parts = self.__dict__
        parts.pop("_config", None)
        early = parts.pop("_hooks", None)
        self.plan = plan
        if early is not None:
            hooks, base = plan.hook_map(), self.app.base_plan.hook_map()
            for point, attached in early.items():
                hooks[point][:0] = [hook for hook in attached if hook not in base[point]]
            self.hooks = hooks

    @property
    def config(self) -> dict[str, Any]:
        """The merged config of this request: a copy of its own from the first touch on."""
        return self._made("config", lambda: dict(self.plan.config))

    @config.setter
    def config(self, value: dict[str, Any]) -> None:
        self._config = value

    @property
    def hooks(self) -> HookMap:
        """The hooks of this request: a copy of its own from the first touch on."""
        if "_hooks" not in self.__dict__:
            self.hooks = self.plan.hook_map()
        hooks: HookMap = self._hooks
        return hooks

    @hooks.setter
    def hooks(self, hooks: HookMap) -> None:
        self._hooks = hooks
        self.plan = self.plan.with_hooks(hooks)

    @property
    def toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """{toolbox: {tool: {argument: value}}} of this request."""
        return self._made("toolmaps", lambda: self.plan.copy_toolmaps())

    @toolmaps.setter
    def toolmaps(self, value: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._toolmaps = value

    @property
    def error_page(self) -> dict[Any, Any]:
        """{code or 'default': file or callable} of this request."""
        return self._made("error_page", lambda: dict(self.plan.error_pages))

    @error_page.setter
    def error_page(self, value: dict[Any, Any]) -> None:
        self._error_page = value

    # -- errors ---------------------------------------------------------------------------------

    error_id = ""

    @staticmethod
    def error_response() -> None:
        """Answer an unexpected error; config or an ErrorTool may put something else here."""
        HTTPError(500).set_response()

    def report_error_id(self, what: str, severity: int = 40, traceback: bool = False) -> None:
        """Give this request an error id and log it with `what`, unless that is done."""
        if not self.error_id:
            self.error_id = new_error_id()
            self.log(f"Error id {self.error_id}: {what}", "HTTP", severity, traceback)

    def log(
        self, msg: str = "", context: str = "", severity: int = 20, traceback: bool = False
    ) -> None:
        """Write to the error log of the request's application."""
        if self.app is not None:
            self.app.log.error(msg, context, severity, traceback)

    def path_info_pop(self, pattern: Any = None) -> str | None:
        """Move the first segment of `path_info` to `script_name` and return it (WebOb's rule)."""
        plain = BaseRequest(self.environ)
        segment: str | None = plain.path_info_pop(pattern)
        self.path_info, self.script_name = plain.path_info, plain.script_name
        return segment

    def path_info_peek(self) -> str | None:
        """Return the first segment of `path_info`, which stays (WebOb's rule)."""
        segment: str | None = BaseRequest(self.environ).path_info_peek()
        return segment

    def close(self) -> None:
        """End the request; calling it again does nothing."""
        self.closed = True


def port_number(text: Any, default: int) -> int:
    """Return `text` as a port; servers on unix sockets send paths and 'None' (SERVERS R22)."""
    return int(text) if isinstance(text, str) and text.isdigit() and text.isascii() else default


def load_cookies(header: str) -> SimpleCookie:
    """Return the cookies of a Cookie header as `http.cookies` objects.

    PERF and safety: they are not parsed by `SimpleCookie`, which stops at the first odd one and takes
    quadratic time on quotes in Python before 3.11.10 (CVE-2024-7592).
    """
    cookies: SimpleCookie = SimpleCookie()
    for name, value in parse_cookies(header) if header else ():
        morsel: Morsel[str] = Morsel()
        morsel.set(name, value, value)
        dict.__setitem__(cookies, name, morsel)
    return cookies
