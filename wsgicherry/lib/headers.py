"""CherryPy's old place of `parse_header`."""

from __future__ import annotations

import warnings

from ..wire.headers import parse_header as _parse_header

__all__ = ["parse_header"]


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a header like 'text/html; charset="utf-8"'.

    Deprecated, as in CherryPy: `httputil.HeaderElement.parse` does the same.
    """
    warnings.warn(
        "lib.headers is deprecated: use lib.httputil.HeaderElement.parse.",
        DeprecationWarning,
        stacklevel=2,
    )
    return _parse_header(line)
