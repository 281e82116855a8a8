"""What site-wide config does: the namespaces `server`, `engine`, `tree`, `log`, `checker`."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from .core.config import ConfigError, SiteConfig
from .core.logs import LogManager
from .core.settings import OBSOLETE, find_setting, nearest, nearest_key
from .core.tree import Tree
from .engine import Engine
from .serving.server import Server


class Parts(Protocol):
    """The parts of a site on which its config acts."""

    config: SiteConfig
    engine: Engine
    tree: Tree
    server: Server
    servers: dict[str, Server]
    log: LogManager
    checker: Any
    config_files: set[str]

    def make_server(self) -> Server:
        """Return one more server, subscribed to the engine."""
        ...


def connect(site: Parts) -> None:
    """Have the config of `site` act on its parts from now on."""
    site.config.namespaces.update(
        server=partial(set_server, site),
        engine=partial(set_engine, site),
        tree=partial(set_tree, site),
        log=partial(_set_known, site, site.log, "log"),
        checker=partial(_set_known, site, site.checker, "checker"),
    )


def set_server(site: Parts, name: str, value: Any) -> None:
    """Take `server.<setting>`, or `server.<name>.<setting>` of one more server."""
    if not _is_known(site, f"server.{name}", value):
        return
    server_name, dot, setting = name.rpartition(".")
    server = site.servers.get(server_name) if dot else site.server
    if server is None:
        server = site.servers[server_name] = site.make_server()
    if setting == "on":
        _switch(server, value)
    else:
        setattr(server, setting, value)


def set_engine(site: Parts, name: str, value: Any) -> None:
    """Take `engine.<plugin>.on`, `engine.<plugin>.<setting>`, and `engine.SIGHUP`, `SIGTERM`.

    A plugin is an attribute of the engine, one of one's own too; so is what else may be set.
    """
    engine, key = site.engine, f"engine.{name}"
    plugin_name, dot, setting = name.partition(".")
    if dot and key not in OBSOLETE and not _is_plugin(engine, plugin_name, setting):
        plugins = [each for each, part in vars(engine).items() if hasattr(part, "subscribe")]
        meant = nearest(plugin_name, plugins)
        raise _refusal(
            site,
            key,
            value,
            f"The engine has no plugin {plugin_name!r}.",
            f"engine.{meant}.{setting}" if meant else "",
            f"Its plugins are {', '.join(sorted(plugins))}.",
        )
    is_own = not dot and hasattr(engine, name)
    if not is_own and not _is_known(site, key, value):
        return
    if name in ("SIGHUP", "SIGTERM"):
        _choose_handler(engine.signal_handler.handlers, name, value)
    elif name == "autoreload.files":
        engine.autoreload.files = {*value, *site.config_files}
    elif not dot:
        setattr(engine, name, value)
    elif setting == "on":
        _switch(getattr(engine, plugin_name), value)
    else:
        setattr(getattr(engine, plugin_name), setting, value)


def set_tree(site: Parts, name: str, value: Any) -> None:
    """Take `tree.<anything>`: {script name: application}, or one that knows its own."""
    grafts = value if isinstance(value, dict) else {value.script_name: value}
    for script_name, app in grafts.items():
        site.tree.graft(app, script_name)
        site.engine.log(f"Mounted: {app} on {script_name or '/'}")


def _set_known(site: Parts, target: Any, namespace: str, name: str, value: Any) -> None:
    if _is_known(site, f"{namespace}.{name}", value):
        setattr(target, name, value)


def _choose_handler(handlers: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        handlers.pop(name, None)
    else:
        handlers[name] = value


def _is_plugin(engine: Engine, name: str, setting: str) -> bool:
    return hasattr(engine, name) and (
        setting != "on" or hasattr(getattr(engine, name), "subscribe")
    )


def _switch(plugin: Any, wanted: Any) -> None:
    if wanted:
        plugin.subscribe()
    else:
        plugin.unsubscribe()


def _is_known(site: Parts, key: str, value: Any) -> bool:
    """Tell whether `key` acts; False for an obsolete one, on which the checker has advice.

    Raises ConfigError if there is no such setting.
    """
    if key in OBSOLETE:
        return False
    if find_setting(key) is None:
        meant = nearest_key(key) or ""
        remedy = "Look it up in the list of settings."
        raise _refusal(site, key, value, f"There is no setting {key!r}.", meant, remedy)
    return True


def _refusal(
    site: Parts, key: str, value: Any, met: str, meant: str, remedy: str
) -> ConfigError:
    wanted = f"Did you mean {meant!r}?" if meant else remedy
    return ConfigError(met, wanted, origin=site.config.origin(key), key=key, value=repr(value))
