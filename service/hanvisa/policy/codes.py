"""Codes on the phone (docs/import.md, codes.csv): from what was dialled to what is meant, or what is wrong with it.

Codes are for the phone's own person; what is done for somebody else is the operators' alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.absence import absence_at, is_set_already
from hanvisa.policy.facts import (
    AbsenceReason,
    Code,
    CodeAction,
    ForwardingKind,
    Person,
    RecordingKind,
    TargetKind,
)
from hanvisa.policy.forwarding import default_end, forwarding_at
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.timing import TimeRefused, until_keyed, until_time

FORWARDS: Mapping[CodeAction, ForwardingKind] = {
    CodeAction.FORWARD: ForwardingKind.ALWAYS,
    CodeAction.FORWARD_WHEN_BUSY: ForwardingKind.BUSY,
    CodeAction.FORWARD_WHEN_NO_ANSWER: ForwardingKind.NO_ANSWER,
}
STOPS: Mapping[CodeAction, ForwardingKind] = {
    CodeAction.STOP_FORWARDING: ForwardingKind.ALWAYS,
    CodeAction.STOP_FORWARDING_WHEN_BUSY: ForwardingKind.BUSY,
    CodeAction.STOP_FORWARDING_WHEN_NO_ANSWER: ForwardingKind.NO_ANSWER,
}
FOR_SOMEBODY = (CodeAction.SET_ABSENCE_FOR, CodeAction.END_ABSENCE_FOR, CodeAction.PARK)

_KEYED = re.compile(r"([*#]\d{2,4})((?:\*[\d+]*)*)#?")  # a code, and what is keyed with it
_SHORT = re.compile(r"[*#]\d{2,4}(?:\*\d{0,5})*#?")  # no telephone number in it


class CodeFault(StrEnum):
    """What is wrong with what was dialled, each said in a sentence."""

    UNKNOWN_CODE = "unknown_code"
    NOBODYS_PHONE = "nobodys_phone"
    OPERATORS_ONLY = "operators_only"
    SPELLING = "spelling"
    NO_REASON = "no_reason"
    NO_PERSON = "no_person"
    SET_ALREADY = "set_already"
    EMPTY_DEPARTMENT = "empty_department"  # G3
    NOT_ABSENT = "not_absent"
    ONLY_IN_CALL = "only_in_call"
    NOBODY_PARKED = "nobody_parked"
    MOBILE_ON_LINE = "mobile_on_line"
    NO_CALL = "no_call"
    NOTHING_TO_END = "nothing_to_end"
    # timing.TimeFault
    NO_TIME = "no_time"
    NOT_A_TIME = "not_a_time"
    PAST = "past"
    NOT_A_DAY = "not_a_day"
    # forwarding.ForwardingFault
    OVER = "over"
    PRIVATE = "private"
    NO_TARGET = "no_target"
    TO_ITSELF = "to_itself"
    CONFIDENTIAL_LINE = "confidential_line"
    TOO_LONG = "too_long"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class SetAbsence:
    """``until`` None is until cancelled."""

    person: Person
    reason: AbsenceReason
    until: datetime | None


@dataclass(frozen=True, slots=True)
class EndAbsence:
    person: Person


@dataclass(frozen=True, slots=True)
class Forward:
    """``target`` as it was dialled."""

    person: Person
    kind: ForwardingKind
    target: str
    until: datetime


@dataclass(frozen=True, slots=True)
class StopForwarding:
    person: Person
    kind: ForwardingKind


@dataclass(frozen=True, slots=True)
class TellWhatIsSet:
    person: Person


@dataclass(frozen=True, slots=True)
class ListenToMessages:
    person: Person


@dataclass(frozen=True, slots=True)
class Record:
    """``absence_id`` is that of a greeting."""

    person: Person
    kind: RecordingKind
    absence_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class TellGuide:
    """O3."""

    person: Person


@dataclass(frozen=True, slots=True)
class Park:
    """The caller who is transferred here waits for this person."""

    person: Person


@dataclass(frozen=True, slots=True)
class PickUp:
    """The caller who is parked for this person."""

    person: Person


@dataclass(frozen=True, slots=True)
class OpenOrClose:
    """The operator at the phone."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The operator at the phone."""


@dataclass(frozen=True, slots=True)
class MarkNextCall:
    """The phone's next call is confidential."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The confidential calls of this operator that a mobile is on (M4)."""

    person: Person


@dataclass(frozen=True, slots=True)
class Wrong:
    fault: CodeFault


Meaning = (
    SetAbsence
    | EndAbsence
    | Forward
    | StopForwarding
    | TellWhatIsSet
    | ListenToMessages
    | TellGuide
    | Record
    | Park
    | PickUp
    | OpenOrClose
    | Pause
    | MarkNextCall
    | TakeBack
    | Wrong
)


ON_ANY_PHONE: Mapping[CodeAction, Meaning] = {
    CodeAction.OPEN_OR_CLOSE: OpenOrClose(),  # whoever sits there must be an operator
    CodeAction.PAUSE: Pause(),
    CodeAction.CONFIDENTIAL: MarkNextCall(),
    CodeAction.THREAT: Wrong(CodeFault.ONLY_IN_CALL),
}


def _record_greeting(person: Person, register: Register, at: datetime) -> Record | Wrong:
    """For the absence that callers hear of now."""
    now = absence_at(register.absences_of(person.id), at)
    if now is None:
        return Wrong(CodeFault.NOT_ABSENT)
    return Record(person, RecordingKind.GREETING, now.absence.id)


