"""No update of a session is lost, whatever keeps it, locks it and serves it."""

from __future__ import annotations

import pytest
from session_sites import COUNTS, add_many, failures, session_sites  # noqa: F401  a fixture

LOCKINGS = ("implicit", "early", "explicit", "merge")
SHARED = ("file", "memcached", "redis")
CLIENTS = {"gthread": 50, "waitress": 50, "workers": 16}


def count_up(site, clients, locking):
    """Send the increments of one session at once; return its last count, and who answered."""
    browser = site.browser()
    browser.get(f"/{locking}/add")
    answers = add_many(browser, f"/{locking}/add", clients, COUNTS - 1)
    assert failures(answers) == []
    return browser.get(f"/{locking}/count").body, {each.body for each in answers}


@pytest.mark.parametrize("locking", LOCKINGS)
@pytest.mark.parametrize("store", ["ram", *SHARED])
def test_threads_lose_nothing(session_sites, store, locking):  # noqa: F811
    """1,000 increments of one session by 50 threads of one process make 1,000."""
    count, _ = count_up(session_sites("gthread", store), CLIENTS["gthread"], locking)
    assert count == b"%d" % COUNTS


@pytest.mark.parametrize("locking", LOCKINGS)
@pytest.mark.parametrize("store", SHARED)
def test_processes_lose_nothing(session_sites, store, locking):  # noqa: F811
    """1,000 increments of one session by 4 worker processes make 1,000."""
    site = session_sites("workers", store)
    count, workers = count_up(site, CLIENTS["workers"], locking)
    assert count == b"%d" % COUNTS
    assert len(workers) == 4


@pytest.mark.parametrize("store", ["ram", *SHARED])
def test_threads_of_waitress_lose_nothing(session_sites, store):  # noqa: F811
    """1,000 increments of one session by 50 threads of the quickstart server make 1,000."""
    count, _ = count_up(session_sites("waitress", store), CLIENTS["waitress"], "implicit")
    assert count == b"%d" % COUNTS
