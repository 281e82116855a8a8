"""JSON that keeps Python's plain types apart: what goes in comes out, or is refused at once.

What JSON has no word for is an object with one name that starts with an exclamation mark:
`{"!date": "2026-01-31"}`, `{"!tuple": [1, 2]}`. A dict of the program's that looks like one, or
that has keys other than text, is written as `{"!dict": [[key, value], ...]}`. The rest is JSON
as Python speaks it, with NaN and Infinity.
"""

from __future__ import annotations

import base64
import json
import reprlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from .errors import SessionValueError

# What is written must be read again, and json's C parser stops at the interpreter's limit of
# (usually) 1,000 calls. A level of ours is up to three levels of JSON: {"!dict": [[1, ...
MAX_DEPTH = 100

# Digits of longer numbers cost time that grows with the square of their length, and Python
# refuses them above a limit, at least 640 digits (sys.set_int_max_str_digits).
LARGE_INT = 10**600

_MARK = "!"
_MARKED_OBJECT = '{"' + _MARK
_AS_IS: frozenset[type] = frozenset((str, bool, float, type(None)))
_FLAT: frozenset[type] = frozenset((*_AS_IS, int))
_NAMES = frozenset((str,))
_SOMEWHERE = object()  # the step of a path to a member of a set, or to a key

# With ensure_ascii, two lone surrogates were read again as the one character of the pair.
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: Any) -> str:
    """Return `value` as JSON; the same text for the same value, whatever the order of sets.

    Lone surrogates stay what they are. SessionValueError for a value of another type than str,
    int, float, bool, None, list, dict, tuple, set, frozenset, bytes, datetime, date, time,
    timedelta, Decimal and UUID; for one of a subclass of these, which would come back as
    another type; for what is nested more than `MAX_DEPTH` levels deep, or holds itself. The
    message names the place in the session, and the remedy.
    """
    # PERF: 2.0 us in place of 3.0 for the five small values of a usual session.
    if _is_flat(value):
        with suppress(ValueError):  # a number of too many digits
            return _write(value)
    return _write(_to_json(value, ()))


def loads(text: str) -> Any:
    """Return what `dumps` was given. For text that is not its own: any value, any Exception."""
    # PERF: a hook is called for each object: 2.8 us in place of 1.6 for a usual session. Inside
    # of a string the quotation mark is escaped, so the marker in the text is that of an object.
    if _MARKED_OBJECT in text:
        return json.loads(text, object_hook=_untag)
    return json.loads(text)


def _is_flat(value: Any) -> bool:
    """Tell whether JSON can write it as it is, without a look at what is inside."""
    if type(value) is not dict or not _FLAT.issuperset(map(type, value.values())):
        return False
    return _is_object(value)


def _is_object(value: dict[Any, Any]) -> bool:
    """Tell whether a dict can be an object of JSON: its keys are text, and it is no tag."""
    if not _NAMES.issuperset(map(type, value)):
        return False
    return len(value) != 1 or not next(iter(value)).startswith(_MARK)


def _to_json(value: Any, path: tuple[Any, ...]) -> Any:
    kind = type(value)
    if kind in _AS_IS or (kind is int and -LARGE_INT < value < LARGE_INT):
        return value
    if len(path) > MAX_DEPTH:
        raise SessionValueError(
            f"{_spell(path[:3])}... is nested more than {MAX_DEPTH} levels deep, or holds "
            "itself. Store plainer data."
        )
    if kind is list:
        return [_to_json(item, (*path, index)) for index, item in enumerate(value)]
    if kind is dict:
        return _dict_to_json(value, path)
    tag = _TAG_OF.get(kind)
    if tag is None:
        raise SessionValueError(_explain(kind, path))
    if kind is set or kind is frozenset:
        members = [_to_json(item, (*path, _SOMEWHERE)) for item in value]
        return {tag.name: sorted(members, key=_write)}
    return {tag.name: _to_json(tag.write(value), path)}


def _dict_to_json(value: dict[Any, Any], path: tuple[Any, ...]) -> Any:
    if _is_object(value):
        return {name: _to_json(item, (*path, name)) for name, item in value.items()}
    return {
        _PAIRS: [
            [_to_json(key, (*path, _SOMEWHERE)), _to_json(item, (*path, key))]
            for key, item in value.items()
        ]
    }


