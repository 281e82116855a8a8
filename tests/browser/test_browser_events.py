"""Server-sent events in a browser."""

from __future__ import annotations

import pytest

# Programs whose page `/` lists events in #list and says 'open' in #state: folder and name.
PROGRAMS_WITH_EVENTS = [("programs", "events"), ("examples", "events")]


@pytest.fixture
def site(serve):
    """Give the running events.py of this folder."""
    return serve("events")


@pytest.fixture
def let_go(raw_client, site):
    """Give a function that lets the events up to a number go."""

    def let_go(count):
        client = raw_client(site.port)
        answer = client.request("POST", f"/let_go?count={count}", {"Content-Length": "0"})
        assert answer.status == 200
        client.close()

    return let_go


def items(count):
    """Return the texts of the first `count` items of the list."""
    return [f"{number}: süß {number}" for number in range(1, count + 1)]


def connections(site):
    """Return what the program printed of connections."""
    return [line for line in site.lines if " after " in line]


def wait_for_items(browser, count):
    """Wait until the page lists the events up to number `count`, in order, and no more."""
    browser.wait_until(lambda: len(browser.texts("#list li")) >= count, f"{count} events")
    assert browser.texts("#list li") == items(count)


@pytest.mark.parametrize(("folder", "name"), PROGRAMS_WITH_EVENTS)
def test_a_page_with_events(browser, serve, folders, folder, name):
    """The page hears that the stream is open, and lists what comes."""
    browser.open(serve(name, folders[folder]))
    browser.wait_for("#state", "open")
    browser.wait_until(lambda: browser.texts("#list li"), "an event")


def test_events_arrive_one_by_one(browser, site, let_go):
    """Each event is on the page as soon as it was sent, while the stream stays open."""
    browser.open(site)
    wait_for_items(browser, 2)
    assert browser.run("return source.readyState == EventSource.OPEN")
    let_go(4)
    wait_for_items(browser, 4)
    site.wait_for("^opened after 3[.]$")
    let_go(5)
    wait_for_items(browser, 5)
    assert browser.run("return source.readyState == EventSource.OPEN")


def test_a_stream_that_ends_is_taken_up_again(browser, site, let_go):
    """The browser connects again, says which event it saw last, and gets what follows."""
    browser.open(site)
    for count in (3, 4, 7):
        let_go(count)
        wait_for_items(browser, count)
    site.wait_for("^opened after 6[.]$")
    assert connections(site) == [
        "opened after 0.",
        "closed after 0.",
        "opened after 3.",
        "closed after 3.",
        "opened after 6.",
    ]


def test_a_tab_that_is_closed(browser, site):
    """The server's generator is closed at its next heartbeat, without another event.

    A page that was only left may live on in Chromium's back/forward cache, its stream with it.
    """
    browser.open(site)
    wait_for_items(browser, 2)
    browser.close()
    site.wait_for("^closed after 0[.]$")
    assert connections(site) == ["opened after 0.", "closed after 0."]
