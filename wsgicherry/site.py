"""Site: a tree, config, engine, log and tools wired together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from weakref import WeakSet

from .core.application import Application
from .core.checks import Finding, check_application, check_site
from .core.config import ConfigError, SiteConfig
from .core.current import find_serving
from .core.links import Relative
from .core.links import url as make_url
from .core.logs import LogManager
from .core.plan import BUILTIN_NAMESPACES
from .core.tools import Toolbox
from .core.tree import Tree
from .process.forks import renew_after_fork
from .process.monitor import Autoreloader
from .process.plugins import SignalHandler, ThreadManager
from .process.wspbus import Bus, states
from .serving.server import Server, banner
from .toolbox import make_toolbox

FAVICON = Path(__file__).with_name("favicon.ico")

LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Who listens to these must be told about every request; nobody else costs a request anything.
_REQUEST_CHANNELS = (
    "acquire_thread",
    "start_thread",
    "stop_thread",
    "release_thread",
    "before_request",
    "after_request",
)


class Engine(Bus):
    """The bus with CherryPy's channels and plugins."""

    def __init__(self) -> None:
        super().__init__()
        self.hears_requests = False
        self.prepare: Callable[[], None] = lambda: None
        for channel in _REQUEST_CHANNELS:
            self.listeners.setdefault(channel, {})
        self.thread_manager = ThreadManager(self)
        self.thread_manager.subscribe()
        self.autoreload = Autoreloader(self)
        self.signal_handler = SignalHandler(self)
        self.signals = Signals(self.signal_handler)
        renew_after_fork(self)

    def subscribe(self, channel: str, *args: Any, **kwargs: Any) -> Any:
        """Add a listener; see `Bus.subscribe`."""
        try:
            return super().subscribe(channel, *args, **kwargs)
        finally:
            self._note_hearing()

    def unsubscribe(self, channel: str, callback: Any) -> None:
        """Remove a listener; see `Bus.unsubscribe`."""
        super().unsubscribe(channel, callback)
        self._note_hearing()

    def _note_hearing(self) -> None:
        """Settle whether requests must be announced: not for the thread manager's own sake alone."""
        own = {"acquire_thread": 1, "release_thread": 1}
        self.hears_requests = any(
            len(self.listeners.get(channel, ())) > own.get(channel, 0)
            for channel in _REQUEST_CHANNELS
        )

    def start(self) -> None:
        """Start everything, in a process of our own; see `Bus.start`."""
        self.prepare()
        super().start()


class Signals:
    """`engine.signals`: the signal handlers, subscribed and unsubscribed together."""

    def __init__(self, signal_handler: SignalHandler) -> None:
        self.signal_handler = signal_handler

    def subscribe(self) -> None:
        """Listen for SIGTERM, SIGHUP and SIGUSR1 from now on."""
        self.signal_handler.subscribe()

    def unsubscribe(self) -> None:
        """Put the old signal handlers back."""
        self.signal_handler.unsubscribe()


class Checker:
    """`checker`: how loud advice on the config is. Errors in it are never silenced."""

    on = True


