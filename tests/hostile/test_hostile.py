"""Whatever comes in, a clear answer goes out: the table, its invariants, and its mutations."""

from __future__ import annotations

from collections import Counter

import pytest
from hostile_answer import send
from hostile_sites import LiveSite, open_site
from hostile_table import KINDS, TABLE
from invariants import check, shown_text


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


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_row(find_site, row):
    """Each row has its status, what its answer must and must not hold, and no invariant breaks."""
    answer = send(find_site(row.site), row)
    assert check(answer, row) == []
    assert answer.status in row.statuses, answer.body[:500]
    text = shown_text(answer)
    assert row.contains in text
    assert not row.lacks or row.lacks not in text
    for name, value in row.headers.items():
        assert answer.header(name) == value


def test_the_table_is_large_and_its_names_are_unique():
    """At least 300 rows, some of each kind, and no name twice: a failure names one row."""
    assert len(TABLE) >= 300
    assert [name for name, count in Counter(row.id for row in TABLE).items() if count > 1] == []
    assert set(KINDS) == {row.id.partition("-")[0] for row in TABLE}
