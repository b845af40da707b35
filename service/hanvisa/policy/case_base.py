"""What cases of all kinds have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime

from hanvisa.policy.case_expected import Written
from hanvisa.policy.case_world import World
from hanvisa.policy.facts import Absence

ORDINARY = datetime(2026, 3, 4, 9, tzinfo=UTC)  # a Wednesday, ten o'clock in Sweden
Row = dict[str, Any]


class PersonSought(Written):
    person: str
    at: AwareDatetime = ORDINARY
    touched: bool = False


def absences_of(world: World, person: str, rows: tuple[Row, ...]) -> tuple[Absence, ...]:
    """That person's absences; the rows need not say whose they are."""
    return world.facts(Absence, of_person(person, rows))


def of_person(person: str, rows: tuple[Row, ...], **defaults: Any) -> list[Row]:
    """Rows of that person, without having to say so, nor to name each."""
    return [
        {"id": f"{person} {number}", "person_id": person, **defaults, **row}
        for number, row in enumerate(rows)
    ]
