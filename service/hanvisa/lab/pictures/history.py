"""What has been before the pictures are taken: people who have been there for long, and a month of made-up calls."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.tables import MembershipRow
from hanvisa.lab.newcomer import read_register
from hanvisa.policy.facts import Person
from hanvisa.policy.register import Register
from hanvisa.reports.months import Month

CALLS = 240
CALLERS = 20  # numbers outside: those that are nobody's, 0980-31 92 40 and on
ANNA = "Anna Sundqvist"
FOR_ANNA = 8  # calls, of which an extract is made
_SEED = 7

Event = tuple[float, str, dict[str, Any]]


async def write_history(settings: Settings, month: Month) -> None:
    """Into the database, as the service writes calls. Raises StorageError."""
    register = await read_register(settings)
    database = open_database(settings.database_url)
    try:
        async with database.changing(SYSTEM) as session:  # an import's people begin on its day
            await session.execute(update(MembershipRow).values(starts_on=month.before.first))
        await CallRecords(database).append(list(_entries(register, month)))
    finally:
        await database.close()


def _entries(register: Register, month: Month) -> Iterator[CallEntry]:
    chance = random.Random(_SEED)  # noqa: S311 - nothing is secret in a picture
    people = [one for one in register.persons.rows if register.phones_of(one.id) and not one.protected]
    anna = next(one for one in people if one.name == ANNA)
    for number in range(CALLS):
        person = anna if number < FOR_ANNA else chance.choice(people)
        at = _working_time(month, chance)
        for seq, (after, kind, data) in enumerate(_story(register, person, chance), start=1):
            yield CallEntry(f"hv-picture-{number:03}", seq, at + timedelta(seconds=after), kind, data)


def _working_time(month: Month, chance: random.Random) -> datetime:
    while True:
        at = month.starts_at + timedelta(days=chance.randrange(31), hours=8, minutes=chance.randrange(540))
        if at < month.ends_at and at.isoweekday() < 6:
            return at


def _story(register: Register, person: Person, chance: random.Random) -> Sequence[Event]:
    """A caller waits for an operator, who asks for the person; many are not to be had."""
    board = register.switchboard_of(person.organisation_id)
    operator = chance.choice(register.operators.rows)
    caller = f"+46980319{240 + chance.randrange(CALLERS)}"
    waited = chance.choice((4, 6, 7, 9, 12, 15, 22, 38, 61))
    began: list[Event] = [
        (0, "opened", {"side": "carrier", "caller": caller, "called": register.direct_number(person) or ""}),
    ]
    if board is not None:
        began += [
            (1, "stage", {"name": "AtSwitchboard", "args": {"switchboard": str(board.id)}}),
            (1 + waited, "outcome", {"outcome": "operator", "operator": str(operator.person_id)}),
        ]
    return [*began, *_end(register, person, str(operator.person_id), chance, 10.0 + waited)]


def _end(
    register: Register, person: Person, operator: str, chance: random.Random, at: float
) -> Iterator[Event]:
    came = chance.random()
    mobiles = register.mobiles_of(person.id)
    if mobiles and came < 0.5:
        number = mobiles[0].number
        yield at, "signal", {"type": "transfer", "target": number, "by": operator}
        facts = {"number": number, "touched_by": operator, "person": {"id": str(person.id)}}
        yield at, "decision", {"effect": "refuse", "rules": ["O2"], "facts": facts}
    if came < 0.7:
        why = chance.choice(("absent", "absent", "busy", "no_answer"))
        referred = {"outcome": "referred", "person": str(person.id), "why": why}
        yield at + 5, "outcome", {**referred, "unreferred": why != "absent"}
    else:
        yield at + 5, "stage", {"name": "Talking", "args": {}}
    yield at + 30 + chance.randrange(300), "closed", {"reason": "hung_up"}
