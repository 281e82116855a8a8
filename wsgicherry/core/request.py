"""Request: a WebOb request that speaks CherryPy's words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from http.cookies import SimpleCookie
from os import urandom
from typing import Any, ClassVar

from webob.request import BaseRequest

from ..wire.accept import MAX_ACCEPT_BYTES
from ..wire.cookies import MAX_COOKIE_BYTES
from ..wire.headers import Host
from ..wire.ranges import MAX_RANGES
from .config import NamespaceSet
from .dispatcher import Dispatcher
from .errors import HTTPError
from .hooks import HookMap
from .jsonattribute import JSONAttribute
from .logtext import OWN_REQUEST_LINE, make_uuid4, new_error_id
from .plan import Plan, TouchedPlan
from .requestheaders import RequestHeaders, load_cookies
from .requestwords import RequestWords, detached_class

Environ = dict[str, Any]

UNKNOWN = object()


class Planned:
    """An attribute whose value is what the config says, until it is set on the request itself.

    PERF: few requests look at these, so they are not set on each one; a `__getattr__` would
    slow every look at a request (Python does not specialise those).
    """

    def __init__(self, default: Any) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    # There is no `__set__`: Python asks here only while the request has no such attribute.
    def __get__(self, request: Any, owner: Any = None) -> Any:
        if request is None or request.plan is None:
            return self.default
        return request.plan.planned.get(self.name, self.default)


class Request(RequestWords):
    """One request: all of WebOb's attributes, and CherryPy's, whose meaning wins where both
    claim a word.

    Parts that few handlers look at (`headers`, `cookie`, `remote`, `base` ...) are made when
    first asked for. Path and query string are the request's own; one that belongs to no
    application keeps them in its environ, as WebOb does.
    """

    namespaces: ClassVar[NamespaceSet] = NamespaceSet()
    dispatch: Any = Dispatcher()

    app: Any = None
    handler: Any = None
    stage: str | None = None
    closed = False
    is_index: bool | None = None
    args: Any = ()
    script_name: str = ""
    path_info: str = "/"
    query_string: str = ""
    protocol: tuple[int, int] = (1, 1)
    server_protocol = "HTTP/1.1"
    query_string_encoding = "utf8"
    query_string_separator = "&"
    image_map = False
    allowed_hosts: Any = ()
    max_params = 1000
    max_cookie_bytes = MAX_COOKIE_BYTES
    max_accept_bytes = MAX_ACCEPT_BYTES
    has_encoded_slashes = False
    process_request_body = True
    show_tracebacks = Planned(False)
    show_mismatched_params = Planned(True)
    path_params_first = Planned(False)
    throw_errors = Planned(False)
    throws = Planned(())
    error_format = Planned("html")
    max_ranges = Planned(MAX_RANGES)
    methods_with_bodies: Any = ("POST", "PUT", "PATCH")
    json: Any = JSONAttribute()
    wants_json = False
    params: Any = None
    path_params: Mapping[str, Any] | None = None
    kwargs: Any = None
    plan: Any = None

    # Made when first asked for.
    _login: Any = UNKNOWN
    _rfile: Any = None
    _headers: Any = None
    _cookie: SimpleCookie | None = None
    _local: Host | None = None
    _remote: Host | None = None
    _base: str | None = None
    _csp_nonce: str | None = None
    _config: dict[str, Any] | None = None
    _hooks: HookMap | None = None
    _toolmaps: dict[str, dict[str, dict[str, Any]]] | None = None
    _error_page: dict[Any, Any] | None = None

    def __init__(self, environ: Environ, app: Any = None, **options: Any) -> None:
        self.environ = environ
        self.params = {}
        # PERF: what each request looks at is its own: Python is slower on a class's defaults.
        self.query_string = ""
        self.is_touched = self.has_encoded_slashes = False
        if app is None:
            kind: Any = type(self)
            self.__class__ = detached_class(kind)
        else:
            self.app = app
            self.plan = app.base_plan or app.make_base_plan()
            name = app._script_name
            self.script_name = environ.get("SCRIPT_NAME", "") if name is None else name
            if not options:
                return  # PERF: WebOb's own __init__ has nothing to do
        super().__init__(environ, **options)

    # -- what came in ------------------------------------------------------------------

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
        """Who the client is, as the server (REMOTE_USER) or an authentication tool says."""
        if self._login is UNKNOWN:
            self._login = self.environ.get("LOGON_USER") or self.environ.get("REMOTE_USER")
        return self._login

    @login.setter
    def login(self, value: Any) -> None:
        self._login = value

    @property
    def request_line(self) -> str:
        """'METHOD path?query protocol', the path decoded; what is put here is logged in its
        place.
        """
        if OWN_REQUEST_LINE in self.environ:
            return str(self.environ[OWN_REQUEST_LINE])
        query = "?" + self.query_string if self.query_string else ""
        protocol = self.environ.get("SERVER_PROTOCOL", "HTTP/1.0")
        return f"{self.method} {self.script_name}{self.path_info}{query} {protocol}"

    @request_line.setter
    def request_line(self, value: str) -> None:
        self.environ[OWN_REQUEST_LINE] = value

    @property
    def headers(self) -> Any:
        """The headers: names in Title-Case, looked up in any case, with `.elements(name)`."""
        if self._headers is None:
            self._headers = RequestHeaders(self.environ)
        return self._headers

    @headers.setter
    def headers(self, value: Any) -> None:
        self._headers = value

    @property
    def header_list(self) -> list[tuple[str, str]]:
        """The headers as pairs."""
        return list(self.headers.items())

    @property
    def cookie(self) -> SimpleCookie:
        """The cookies that came in; broken ones are dropped, the good ones beside them kept."""
        if self._cookie is None:
            self._cookie = load_cookies(
                self.environ.get("HTTP_COOKIE", ""), self.max_cookie_bytes
            )
        return self._cookie

    @cookie.setter
    def cookie(self, value: SimpleCookie) -> None:
        self._cookie = value

    @property
    def local(self) -> Host:
        """The server's side of the connection: ip, port, name."""
        if self._local is None:
            port = port_number(self.environ.get("SERVER_PORT"), 80)
            self._local = Host("", port, self.environ.get("SERVER_NAME", ""))
        return self._local

    @local.setter
    def local(self, value: Host) -> None:
        self._local = value

    @property
    def remote(self) -> Host:
        """The client's side of the connection: ip, port and name; '', -1 and '' if unknown."""
        if self._remote is None:
            environ = self.environ
            port = port_number(environ.get("REMOTE_PORT"), -1)
            address = environ.get("REMOTE_ADDR") or ""
            self._remote = Host(address, port, environ.get("REMOTE_HOST") or "")
        return self._remote

    @remote.setter
    def remote(self, value: Host) -> None:
        self._remote = value

    @property
    def base(self) -> str:
        """'scheme://host' as the client wrote it, without a path; tools may set it."""
        if self._base is None:
            self._base = f"{self.scheme}://{self._authority()}"
        return self._base

    @base.setter
    def base(self, value: str) -> None:
        self._base = value

    def _authority(self) -> str:
        environ = self.environ
        host: str | None = environ.get("HTTP_HOST")
        if host:
            return host
        name = environ.get("SERVER_NAME") or "localhost"
        default = 443 if self.scheme == "https" else 80
        port = port_number(environ.get("SERVER_PORT"), default)
        return name if port == default else f"{name}:{port}"

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

    @cached_property
    def unique_id(self) -> UniqueId:
        """A UUID4 of this request, made when first asked for."""
        return UniqueId(make_uuid4())

    @property
    def csp_nonce(self) -> str:
        """128 random bits by which this response's policy (`tools.secure_headers`) knows the
        scripts that the page itself has put there.
        """
        if self._csp_nonce is None:
            self._csp_nonce = urandom(16).hex()
        return self._csp_nonce

    # -- the body ----------------------------------------------------------------------

    @property
    def rfile(self) -> Any:
        """The body as a stream that ends where the body ends: what `request.body` reads from.

        None for a request that belongs to no application.
        """
        return self.body.fp if self._rfile is None and self.app is not None else self._rfile

    @rfile.setter
    def rfile(self, stream: Any) -> None:
        self._rfile = stream

    @property
    def body_params(self) -> Mapping[str, Any]:
        """The parameters that came in the body; empty when there is none."""
        return {} if self._body is None else self._body.params or {}

    def use_environ(self, environ: Environ) -> None:
        """Go on with `environ`, the same request seen from another place, as by `tools.proxy`.

        Base, remote and headers are made anew from it when they are asked for.
        """
        self.environ = environ
        self._base = self._remote = None
        if type(self._headers) is RequestHeaders:  # and not something a program put there
            self._headers = None

    # -- the client --------------------------------------------------------------------

    def client_connected(self) -> bool:
        """Tell whether the client is still there; True where the server cannot tell.

        waitress can (SERVERS R32); under gunicorn a client that is gone is noticed when
        something is sent to it.
        """
        is_gone = self.environ.get("waitress.client_disconnected")
        return is_gone is None or not is_gone()

    # -- the plan, and what is copied from it on touch ---------------------------------

    is_touched = False
    """Whether config or hooks are this request's own by now."""

    def use_plan(self, plan: Plan) -> None:
        """Go on with `plan`. Hooks that were attached before it was known stay."""
        self._config = None
        self.is_touched = False
        early, self._hooks = self._hooks, None
        touched, self.plan = self.plan, plan
        if early is not None:
            hooks, known = plan.hook_map(), touched.untouched().hook_map()
            for point, attached in early.items():
                hooks[point][:0] = [hook for hook in attached if hook not in known[point]]
            self.hooks = hooks

    @property
    def config(self) -> dict[str, Any]:
        """The merged config of this request: a copy of its own from the first touch on."""
        if self._config is None:
            self.config = dict(self.plan.config)
        assert self._config is not None
        return self._config

    @config.setter
    def config(self, value: dict[str, Any]) -> None:
        self._config = value
        self.is_touched = True

    def extend_config(self, config: Mapping[str, Any], key: object) -> None:
        """Merge `config` last, for a dispatcher: nothing has been made of the config yet.

        `key` is what tells `config` from others that are merged into the same plan.
        """
        if self.is_touched or self.plan.is_base:
            self.config.update(config)
        else:
            self.plan = self.app.extend_plan(self.plan, config, key)

    @property
    def hooks(self) -> HookMap:
        """The hooks of this request: a copy of its own from the first touch on."""
        if self._hooks is None:
            self.hooks = self.plan.hook_map()
        assert self._hooks is not None
        return self._hooks

    @hooks.setter
    def hooks(self, hooks: HookMap) -> None:
        self._hooks = hooks
        self.is_touched = True
        self.plan = TouchedPlan(self.plan, hooks)

    @property
    def toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """{toolbox: {tool: {argument: value}}} of this request."""
        if self._toolmaps is None:
            self._toolmaps = self.plan.copy_toolmaps()
        return self._toolmaps

    @toolmaps.setter
    def toolmaps(self, value: dict[str, dict[str, dict[str, Any]]]) -> None:
        self._toolmaps = value

    @property
    def error_page(self) -> dict[Any, Any]:
        """{code or 'default': file or callable} of this request."""
        if self._error_page is None:
            self._error_page = dict(self.plan.error_pages)
        return self._error_page

    @error_page.setter
    def error_page(self, value: dict[Any, Any]) -> None:
        self._error_page = value

    # -- errors ------------------------------------------------------------------------

    error_id = ""

    # Answers an unexpected error; config or an ErrorTool may put something else here.
    error_response: Any = staticmethod(lambda: HTTPError(500).set_response())

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
        """Move the first segment of `path_info` to `script_name` and return it, as WebOb."""
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


class UniqueId(str):
    """A UUID as text."""

    @property
    def uuid4(self) -> str:
        """The text itself (CherryPy's way to it)."""
        return str(self)


def port_number(text: Any, default: int) -> int:
    """Return `text` as a port; servers on unix sockets send paths and 'None' (SERVERS R22)."""
    return int(text) if isinstance(text, str) and text.isdigit() and text.isascii() else default
