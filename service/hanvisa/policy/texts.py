"""O1: the direct number of whoever is sought, as a text message to the caller's own mobile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import Person
from hanvisa.policy.model import Decision, Effect, Language, Text
from hanvisa.policy.numbers import NumberPlan, display, read_number
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """``to`` is E.164; ``words`` is what stands in it."""

    to: str
    words: str


@dataclass(frozen=True, slots=True)
class TextFacts:
    """``lately`` is how many messages the caller's number was to have within a day; ``a_day``: how many it may."""

    lately: int
    a_day: int


@or_strictest(Effect.REFUSE, "O1")
def decide_text(facts: TextFacts) -> Decision:
    """May one more be sent? The number of a caller can be forged, and nobody is to be flooded with messages."""
    if facts.lately < facts.a_day:
        return Decision(
            Effect.ALLOW,
            ("O1",),
            Text(
                sv="Direktnumret lämnas ut som sms (O1).",
                en="The direct number is given out by text message (O1).",
            ),
        )
    return Decision(
        Effect.REFUSE,
        ("O1",),
        Text(
            sv=f"Ett nummer får högst {facts.a_day} sms på ett dygn: det som visas kan vara förfalskat (O1).",
            en=f"A number gets {facts.a_day} text messages a day at most: the one shown may be forged (O1).",
        ),
    )


def text_with_direct_number(
    register: Register, person: Person, caller: str, *, confidential: bool, language: Language
) -> TextMessage | None:
    """The text message for the caller of that person, or None where there is none to be had.

    ``caller`` is their number: E.164, "" where it is withheld, an extension's digits on a phone of ours. A confidential
    call leaves nothing on a mobile (M4).
    """
    number = register.direct_number(person)
    if number is None or confidential or is_confidential_person(register, person):
        return None
    if not may_receive_texts(caller, register):
        return None
    organisation = register.organisation(person.organisation_id)
    whose = ", ".join(filter(None, (person.name, organisation.name if organisation else "")))
    if language is Language.EN:
        return TextMessage(caller, f"Direct number of {whose}: {number}")
    return TextMessage(caller, f"Direktnummer till {whose}: {display(number)}")


def may_receive_texts(caller: str, register: Register) -> bool:
    """Whether the number may be a mobile: every outside number does that is not known to be a fixed one."""
    return caller.startswith("+") and read_number(caller, None, register, NumberPlan()).kind.may_be_mobile
