"""The sites that the rows are sent to, and what counts their requests and reads their logs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hostile_authentication import AREAS
from hostile_caching import CACHING_SITES
from hostile_conditions import CONDITION_SITES
from hostile_crosssite import CROSS_SITES
from hostile_diagnostics import DIAGNOSTICS_SITES
from hostile_dispatchers import DISPATCHERS
from hostile_programs import (
    Deep,
    Default,
    Faulty,
    Root,
    Slashes,
    TrackedBody,
    Typed,
    Writer,
    fail,
)
from hostile_proxies import PROXY_SITES
from hostile_sessions import SESSION_SITES, SessionWatch
from hostile_smalltools import SMALL_SITES
from hostile_static import STATIC_SITES, static_folder
from hostile_streams import Streams
from hostile_uploads import UPLOAD_SITES, Uploads
from invariants import EXCEPTION_TEXT, OUTSIDE_MARKER

from wsgicherry.core.current import serving_now
from wsgicherry.core.errors import HTTPError, HTTPRedirect
from wsgicherry.core.expose import expose
from wsgicherry.core.hooks import HOOK_POINTS
from wsgicherry.site import Site

MAX_SMALL_BODY_BYTES = 1000


class Ledger(logging.Handler):
    """What happened on one site since the last `clear`."""

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def clear(self) -> None:
        """Forget it all."""
        self.begun = self.ended = self.kept = 0
        self.bodies: list[TrackedBody] = []
        self.access_lines: list[str] = []
        self.error_texts: list[str] = []

    def note_begin(self) -> None:
        self.begun += 1

    def note_end(self) -> None:
        self.ended += 1

    def note_kept(self) -> None:
        """Note that a page is about to write to the session."""
        self.kept += 1

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as a file would have it."""
        text = self.format(record)
        is_access = ".access" in record.name
        (self.access_lines if is_access else self.error_texts).append(text)


def dispatching(error: Callable[[list[str]], Any]) -> Callable[[Ledger], Any]:
    """Return a maker of a root whose `_cp_dispatch` calls `error`."""

    class Dispatching:
        @expose
        def index(self) -> str:
            return "ok"

        def _cp_dispatch(self, vpath: list[str]) -> Any:
            return error(vpath)

    return lambda ledger: Dispatching()


def raising(error: type[BaseException], *args: Any) -> Callable[..., Any]:
    """Return a function that raises."""

    def raise_it(*_: Any, **__: Any) -> Any:
        raise error(*args)

    return raise_it


ERRORS: dict[str, Callable[..., Any]] = {
    "value": raising(ValueError, EXCEPTION_TEXT),
    "teapot": raising(HTTPError, 418, "teapot"),
    "exit": raising(SystemExit, 3),
    "interrupt": raising(KeyboardInterrupt, EXCEPTION_TEXT),
}


def page_that_fails(**kwargs: Any) -> str:
    """Be an error page of a program's own, with a bug."""
    raise ValueError(EXCEPTION_TEXT)


def page_that_echoes(status: str, message: str, traceback: str, version: str) -> str:
    """Be an error page of a program's own that trusts its arguments to be escaped."""
    serving_now().response.headers["Content-Type"] = "text/html;charset=utf-8"
    return f"<h1>{status}</h1><p>{message}</p>{traceback}{version}"


COMPRESS = {
    "tools.compress.on": True,
    "tools.compress.codings": ["zstd", "br", "gzip", "deflate"],
    "tools.compress.min_bytes": 0,
}

