"""Import the user's modules: what goes wrong in them is told with their traceback, not ours."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from ..core.config import ConfigError
from ..site import Site

_PACKAGE = str(Path(__file__).resolve().parents[1]) + os.sep
_IMPORTERS = ("<frozen importlib", importlib.__file__)


class CommandError(Exception):
    """What keeps a command from its work; the text is for its user."""


def load_module(text: str) -> ModuleType:
    """Return the module `text` (a dotted name, or the path of a .py file), imported.

    Raises CommandError: with the module's own traceback, if its code fails.
    """
    file = Path(text).absolute() if text.endswith(".py") else None
    name = text if file is None else name_module(file)
    if not name or name.startswith("."):
        raise CommandError(f"{text!r} names no module: write MODULE:NAME, such as 'app:wsgi'.")
    with telling(f"Importing {text!r}"):
        module = import_module(name)
    if file is not None and not _is_loaded_from(module, file):
        raise CommandError(
            f"{text!r} cannot be imported as {name!r}: that is the name of {module!r}; "
            "rename the file."
        )
    return module


def import_module(name: str) -> ModuleType:
    """Import the module; raise CommandError if there is none (not if it lacks another)."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise CommandError(
            f"There is no module {error.name!r} in {os.getcwd()!r} nor elsewhere on sys.path; "
            "run the command in the directory of the module, or add its directory with -P."
        ) from None


def name_module(file: Path) -> str:
    """Return the dotted name to import `file` by; put the directory for that on sys.path."""
    if not file.is_file():
        raise CommandError(f"There is no file {str(file)!r}.")
    directory, parts = file.parent, [file.stem]
    while (directory / "__init__.py").is_file():
        parts.insert(0, directory.name)
        directory = directory.parent
    put_on_path(directory)
    return ".".join(parts)


def put_on_path(directory: str | os.PathLike[str]) -> None:
    """Have modules looked for in `directory` first."""
    path = os.path.abspath(directory)
    if sys.path[:1] != [path]:
        sys.path.insert(0, path)


def _is_loaded_from(module: ModuleType, file: Path) -> bool:
    return module.__file__ is not None and Path(module.__file__).resolve() == file.resolve()


# Failures of the user's code ------------------------------------------------------------------


@contextmanager
def telling(task: str) -> Iterator[None]:
    """Turn what the user's code raises into a CommandError with the traceback of that code.

    ConfigError passes: it is a finding, and says where to look.
    """
    try:
        yield
    except (CommandError, ConfigError):
        raise
    except SystemExit as error:
        raise CommandError(f"{task} ended with SystemExit: {error}") from None
    except Exception as error:
        raise CommandError(f"{show(error)}{task} failed: see the error above.") from None


def show(error: BaseException) -> str:
    """Return the traceback of `error`, from the first frame that is not ours on."""
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename.startswith(
        (_PACKAGE, *_IMPORTERS)
    ):
        step = step.tb_next
    return "".join(traceback.format_exception(type(error), error, step))


@contextmanager
def only_loading(site: Site) -> Iterator[None]:
    """Refuse a start of the engine meanwhile: a module must not serve while it is imported."""
    engine = site.engine
    before: Callable[[], None] = engine.prepare
    engine.prepare = _refuse_start
    try:
        yield
    finally:
        engine.prepare = before


def _refuse_start() -> None:
    raise SystemExit(
        "the module starts the engine while it is imported. Put quickstart() or engine.start() "
        "below: if __name__ == '__main__':"
    )
