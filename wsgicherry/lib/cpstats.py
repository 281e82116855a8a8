"""Statistics of requests: CherryPy's names, and the place of its imports.

`tools.cpstats` is in every toolbox; counting begins where it is on. `appstats` is what it has
counted: `logging.statistics['CherryPy Applications']`.
"""

from .statistics import application_statistics, extrapolate_statistics
from .statspage import StatsPage
from .statstool import StatsTool

__all__ = ["StatsPage", "StatsTool", "appstats", "extrapolate_statistics"]

appstats = application_statistics()
