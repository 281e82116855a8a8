"""Site: a tree, config, engine, log and tools wired together."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from .core.application import Application, WSGIApp
from .core.checks import check_application, check_site
from .core.config import ConfigError, SiteConfig, load
from .core.current import find_serving
from .core.findings import Finding, errors_of
from .core.links import Relative
from .core.links import url as make_url
from .core.logs import LogManager
from .core.plan import BUILTIN_NAMESPACES
from .core.rootchecks import check_root
from .core.tools import Toolbox
from .core.tree import Tree
from .engine import Engine
from .namespaces import connect
from .process.forks import renew_after_fork
from .serving.server import Server, banner
from .serving.sockets import CannotListen
from .toolbox import make_toolbox

FAVICON = os.path.join(os.path.dirname(__file__), "favicon.ico")

REFUSED = "The configuration is refused:"

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Checker:
    """`checker`: how loud advice on the config is. Errors in it are never silenced."""

    on = True


class Site:
    """Everything that a program needs, wired together.

    `wsgicherry.globals` holds one, a test makes its own. `Application` is the application class
    of this site; `tree` has what is mounted, and is what the servers serve unless `serve()`
    said otherwise.
    """

    def __init__(self, logger_root: str = "wsgicherry") -> None:
        self.engine = Engine()
        self.engine.prepare = self._prepare_start
        self.log = LogManager(logger_root=logger_root)
        self.log.find_current = find_current_log
        self.engine.subscribe("log", self._log_engine)
        self.engine.subscribe("graceful", self._reopen_logs)
        self.apps: WeakSet[Application] = WeakSet()
        self.tools = make_toolbox()
        self.tools.on_change = self.forget_plans
        self.toolboxes: dict[str, Toolbox] = {"tools": self.tools}
        self.checker = Checker()
        self.Application: type[Application] = type(
            "Application", (Application,), {"site": self, "__doc__": Application.__doc__}
        )
        self.tree = Tree(self, self.Application, self._make_favicon)
        self.served: WSGIApp = self.tree
        self.server = self.make_server()
        self.servers: dict[str, Server] = {}
        self.config_files: set[str] = set()
        self.config = SiteConfig()
        self.config.on_change = self.forget_plans
        self.config.on_file = self.watch_file
        self._takes_signals = False
        self._advised: set[str] = set()
        connect(self)
        renew_after_fork(self)

    def _make_favicon(self) -> Any:
        return self.tools.tools()["staticfile"].handler(filename=FAVICON)

    # -- what is served ----------------------------------------------------------------

    def make_server(self) -> Server:
        """Return one more server of what is served, subscribed to the engine."""
        server = Server(self.engine, self.served)
        server.subscribe()
        return server

    def serve(self, application: WSGIApp) -> None:
        """Have the servers serve `application` in place of the tree; `run()` starts them.

        A server that was given an application of its own keeps it. Check and greeting are
        about `application` then: about what is mounted if it is a Tree, and if it is foreign
        (it may be middleware around anything) about all the applications that there are.
        """
        for server in (self.server, *self.servers.values()):
            if server.application is self.served:
                server.application = application
        self.served = application

    @property
    def mounts(self) -> Mapping[str, Any]:
        """What is served, by script name."""
        if isinstance(self.served, Application):
            return {self.served.script_name or "": self.served}
        if isinstance(self.served, Tree):
            return self.served.apps
        return self.tree.apps or {"": self.served}

    def find_applications(self) -> list[Application]:
        """Return the applications that are served, or may be, inside foreign middleware."""
        mounted = [app for app in self.mounts.values() if isinstance(app, Application)]
        if isinstance(self.served, (Application, Tree)):
            return mounted
        loose = [app for app in self.apps if app not in mounted]
        return mounted + sorted(loose, key=lambda app: app.script_name or "")

    def find_servers(self) -> list[Server]:
        """Return the servers that start with the engine."""
        owners = [getattr(each, "__self__", None) for each in self.engine.listeners["start"]]
        return [owner for owner in owners if isinstance(owner, Server)]

    # -- what applications ask of their site -------------------------------------------

    @property
    def max_body_bytes(self) -> int | None:
        """The limit on request bodies, `server.max_request_body_size`; None for no limit."""
        return self.server.max_request_body_size or None

    def adopt(self, app: Application) -> None:
        """Tell `app` from now on when config or tools change; watch the files it reads."""
        self.apps.add(app)
        app.config.on_file = self.watch_file

    def forget_plans(self) -> None:
        """Have every application compile its plans anew."""
        for app in list(self.apps):
            app.forget_plans()

    def watch_file(self, name: str) -> None:
        """Have the autoreloader, should it be on, watch the config file `name`."""
        path = os.path.abspath(name)
        self.config_files.add(path)
        self.engine.autoreload.files.add(path)

    def after_fork_in_child(self) -> None:
        """Have the first request in this process start the engine."""
        self.forget_plans()

    def check_mounted(self, app: Application) -> None:
        """Raise ConfigError for what no later registration can mend in the config of `app`."""
        errors = errors_of(self.check_application(app, final=False))
        if errors:
            raise ConfigError("\n".join(map(str, errors)))

    def open(self, app: Application) -> list[Finding]:
        """Start the engine in this process unless it runs; return the errors in the config."""
        self.engine.start_embedded()
        for toolbox in app.toolboxes.values():
            toolbox.on_change = self.forget_plans
        findings = self.check_self() + self.check_application(app)
        self._advise(findings)
        return errors_of(findings)

    # -- checks ------------------------------------------------------------------------

    def check_application(self, app: Application, final: bool = True) -> list[Finding]:
        """Return every finding in the config of `app`; if `final`, in what it serves too."""
        mounted = (app.root, app.config, app.script_name or "")
        known: dict[str, Any] = {
            "toolboxes": app.toolboxes,
            "site_config": self.config,
            "dispatcher": app.request_class.dispatch,
        }
        names = self._namespaces(app)
        findings = check_application(*mounted, namespaces=names, final=final, **known)
        return findings + list(check_root(*mounted, **known)) if final else findings

    def check_self(self) -> list[Finding]:
        """Return every finding in the site-wide config."""
        return check_site(
            self.config,
            toolboxes=self.toolboxes,
            namespaces=self._namespaces(None),
            applications=[app.config for app in self.apps],
        )

    def check(self) -> list[Finding]:
        """Return every finding in the config of the site and of all that is served."""
        served = self.find_applications()
        return self.check_self() + [f for app in served for f in self.check_application(app)]

    def _namespaces(self, app: Application | None) -> set[str]:
        names = {*BUILTIN_NAMESPACES, *self.config.namespaces, *self.toolboxes, "wsgi"}
        if app is not None:
            names.update(app.namespaces, app.toolboxes, app.request_class.namespaces)
        return names

    # -- starting ----------------------------------------------------------------------

    def _prepare_start(self) -> None:
        self.prepare()
        self.bind()
        if self._takes_signals:
            self.engine.signals.subscribe()

    def prepare(self) -> None:
        """Before the engine starts in a process of our own: open the log, check the config.

        Raises SystemExit with one sentence for each error in it.
        """
        if "log.screen" not in self.config:
            self.log.screen = True
        findings = self.check()
        errors = errors_of(findings)
        if errors:
            raise SystemExit("\n".join([REFUSED, *map(str, errors)]))
        self._advise(findings)

    def _advise(self, findings: Iterable[Finding]) -> None:
        """Log the advice among `findings`, each once, if the checker is to be heard."""
        for finding in findings:
            is_heard = self.checker.on and getattr(self.checker, f"check_{finding.rule}", True)
            if finding.severity == "advice" and is_heard and str(finding) not in self._advised:
                self._advised.add(str(finding))
                self.log.error(str(finding), "CHECKER", 30)

    def bind(self) -> None:
        """Bind the addresses of all servers, before anything is started; all or none.

        Raises SystemExit with one sentence if an address cannot be had, or if a server's
        settings cannot be served (the exit code is 1 then).
        """
        try:
            for server in self.find_servers():
                server.bind()
        except (CannotListen, ValueError) as error:
            self.unbind()
            raise SystemExit(str(error)) from None
        except BaseException:
            self.unbind()
            raise

    def unbind(self) -> None:
        """Release the addresses that are bound and not served."""
        for server in self.find_servers():
            server.unbind()

    def quickstart(self, root: Any = None, script_name: str = "", config: Any = None) -> None:
        """Mount `root` and serve it by waitress until Ctrl-C or SIGTERM; for development.

        `config`: a dict of sections, a file name or an open file; [global] goes to the site,
        the rest to the application. Raises SystemExit with a sentence for what is wrong in it.
        """
        try:
            if hasattr(config, "read"):
                config = load(config)  # it can be read once, and two want to know
            if config:
                self.config.update(config)
            self.tree.mount(root, script_name, config)
        except ConfigError as error:
            raise SystemExit(f"{REFUSED}\n{error}") from None
        self.run()

    def run(self) -> None:
        """Serve, with signal handlers, until the engine exits.

        Ctrl-C and SIGTERM end it in order, whenever they come; so the process's code is 0.
        Raises SystemExit as `prepare` and `bind` do.
        """
        if "environment" not in self.config and self._is_private():
            self.config.setdefault("request.show_tracebacks", True)
        self._takes_signals = True
        try:
            self.engine.start()
            self._greet()
            self.engine.block()
        except KeyboardInterrupt:  # before block() could hear it
            self.engine.exit_on_interrupt()
        except SystemExit:  # a signal, perhaps before the engine could undo what it does
            self.unbind()
            raise
        finally:
            self._takes_signals = False

    def _is_private(self) -> bool:
        """Tell whether this machine alone can reach the servers, and no proxy is expected."""
        return all(
            server.socket_host in LOOPBACK and not server.socket_file
            for server in self.find_servers()
        )

    def _greet(self) -> None:
        running = [server for server in self.find_servers() if server.running]
        if self.log.screen and running:
            with suppress(OSError, ValueError):  # nobody reads stderr any more
                # In one step: a server's thread may be writing its first log line by now.
                lines = banner(running, self.mounts)
                sys.stderr.write("\n".join(lines) + "\n")
                sys.stderr.flush()

    # -- logs --------------------------------------------------------------------------

    def _log_engine(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        self.log.error(msg, "ENGINE", level, traceback)

    def _reopen_logs(self) -> None:
        self.log.reopen_files()
        for app in list(self.apps):
            app.log.reopen_files()

    # -- addresses ---------------------------------------------------------------------

    def url(
        self,
        path: str = "",
        qs: Any = "",
        script_name: str | None = None,
        base: str | None = None,
        relative: Relative = None,
    ) -> str:
        """Return the address of `path`; see `core.links.url`.

        Outside a request it is that of this site's server.
        """
        return make_url(path, qs, script_name, base, relative, outside_base=self.server.base)


def find_current_log() -> LogManager | None:
    """Return the log of the application that this context serves, None outside a request."""
    serving = find_serving()
    if serving is None or serving.request.app is None:
        return None
    log: LogManager = serving.request.app.log
    return log
