"""Find the application that MODULE[:NAME] names: as gunicorn does, and without NAME too."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Any

from ..core.application import Application, WSGIApp
from ..core.reach import COMPUTED, look
from ..core.settings import nearest
from ..core.tree import Tree
from ..site import Site
from .modules import CommandError, load_module, telling

WSGI_NAMES = ("wsgi", "application", "app")
FACTORY_NAMES = ("make_app", "create_app")
# The instance first: whoever made one had a reason.
ROOT_NAMES = ("root", "Root")


def find_application(target: str, site: Site) -> WSGIApp:
    """Return the WSGI application that `target`, "MODULE[:NAME]", names.

    MODULE is a dotted name or the path of a .py file. NAME is a name or a call with literal
    arguments (gunicorn's rule, SERVERS R12). Without it these are looked for, in this order:
    `WSGI_NAMES`, `FACTORY_NAMES` (called without arguments), what the module has mounted on the
    tree of `site`, `ROOT_NAMES`. An object with exposed methods is mounted on that tree.
    Raises CommandError, and ConfigError if the module's config is refused.
    """
    module_name, colon, expression = target.partition(":")
    module = load_module(module_name)
    if colon:
        return adopt(evaluate(module, expression), f"{expression!r} of {module_name!r}", site)
    return search(module, module_name, site)


# NAME -----------------------------------------------------------------------------------------


def evaluate(module: ModuleType, expression: str) -> Any:
    """Return what `expression`, a name or a call with literal arguments, is in `module`."""
    try:
        name, arguments = read_name(expression)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise CommandError(
            f"{expression!r} is neither a name nor a call with literal arguments, such as "
            f"'make(x=2)'; give it a name in {module.__name__!r}: wsgi = {expression or '...'}"
        ) from None
    if not hasattr(module, name):
        names = [key for key in vars(module) if not key.startswith("_")]
        near = nearest(name, names)
        hint = f"did you mean {near!r}?" if near else "name an application or a factory."
        raise CommandError(f"{module.__name__!r} has no {name!r}; {hint}")
    value = getattr(module, name)
    if arguments is None:
        return value
    args, kwargs = arguments
    return call(value, expression, args, kwargs)


def read_name(expression: str) -> tuple[str, tuple[list[Any], dict[str, Any]] | None]:
    """Return (name, None), or (name, (args, kwargs)) for a call; ValueError if neither."""
    node = ast.parse(expression.strip(), mode="eval").body
    if isinstance(node, ast.Name):
        return node.id, None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise ValueError(expression)
    values: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise ValueError(expression)
        values[keyword.arg] = ast.literal_eval(keyword.value)
    return node.func.id, ([ast.literal_eval(each) for each in node.args], values)


def call(
    factory: Any,
    label: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Return what the user's `factory` makes; raise CommandError if it cannot be called so."""
    if not callable(factory):
        raise CommandError(f"{label!r} cannot be called: it is {factory!r}.")
    try:
        _signature(factory).bind(*args, **kwargs)
    except TypeError as error:
        raise CommandError(
            f"{label!r} cannot be called so: {error}; write its arguments, such as "
            "MODULE:make(x=2), or make the application in the module: wsgi = ..."
        ) from None
    with telling(f"Calling {label!r}"):
        return factory(*args, **kwargs)


def _signature(function: Any) -> inspect.Signature:
    """Return the signature; for what has none to show, one that takes everything."""
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        return inspect.signature(lambda *args, **kwargs: None)


# Without a NAME -------------------------------------------------------------------------------


def search(module: ModuleType, label: str, site: Site) -> WSGIApp:
    """Return the application of `module`, by the usual names; see `find_application`."""
    for name in WSGI_NAMES:
        value = getattr(module, name, None)
        if takes_wsgi(value) or has_pages(value):
            return adopt(value, f"{name!r} of {label!r}", site)
    for name in FACTORY_NAMES:
        factory = getattr(module, name, None)
        if callable(factory):
            return adopt(call(factory, f"{name}()"), f"{name}() of {label!r}", site)
    if site.tree.apps:
        return site.tree
    for name in ROOT_NAMES:
        value = getattr(module, name, None)
        if has_pages(value):
            return adopt(value, f"{name!r} of {label!r}", site)
    for name in ROOT_NAMES:
        if hasattr(module, name):
            raise CommandError(
                f"{name!r} of {label!r} has no page: put @wsgicherry.expose above its methods."
            )
    names = ", ".join([*WSGI_NAMES, *(f"{name}()" for name in FACTORY_NAMES), *ROOT_NAMES])
    raise CommandError(
        f"There is no application in {label!r}: it has none of {names}, and mounts nothing. "
        "Write wsgi = wsgicherry.tree in it, or name what it has: MODULE:NAME."
    )


def adopt(value: Any, label: str, site: Site) -> WSGIApp:
    """Return `value` if it is a WSGI application; mount it if it is an object with pages.

    A class is instantiated first. Raises CommandError if it is neither.
    """
    if isinstance(value, (Tree, Application)):
        return value
    if has_pages(value):
        if not any(_has_root(app, value) for app in site.tree.apps.values()):
            root = call(value, f"{value.__name__}()") if isinstance(value, type) else value
            site.tree.mount(root)
        return site.tree
    if takes_wsgi(value):
        application: WSGIApp = value
        return application
    hint = "and has no exposed methods"
    if callable(value):
        hint = "as it takes no (environ, start_response); if it makes one, write MODULE:make()"
    raise CommandError(f"{label} is no WSGI application, {hint}: it is {value!r}.")


def _has_root(app: Any, value: Any) -> bool:
    root = getattr(app, "root", None)
    return root is value or (isinstance(value, type) and type(root) is value)


def takes_wsgi(value: Any) -> bool:
    """Tell whether a server can call `value` with (environ, start_response)."""
    if not callable(value):
        return False
    try:
        _signature(value).bind({}, None)
    except TypeError:
        return False
    return True


def has_pages(value: Any) -> bool:
    """Tell whether `value` is an object (or a class) with exposed methods, to be mounted.

    What cannot be a WSGI application may also have them on its attributes alone.
    """
    return _has_pages(value, 1) or (not takes_wsgi(value) and _has_pages(value, 2))


def _has_pages(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, (ModuleType, Tree, Application)):
        return False
    if _is_exposed(value):
        return True
    names = set(getattr(value, "__dict__", ()))
    for base in (value if isinstance(value, type) else type(value)).__mro__:
        names.update(vars(base))
    children = [look(value, name) for name in names if not name.startswith("__")]
    return any(_is_exposed(child) for child in children) or (
        depth > 1 and any(_has_pages(child, depth - 1) for child in children)
    )


def _is_exposed(node: Any) -> bool:
    exposed = look(node, "exposed")
    return exposed is not COMPUTED and bool(exposed)
