"""Values of parameters: from text to what an annotation asks for. Pure: no request.

`make_converter(annotation)` is slow and done once; the converter it returns is what runs for
each value. All limits are here, so that no text can cost more than its length.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

from ..core.parts import Part

MAX_NUMBER_CHARS = 100
"""Of a number's text. Python itself refuses whole numbers of more than 4300 digits, and takes
time that grows with their square; a 64-bit number has 19."""

MAX_SHOWN_CHARS = 40
"""Of a refused value, in the message that says so."""

MAX_SHOWN_CHOICES = 20

_INT = re.compile(r"[+-]?[0-9]+")
# An exponent of three digits: Decimal("1e999999999") is finite, and a calamity as an int.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,]([0-9]{1,6}))?"
_ZONE = r"(?:([Zz])|([+-][0-9]{2}):?([0-9]{2}))?"
_TIME = re.compile(_CLOCK + _ZONE)
_DATETIME = re.compile(rf"({_DATE.pattern})[Tt ]" + _CLOCK + _ZONE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BLANKS = " \t\r\n"  # not what str.strip() takes: that includes characters nobody sees

_WORDS = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}


class Unfit(ValueError):
    """A value is not `wanted`. The text goes on after the name of a parameter."""

    def __init__(self, wanted: str, value: Any) -> None:
        super().__init__(f"must be {wanted}, {_describe(value)}")
        self.wanted = wanted
        self.value = value


def _describe(value: Any) -> str:
    if isinstance(value, list):
        return f"given once, not {len(value)} times"
    if hasattr(value, "filename"):
        return "not a file"
    text = str(value)
    if len(text) > MAX_SHOWN_CHARS:
        text = text[:MAX_SHOWN_CHARS] + "..."
    return f"not {text!r}"


class UnknownAnnotation(TypeError):
    """An annotation that says nothing of how a value is made of text: the program's fault."""


Converter = Callable[[Any], Any]
"""Takes text, a list of what came under one name, an upload, or a value that somebody converted
already. Raises Unfit; a class of the program's own may raise what it likes."""


class _Choice(NamedTuple):
    """One member of a union: how it is called, what makes it of a value, whether it is late."""

    wanted: str
    convert: Converter
    place: int


def make_converter(annotation: Any) -> Converter | None:
    """Return what converts values to `annotation`, None when every value is right (`Any`).

    UnknownAnnotation for what no text can become. Known are str, int, float, bool, Decimal,
    date, datetime, time, UUID, enums, Literal, unions, list, tuple, set and frozenset (also of
    one of these), Part, and as in CherryPy any class or function that takes the text.
    """
    if annotation is Any or annotation is object:
        return None
    return _choose(annotation).convert


def _choose(annotation: Any, *, is_item: bool = False) -> _Choice:
    annotation = _unwrap(annotation)
    origin = get_origin(annotation) or annotation
    if annotation is Any or annotation is object:
        return _Choice("anything", lambda value: value, 1)
    if annotation in (None, type(None)):
        return _Choice("empty", _scalar("empty", (type(None),), _read_none), 2)
    if annotation is str:
        return _Choice("text", _scalar("text", (str,), _refuse), 1)
    if annotation in _SCALARS:
        wanted, accepted, read = _SCALARS[annotation]
        return _Choice(wanted, _scalar(wanted, accepted, read), 0)
    if origin is Literal:
        return _literal(get_args(annotation))
    if origin is Union or origin is types.UnionType:
        return _union([_choose(each, is_item=is_item) for each in get_args(annotation)])
    if origin in _COLLECTIONS and not is_item:
        return _collection(_COLLECTIONS[origin], get_args(annotation))
    if annotation is Part:
        return _Choice("a file", _scalar("a file", (Part,), _refuse), 0)
    if origin is not annotation or origin in _NOT_OF_TEXT or not callable(annotation):
        raise UnknownAnnotation(f"No text can be made {annotation!r}")
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum(annotation)
    return _custom(annotation)


def _unwrap(annotation: Any) -> Any:
    """Return what `Annotated[...]`, a NewType or an alias of Python 3.12 stands for."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


# -- one value of one type -------------------------------------------------------------


def _scalar(wanted: str, accepted: tuple[type, ...], read: Callable[[str], Any]) -> Converter:
    """Return a converter that leaves instances of `accepted`, and has `read` read text."""

    def convert(value: Any) -> Any:
        if isinstance(value, accepted):
            return value
        if isinstance(value, str):
            try:
                return read(value.strip(_BLANKS))
            except ValueError:
                pass
        raise Unfit(wanted, value)

    return convert


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _reader(pattern: re.Pattern[str], make: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return what makes a value of text that follows `pattern`."""
    return lambda text: make(_match(pattern, text)[0])


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    # Dates and UUIDs are shorter anyway.
    match = pattern.fullmatch(text)
    if match is None or len(text) > MAX_NUMBER_CHARS:
        raise ValueError(text)
    return match


def _read_none(text: str) -> None:
    if text:
        raise ValueError(text)


