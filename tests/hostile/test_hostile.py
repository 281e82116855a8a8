"""Whatever comes in, a clear answer goes out: the table, its invariants, and its mutations."""

from __future__ import annotations

import os
from collections import Counter
from wsgiref import validate

import pytest
from hostile_answer import send
from hostile_fuzz import is_fit, mutations
from hostile_row import Row, make_environ
from hostile_table import KINDS, TABLE
from invariants import EXCEPTION_TEXT, check, read_as_browser, shown_text

SEED = int(os.environ.get("WSGICHERRY_FUZZ_SEED", "20261"))
MUTATIONS = int(os.environ.get("WSGICHERRY_FUZZ_COUNT", "2000"))
MOST_SHOWN = 10

LEAST_ROWS = 700
LEAST_ROWS_OF_A_KIND = 20
PARTS_OF_KINDS = {
    "form": "body-form",
    "length": "body-length",
    "json": "body-json",
    "charset": "body-charset",
    "coding": "body-coding",
    "protocol": "method-protocol",
    "boundary": "multipart-boundary",
    "structure": "multipart-structure",
    "limit": "multipart-limit",
    "file name": "part-file",
    "cors": "cross-cors",
    "csrf": "cross-csrf",
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.id)
def test_row(find_site, row):
    """A row has its status, its answer holds what it must and no more, no invariant breaks."""
    answer = send(find_site(row.site), row)
    assert check(answer, row) == []
    assert answer.status in row.statuses, answer.body[:500]
    text = shown_text(answer)
    assert row.contains in text
    assert not row.lacks or row.lacks not in text
    for name, value in row.headers.items():
        assert answer.header(name) == value


def test_mutations_break_no_invariant(find_site):
    """What a seed makes of the table: no status is expected, but every invariant holds.

    WSGICHERRY_FUZZ_COUNT=100000 makes more of them, WSGICHERRY_FUZZ_SEED others.
    """
    print(f"WSGICHERRY_FUZZ_SEED={SEED} WSGICHERRY_FUZZ_COUNT={MUTATIONS}")
    broken = []
    for row in mutations(TABLE, SEED, MUTATIONS):
        if problems := check(send(find_site(row.site), row), row):
            broken.append(f"{problems} by {shortened(row)}")
    assert broken[:MOST_SHOWN] == [], f"seed {SEED}: {len(broken)} of {MUTATIONS}"


def shortened(row):
    """Return what matters of a row, for a reader."""
    environ = {key: text[:200] for key, text in row.environ.items() if isinstance(text, str)}
    body = (row.body or b"")[:100]
    return f"{row.id}: {row.method!r} {row.path[:200]!r} ? {row.query[:200]!r} {environ} {body}"


def test_mutations_are_the_same_for_the_same_seed():
    """What a seed found can be found again, on any machine; most of the table takes part."""
    assert list(mutations(TABLE, 1, 50)) == list(mutations(TABLE, 1, 50))
    assert list(mutations(TABLE, 1, 50)) != list(mutations(TABLE, 2, 50))
    assert sum(map(is_fit, TABLE)) > len(TABLE) / 2


@pytest.mark.parametrize("path", ["/", "/deep", "/nothing", "/stream", "/iterate"])
def test_a_server_that_refuses_the_head_gets_a_bare_500(find_site, path):
    """start_response fails once: one more call, with exc_info, and no word of the exception."""
    site = find_site("plain")
    site.ledger.clear()
    calls = []

    def start_response(status, headers, exc_info=None):
        calls.append((status, headers, exc_info))
        if len(calls) == 1:
            raise AssertionError(EXCEPTION_TEXT)

    result = site.site.tree(make_environ(Row("refused", 500, path)), start_response)
    body = b"".join(result)
    if hasattr(result, "close"):
        result.close()
    assert [call[0][:3] for call in calls[1:]] == ["500"]
    assert calls[1][2] is not None
    assert EXCEPTION_TEXT not in f"{calls[1]} {body}".replace(repr(calls[1][2]), "")
    validate.check_headers(calls[1][1])
    assert (site.ledger.begun, site.ledger.ended) == (1, 1)
    assert [tracked.closed for tracked in site.ledger.bodies] in ([], [1])


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/x", ("http", "localhost")),
        ("x", ("http", "localhost")),
        ("//evil/x", ("http", "evil")),
        ("/\\evil", ("http", "evil")),
        ("\\\\evil", ("http", "evil")),
        ("/\t/evil", ("http", "evil")),
        (" \x01//evil", ("http", "evil")),
        ("https:evil", ("https", "evil")),
        ("https:////evil", ("https", "evil")),
        ("http:x", ("http", "localhost")),
        ("http://localhost@evil:80/", ("http", "evil:80")),
        ("http://LOCALHOST/@evil", ("http", "localhost")),
        ("java\nscript:alert(1)", ("javascript", "")),
    ],
)
def test_a_location_is_read_as_browsers_do(location, target):
    """The reader that judges redirects falls for every trick that a browser falls for."""
    assert read_as_browser(location, "http", "localhost") == target


def test_the_table_is_large_and_its_names_are_unique():
    """Hundreds of rows, some of each kind, and no name twice: a failure names one row."""
    assert len(TABLE) >= LEAST_ROWS
    assert [name for name, count in Counter(row.id for row in TABLE).items() if count > 1] == []
    assert set(KINDS) == {row.id.partition("-")[0] for row in TABLE}


@pytest.mark.parametrize("kind", [*KINDS, *PARTS_OF_KINDS])
def test_no_kind_of_input_is_thin(kind):
    """At least 20 rows of each kind, and of each kind within a kind."""
    start = PARTS_OF_KINDS.get(kind, kind) + "-"
    assert sum(row.id.startswith(start) for row in TABLE) >= LEAST_ROWS_OF_A_KIND