def _take_back(person: Person, register: Register, _: datetime) -> TakeBack | Wrong:
    return TakeBack(person) if register.operator(person.id) else Wrong(CodeFault.OPERATORS_ONLY)


BY_ITSELF: Mapping[CodeAction, Callable[[Person, Register, datetime], Meaning]] = {
    CodeAction.TELL_WHAT_IS_SET: lambda person, *_: TellWhatIsSet(person),
    CodeAction.LISTEN_TO_MESSAGES: lambda person, *_: ListenToMessages(person),
    CodeAction.GUIDE: lambda person, *_: TellGuide(person),
    CodeAction.PARK: lambda person, *_: Park(person),
    CodeAction.PICK_UP: lambda person, *_: PickUp(person),
    CodeAction.RECORD_NAME: lambda person, *_: Record(person, RecordingKind.NAME),
    CodeAction.RECORD_GREETING: _record_greeting,
    CodeAction.TAKE_BACK: _take_back,
}
"""Nothing is keyed with these."""


def code_in(dialled: str, register: Register) -> Code | None:
    """The code that was dialled, None when the table has none that begins so."""
    keyed = _KEYED.fullmatch(dialled)
    return register.code(keyed[1]) if keyed else None


def looks_like_code(dialled: str) -> bool:
    """Whether it is built as a code, and has no telephone number in it: what withholds a number (*31#...) is none."""
    return _SHORT.fullmatch(dialled) is not None


def understand(
    dialled: str, register: Register, user: UUID | None, at: datetime, plan: NumberPlan | None = None
) -> Meaning:
    """What somebody means who dials this on the phone of ``user``, at this moment."""
    code, keyed = code_in(dialled, register), _KEYED.fullmatch(dialled)
    if code is None or keyed is None:
        return Wrong(CodeFault.UNKNOWN_CODE)
    given = keyed[2].split("*")[1:]
    if code.action in ON_ANY_PHONE:
        return ON_ANY_PHONE[code.action]
    person = register.person(user) if user else None
    if person is None:
        return Wrong(CodeFault.NOBODYS_PHONE)
    if code.action in FOR_SOMEBODY or (code.action is CodeAction.PICK_UP and given):
        return _meant_for_somebody(code.action, given, person, register, at, plan or NumberPlan())
    return _meant(code.action, given, person, register, at)


def _meant_for_somebody(  # noqa: PLR0917 - the facts, and what was keyed
    action: CodeAction, given: list[str], operator: Person, register: Register, at: datetime, plan: NumberPlan
) -> Meaning:
    if register.operator(operator.id) is None:
        return Wrong(CodeFault.OPERATORS_ONLY)
    somebody = _person_at(given[0], operator, register, plan) if given else None
    if somebody is None:
        return Wrong(CodeFault.NO_PERSON if given else CodeFault.SPELLING)
    return _meant(action, given[1:], somebody, register, at)


def _meant(action: CodeAction, given: list[str], person: Person, register: Register, at: datetime) -> Meaning:
    try:
        return _in_its_time(action, given, person, register, at)
    except TimeRefused as refused:
        return Wrong(CodeFault(refused.fault))


def _in_its_time(
    action: CodeAction, given: list[str], person: Person, register: Register, at: datetime
) -> Meaning:
    """Raises TimeRefused."""
    match action, given:
        case ((CodeAction.SET_ABSENCE | CodeAction.SET_ABSENCE_FOR), [reason, *time]) if len(time) <= 1:
            by_operator = action is CodeAction.SET_ABSENCE_FOR
            return _absence(person, register, reason, "".join(time), at, by_operator=by_operator)
        case ((CodeAction.END_ABSENCE | CodeAction.END_ABSENCE_FOR), []):
            is_absent = absence_at(register.absences_of(person.id), at) is not None
            return EndAbsence(person) if is_absent else Wrong(CodeFault.NOTHING_TO_END)
        case _, [number, *time] if action in FORWARDS and number and len(time) <= 1:
            until = until_time(time[0], at) if any(time) else default_end(at)
            return Forward(person, FORWARDS[action], number, until)
        case _, [] if action in STOPS:
            is_on = forwarding_at(register.forwardings_of(person.id), at, STOPS[action]) is not None
            return StopForwarding(person, STOPS[action]) if is_on else Wrong(CodeFault.NOTHING_TO_END)
        case _, [] if action in BY_ITSELF:
            return BY_ITSELF[action](person, register, at)
    return Wrong(CodeFault.SPELLING)


def _absence(
    person: Person, register: Register, code: str, time: str, at: datetime, *, by_operator: bool
) -> SetAbsence | Wrong:
    """An operator is not told that somebody is away for a private reason already (G1). Raises TimeRefused."""
    reason = register.reason(code)
    if reason is None:
        return Wrong(CodeFault.NO_REASON)
    until = until_keyed(reason, time, at)
    is_hidden = by_operator and reason.private
    if not is_hidden and is_set_already(register.absences_of(person.id), reason.code, at, until):
        return Wrong(CodeFault.SET_ALREADY)
    return SetAbsence(person, reason, until)


def _person_at(extension: str, operator: Person, register: Register, plan: NumberPlan) -> Person | None:
    organisation = register.organisation(operator.organisation_id)
    target = read_number(extension, organisation, register, plan).target
    return register.person(target[1]) if target and target[0] is TargetKind.PERSON else None
