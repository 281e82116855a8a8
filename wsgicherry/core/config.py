"""The config of a site and of its applications: dicts that know where each value came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .expose import own_config
from .loaded import ConfigError, Loaded
from .settings import nearest
from .sources import Source, load

__all__ = [
    "AppConfig",
    "ConfigError",
    "Loaded",
    "NamespaceSet",
    "Section",
    "SiteConfig",
    "environments",
    "load",
    "merge",
    "parse_value",
]

_T = TypeVar("_T")
_FILENAME = (str, bytes, os.PathLike)
_Pairs = Mapping[str, Any] | Iterable[tuple[str, Any]]

_IN_PRODUCTION: dict[str, Any] = {
    "engine.autoreload.on": False,
    "checker.on": False,
    "tools.log_headers.on": False,
    "request.show_tracebacks": False,
    "request.show_mismatched_params": False,
}

# CherryPy's presets. Programs add their own; each SiteConfig starts with a copy.
environments: dict[str, dict[str, Any]] = {
    "staging": dict(_IN_PRODUCTION),
    "production": {**_IN_PRODUCTION, "log.screen": False},
    "embedded": {
        **_IN_PRODUCTION,
        "log.screen": False,
        "engine.SIGHUP": None,
        "engine.SIGTERM": None,
    },
    "test_suite": {
        **_IN_PRODUCTION,
        "request.show_tracebacks": True,
        "request.show_mismatched_params": True,
        "log.screen": False,
    },
}


class Section(dict[str, Any]):
    """One flat section.

    `origins` says where a value came from ("app.conf:12"), as far as it is known; the key "" is
    the section itself. `on_change` is called after every change, and once for an update.
    """

    def __init__(self, values: Mapping[str, Any] | None = None, origin: str = "") -> None:
        super().__init__(values or {})
        self.origins: dict[str, str] = dict(getattr(values, "origins", ()))
        if origin:
            self.origins = {**dict.fromkeys(["", *self], origin), **self.origins}
        self.on_change: Callable[[], None] | None = None

    def origin(self, key: str = "") -> str:
        """Return where the value of `key` came from, or "" if nobody said."""
        return self.origins.get(key, "")

    def put(self, values: Mapping[str, Any], origins: Mapping[str, str] | str = "") -> None:
        """Take over `values` and where they came from: one place for each, or one for all."""
        for key, value in values.items():
            self._store(key, value, _look_up(origins, key))
        if _look_up(origins, ""):
            self.origins.setdefault("", _look_up(origins, ""))
        self.changed()

    def changed(self) -> None:
        """Tell the owner, if there is one, that something is different now."""
        if self.on_change is not None:
            self.on_change()

    def _store(self, key: str, value: Any, origin: str) -> None:
        super().__setitem__(key, value)
        if origin:
            self.origins[key] = origin
        else:
            self.origins.pop(key, None)

    def __setitem__(self, key: str, value: Any) -> None:
        self.put({key: value})

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.origins.pop(key, None)
        self.changed()

    def __ior__(self, values: _Pairs) -> Any:  # type: ignore[override,misc]
        self.update(values)
        return self

    def update(self, *args: _Pairs, **values: Any) -> None:  # type: ignore[override]
        self.put(dict(*args, **values))

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        value = super().pop(key, *default)
        self.origins.pop(key, None)
        self.changed()
        return value

    def popitem(self) -> tuple[str, Any]:
        key, value = super().popitem()
        self.origins.pop(key, None)
        self.changed()
        return key, value

    def clear(self) -> None:
        super().clear()
        self.origins.clear()
        self.changed()


def _look_up(origins: Mapping[str, str] | str, key: str) -> str:
    return origins if isinstance(origins, str) else origins.get(key, "")


class AppConfig(dict[str, Section]):
    """`application.config`: sections by name. A plain dict that is put in becomes a `Section`.

    `on_change` is called after every change of the sections or of a key in one of them;
    `on_file` with the name of each file that is about to be read.
    """

    def __init__(self, source: Source | None = None, label: str = "a dict") -> None:
        super().__init__()
        self.on_change: Callable[[], None] | None = None
        self.on_file: Callable[[str], None] | None = None
        if source is not None:
            self.merge(source, label)

    def merge(self, source: Source, label: str = "a dict passed to merge") -> None:
        """Merge a file or a dict of sections key by key; what it holds is copied.

        Raises `ConfigError` (a ValueError) if a top-level value is not a dict, before anything
        has changed, and whatever `load` raises.
        """
        if self.on_file is not None and isinstance(source, _FILENAME):
            self.on_file(os.fsdecode(source))
        loaded = load(source, label)
        _require_sections(loaded)
        for name, values in loaded.items():
            if name not in self:
                super().__setitem__(name, self._adopt(Section()))
            origins = loaded.origins.get(name) or getattr(values, "origins", None)
            section = self[name]
            section.on_change = None
            section.put(values, origins or dict.fromkeys(["", *values], loaded.source))
            section.on_change = self.changed
        self.changed()

    def changed(self) -> None:
        """Tell the owner, if there is one, that something is different now."""
        if self.on_change is not None:
            self.on_change()

    def _adopt(self, values: Mapping[str, Any]) -> Section:
        section = Section(values)
        section.on_change = self.changed
        return section

    def __setitem__(self, name: str, values: Mapping[str, Any]) -> None:
        old = self.get(name)
        # `config["/"] |= {...}` puts back what is there already.
        if values is not old:
            _release(old)
            super().__setitem__(name, self._adopt(values))
        self.changed()

    def __delitem__(self, name: str) -> None:
        _release(self.get(name))
        super().__delitem__(name)
        self.changed()

    def __ior__(self, values: Any) -> Any:  # type: ignore[misc]
        self.update(values)
        return self

    def update(self, *args: Any, **values: Any) -> None:
        """Replace whole sections, as dict.update does; `merge` is the one that goes by key."""
        for name, section in dict(*args, **values).items():
            self[name] = section

    def setdefault(self, name: str, default: Any = None) -> Section:
        if name not in self:
            self[name] = default or {}
        return self[name]

    def pop(self, name: str, *default: Any) -> Any:
        _release(self.get(name))
        section = super().pop(name, *default)
        self.changed()
        return section

    def popitem(self) -> tuple[str, Section]:
        name, section = super().popitem()
        _release(section)
        self.changed()
        return name, section

    def clear(self) -> None:
        for section in self.values():
            _release(section)
        super().clear()
        self.changed()


def _release(section: Section | None) -> None:
    if section is not None:
        section.on_change = None


def _require_sections(loaded: Loaded) -> None:
    """Raise unless every top-level value is a dict; the first sentence is CherryPy's."""
    for name, values in loaded.items():
        if not isinstance(values, Mapping):
            raise ConfigError(
                "Application config must include section headers, but the config you tried to "
                "merge doesn't have any sections.",
                f"Wrap your config in another dict with paths for section headers, "
                f"for example: {{'/': {{{name!r}: ...}}}} (from {loaded.source}).",
            )


