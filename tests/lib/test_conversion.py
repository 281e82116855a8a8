"""Text, converted to what an annotation asks for; and never anything but a value or Unfit."""
# ruff: noqa: UP006, UP007, UP035, UP045 - the old spellings of types are tested too

from __future__ import annotations

import typing
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, List, Literal, NewType, Optional, Union
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wsgicherry.core.parts import Part
from wsgicherry.lib.conversion import (
    MAX_NUMBER_CHARS,
    Unfit,
    UnknownAnnotation,
    make_converter,
)

FUZZ = settings(max_examples=30, deadline=None)
UTC = timezone.utc
SOME_UUID = "8f14e45f-ceea-467f-a0e6-b5f3c1d2e3f4"


class Color(Enum):
    """Values that are not their names, and one that is another's name."""

    RED = "r"
    GREEN = 2
    r = "RED"
    CRIMSON = "r"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


UserId = NewType("UserId", int)
UPLOAD = Part(None, {"Content-Disposition": 'form-data; name="a"; filename="a.txt"'})


TWENTY = ", ".join(repr(str(number)) for number in range(20))


def even(text):
    """Be a converter of a program's own."""
    if int(text) % 2:
        raise ValueError("odd")
    return int(text)


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (str, "x", "x"),
        (str, "", ""),
        (str, " x ", " x "),
        (int, "12", 12),
        (int, "-3", -3),
        (int, "+3", 3),
        (int, "007", 7),
        (int, " 7\r\n", 7),
        (int, "9" * MAX_NUMBER_CHARS, int("9" * MAX_NUMBER_CHARS)),
        (int, 5, 5),
        (float, "1.5", 1.5),
        (float, "-1e3", -1000.0),
        (float, ".5", 0.5),
        (float, "5.", 5.0),
        (float, "1e-400", 0.0),
        (float, 5, 5),
        (Decimal, "1.10", Decimal("1.10")),
        (Decimal, "1E+5", Decimal("1E+5")),
        *((bool, text, True) for text in ("1", "true", "on", "yes", "True", "YES", " on ")),
        *((bool, text, False) for text in ("0", "false", "off", "no", "False", "NO")),
        (bool, True, True),
        (date, "2024-02-29", date(2024, 2, 29)),
        (date, datetime(2024, 2, 29, 1), datetime(2024, 2, 29, 1)),
        (time, "23:59", time(23, 59)),
        (time, "23:59:01.5", time(23, 59, 1, 500000)),
        (time, "23:59Z", time(23, 59, tzinfo=UTC)),
        (datetime, "2024-02-29T23:59", datetime(2024, 2, 29, 23, 59)),
        (datetime, "2024-02-29t23:59:01", datetime(2024, 2, 29, 23, 59, 1)),
        (datetime, "2024-02-29 23:59:01,123", datetime(2024, 2, 29, 23, 59, 1, 123000)),
        (datetime, "2024-02-29T23:59Z", datetime(2024, 2, 29, 23, 59, tzinfo=UTC)),
        (datetime, "2024-02-29T23:59z", datetime(2024, 2, 29, 23, 59, tzinfo=UTC)),
        (
            datetime,
            "2024-02-29T23:59:00-0130",
            datetime(2024, 2, 29, 23, 59, tzinfo=timezone(-timedelta(hours=1, minutes=30))),
        ),
        (datetime, "2024-02-29T23:59.5", datetime(2024, 2, 29, 23, 59, 0, 500000)),
        (UUID, SOME_UUID, UUID(SOME_UUID)),
        (UUID, SOME_UUID.upper(), UUID(SOME_UUID)),
        (None, "", None),
        (None, None, None),
        (Color, "r", Color.RED),
        (Color, "2", Color.GREEN),
        (Color, "GREEN", Color.GREEN),
        (Color, "RED", Color.r),  # by value before by name
        (Color, "CRIMSON", Color.RED),
        (Color, Color.RED, Color.RED),
        (Size, "1", Size.SMALL),
        (Size, "LARGE", Size.LARGE),
        (Literal["a", "b"], "b", "b"),
        (Literal[1, 2], "02", 2),
        (Literal["1", 1], "1", "1"),
        (Literal[True, None], "yes", True),
        (Literal[True, None], "", None),
        (Literal[Color.RED], "r", Color.RED),
        (Optional[int], "", None),
        (Optional[int], "5", 5),
        (int | None, "", None),
        (int | None, None, None),
        (Optional[str], "", ""),
        (Union[str, int], "5", 5),  # every text is a str: it is the last resort
        (Union[int, str], "x", "x"),
        (Union[int, date, None], "2024-01-01", date(2024, 1, 1)),
        (Union[int, Any], "x", "x"),
        (Union[even, None], "4", 4),
        (Union[even, None], "", None),
        (list, "x", ["x"]),
        (list[str], ["x", "y"], ["x", "y"]),
        (List[int], ["1", "2"], [1, 2]),
        (list[int], "1", [1]),
        (Optional[list[int]], "", None),
        (Optional[list[str]], "", [""]),
        (list[int | None], ["1", ""], [1, None]),
        (list[int | str], ["1", "x"], [1, "x"]),
        (list[Any], ["1", UPLOAD], ["1", UPLOAD]),
        (tuple[int, ...], ["1", "2"], (1, 2)),
        (tuple, "x", ("x",)),
        (set[int], ["1", "2", "1"], {1, 2}),
        (frozenset[Color], "r", frozenset([Color.RED])),
        (Sequence[int], ["1"], [1]),
        (Iterable[str], "x", ["x"]),
        (Annotated[int, "a note"], "5", 5),
        (Annotated[list[Annotated[int, "a"]], "b"], "5", [5]),
        (UserId, "5", 5),
        (Part, UPLOAD, UPLOAD),
        (list[Part], [UPLOAD, UPLOAD], [UPLOAD, UPLOAD]),
        (Optional[Part], "", None),
        (even, "4", 4),
        (complex, "1j", 1j),
        (complex, 1j, 1j),
        (list[even], ["2", "4"], [2, 4]),
    ],
)
def test_values_that_fit(annotation, value, expected):
    """Each annotation takes what it says, and leaves what is one already."""
    converted = make_converter(annotation)(value)
    assert (converted, type(converted)) == (expected, type(expected))


