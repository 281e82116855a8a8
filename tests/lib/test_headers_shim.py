"""`lib.headers`: CherryPy's old place of `parse_header`."""

from __future__ import annotations

import pytest

from wsgicherry.lib.headers import parse_header


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("text/html", ("text/html", {})),
        ('text/html; charset="utf-8"', ("text/html", {"charset": "utf-8"})),
        (
            'form-data; Name="a;b\\"c"; filename=x',
            ("form-data", {"name": 'a;b"c', "filename": "x"}),
        ),
        ("", ("", {})),
    ],
)
def test_it_works_and_warns(line, parsed):
    """It parses as before, and says what to use in its place."""
    with pytest.warns(DeprecationWarning, match=r"use lib\.httputil\.HeaderElement\.parse"):
        assert parse_header(line) == parsed
