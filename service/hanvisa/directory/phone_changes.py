"""What codes on a phone change, in the phone's name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.directory.repositories.coverage import Coverage
from hanvisa.directory.repositories.forwardings import ForwardingFields, Forwardings
from hanvisa.directory.repositories.recordings import Recordings
from hanvisa.directory.tables import ConfidentialMarkRow

if TYPE_CHECKING:
    from sqlalchemy import Select

    from hanvisa.directory.engine import Database
    from hanvisa.policy.facts import ForwardingKind, RecordingKind
    from hanvisa.policy.forwarding import Judge

SOURCE = "phone"


class ChangesByPhone:
    """Implements :class:`hanvisa.calls.ports.PhoneChanges`. Each raises InvalidInput, Conflict and StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_absence(
        self, person: UUID, reason: str, starts_at: datetime, ends_at: datetime | None, *, by: str
    ) -> None:
        fields = AbsenceFields(person, reason, starts_at, ends_at, source=SOURCE)
        await Absences(self._database).create(fields, _actor(by), Coverage(starts_at))

    async def end_absences(self, person: UUID, at: datetime, *, by: str) -> None:
        await Absences(self._database).end_current(person, at, _actor(by))

    async def forward(
        self,
        person: UUID,
        kind: ForwardingKind,
        target: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        judge: Judge,
        by: str,
    ) -> None:
        fields = ForwardingFields(person, target, starts_at, ends_at, kind)
        await Forwardings(self._database).replace(fields, _actor(by), judge)

    async def stop_forwarding(self, person: UUID, kind: ForwardingKind, at: datetime, *, by: str) -> None:
        await Forwardings(self._database).end_current(person, kind, at, _actor(by))

    async def set_recording(
        self,
        person: UUID,
        kind: RecordingKind,
        sound: str,
        at: datetime,
        *,
        absence: UUID | None,
        by: str,
    ) -> None:
        await Recordings(self._database).set(person, kind, sound, at, absence=absence, by=_actor(by))

    async def recordings_since(self, person: UUID, since: datetime) -> int:
        return await Recordings(self._database).made_since(person, since)

    async def mark_next_call(self, by: str) -> None:
        async with self._database.changing(_actor(by)) as session:
            if await session.scalar(_mark_of(by)) is None:
                session.add(ConfidentialMarkRow(account=by))

    async def take_mark(self, by: str) -> None:
        async with self._database.changing(_actor(by)) as session:
            mark = await session.scalar(_mark_of(by))
            if mark is not None:
                await session.delete(mark)


def _actor(account: str) -> Actor:
    return Actor(f"{SOURCE} {account}")


def _mark_of(account: str) -> Select[ConfidentialMarkRow]:
    return select(ConfidentialMarkRow).where(ConfidentialMarkRow.account == account)
