"""The site of the diagnostics: statistics, profiles and coverage, each on its pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from coverage import Coverage
from invariants import OUTSIDE_MARKER

from wsgicherry.core.expose import expose
from wsgicherry.lib.covercp import CoverStats
from wsgicherry.lib.cpstats import StatsPage
from wsgicherry.lib.gctools import GCRoot
from wsgicherry.lib.profiler import Profiler

MEASURED = "<b>measured.py"


class Diagnosed:
    """The pages, over a folder with what must never be shown in and beside it."""

    def __init__(self, ledger: Any) -> None:
        self.cpstats = StatsPage()
        self.gc = GCRoot()

    def prepare(self, outside: Path) -> None:
        """Make the files, and the pages that show some of them."""
        inside = outside / "inside"
        inside.mkdir(exist_ok=True)
        (outside / "secret.py").write_text(f"x = '{OUTSIDE_MARKER}'\n")
        (outside / "cp_0001.prof").write_text(OUTSIDE_MARKER)
        (inside / "other.txt").write_text(OUTSIDE_MARKER)
        (inside / "other.py").write_text(f"x = '{OUTSIDE_MARKER}'\n")
        (inside / MEASURED).write_text("x = '<script>alert(1)</script>'\n")
        if not (inside / "cp_0666.prof").is_symlink():
            (inside / "cp_0666.prof").symlink_to(outside / "secret.txt")
        cover = measure((str(outside / "secret.py"), str(inside / MEASURED)))
        self.profiles = Profiler(str(inside))
        self.coverage = CoverStats(cover, str(inside))
        self.profiles.run(str, 1)

    @expose
    def default(self, *args: str, **params: str) -> str:
        """Be a page that is counted."""
        return "a page"


@cache
def measure(names: tuple[str, ...]) -> Coverage:
    """Return what says that the first line of each file ran; one for all sites, as nobody knows
    when the last of them could close it.
    """
    cover = Coverage(data_file=None)
    cover.get_data().add_lines({name: [1] for name in names})
    return cover


DIAGNOSTICS_SITES: dict[str, tuple[Any, dict[str, dict[str, Any]]]] = {
    "diagnostics": (
        Diagnosed,
        {"/": {"tools.cpstats.on": True, "tools.cpstats.slow_queries": 1e-9}},
    )
}
