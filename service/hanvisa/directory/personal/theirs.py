"""Which rows are one person's, or a caller's: those of tables in which that is more than one column."""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, and_, exists, or_, select

from hanvisa.directory.personal.whose import TheirNumber, Whose, is_of, is_theirs, was_dialled
from hanvisa.directory.repositories.audit import stands_in
from hanvisa.directory.tables import (
    AuditRow,
    CallbackRow,
    CallRow,
    DecisionRow,
    ExceptionRow,
    ForwardingRow,
    GroupMemberRow,
    InvoiceLineRow,
    InvoiceRow,
    MessageRow,
    MobileRow,
)
from hanvisa.policy.swedish_time import LOCAL


def calls_of(whose: Whose) -> ColumnElement[bool]:
    """The calls that they took part in: who rang, who was sought, the operator, and whom it was to.

    Whose number was dialled is known from how it was read: the digits alone may be spelt in many ways.
    """
    call = CallRow
    persons = (call.caller_person_id, call.person_id, call.operator_id)
    return or_(
        *(is_of(person)(whose) for person in persons),
        is_theirs(call.caller, call.started_at, whose.numbers),
        was_dialled(call.called, call.started_at, whose.numbers),
        call.id.in_(select(DecisionRow.call_id).where(_was_rung(whose))),
    )


def _was_rung(whose: Whose) -> ColumnElement[bool]:
    """A decision about putting somebody through to a number of theirs."""
    decision = DecisionRow
    number = decision.facts["number", "number"].as_string()
    return and_(decision.kind == "JoinFacts", is_theirs(number, decision.at, whose.numbers))


def messages_of(whose: Whose) -> ColumnElement[bool]:
    message = MessageRow
    return or_(is_of(message.person_id)(whose), is_theirs(message.caller, message.created_at, whose.numbers))


def callbacks_of(whose: Whose) -> ColumnElement[bool]:
    return is_theirs(CallbackRow.number, CallbackRow.since, whose.numbers)


def forwardings_of(whose: Whose) -> ColumnElement[bool]:
    """Theirs, and others' to them."""
    row = ForwardingRow
    return or_(is_of(row.person_id)(whose), was_dialled(row.target, row.starts_at, whose.numbers))


def exceptions_for(whose: Whose) -> ColumnElement[bool]:
    row = ExceptionRow
    return or_(is_of(row.scope_id)(whose), is_theirs(row.number, row.starts_at, whose.numbers))


def group_members_of(whose: Whose) -> ColumnElement[bool]:
    """A number, which stands there without a time, is theirs until it is another's of the register."""
    member, mobile = GroupMemberRow, MobileRow
    is_anothers = exists().where(
        mobile.number == member.number, mobile.person_id != whose.person, mobile.ended_at.is_(None)
    )
    had = member.number.in_([one.number for one in whose.numbers])
    return or_(is_of(member.person_id)(whose), and_(had, ~is_anothers))


def invoice_lines_of(whose: Whose) -> ColumnElement[bool]:
    """Of what has no time, as a fee, the invoice's month tells."""
    line = InvoiceLineRow

    def of_its_month(one: TheirNumber) -> ColumnElement[bool]:
        months = select(InvoiceRow.id)
        if one.since is not None:
            months = months.where(InvoiceRow.month >= f"{one.since.astimezone(LOCAL):%Y-%m}")
        if one.until is not None:
            months = months.where(InvoiceRow.month <= f"{one.until.astimezone(LOCAL):%Y-%m}")
        return and_(line.number == one.number, line.at.is_(None), line.invoice_id.in_(months))

    return or_(is_theirs(line.number, line.at, whose.numbers), *map(of_its_month, whose.numbers))


def audit_of(whose: Whose) -> ColumnElement[bool]:
    """Changes of what is theirs: of their rows, or with their id, number or user before or after; and what they did."""
    theirs = [str(whose.person)] if whose.person else []
    told = sorted({*theirs, *(spelt for user in whose.users for spelt in _in_json(user))})
    return or_(
        *(AuditRow.row_id.contains(one) for one in theirs),
        AuditRow.by.in_(whose.users),
        *map(stands_in, told),
        *(and_(stands_in(f'"{one.number}"'), one.theirs_then(AuditRow.at)) for one in whose.numbers),
    )


def _in_json(text: str) -> tuple[str, str]:
    """As it is, and with the escapes that SQLite's older rows have."""
    return json.dumps(text, ensure_ascii=False), json.dumps(text)
