"""Removing on request what is held on a person, or on a caller by their number. What is counted stays, nameless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, insert, or_, select, true

from hanvisa.directory.auditing import Actor, audit_entry, touch
from hanvisa.directory.personal import leaving
from hanvisa.directory.personal.finding import find_whose, whose_is
from hanvisa.directory.personal.sounds import delete_files
from hanvisa.directory.personal.taking_out import removal_of, take_out
from hanvisa.directory.personal.texts import delete_texts_to
from hanvisa.directory.personal.theirs import calls_of
from hanvisa.directory.personal.whose import Whose
from hanvisa.directory.tables import (
    AuditRow,
    CalendarRow,
    CallEventRow,
    CallRow,
    DecisionRow,
    MobileRow,
    NumberRow,
    PersonRow,
)
from hanvisa.errors import Conflict

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.engine import Database

BATCH = 100
_OF_A_NUMBER = ("messages", "forwardings", "exceptions", "group_members", "callbacks")
_CHANGED = ("persons", "functions", "mobiles", "absences", "recordings", "users", *_OF_A_NUMBER)


@dataclass(frozen=True, slots=True)
class Removed:
    """``threats`` are calls that are marked as a threat, which are kept whole."""

    calls: int
    files: int
    threats: int


Forget = Callable[[UUID], None]
"""Forget the password of this calendar, which is not in the database."""


async def remove(
    database: Database, state: Path, id_: str, now: datetime, by: Actor, *, forget: Forget
) -> Removed:
    """``id_`` as :func:`find_whose` takes it.

    Raises NotFound, Conflict for somebody or a number in the register still, StorageError.
    """
    async with database.reading() as session:
        whose = await find_whose(session, id_)
        if whose.person is None:
            await _must_be_a_callers(session, whose.numbers[0].number, now)
    if whose.person is None:
        return await _remove_caller(database, state, whose, by)
    return await remove_person(database, state, whose.person, now, by, forget=forget)


async def remove_person(
    database: Database, state: Path, person: UUID, now: datetime, by: Actor, *, forget: Forget
) -> Removed:
    """Raises NotFound, Conflict, StorageError.

    What lies outside the database goes before their numbers do: then nothing would tell any more whose it was, were
    this broken off. Texts after the calls, for they are sent, and others queued, while those are gone through; and once
    more at the end, for some may have been queued since.
    """
    async with database.reading() as session:
        whose = await whose_is(session, person)
        ended_at = await session.scalar(select(PersonRow.ended_at).where(PersonRow.id == person))
        calendars = await session.scalars(select(CalendarRow.id).where(CalendarRow.person_id == person))
        theirs = calendars.all()
    if ended_at is None or ended_at > now:
        raise Conflict(
            f"The person {person} is in the register still, and callers ask for them. End them first, in the source of "
            "the directory; then remove what is left."
        )
    for calendar in theirs:
        await asyncio.to_thread(forget, calendar)
    calls, threats = await _remove_calls(database, whose)
    texts = await delete_texts_to(state, whose)
    async with database.changing(by) as session:
        files = await leaving.erase_person(session, whose, now)
        touch(session, _CHANGED)
        entry = audit_entry(by, "removed", "persons", str(person), before=None, after=None)
        await session.execute(insert(AuditRow), [entry])
    texts += await delete_texts_to(state, whose)
    await delete_files(state, files)
    return Removed(calls, len(files) + texts, threats)


async def _must_be_a_callers(session: AsyncSession, number: str, now: datetime) -> None:
    """Raises Conflict for a mobile that is registered, or one of ours."""
    in_use = (
        exists().where(row.number == number, or_(row.ended_at.is_(None), row.ended_at > now))
        for row in (MobileRow, NumberRow)
    )
    if await session.scalar(select(or_(*in_use))):
        raise Conflict(
            f"The number {number} is in the register still, and what leads to it is its holder's. Remove its holder by "
            "their id when they have left, or end the number in the source of the directory; then remove what is left."
        )


async def _remove_caller(database: Database, state: Path, whose: Whose, by: Actor) -> Removed:
    calls, threats = await _remove_calls(database, whose)
    texts = await delete_texts_to(state, whose)
    async with database.changing(by) as session:
        files = await leaving.erase_caller(session, whose)
        touch(session, _OF_A_NUMBER)
        entry = audit_entry(by, "removed", "calls", "", before=None, after={"calls": calls})
        await session.execute(insert(AuditRow), [entry])
    texts += await delete_texts_to(state, whose)
    await delete_files(state, files)
    return Removed(calls, len(files) + texts, threats)


async def _remove_calls(database: Database, whose: Whose) -> tuple[int, int]:
    """How many they are taken out of, and how many that are threats are kept. Found first: only writing locks."""
    is_theirs = or_(calls_of(whose), *_told_of(whose))
    async with database.reading() as session:
        ids = list(await session.scalars(select(CallRow.id).where(is_theirs, ~CallRow.threat)))
        threats = select(func.count()).select_from(CallRow).where(is_theirs, CallRow.threat)
        kept = await session.scalar(threats) or 0
        removal = await removal_of(session, whose)
    for first in range(0, len(ids), BATCH):
        async with database.writing() as session:
            await take_out(session, ids[first : first + BATCH], removal)
    return len(ids), kept


def _told_of(whose: Whose) -> list[ColumnElement[bool]]:
    """The calls of others in which they were rung, or decided about."""
    told: list[tuple[str, ColumnElement[bool]]] = [(str(whose.person), true())] if whose.person else []
    told += [(f'"{one.number}"', one.theirs_then(CallRow.started_at)) for one in whose.numbers]
    kept = ((CallEventRow.call_id, CallEventRow.data), (DecisionRow.call_id, DecisionRow.facts))
    return [
        and_(CallRow.id.in_(select(call_id).where(cast(data, String).contains(one))), then)
        for call_id, data in kept
        for one, then in told
    ]
