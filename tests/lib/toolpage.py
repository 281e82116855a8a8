"""What the tests of the small tools share: a page with tools, and calls to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from webtest import TestApp, TestResponse

from wsgicherry.core.config import ConfigError
from wsgicherry.core.expose import expose
from wsgicherry.site import Site

CLIENT = "192.0.2.7"


class Page:
    """A page, mounted with config; calls answer with WebTest's responses, errors included."""

    def __init__(
        self, site: Site, handler: Callable[..., Any], config: Mapping[str, Any]
    ) -> None:
        class Root:
            @expose
            def default(self, *args: Any, **params: Any) -> Any:
                return handler()

        sections = config if any(key.startswith("/") for key in config) else {"/": dict(config)}
        site.tree.mount(Root(), "", sections)
        self.app = TestApp(site.tree, extra_environ={"REMOTE_ADDR": CLIENT})

    def __call__(
        self, path: str = "/x", method: str = "GET", body: bytes = b"", **headers: str
    ) -> TestResponse:
        """Call the page; `X_Some_Header='value'` is a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.request(
            path, method=method, body=body, headers=named, expect_errors=True
        )


def refusal(site: Site, config: Mapping[str, Any]) -> str:
    """Return what mounting a page with `config` is refused with; "" if it is not."""
    try:
        Page(site, lambda: "", config)
    except ConfigError as error:
        return str(error)
    return ""
