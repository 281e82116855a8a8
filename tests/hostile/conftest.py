"""What the tests of hostile input share: the sites of the table."""

from __future__ import annotations

import pytest
from hostile_sites import LiveSite, open_site


@pytest.fixture(scope="module")
def find_site(tmp_path_factory):
    """Give a function that opens a site of the table, once."""
    directory = tmp_path_factory.mktemp("hostile")
    open_sites: dict[str, LiveSite] = {}

    def find(name: str) -> LiveSite:
        if name not in open_sites:
            open_sites[name] = open_site(name, directory)
        return open_sites[name]

    yield find
    for site in open_sites.values():
        site.close()
