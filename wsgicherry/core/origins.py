"""Where each value of a request's merged config came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .config import Section
from .dispatcher import choose_handler
from .expose import PUNCTUATION_TO_UNDERSCORES
from .reach import name_owner
from .walk import Trail, walk

if TYPE_CHECKING:
    from .application import Application


class Sourced(NamedTuple):
    """A value of the config, and where it came from: a file's line, a dict, a `_cp_config`."""

    value: Any
    origin: str


def explain_config(app: Application, path: str) -> dict[str, Sourced]:
    """Return the config that a request of `path` would have, each value with its origin.

    `path` is that within the application. The default dispatcher's rules are applied; a
    `_cp_dispatch` on the way is called, outside any request.
    """
    trail = walk(
        app.root,
        path,
        app.config,
        app.section_parents,
        PUNCTUATION_TO_UNDERSCORES,
        "_cp_dispatch",
    )
    choose_handler(trail, path)
    explained = _of_dict(app.site.config, "site-wide config")
    for position, config in enumerate(trail.configs):
        explained.update(_of_dict(config, f"_cp_config of {_find_owner(trail, position)}"))
    return explained


def _of_dict(config: Mapping[str, Any], otherwise: str) -> dict[str, Sourced]:
    origins = config.origins if isinstance(config, Section) else {}
    return {key: Sourced(value, origins.get(key) or otherwise) for key, value in config.items()}


def _find_owner(trail: Trail, position: int) -> str:
    """Return the name of the object whose config is at `position` of the trail."""
    config = trail.configs[position]
    for node, _, _ in trail.steps:
        for owner in (node, getattr(node, "default", None)):
            if getattr(owner, "_cp_config", None) is config:
                return name_owner(owner)
    return "an object that has another one by now"
