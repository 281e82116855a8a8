"""`tools.log_hooks`, and what is left out of the log."""

from __future__ import annotations

from functools import partial

import pytest
from toolpage import Page, refusal

from wsgicherry.core.hooks import HOOK_POINTS, HookMap
from wsgicherry.lib import cptools
from wsgicherry.lib.loggingtools import describe_hooks


def first(**kwargs):
    """A hook."""


def second(**kwargs):
    """Another hook."""


class Odd:
    """A callable that is no function."""

    def __call__(self):
        """Do nothing."""


def test_hooks_in_order():
    """Each point has a line, then its hooks by priority; the map stays as it was."""
    hooks = HookMap()
    hooks.attach("before_handler", second, priority=70, name="x")
    hooks.attach("before_handler", first, failsafe=True)
    hooks["mine"] = []
    before = [*hooks["before_handler"]]
    lines = list(describe_hooks(hooks))
    assert [line.strip(" :") for line in lines if line.endswith(":")] == [*HOOK_POINTS, "mine"]
    at = lines.index("    before_handler:")
    assert lines[at + 1 : at + 3] == [
        f"        Hook({__name__}.first, failsafe=True, priority=50)",
        f"        Hook({__name__}.second, failsafe=False, priority=70, name='x')",
    ]
    assert hooks["before_handler"] == before
    assert tuple(HookMap()) == HOOK_POINTS


@pytest.mark.parametrize(
    ("callback", "kwargs", "shown"),
    [
        (partial(first, secret="s3cret"), {}, "first, failsafe=False, priority=50)"),
        (partial(partial(first, "s3cret"), 1), {}, "first, failsafe=False, priority=50)"),
        (Odd(), {}, "Odd, failsafe=False, priority=50)"),
        (first, {"key": "s3cret", "realm": "r"}, "key=(hidden), realm='r')"),
        (first, {"Client_Secrets": "s3cret"}, "Client_Secrets=(hidden))"),
        (first, {"checkpassword": "s3cret"}, "checkpassword=(hidden))"),
    ],
)
def test_secrets_are_left_out(callback, kwargs, shown):
    """An argument whose name sounds of a secret is not shown, nor what was bound before."""
    hooks = HookMap()
    hooks.attach("before_handler", callback, **kwargs)
    text = "\n".join(describe_hooks(hooks))
    assert shown in text
    assert "s3cret" not in text


def test_a_request(site, error_text):
    """The tool writes them at the end of the request, with its address."""
    Page(site, lambda: "page", {"tools.log_hooks.on": True})("/some/path?q=1")
    text = error_text()
    assert "Request Hooks for http://localhost:80/some/path:" in text
    assert "on_end_request:" in text
    assert "wsgicherry.lib.loggingtools.log_hooks, failsafe=False, priority=100" in text


def test_by_hand(site, error_text):
    """`tools.log_hooks.callable` in a page writes them there and then."""

    def page():
        site.tools.log_hooks.callable()
        return "page"

    Page(site, page, {})()
    assert "Request Hooks for" in error_text()
    assert cptools.log_hooks is site.tools.log_hooks.callable


@pytest.mark.parametrize(
    ("key", "value"),
    [("log_tracebacks.severity", "ERROR"), ("log_headers.debug", "x"), ("log_hooks.level", 1)],
)
def test_settings_that_cannot_be(site, key, value):
    """They are told when the application is mounted."""
    assert f"[/] tools.{key}" in refusal(site, {f"tools.{key}": value})


def test_log_headers_by_hand(site, error_text):
    """`tools.log_headers.callable` in a page leaves secrets out."""

    def page():
        site.tools.log_headers.callable()
        return "page"

    Page(site, page, {})(Authorization="Basic s3cret", X_A="shown")
    assert "X-A: shown" in error_text()
    assert "s3cret" not in error_text()


def test_log_tracebacks_by_hand(site, error_text):
    """`tools.log_tracebacks.callable` writes the error in hand, with the severity given."""

    def page():
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            site.tools.log_tracebacks.callable(severity=30)
        return "page"

    Page(site, page, {})()
    assert "ZeroDivisionError" in error_text()