def merge(base: dict[str, Any], other: Source) -> None:
    """Merge the sections of `other` (a file or a dict) into `base`, key by key.

    Raises as `AppConfig.merge` does.
    """
    if isinstance(base, AppConfig):
        base.merge(other)
        return
    loaded = load(other)
    _require_sections(loaded)
    for name, values in loaded.items():
        base.setdefault(name, {}).update(values)


def parse_value(text: str, key: str | None = None) -> Any:
    """Return the value that `text` spells in a config file; see `literals.parse_value`."""
    # PERF: the reader needs ast and inspect; what reads no file does without (see sources.py).
    from . import literals

    return literals.parse_value(text, key)


class NamespaceSet(dict[str, Any]):
    """Handlers by namespace: what to do with `namespace.rest = value`.

    A handler is a callable of (rest, value), or a context manager whose `__enter__` returns
    one; that is entered even when there is nothing to hand over (as CherryPy's toolboxes).
    """

    @staticmethod
    def split(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return {namespace: {rest: value}}; a key without a dot belongs to no namespace."""
        groups: dict[str, dict[str, Any]] = {}
        for key, value in config.items():
            namespace, dot, rest = key.partition(".")
            if dot:
                groups.setdefault(namespace, {})[rest] = value
        return groups

    def __call__(self, config: Mapping[str, Any]) -> None:
        """Hand every entry to its namespace, in order of registration; ignore unknown ones."""
        self.run(self.split(config))

    def run(self, groups: Mapping[str, Mapping[str, Any]]) -> None:
        """Do the same for entries that `split` has split before (once, for many requests)."""
        for namespace, handler in self.items():
            entries = groups.get(namespace, {})
            if hasattr(handler, "__exit__"):
                with handler as handle:
                    _hand_over(handle, entries)
            else:
                _hand_over(handler, entries)

    def copy(self) -> NamespaceSet:
        """Return a set of one's own, of the same kind."""
        return self.__class__(self)


def _hand_over(handle: Callable[[str, Any], object], entries: Mapping[str, Any]) -> None:
    for rest, value in entries.items():
        handle(rest, value)


class SiteConfig(Section):
    """`cherrypy.config`: site-wide settings, flat, handed to namespaces as they come in.

    `files` are the filenames that were read, each told to `on_file` first (so that the
    autoreloader watches it); `app_sections_ignored` the path sections that were found in an
    update and left alone, because they belong to an application.
    """

    DEFAULT_ORIGIN = "a default"

    defaults: Mapping[str, Any] = {
        "tools.log_tracebacks.on": True,
        "tools.log_headers.on": True,
        "tools.trailing_slash.on": True,
        "tools.encode.on": True,
    }

    def __init__(self, source: Source | None = None, /, **values: Any) -> None:
        super().__init__()
        self.environments = {name: dict(preset) for name, preset in environments.items()}
        self.namespaces = NamespaceSet()
        self.files: list[str] = []
        self.on_file: Callable[[str], None] | None = None
        self.app_sections_ignored: list[str] = []
        self.reset()
        if source is not None:
            self.update(source)
        if values:
            self.update(values)

    def reset(self) -> None:
        """Go back to the defaults, without running namespaces: what they did stays done."""
        dict.clear(self)
        self.origins.clear()
        self.app_sections_ignored.clear()
        Section.put(self, self.defaults, self.DEFAULT_ORIGIN)

    def update(  # type: ignore[override]
        self, source: Source | None = None, /, **values: Any
    ) -> None:
        """Take over the [global] section of a file or dict, or a flat dict; run the namespaces.

        Sections beside [global] are not stored: they are an application's, and only their paths
        are noted. Raises `ConfigError` for an unknown environment, and what `load` raises.
        """
        if isinstance(source, _FILENAME):
            self.files.append(os.fsdecode(source))
            if self.on_file is not None:
                self.on_file(self.files[-1])
        loaded = load({} if source is None else source, "a dict passed to config.update")
        flat, origins = self._flat(loaded)
        self.put({**flat, **values}, origins)

    def put(self, values: Mapping[str, Any], origins: Mapping[str, str] | str = "") -> None:
        """Store `values` and the preset of their environment; run the namespaces on them."""
        everything = dict(values)
        where = {key: _look_up(origins, key) for key in values}
        if "environment" in everything:
            name = everything["environment"]
            for key, value in self._preset(name, where["environment"]).items():
                if key not in everything:
                    everything[key], where[key] = value, f"environment {name!r}"
        if "tools.staticdir.dir" in everything:
            everything["tools.staticdir.section"] = "global"
        super().put(everything, where)
        self.namespaces(everything)

    def _preset(self, name: Any, origin: str) -> Mapping[str, Any]:
        if name in self.environments:
            return self.environments[name]
        known = sorted(self.environments)
        near = nearest(str(name), known)
        raise ConfigError(
            f"There is no environment {name!r}.",
            (f"Did you mean {near!r}? " if near else "") + f"Known are {', '.join(known)}.",
            origin=origin,
            key="environment",
            value=repr(name),
        )

    def _flat(self, loaded: Loaded) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the site-wide part of `loaded` and its origins; note its path sections."""
        site = loaded.get("global")
        is_sectioned = loaded.is_file or isinstance(site, Mapping)
        paths = [name for name, section in loaded.items() if _is_path_section(name, section)]
        known = self.app_sections_ignored
        known.extend(name for name in paths if name not in known)
        if is_sectioned:
            values = dict(site or {})
            origins = loaded.origins.get("global") or dict.fromkeys(values, loaded.source)
            return values, origins
        flat = {key: value for key, value in loaded.items() if key not in paths}
        return flat, dict.fromkeys(flat, loaded.source)

    def __call__(self, *args: Any, **values: Any) -> Callable[[_T], _T]:
        """Return a decorator that adds `values` to the object's own `_cp_config`.

        A subclass gets a dict of its own: what it inherits from a parent class stays as it is.
        """
        if args:
            raise TypeError(
                f"The config decorator takes keyword arguments only, not {args[0]!r}; "
                "write @config(**{'tools.gzip.on': True})."
            )

        def decorate(target: _T) -> _T:
            own_config(target).update(values)
            return target

        return decorate


def _is_path_section(name: str, value: Any) -> bool:
    return name.startswith("/") and isinstance(value, Mapping)
