"""M1: whose numbers are protected, and are told only to those who may see that person's.

A protected person's direct number is one: nothing tells it (O1), and a search by it finds nobody. It stays one when
they have left, and so does a mobile's that was ended, until it is another's: what took place before has it still.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hanvisa.policy import spelling
from hanvisa.policy.facts import Mobile, OutsideNumber, Person, TargetKind
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.register import Register


@dataclass(frozen=True, slots=True)
class Hidden:
    """``holder`` is whose number it is; None: they have left, or it was theirs."""

    holder: Person | None


def hidden(text: str, register: Register, plan: NumberPlan) -> Hidden | None:
    """None where the text is no protected number."""
    if not spelling.plain(text).text:
        return None
    number = read_number(text, None, register, plan).number
    mobile = register.mobile(number) if number else None
    direct = register.number(number) if number else None
    person = _whose(mobile, direct)
    holder = register.person(person) if person else None
    if holder is not None:
        is_protected = holder.protected or (mobile is not None and mobile.protected)
        return Hidden(holder) if is_protected else None
    is_anothers = direct is not None and direct.kind is not TargetKind.PERSON
    was_protected = number is not None and not is_anothers and register.is_protected(number)
    return Hidden(None) if mobile is not None or was_protected else None


def _whose(mobile: Mobile | None, direct: OutsideNumber | None) -> UUID | None:
    if mobile is not None:
        return mobile.person_id
    return direct.target_id if direct is not None and direct.kind is TargetKind.PERSON else None
