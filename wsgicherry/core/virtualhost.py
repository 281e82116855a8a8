"""Virtual hosts: each host name has a part of the tree, or a WSGI application, of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..wire.hosts import DEFAULT_PORTS
from ..wire.urls import join
from .current import serving_now
from .dispatcher import Dispatcher
from .reach import Gap, Serves

SECTION = "tools.staticdir.section"

Value = TypeVar("Value")


def find_domain(
    environ: Mapping[str, Any], domains: Mapping[str, Value], use_x_forwarded_host: bool
) -> Value | None:
    """Return what the host of a request has in `domains` (keys in lower case), or None.

    Names are compared without regard to case, and with their ports; the scheme's own port may
    stand or not on either side, as it means the same (RFC 9110 section 4.2.3). Of several
    X-Forwarded-Host the last counts: the nearest proxy wrote it.
    """
    host: str = environ.get("HTTP_HOST", "")
    if use_x_forwarded_host and "HTTP_X_FORWARDED_HOST" in environ:
        host = environ["HTTP_X_FORWARDED_HOST"].rpartition(",")[2].strip()
    host = host.lower()
    if host in domains:
        return domains[host]
    port = DEFAULT_PORTS.get(environ["wsgi.url_scheme"], "")
    if port and host.endswith(port):
        return domains.get(host[: -len(port)])
    if ":" not in host.rpartition("]")[2]:
        return domains.get(host + port)
    return None


class VirtualHost:
    """Dispatch each host's paths to a part of the tree: `{host: prefix}` in `domains`.

    `VirtualHost(**{"blog.example": "/blog"})` has `/x` of that host answered by what answers
    `/blog/x`, with that path's config. The prefix is put before the path for dispatch only:
    `request.path_info` and `url()` do not know it. `use_x_forwarded_host`: believe that header,
    which only a proxy that always sets it makes true. Source: CherryPy's rule (BEHAVIOUR 3.7).
    """

    def __init__(
        self,
        /,
        next_dispatcher: Callable[[str], Any] | None = None,
        use_x_forwarded_host: bool = False,
        **domains: str,
    ) -> None:
        self.next_dispatcher = next_dispatcher or Dispatcher()
        self.use_x_forwarded_host = use_x_forwarded_host
        self.domains = {
            host.lower(): join("/", prefix.rstrip("/")).rstrip("/")
            for host, prefix in domains.items()
        }

    def __call__(self, path_info: str) -> None:
        """Set the current request's handler and config by its host and `path_info`."""
        request = serving_now().request
        prefix = find_domain(request.environ, self.domains, self.use_x_forwarded_host)
        if not prefix:
            self.next_dispatcher(path_info)
            return
        self.next_dispatcher(join(prefix, path_info))
        section = request.plan.config.get(SECTION) or ""
        if request.is_touched:
            section = request.config.get(SECTION) or ""
        if section.startswith(prefix):
            # What a static tool cuts off is a part of `path_info`, which has no prefix.
            section = section[len(prefix) :]
            request.extend_config({SECTION: section}, section)

    def find_gap(self, root: Any, path: str, serves: Serves) -> Gap | None:
        """Return where the section `path` of a config leads nowhere, None if it is reached."""
        find_gap = getattr(self.next_dispatcher, "find_gap", None)
        return None if find_gap is None else find_gap(root, path, serves)