UNFIT_FOR = {
    int: "x|1.0|1_000|0x1|1e3|--1|+|-|1 2|\u0661|\uff11|\xb2|\xa01|\u202e1|None|true|\0|1\0",
    float: "x|nan|NaN|inf|-inf|Infinity|1e999|-1e999|1e1000|1_0.0|0x1p3|1,5|.|e5|\u0661.5",
    Decimal: "x|NaN|sNaN|Infinity|1e1000|1_0|.|\u0661",
    bool: "x|2|t|f|y|n|none|01|tru|\u0131|oui|true false",
    date: "x|2024-02-30|20240101|2024-W01-1|2024-1-1|0000-01-01|2024-01-01T00:00|2024-001|"
    "\u0662024-01-01",
    time: "x|24:00|23:60|2359|23|23:59:60|23:59:01.|23:59:01.1234567|23:59+25:00|23:59 +01:00",
    datetime: "x|2024-01-01|2024-01-01T24:01|2024-02-30T00:00|20240101T0000|1704067200|"
    "2024-01-01T00:00+99:99|2024-01-01T00:00:00 02:00|2024-01-01  00:00|9999-99-99T99:99",
    UUID: f"x|{SOME_UUID}0|{{{SOME_UUID}}}|urn:uuid:{SOME_UUID}|{SOME_UUID.replace('-', '')}|"
    f"{SOME_UUID.replace('8', '_')}",
    Color: "x|R|3|red|Color.RED|__class__|name|02",
    Size: "0|3|small|Size.SMALL",
    Literal["a", 1, None]: "x|A|2|None",
    None: "x|None|null",
    Part: "x|a.txt",
    Optional[int]: "x|None|null",
    Union[int, date]: "x|2024-02-30",
    list[int]: "x|1,2|[1]",
    tuple[int, ...]: "x",
}
ROWS = [(a, text) for a, texts in UNFIT_FOR.items() for text in texts.split("|")]
ALL_BUT_NONE = [each for each in UNFIT_FOR if each not in (None, Optional[int])]
EMPTY = [(a, "") for a in ALL_BUT_NONE if a != Literal["a", 1, None]]
LONG = [(a, digit * n) for a in UNFIT_FOR for digit in "19" for n in (101, 5000, 50000)]


