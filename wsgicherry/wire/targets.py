"""Request targets: whether two texts ask for the same resource."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_ENCODED_SLASH = re.compile("%2[Ff]")


def is_same_target(uri: str, raw_target: str | None, path: str, query: str) -> bool:
    """Tell whether `uri` is what was asked for: `raw_target` as it came, or `path` and `query`.

    `path` is SCRIPT_NAME and PATH_INFO, a native string of PEP 3333; a proxy that cuts off a
    prefix says so there. Escapes that mean the same are the same, but '%2F' is no slash; scheme
    and host of an absolute URI do not count (RFC 7616 section 3.4.6).
    """
    asked, whole = _split(uri), path.encode("latin-1", "replace")
    if raw_target:
        raw, raw_query = _split(raw_target)
        cut = b"/".join(raw)
        # What the target has lost on its way.
        prefix = whole.removesuffix(cut) if whole.endswith(cut) else b""
        if asked in ((raw, raw_query), ([prefix + raw[0], *raw[1:]], raw_query)):
            return True
    # One part: a decoded path cannot tell '%2F' from a slash, so only the raw target can have
    # one.
    return asked == ([whole or b"/"], query)


def _split(target: str) -> tuple[list[bytes], str]:
    """Return the path, decoded between its encoded slashes, and the query string."""
    text = _ORIGIN.sub("", target, count=1) if target[:1] != "/" else target
    path, _, query = text.partition("?")
    return [unquote_to_bytes(part) for part in _ENCODED_SLASH.split(path or "/")], query
