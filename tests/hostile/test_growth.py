"""A request costs at most twice the work when what a client sends is twice as long."""

from __future__ import annotations

import time

import pytest
from hostile_growing import GROWING
from hostile_row import make_environ

SIZE = 1000
MOST_RATIO = 2.5
HUGE = 64 * 1024
# Of this thread's own time, so that a busy machine does not show; what is quadratic takes more.
MOST_SECONDS = 5.0


@pytest.fixture
def answer(find_site):
    """Give a function that has a row answered, without the validator's own work."""

    def send(row):
        tree = find_site(row.site).site.tree
        body = tree(make_environ(row), lambda status, headers, exc_info=None: None)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()

    return send


@pytest.mark.parametrize("make_row", GROWING.values(), ids=GROWING)
def test_calls_at_most_double_when_the_input_doubles(answer, make_row, count_calls):
    """n, 2n and 4n: the calls of a whole request grow no faster than what was sent."""
    answer(make_row(1))
    counts = []
    for times in (1, 2, 4):
        row = make_row(times * SIZE // 4)
        counts.append(count_calls(lambda row=row: answer(row)))
    assert counts[1] <= MOST_RATIO * counts[0], counts
    assert counts[2] <= MOST_RATIO * counts[1], counts


@pytest.mark.parametrize("make_row", GROWING.values(), ids=GROWING)
def test_64_kilobytes_take_no_time_to_speak_of(answer, make_row):
    """What no call count shows, a regular expression that goes back and forth, shows here."""
    row = make_row(HUGE // 4)
    started = time.thread_time()
    answer(row)
    assert time.thread_time() - started < MOST_SECONDS
