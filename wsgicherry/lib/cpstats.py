"""Statistics of requests: CherryPy's names, and the place of its imports.

`tools.cpstats` is in every toolbox; counting begins where it is on. `appstats` is what it has
counted: `logging.statistics['CherryPy Applications']`.
"""

from .latetool import LateTool
from .statistics import application_statistics, extrapolate_statistics
from .statspage import StatsPage

__all__ = ["StatsPage", "StatsTool", "appstats", "extrapolate_statistics"]

appstats = application_statistics()


class StatsTool(LateTool):
    """`tools.cpstats`, for a toolbox of the program's own (CherryPy's name)."""

    def __init__(self) -> None:
        super().__init__("on_end_request", 50, "cpstats", "statstool", "record_stop")
