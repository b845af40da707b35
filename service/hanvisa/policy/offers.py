"""The ways on that a referral offers: in one sentence, always in the same order, and only what really is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanvisa.policy.absence import mobile_number_to_tell
from hanvisa.policy.facts import Department, Person, Switchboard
from hanvisa.policy.messages import MessageKind, kinds_for
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register
from hanvisa.policy.stand_ins import DepartmentFacts, answering, stand_in_chain
from hanvisa.policy.substitutes import substitute_of
from hanvisa.policy.texts import TextMessage, text_with_direct_number


class Offer(StrEnum):
    """A way on and its key, in the order in which they are offered. English is offered in Swedish speech only."""

    MESSAGE = "1"  # left in the caller's own words
    INSTEAD = "2"  # the substitute, or the department
    MOBILE_NUMBER = "3"  # read out
    OPERATOR = "0"
    RING_BACK = "4"  # a message without words: please ring me
    TEXT = "5"  # the direct number as a text message
    AGAIN = "*"
    ENGLISH = "9"


@dataclass(frozen=True, slots=True)
class WaysOn:
    """What there is for this caller. ``messages`` are the kinds that they may leave.

    ``department`` only where there is no ``substitute``; numbers are E.164.
    """

    messages: tuple[MessageKind, ...] = ()
    substitute: Person | None = None
    department: Department | None = None
    mobile_number: str | None = None
    operator: Switchboard | None = None
    text: TextMessage | None = None
    language: Language = Language.SV

    @property
    def lead_on(self) -> bool:
        """They lead somewhere, and not to the operators alone."""
        instead = self.substitute or self.department
        return bool(self.messages or instead or self.mobile_number or self.text)

    @property
    def offers(self) -> tuple[Offer, ...]:
        offered = {
            Offer.MESSAGE: MessageKind.RECORDED in self.messages,
            Offer.INSTEAD: self.substitute is not None or self.department is not None,
            Offer.MOBILE_NUMBER: self.mobile_number is not None,
            Offer.OPERATOR: self.operator is not None,
            Offer.RING_BACK: MessageKind.RING_BACK in self.messages,
            Offer.TEXT: self.text is not None,
            Offer.AGAIN: True,
            Offer.ENGLISH: self.language is Language.SV,
        }
        return tuple(offer for offer in Offer if offered[offer])


def ways_on(
    register: Register,
    person: Person,
    at: datetime,
    *,
    number: str,
    confidential: bool,
    language: Language,
    caller: str = "",
    texts: bool = False,
) -> WaysOn:
    """What there is for the caller of a person who is not to be had. ``confidential``: the call is.

    ``number`` is where the person would ring them back, ``caller`` theirs as it is written (E.164); both "" withheld.
    ``texts``: text messages can be sent.
    """
    substitute = substitute_of(register, person, at)
    return WaysOn(
        messages=kinds_for(register, person, number, confidential=confidential),
        substitute=substitute,
        department=None if substitute else _department(register, person, at),
        mobile_number=mobile_number_to_tell(
            person, register.mobiles_of(person.id), confidential=confidential
        ),
        operator=register.switchboard_of(person.organisation_id),
        text=text_with_direct_number(register, person, caller, confidential=confidential, language=language)
        if texts
        else None,
        language=language,
    )


def _department(register: Register, person: Person, at: datetime) -> Department | None:
    """The person's own, where somebody besides them is to be had, or a department that stands in for it (G3)."""
    facts = DepartmentFacts(stand_in_chain(register, person.department_id, at, besides=person.id))
    return register.department(person.department_id) if answering(facts) else None
