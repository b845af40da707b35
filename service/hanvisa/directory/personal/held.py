"""Every table with something about people in it, and how one person's rows are found there.

docs/personal-data.md is made from this; a test holds it against the tables. What is ``kept`` names a setting in braces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from hanvisa.directory.personal.theirs import (
    audit_of,
    callbacks_of,
    calls_of,
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
    CallEventRow,
    CallRow,
    CostCentreRow,
    CoverageAlarmRow,
    DecisionRow,
    DetailsRequestRow,
    ExceptionOperatorRow,
    ExceptionRow,
    ExceptionUseRow,
    ExtensionRow,
    ExtractOpeningRow,
    ExtractRow,
    FlagRow,
    ForwardingRow,
    FunctionRow,
    GreetingCheckRow,
    GroupMemberRow,
    InvoiceLineRow,
    MembershipRow,
    MessageRow,
    MobileRow,
    NoticeAcknowledgementRow,
    NoticeRow,
    NumberRow,
    OperationRow,
    OperatorRow,
    OperatorSwitchboardRow,
    PersonRow,
    PhoneRow,
    RecordingRow,
    ReportMailRow,
    RoleAssignmentRow,
    SessionRow,
    SettingHistoryRow,
    SignInTriesRow,
    TokenRow,
    TrainingRow,
    UnreferredMailRow,
    UserRow,
)
from hanvisa.policy.sign_in import account_key


@dataclass(frozen=True, slots=True)
class Held:
    table: type[Base]
    what: str
    why: str
    kept: str
    of: Callable[[Whose], ColumnElement[bool]]


def _of_call(call_id: Any) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: call_id.in_(select(CallRow.id).where(calls_of(whose)))


def _target(row: type[ExtensionRow | NumberRow]) -> Callable[[Whose], ColumnElement[bool]]:
    return is_of(row.target_id)


def _of_user(user_id: Any) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: user_id.in_(select(UserRow.id).where(is_of(UserRow.person_id)(whose)))


_REGISTER = "while they are in the register, and {left} after"
_NAMELESS = f"{_REGISTER}; then without a name"
_CALL = "{calls} from the call; that of a threat for ever"
_IN_OFFICE = "until another is named"

HELD = (
    Held(
        PersonRow,
        "name, title, address for mails, language, what is protected, when best reached, working hours",
        "callers and colleagues are told whom they seek (G1, S2)",
        _NAMELESS,
        is_of(PersonRow.id),
    ),
    Held(
        FunctionRow,
        "what somebody is asked for",
        "to be found by it (S2)",
        _REGISTER,
        is_of(FunctionRow.person_id),
    ),
    Held(
        MembershipRow,
        "which department, from when to when",
        "whose absence empties a department, and figures by department (G3, F1)",
        _NAMELESS,
        is_of(MembershipRow.person_id),
    ),
    Held(ExtensionRow, "a person's extension", "to be rung", _NAMELESS, _target(ExtensionRow)),
    Held(
        NumberRow, "a person's direct number", "to be rung, and given out (O1)", _NAMELESS, _target(NumberRow)
    ),
    Held(
        PhoneRow,
        "whose telephone it is",
        "to be rung, and to know who rings",
        _NAMELESS,
        is_of(PhoneRow.owner_id),
    ),
    Held(
        MobileRow,
        "number, carrier, grounds, who decided it and when",
        "the register of mobiles (H1, B1, M1, P1)",
        _REGISTER,
        is_of(MobileRow.person_id),
    ),
    Held(
        GreetingCheckRow,
        "when a mobile's greeting was checked, what came, and the greeting itself as evidence",
        "a mobile has a greeting of its own (M2)",
        "the sound {greetings}; the rest as a count",
        lambda whose: GreetingCheckRow.mobile_id.in_(
            select(MobileRow.id).where(is_of(MobileRow.person_id)(whose))
        ),
    ),
    Held(
        CalendarRow,
        "where somebody's calendar is, and the name to read it with",
        "absences are set from it (G1)",
        _REGISTER,
        is_of(CalendarRow.person_id),
    ),
    Held(
        CoverageAlarmRow,
        "whose absence has left a department empty, and who has seen to it",
        "no department is empty for a whole day (G3)",
        "as long as the absence",
        lambda whose: CoverageAlarmRow.absence_id.in_(
            select(AbsenceRow.id).where(is_of(AbsenceRow.person_id)(whose))
        ),
    ),
    Held(
        FlagRow,
        "what somebody has seen to be wrong in a person's details",
        "details are kept current (S2)",
        _REGISTER,
        is_of(FlagRow.person_id),
    ),
    Held(
        DetailsRequestRow,
        "when somebody was asked by mail to confirm their details, and whether they have; of the link a digest",
        "details are kept current (S2)",
        _REGISTER,
        is_of(DetailsRequestRow.person_id),
    ),
    Held(
        UnreferredMailRow,
        "when somebody, and their telephone manager, were told by mail of calls that met no absence of theirs",
        "every absence is referred (G1)",
        _REGISTER,
        is_of(UnreferredMailRow.person_id),
    ),
    Held(
        TrainingRow,
        "that somebody is to be trained in telephony, and when they were",
        "new employees are trained (T1)",
        _REGISTER,
        is_of(TrainingRow.person_id),
    ),
    Held(
        NoticeRow,
        "a notice of a change, by whom it was written",
        "operators are told of changes (T2)",
        "{audit} from its end",
        lambda whose: NoticeRow.written_by.in_(whose.users),
    ),
    Held(
        NoticeAcknowledgementRow,
        "who has read a notice, and when",
        "operators are told of changes (T2)",
        "as long as the notice",
        is_of(NoticeAcknowledgementRow.person_id),
    ),
    Held(
        ReportMailRow,
        "that somebody has had a month's reports",
        "nobody has them twice (F1)",
        _REGISTER,
        is_of(ReportMailRow.person_id),
    ),
    Held(
        InvoiceLineRow,
        "a mobile's line of the carrier's invoice: number, when, how long, private or not",
        "the register of mobiles is held against what is paid for (B1, M1, P1)",
        "{calls} from its month, or until the invoice is replaced",
        invoice_lines_of,
    ),
    Held(
        GroupMemberRow,
        "who rings with a group; outside numbers too",
        "to be rung with it",
        "while they are in the group",
        group_members_of,
    ),
    Held(
        OperatorRow,
        "who is an operator, and whether they are open",
        "callers are rung to them",
        _NAMELESS,
        is_of(OperatorRow.person_id),
    ),
    Held(
        OperatorSwitchboardRow,
        "which main numbers an operator serves",
        "callers are rung to them",
        _NAMELESS,
        lambda whose: OperatorSwitchboardRow.operator_id.in_(
            select(OperatorRow.id).where(is_of(OperatorRow.person_id)(whose))
        ),
    ),
    Held(
        OperationRow,
        "who heads an operation, and who is its telephone manager",
        "follow-up rests with them (F1, T1)",
        _IN_OFFICE,
        lambda whose: or_(
            is_of(OperationRow.head_id)(whose), is_of(OperationRow.telephone_manager_id)(whose)
        ),
    ),
    Held(
        CostCentreRow,
        "who manages a cost centre",
        "follow-up rests with them (F1)",
        _IN_OFFICE,
        is_of(CostCentreRow.manager_id),
    ),
    Held(
        AbsenceRow,
        "why somebody is away (sickness among it), from when to when, a note, who stands in",
        "callers of who is away are told so (G1, G3); a sickness never",
        "{absences} from its end",
        is_of(AbsenceRow.person_id),
    ),
    Held(
        ForwardingRow,
        "where somebody's telephone is forwarded to",
        "calls follow it, and the allowance is reckoned (M3)",
        "{absences} from its end",
        forwardings_of,
    ),
    Held(
        RecordingRow,
        "somebody's name and greetings in their own voice",
        "callers hear them (G1)",
        "until another takes its place, or the absence is over, and {recordings} after",
        is_of(RecordingRow.person_id),
    ),
    Held(
        ExceptionRow,
        "whom an exception is for, why, and who granted it",
        "an operator may put callers through to a mobile (O2)",
        "{audit} from its end; then as a count",
        lambda whose: or_(
            exceptions_for(whose),
            ExceptionRow.granted_by.in_(whose.users),
            ExceptionRow.revoked_by.in_(whose.users),
        ),
    ),
    Held(
        ExceptionOperatorRow,
        "which operators may use an exception",
        "nobody else does (O2)",
        "{audit} from its end",
        is_of(ExceptionOperatorRow.person_id),
    ),
    Held(
        ExceptionUseRow,
        "in which call an exception was used",
        "each use is on record (O2)",
        "for ever, as a count: nobody is named after {calls}",
        _of_call(ExceptionUseRow.call_id),
    ),
    Held(
        CallRow,
        "who rang whom and when, who was sought, the operator, how it ended; of a private call the first digits alone",
        "to explain what a caller heard, and for follow-up (F1, F2)",
        f"{_CALL}; after that as a count, without numbers and persons",
        calls_of,
    ),
    Held(
        CallEventRow,
        "what happened in a call, step by step: keys, what was heard, who was rung",
        "to explain what a caller heard",
        _CALL,
        _of_call(CallEventRow.call_id),
    ),
    Held(
        DecisionRow,
        "what was decided in a call by which rules, and from which facts",
        "to explain and to decide again",
        f"the facts {_CALL}; the rest as a count",
        _of_call(DecisionRow.call_id),
    ),
    Held(
        MessageRow,
        "a caller's number and message, in their own voice; for whom it is, and who handled it",
        "who was not reached answers (S1)",
        "until it is handled, and {recordings} after; then as a count",
        lambda whose: or_(messages_of(whose), MessageRow.handled_by.in_(whose.users)),
    ),
    Held(
        CallbackRow,
        "the number of a caller who waits to be rung back",
        "to ring them back",
        "until they have been rung back, or in vain for the last time",
        callbacks_of,
    ),
    Held(
        UserRow,
        "who uses the system",
        "to know who asks, and who changed what",
        _NAMELESS,
        is_of(UserRow.person_id),
    ),
    Held(
        RoleAssignmentRow,
        "what somebody may do",
        "nobody does more",
        _REGISTER,
        _of_user(RoleAssignmentRow.user_id),
    ),
    Held(
        SessionRow,
        "when somebody signed in, and from which address; of the cookie a digest",
        "to know who asks",
        "until it ends, or they sign out; then in the changes",
        _of_user(SessionRow.user_id),
    ),
    Held(
        SignInTriesRow,
        "wrong passwords in a row, of a name or an address",
        "nobody guesses a password",
        "until the right one is given, and {recordings} at most",
        lambda whose: SignInTriesRow.name.in_([account_key(user) for user in whose.users]),
    ),
    Held(
        ExtractRow,
        "an extract of somebody's calls on suspicion: why, who asked and decided, and the calls",
        "misuse is looked into by two, and not by one alone (F2)",
        "the calls until the extract's end; why, and who has opened it, {audit}; the rest as a count",
        is_of(ExtractRow.person_id),
    ),
    Held(
        ExtractOpeningRow,
        "who opened an extract, when and from which address",
        "to know who has looked (F2)",
        "as long as the extract",
        _of_user(ExtractOpeningRow.user_id),
    ),
    Held(
        TokenRow,
        "the names of somebody's tokens; of the token itself a digest",
        "to know who asks",
        _REGISTER,
        _of_user(TokenRow.user_id),
    ),
    Held(
        AuditRow,
        "who changed what and when, from what to what",
        "every change can be accounted for",
        "{audit}; of what is taken away before, only that it was changed, by whom and when",
        audit_of,
    ),
    Held(
        SettingHistoryRow,
        "who changed a setting",
        "every change can be accounted for",
        "the name {audit}",
        lambda whose: SettingHistoryRow.by.in_(whose.users),
    ),
)

NOBODYS = frozenset(
    {
        "absence_reasons",
        "carriers",
        "change_counters",
        "codes",
        "confidential_marks",
        "departments",
        "groups",
        "invoices",
        "organisations",
        "settings",
        "sites",
        "switchboards",
    }
)