def _read_bool(text: str) -> bool:
    try:
        return _WORDS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _read_time(text: str) -> time:
    return time.fromisoformat(_clock(*_match(_TIME, text).groups()))


def _read_datetime(text: str) -> datetime:
    day, *rest = _match(_DATETIME, text).groups()
    return datetime.fromisoformat(f"{day}T{_clock(*rest)}")


def _clock(
    clock: str, fraction: str | None, zulu: str | None, hours: str | None, minutes: str | None
) -> str:
    """Return a time of day as Python 3.10 reads it: no 'Z', and six digits or none."""
    if fraction:
        clock = f"{clock}{':00' * (clock.count(':') == 1)}.{fraction:0<6}"
    if zulu:
        return clock + "+00:00"
    return f"{clock}{hours}:{minutes}" if hours else clock


# What is wanted, what is right already, what reads the text. A bool is an int; a datetime is a
# date; a whole number will do for a float.
_SCALARS: dict[Any, tuple[str, tuple[type, ...], Callable[[str], Any]]] = {
    int: ("a whole number", (int,), _reader(_INT, int)),
    float: ("a number", (float, int), _reader(_NUMBER, _finite)),
    Decimal: ("a number", (Decimal,), _reader(_NUMBER, Decimal)),
    bool: ("true or false (or 1, 0, on, off, yes, no)", (bool,), _read_bool),
    date: ("a date such as 2024-12-31", (date,), _reader(_DATE, date.fromisoformat)),
    datetime: ("a date and time such as 2024-12-31T23:59", (datetime,), _read_datetime),
    time: ("a time such as 23:59", (time,), _read_time),
    UUID: ("a UUID", (UUID,), _reader(_UUID, UUID)),
}

# Called with text they fail, or make something that nobody means.
_NOT_OF_TEXT = (bytes, bytearray, memoryview, dict, type)


def _custom(kind: Callable[[Any], Any]) -> _Choice:
    """Call `kind` with the text, CherryPy's rule (BEHAVIOUR 6.3); but not with several."""
    wanted = f"a value for {getattr(kind, '__name__', 'its type')}"
    classes = (kind,) if isinstance(kind, type) else ()

    def convert(value: Any) -> Any:
        if isinstance(value, classes):
            return value
        if isinstance(value, str):
            return kind(value)
        raise Unfit(wanted, value)

    return _Choice(wanted, convert, 0)


# -- one of several --------------------------------------------------------------------


def _enum(kind: type[Enum]) -> _Choice:
    """Read a member by its value, or else by its name."""
    members: dict[str, Enum] = {}
    for member in kind:
        members.setdefault(str(member.value), member)
    for name, member in kind.__members__.items():
        members.setdefault(name, member)

    def read(text: str) -> Enum:
        if text not in members:
            raise ValueError(text)
        return members[text]

    wanted = _one_of([str(member.value) for member in kind])
    return _Choice(wanted, _scalar(wanted, (kind,), read), 0)


def _literal(allowed: Sequence[Any]) -> _Choice:
    """Read a value that, converted to the type of one of `allowed`, is equal to it."""
    choices = [(each, _choose(type(each)).convert) for each in allowed]
    wanted = _one_of(["" if each is None else _plain(each) for each in allowed])

    def convert(value: Any) -> Any:
        for each, converter in choices:
            try:
                if converter(value) == each:
                    return each
            except Unfit:
                continue
        raise Unfit(wanted, value)

    return _Choice(wanted, convert, 0)


def _plain(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _one_of(texts: Sequence[str]) -> str:
    shown = ", ".join(map(repr, texts[:MAX_SHOWN_CHOICES]))
    return f"one of {shown}" + ", ..." * (len(texts) > MAX_SHOWN_CHOICES)


def _union(members: Sequence[_Choice]) -> _Choice:
    """Take the first of `members` that fits. Text comes late, as every text is one, and None
    last: it stands for '' where nothing else does.
    """
    members = sorted(members, key=lambda member: member.place)
    wanted = " or ".join(member.wanted for member in members)

    def convert(value: Any) -> Any:
        for member in members:
            try:
                return member.convert(value)
            except ValueError:
                continue
        raise Unfit(wanted, value)

    return _Choice(wanted, convert, max(member.place for member in members))


# -- several ---------------------------------------------------------------------------

_COLLECTIONS: dict[Any, Callable[[Iterable[Any]], Any]] = {
    list: list,
    Sequence: list,
    Iterable: list,
    Collection: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}


def _collection(kind: Callable[[Iterable[Any]], Any], inner: Sequence[Any]) -> _Choice:
    """Convert one value or many, each to the one type in `inner` (default: text)."""
    if kind is tuple and inner:
        if inner[1:] != (...,):
            raise UnknownAnnotation("A tuple can only be of any length: tuple[int, ...]")
        inner = inner[:1]
    item = _choose(inner[0] if inner else str, is_item=True)

    def convert(value: Any) -> Any:
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        return kind(map(item.convert, values))

    # Of str it takes every text, and so comes late in a union.
    return _Choice(item.wanted, convert, item.place)
