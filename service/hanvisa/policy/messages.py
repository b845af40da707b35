"""Messages for somebody who was not to be had (S1): who may leave which to whom, and when they are to be handled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.facts import Department, Message, MessageState, Organisation, Person, Phone, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, NumberPlan, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.spelling import is_one_number
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_ENDS, WORKDAY_STARTS, local_time
from hanvisa.policy.workdays import next_working_day

Recipient = Person | Department


class MessageKind(StrEnum):
    RECORDED = "recorded"  # in the caller's own words
    RING_BACK = "ring_back"  # without a sound: "please ring me"


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """``has_phone``: the person, or somebody of the department, has one to hear messages on.

    ``number`` is where to ring the caller, "" withheld.
    """

    kind: MessageKind
    has_phone: bool
    number: str
    confidential: bool = False


@or_strictest(Effect.REFUSE, "S1")
def decide_message(facts: MessageFacts) -> Decision:
    """May this message be left? Who is let leave one in a confidential call (M4) is told so before it is recorded."""
    if not facts.has_phone:
        return Decision(Effect.REFUSE, ("S1",), _NOT_HEARD)
    if facts.kind is MessageKind.RING_BACK and not facts.number:
        return Decision(Effect.REFUSE, ("S1",), _NO_NUMBER)
    if facts.confidential:
        return Decision(Effect.ALLOW, ("S1", "M4"), _CONFIDENTIAL)
    return Decision(Effect.ALLOW, ("S1",), _LEFT)


def decide_mail(*, confidential: bool) -> Decision:
    """May a mail about a message tell who left it, and have its sound? Mails are read on mobiles (M4)."""
    if confidential:
        return Decision(Effect.REFUSE, ("M4", "S1"), _NOT_MAILED)
    return Decision(Effect.ALLOW, ("S1",), _MAILED)


def message_facts(
    register: Register, to: Recipient, kind: MessageKind, number: str, *, confidential: bool
) -> MessageFacts:
    """``number`` as :func:`number_to_ring` gives it; ``confidential``: the call is."""
    concerned = (to,) if isinstance(to, Person) else register.members(to.id)
    has_phone = any(register.phones_of(one.id) or register.operator(one.id) for one in concerned)
    return MessageFacts(kind, has_phone, number, confidential)


def kinds_for(
    register: Register, to: Recipient, number: str, *, confidential: bool
) -> tuple[MessageKind, ...]:
    """What this caller may leave for a person or a department."""
    return tuple(
        kind
        for kind in MessageKind
        if decide_message(message_facts(register, to, kind, number, confidential=confidential)).allowed
    )


def number_to_ring(register: Register, phone: Phone | None, number: str, to: Recipient) -> str:
    """What whoever gets the message dials to ring the caller back; "" where the number is withheld.

    ``number`` is the caller's, E.164; their extension where they call from a ``phone`` of ours.
    """
    if phone is None or not number or phone.organisation_id == to.organisation_id:
        return number
    organisation = register.organisation(phone.organisation_id)
    return f"{organisation.prefix}{number}" if organisation and organisation.prefix else ""


def number_written(
    written: str, organisation: Organisation | None, register: Register, plan: NumberPlan
) -> str:
    """The caller's number that somebody wrote down, as it is kept: E.164, as of who leaves a message by voice.

    An extension, a code, and what more than one number is written, stay as they are. ``organisation`` is the
    recipient's.
    """
    if not is_one_number(written):
        return written
    reading = read_number(written, organisation, register, plan)
    is_outside = reading.kind is not NumberKind.UNKNOWN and (reading.number or "").startswith("+")
    return reading.number if reading.number and is_outside else written


def heard_by(register: Register, person_id: UUID) -> tuple[list[Message], list[Message]]:
    """What a person hears: their own messages, and then their department's, which are for whoever is first."""
    person = register.person(person_id)
    departments = register.messages_of_department(person.department_id) if person else ()
    return in_order(register.messages_of(person_id)), in_order(departments)


def in_order(messages: Iterable[Message]) -> list[Message]:
    """As they are heard: new ones first, of each kind the one that was left first."""
    return sorted(messages, key=lambda one: (one.state is not MessageState.NEW, one.left_at))


def due_at(left_at: datetime, working_days: int) -> datetime:
    """When a message is to be handled at the latest: the end of the day so many working days after it was left."""
    return local_time(_working_days_after(left_at, working_days), WORKDAY_ENDS)


def reminder_at(left_at: datetime, working_days: int) -> datetime:
    """When the person is reminded of a message: in the morning, after so many whole working days."""
    return local_time(_working_days_after(left_at, working_days + 1), WORKDAY_STARTS)


def _working_days_after(moment: datetime, count: int) -> date:
    day = aware(moment).astimezone(LOCAL).date()
    for _ in range(count):
        day = next_working_day(day)
    return day


_NOT_HEARD = Text(
    sv="Det finns ingen telefon att avlyssna meddelandet på.",
    en="There is no phone to hear the message on.",
)
_NO_NUMBER = Text(
    sv="Numret är hemligt, så det finns inget att ringa upp.",
    en="The number is withheld, so there is nothing to ring.",
)
_CONFIDENTIAL = Text(
    sv="Meddelandet får lämnas. Samtalet omfattas av sekretess, och det sägs före inspelningen.",
    en="The message may be left. The call is confidential, which is said before it is recorded.",
)
_NOT_MAILED = Text(
    sv="Ett sekretessmeddelande hörs bara på telefonen: brev läses i mobiler.",
    en="A confidential message is heard on the phone only: mails are read on mobiles.",
)
_MAILED = Text(
    sv="Brevet talar om vem som ringde, och ljudet följer med.",
    en="The mail tells who rang, and has the sound with it.",
)
_LEFT = Text(
    sv="Den som inte gick att nå får ett meddelande att besvara.",
    en="Whoever was not to be had gets a message to answer.",
)
