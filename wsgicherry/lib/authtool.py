"""The tools `auth_basic` and `auth_digest`: they load what they need when they are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ..core.tools import Tool, ToolTarget

# The user must be known before any other tool of this point runs (BEHAVIOUR 6.2).
PRIORITY = 1
NOT_AUTHORIZED = "You are not authorized to access that resource"

# What a challenge says of each charset: RFC 7616 and 7617 know no other to name than UTF-8.
_CHARSETS = {"utf-8": ', charset="UTF-8"', "utf8": ', charset="UTF-8"', "iso-8859-1": ""}


class WrongSetting(ValueError):
    """A setting of an authentication tool that no request could use; `.name` says which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class AuthenticationTool(Tool):
    """A tool whose settings are settled once for a plan, by its module.

    The module's `prepare(**settings)` returns {hook point: function}, or raises WrongSetting;
    its `function` is for those who call the tool themselves.
    """

    def __init__(self, name: str, function: str) -> None:
        self._module_name = name
        self._function_name = function
        super().__init__("before_handler", _load, name, PRIORITY)

    def _load(self, name: str) -> Any:
        # PERF: it is imported where a password is asked for: 3 ms that others need not pay.
        return getattr(import_module(f"..{self._module_name}", __name__), name)

    @property
    def callable(self) -> Callable[..., Any]:
        """`lib.auth_basic.basic_auth` or `lib.auth_digest.digest_auth`."""
        function: Callable[..., Any] = self._load(self._function_name)
        return function

    @callable.setter
    def callable(self, value: Callable[..., Any]) -> None:
        """Nothing else can be called: it is known already."""

    def find_fault(self, settings: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the key at fault and what is wrong: what is missing, or `prepare` refuses."""
        fault = super().find_fault(settings)
        if fault is not None:
            return fault
        try:
            self._load("prepare")(**settings)
        except WrongSetting as error:
            return f"{self.namespace}.{self._name}.{error.name}", str(error)
        return None

    def attach(self, target: ToolTarget, settings: dict[str, Any]) -> None:
        """Attach what `prepare` makes of `settings`; WrongSetting for what it cannot use."""
        priority = settings.pop("priority", None)
        for point, function in self._load("prepare")(**settings).items():
            target.hooks.attach(
                point, function, priority=PRIORITY if priority is None else priority
            )


def _load() -> None:
    """Stand where a tool keeps its function, until that is asked for."""


def require(**settings: Any) -> None:
    """Raise WrongSetting for the first of `settings` that is not there."""
    for name, value in settings.items():
        if value is None or value == "":
            raise WrongSetting(name, f"{name} is not set: without it nobody could be let in.")


def check_realm(realm: Any) -> str:
    """Return `realm`; WrongSetting unless it can stand in a challenge as it is.

    Clients hash it and show it; beyond ASCII they do not agree on how (RFC 7616 section 3.3).
    """
    if not isinstance(realm, str):
        raise WrongSetting("realm", f"The realm must be a text, not {realm!r}.")
    if '"' in realm or "\\" in realm or not (realm.isascii() and realm.isprintable()):
        raise WrongSetting(
            "realm",
            f"The realm {realm!r} must not hold quotes, backslashes, control characters or "
            "letters beyond ASCII.",
        )
    return realm


def describe_charset(accept_charset: Any) -> str:
    """Return the end of a challenge: '' for ISO-8859-1. WrongSetting for what is not UTF-8
    either.
    """
    known = _CHARSETS.get(accept_charset.lower()) if isinstance(accept_charset, str) else None
    if known is None:
        wanted = "'utf-8' or 'iso-8859-1'"
        raise WrongSetting("accept_charset", f"{accept_charset!r} is not {wanted}.")
    return known
