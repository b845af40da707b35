"""Taking away what has been kept for as long as it may be, kind by kind, in short transactions: callers may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import exists, func, insert, null, or_, select

from hanvisa.directory.auditing import SYSTEM, Actor, audit_entry
from hanvisa.directory.personal import erasing
from hanvisa.directory.personal.erasing import Files
from hanvisa.directory.personal.removing import Forget, remove_person
from hanvisa.directory.personal.sounds import delete_files, forgotten_files
from hanvisa.directory.personal.texts import forgotten_texts
from hanvisa.directory.personal.unfinished import left_behind, remove
from hanvisa.directory.tables import (
    AbsenceRow,
    AuditRow,
    CallEventRow,
    CallRow,
    ExceptionRow,
    ExtractOpeningRow,
    ExtractRow,
    ForwardingRow,
    GreetingCheckRow,
    InvoiceLineRow,
    InvoiceRow,
    MessageRow,
    NoticeRow,
    PersonRow,
    RecordingRow,
    SessionRow,
    SettingHistoryRow,
    SignInTriesRow,
)
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hanvisa.directory.engine import Database
    from hanvisa.policy.retention import Limits

log = structlog.get_logger()

BATCH = 100
ASIDE_FOR = timedelta(days=1)  # a sound that no row names yet may be a message that is being left


@dataclass(frozen=True, slots=True)
class Kind:
    """``due`` gives the ids of the rows that have something to be taken away, none of those that it was taken of."""

    name: str
    what: Text
    due: Callable[[Limits], Select[Any]]
    erase: Callable[[AsyncSession, Collection[Any]], Awaitable[Files]]


@dataclass(frozen=True, slots=True)
class Purged:
    name: str
    what: Text
    number: int


def _calls(limits: Limits) -> Select[Any]:
    has_events = exists().where(CallEventRow.call_id == CallRow.id)
    return select(CallRow.id).where(CallRow.started_at < limits.calls, ~CallRow.threat, has_events)


def _messages(limits: Limits) -> Select[Any]:
    row = MessageRow
    tells = or_(row.caller != "", row.text != "", row.recording.is_not(None), row.handled_by.is_not(None))
    return select(row.id).where(row.handled_at < limits.recordings, tells)


def _recordings(limits: Limits) -> Select[Any]:
    over = or_(RecordingRow.ended_at < limits.recordings, AbsenceRow.ends_at < limits.recordings)
    return select(RecordingRow.id).outerjoin(AbsenceRow, AbsenceRow.id == RecordingRow.absence_id).where(over)


def _greetings(limits: Limits) -> Select[Any]:
    row = GreetingCheckRow
    return select(row.id).where(row.rung_at < limits.greetings, row.file.is_not(None))


def _exceptions(limits: Limits) -> Select[Any]:
    row = ExceptionRow
    tells = or_(row.reason != "", row.granted_by != "", row.revoked_by.is_not(None), row.number.is_not(None))
    return select(row.id).where(row.ends_at < limits.audit, tells)


def _extracts(limits: Limits) -> Select[Any]:
    row = ExtractRow
    opened = exists().where(ExtractOpeningRow.extract_id == row.id)
    return select(row.id).where(
        row.requested_at < limits.audit, or_(row.reason != "", row.refusal.is_not(None), opened)
    )


def _sessions(limits: Limits) -> Select[Any]:
    row = SessionRow
    return select(row.id).where(or_(row.expires_at <= limits.ended, row.ended_at <= limits.ended))


def _invoices(limits: Limits) -> Select[Any]:
    row = InvoiceRow
    has_lines = exists().where(InvoiceLineRow.invoice_id == row.id)
    return select(row.id).where(row.month < f"{limits.calls.astimezone(LOCAL):%Y-%m}", has_lines)


def _left(limits: Limits) -> Select[Any]:
    named = or_(PersonRow.given_name != "", PersonRow.family_name != "")
    return select(PersonRow.id).where(PersonRow.ended_at < limits.left, named)


KINDS = (
    Kind(
        "calls",
        Text(
            sv="samtal: nummer, personer, händelser och fakta", en="calls: numbers, persons, events and facts"
        ),
        _calls,
        erasing.erase_calls,
    ),
    Kind(
        "messages",
        Text(
            sv="hanterade meddelanden: nummer och ljud", en="messages that were handled: numbers and sounds"
        ),
        _messages,
        erasing.erase_messages,
    ),
    Kind(
        "recordings",
        Text(sv="egna inspelningar som inte längre gäller", en="own recordings that are no longer heard"),
        _recordings,
        erasing.erase_own_recordings,
    ),
    Kind(
        "greetings",
        Text(sv="mobilers hälsningar: ljud", en="greetings of mobiles: sounds"),
        _greetings,
        erasing.erase_greetings,
    ),
    Kind(
        "absences",
        Text(sv="frånvaro som är över", en="absences that are over"),
        lambda limits: select(AbsenceRow.id).where(AbsenceRow.ends_at < limits.absences),
        erasing.erase_absences,
    ),
    Kind(
        "forwardings",
        Text(sv="vidarekopplingar som är över", en="forwardings that are over"),
        lambda limits: select(ForwardingRow.id).where(ForwardingRow.ends_at < limits.absences),
        erasing.erase_forwardings,
    ),
    Kind(
        "exceptions",
        Text(sv="undantag: skäl och namn", en="exceptions: reasons and names"),
        _exceptions,
        erasing.erase_exceptions,
    ),
    Kind(
        "extracts",
        Text(sv="utdrag: samtalen i dem", en="extracts: the calls in them"),
        lambda limits: select(ExtractRow.id).where(
            ExtractRow.expires_at <= limits.ended, ExtractRow.traffic.is_not(null())
        ),
        erasing.erase_extracted_calls,
    ),
    Kind(
        "extract-reasons",
        Text(sv="utdrag: skäl och vem som har öppnat dem", en="extracts: reasons and who has opened them"),
        _extracts,
        erasing.erase_extracts,
    ),
    Kind(
        "sessions",
        Text(sv="inloggningar som är över", en="sessions that are over"),
        _sessions,
        erasing.erase_sessions,
    ),
    Kind(
        "sign-in-tries",
        Text(sv="felaktiga lösenord", en="wrong passwords"),
        lambda limits: select(SignInTriesRow.name).where(SignInTriesRow.last_at < limits.recordings),
        erasing.erase_tries,
    ),
    Kind(
        "invoices",
        Text(sv="operatörens fakturor: rader", en="the carrier's invoices: lines"),
        _invoices,
        erasing.erase_invoices,
    ),
    Kind(
        "notices",
        Text(sv="meddelanden om förändringar", en="notices of changes"),
        lambda limits: select(NoticeRow.id).where(NoticeRow.ended_at < limits.audit),
        erasing.erase_notices,
    ),
    Kind(
        "settings",
        Text(sv="inställningars historik: namn", en="the history of settings: names"),
        lambda limits: select(SettingHistoryRow.id).where(
            SettingHistoryRow.at < limits.audit, SettingHistoryRow.by != ""
        ),
        erasing.erase_setting_history,
    ),
    Kind(
        "audit",
        Text(sv="ändringar i spårningen", en="changes in the audit trail"),
        lambda limits: select(AuditRow.id).where(AuditRow.at < limits.audit),
        erasing.erase_audit,
    ),
)
LEFT = Text(sv="personer som har slutat: namn och nummer", en="persons who have left: names and numbers")
TEXTS = Text(sv="textmeddelanden: nummer och ord", en="text messages: numbers and words")
FILES = Text(sv="ljud som ingenting längre hör till", en="sounds that belong to nothing any more")
UNFINISHED = Text(sv="säkerhetskopior som inte blev färdiga", en="backups that were not finished")


@dataclass(frozen=True)
class Purge:
    """Of what was over before the ``limits``. The record of a call that is marked as a threat is kept whole.

    Methods raise StorageError.
    """

    database: Database
    state: Path
    limits: Limits
    now: datetime
    forget: Forget
    by: Actor = SYSTEM

    async def due(self) -> list[Purged]:
        """What would be taken away, of every kind."""
        async with self.database.reading() as session:
            purged = [
                Purged(kind.name, kind.what, await _count(session, kind.due(self.limits))) for kind in KINDS
            ]
            left = await _count(session, _left(self.limits))
        forgotten = [Purged(name, what, len(files)) for name, what, files in await self._forgotten()]
        unfinished = Purged("backups", UNFINISHED, len(await self._unfinished()))
        return [*purged, Purged("persons", LEFT, left), *forgotten, unfinished]

    async def carry_out(self) -> list[Purged]:
        """What was taken away, of every kind. It stands in the audit trail."""
        purged = [Purged(kind.name, kind.what, await self._purge(kind)) for kind in KINDS]
        purged.append(Purged("persons", LEFT, await self._purge_left()))
        for name, what, files in await self._forgotten():
            await delete_files(self.state, files)
            purged.append(Purged(name, what, len(files)))
        unfinished = await self._unfinished()
        still_there = await asyncio.to_thread(remove, unfinished)
        for folder in still_there:
            log.warning("purge.not_removed", folder=str(folder), remedy="Remove it as its owner, or as root.")
        purged.append(Purged("backups", UNFINISHED, len(unfinished) - len(still_there)))
        await self._note(purged)
        return purged

    async def _purge(self, kind: Kind) -> int:
        number = 0
        while True:
            async with self.database.writing() as session:
                ids = list(await session.scalars(kind.due(self.limits).limit(BATCH)))
                files = await kind.erase(session, ids) if ids else set()
            await delete_files(self.state, files)
            number += len(ids)
            if len(ids) < BATCH:
                return number

    async def _purge_left(self) -> int:
        async with self.database.reading() as session:
            persons = list(await session.scalars(_left(self.limits)))
        for person in persons:
            await remove_person(self.database, self.state, person, self.now, self.by, forget=self.forget)
        return len(persons)

    async def _forgotten(self) -> list[tuple[str, Text, Files]]:
        """What lies in files that no row of the database answers for."""
        async with self.database.reading() as session:
            sounds = await forgotten_files(session, self.state, self.now - ASIDE_FOR, self.limits.recordings)
        texts = await forgotten_texts(self.state, self.now)
        return [("texts", TEXTS, texts), ("files", FILES, sounds)]

    async def _unfinished(self) -> list[Path]:
        return await asyncio.to_thread(left_behind, self.state, self.now)

    async def _note(self, purged: list[Purged]) -> None:
        entries = [
            audit_entry(self.by, "purged", one.name, "", before=None, after={"number": one.number})
            for one in purged
            if one.number
        ]
        if entries:
            async with self.database.writing() as session:
                await session.execute(insert(AuditRow), entries)


async def _count(session: AsyncSession, due: Select[Any]) -> int:
    return await session.scalar(select(func.count()).select_from(due.subquery())) or 0
