"""The kinds of cases about messages (S1)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hanvisa.policy.case_base import Row
from hanvisa.policy.case_expected import Case, Compared, Expected, ExpectedValues, Written
from hanvisa.policy.case_world import World, fact
from hanvisa.policy.facts import Message
from hanvisa.policy.messages import (
    MessageKind,
    decide_mail,
    decide_message,
    due_at,
    heard_by,
    message_facts,
    number_to_ring,
    reminder_at,
)
from hanvisa.policy.model import Text


class MessageWritten(Written):
    """To a ``person`` or a ``department``.

    ``number`` is the caller's: E.164, or an extension of the ``phone_of`` somebody of ours; "" is withheld.
    """

    person: str | None = None
    department: str | None = None
    kind: MessageKind
    number: str = "+46980319244"
    phone_of: str | None = None
    confidential: bool = False


class ExpectedMessage(Expected):
    """``ring`` is what the person dials to ring back; "" is nothing."""

    ring: str | None = None


class MessageCase(Case):
    """May this message be left for a person, or for a department?"""

    decide: Literal["message"]
    facts: MessageWritten
    expect: ExpectedMessage

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        register = world.register
        department = self.facts.department
        to = world.department(department) if department else world.person(self.facts.person or "")
        phones = register.phones_of(world.id_(self.facts.phone_of)) if self.facts.phone_of else ()
        ring = number_to_ring(register, next(iter(phones), None), self.facts.number, to)
        decision = decide_message(
            message_facts(register, to, self.facts.kind, ring, confidential=self.facts.confidential)
        )
        compared = self.expect.compare(decision)
        if self.expect.ring is not None:
            compared["ring"] = (self.expect.ring, ring)
        return decision.because, compared


class MessagesHeard(Written):
    person: str


class ExpectedHeard(ExpectedValues):
    """By their callers, in the order in which they are heard."""

    own: tuple[str, ...]
    departments: tuple[str, ...]


class MessagesHeardCase(Case):
    """Which messages does a person hear?"""

    decide: Literal["messages_heard"]
    facts: MessagesHeard
    messages: tuple[Row, ...] = ()
    expect: ExpectedHeard

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        rows = [{"id": row["caller"], "recording": None, "person_id": None, **row} for row in self.messages]
        register = world.register.replace(
            messages=[fact(Message, {**row, "due_at": row["left_at"]}) for row in rows]
        )
        own, departments = heard_by(register, world.person(self.facts.person).id)
        told = {
            "own": tuple(one.caller for one in own),
            "departments": tuple(one.caller for one in departments),
        }
        return None, self.expect.compare(told)


class MessageLeft(Written):
    left_at: AwareDatetime
    working_days: int = 2
    reminder_after: int = 1


class ExpectedDue(ExpectedValues):
    due_at: AwareDatetime | None = None
    reminder_at: AwareDatetime | None = None


class MessageDueCase(Case):
    """When is a message to be handled at the latest, and when is the person reminded?"""

    decide: Literal["message_due"]
    facts: MessageLeft
    expect: ExpectedDue

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        left_at, days = self.facts.left_at, self.facts.working_days
        told = {
            "due_at": due_at(left_at, days),
            "reminder_at": reminder_at(left_at, self.facts.reminder_after),
        }
        return None, self.expect.compare(told)


class MessageMailed(Written):
    confidential: bool = False


class MessageMailCase(Case):
    """May a mail tell who left a message, and have its sound?"""

    decide: Literal["message_mail"]
    facts: MessageMailed
    expect: Expected

    def compare(self, world: World) -> tuple[Text | None, Compared]:  # noqa: ARG002 - as of every case
        decision = decide_mail(confidential=self.facts.confidential)
        return decision.because, self.expect.compare(decision)
