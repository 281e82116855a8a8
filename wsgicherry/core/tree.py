"""Tree: mount points and the WSGI applications behind them; itself one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from ..wire.urls import join, keep_encoded_slashes
from . import errorpages
from .application import Application, WSGIApp
from .application import Site as SharedSite
from .current import find_serving
from .errors import UNEXPECTED, bare_error
from .lifecycle import send_answer

MAX_LOGGED_PATH_CHARS = 200

EMPTY: Mapping[str, Any] = {}


class Mounts(dict[str, Any]):
    """{script_name: WSGI application}; knows how many segments its longest name has."""

    depth = 0
    only: Application | None = None

    def __init__(self, apps: Mapping[str, Any] = EMPTY) -> None:
        super().__init__(apps)
        self._measure()

    def _measure(self) -> None:
        self.depth = max((name.count("/") for name in self), default=0)
        only = self.get("") if len(self) == 1 else None
        plain = isinstance(only, Application) and type(only).__call__ is Application.__call__
        self.only = only if plain else None

    def __setitem__(self, name: str, app: Any) -> None:
        super().__setitem__(name, app)
        self.depth = max(self.depth, name.count("/"))
        self.only = None
        if len(self) == 1:
            self._measure()

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._measure()

    def clear(self) -> None:
        """Unmount everything."""
        super().clear()
        self._measure()

    def pop(self, name: str, *default: Any) -> Any:
        """Unmount `name` and return what was there."""
        app = super().pop(name, *default)
        self._measure()
        return app

    def popitem(self) -> tuple[str, Any]:
        """Unmount what was mounted last and return it with its name."""
        item = super().popitem()
        self._measure()
        return item

    def setdefault(self, name: str, app: Any = None) -> Any:
        """Return what is mounted at `name`; mount `app` there if nothing is."""
        if name not in self:
            self[name] = app
        return self[name]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Mount several."""
        super().update(*args, **kwargs)
        self._measure()

    def __ior__(self, apps: Any) -> Any:  # type: ignore[misc]
        self.update(apps)
        return self

    def find(self, path: str) -> str | None:
        """Return the longest mounted name that begins `path` on a segment's border, or None.

        Takes as many look-ups as the longest name has segments, however many names there are.
        """
        depth = self.depth
        if depth:
            segments = path.split("/", depth + 1)[: depth + 1]
            while len(segments) > 1:
                name = "/".join(segments)
                if name in self:
                    return name
                segments.pop()
        return "" if "" in self else None


