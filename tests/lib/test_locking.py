"""CherryPy's `lib.locking`, for session stores that programs bring along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from wsgicherry.lib.locking import LockChecker, LockTimeout, NeverExpires, Timer


def test_never():
    """A timer that never expires has not expired."""
    assert NeverExpires().expired() is False


@pytest.mark.parametrize(("seconds", "is_over"), [(-1, True), (0, True), (60, False)])
def test_timer(seconds, is_over):
    """A timer has expired when its time has come."""
    assert Timer.after(timedelta(seconds=seconds)).expired() is is_over


@pytest.mark.parametrize("timeout", [None, timedelta(0), timedelta(minutes=1)])
def test_checker_that_goes_on(timeout):
    """Without a time-out, or before it, trying goes on."""
    assert LockChecker("abc", timeout).expired() is False


def test_checker_that_gives_up():
    """After the time-out an error names the session."""
    with pytest.raises(LockTimeout, match=r"^Timeout acquiring lock for abc$"):
        LockChecker("abc", timedelta(seconds=-1)).expired()
