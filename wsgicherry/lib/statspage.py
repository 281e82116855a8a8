"""The page that shows `logging.statistics`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NoReturn

from ..core.current import serving_now
from ..core.errors import HTTPRedirect, NotFound
from ..core.expose import expose
from .plainpage import (
    HEADERS,
    ONE_VALUE_EACH,
    Markup,
    heading,
    pairs,
    render_page,
    table,
    to_html,
)
from .statistics import APPLICATIONS, all_statistics, extrapolate_statistics

ONLY_BY_OUR_PAGES = {"tools.csrf.on": True, "tools.csrf.when_unknown": "allow"}
"""No page of another site may have a browser press a button here."""


def iso_format(seconds: float) -> str:
    """Return a time as 'YYYY-MM-DD hh:mm:ss', UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


class StatsPage:
    """`cpstats = StatsPage()` in a class of pages: '/' for people, '/data' for monitors, and
    buttons that pause and resume.

    It shows who asks for what: let only those see it who may. `formatting` mirrors the
    statistics: {namespace: {name: format}}, and in a collection {name: {column: format}}. A
    format is a text for '%', a function of the value, or None to leave the value out. Source:
    BEHAVIOUR 12.4.
    """

    formatting: ClassVar[dict[str, Any]] = {
        APPLICATIONS: {
            "Bytes Read/Request": "%.3f",
            "Bytes Read/Second": "%.3f",
            "Bytes Written/Request": "%.3f",
            "Bytes Written/Second": "%.3f",
            "Current Time": iso_format,
            "Requests/Second": "%.3f",
            "Start Time": iso_format,
            "Total Time": "%.3f",
            "Uptime": "%.3f",
            "Slow Queries": {
                "End Time": None,
                "Processing Time": "%.3f",
                "Start Time": iso_format,
            },
            "URI Set Tracking": {"Avg": "%.3f", "Max": "%.3f", "Min": "%.3f", "Sum": "%.3f"},
            "Requests": {"End Time": None, "Processing Time": "%.3f", "Start Time": None},
        },
    }

    _cp_config = ONE_VALUE_EACH

    @expose
    def index(self) -> bytes:
        """Show everything, as HTML."""
        serving_now().response.headers.update(HEADERS)
        statistics = extrapolate_statistics(all_statistics())
        return render_page("Statistics", render_statistics(statistics, self.formatting))

    @expose
    def data(self) -> bytes:
        """Show everything, as JSON; what JSON has no word for is there as text."""
        headers = serving_now().response.headers
        headers["Content-Type"], headers["Cache-Control"] = "application/json", "no-store"
        statistics = extrapolate_statistics(all_statistics())
        return json.dumps(statistics, sort_keys=True, indent=4, default=str).encode()

    @expose(methods="POST")  # type: ignore[untyped-decorator]
    def pause(self, namespace: str) -> None:
        """Stop counting in `namespace`. NotFound if there is none of that name."""
        switch(namespace, False)

    @expose(methods="POST")  # type: ignore[untyped-decorator]
    def resume(self, namespace: str) -> None:
        """Go on counting in `namespace`. NotFound if there is none of that name."""
        switch(namespace, True)

    pause._cp_config = resume._cp_config = ONLY_BY_OUR_PAGES


def switch(namespace: str, is_enabled: bool) -> NoReturn:
    """Pause or resume `namespace`, and send the browser back to the page."""
    statistics = all_statistics().get(namespace)
    if statistics is None:
        raise NotFound()
    statistics["Enabled"] = is_enabled
    raise HTTPRedirect("./")


def render_statistics(
    statistics: Mapping[str, Any], formatting: Mapping[str, Any]
) -> Iterator[Markup]:
    """Yield the parts of the page, by name: of each namespace its scalars, then its
    collections.
    """
    for title, namespace in sorted(statistics.items()):
        formats = formatting.get(title, {})
        collections = {k: v for k, v in namespace.items() if isinstance(v, (dict, list))}
        scalars = {k: v for k, v in namespace.items() if k not in collections}
        yield heading(title)
        if "Enabled" in scalars:
            yield render_buttons(title, bool(scalars.pop("Enabled")))
        yield pairs(
            (name, apply_format(formats.get(name, "%s"), value))
            for name, value in sorted(scalars.items())
            if formats.get(name, "%s") is not None
        )
        for name, collection in sorted(collections.items()):
            yield heading(name, 2)
            yield render_collection(collection, formats.get(name) or {})


def render_collection(
    collection: Mapping[Any, Any] | list[Any], formats: Mapping[str, Any]
) -> Markup:
    """Return a table with a row for each record; of a dict, its keys are the first column."""
    if isinstance(collection, Mapping):
        headers, rows = ["ID"], [([key], record) for key, record in collection.items()]
    else:
        headers, rows = [], [([], record) for record in collection]
    columns = list_columns((record for _, record in rows), formats)
    return table(
        [*headers, *columns],
        ([*key, *format_record(record, columns, formats)] for key, record in rows),
    )


def list_columns(records: Iterable[Any], formats: Mapping[str, Any]) -> list[str]:
    """Return what any of `records` has a value for, sorted, but for what is to be left out."""
    names = {name for record in records if isinstance(record, dict) for name in record}
    return sorted(name for name in names if formats.get(name, "%s") is not None)


def format_record(
    record: Any, columns: Iterable[str], formats: Mapping[str, Any]
) -> Iterator[object]:
    """Yield the values of a row, '' for what the record has not."""
    if not isinstance(record, dict):
        yield record  # a list of plain values
        return
    for name in columns:
        value = record.get(name)
        yield "" if value is None else apply_format(formats.get(name, "%s"), value)


def apply_format(form: Any, value: Any) -> object:
    """Return `value` as the page shows it; what a format does not fit is shown as it is."""
    if callable(form):
        return form(value)
    try:
        return form % (value,)
    except (TypeError, ValueError):
        return value


def render_buttons(namespace: str, is_enabled: bool) -> Markup:
    """Return the buttons that pause and resume `namespace`."""
    pause = _button("pause", "Pause", namespace, is_enabled)
    resume = _button("resume", "Resume", namespace, not is_enabled)
    return Markup(f"<div>{pause}\n{resume}</div>")


def _button(action: str, text: str, namespace: str, is_on: bool) -> str:
    off = "" if is_on else " disabled"
    return (
        f'<form action="{action}" method="post">'
        f'<input type="hidden" name="namespace" value="{to_html(namespace)}">'
        f"<button{off}>{text}</button></form>"
    )
