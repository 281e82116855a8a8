"""The Range header: RFC 9110 section 14, and the rows of SECURITY section 5."""

from __future__ import annotations

import pytest

from wsgicherry.wire.ranges import MAX_RANGES, get_ranges

LENGTH = 1000
IGNORED = None
UNSATISFIABLE = []
DIGITS = "9" * 5000


def check(header, expected, length=LENGTH):
    assert get_ranges(header, length) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9", [(0, 10)]),
        ("bytes=-5", [(995, 1000)]),
        ("bytes=990-", [(990, 1000)]),
        ("bytes=0-0", [(0, 1)]),
        ("bytes=999-999", [(999, 1000)]),
        ("bytes=0-", [(0, 1000)]),
        ("bytes=007-0009", [(7, 10)]),
        ("bytes=0-0,2-2", [(0, 1), (2, 3)]),
        ("bytes=2-2,0-0", [(2, 3), (0, 1)]),
        ("bytes=-1,0-0", [(999, 1000), (0, 1)]),
    ],
)
def test_what_is_there_is_given(header, expected):
    """Slices are as Python takes them, in the order of the request."""
    check(header, expected)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-1000", [(0, 1000)]),
        ("bytes=0-99999", [(0, 1000)]),
        ("bytes=-1000", [(0, 1000)]),
        ("bytes=-99999", [(0, 1000)]),
        (f"bytes=5-{DIGITS}", [(5, 1000)]),
        (f"bytes=-{DIGITS}", [(0, 1000)]),
        ("bytes=-" + "0" * 5000 + "5", [(995, 1000)]),
        ("bytes=" + "0" * 5000 + "5-6", [(5, 7)]),
    ],
)
def test_no_slice_goes_past_an_end(header, expected):
    """Both ends are clamped, however long the number."""
    check(header, expected)


@pytest.mark.parametrize(
    "header",
    [
        *("bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=-000", f"bytes={DIGITS}-"),
        *("bytes=1000-,-0", "bytes=2000-2001,3000-", f"bytes={DIGITS}-{DIGITS}"),
    ],
)
def test_what_is_not_there_is_unsatisfiable(header):
    """No byte of it: []. A suffix of no bytes asks for none (RFC 9110 section 14.1.2)."""
    check(header, UNSATISFIABLE)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-9,1000-", [(0, 10)]),
        ("bytes=-0,5-6", [(5, 7)]),
        ("bytes=5000-6000,0-1,-0,4-5", [(0, 2), (4, 6)]),
    ],
)
def test_a_slice_that_is_not_there_is_left_out(header, expected):
    """The others of the header are given."""
    check(header, expected)


@pytest.mark.parametrize(
    "header",
    [
        *(
            None,
            "",
            "bytes",
            "bytes=",
            "bytes= ",
            "bytes=,",
            "bytes=-",
            "bytes=--",
            "=",
            "=0-9",
        ),
        *("bytes=a-b", "bytes=1", "bytes=0-9-", "bytes=0--9", "bytes=--1", "bytes=+1-2"),
        *("bytes=9-5", "bytes=0-1,9-5", "bytes=9-5,0-1", "bytes=0-9,a", "bytes=0-9,-", "0-9"),
        *("bytes=1.0-2", "bytes=0x1-2", "bytes=1_0-20", "bytes=\u0661-\u0662", "bytes=1e1-20"),
        *("bytes:0-9", "bytes 0-9", "bytes==0-9", "bytes=0-9;5-6", "bytes=0 -9", "bytes=0- 9"),
        *("bytes=- 5", "bytes=0-9\x00", "bytes=\xa00-9", "bytes=0-9\n", "bytes=0\u20139"),
        f"bytes={DIGITS}-5",
        f"bytes={DIGITS}-{DIGITS[:-1]}",
        f"bytes={DIGITS}-{DIGITS[:-1]}8",
        "bytes=0-9," + DIGITS,
    ],
)
def test_a_malformed_header_is_ignored(header):
    """All of it is ignored, and the whole file sent (RFC 9110 section 14.2)."""
    check(header, IGNORED)


