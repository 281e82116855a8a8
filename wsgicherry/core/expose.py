"""Publishing handlers: `expose`, and `popargs` for the variable parts of a path."""

from __future__ import annotations

import string
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from .current import serving_now

# How the dispatcher reads a segment of a path (BEHAVIOUR 3.2), and so every alias is written.
PUNCTUATION_TO_UNDERSCORES = str.maketrans(string.punctuation, "_" * len(string.punctuation))


def own_config(target: Any) -> dict[str, Any]:
    """Return the `_cp_config` that belongs to `target` alone, made when it has none of its own.

    A subclass gets a copy of what it inherits, so that its decorators never change its parent.
    """
    if "_cp_config" not in vars(target):
        target._cp_config = dict(getattr(target, "_cp_config", {}))
    config: dict[str, Any] = target._cp_config
    return config


def expose(
    func: Any = None,
    alias: str | Iterable[str] | None = None,
    *,
    methods: str | Iterable[str] | None = None,
) -> Any:
    """Publish a function, method or class, under its own name and each `alias`.

    `@expose`, `@expose()`, `@expose('alias')`, `@expose(['a', 'b'])` and `@expose(alias=...)`
    all work; aliases are written into the class body (or namespace) of the caller, punctuation
    as underscores. `methods` names the HTTP methods that are answered; others get 405 with
    `Allow` (RFC 9110 section 15.5.6), and GET brings HEAD along. Source: CherryPy's rule
    (BEHAVIOUR 3.8).
    """
    namespace: MutableMapping[str, Any] = sys._getframe(1).f_locals
    if func is None or isinstance(func, str) or _is_names(func):
        aliases = _names(func) + _names(alias)
        return lambda target: _publish(target, aliases, methods, namespace)
    return _publish(func, _names(alias), methods, namespace)


def _is_names(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(item, str) for item in value
    )


def _names(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _publish(
    target: Any,
    aliases: list[str],
    methods: str | Iterable[str] | None,
    namespace: MutableMapping[str, Any],
) -> Any:
    real = getattr(target, "__func__", target)
    try:
        real.exposed = True
    except AttributeError:
        raise TypeError(
            f"expose() publishes functions, methods and classes, not {target!r}."
        ) from None
    if methods is not None:
        real.allowed_methods = _allowed(methods)
    for name in aliases:
        namespace[name.translate(PUNCTUATION_TO_UNDERSCORES)] = target
    return target


def _allowed(methods: str | Iterable[str]) -> tuple[str, ...]:
    names = [name.upper() for name in _names(methods)]
    if not names:
        raise ValueError("expose(methods=...) wants at least one HTTP method, such as 'GET'.")
    if "GET" in names and "HEAD" not in names:
        names.append("HEAD")
    return tuple(sorted(set(names)))


def popargs(*names: str, **options: Any) -> Callable[..., Any]:
    """Return a class decorator (or a `_cp_dispatch`) that binds path segments to `names`.

    `handler`: None to go on with the object itself, a class or function to call with the bound
    parameters (its result is the next object), or an instance that is the next object.
    TypeError for any other keyword. Source: CherryPy's rule (BEHAVIOUR 3.5).
    """
    handler = options.pop("handler", None)
    if options:
        raise TypeError(
            f"cherrypy.popargs() got an unexpected keyword argument {next(iter(options))!r}"
        )

    def decorated(cls: Any = None, vpath: list[str] | None = None) -> Any:
        if isinstance(cls, type):
            cls._cp_dispatch = decorated  # type: ignore[attr-defined]
            return cls
        if vpath is None:
            raise TypeError(
                "popargs() decorates a class, or is assigned to _cp_dispatch in one."
            )
        params = {name: vpath.pop(0) for name in names[: len(vpath)]}
        if callable(handler):
            return handler(**params)
        serving_now().request.params.update(params)
        return _next_node(cls, vpath) if handler is None else handler

    return decorated


def _next_node(node: Any, vpath: list[str]) -> Any:
    if not vpath:
        return node
    name = vpath.pop(0)
    return None if is_dunder(name) else getattr(node, name, None)


def is_dunder(name: str) -> bool:
    """Tell whether `name` is one of Python's own, which no URL ever reaches."""
    return name.startswith("__") and name.endswith("__")
