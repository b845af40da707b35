"""One who has left, and a caller: all that names them is taken away, and what is counted of them stays.

Their calls, which may be many, are not among it. Functions give the sounds that are to go as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import String, delete, null, select, update

from hanvisa.directory.personal.erasing import (
    Files,
    erase_absences,
    erase_exceptions,
    erase_extracts,
    erase_forwardings,
    erase_greetings,
    erase_messages,
    erase_own_recordings,
    erase_trail_of,
)
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.theirs import (
    audit_of,
    callbacks_of,
    exceptions_for,
    forwardings_of,
    group_members_of,
    invoice_lines_of,
    messages_of,
)
from hanvisa.directory.personal.whose import Whose, is_of
from hanvisa.directory.tables import (
    AbsenceRow,
    AuditRow,
    Base,
    CalendarRow,
    CallbackRow,
    CoverageAlarmRow,
    DetailsRequestRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ExtensionRow,
    ExtractOpeningRow,
    ExtractRow,
    FlagRow,
    ForwardingRow,
    FunctionRow,
    GreetingCheckRow,
    GroupMemberRow,
    InvoiceLineRow,
    MessageRow,
    MobileRow,
    NoticeAcknowledgementRow,
    NumberRow,
    OperatorRow,
    PersonRow,
    PhoneRow,
    RecordingRow,
    ReportMailRow,
    RoleAssignmentRow,
    SessionRow,
    SignInTriesRow,
    TokenRow,
    TrainingRow,
    UnreferredMailRow,
    UserRow,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

_THEIRS: tuple[Any, ...] = (
    CalendarRow,
    CallbackRow,
    CoverageAlarmRow,
    ExtensionRow,
    ExtractOpeningRow,
    FlagRow,
    GroupMemberRow,
    MobileRow,
    NumberRow,
    OperatorRow,
    PhoneRow,
    RoleAssignmentRow,
    SessionRow,
    TokenRow,
    TrainingRow,
    UserRow,
)
"""Tables whose rows are about one person: what the audit trail has of them goes."""

_DOERS: tuple[Any, ...] = tuple(
    column
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if (column.name == "by" or column.name.endswith("_by")) and isinstance(column.type, String)
)
"""The columns that have the name of a user who did something."""

_OF_NO_USE: tuple[Any, ...] = (
    CalendarRow,
    DetailsRequestRow,
    ExceptionOperatorRow,
    FlagRow,
    FunctionRow,
    NoticeAcknowledgementRow,
    ReportMailRow,
    TrainingRow,
    UnreferredMailRow,
)
"""Tables of whose rows nothing is counted."""


async def erase_person(session: AsyncSession, whose: Whose, at: datetime) -> Files:
    """All but that there was somebody, where they belonged, and what is counted of them."""
    await _erase_trail(session, whose)
    files = await _erase_what_they_have(session, whose)
    await _erase_what_they_leave(session, whose)
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
    await _erase_accounts(session, whose, f"removed {whose.person}", at)
    return files


async def erase_caller(session: AsyncSession, whose: Whose) -> Files:
    """A number that is nobody's of the register: messages from it, the wish to be rung back, what leads to it.

    An exception for it stays, and holds for no number.
    """
    await _erase_trail(session, whose)
    return await _erase_by_number(session, whose)


async def _erase_trail(session: AsyncSession, whose: Whose) -> None:
    """First of all: what is theirs is found by what stands in it."""
    for held in HELD:
        if held.table in _THEIRS:
            await erase_trail_of(session, held.table, await _ids(session, held.table, held.of(whose)))
    await session.execute(update(AuditRow).where(audit_of(whose)).values(before=null(), after=null()))
    await session.execute(update(AuditRow).where(AuditRow.by.in_(whose.users)).values(address=None))


async def _erase_by_number(session: AsyncSession, whose: Whose) -> Files:
    """A person's own too."""
    files = await erase_messages(session, await _ids(session, MessageRow, messages_of(whose)))
    await erase_forwardings(session, await _ids(session, ForwardingRow, forwardings_of(whose)))
    await erase_exceptions(session, await _ids(session, ExceptionRow, exceptions_for(whose)))
    await session.execute(delete(GroupMemberRow).where(group_members_of(whose)))
    await session.execute(delete(CallbackRow).where(callbacks_of(whose)))
    return files


async def _erase_what_they_have(session: AsyncSession, whose: Whose) -> Files:
    files = await _erase_by_number(session, whose)
    files |= await erase_own_recordings(
        session, await _ids(session, RecordingRow, is_of(RecordingRow.person_id)(whose))
    )
    files |= await erase_absences(
        session, await _ids(session, AbsenceRow, is_of(AbsenceRow.person_id)(whose))
    )
    mobiles = await _ids(session, MobileRow, MobileRow.person_id == whose.person)
    checks = GreetingCheckRow.mobile_id.in_(mobiles)
    files |= await erase_greetings(session, await _ids(session, GreetingCheckRow, checks))
    await erase_extracts(session, await _ids(session, ExtractRow, ExtractRow.person_id == whose.person))
    return files


async def _erase_what_they_leave(session: AsyncSession, whose: Whose) -> None:
    await session.execute(
        update(AbsenceRow).where(AbsenceRow.substitute_id == whose.person).values(substitute_id=None)
    )
    for row in _OF_NO_USE:
        await session.execute(delete(row).where(row.person_id == whose.person))
    await session.execute(delete(InvoiceLineRow).where(invoice_lines_of(whose)))


async def _erase_accounts(session: AsyncSession, whose: Whose, nameless: str, at: datetime) -> None:
    users = await _ids(session, UserRow, UserRow.person_id == whose.person)
    access: tuple[Any, ...] = (TokenRow, RoleAssignmentRow, SessionRow)
    for row in access:
        await session.execute(delete(row).where(row.user_id.in_(users)))
    await session.execute(
        update(ExtractOpeningRow).where(ExtractOpeningRow.user_id.in_(users)).values(address=None)
    )
    tries = next(held for held in HELD if held.table is SignInTriesRow)
    await session.execute(delete(SignInTriesRow).where(tries.of(whose)))
    for number, user in enumerate(users):
        await session.execute(
            update(UserRow)
            .where(UserRow.id == user)
            .values(name=f"{nameless} {number}", external_id=None, password_hash=None, ended_at=at)
        )
    for column in _DOERS:
        await session.execute(
            update(column.table).where(column.in_(whose.users)).values({column.name: nameless})
        )


async def _ids(session: AsyncSession, table: Any, condition: Any) -> list[UUID]:
    return list(await session.scalars(select(table.id).where(condition)))
