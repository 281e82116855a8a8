"""Sites that grow: many mounts, config sections, URLs; for CherryPy and for wsgicherry."""

from importlib import import_module

import workloads
from programs.cherry_style import GLOBAL_CONFIG


def package(name):
    """Return the imported package `name`, configured as in production."""
    cherry = import_module(name)
    cherry.config.update(GLOBAL_CONFIG)
    return cherry


def greedy_root(cherry):
    """Return a root whose `default` takes every path."""

    class Root:
        @cherry.expose
        def default(self, *segments):
            return workloads.HELLO

    return Root()


def mounts(name, size):
    """Mount `size` applications side by side."""
    cherry = package(name)
    for number in range(size):
        cherry.tree.mount(greedy_root(cherry), f"/part{number}", {})
    return cherry.tree


def sections(name, size):
    """Mount one application with `size` config sections."""
    cherry = package(name)
    setting = {"request.show_tracebacks": False}
    config = {f"/part{number}": dict(setting) for number in range(size)}
    cherry.tree.mount(greedy_root(cherry), "", config)
    return cherry.tree


def urls(name):
    """Mount one application that answers under every URL."""
    cherry = package(name)
    cherry.tree.mount(greedy_root(cherry), "", {})
    return cherry.tree
