"""The caches that an application's config names, in use by now or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.reach import find_configs
from .answering import Caching
from .settings import settle
from .shared import SharedCache

PREFIX = "tools.caching."


def list_caches(app: Any) -> list[Any]:
    """Return the caches of `app`.

    One in memory that no request of this process has used is empty. One that is shared may be
    full, so it is made: other processes have filled it.
    """
    for settings in find_settings(app):
        if not settings.pop("on", False):
            continue
        settings.pop("priority", None)
        settled = settle(**settings)
        kind = settled.cache_class
        if isinstance(kind, type) and issubclass(kind, SharedCache):
            Caching(settled).find_cache(app)
    return list(app.caches.values())


def find_settings(app: Any) -> Iterator[dict[str, Any]]:
    """Yield the settings of the tool for each path whose config says something of it, over
    those of the paths above.
    """
    layers: list[tuple[str, Mapping[str, Any]]] = [("/", app.site.config)]
    layers += [(node.path, node.values) for node in find_configs(app.root)]
    layers += [(name, app.config[name]) for name in app.config if name.startswith("/")]
    layers.sort(key=lambda layer: len(layer[0]))
    for path, values in layers:
        if any(key.startswith(PREFIX) for key in values):
            yield {
                key[len(PREFIX) :]: value
                for above, others in layers
                if is_above(above, path)
                for key, value in others.items()
                if key.startswith(PREFIX)
            }


def is_above(above: str, path: str) -> bool:
    """Tell whether the config of `above` holds at `path`."""
    return f"{path.rstrip('/')}/".startswith(f"{above.rstrip('/')}/")
