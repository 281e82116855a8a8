"""A directory of files (`tools.staticdir`)."""

from __future__ import annotations

import os
import stat
from typing import Any, NoReturn
from urllib.parse import quote

from ...core.current import Serving, serving_now
from ...core.errors import HTTPRedirect, NotFound
from ...core.loaded import ConfigError
from ...wire.accept import parse_accept
from ...wire.conditions import READING
from ...wire.headers import MalformedHeader
from .entries import Entries, Entry
from .opening import find_file, find_status
from .options import make_options
from .paths import is_inside, split_path

_FALLBACK = "the fallback"  # no path: those begin with a slash


class Directory:
    """The files below `directory`, at the paths below `section`."""

    def __init__(
        self,
        *,
        section: str,
        dir: str | os.PathLike[str],
        root: str | os.PathLike[str] | None,
        index: str,
        fallback: str,
        dotfiles: bool,
        **shared: Any,
    ) -> None:
        self.directory = find_directory(dir, root)
        # PERF: a path is cut, not taken apart: '/' and the site-wide section cut nothing.
        section = "" if section == "global" else section.strip("/")
        self.cut = len(f"/{section}") if section else 0
        self.index, self.fallback, self.dotfiles = index, fallback, dotfiles
        self.options = make_options(**shared)
        self.entries = Entries()

    def answer(self) -> bool:
        """Make the file of the current request the response; return whether there is one."""
        serving = serving_now()
        request = serving.request
        path = request.path_info
        match = self.options.match
        if (
            request.environ["REQUEST_METHOD"] not in READING
            or (match is not None and not match.search(path))
            # '%2F' within a name, which no file has; it is not decoded a second time.
            or request.has_encoded_slashes
        ):
            return False
        entry = self.entries.find_current(path)
        if entry is not None and self.send(serving, entry, path):
            return True
        self.entries.pop(path, None)
        entry = self.find(serving, path)
        return entry is not None and self.send(serving, entry, path)

    def send(self, serving: Serving, entry: Entry, path: str) -> bool:
        """Make the file of `entry` the response; return False if it has gone since."""
        try:
            entry.answer(serving)
        except NotFound:
            return False
        if entry.is_index:
            serving.request.is_index = path.endswith("/")
        if self.options.debug:
            serving.request.log(f"serving {entry.plain.path!r}", "TOOLS.STATICDIR")
        return True

    def find(self, serving: Serving, path: str) -> Entry | None:
        """Return the file that `path` means, or the fallback; None for neither."""
        inner_path = path[self.cut :]
        if self.cut and inner_path[:1] not in ("", "/"):
            return None
        is_folder = not inner_path or inner_path.endswith("/")
        names = split_path(inner_path.strip("/"), dotfiles=self.dotfiles)
        if names is None:
            return None
        entry = self.look(names, is_folder)
        if entry is None:
            return self.find_fallback(serving)
        if entry.is_index and not path.endswith("/"):
            redirect_to_folder(serving)
        self.entries.keep(path, entry)
        return entry

    def look(self, names: list[str], is_folder: bool) -> Entry | None:
        """Return the file that `names` lead to, the index file if that is a directory."""
        file = os.path.join(self.directory, *names)
        status = find_status(file)
        if status is None:
            return None
        is_index = stat.S_ISDIR(status.st_mode)
        if is_index:
            if not self.index:
                return None
            names, file = [*names, self.index], os.path.join(file, self.index)
            status = find_file(file)
        elif is_folder or not stat.S_ISREG(status.st_mode):
            return None
        return None if status is None else self.make_entry(file, names, status, is_index)

    def make_entry(
        self, file: str, names: list[str], status: os.stat_result, is_index: bool, **more: Any
    ) -> Entry | None:
        """Return the entry of `file`, None for one that links lead out of the directory to."""
        if not self.options.follow_symlinks:
            file = os.path.realpath(file)
            # Each time, for the directory itself may be a link that is moved to a new release.
            if not is_inside(os.path.realpath(self.directory), file):
                return None
        return Entry(file, status, self.options, "/".join(names), is_index=is_index, **more)

    def find_fallback(self, serving: Serving) -> Entry | None:
        """Return the fallback if it may answer: no page does, and a page is what is wanted."""
        request = serving.request
        if (
            not self.fallback
            or not (request.stage == "handler" or isinstance(request.handler, NotFound))
            or not accepts_html(request.environ.get("HTTP_ACCEPT"))
        ):
            return None
        entry = self.entries.find_current(_FALLBACK)
        if entry is None:
            file = os.path.join(self.directory, self.fallback)
            status = find_file(file)
            if status is None:
                return None
            entry = self.make_entry(file, [self.fallback], status, False, is_fallback=True)
            if entry is not None:
                self.entries.keep(_FALLBACK, entry)
        return entry


def find_directory(dir: str | os.PathLike[str], root: str | os.PathLike[str] | None) -> str:
    """Return the absolute path of the directory `dir`, '~' expanded, below `root` if it is
    relative. ConfigError if that is not absolute.
    """
    directory = os.path.expanduser(os.fspath(dir))
    if not os.path.isabs(directory):
        if not root:
            message = f"Static dir requires an absolute dir (or root). It is {dir!r}."
            raise ConfigError(message, key="dir", value=repr(dir))
        directory = os.path.join(root, directory)
        if not os.path.isabs(directory):
            message = f"Static dir requires an absolute dir (or root), not {root!r}."
            raise ConfigError(message, key="root", value=repr(root))
    return os.path.normpath(directory)


def redirect_to_folder(serving: Serving) -> NoReturn:
    """Send the client to the path with a slash, below which the links of an index page are."""
    request = serving.request
    query = f"?{request.query_string}" if request.query_string else ""
    raise HTTPRedirect(quote(f"{request.script_name}{request.path_info}/") + query, 301)


def accepts_html(header: str | None) -> bool:
    """Tell whether a client asks for pages by name: scripts and images do not."""
    if not header or "html" not in header:
        return False
    try:
        qualities = dict(parse_accept(header))
    except MalformedHeader:
        return False
    return any(qualities.get(kind, 0) > 0 for kind in ("text/html", "application/xhtml+xml"))
