"""From the database's rows to the register's facts, one loader for each of the register's tables.

What has ended is not loaded: neither rows that were ended, nor absences and exceptions of the past, nor messages that
are handled. Of the forwardings those of the past two months are, which count towards M3's allowance, and of what has
ended the protected numbers: old calls have them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.directory.loading import callbacks, codes, messages, organisation, setting, telephony
from hanvisa.directory.loading.common import LOCAL, belongs_now
from hanvisa.directory.loading.setting import exception_of, reason_of
from hanvisa.directory.tables import (
    AbsenceReasonRow,
    AbsenceRow,
    CallbackRow,
    CodeRow,
    ConfidentialMarkRow,
    DepartmentRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ExtensionRow,
    ForwardingRow,
    FunctionRow,
    GroupMemberRow,
    GroupRow,
    MembershipRow,
    MessageRow,
    MobileRow,
    NumberRow,
    OperationRow,
    OperatorRow,
    OperatorSwitchboardRow,
    OrganisationRow,
    PersonRow,
    PhoneRow,
    RecordingRow,
    RoleAssignmentRow,
    SettingRow,
    SiteRow,
    SwitchboardRow,
    UserRow,
)

__all__ = ["LOADERS", "LOCAL", "belongs_now", "exception_of", "load", "reason_of"]

Load = Callable[[AsyncSession, datetime], Awaitable[Iterable[Any] | Awaitable[Iterable[Any]]]]
"""Gives the facts, or, where there are many, what makes them of what was read."""


@dataclass(frozen=True, slots=True)
class Loader:
    """How a table of the register is loaded, and from which of the database's tables."""

    load: Load
    sources: frozenset[str]


def _loader(load: Load, *sources: Any) -> Loader:
    return Loader(load, frozenset(source.__tablename__ for source in sources))


LOADERS: dict[str, Loader] = {
    "organisations": _loader(organisation.organisations, OrganisationRow),
    "operations": _loader(organisation.operations, OperationRow),
    "departments": _loader(organisation.departments, DepartmentRow, OperationRow),
    "persons": _loader(
        organisation.persons, PersonRow, MembershipRow, FunctionRow, DepartmentRow, OperationRow
    ),
    "mobiles": _loader(telephony.mobiles, MobileRow),
    "extensions": _loader(telephony.extensions, ExtensionRow),
    "numbers": _loader(telephony.numbers, NumberRow),
    "protected_numbers": _loader(telephony.protected_numbers, MobileRow, NumberRow, PersonRow),
    "phones": _loader(telephony.phones, PhoneRow, SiteRow),
    "groups": _loader(telephony.groups, GroupRow, GroupMemberRow),
    "switchboards": _loader(telephony.switchboards, SwitchboardRow),
    "operators": _loader(telephony.operators, OperatorRow, OperatorSwitchboardRow),
    "reasons": _loader(setting.reasons, AbsenceReasonRow),
    "absences": _loader(setting.absences, AbsenceRow, AbsenceReasonRow),
    "forwardings": _loader(setting.forwardings, ForwardingRow),
    "codes": _loader(codes.codes, CodeRow),
    "superusers": _loader(organisation.superusers, UserRow, RoleAssignmentRow),
    "recordings": _loader(codes.recordings, RecordingRow, AbsenceRow),
    "marks": _loader(codes.marks, ConfidentialMarkRow),
    "messages": _loader(messages.messages, MessageRow),
    "callbacks": _loader(callbacks.callbacks, CallbackRow),
    "exceptions": _loader(setting.exceptions, ExceptionRow, ExceptionOperatorRow),
    "settings": _loader(setting.settings, SettingRow),
}
"""By the names of the register's tables."""


async def load(session: AsyncSession, names: Iterable[str], at: datetime) -> dict[str, Iterable[Any]]:
    """The rows of the named tables of the register, for :meth:`Register.replace`.

    Many facts are made while the next table is being read.
    """
    facts: dict[str, Iterable[Any]] = {}
    making: dict[str, asyncio.Future[Iterable[Any]]] = {}
    try:
        for name in names:
            found = await LOADERS[name].load(session, at)
            if isinstance(found, Awaitable):
                making[name] = asyncio.ensure_future(found)
            else:
                facts[name] = found
        return facts | {name: await made for name, made in making.items()}
    finally:
        for one in making.values():
            one.cancel()
