"""The tools `staticdir` and `staticfile`: their settings are settled once for a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...core.current import serving_now
from ...core.loaded import ConfigError
from ...core.tools import HandlerTool, ToolTarget
from ...core.toolsettings import read_documentation

if TYPE_CHECKING:
    from .directory import Directory
    from .single import SingleFile

PRIORITY = 55
"""After whatever says at 50, where tools are that name no priority, who may have the page.
CherryPy's 50 left it to the order of the settings whether `session_auth` protected a file.
"""

MAX_PREPARED = 128
"""Directories and files with settings of their own whose lookups are remembered."""


def staticdir(
    section: str,
    dir: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = "",
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    index: str = "",
    debug: bool = False,
    *,
    fallback: str = "",
    dotfiles: bool = False,
    follow_symlinks: bool = False,
    immutable: bool | str = False,
    max_age: int | None = None,
    precompressed: bool = False,
    sendfile_header: str = "",
    sendfile_prefix: str = "",
    stat_seconds: float = 1.0,
) -> bool:
    """Answer GET and HEAD with the file below `dir` that the path below `section` names.

    `section`: the path that is cut off; as a tool it is that of the config's section.
    `dir`: the directory, absolute or below `root`; '~' is the home directory.
    `root`: what a relative `dir` is below.
    `match`: a pattern that the path must hold.
    `content_types`: {extension without dot: type}.
    `index`: the file that answers for its directory; without it directories are not served.
    `fallback`: the file that answers requests for HTML which nothing else answers.
    `dotfiles`: serve names that begin with a dot, not '.well-known' alone.
    `follow_symlinks`: follow links that lead out of the directory.
    `immutable`: files with a fingerprint in their name never change; or a pattern for names.
    `max_age`: seconds for which the other files may be kept unasked.
    `precompressed`: send neighbours that were packed in advance (.br, .zst, .gz).
    `sendfile_header`: X-Accel-Redirect or X-Sendfile, for the server in front to send the file.
    `sendfile_prefix`: the internal location of nginx that stands for the directory.
    `stat_seconds`: how long what was found is remembered.

    Returns whether it answered; ValueError for settings that cannot be meant. Source: BEHAVIOUR
    8.3.
    """
    return prepare_directory(**locals()).answer()


def staticfile(
    filename: str | os.PathLike[str],
    root: str | os.PathLike[str] | None = None,
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    debug: bool = False,
    *,
    immutable: bool | str = False,
    max_age: int | None = None,
    precompressed: bool = False,
    sendfile_header: str = "",
    sendfile_prefix: str = "",
    stat_seconds: float = 1.0,
) -> bool:
    """Answer GET and HEAD with one file, whatever follows the path of its section.

    `filename`: the file, absolute or below `root`; a link is followed.
    `root`: what a relative `filename` is below.
    `match`: a pattern that the path must hold.
    `content_types`: {extension without dot: type}.
    `immutable`: a file with a fingerprint in its name never changes; or a pattern for names.
    `max_age`: seconds for which it may be kept unasked.
    `precompressed`: send a neighbour that was packed in advance (.br, .zst, .gz).
    `sendfile_header`: X-Accel-Redirect or X-Sendfile, for the server in front to send the file.
    `sendfile_prefix`: the internal location of nginx that stands for the file's directory.
    `stat_seconds`: how long what was found is remembered.

    Returns whether it answered; ValueError for a file name that is not absolute in the end.
    Source: BEHAVIOUR 8.4.
    """
    return prepare_file(**locals()).answer()


def prepare_directory(**settings: Any) -> Directory:
    """Return the directory of `staticdir`'s settings, the same each time."""
    return _cached_directory(**as_key(settings))


def prepare_file(**settings: Any) -> SingleFile:
    """Return the file of `staticfile`'s settings, the same each time."""
    return _cached_file(**as_key(settings))


def as_key(settings: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` with types that can be looked up."""
    types = settings.get("content_types")
    if not isinstance(types, Mapping):
        return settings
    return {**settings, "content_types": tuple(types.items())}


@lru_cache(maxsize=MAX_PREPARED)
def _cached_directory(*, content_types: Any = None, **settings: Any) -> Directory:
    # PERF: see lib/static/__init__.py.
    from .directory import Directory

    return Directory(content_types=dict(content_types or ()), **settings)


@lru_cache(maxsize=MAX_PREPARED)
def _cached_file(*, content_types: Any = None, **settings: Any) -> SingleFile:
    # PERF: see lib/static/__init__.py.
    from .single import SingleFile

    return SingleFile(content_types=dict(content_types or ()), **settings)


class StaticTool(HandlerTool):
    """`tools.staticdir` or `tools.staticfile`; what they do not answer goes to the page."""

    def __init__(
        self, callable: Callable[..., Any], prepare: Callable[..., Any], name: str
    ) -> None:
        super().__init__(callable, name)
        self._priority = PRIORITY
        self.prepare = prepare

    def documentation(self) -> Mapping[str, str]:
        """Return what the settings mean; most are the same for both tools."""
        docs = {**read_documentation(staticdir.__doc__), **super().documentation()}
        return {name: text for name, text in docs.items() if name in (self.arguments() or ())}

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach a hook that drops the handler when a file has answered.

        It does nothing if another tool, such as a login, has answered before.
        """
        priority = settings.pop("priority", None)
        answer = self.prepare(**settings).answer

        def answer_with_file() -> None:
            request = serving_now().request
            if request.handler is not None and answer():
                request.handler = None

        target.hooks.attach(
            "before_handler",
            answer_with_file,
            priority=self._priority if priority is None else priority,
        )

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault, '' if that is unclear, and what is wrong; None: nothing is.

        `settings` are all that hold for a page, without 'on' and 'priority'.
        """
        missing = super().find_fault(settings)
        if missing is not None:
            return missing
        # PERF: see lib/static/__init__.py.
        from .directory import Directory
        from .single import SingleFile

        prefix = f"{self.namespace}.{self._name}."
        is_directory = self.callable is staticdir
        key = prefix + ("dir" if is_directory else "filename")
        try:
            if not is_directory:
                SingleFile(**settings)
                return None
            directory = Directory(**{"section": "/", **settings}).directory
        except ConfigError as error:
            return prefix + error.key, f"{error.met} {error.wanted}"
        except (TypeError, ValueError) as error:
            return key, str(error)
        if os.path.isdir(directory):
            return None
        return key, f"there is no directory {directory!r}; make it, or correct the path."
