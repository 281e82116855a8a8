"""A page that takes what browsers report of a Content-Security-Policy, and logs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.current import serving_now
from ..core.errors import HTTPError
from .jsontools import parse_json

MAX_BYTES = 64 * 1024
MAX_LOGGED = 10
"""Reports of one request that are logged: a browser sends those of a page together."""

MAX_VALUE_CHARS = 200

# What is told: by the Reporting API, and by `report-uri` (CSP Level 3 sections 5.2, 5.5).
_FIELDS = (
    ("documentURL", "document-uri"),
    ("effectiveDirective", "effective-directive"),
    ("blockedURL", "blocked-uri"),
    ("sourceFile", "source-file"),
    ("lineNumber", "line-number"),
    ("disposition", "disposition"),
)


class ReportPage:
    """`csp_reports = ReportPage()` in a class of pages takes POSTs of reports, and answers 204.

    For `tools.secure_headers.report_to`. Anybody may send some: each is a line of the error
    log, and no more than that. HTTPError 400 for what is no JSON, 413 for more than MAX_BYTES.
    """

    exposed = True
    allowed_methods = ("POST",)
    # Some browsers send reports in nobody's name; and nothing is changed by them.
    _cp_config: Mapping[str, Any] = {"tools.csrf.on": False}

    def __call__(self) -> None:
        serving = serving_now()
        request = serving.request
        data = request.body.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise HTTPError(413, f"A report may have {MAX_BYTES} bytes.")
        for number, report in enumerate(list_reports(parse_json(data))):
            if number < MAX_LOGGED:
                request.log(f"A browser reports: {describe(report)}", "CSP", 30)
        serving.response.status = 204


def list_reports(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the reports of policies in a document of either form; others are left out."""
    for item in document if isinstance(document, list) else [document]:
        if not isinstance(item, dict):
            continue
        body = item.get("csp-report")
        if item.get("type") == "csp-violation":
            body = item.get("body")
        if isinstance(body, dict):
            yield body


def describe(report: Mapping[str, Any]) -> str:
    """Return what a report says in one line."""
    told = []
    for name, older_name in _FIELDS:
        value = report.get(name, report.get(older_name))
        if isinstance(value, (str, int)) and value != "":
            told.append(f"{name} {str(value)[:MAX_VALUE_CHARS]!r}")
    return ", ".join(told) or "nothing"
