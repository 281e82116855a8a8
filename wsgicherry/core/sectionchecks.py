"""Which sections of an application's config no request can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .config import AppConfig, Section
from .findings import Finding, ToolboxLike
from .reach import Gap, Serves, find_gap, has_path, list_names
from .settings import nearest, reference

DISPATCH = "request.dispatch"


def check_sections(
    root: Any,
    config: AppConfig,
    script_name: str,
    *,
    toolboxes: Mapping[str, ToolboxLike],
    site_config: Mapping[str, Any],
    dispatcher: Any,
    final: bool,
) -> Iterator[Finding]:
    """Yield what is wrong with the names of sections; the arguments are check_application's.

    Which paths the tree has is looked at if `final`.
    """
    for name, values in config.items():
        if name.startswith("[") and name.endswith("]"):
            message = f"a dict's sections have no brackets; write {name[1:-1]!r}."
            yield _about_section("brackets", message, name, values)
        elif not name.startswith("/") and name != "global":
            yield from _check_own(name, values, toolboxes)
    if final:
        yield from _check_paths(root, config, script_name, toolboxes, site_config, dispatcher)


def _check_own(
    name: str, values: Section, toolboxes: Mapping[str, ToolboxLike]
) -> Iterator[Finding]:
    """Yield a finding if a section that is the application's own, for want of a slash, holds a
    tool or a setting of ours: there it does nothing.
    """
    plain = name.strip()
    if plain.lower() == "global":
        remedy = "write 'global' for the site's settings."
    else:
        path = plain if plain.startswith("/") else f"/{plain}"
        remedy = f"a path begins with a slash: write {path!r}."
    known = {row.key for row in reference()}
    for key, value in values.items():
        namespace, dot, rest = key.partition(".")
        # In TOML `tools.gzip.on` is a table in a table, for these sections stay as they are.
        named = [rest.partition(".")[0]] if dot else value if isinstance(value, Mapping) else ()
        is_tool = namespace in toolboxes and any(
            name in toolboxes[namespace].tools() for name in named
        )
        if is_tool or (dot and key in known):
            message = f"it does nothing in this section; {remedy}"
            yield Finding("no_slash", message, name, key, values.origin(key))
            return  # one is enough to see it


def _about_section(rule: str, message: str, name: str, values: Section) -> Finding:
    origin = values.origin() or next(filter(None, map(values.origin, values)), "")
    return Finding(rule, message, name, "", origin)


def _check_paths(
    root: Any,
    config: AppConfig,
    script_name: str,
    toolboxes: Mapping[str, ToolboxLike],
    site_config: Mapping[str, Any],
    dispatcher: Any,
) -> Iterator[Finding]:
    def serves(values: Mapping[str, Any]) -> bool:
        return serves_paths(values, toolboxes)

    is_below = f"{script_name}/"
    for name, values in config.items():
        if not name.startswith("/") or name == "/":
            continue
        above = [config[prefix] for prefix in prefixes(name) if prefix in config]
        chosen = [section[DISPATCH] for section in above if DISPATCH in section]
        find_gap = _gap_finder(chosen[-1] if chosen else dispatcher)
        # `request.dispatch` itself is looked for by path, wherever that leads.
        if find_gap is None or DISPATCH in values:
            continue
        plain = "/" + "/".join(part for part in name.split("/") if part)
        if plain != name:
            message = f"no path is spelled like this section; write {plain!r}."
            yield _about_section("unreachable", message, name, values)
        elif (
            script_name and f"{name}/".startswith(is_below) and not has_path(root, script_name)
        ):
            inner = name[len(script_name) :] or "/"
            message = f"paths begin behind the mount point {script_name!r}; write {inner!r}."
            yield _about_section("script_name", message, name, values)
        elif root is not None and not any(map(serves, (site_config, *above))):
            gap = find_gap(root, name, serves)
            if gap is not None:
                kind = type(gap.node).__name__
                meant = nearest(gap.name, list_names(gap.node))
                remedy = f"; did you mean {f'{gap.parent}/{meant}'!r}?" if meant else "."
                message = f"no path reaches it: {kind} has no {gap.name!r}{remedy}"
                yield _about_section("unreachable", message, name, values)


def _gap_finder(dispatcher: Any) -> Callable[[Any, str, Serves], Gap | None] | None:
    """Return what knows the paths that `dispatcher` reaches, None if nothing does."""
    return find_gap if dispatcher is None else getattr(dispatcher, "find_gap", None)


def prefixes(path: str) -> list[str]:
    """Return the sections that apply to `path`: '/', '/a', '/a/b'."""
    parts = path.rstrip("/").split("/")
    return ["/", *("/".join(parts[: count + 1]) for count in range(1, len(parts))), path]


def serves_paths(values: Mapping[str, Any], toolboxes: Mapping[str, ToolboxLike]) -> bool:
    """Tell whether `values` turn on a tool that answers paths which are not in the tree."""
    for key, value in values.items():
        namespace, _, rest = key.partition(".")
        name, _, setting = rest.partition(".")
        if setting == "on" and value and namespace in toolboxes:
            tool = toolboxes[namespace].tools().get(name)
            if getattr(tool, "serves_paths", False):
                return True
    return False
