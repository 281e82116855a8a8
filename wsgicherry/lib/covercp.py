"""Which lines of a program ran: measured by the package `coverage`, shown by pages."""

from __future__ import annotations

import os
import tokenize
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from ..core.current import serving_now
from ..core.errors import HTTPError, NotFound
from ..core.expose import expose
from .pageserver import serve_pages
from .plainpage import (
    HEADERS,
    ONE_VALUE_EACH,
    Markup,
    heading,
    link,
    render_page,
    table,
    to_html,
)

localFile = "coverage.cache"
"""The file of what was measured, in the working directory (CherryPy's name of it)."""

EXCLUDED = "test|tutorial|venv"


def import_coverage() -> Any:
    """Return the package `coverage`. ImportError, which says what to do, without it."""
    try:
        # An optional dependency.
        import coverage
    except ImportError:
        raise ImportError(
            "lib.covercp needs the package 'coverage', which is not installed: "
            "pip install coverage"
        ) from None
    return coverage


def start() -> None:
    """Measure from now on, in all threads begun later; what was measured is in `localFile` when
    the process has ended.

    For `engine.subscribe('start', covercp.start)`. Nothing happens where something measures
    already, as `coverage run` does. ImportError without the package `coverage`.
    """
    coverage = import_coverage()
    if coverage.Coverage.current() is None:
        coverage.Coverage(data_file=localFile, auto_data=True).start()


start.priority = 20  # type: ignore[attr-defined]  # before the servers, which begin threads


class CoverStats:
    """Pages that show what `coverage`, an object of that package, has measured below `root`
    (default: the working directory), and nothing else.

    They show the program's source: let only those see them who may. Source: BEHAVIOUR 12.4.
    """

    _cp_config = ONE_VALUE_EACH

    def __init__(self, coverage: Any, root: str | None = None) -> None:
        self.coverage = coverage
        self.root = os.path.realpath(root or os.curdir)

    @expose
    def menu(
        self, base: str = "", pct: str = "50", showpct: str = "", exclude: str = EXCLUDED
    ) -> bytes:
        """Show the files that were measured.

        `base`: only those in this folder, as seen from the root. `showpct`: 'checked' to tell
        of each how much of it ran, which takes a while; what is below `pct` percent is marked.
        `exclude`: leave out those in whose path one of these words is, with '|' between them.
        """
        serving_now().response.headers.update(HEADERS)
        limit = read_percentage(pct)
        words = [word for word in exclude.split("|") if word]
        rows = [
            self._make_row(name, path, limit, showpct == "checked")
            for name, path in sorted(self.list_files().items())
            if is_below(name, base) and not any(word in name for word in words)
        ]
        form = render_form(base, pct, showpct == "checked", exclude)
        return render_page(
            "Coverage", [heading("Coverage"), form, table(["File", "Covered"], rows)]
        )

    index = menu

    def _make_row(self, name: str, path: str, limit: float, is_counted: bool) -> list[object]:
        address = link("report?" + urlencode({"name": name}), name)
        if not is_counted:
            return [address, ""]
        try:
            percentage = find_percentage(*self._analyse(path))
        except NotFound:
            return [address, "?"]
        text = f"{percentage}%"
        is_low = percentage < limit
        return [address, Markup(f'<span class="missing">{text}</span>') if is_low else text]

    @expose
    def report(self, name: str) -> bytes:
        """Show one of the files that /menu lists; lines that did not run are marked."""
        path = self.list_files().get(name)
        if path is None:
            raise NotFound()
        statements, missing = self._analyse(path)
        try:
            with tokenize.open(path) as file:
                lines = file.read().splitlines()
        except (OSError, SyntaxError, UnicodeError):
            raise NotFound() from None
        serving_now().response.headers.update(HEADERS)
        covered = f"{find_percentage(statements, missing)}% of it ran."
        parts = [heading(name), Markup(f"<p>{covered}</p>"), render_lines(lines, set(missing))]
        return render_page(f"Coverage of {name}", parts)

    def list_files(self) -> dict[str, str]:
        """Return the path of each file that was measured below the root, by its path from
        there, with '/'.
        """
        names = {}
        for path in self.coverage.get_data().measured_files():
            real = os.path.realpath(path)
            if real.startswith(self.root.rstrip(os.sep) + os.sep):
                names[os.path.relpath(real, self.root).replace(os.sep, "/")] = path
        return names

    def _analyse(self, path: str) -> tuple[list[int], list[int]]:
        """Return the numbers of the lines that are statements, and of those that did not run.

        NotFound for a file that is not there any more.
        """
        try:
            _, statements, _, missing, _ = self.coverage.analysis2(path)
        except import_coverage().CoverageException:
            raise NotFound() from None
        return statements, missing


def serve(path: str = localFile, port: int = 8080, root: str | None = None) -> None:
    """Show what the file `path` has of what was measured to this machine, until Ctrl-C.

    ImportError without the package `coverage`.
    """
    coverage = import_coverage().Coverage(data_file=path)
    coverage.load()
    serve_pages(CoverStats(coverage, root), port)


def find_percentage(statements: list[int], missing: list[int]) -> int:
    """Return how much of `statements` ran; of none all did."""
    if not statements:
        return 100
    return round(100 * (len(statements) - len(missing)) / len(statements))


def read_percentage(text: str) -> float:
    """Return a number from 0 to 100; HTTPError 400 for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise HTTPError(400, "pct must be a number from 0 to 100.")
    return value


def is_below(name: str, base: str) -> bool:
    """Tell whether the path `name` is in the folder `base`; '' is the root."""
    folder = base.strip("/")
    return not folder or name.startswith(f"{folder}/")


def render_form(base: str, pct: str, is_counted: bool, exclude: str) -> Markup:
    """Return the form of /menu."""
    checked = " checked" if is_counted else ""
    return Markup(
        '<div><form action="menu">'
        f'<label>Folder <input name="base" value="{to_html(base)}"></label>\n'
        f'<label>Without <input name="exclude" value="{to_html(exclude)}"></label>\n'
        f'<label>Mark below <input name="pct" size="3" value="{to_html(pct)}">%</label>\n'
        f'<label><input type="checkbox" name="showpct" value="checked"{checked}> '
        "percentages</label>\n<button>Show</button></form></div>"
    )


def render_lines(lines: list[str], missing: set[int]) -> Markup:
    """Return the lines of a file, with numbers; those in `missing` are marked."""

    def render() -> Iterator[str]:
        for number, line in enumerate(lines, 1):
            mark = ' class="missing"' if number in missing else ""
            yield f"<span{mark}>{number:5}  {to_html(line)}</span>"

    return Markup("<pre>" + "\n".join(render()) + "</pre>")
