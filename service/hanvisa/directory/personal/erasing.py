"""What is taken away of rows, so that what follow-up counts stays: each in a session of the caller's.

The audit trail keeps that a row was changed, by whom and when; what stood in it goes with the row's own content.
Functions give the sounds that are to go as well, as paths in the state folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, null, or_, select, update

from hanvisa.directory.personal.held import Whose, audit_of, is_of
from hanvisa.directory.tables import (
    AbsenceRow,
    AuditRow,
    CallbackRow,
    CallEventRow,
    CallRow,
    DecisionRow,
    DetailsRequestRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ForwardingRow,
    FunctionRow,
    GreetingCheckRow,
    GroupMemberRow,
    MessageRow,
    MobileRow,
    PersonRow,
    RecordingRow,
    RoleAssignmentRow,
    SettingHistoryRow,
    TokenRow,
    UserRow,
)

if TYPE_CHECKING:
    from datetime import datetime

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
    await _erase_audit(session, MessageRow, ids)
    return files


async def erase_own_recordings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """A sound that somebody else's row names too stays."""
    row = RecordingRow
    sounds = set(await session.scalars(select(row.sound).where(row.id.in_(ids))))
    await session.execute(delete(row).where(row.id.in_(ids)))
    await _erase_audit(session, row, ids)
    sounds -= set(await session.scalars(select(row.sound).where(row.sound.in_(sounds))))
    return {f"recordings/own/{sound}.wav" for sound in sounds} | {f"sounds/{sound}.alaw" for sound in sounds}


async def erase_greetings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """When it was checked, and what came, stay."""
    row = GreetingCheckRow
    files = await session.scalars(select(row.file).where(row.id.in_(ids)))
    gone = {f"recordings/greetings/{file}" for file in files if file}
    await session.execute(update(row).where(row.id.in_(ids)).values(file=None))
    return gone


async def erase_absences(session: AsyncSession, ids: Collection[UUID]) -> Files:
    greetings = await session.scalars(select(RecordingRow.id).where(RecordingRow.absence_id.in_(ids)))
    files = await erase_own_recordings(session, list(greetings))
    await session.execute(delete(AbsenceRow).where(AbsenceRow.id.in_(ids)))
    await _erase_audit(session, AbsenceRow, ids)
    return files


async def erase_forwardings(session: AsyncSession, ids: Collection[UUID]) -> Files:
    await session.execute(delete(ForwardingRow).where(ForwardingRow.id.in_(ids)))
    await _erase_audit(session, ForwardingRow, ids)
    return set()


