"""The tables of the database, one class each. Ids are UUIDv7, times UTC, numbers E.164."""

from __future__ import annotations

from hanvisa.directory.tables.absence import AbsenceReasonRow, AbsenceRow, ForwardingRow
from hanvisa.directory.tables.access import RoleAssignmentRow, TokenRow, UserRow
from hanvisa.directory.tables.base import Base
from hanvisa.directory.tables.callbacks import CallbackRow
from hanvisa.directory.tables.calls import CallEventRow, CallRow, DecisionRow, MessageRow
from hanvisa.directory.tables.codes import CodeRow, ConfidentialMarkRow
from hanvisa.directory.tables.exceptions import ExceptionOperatorRow, ExceptionRow, ExceptionUseRow
from hanvisa.directory.tables.follow_up import InvoiceLineRow, InvoiceRow, ReportMailRow
from hanvisa.directory.tables.greetings import GreetingCheckRow
from hanvisa.directory.tables.keeping import AuditRow, ChangeCounterRow, SettingHistoryRow, SettingRow
from hanvisa.directory.tables.organisation import (
    CostCentreRow,
    DepartmentRow,
    OperationRow,
    OrganisationRow,
    SiteRow,
)
from hanvisa.directory.tables.people import FunctionRow, MembershipRow, PersonRow
from hanvisa.directory.tables.recordings import RecordingRow
from hanvisa.directory.tables.telephony import (
    ExtensionRow,
    GroupMemberRow,
    GroupRow,
    MobileRow,
    NumberRow,
    OperatorRow,
    OperatorSwitchboardRow,
    PhoneRow,
    SwitchboardRow,
)

__all__ = [
    "AbsenceReasonRow",
    "AbsenceRow",
    "AuditRow",
    "Base",
    "CallEventRow",
    "CallRow",
    "CallbackRow",
    "ChangeCounterRow",
    "CodeRow",
    "ConfidentialMarkRow",
    "CostCentreRow",
    "DecisionRow",
    "DepartmentRow",
    "ExceptionOperatorRow",
    "ExceptionRow",
    "ExceptionUseRow",
    "ExtensionRow",
    "ForwardingRow",
    "FunctionRow",
    "GreetingCheckRow",
    "GroupMemberRow",
    "GroupRow",
    "InvoiceLineRow",
    "InvoiceRow",
    "MembershipRow",
    "MessageRow",
    "MobileRow",
    "NumberRow",
    "OperationRow",
    "OperatorRow",
    "OperatorSwitchboardRow",
    "OrganisationRow",
    "PersonRow",
    "PhoneRow",
    "RecordingRow",
    "ReportMailRow",
    "RoleAssignmentRow",
    "SettingHistoryRow",
    "SettingRow",
    "SiteRow",
    "SwitchboardRow",
    "TokenRow",
    "UserRow",
]