def _untag(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    ((name, content),) = value.items()
    if not name.startswith(_MARK):
        return value
    tag = _TAG_NAMED[name]
    if type(content) is not tag.written_as:
        raise ValueError(f"{name} holds a {type(content).__name__}.")
    return tag.read(content)


def _spell(path: tuple[Any, ...]) -> str:
    """Return the way to a value in Python's words; [...] is a key, or a member of a set."""
    steps = ("..." if step is _SOMEWHERE else reprlib.repr(step) for step in path)
    return "session" + "".join(f"[{step}]" for step in steps)


def _explain(kind: type, path: tuple[Any, ...]) -> str:
    met = type_name(kind)
    bases = [base.__name__ for base in kind.__mro__ if base in _KNOWN]
    if bases:
        met += f", which would come back as its base {bases[0]}"
    return (
        f"{_spell(path)} is a {met}: tools.sessions.serializer = 'json' cannot keep it. Store "
        f"plain data ({', '.join(sorted(t.__name__ for t in _KNOWN))}), or set "
        "tools.sessions.serializer = 'pickle' and tools.sessions.secret."
    )


def type_name(kind: type) -> str:
    """Return the name of a type, with its module unless it is built in."""
    module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
    return module + kind.__qualname__


# -- the tags ----------------------------------------------------------------------------


def _write_moment(value: datetime | time) -> str:
    """Return ISO 8601, and behind a space what that cannot say: fold, and a zone's name.

    A tzinfo of another kind than ZoneInfo is kept as its offset.
    """
    zone = value.tzinfo.key if type(value.tzinfo) is ZoneInfo else None
    if zone or value.fold:
        return f"{value.isoformat()} {value.fold} {zone or ''}"
    return value.isoformat()


def _reader_of(kind: Any) -> Callable[[str], Any]:
    def read_moment(text: str) -> Any:
        iso, _, rest = text.partition(" ")
        fold, _, zone = rest.partition(" ")
        moment = kind.fromisoformat(iso).replace(fold=int(fold or 0))
        return _move_to_zone(moment, zone) if zone else moment

    return read_moment


def _move_to_zone(moment: Any, zone: str) -> Any:
    """Return `moment` in `zone`; as it is if that is unknown here, or has other rules by now.

    The instant and the offset are more than the name of the zone.
    """
    try:
        moved = moment.replace(tzinfo=ZoneInfo(zone))
    except (LookupError, ValueError, OSError):  # OSError: the name of a folder of zones
        return moment
    return moved if moved.utcoffset() == moment.utcoffset() else moment


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _read_bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _write_timedelta(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _read_timedelta(parts: list[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days, seconds, microseconds)


def _read_hex(text: str) -> int:
    return int(text, 16)


class _Tag(NamedTuple):
    name: str
    kind: type
    write: Callable[[Any], Any]  # its result is written by the rules of its own type
    written_as: type
    read: Callable[[Any], Any]


_TAGS = (
    _Tag("!int", int, hex, str, _read_hex),  # only large ones
    _Tag("!tuple", tuple, list, list, tuple),
    _Tag("!set", set, list, list, set),
    _Tag("!frozenset", frozenset, list, list, frozenset),
    _Tag("!bytes", bytes, _write_bytes, str, _read_bytes),
    _Tag("!datetime", datetime, _write_moment, str, _reader_of(datetime)),
    _Tag("!date", date, date.isoformat, str, date.fromisoformat),
    _Tag("!time", time, _write_moment, str, _reader_of(time)),
    _Tag("!timedelta", timedelta, _write_timedelta, list, _read_timedelta),
    _Tag("!decimal", Decimal, str, str, Decimal),
    _Tag("!uuid", UUID, str, str, UUID),
)
_PAIRS = "!dict"
_TAG_OF = {tag.kind: tag for tag in _TAGS}
_TAG_NAMED = {tag.name: tag for tag in (*_TAGS, _Tag(_PAIRS, dict, list, list, dict))}
_KNOWN: frozenset[type] = frozenset((*_FLAT, list, dict, *_TAG_OF))
