"""What `staticdir` and `staticfile` do, with settings that are settled once for a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import signature
from typing import Any, TypeVar

from ...core.current import serving_now
from .directory import Directory
from .options import describe_fault
from .single import SingleFile

Files = TypeVar("Files", Directory, SingleFile)

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
    return recall(Directory, locals()).answer()


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
    return recall(SingleFile, locals()).answer()


def prepare_staticdir(**settings: Any) -> Callable[[], None]:
    """Return what `staticdir` does as a tool; ConfigError for settings that cannot be meant."""
    return in_place_of_handler(directory_of(settings).answer)


def prepare_staticfile(**settings: Any) -> Callable[[], None]:
    """Return what `staticfile` does as a tool; ConfigError for what cannot be meant."""
    return in_place_of_handler(file_of(settings).answer)


def in_place_of_handler(answer: Callable[[], bool]) -> Callable[[], None]:
    """Return a hook that drops the handler when `answer` has answered.

    It does nothing if another tool, such as a login, has answered before.
    """

    def answer_with_file() -> None:
        request = serving_now().request
        if request.handler is not None and answer():
            request.handler = None

    return answer_with_file


def find_absent_staticdir(**settings: Any) -> tuple[str, str] | None:
    """Return the key at fault and what is wrong if the directory is not there."""
    directory = directory_of(settings).directory
    if os.path.isdir(directory):
        return None
    message = f"there is no directory {directory!r}; make it, or correct the path."
    return "tools.staticdir.dir", message


def find_absent_staticfile(**settings: Any) -> tuple[str, str, str] | None:
    """Return the key, what is wrong and 'advice' if the file is not there: it may yet come."""
    filename = file_of(settings).filename
    if os.path.isfile(filename):
        return None
    message = f"there is no file {filename!r}; make it, or correct the path."
    return "tools.staticfile.filename", message, "advice"


def directory_of(settings: dict[str, Any]) -> Directory:
    """Return the directory of these settings of the tool. Where a config is checked, `section`
    is not known.
    """
    return recall(Directory, with_defaults(staticdir, {"section": "/", **settings}))


def file_of(settings: dict[str, Any]) -> SingleFile:
    """Return the file of these settings of the tool."""
    return recall(SingleFile, with_defaults(staticfile, settings))


def with_defaults(function: Callable[..., bool], settings: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` as the arguments of `function`, those that are not set as well."""
    arguments = signature(function).bind(**settings)
    arguments.apply_defaults()
    return arguments.arguments


def recall(kind: Callable[..., Files], settings: dict[str, Any]) -> Files:
    """Return the `kind` of these arguments, the same each time; ConfigError for content types
    that cannot be looked up.
    """
    types = settings["content_types"]
    if isinstance(types, Mapping):
        pairs = tuple(types.items())
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise describe_fault("content_types", types, "it holds texts, {extension: type}.")
        settings = {**settings, "content_types": pairs}
    files: Files = _make(kind, **settings)
    return files


@lru_cache(maxsize=MAX_PREPARED)
def _make(kind: Any, *, content_types: Any, **settings: Any) -> Any:
    return kind(content_types=dict(content_types or ()), **settings)