async def erase_exceptions(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """Its kind of scope, its time and its uses stay."""
    await session.execute(delete(ExceptionOperatorRow).where(ExceptionOperatorRow.exception_id.in_(ids)))
    await session.execute(
        update(ExceptionRow)
        .where(ExceptionRow.id.in_(ids))
        .values(reason="", granted_by="", revoked_by=None, number=None)
    )
    return set()


async def erase_audit(session: AsyncSession, ids: Collection[UUID]) -> Files:
    await session.execute(delete(AuditRow).where(AuditRow.id.in_(ids)))
    return set()


async def erase_setting_history(session: AsyncSession, ids: Collection[UUID]) -> Files:
    """What it was set to, and when, stays."""
    await session.execute(update(SettingHistoryRow).where(SettingHistoryRow.id.in_(ids)).values(by=""))
    return set()


async def erase_person(session: AsyncSession, whose: Whose, at: datetime) -> Files:
    """One who has left: all but that there was somebody, where they belonged, and what is counted of them.

    Their calls, which may be many, are not among it.
    """
    nameless = f"removed {whose.person}"
    files = await _erase_what_they_have(session, whose)
    await session.execute(
        update(PersonRow)
        .where(PersonRow.id == whose.person)
        .values(
            given_name="",
            family_name="",
            title="",
            email=None,
            external_id=None,
            best_reached=(),
            schedule=(),
            details_confirmed_at=None,
        )
    )
    await session.execute(
        update(MobileRow)
        .where(MobileRow.person_id == whose.person)
        .values(number="", grounds="", decided_by="", external_id=None, ended_at=at)
    )
    users = list(await session.scalars(select(UserRow.id).where(UserRow.person_id == whose.person)))
    await session.execute(delete(TokenRow).where(TokenRow.user_id.in_(users)))
    await session.execute(delete(RoleAssignmentRow).where(RoleAssignmentRow.user_id.in_(users)))
    for number, user in enumerate(users):
        await session.execute(
            update(UserRow)
            .where(UserRow.id == user)
            .values(name=f"{nameless} {number}", external_id=None, ended_at=at)
        )
    await session.execute(update(AuditRow).where(audit_of(whose)).values(before=null(), after=null()))
    for column in (
        AuditRow.by,
        SettingHistoryRow.by,
        ExceptionRow.granted_by,
        ExceptionRow.revoked_by,
        MessageRow.handled_by,
        AbsenceRow.forced_by,
    ):
        await session.execute(
            update(column.class_).where(column.in_(whose.users)).values({column.key: nameless})
        )
    return files


async def erase_caller(session: AsyncSession, whose: Whose) -> Files:
    """A number that is nobody's of the register: messages from it and the wish to be rung back."""
    files = await erase_messages(
        session, await _ids(session, MessageRow, MessageRow.caller.in_(whose.numbers))
    )
    await session.execute(delete(CallbackRow).where(CallbackRow.number.in_(whose.numbers)))
    await session.execute(update(AuditRow).where(audit_of(whose)).values(before=null(), after=null()))
    return files


async def _erase_what_they_have(session: AsyncSession, whose: Whose) -> Files:
    files = await erase_messages(session, await _ids(session, MessageRow, is_of(MessageRow.person_id)(whose)))
    files |= await erase_own_recordings(
        session, await _ids(session, RecordingRow, is_of(RecordingRow.person_id)(whose))
    )
    files |= await erase_absences(
        session, await _ids(session, AbsenceRow, is_of(AbsenceRow.person_id)(whose))
    )
    await erase_forwardings(
        session, await _ids(session, ForwardingRow, is_of(ForwardingRow.person_id)(whose))
    )
    mobiles = await _ids(session, MobileRow, MobileRow.person_id == whose.person)
    checks = GreetingCheckRow.mobile_id.in_(mobiles)
    files |= await erase_greetings(session, await _ids(session, GreetingCheckRow, checks))
    exceptions = or_(ExceptionRow.scope_id == whose.person, ExceptionRow.number.in_(whose.numbers))
    await erase_exceptions(session, await _ids(session, ExceptionRow, exceptions))
    await session.execute(
        update(AbsenceRow).where(AbsenceRow.substitute_id == whose.person).values(substitute_id=None)
    )
    await session.execute(delete(FunctionRow).where(FunctionRow.person_id == whose.person))
    await session.execute(delete(DetailsRequestRow).where(DetailsRequestRow.person_id == whose.person))
    await session.execute(delete(ExceptionOperatorRow).where(ExceptionOperatorRow.person_id == whose.person))
    group = or_(GroupMemberRow.person_id == whose.person, GroupMemberRow.number.in_(whose.numbers))
    await session.execute(delete(GroupMemberRow).where(group))
    return files


async def _ids(session: AsyncSession, table: Any, condition: Any) -> list[UUID]:
    return list(await session.scalars(select(table.id).where(condition)))


async def _erase_audit(session: AsyncSession, table: Any, ids: Iterable[Any]) -> None:
    await session.execute(
        update(AuditRow)
        .where(AuditRow.table_name == table.__tablename__, AuditRow.row_id.in_([str(id_) for id_ in ids]))
        .values(before=null(), after=null())
    )
