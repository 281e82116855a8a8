"""The contract of session stores as tests, for ours and for yours.

    class TestMyStore(StoreContract):
        store_class = MyStore

        def settings(self, name):
            return {"table": name}

pytest then runs each promise of `wsgicherry.lib.sessions.stores` as a test.
"""

from __future__ import annotations

from .locks import LockContract
from .maker import StoreMaker
from .processes import ProcessContract
from .records import RecordContract
from .threads import ThreadContract
from .users import UserContract

__all__ = ["StoreContract", "StoreMaker"]


class StoreContract(
    RecordContract, LockContract, ThreadContract, UserContract, ProcessContract
):
    """All that a SessionStore promises. Set `store_class`, and override `settings`.

    The other attributes and hooks say what is peculiar to a store: see `StoreMaker`.
    """
