"""The engine: the process bus, its plugins, and what a fork must renew.

Stands apart: nothing here imports another room of this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .wspbus import Bus

bus: Bus
"""The engine of the process, by CherryPy's other name for it; globals.py sets it."""