# name: root maker, config
SITES: dict[str, tuple[Callable[[Ledger], Any], dict[str, dict[str, Any]]]] = {
    "plain": (Root, {}),
    "slashes": (Slashes, {}),
    "default": (lambda ledger: Default(), {}),
    "gzip": (Root, {"/": {"tools.gzip.on": True}}),
    "compress": (Root, {"/": COMPRESS}),
    "compress_streams": (Streams, {"/": COMPRESS}),
    "hosts": (
        Root,
        {
            "/": {
                "request.allowed_hosts": ["good.example", ".all.example", "[::1]", "127.0.0.1"]
            }
        },
    ),
    "small": (Root, {}),
    "limits": (Root, {"/": {"request.max_cookie_bytes": 100, "request.max_params": 10}}),
    "production": (Root, {"/": {"request.show_mismatched_params": False}}),
    **{name: (lambda ledger: Uploads(), config) for name, config in UPLOAD_SITES.items()},
    "typed": (
        lambda ledger: Typed(),
        {"/": {"tools.params.on": True}, "/segments": {"tools.params.segments": True}},
    ),
    "writer": (lambda ledger: Writer(), {}),
    "faulty": (Faulty, {}),
    "streams": (Streams, {"/": {"tools.gzip.on": True, "tools.gzip.mime_types": ["text/*"]}}),
    "page_fails": (Root, {"/": {"error_page.default": page_that_fails}}),
    "page_echoes": (Root, {"/": {"error_page.default": page_that_echoes}}),
    "page_missing": (Root, {"/": {"error_page.404": "/no/such/file.html"}}),
    "bad_dispatcher": (Faulty, {"/": {"request.dispatch": fail}}),
    "lazy_dispatcher": (Faulty, {"/": {"request.dispatch": lambda path_info: None}}),
    **CROSS_SITES,
    **CONDITION_SITES,
    **DIAGNOSTICS_SITES,
    **DISPATCHERS,
    **CACHING_SITES,
    **PROXY_SITES,
    **SESSION_SITES,
    **SMALL_SITES,
    **{name: (Root, {}) for name in STATIC_SITES},
    **{name: (Root, config) for name, config in AREAS.items()},
    **{f"dispatch_{name}": (dispatching(error), {}) for name, error in ERRORS.items()},
    "dispatch_redirect": (dispatching(raising(HTTPRedirect, "/")), {}),
    "dispatch_garbage": (dispatching(lambda vpath: 42), {}),
    "dispatch_grow": (dispatching(lambda vpath: vpath.extend(["a", "b"])), {}),
    **{
        f"hook_{point}_{name}": (Faulty, {"/": {f"hooks.{point}": error}})
        for point in HOOK_POINTS
        for name, error in ERRORS.items()
    },
}


class LiveSite:
    """One site of the table, mounted and watched."""

    def __init__(self, name: str, directory: Path) -> None:
        make_root, config = SITES[name]
        self.ledger = Ledger()
        logger_root = f"hostile.{name}"
        self.loggers = [
            logging.getLogger(f"{logger_root}.{kind}") for kind in ("error", "access")
        ]
        for logger in self.loggers:
            logger.addHandler(self.ledger)
            logger.propagate = False
        self.site = Site(logger_root=logger_root)
        if name == "production":
            self.site.config.update({"environment": "production"})
        if name == "small":
            self.site.config.update({"server.max_request_body_size": MAX_SMALL_BODY_BYTES})
        self.site.engine.subscribe("before_request", self.ledger.note_begin)
        self.site.engine.subscribe("after_request", self.ledger.note_end)
        config = {**config, **static_files(directory)}
        if name in STATIC_SITES:
            config.update(static_folder(directory))
        self.watch: SessionWatch | None = None
        if name in SESSION_SITES:
            self.watch = SessionWatch(config["/"], directory)
            config["/"] = {**config["/"], **self.watch.settings}
            self.watch.prepare()
        root = make_root(self.ledger)
        if name in DIAGNOSTICS_SITES:
            root.prepare(directory)
        self.site.tree.mount(root, "", config)
        self.site.tree.mount(Deep(), "/mounted/deep", {})

    def close(self) -> None:
        """Stop the engine and leave no log handler behind."""
        self.site.engine.exit()
        if self.watch is not None:
            self.watch.clear()
        for logger in self.loggers:
            logger.removeHandler(self.ledger)
            logger.propagate = True


class LiveMounts(LiveSite):
    """A tree with nothing at its root."""

    def __init__(self, name: str, directory: Path) -> None:
        super().__init__("plain", directory)
        del self.site.tree.apps[""]


def static_files(directory: Path) -> dict[str, dict[str, Any]]:
    """Return the config of a file that is served, beside one that must never be."""
    public = directory / "public"
    public.mkdir(exist_ok=True)
    (public / "style.css").write_text("body{}")
    (directory / "secret.txt").write_text(OUTSIDE_MARKER)
    (directory / "public-secret").mkdir(exist_ok=True)
    (directory / "public-secret" / "secret.txt").write_text(OUTSIDE_MARKER)
    settings = {
        "tools.staticfile.on": True,
        "tools.staticfile.filename": str(public / "style.css"),
    }
    return {"/style.css": settings}


def open_site(name: str, directory: Path) -> LiveSite:
    """Return the site `name` of the table, its files in `directory`."""
    return (LiveMounts if name == "mounts" else LiveSite)(name, directory)
