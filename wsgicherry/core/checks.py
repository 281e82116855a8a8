"""What is wrong in a config: pure functions from config and tree to findings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Literal, NamedTuple

from .config import AppConfig, Section, SiteConfig
from .findings import Finding, Severity, ToolboxLike, errors_of
from .reach import find_configs
from .sectionchecks import check_sections, prefixes
from .settings import (
    BY_PATH_ALONE,
    NAMESPACES,
    OBSOLETE,
    ROOT_ONLY_KEYS,
    ROOT_ONLY_NAMESPACES,
    SITE_NAMESPACES,
    describe_misfit,
    find_setting,
    nearest,
    nearest_key,
)
from .toolsettings import COMMON, tool_settings

Scope = Literal["site", "application", "node"]


class _Slip(NamedTuple):
    """A finding that does not know yet where it was found."""

    rule: str
    message: str
    severity: Severity = "error"


class _Known(NamedTuple):
    toolboxes: Mapping[str, ToolboxLike]
    namespaces: Collection[str]
    final: bool


def check_section(
    section: str,
    values: Mapping[str, Any],
    *,
    toolboxes: Mapping[str, ToolboxLike],
    namespaces: Collection[str],
    final: bool,
    scope: Scope = "site",
    origin: str = "",
) -> list[Finding]:
    """Return what is wrong with the entries of one section.

    `namespaces` are the registered ones beside the built-in. While `final` is False only that
    is found which no later registration can mend. `scope` says whose the section is: the
    site's, an application's path, or a node's `_cp_config`. `origin` stands in where `values`
    does not know it.
    """
    known = _Known(toolboxes, namespaces, final)
    findings = []
    for key, value in values.items():
        where = (values.origin(key) if isinstance(values, Section) else "") or origin
        # Our own defaults are not the user's to mend.
        if where != SiteConfig.DEFAULT_ORIGIN:
            findings += [
                Finding(slip.rule, slip.message, section, key, where, slip.severity)
                for slip in _check_entry(section, key, value, known, scope)
            ]
    return findings


def _check_entry(
    section: str, key: str, value: Any, known: _Known, scope: Scope
) -> Iterator[_Slip]:
    namespace, dot, rest = key.partition(".")
    if key in OBSOLETE:
        successor = OBSOLETE[key]
        remedy = f"use {successor!r} instead" if successor else "nothing takes its place"
        yield _Slip("obsolete", f"{key!r} is obsolete; {remedy}.", "advice")
    elif namespace in known.toolboxes and dot:
        yield from _check_tool(namespace, rest, value, known)
    elif namespace in NAMESPACES and dot:
        yield from _check_place(section, key, scope) or _check_setting(key, value)
    elif not dot:
        if key == "environment" and scope == "site":
            yield from _check_setting(key, value)
    elif namespace not in known.namespaces:
        yield from _check_namespace(key, known)


def _check_namespace(key: str, known: _Known) -> Iterator[_Slip]:
    namespace, _, rest = key.partition(".")
    if namespace == "cherrypy":
        yield _Slip("unknown_namespace", f"keys have no 'cherrypy.' before them; try {rest!r}.")
    elif known.final:
        candidates = {*NAMESPACES, *known.toolboxes, *known.namespaces}
        remedy = _remedy(namespace, candidates, after=f".{rest}")
        yours = f"config.namespaces[{namespace!r}] = lambda key, value: None"
        message = f"there is no config namespace {namespace!r}; {remedy}"
        yield _Slip("unknown_namespace", f"{message} For keys of your own: {yours}")


def _check_place(section: str, key: str, scope: Scope) -> list[_Slip]:
    namespace = key.partition(".")[0]
    if scope != "site" and namespace in SITE_NAMESPACES:
        remedy = "move it to a [global] section and pass that to config.update()"
        return [_Slip("site_only", f"{namespace}.* holds for the whole site; {remedy}.")]
    is_root = scope == "application" and section == "/"
    if (
        namespace in ROOT_ONLY_NAMESPACES
        and not is_root
        and (scope, namespace) != ("site", "log")
    ):
        remedy = "move it to the [/] section of that application's config"
        return [_Slip("misplaced", f"{namespace}.* holds for a whole application; {remedy}.")]
    if key in ROOT_ONLY_KEYS and scope != "site" and section != "/":
        remedy = "move it to the [/] section: no handler is known when it is asked for"
        return [_Slip("misplaced", f"{key} holds for a whole application; {remedy}.")]
    if key in BY_PATH_ALONE and scope != "application":
        remedy = "put it in a path section of the application's config"
        return [_Slip("misplaced", f"{key} is looked for by path alone; {remedy}.")]
    return []


def _check_setting(key: str, value: Any) -> Iterator[_Slip]:
    setting = find_setting(key)
    if setting is None:
        meant = nearest_key(key)
        remedy = f"did you mean {meant!r}?" if meant else "look it up in the list of settings."
        yield _Slip("unknown_key", f"there is no setting {key!r}; {remedy}")
    elif misfit := describe_misfit(setting, value):
        yield _Slip("wrong_type", f"the value {misfit}.")
    elif setting.namespace == "error_page" and _is_lost(value):
        file = os.fspath(value)
        message = f"there is no file {file!r}, so our own page is shown; correct the path."
        yield _Slip("missing_file", message, "advice")


def _is_lost(file: Any) -> bool:
    return isinstance(file, (str, os.PathLike)) and not os.path.isfile(file)


# Tools ----------------------------------------------------------------------------------------


def _check_tool(namespace: str, rest: str, value: Any, known: _Known) -> Iterator[_Slip]:
    name, _, setting = rest.partition(".")
    tools = known.toolboxes[namespace].tools()
    if not setting:
        message = f"{namespace}.{name} names no setting; write {f'{namespace}.{name}.on'!r}."
        yield _Slip("tool_without_setting", message)
    elif name in tools:
        yield from _check_tool_setting(f"{namespace}.{name}", tools[name], setting, value)
    elif known.final:
        remedy = _remedy(name, tools, before=f"{namespace}.")
        if find_setting(f"request.{name}"):
            # No tool here, as it may be elsewhere: `allowed_hosts`.
            remedy = f"did you mean {f'request.{name}'!r}?"
        yield _Slip("unknown_tool", f"there is no tool {name!r} in {namespace!r}; {remedy}")


def _check_tool_setting(tool_key: str, tool: Any, name: str, value: Any) -> Iterator[_Slip]:
    settings = {} if name in COMMON else tool_settings(tool)
    if settings is None:
        return
    setting = COMMON.get(name) or settings.get(name)
    if setting is None:
        if not getattr(tool, "takes_others", False):
            remedy = _remedy(name, {*settings, *COMMON}, before=f"{tool_key}.")
            message = f"the tool {tool_key!r} has no setting {name!r}; {remedy}"
            yield _Slip("unknown_setting", message)
    elif misfit := describe_misfit(setting, value):
        meaning = f" It means: {setting.doc}" if setting.doc else ""
        yield _Slip("wrong_type", f"the value {misfit}.{meaning}")


def _remedy(word: str, candidates: Iterable[str], before: str = "", after: str = "") -> str:
    """Return which of `candidates` was probably meant, spelled out, or all that there are."""
    meant = nearest(word, candidates)
    if meant is not None:
        return f"did you mean {before + meant + after!r}?"
    return f"known are {', '.join(sorted(candidates))}."


# Applications ---------------------------------------------------------------------------------


def check_application(
    root: Any,
    config: AppConfig,
    script_name: str,
    *,
    toolboxes: Mapping[str, ToolboxLike],
    namespaces: Collection[str],
    final: bool,
    site_config: Mapping[str, Any] | None = None,
    dispatcher: Any = None,
) -> list[Finding]:
    """Return what is wrong with an application's path sections and its nodes' `_cp_config`.

    `site_config` may turn on a tool that serves files, and so make any path reachable. Sections
    that do not begin with '/' are the application's own, and pass. `dispatcher` is what finds
    handlers where no `request.dispatch` says otherwise, None for the default one. What has a
    `find_gap` knows which paths it reaches; of any other dispatcher nothing is said.
    """
    findings = list(
        check_sections(
            root,
            config,
            script_name,
            toolboxes=toolboxes,
            site_config=site_config or {},
            dispatcher=dispatcher,
            final=final,
        )
    )
    check = partial(check_section, toolboxes=toolboxes, namespaces=namespaces, final=final)
    for name, values in config.items():
        if name.startswith("/"):
            findings += check(name, values, scope="application", origin=values.origin())
    layers = [_Layer("/", site_config or {}, "", "global")]
    checked = set()
    for node in find_configs(root):
        origin = f"_cp_config of {node.owner}"
        layers.append(_Layer(node.path, node.values, origin))
        if id(node.values) not in checked:  # a slip in what nodes share is one
            checked.add(id(node.values))
            findings += check(node.path, node.values, scope="node", origin=origin)
    layers += [_Layer(name, config[name], "") for name in config if name.startswith("/")]
    if not errors_of(findings):
        findings += _find_contradictions(layers, toolboxes, final)
    return findings


class _Layer(NamedTuple):
    """What holds from `path` on: the site's config, a node's `_cp_config`, a section."""

    path: str
    values: Mapping[str, Any]
    origin: str
    section: str = ""


def _find_contradictions(
    layers: Collection[_Layer], toolboxes: Mapping[str, ToolboxLike], final: bool
) -> Iterator[Finding]:
    """Yield what the settings of tools mean together that cannot be: each such fault once.

    A layer is seen as its pages are: over those above it. While the check is not `final`, a
    tool that another one needs may still be turned on.
    """
    at: dict[str, list[_Layer]] = {}
    for layer in layers:
        at.setdefault(layer.path, []).append(layer)
    asked: set[tuple[Any, ...]] = set()
    faults: dict[tuple[str, str, Severity], tuple[_Layer, str]] = {}
    for layer in sorted(layers, key=lambda layer: len(layer.path)):
        path = dict.fromkeys(prefixes(layer.path))
        above = [each for prefix in path for each in at.get(prefix, ())]
        merged = {key: value for each in above for key, value in each.values.items()}
        for tool_key, tool in _find_tools(layer.values, toolboxes):
            settings = _settings_of(tool_key, merged)
            need = _find_need(tool_key, tool, merged) if final else None
            same = (tool_key, need, *((name, id(value)) for name, value in settings.items()))
            if same in asked:
                continue  # PERF: the pages of one class share a config: 1 ms each
            asked.add(same)
            is_on = settings.pop("on", False)
            fault = (tool.find_fault(settings) or need) if is_on else None
            if fault is not None:
                key, message, severity = (fault[0] or tool_key, *fault[1:], "error")[:3]
                # What is missing is missed where the tool is turned on.
                having = [
                    (each, told_by)
                    for told_by in (f"{tool_key}.on", key)
                    for each in above
                    if told_by in each.values
                ]
                faults.setdefault((key, message, severity), having[-1])
    for (key, message, severity), (layer, told_by) in faults.items():
        values = layer.values
        where = values.origin(told_by) if isinstance(values, Section) else layer.origin
        place = layer.section or layer.path
        yield Finding("contradiction", message, place, key, where, severity)


def _find_need(tool_key: str, tool: Any, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return a key and what is wrong if `tool` rests on another that is not on."""
    other = getattr(tool, "needs", "")
    key = f"{tool_key.rpartition('.')[0]}.{other}.on"
    if not other or values.get(key):
        return None
    return key, f"{tool_key} needs it: set {key} = True for this path."