class Site:
    """Everything that a program needs, wired together; `wsgicherry.globals` holds one, a test makes its own.

    `Application` is the application class of this site; `tree` serves what is mounted.
    """

    def __init__(self, logger_root: str = "wsgicherry") -> None:
        self.engine = Engine()
        self.engine.prepare = self.prepare
        self.log = LogManager(logger_root=logger_root)
        self.log.find_current = find_current_log
        self.engine.subscribe("log", self._log_engine)
        self.engine.subscribe("graceful", self._reopen_logs)
        self.apps: WeakSet[Application] = WeakSet()
        self.tools = make_toolbox()
        self.tools.on_change = self.forget_plans
        self.toolboxes: dict[str, Toolbox] = {"tools": self.tools}
        self.checker = Checker()
        self.servers: dict[str, Server] = {}
        self.Application: type[Application] = type(
            "Application", (Application,), {"site": self, "__doc__": Application.__doc__}
        )
        self.tree = Tree(self, self.Application, self._make_favicon)
        self.server = Server(self.engine, self.tree)
        self.server.subscribe()
        self.config = self._make_config()
        renew_after_fork(self)

    def _make_config(self) -> SiteConfig:
        config = SiteConfig()
        config.on_change = self.forget_plans
        config.namespaces["server"] = self._set_server
        config.namespaces["engine"] = self._set_engine
        config.namespaces["tree"] = self._set_tree
        config.namespaces["log"] = lambda name, value: setattr(self.log, name, value)
        config.namespaces["checker"] = lambda name, value: setattr(self.checker, name, value)
        return config

    def _make_favicon(self) -> Any:
        return self.tools.staticfile.handler(filename=str(FAVICON))

    # -- config namespaces ----------------------------------------------------------------------

    def _set_server(self, name: str, value: Any) -> None:
        """Take `server.<setting>`, or `server.<name>.<setting>` of one more server."""
        if "." not in name:
            self.server.subscribe() if name == "on" and value else None
            self.server.unsubscribe() if name == "on" and not value else None
            if name != "on":
                setattr(self.server, name, value)
            return
        server_name, _, setting = name.partition(".")
        server = self.servers.get(server_name)
        if server is None:
            server = self.servers[server_name] = Server(self.engine, self.tree)
            server.subscribe()
        if setting != "on":
            setattr(server, setting, value)
        elif value:
            server.subscribe()
        else:
            server.unsubscribe()

    def _set_engine(self, name: str, value: Any) -> None:
        """Take `engine.<plugin>.on`, `engine.<plugin>.<setting>`, `engine.SIGHUP` and attributes of the engine."""
        if name in ("SIGHUP", "SIGTERM"):
            handler = self.engine.signal_handler
            if value is None:
                handler.handlers.pop(name, None)
            else:
                handler.handlers[name] = value
        elif "." in name:
            plugin_name, _, setting = name.partition(".")
            plugin = getattr(self.engine, plugin_name)
            if setting != "on":
                setattr(plugin, setting, value)
            elif value:
                plugin.subscribe()
            else:
                plugin.unsubscribe()
        else:
            setattr(self.engine, name, value)

    def _set_tree(self, name: str, value: Any) -> None:
        """Take `tree.<anything>`: {script name: application}, or an application that knows its own."""
        grafts = value if isinstance(value, dict) else {value.script_name: value}
        for script_name, app in grafts.items():
            self.tree.graft(app, script_name)
            self.engine.log(f"Mounted: {app} on {script_name or '/'}")

    # -- what applications ask of their site ----------------------------------------------------

    @property
    def max_body_bytes(self) -> int | None:
        """The limit on request bodies, `server.max_request_body_size`; None for no limit."""
        return self.server.max_request_body_size or None

    def adopt(self, app: Application) -> None:
        """Tell `app` from now on when config or tools change."""
        self.apps.add(app)

    def forget_plans(self) -> None:
        """Have every application compile its plans anew."""
        for app in list(self.apps):
            app.forget_plans()

    def after_fork_in_child(self) -> None:
        """Have the first request in this process start the engine."""
        self.forget_plans()

    def start_engine(self) -> None:
        """Start the engine under a foreign server, once in each process; without a server of ours."""
        if self.engine.state is states.STOPPED:
            self.engine.start_embedded()

    def check_mounted(self, app: Application) -> None:
        """Raise ConfigError for what is wrong with the config of `app` whatever may come later."""
        _refuse(self.find_errors([app], final=False))

    def open(self, app: Application) -> list[Finding]:
        """Start the engine in this process unless it runs; return what is wrong with the config."""
        self.start_engine()
        for toolbox in app.toolboxes.values():
            toolbox.on_change = self.forget_plans
        findings = [finding for finding in self.check_self() if finding.severity == "error"]
        return findings + self.find_errors([app], final=True)

    # -- checks ---------------------------------------------------------------------------------

    def find_errors(self, apps: Iterable[Application], final: bool) -> list[Finding]:
        """Return the errors in the config of `apps`; `final`: count unknown tools and sections too."""
        return [
            finding
            for app in apps
            for finding in self.check_application(app, final)
            if finding.severity == "error"
        ]

    def check_application(self, app: Application, final: bool = True) -> list[Finding]:
        """Return every finding in the config of `app`."""
        return check_application(
            app.root,
            app.config,
            app.script_name or "",
            toolboxes=app.toolboxes,
            namespaces=self._namespaces(app),
            final=final,
            site_config=self.config,
        )

    def check_self(self) -> list[Finding]:
        """Return every finding in the site-wide config."""
        return check_site(
            self.config,
            toolboxes=self.toolboxes,
            namespaces=self._namespaces(None),
            final=True,
            applications=[app.config for app in self.apps],
        )

    def check(self) -> list[Finding]:
        """Return every finding in the config of the site and of all that is mounted."""
        mounted = [app for app in self.tree.apps.values() if isinstance(app, Application)]
        return self.check_self() + [f for app in mounted for f in self.check_application(app)]

    def _namespaces(self, app: Application | None) -> set[str]:
        names = {*BUILTIN_NAMESPACES, *self.config.namespaces, *self.toolboxes, "wsgi"}
        if app is not None:
            names.update(app.namespaces, app.toolboxes, app.request_class.namespaces)
        return names

    # -- starting -------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Before the engine starts in a process of our own: open the log, refuse a wrong config, bind the port.

        Raises SystemExit with one sentence for each finding.
        """
        if "log.screen" not in self.config:
            self.log.screen = True
        findings = self.check()
        errors = [str(finding) for finding in findings if finding.severity == "error"]
        if errors:
            raise SystemExit("\n".join(["The configuration is refused:", *errors]))
        if self.checker.on:
            for finding in findings:
                self.log.error(str(finding), "CHECKER", 30)

    def quickstart(self, root: Any = None, script_name: str = "", config: Any = None) -> None:
        """Mount `root` and serve it by waitress until Ctrl-C or SIGTERM; for development.

        `config`: a dict of sections, a file name or an open file; [global] goes to the site, the rest to
        the application.
        """
        if config:
            self.config.update(config)
        self.tree.mount(root, script_name, config)
        self.run()

    def run(self) -> None:
        """Serve what is mounted, with signal handlers, until the engine exits."""
        if "environment" not in self.config and self.server.socket_host in LOOPBACK:
            self.config.setdefault("request.show_tracebacks", True)
        self.engine.signals.subscribe()
        self.engine.start()
        self._greet()
        self.engine.block()

    def _greet(self) -> None:
        if self.log.screen and self.server.running:
            for line in banner(self.server, self.tree.apps):
                print(line, file=sys.stderr, flush=True)

    # -- logs -----------------------------------------------------------------------------------

    def _log_engine(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        self.log.error(msg, "ENGINE", level, traceback)

    def _reopen_logs(self) -> None:
        self.log.reopen_files()
        for app in list(self.apps):
            app.log.reopen_files()

    # -- addresses ------------------------------------------------------------------------------

    def url(
        self,
        path: str = "",
        qs: Any = "",
        script_name: str | None = None,
        base: str | None = None,
        relative: Relative = None,
    ) -> str:
        """Return the address of `path`; outside a request that of this site's server. See `core.links.url`."""
        return make_url(
            path, qs, script_name, base, relative, outside_base=self.server.base
        )


def find_current_log() -> LogManager | None:
    """Return the log of the application that this context serves, None outside a request."""
    serving = find_serving()
    if serving is None or serving.request.app is None:
        return None
    log: LogManager = serving.request.app.log
    return log


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise ConfigError("\n".join(map(str, findings)))


