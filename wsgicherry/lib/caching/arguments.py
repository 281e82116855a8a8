"""The settings of `tools.caching` as the check of a config sees them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from ...core.toolsettings import read_documentation
from .settings import BUILTIN, find_class, list_attributes, settle


def list_arguments() -> Mapping[str, inspect.Parameter]:
    """Return the settings of a page, and those of each kind of cache."""
    found = dict(inspect.signature(settle).parameters)
    del found["attributes"]
    for name in BUILTIN:
        kind = find_class(name)
        for setting, annotation in list_attributes(kind).items():
            parameter = inspect.Parameter(
                setting,
                inspect.Parameter.KEYWORD_ONLY,
                default=getattr(kind, setting),
                annotation=annotation,
            )
            found.setdefault(setting, parameter)
    return found


def explain_arguments() -> Mapping[str, str]:
    """Return what each of them means."""
    classes = [base for name in BUILTIN for base in find_class(name).__mro__]
    texts = [settle.__doc__, *(kind.__doc__ for kind in classes)]
    return {name: text for doc in texts for name, text in read_documentation(doc).items()}
