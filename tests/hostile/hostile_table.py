"""The whole table: every row of every kind, by its name."""

from __future__ import annotations

import dataclasses

from hostile_row import Row
from rows import (
    authentication,
    bodies,
    caching,
    compression,
    conditional,
    cookies,
    crosssite,
    diagnostics,
    dispatchers,
    failures,
    hosts,
    injection,
    logins,
    logs,
    methods,
    multiparts,
    negotiation,
    parameters,
    partheaders,
    paths,
    proxies,
    queries,
    ranges,
    redirects,
    sessions,
    smalltools,
    static,
    streams,
)

KINDS = {
    "path": paths,
    "query": queries,
    "param": parameters,
    "host": hosts,
    "proxy": proxies,
    "cookie": cookies,
    "method": methods,
    "accept": negotiation,
    "body": bodies,
    "multipart": multiparts,
    "part": partheaders,
    "inject": injection,
    "range": ranges,
    "condition": conditional,
    "redirect": redirects,
    "fail": failures,
    "log": logs,
    "dispatch": dispatchers,
    "stream": streams,
    "session": sessions,
    "login": logins,
    "cache": caching,
    "small": smalltools,
    "cross": crosssite,
    "diagnose": diagnostics,
    "static": static,
    "encoding": compression,
    "auth": authentication,
}


def printable(name: str) -> str:
    """Return `name` as part of a test's id."""
    return name.encode("ascii", "backslashreplace").decode().replace("\x00", "\\0")[:60]


TABLE: list[Row] = [
    dataclasses.replace(row, id=f"{kind}-{printable(row.id)}")
    for kind, module in KINDS.items()
    for row in module.ROWS
]
