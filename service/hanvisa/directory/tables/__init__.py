"""The tables of the database, one class each. Ids are UUIDv7, times UTC, numbers E.164."""

from __future__ import annotations

from hanvisa.directory.tables.absence import AbsenceReasonRow, AbsenceRow, ForwardingRow
from hanvisa.directory.tables.access import (
    RoleAssignmentRow,
    SessionRow,
    SignInTriesRow,
    TokenRow,
    UserRow,
)
from hanvisa.directory.tables.base import Base
from hanvisa.directory.tables.calendars import CalendarRow
from hanvisa.directory.tables.callbacks import CallbackRow
from hanvisa.directory.tables.calls import CallEventRow, CallRow, DecisionRow, MessageRow
from hanvisa.directory.tables.codes import CodeRow, ConfidentialMarkRow
from hanvisa.directory.tables.coverage import CoverageAlarmRow
from hanvisa.directory.tables.exceptions import ExceptionOperatorRow, ExceptionRow, ExceptionUseRow
from hanvisa.directory.tables.extracts import ExtractOpeningRow, ExtractRow
from hanvisa.directory.tables.follow_up import InvoiceLineRow, InvoiceRow, ReportMailRow
from hanvisa.directory.tables.greetings import GreetingCheckRow
from hanvisa.directory.tables.informing import (
    DetailsRequestRow,
    FlagRow,
    NoticeAcknowledgementRow,
    NoticeRow,
    TrainingRow,
    UnreferredMailRow,
)
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
    CarrierRow,
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
    "CalendarRow",
    "CallEventRow",
    "CallRow",
    "CallbackRow",
    "CarrierRow",
    "ChangeCounterRow",
    "CodeRow",
    "ConfidentialMarkRow",
    "CostCentreRow",
    "CoverageAlarmRow",
    "DecisionRow",
    "DepartmentRow",
    "DetailsRequestRow",
    "ExceptionOperatorRow",
    "ExceptionRow",
    "ExceptionUseRow",
    "ExtensionRow",
    "ExtractOpeningRow",
    "ExtractRow",
    "FlagRow",
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
    "NoticeAcknowledgementRow",
    "NoticeRow",
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
    "SessionRow",
    "SettingHistoryRow",
    "SettingRow",
    "SignInTriesRow",
    "SiteRow",
    "SwitchboardRow",
    "TokenRow",
    "TrainingRow",
    "UnreferredMailRow",
    "UserRow",
]
