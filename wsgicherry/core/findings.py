"""What a check of a config finds, and what it may ask of tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

Severity = Literal["error", "advice"]


class ToolboxLike(Protocol):
    """What the checks ask of a toolbox; a tool may offer `arguments()`, `documentation()`,
    `takes_others`, `find_fault()`, `serves_paths`, and `needs`: another tool that must be on.
    """

    def tools(self) -> Mapping[str, Any]:
        """Return the tools by name."""
        ...


class Finding(NamedTuple):
    """One thing that is wrong: `str()` of it is a sentence that says where and what.

    `rule` names the check (for silencing it), `origin` is "file:line" or whatever is known,
    `severity` is 'error' for what stops the start and 'advice' for what does not.
    """

    rule: str
    message: str
    section: str = ""
    key: str = ""
    origin: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"[{self.section}] {self.key}" if self.section else self.key
        return ": ".join(part for part in (self.origin, place.strip(), self.message) if part)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return those of `findings` that stop a start."""
    return [finding for finding in findings if finding.severity == "error"]
