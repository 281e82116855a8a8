"""Parameters of a page, converted to what its signature annotates."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Sequence
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

from .conversion import Converter, Unfit, UnknownAnnotation, make_converter

MAX_CACHED_PAGES = 1024

MAX_FAULT_CHARS = 200
"""Of what a type of the program's own says of a value that it refuses."""

Exceptions = type[BaseException] | tuple[type[BaseException], ...]


class PageConverters(NamedTuple):
    """The converters of one page; None stands where nothing is to be converted."""

    by_name: dict[str, Converter]
    by_position: tuple[Converter | None, ...]
    of_the_rest: Converter | None
    """For `*args: int`."""


def convert_named(
    page: Callable[..., Any], params: dict[str, Any], refusal: Exceptions
) -> dict[str, str]:
    """Convert the values in `params` that `page` annotates; return {name: what is wrong}.

    `refusal`: what a type of the program's own raises when it does not take a value.
    """
    faults: dict[str, str] = {}
    for name, convert in read_page(page).by_name.items():
        if name not in params:
            continue
        try:
            params[name] = convert(params[name])
        except Unfit as error:
            faults[name] = str(error)
        except refusal as error:
            faults[name] = f"is refused: {str(error)[:MAX_FAULT_CHARS]}"
    return faults


def convert_segments(
    page: Callable[..., Any], segments: Sequence[Any], refusal: Exceptions
) -> tuple[Any, ...] | None:
    """Return `segments` as the positional arguments of `page`; None when one does not fit."""
    converters = read_page(page)
    missing = len(segments) - len(converters.by_position)
    by_position = converters.by_position + (converters.of_the_rest,) * missing
    try:
        return tuple(
            segment if convert is None else convert(segment)
            for convert, segment in zip(by_position, segments, strict=False)
        )
    except Unfit:
        return None
    except refusal:
        return None


def read_page(page: Callable[..., Any]) -> PageConverters:
    """Return the converters for `page`: a method, a function, or an object that is called.

    They are made once. UnknownAnnotation, which names page and annotation, for one that cannot
    be resolved or that no text can become.
    """
    function = getattr(page, "__func__", None)
    if function is not None:
        return _read(function, True)
    call = type(page).__call__
    # Such objects may be made anew for each request; their class is not.
    if isinstance(call, FunctionType) and not hasattr(page, "__wrapped__"):
        return _read(call, True)
    return _read(page, False)


@functools.lru_cache(maxsize=MAX_CACHED_PAGES)
def _read(function: Callable[..., Any], is_bound: bool) -> PageConverters:
    try:
        # It follows `__wrapped__`, which functools.wraps leaves behind.
        parameters = list(inspect.signature(function).parameters.values())[is_bound:]
    except (TypeError, ValueError):
        return PageConverters({}, (), None)  # a callable of C tells nothing
    by_name: dict[str, Converter] = {}
    by_position: list[Converter | None] = []
    rest = None
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        converter = _convert_for(function, parameter)
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = converter
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY:
            by_position.append(converter)
        if parameter.kind is not parameter.POSITIONAL_ONLY and converter is not None:
            by_name[parameter.name] = converter
    return PageConverters(by_name, tuple(by_position), rest)


def _convert_for(
    function: Callable[..., Any], parameter: inspect.Parameter
) -> Converter | None:
    if parameter.annotation is parameter.empty:
        return None
    try:
        return make_converter(_resolve(parameter.annotation, function))
    except Exception as error:  # an annotation is a program's own expression: it may raise any
        name = getattr(function, "__qualname__", repr(function))
        raise UnknownAnnotation(
            f"tools.params cannot convert {parameter.name!r} of the page {name} in "
            f"{getattr(function, '__module__', None)}: {parameter.annotation!r} "
            f"({type(error).__name__}: {error}). Annotate it with a type that can be made of "
            "text, which is defined or imported at the top of the module, or turn the tool off."
        ) from error


def _resolve(annotation: Any, function: Callable[..., Any]) -> Any:
    """Return `annotation` with the names in it looked up where `function` was written.

    One at a time: a name that only a type checker knows, in another place, is no matter.
    """
    while isinstance(function, functools.partial):
        function = function.func
    written = inspect.unwrap(function)
    holder = SimpleNamespace(__annotations__={"it": annotation})
    known = getattr(written, "__globals__", {})
    return typing.get_type_hints(holder, known, include_extras=True)["it"]