class Tree:
    """The mounted applications of a site. Call it as a WSGI application, or hand it to a
    server.
    """

    def __init__(
        self,
        site: SharedSite,
        make_application: Callable[..., Application],
        make_favicon: Callable[[], Any] | None = None,
    ) -> None:
        self.site = site
        self._mounts = Mounts()
        self._make_application = make_application
        self._make_favicon = make_favicon

    @property
    def apps(self) -> dict[str, Any]:
        """{script_name: application}; delete one to unmount it."""
        return self._mounts

    @apps.setter
    def apps(self, apps: Mapping[str, Any]) -> None:
        self._mounts = Mounts(apps)

    @property
    def engine(self) -> Any:
        """The engine of the site, for server hooks."""
        return self.site.engine

    def mount(self, root: Any, script_name: str | None = "", config: Any = None) -> Application:
        """Mount `root` (an object with handlers, or an Application) at `script_name`, with
        `config`.

        Returns the Application. TypeError for script_name None, ValueError for one that does
        not begin with a slash, and for an Application with another script_name than the one
        given. An application that is mounted there already is replaced.
        """
        if script_name is None:
            raise TypeError(
                "The 'script_name' argument may not be None. Application objects may have a "
                "script_name of None (it comes from the server), but those cannot be mounted."
            )
        script_name = settle_name(script_name)
        if isinstance(root, Application):
            app = root
            if script_name and script_name != app.script_name:
                raise ValueError(
                    "Cannot specify a different script name and pass an Application instance "
                    f"to cherrypy.mount: {script_name!r} is not {app.script_name!r}."
                )
            script_name = app.script_name or ""
            if config:
                app.merge(config)
        else:
            app = self._make_application(root, script_name, config)
            if not script_name and root is not None and not hasattr(root, "favicon_ico"):
                self._add_favicon(root)
        self.apps[script_name] = app
        return app

    def _add_favicon(self, root: Any) -> None:
        if self._make_favicon is None:
            return
        # An object that takes no attributes does without.
        with suppress(AttributeError, TypeError):
            root.favicon_ico = self._make_favicon()

    def graft(self, wsgi_callable: WSGIApp, script_name: str = "") -> None:
        """Mount any WSGI application at `script_name`."""
        self.apps[settle_name(script_name)] = wsgi_callable

    def script_name(self, path: str | None = None) -> str | None:
        """Return the longest mount point of `path` (default: the current one), or None."""
        if path is None:
            serving = find_serving()
            if serving is None:
                raise TypeError("script_name() wants a path when there is no current request.")
            app, request = serving.request.app, serving.request
            # Not the request's own script name, to which tools.proxy may have added a prefix.
            mounted = request.script_name if app is None else app.script_name
            path = join(mounted, request.path_info)
        return self._mounts.find(path)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        mounts = self._mounts
        only = mounts.only
        if only is not None and not environ.get("SCRIPT_NAME"):
            # PERF: with one application, at the root, there is nothing to look up.
            return only.entry(environ, start_response)
        prefix, rest = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        path = prefix + rest
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
        if "%2" in target:
            kept = keep_encoded_slashes(path, target)
            if kept != path:
                path, environ = kept, {**environ, "wsgicherry.encoded_slashes": True}
        if "//" in path:
            path = join(path)
        name = mounts.find(path or "/")
        app: Any = None if name is None else mounts[name]
        if not isinstance(app, (Application, Tree)):
            try:
                self.site.engine.start_embedded()
            except UNEXPECTED:
                return self.failed(environ, start_response)
        if name is None:
            return self.not_found(environ, start_response)
        if name != prefix or path[len(name) :] != rest:
            environ = {**environ, "SCRIPT_NAME": name, "PATH_INFO": path[len(name) :]}
        if not isinstance(app, (Application, Tree)) and self.site.log.is_access_wanted():
            start_response = self._logged(environ, start_response)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer

    def failed(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer 500 to what is no application's, because the engine did not start."""
        self.site.log.error("The engine did not start.", "ENGINE", 40, traceback=True)
        return send_answer(
            self.site.log, environ, start_response, bare_error(), sys.exc_info()
        )

    def not_found(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer 404 for a path at which nothing is mounted."""
        path = ascii(environ.get("PATH_INFO", ""))[1:-1][:MAX_LOGGED_PATH_CHARS]
        page = errorpages.ErrorPage("404 Not Found", f"The path '{path}' was not found.")
        render, content_type = errorpages.choose(environ.get("HTTP_ACCEPT"))
        body = render(page)
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            *errorpages.HEADERS,
        ]
        answer = page.status_line, headers, [body]
        return send_answer(self.site.log, environ, start_response, answer)

    def _logged(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Return a start_response that writes the access line of a foreign application."""

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            length = next((v for k, v in headers if k.lower() == "content-length"), None)
            self.site.log.access_environ(environ, status, length)
            return start_response(status, headers, *exc_info)

        return start


def settle_name(script_name: Any) -> str:
    """Return a mount point without its last slash.

    TypeError for what is no text, ValueError for one that no path begins with.
    """
    if not isinstance(script_name, str):
        raise TypeError(
            "The 'script_name' argument must be a text such as '/shop', not a "
            f"{type(script_name).__name__}. A config is the third argument, or config=..."
        )
    name = script_name.rstrip("/")
    if name and not name.startswith("/"):
        raise ValueError(f"No path begins with script_name {script_name!r}; write '/{name}'.")
    return name
