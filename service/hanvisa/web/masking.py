"""Protected numbers are taken out of what is shown of a call to those who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hanvisa.calls.ports import CallEntry
from hanvisa.policy import spelling
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.register import Register
from hanvisa.web.roles import Scope

HIDDEN = "***"

_TECHNICAL = frozenset({"facts", "before", "after"})


@dataclass(frozen=True, slots=True)
class Mask:
    """``sees`` is whose protected numbers the asker may see; who sees all sees the technical matter too."""

    register: Register
    plan: NumberPlan
    sees: Scope

    def number(self, text: str) -> str:
        """The text itself, or stars where it is a protected number."""
        if self.sees.everything or not spelling.plain(text).text:
            return text
        number = read_number(text, None, self.register, self.plan).number
        mobile = self.register.mobile(number) if number else None
        holder = self.register.person(mobile.person_id) if mobile else None
        is_protected = mobile is not None and (mobile.protected or holder is None or holder.protected)
        return HIDDEN if is_protected and (holder is None or not self.sees.covers(holder)) else text

    def event(self, event: CallEntry) -> CallEntry | None:
        """None for an event that is of use to administrators only."""
        if self.sees.everything:
            return event
        if event.kind == "command":
            return None
        told = {name: value for name, value in event.data.items() if name not in _TECHNICAL}
        return replace(event, data=_mapped(told, self.number))

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """What is held on somebody, for themselves: no technical matter, nor others' protected numbers."""
        return row if self.sees.everything else _mapped(_told(row), self.number)


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if name not in _TECHNICAL}
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