@pytest.mark.parametrize(
    "unit", ["items", "byte", "none", "x-bytes", "bytes\x00", "by tes", "'bytes'"]
)
def test_an_unknown_unit_is_ignored(unit):
    """Only bytes are served."""
    check(f"{unit}=0-9", IGNORED)


@pytest.mark.parametrize("unit", ["bytes", "Bytes", "BYTES", " bytes", "bytes ", "\tbytes"])
def test_the_case_of_the_unit_and_space_around_it(unit):
    """Range units know no case (RFC 9110 section 14.1)."""
    check(f"{unit}=0-9", [(0, 10)])


@pytest.mark.parametrize(
    "specs",
    ["0-1, 5-6", "0-1 ,5-6", " 0-1,5-6 ", "0-1\t,\t5-6", ",0-1,,5-6,", ", ,0-1 , , 5-6 ,\t,"],
)
def test_space_and_empty_elements_between_ranges(specs):
    """A list may have both (RFC 9110 sections 5.6.1 and 5.6.3)."""
    check(f"bytes={specs}", [(0, 2), (5, 7)])


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ("0-4,2-6", [(0, 7)]),
        ("2-6,0-4", [(0, 7)]),
        ("4-6,2-5", [(2, 7)]),
        ("0-1,2-3", [(0, 4)]),
        ("0-1,3-4", [(0, 2), (3, 5)]),
        ("0-9,2-3", [(0, 10)]),
        ("2-3,0-9", [(0, 10)]),
        ("0-0,0-0", [(0, 1)]),
        ("0-,-1000", [(0, 1000)]),
        ("990-,-5,0-0", [(990, 1000), (0, 1)]),
        ("50-59,0-9,60-69,5-20", [(50, 70), (0, 21)]),
        ("0-1,8-9,2-7", [(0, 10)]),
        (",".join(["0-"] * 10_000), [(0, 1000)]),
        (",".join(f"{n}-{n}" for n in range(1000)), [(0, 1000)]),
        (",".join(f"{n}-{n}" for n in reversed(range(1000))), [(0, 1000)]),
    ],
)
def test_slices_that_overlap_or_touch_are_one(specs, expected):
    """So that no byte is sent twice (RFC 9110 section 15.3.7.2)."""
    check(f"bytes={specs}", expected)


@pytest.mark.parametrize("count", [MAX_RANGES - 1, MAX_RANGES, MAX_RANGES + 1, 400])
def test_there_is_a_limit_on_slices(count):
    """Up to it all are given; with one more the header is ignored."""
    specs = ",".join(f"{2 * n}-{2 * n}" for n in range(count))
    found = get_ranges(f"bytes={specs}", LENGTH)
    assert (len(found) == count) if count <= MAX_RANGES else (found is None)


@pytest.mark.parametrize(
    ("limit", "expected"), [(0, None), (1, None), (2, [(0, 1), (2, 3)]), (3, [(0, 1), (2, 3)])]
)
def test_the_limit_counts_after_coalescing(limit, expected):
    """Three ranges of which two touch are two."""
    assert get_ranges("bytes=0-0,2-2,0-0", LENGTH, limit) == expected


@pytest.mark.parametrize(
    ("header", "length", "expected"),
    [
        ("bytes=0-", 0, []),
        ("bytes=0-0", 0, []),
        ("bytes=-5", 0, []),
        ("bytes=-0", 0, []),
        ("bytes=x", 0, None),
        ("bytes=0-", 1, [(0, 1)]),
        ("bytes=1-", 1, []),
        ("bytes=0-", None, None),
        ("bytes=-5", None, None),
    ],
)
def test_empty_files_and_files_of_unknown_length(header, length, expected):
    """An empty file has no byte to give; one of unknown length is sent whole."""
    check(header, expected, length)
