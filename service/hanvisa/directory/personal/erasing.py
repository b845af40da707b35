"""What is taken away of rows, so that what follow-up counts stays: each in a session of the caller's.

The audit trail keeps that a row was changed, by whom and when; what stood in it goes with the row's own content.
Functions give the sounds that are to go as well, as paths in the state folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, null, select, update

from hanvisa.directory.tables import (
    AbsenceRow,
    AuditRow,
    CallEventRow,
    CallRow,
    CoverageAlarmRow,
    DecisionRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ExtractOpeningRow,
    ExtractRow,
    ForwardingRow,
    GreetingCheckRow,
    InvoiceLineRow,
    MessageRow,
    NoticeAcknowledgementRow,
    NoticeRow,
    RecordingRow,
    SessionRow,
    SettingHistoryRow,
    SignInTriesRow,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Files = set[str]


async def erase_calls(session: AsyncSession, ids: Collection[str]) -> Files:
    """When, where in the organisation, how it ended, and which rules decided what stay."""
    await session.execute(delete(CallEventRow).where(CallEventRow.call_id.in_(ids)))
    await session.execute(update(DecisionRow).where(DecisionRow.call_id.in_(ids)).values(facts={}))
    await session.execute(
        update(CallRow)
        .where(CallRow.id.in_(ids))
        .values(caller="", called="", caller_person_id=None, person_id=None, operator_id=None)
    )
    return set()


async def erase_messages(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """For whom it was, when it was left, due and handled stay."""
    recordings = await session.scalars(select(MessageRow.recording).where(MessageRow.id.in_(ids)))
    files = {recording for recording in recordings if recording}
    await session.execute(
        update(MessageRow)
        .where(MessageRow.id.in_(ids))
        .values(caller="", text="", recording=None, handled_by=None, call_id=None)
    )
    await erase_trail_of(session, MessageRow, ids)
    return files


async def erase_own_recordings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """A sound that somebody else's row names too stays."""
    row = RecordingRow
    sounds = set(await session.scalars(select(row.sound).where(row.id.in_(ids))))
    await session.execute(delete(row).where(row.id.in_(ids)))
    await erase_trail_of(session, row, ids)
    sounds -= set(await session.scalars(select(row.sound).where(row.sound.in_(sounds))))
    return {f"recordings/own/{sound}.wav" for sound in sounds} | {f"sounds/{sound}.alaw" for sound in sounds}


async def erase_greetings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """When it was checked, and what came, stay."""
    row = GreetingCheckRow
    files = await session.scalars(select(row.file).where(row.id.in_(ids)))
    gone = {f"recordings/greetings/{file}" for file in files if file}
    await session.execute(update(row).where(row.id.in_(ids)).values(file=None))
    await erase_trail_of(session, row, ids)
    return gone


async def erase_absences(session: AsyncSession, ids: Collection[UUID]) -> Files:
    greetings = await session.scalars(select(RecordingRow.id).where(RecordingRow.absence_id.in_(ids)))
    files = await erase_own_recordings(session, list(greetings))
    await session.execute(delete(CoverageAlarmRow).where(CoverageAlarmRow.absence_id.in_(ids)))
    await session.execute(delete(AbsenceRow).where(AbsenceRow.id.in_(ids)))
    await erase_trail_of(session, AbsenceRow, ids)
    return files


async def erase_forwardings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    await session.execute(delete(ForwardingRow).where(ForwardingRow.id.in_(ids)))
    await erase_trail_of(session, ForwardingRow, ids)
    return set()


async def erase_exceptions(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """Its kind of scope, its time and its uses stay."""
    await session.execute(delete(ExceptionOperatorRow).where(ExceptionOperatorRow.exception_id.in_(ids)))
    await session.execute(
        update(ExceptionRow)
        .where(ExceptionRow.id.in_(ids))
        .values(reason="", granted_by="", revoked_by=None, number=None)
    )
    await erase_trail_of(session, ExceptionRow, ids)
    return set()


async def erase_extracted_calls(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """That it was made, why, by whom, and who has opened it stay."""
    await session.execute(update(ExtractRow).where(ExtractRow.id.in_(ids)).values(traffic=null()))
    return set()


async def erase_extracts(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """Of whose calls it was, of which time, and how it was decided stay."""
    await erase_extracted_calls(session, ids)
    await session.execute(update(ExtractRow).where(ExtractRow.id.in_(ids)).values(reason="", refusal=None))
    opened = select(ExtractOpeningRow.id).where(ExtractOpeningRow.extract_id.in_(ids))
    openings = list(await session.scalars(opened))
    await session.execute(delete(ExtractOpeningRow).where(ExtractOpeningRow.id.in_(openings)))
    await erase_trail_of(session, ExtractOpeningRow, openings)
    await erase_trail_of(session, ExtractRow, ids)
    return set()


async def erase_sessions(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """The audit trail keeps who signed in when, and from where."""
    await session.execute(delete(SessionRow).where(SessionRow.id.in_(ids)))
    await erase_trail_of(session, SessionRow, ids)
    return set()


async def erase_tries(session: AsyncSession, names: Collection[str]) -> Files:
    await session.execute(delete(SignInTriesRow).where(SignInTriesRow.name.in_(names)))
    return set()


async def erase_invoices(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """That a month's invoice was read in stays."""
    await session.execute(delete(InvoiceLineRow).where(InvoiceLineRow.invoice_id.in_(ids)))
    return set()


async def erase_notices(session: AsyncSession, ids: Collection[UUID]) -> Files:
    await session.execute(delete(NoticeAcknowledgementRow).where(NoticeAcknowledgementRow.notice_id.in_(ids)))
    await session.execute(delete(NoticeRow).where(NoticeRow.id.in_(ids)))
    await erase_trail_of(session, NoticeRow, ids)
    return set()


async def erase_audit(session: AsyncSession, ids: Collection[UUID]) -> Files:
    await session.execute(delete(AuditRow).where(AuditRow.id.in_(ids)))
    return set()


async def erase_setting_history(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """What it was set to, and when, stays."""
    await session.execute(update(SettingHistoryRow).where(SettingHistoryRow.id.in_(ids)).values(by=""))
    return set()


async def erase_trail_of(session: AsyncSession, table: Any, ids: Iterable[Any]) -> None:
    """What stood in these rows, from the audit trail."""
    await session.execute(
        update(AuditRow)
        .where(AuditRow.table_name == table.__tablename__, AuditRow.row_id.in_([str(id_) for id_ in ids]))
        .values(before=null(), after=null())
    )
