"""What the tests of sessions share: pages with a session, and no thread left behind."""

from __future__ import annotations

import threading

import pytest
from session_pages import KINDS, Root, client, watch


@pytest.fixture(autouse=True)
def no_cleaner_left():
    """The clean-up of sessions ends with the engine."""
    yield
    left = [each for each in threading.enumerate() if each.name == "Session cleanup"]
    assert left == []


@pytest.fixture
def mount(site):
    """Mount functions as pages, by their names, with sessions: mount(index, timeout=5).

    Gives back a client; `config` has sections beside those settings.
    """

    def make(*pages, config=None, script_name="", **settings):
        root = Root()
        for page in pages:
            page.exposed = True
            setattr(root, page.__name__, page)
        own = {f"tools.sessions.{name}": value for name, value in settings.items()}
        sections = {"/": {}, **(config or {})}
        sections["/"] = {"tools.sessions.on": True, **own, **sections["/"]}
        site.tree.mount(root, script_name, sections)
        return client(site.tree)

    return make


@pytest.fixture(params=sorted(KINDS))
def watched(request, tmp_path):
    """A session class on each of the stores that tells its store's `calls`; its settings."""
    kind = watch(KINDS[request.param])
    settings = {"storage_class": kind}
    if request.param == "file":
        settings["storage_path"] = str(tmp_path / "sessions")
    elif request.param == "memcached":
        settings["servers"] = [request.getfixturevalue("memcached").address]
    elif request.param == "redis":
        settings["url"] = request.getfixturevalue("redis_daemon").url
    kind.settings = settings
    kind.store_settings = {k: v for k, v in settings.items() if k != "storage_class"}
    return kind


@pytest.fixture
def ram():
    """RamSession with a store of the test's own, that tells its `calls`."""
    kind = watch(KINDS["ram"])
    kind.settings = {"storage_class": kind}
    return kind
