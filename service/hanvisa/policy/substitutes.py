"""Who is there instead of somebody who is away: the substitute that the absence names, and theirs."""

from __future__ import annotations

from datetime import datetime

from hanvisa.policy.absence import absence_at
from hanvisa.policy.facts import Person
from hanvisa.policy.register import Register


def substitute_of(register: Register, person: Person, at: datetime) -> Person | None:
    """The nearest substitute who is there: one who is away too leads on to their own, and so on, never in a circle.

    None when nobody is named, or nobody of those named is there.
    """
    asked = {person.id}
    now = absence_at(register.absences_of(person.id), at)
    while now is not None and now.absence.substitute_id is not None:
        named = register.person(now.absence.substitute_id)
        if named is None or named.id in asked:
            return None
        asked.add(named.id)
        now = absence_at(register.absences_of(named.id), at)
        if now is None or now.reason.reachable:
            return named
    return None
