"""Application: a root object, its config and its compiled plans; a WSGI callable."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Protocol

from .config import AppConfig, NamespaceSet
from .current import find_serving
from .deadends import DeadEnd
from .dispatcher import Route
from .errors import UNEXPECTED
from .hooks import HOOK_POINTS
from .lifecycle import answer_bare, refuse, respond, trap_errors
from .logs import LogManager
from .origins import Sourced, explain_config
from .plan import Compiler, Plan, find_places, merge_configs
from .request import Request
from .response import Response
from .tools import Toolbox
from .walk import Trail

if TYPE_CHECKING:
    from .findings import Finding

MAX_PLANS = 2000
"""Plans kept by one application; more (handlers made per request) and all are compiled anew."""

EMPTY: Mapping[str, Any] = {}

WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Middleware = Callable[..., WSGIApp]


class Site(Protocol):
    """What applications share: site-wide config, tools, logs and the engine."""

    @property
    def config(self) -> Mapping[str, Any]: ...

    @property
    def toolboxes(self) -> MutableMapping[str, Toolbox]: ...

    @property
    def log(self) -> LogManager: ...

    @property
    def engine(self) -> Any: ...

    @property
    def max_body_bytes(self) -> int | None: ...

    def adopt(self, app: Application) -> None:
        """Tell `app` from now on when something changes that its plans depend on."""

    def check_mounted(self, app: Application) -> None:
        """Raise ConfigError for what is wrong with `app`, whatever may come later."""

    def open(self, app: Application) -> list[Finding]:
        """Start the engine in this process unless it runs; return what is wrong with the
        config.
        """


class Pipeline:
    """`application.wsgiapp`: the middleware around an application, as `wsgi.pipeline` config
    says.

    `pipeline` holds (name, factory), the first one outermost; `config` the keyword arguments of
    each factory by its name. After a change of either say `head = None`. Source: BEHAVIOUR 5.4.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self.pipeline: list[tuple[str, Middleware]] = []
        self.config: dict[str, dict[str, Any]] = {}

    @property
    def head(self) -> WSGIApp | None:
        """What serves requests; None before the first. Set it to None after changes."""
        entry = self._app.entry
        return None if entry == self._app.first_request else entry

    @head.setter
    def head(self, value: None) -> None:
        self._app.forget_plans()

    def build(self) -> WSGIApp:
        """Return `respond` inside the middleware."""
        head: WSGIApp = self._app.respond
        for name, factory in reversed(self.pipeline):
            head = factory(head, **self.config.get(name, {}))
        return trap_errors(self._app, head) if self.pipeline else head

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self._app(environ, start_response)


