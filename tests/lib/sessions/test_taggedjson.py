"""What a session may hold comes out of JSON as it went in; the rest is refused, and why."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict, defaultdict, namedtuple
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgicherry.lib.sessions import taggedjson
from wsgicherry.lib.sessions.errors import SessionValueError
from wsgicherry.lib.sessions.taggedjson import LARGE_INT, MAX_DEPTH, dumps, loads

examples = settings(derandomize=True, deadline=None)

BERLIN = ZoneInfo("Europe/Berlin")
Point = namedtuple("Point", "x y")


class Color(enum.IntEnum):
    RED = 1


class Text(str):
    pass


class Cart:
    pass


def typed(value):
    """Return what shows types at every level, offsets and zones, NaN and the sign of zero."""
    kind = type(value)
    if kind in (list, tuple):
        return kind, [typed(item) for item in value]
    if kind is dict:
        return kind, [(typed(k), typed(v)) for k, v in value.items()]
    if kind in (set, frozenset):
        return kind, sorted(map(repr, map(typed, value)))
    if kind in (datetime, time):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        return kind, value.isoformat(), value.fold, zone
    return kind, hex(value) if kind is int else repr(value)


VALUES = {
    "text": "Grüße \N{SNOWMAN} \U0001f600",
    "control characters": '\x00\x1f\x7f\u2028\r\n"\\',
    "a lone surrogate": "\ud83d",
    "two lone surrogates": "\ud83d\ude00",
    "what looks like a tag in text": '{"!date": "x"}',
    "int": 7,
    "int beyond 64 bits": -(2**100),
    "the largest int as digits": LARGE_INT - 1,
    "the first int as hexadecimal": LARGE_INT,
    "int of more digits than Python writes": -(10**10_000),
    "float": 0.1,
    "negative zero": -0.0,
    "infinity": -math.inf,
    "not a number": math.nan,
    "true": True,
    "none": None,
    "empty list": [],
    "empty dict": {},
    "nested": {"a": [1, {"b": [None, [True]]}]},
    "naive datetime": datetime(2026, 1, 31, 12, 30, 15, 123456),
    "early datetime": datetime(1, 1, 1),
    "naive datetime, the second of two": datetime(2026, 10, 25, 2, 30, fold=1),
    "UTC": datetime(2026, 1, 31, tzinfo=timezone.utc),
    "fixed offset": datetime(2026, 1, 31, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    "zone": datetime(2026, 7, 1, 12, tzinfo=BERLIN),
    "zone, the first of two": datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
    "zone, the second of two": datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    "zone, a time that is skipped": datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN),
    "date": date(2026, 1, 31),
    "time": time(12, 30, 15, 5),
    "time with offset": time(12, 30, tzinfo=timezone(timedelta(hours=2))),
    "time with zone": time(12, 30, tzinfo=BERLIN),
    "timedelta": timedelta(days=-3, seconds=7, microseconds=1),
    "decimal": Decimal("1.10"),
    "decimal of a large exponent": Decimal("-1E+5000"),
    "decimal that is no number": Decimal("sNaN123"),
    "uuid": UUID("12345678-1234-5678-1234-567812345678"),
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "tuple": (1, (2, [3, ()])),
    "set": {1, "1", 1.5, None, (1, 2)},
    "empty set": set(),
    "frozenset": frozenset((frozenset((1,)), frozenset())),
    "dict of ints": {1: "a", 2: "b"},
    "dict of all kinds of keys": {
        **{None: 0, True: 1, 2: 2, 1.5: 3, "1": 4, (1, "a"): 5, date(2026, 1, 31): 6},
        **{b"b": 7, frozenset((1,)): 8},
    },
    "dict that looks like a tag": {"!date": "2026-01-31"},
    "dict that looks like an escaped dict": {"!dict": [["a", 1]]},
    "dict that looks like an unknown tag": {"!": [{"!unknown": {"!set": [1]}}]},
    "dict with one marked name among others": {"!date": 1, "b": 2},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("place", ["alone", "in the session", "nested", "in a tuple"])
def test_a_plain_value_comes_back(value, place):
    """Every plain value comes back with its type, wherever it is."""
    whole = {
        "alone": value,
        "in the session": {"key": value, "other": 1},
        "nested": {"key": [{"a": value}]},
        "in a tuple": (value, {"!x": value}),
    }[place]
    assert typed(loads(dumps(whole))) == typed(whole)


def plain_values():
    zones = st.sampled_from((None, timezone.utc, timezone(timedelta(hours=5.5)), BERLIN))
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(exclude_categories=())),
        st.sampled_from(("!", "!date", "!dict", "!int", "\ud83d\ude00")),
        st.binary(),
        st.decimals().filter(lambda value: not value.is_snan()),  # cannot be a key
        st.uuids(),
        st.dates(),
        st.datetimes(timezones=zones),
        st.times(timezones=zones),
        st.timedeltas(),
    )
    hashables = scalars | st.tuples(scalars, st.tuples(scalars)) | st.frozensets(scalars)
    return st.recursive(
        hashables,
        lambda inner: (
            st.lists(inner)
            | st.lists(inner).map(tuple)
            | st.sets(hashables)
            | st.dictionaries(hashables, inner)
            | st.dictionaries(st.sampled_from(("!", "!set", "a")), inner, max_size=2)
        ),
        max_leaves=12,
    )


@examples
@given(plain_values())
def test_any_plain_value_comes_back(value):
    """Whatever is built of plain values comes back, with every type."""
    text = dumps(value)
    assert typed(loads(text)) == typed(value)
    assert dumps(loads(text)) == text


@examples
@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.floats()))
def test_both_roads_write_the_same(data):
    """A flat session is written as it would be by the road for all values."""
    assert dumps(data) == taggedjson._write(taggedjson._to_json(data, ()))


def test_equal_sets_are_the_same_text():
    """The text of a set is that of its members, not of the order they came in."""
    one, other = {8, 0, "b", "a"}, {"a", "b", 0, 8}
    for number in range(1000):
        one.add(number)
    one -= set(range(1000)) - {0, 8}
    assert dumps({"tags": one}) == dumps({"tags": other})


def test_what_json_has_words_for_is_plain_json():
    """A person can read it, and so can other programs."""
    data = {"name": "Zoë", "lines": [{"sku": 1}], "at": date(2026, 1, 31)}
    assert dumps(data) == '{"name":"Zoë","lines":[{"sku":1}],"at":{"!date":"2026-01-31"}}'
    assert json.loads(dumps(data))["lines"] == [{"sku": 1}]


WRITTEN = [
    ('{"!tuple":[1,{"!tuple":[]}]}', (1, ())),
    ('{"!set":["a"]}', {"a"}),
    ('{"!frozenset":[1,2]}', frozenset((1, 2))),
    ('{"!bytes":"AP8="}', b"\x00\xff"),
    ('{"!datetime":"2026-01-31T12:00:00"}', datetime(2026, 1, 31, 12)),
    (
        '{"!datetime":"2026-01-31T12:00:00+00:00"}',
        datetime(2026, 1, 31, 12, tzinfo=timezone.utc),
    ),
    ('{"!datetime":"2026-10-25T02:30:00 1 "}', datetime(2026, 10, 25, 2, 30, fold=1)),
    (
        '{"!datetime":"2026-10-25T02:30:00+01:00 1 Europe/Berlin"}',
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    ),
    ('{"!date":"2026-01-31"}', date(2026, 1, 31)),
    ('{"!time":"12:30:00 0 Europe/Berlin"}', time(12, 30, tzinfo=BERLIN)),
    ('{"!timedelta":[-1,3,5]}', timedelta(days=-1, seconds=3, microseconds=5)),
    ('{"!decimal":"1.10"}', Decimal("1.10")),
    (
        '{"!uuid":"12345678-1234-5678-1234-567812345678"}',
        UUID("12345678-1234-5678-1234-567812345678"),
    ),
    ('{"!dict":[[1,"a"],[{"!tuple":[2]},"b"]]}', {1: "a", (2,): "b"}),
    ('{"!dict":[["!date","x"]]}', {"!date": "x"}),
    ('{"!int":"-0x' + "f" * 600 + '"}', 1 - 16**600),
    ('["\ud83d",NaN,-Infinity]', ["\ud83d", math.nan, -math.inf]),
]


@pytest.mark.parametrize(("text", "value"), WRITTEN, ids=[row[0][:60] for row in WRITTEN])
def test_what_is_stored_stays_readable(text, value):
    """The words of format 1: another version must write and read the same."""
    assert dumps(value) == text
    assert typed(loads(text)) == typed(value)


# -- what is refused ---------------------------------------------------------------------

JSON_CANNOT = "tools.sessions.serializer = 'json' cannot keep it. Store plain data ("
PICKLE = "set tools.sessions.serializer = 'pickle' and tools.sessions.secret."

BACK_AS = ", which would come back as its base "

REFUSED = [
    # value, where, what
    ({"cart": [1, 2, {"owner": Cart()}]}, "session['cart'][2]['owner']", f"{__name__}.Cart"),
    ({"f": len}, "session['f']", "builtin_function_or_method"),
    ({"z": 1j}, "session['z']", "complex"),
    ({"z": Fraction(1, 2)}, "session['z']", "fractions.Fraction"),
    ({"t": (1, Cart())}, "session['t'][1]", "Cart"),
    ({"t": {3: Cart()}}, "session['t'][3]", "Cart"),
    ({"t": {Cart(): 1}}, "session['t'][...]", "Cart"),
    ({"t": {(1, Cart())}}, "session['t'][...][1]", "Cart"),
    ({"t" * 100: Cart()}, "session['tttttttttttt...ttttttttttttt']", "Cart"),
    ({"b": bytearray(b"x")}, "session['b']", "bytearray"),
    (
        {"d": defaultdict(list)},
        "session['d']",
        "defaultdict" + BACK_AS + "dict",
    ),
    (
        {"d": OrderedDict()},
        "session['d']",
        "OrderedDict" + BACK_AS + "dict",
    ),
    ({"p": Point(1, 2)}, "session['p']", "Point" + BACK_AS + "tuple"),
    ({"c": Color.RED}, "session['c']", "Color" + BACK_AS + "int"),
    ({"s": Text("x")}, "session['s']", "Text" + BACK_AS + "str"),
    ({Text("x"): 1}, "session[...]", "Text" + BACK_AS + "str"),
    (defaultdict(list), "session is", "defaultdict"),
]


@pytest.mark.parametrize(("data", "place", "kind"), REFUSED, ids=[row[1] for row in REFUSED])
def test_another_value_is_refused(data, place, kind):
    """What JSON cannot keep as it is is an error with the place, the type and the remedy."""
    with pytest.raises(SessionValueError) as caught:
        dumps(data)
    message = str(caught.value)
    assert message.startswith(place)
    assert kind in message
    assert JSON_CANNOT in message
    assert message.endswith(PICKLE)


def nest(depth, wrap):
    value = None
    for _ in range(depth):
        value = wrap(value)
    return value


WRAPS = {
    "list": lambda inner: [inner],
    "dict": lambda inner: {"a": inner},
    "pairs": lambda inner: {1: inner},
    "tuple": lambda inner: (inner,),
    "frozenset": lambda inner: frozenset((inner,)),
    "key": lambda inner: (inner,) if inner is None else frozenset(((inner,),)),
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_what_is_written_is_never_too_deep_to_be_read(wrap):
    """The limit is one of writing: a session that was saved can be loaded."""
    deepest = nest(MAX_DEPTH // 2, wrap)
    assert loads(dumps(deepest)) == deepest
    with pytest.raises(SessionValueError, match=f"more than {MAX_DEPTH} levels"):
        dumps(nest(MAX_DEPTH + 2, wrap))


@pytest.mark.parametrize("wrap", list(WRAPS.values())[:4], ids=list(WRAPS)[:4])
def test_the_limit_of_depth(wrap):
    """`MAX_DEPTH` levels are kept, the next is refused."""
    deepest = nest(MAX_DEPTH + 1, wrap)
    assert loads(dumps(deepest)) == deepest
    with pytest.raises(SessionValueError):
        dumps(wrap(deepest))


def test_what_holds_itself_is_refused():
    """A cycle is an error that shows where it begins."""
    cart = {"lines": []}
    cart["lines"].append(cart)
    with pytest.raises(SessionValueError) as caught:
        dumps({"cart": cart})
    assert str(caught.value).startswith("session['cart']['lines'][0]... is nested more than")


# -- zones -------------------------------------------------------------------------------


class Odd(tzinfo):
    def utcoffset(self, when):
        return timedelta(hours=1)

    def dst(self, when):
        return None

    def tzname(self, when):
        return "ODD"


def test_another_kind_of_zone_keeps_its_offset():
    """A tzinfo of some library's own comes back as a fixed offset: the instant is kept."""
    back = loads(dumps(datetime(2026, 1, 31, 12, tzinfo=Odd())))
    assert back == datetime(2026, 1, 31, 11, tzinfo=timezone.utc)
    assert back.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("zone", ["Nowhere/Land", "Europe", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_that_is_unknown_here(zone):
    """A zone that this machine does not know leaves the offset."""
    back = loads(json.dumps({"!datetime": f"2026-07-01T12:00:00+02:00 0 {zone}"}))
    assert back == datetime(2026, 7, 1, 10, tzinfo=timezone.utc)
    assert back.utcoffset() == timedelta(hours=2)


def test_a_zone_whose_rules_have_changed():
    """If a zone has another offset by now, instant and offset are what was stored."""
    back = loads('{"!datetime":"2026-07-01T12:00:00+05:00 0 Europe/Berlin"}')
    assert back == datetime(2026, 7, 1, 7, tzinfo=timezone.utc)
    assert back.utcoffset() == timedelta(hours=5)


# -- reading what is foreign -------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *('{"!unknown":1}', '{"!date":1}', '{"!set":"abc"}', '{"!tuple":{}}', '{"!dict":[1]}'),
        *('{"!dict":[[[],1]]}', '{"!set":[[]]}', '{"!int":"zz"}', '{"!int":12}'),
        *('{"!bytes":"a"}', '{"!bytes":"a b="}', '{"!uuid":"x"}', '{"!decimal":"x"}'),
        *('{"!timedelta":[1,2]}', '{"!timedelta":[1e99,0,0]}', '{"!datetime":"2026"}'),
        *('{"!datetime":"2026-01-01T00:00:00 2 "}', '{"!time":"25:00"}', '{"!date":"x"}'),
    ],
)
def test_a_tag_that_is_not_ours(text):
    """A tag that was written by nobody we know is an error."""
    with pytest.raises(Exception):  # noqa: B017 (of any kind, says its docstring)
        loads(text)
