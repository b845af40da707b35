"""Protected numbers are taken out of what is shown of a call to those who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hanvisa.calls.ports import CallEntry
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.protected_numbers import hidden
from hanvisa.policy.register import Register
from hanvisa.web.roles import Scope

HIDDEN = "***"

_TECHNICAL = frozenset({"facts", "before", "after"})
_PLAYED = "files"


@dataclass(frozen=True, slots=True)
class Mask:
    """``sees`` is whose protected numbers the asker may see; who sees all sees the technical matter too."""

    register: Register
    plan: NumberPlan
    sees: Scope

    def number(self, text: str) -> str:
        """The text itself, or stars where it is a protected number."""
        found = None if self.sees.everything else hidden(text, self.register, self.plan)
        if found is None or (found.holder is not None and self.sees.covers(found.holder)):
            return text
        return HIDDEN

    def event(self, event: CallEntry) -> CallEntry | None:
        """None for an event that is of use to administrators only."""
        if self.sees.everything:
            return event
        if event.kind == "command":
            return None
        return replace(event, data=_mapped(_told(event.data), self.number))

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """What is held on somebody, for themselves: no technical matter, nor others' protected numbers."""
        return row if self.sees.everything else _mapped(_told(row), self.number)


def _told(value: Any) -> Any:
    """Without technical matter. Of the sounds that were played their names: where they lie is the machine's matter."""
    if isinstance(value, dict):
        return {
            name: [Path(file).name for file in one] if name == _PLAYED else _told(one)
            for name, one in value.items()
            if name not in _TECHNICAL
        }
    return value


def _mapped(value: Any, mask: Callable[[str], str]) -> Any:
    match value:
        case str():
            return mask(value)
        case dict():
            return {name: _mapped(one, mask) for name, one in value.items()}
        case list() | tuple():
            return [_mapped(one, mask) for one in value]
        case _:
            return value