class Application:
    """One mounted application: `root` and its tree of handlers, its config, its log. A WSGI
    callable.

    `config`: a dict of sections, a file name or an open file; a section whose name does not
    begin with '/' is the application's own data. `script_name`: where it is mounted; None takes
    it from the server.
    """

    root: Any = None
    relative_urls: Any = False
    request_class: type[Request] = Request
    response_class: type[Response] = Response
    toolboxes: Any = {}  # noqa: RUF012 - CherryPy's place for toolboxes of all applications
    namespaces: NamespaceSet = NamespaceSet()
    site: Site

    def __init__(
        self,
        root: Any,
        script_name: str | None = "",
        config: Any = None,
        *,
        site: Site | None = None,
    ) -> None:
        if site is not None:
            self.site = site
        self.root = root
        self.script_name = script_name
        self.engine = self.site.engine
        self.log = LogManager(id(self), self.site.log.logger_root)
        self.wsgiapp = Pipeline(self)
        # What is put here is this application's alone; what the site adds later is seen.
        self.toolboxes = ChainMap({}, type(self).toolboxes, self.site.toolboxes)
        self.namespaces = self.namespaces.copy()
        self.namespaces["log"] = lambda name, value: setattr(self.log, name, value)
        self.namespaces["wsgi"] = self._set_wsgi
        self.plans: dict[tuple[Any, ...], Plan] = {}
        self.routes: dict[str, Route | DeadEnd] = {}
        self.base_plan: Plan | None = None
        # What `tools.caching` keeps of this application's pages, by its settings.
        self.caches: dict[Any, Any] = {}
        self.config = AppConfig()
        self.config.on_change = self.forget_plans
        self.forget_plans()
        self.site.adopt(self)
        if config:
            self.merge(config)
        else:
            self.site.check_mounted(self)

    # -- names -------------------------------------------------------------------------

    @property
    def script_name(self) -> str | None:
        """Where the application is mounted, without a trailing slash.

        Where that is for the server to say (None was given), it is what the current request
        says; None outside a request.
        """
        if self._script_name is not None:
            return self._script_name
        serving = find_serving()
        name: str | None = serving.request.script_name.rstrip("/") if serving else None
        return name

    @script_name.setter
    def script_name(self, value: str | None) -> None:
        self._script_name = value.rstrip("/") if value else value

    # -- config ------------------------------------------------------------------------

    def merge(self, config: Any) -> None:
        """Merge `config` (a dict of sections, a file name, an open file) section by section.

        ValueError when it has no sections. Namespaces of the '/' section run on what is new
        only.
        """
        before = dict(self.config.get("/") or {})
        self.config.merge(config, "a dict passed to tree.mount")
        after: Mapping[str, Any] = self.config.get("/") or {}
        fresh = {key: value for key, value in after.items() if before.get(key, after) != value}
        self.namespaces(fresh)
        self.site.check_mounted(self)

    def find_config(self, path: str, key: str, default: Any = None) -> Any:
        """Return `key` of the nearest section upward from `path` that has it."""
        found = self.config.get("/", EMPTY).get(key, default)
        prefix, end = "", 0
        # Downward, and no further than there are sections: a path may have any length.
        while end >= 0 and prefix in self.section_parents:
            end = path.find("/", end + 1)
            prefix = path if end < 0 else path[:end]
            found = self.config.get(prefix, EMPTY).get(key, found)
        return found

    def explain_config(self, path: str = "/") -> dict[str, Sourced]:
        """Return the config of a request of `path`: each value, and where it came from."""
        return explain_config(self, path)

    def _set_wsgi(self, name: str, value: Any) -> None:
        """Take `wsgi.pipeline` (extends it) and `wsgi.<name>.<argument>`."""
        if name == "pipeline":
            self.wsgiapp.pipeline.extend(
                item for item in value if item not in self.wsgiapp.pipeline
            )
        elif "." in name:
            middleware, _, argument = name.partition(".")
            self.wsgiapp.config.setdefault(middleware, {})[argument] = value
        else:
            setattr(self, name, value)
        self.forget_plans()

    # -- plans -------------------------------------------------------------------------

    def forget_plans(self) -> None:
        """Compile anew from now on: a config or the set of tools has changed."""
        self.plans = {}
        self.routes = {}
        self.base_plan = None
        self.section_parents = {
            name[:position]
            for name in self.config
            if name.startswith("/") and name != "/"
            for position, letter in enumerate(name)
            if letter == "/"
        }
        self.has_dispatchers = any(
            "request.dispatch" in section for section in self.config.values()
        )
        self.entry: WSGIApp = self.first_request

    def find_plan(self, handler: Any, trail: Trail) -> Plan:
        """Return the plan of `handler` with the config of `trail`, compiled the first time."""
        if type(handler) is MethodType:
            owner: Any = handler.__func__
        else:
            owner = None if handler is None else plan_owner(handler)
        plans = self.plans
        key: tuple[Any, ...] = (id(owner), *map(id, trail.configs))
        plan = plans.get(key)
        if plan is not None and plan.is_placed:
            # The same objects may be met in several places, and this plan depends on the place.
            plan = plans.get(key + find_places(trail, self.config))
        if plan is None:
            plan = self.make_plan(handler, trail)
            # After a change of config meanwhile, `self.plans` is another dict, and this one
            # forgotten.
            if len(plans) >= MAX_PLANS:
                plans.clear()
            plans.setdefault(key, plan)
            if plan.is_placed:
                plans[key + find_places(trail, self.config)] = plan
        return plan

    def extend_plan(self, plan: Plan, config: Mapping[str, Any], key: object) -> Plan:
        """Return `plan` with `config` merged last, compiled the first time.

        `key` tells this config from others for the same plan: its id, or what it says.
        """
        plans = self.plans
        extended = plans.get((id(plan), key))
        if extended is None:
            extended = self.compile({**plan.config, **config})
            extended.allowed_methods = plan.allowed_methods
            extended.keeps = (plan, config)
            if len(plans) >= MAX_PLANS:
                plans.clear()
            plans[id(plan), key] = extended
        return extended

    def make_plan(self, handler: Any, trail: Trail) -> Plan:
        """Return a new plan of `handler` with the config of `trail`."""
        plan = self.compile(merge_configs(self.site.config, trail, self.config))
        plan.allowed_methods = getattr(handler, "allowed_methods", None)
        # Kept with the plan, so that no id in its key can come to mean another object.
        owner = handler.__func__ if type(handler) is MethodType else plan_owner(handler)
        plan.keeps = (owner, *trail.configs)
        return plan

    def make_base_plan(self) -> Plan:
        """Return the plan of '/', for all that happens before a handler is found: what errors
        need of it.

        Nothing else: no tool has been set up for a request that has no handler yet.
        """
        configs = [getattr(self.root, "_cp_config", None), self.config.get("/")]
        trail = Trail([], [(self.root, 0, 2)], list(filter(None, configs)))
        plan = self.compile(merge_configs(self.site.config, trail, self.config))
        for point in HOOK_POINTS:
            if "error_response" not in point:
                setattr(plan, point, ())
        plan.setups, plan.custom_namespaces = (), None
        plan.is_base = True
        plan.settle()
        self.base_plan = plan
        return plan

    def compile(self, config: Mapping[str, Any]) -> Plan:
        """Return a plan for the merged `config`."""
        return Compiler(config, self.toolboxes, self.request_class).compile()

    # -- WSGI --------------------------------------------------------------------------

    respond = respond

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.entry(environ, start_response)

    def first_request(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve the first request after a start, a fork or a change of config.

        Starts the engine of this process (once) and checks the config; with a finding every
        request is answered 500 and the finding is in the log: never an unprotected page.
        """
        plans = self.plans
        try:
            findings = self.site.open(self)
            entry = refuse(self, findings) if findings else self.wsgiapp.build()
        except UNEXPECTED:
            return answer_bare(self, environ, start_response)
        if plans is self.plans:
            self.entry = entry  # nothing has changed meanwhile
        return entry(environ, start_response)

    def __repr__(self) -> str:
        kind = type(self)
        return f"{kind.__module__}.{kind.__name__}({self.root!r}, {self.script_name!r})"


def plan_owner(handler: Any) -> Any:
    """Return what the plans of `handler`, no plain method, are kept by: the class of an object.

    Of the objects that a `_cp_dispatch` makes for each request there is no end.
    """
    if isinstance(handler, (FunctionType, type)) or "allowed_methods" in getattr(
        handler, "__dict__", EMPTY
    ):
        return handler
    return type(handler)