def _find_tools(
    values: Mapping[str, Any], toolboxes: Mapping[str, ToolboxLike]
) -> Iterator[tuple[str, Any]]:
    """Yield key and tool for those which `values` set and which look for faults themselves."""
    names = {tuple(key.split(".")[:2]) for key in values if key.count(".") > 1}
    for namespace, name in sorted(names):
        if namespace in toolboxes:
            tool = toolboxes[namespace].tools().get(name)
            if hasattr(tool, "find_fault"):
                yield f"{namespace}.{name}", tool


def _settings_of(tool_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{tool_key}."
    found = {k[len(prefix) :]: value for k, value in values.items() if k.startswith(prefix)}
    found.pop("priority", None)
    return found


# The site -------------------------------------------------------------------------------------


def check_site(
    config: SiteConfig,
    *,
    toolboxes: Mapping[str, ToolboxLike],
    namespaces: Collection[str],
    applications: Iterable[AppConfig] = (),
) -> list[Finding]:
    """Return what is wrong with the site-wide config.

    `applications` are the configs of what is mounted: a path section that was passed to
    config.update() is only a finding if none of them has it too (quickstart passes one source
    to both).
    """
    findings = check_section(
        "global", config, toolboxes=toolboxes, namespaces=namespaces, final=True
    )
    if config.get("server.socket_host") == "localhost":
        message = "'localhost' may mean IPv4 or IPv6; write '127.0.0.1' or '::1'."
        key = "server.socket_host"
        findings.append(
            Finding("localhost", message, "global", key, config.origin(key), "advice")
        )
    used = {name for application in applications for name in application}
    for name in config.app_sections_ignored:
        if name not in used:
            message = (
                "config.update() takes the [global] section only; pass path sections to "
                "tree.mount(..., config=...)."
            )
            findings.append(Finding("ignored_section", message, name))
    return findings