@pytest.mark.parametrize(("annotation", "text"), [*ROWS, *EMPTY, *LONG])
def test_text_that_does_not_fit(annotation, text):
    """Everything else is refused, by a short text that goes on after the parameter's name."""
    with pytest.raises(Unfit) as caught:
        make_converter(annotation)(text)
    assert str(caught.value).startswith("must be ")
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (int, "x", "must be a whole number, not 'x'"),
        (int, "<b>\n\u202e", "must be a whole number, not '<b>\\n\\u202e'"),
        (int, "x" * 50, "must be a whole number, not '" + "x" * 40 + "...'"),
        (int, ["1", "2"], "must be a whole number, given once, not 2 times"),
        (int, UPLOAD, "must be a whole number, not a file"),
        (str, ["1", "2", "3"], "must be text, given once, not 3 times"),
        (str, UPLOAD, "must be text, not a file"),
        (float, "x", "must be a number, not 'x'"),
        (bool, "", "must be true or false (or 1, 0, on, off, yes, no), not ''"),
        (Part, "x", "must be a file, not 'x'"),
        (int | None, "x", "must be a whole number or empty, not 'x'"),
        (Optional[int], ["", ""], "must be a whole number or empty, given once, not 2 times"),
        (Color, "x", "must be one of 'r', '2', 'RED', not 'x'"),
        (Literal["a", 1], "x", "must be one of 'a', '1', not 'x'"),
        (Literal[tuple(range(30))], "x", f"must be one of {TWENTY}, ..., not 'x'"),
        (Literal[Color.RED], "x", "must be one of 'r', not 'x'"),
        (list[int], ["1", "x"], "must be a whole number, not 'x'"),
        (list[int], UPLOAD, "must be a whole number, not a file"),
        (even, ["1", "2"], "must be a value for even, given once, not 2 times"),
        (complex, UPLOAD, "must be a value for complex, not a file"),
        (int, 1.5, "must be a whole number, not '1.5'"),
    ],
)  # fmt: skip
def test_what_a_refusal_says(annotation, value, message):
    """What was wanted, and what came: shortened, and without what cannot be seen."""
    with pytest.raises(Unfit) as caught:
        make_converter(annotation)(value)
    assert str(caught.value) == message
    assert caught.value.wanted in message


def test_a_type_of_ones_own_says_no_itself():
    """The exception of a class or function of the program's own is its own."""
    with pytest.raises(ValueError, match=r"^odd$"):
        make_converter(even)("3")


@pytest.mark.parametrize("annotation", [Any, object])
def test_nothing_to_convert(annotation):
    """What takes every value has no converter."""
    assert make_converter(annotation) is None


@pytest.mark.parametrize(
    "annotation",
    [
        bytes,
        dict,
        dict[str, int],
        type,
        type[int],
        tuple[int],
        tuple[int, str],
        list[list[int]],
        Literal[b"x"],
        Union[int, bytes],
        typing.Callable[[int], int],
        typing.TypeVar("T"),
        5,
    ],
    ids=repr,
)
def test_annotations_that_say_nothing_of_text(annotation):
    """What no text can become is the program's mistake, found when the converter is made."""
    with pytest.raises(UnknownAnnotation):
        make_converter(annotation)


def test_an_alias_of_python_3_12_is_what_it_names():
    """`type Number = int` counts as int."""
    try:
        exec("type Number = int", space := {})
    except SyntaxError:

        class TypeAliasType:
            __value__ = int

        space = {"Number": TypeAliasType()}
    assert make_converter(space["Number"])("5") == 5


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
ROUND_TRIPS = {
    int: st.integers(-(10**98), 10**98),
    float: st.floats(allow_nan=False, allow_infinity=False),
    Decimal: st.decimals(
        allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40
    ).filter(lambda number: len(str(number)) <= MAX_NUMBER_CHARS),
    bool: st.booleans(),
    str: st.text(),
    date: st.dates(),
    time: st.times(timezones=ZONES) | st.times(),
    datetime: st.datetimes(timezones=ZONES) | st.datetimes(),
    UUID: st.uuids(),
    list[int]: st.lists(st.integers(-(10**9), 10**9)),
}


@pytest.mark.parametrize(("annotation", "values"), ROUND_TRIPS.items(), ids=repr)
def test_what_python_writes_comes_back(annotation, values):
    """`str(value)`, converted, is the value."""
    convert = make_converter(annotation)

    @FUZZ
    @given(values)
    def come_back(value):
        text = [str(each) for each in value] if isinstance(value, list) else str(value)
        assert convert(text) == value

    come_back()


ANY_TEXT = st.text() | st.from_regex(r"[+\-0-9.eEnaifT:Z _]{0,120}", fullmatch=True)


@pytest.mark.parametrize("annotation", [*UNFIT_FOR, str, Literal["a", 2, True]], ids=repr)
def test_no_text_raises_anything_else(annotation):
    """Whatever a client sends, there is a value or there is Unfit."""
    convert = make_converter(annotation)

    @FUZZ
    @given(ANY_TEXT | st.lists(ANY_TEXT, min_size=2) | st.just(UPLOAD))
    @example("\ud800")
    @example("9" * 5000)
    def try_it(value):
        try:
            convert(value)
        except Unfit as refused:
            assert len(str(refused)) < 300

    try_it()


def test_shortened_values():
    """At most 40 characters of a value are shown."""
    assert str(Unfit("a number", "a" * 40)).endswith(repr("a" * 40))
    assert str(Unfit("a number", "a" * 41)).endswith(repr("a" * 40 + "..."))
