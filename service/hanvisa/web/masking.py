"""Protected numbers are taken out of what is shown of a call to those who may not see them.

A protected person's direct number is one: nothing tells it (O1), and a search by it finds nobody. It stays one when
they have left, and so does a mobile's that was ended, until it is another's: what took place before has it still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from hanvisa.calls.ports import CallEntry
from hanvisa.policy import spelling
from hanvisa.policy.facts import Mobile, OutsideNumber, TargetKind
from hanvisa.policy.numbers import NumberPlan, read_number
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
        if self.sees.everything or not spelling.plain(text).text:
            return text
        number = read_number(text, None, self.register, self.plan).number
        mobile = self.register.mobile(number) if number else None
        direct = self.register.number(number) if number else None
        person = _whose(mobile, direct)
        holder = self.register.person(person) if person else None
        if holder is not None:
            is_protected = holder.protected or (mobile is not None and mobile.protected)
            return HIDDEN if is_protected and not self.sees.covers(holder) else text
        is_anothers = direct is not None and direct.kind is not TargetKind.PERSON
        was_protected = number is not None and not is_anothers and self.register.is_protected(number)
        return HIDDEN if mobile is not None or was_protected else text

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


def _whose(mobile: Mobile | None, direct: OutsideNumber | None) -> UUID | None:
    if mobile is not None:
        return mobile.person_id
    return direct.target_id if direct is not None and direct.kind is TargetKind.PERSON else None


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
