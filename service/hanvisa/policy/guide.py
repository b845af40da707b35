"""O3: the spoken guide, with which a superuser introduces the telephone's simpler functions to others."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.facts import Code, CodeAction, Person
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest

TOLD = (
    CodeAction.SET_ABSENCE,
    CodeAction.END_ABSENCE,
    CodeAction.RECORD_GREETING,
    CodeAction.RECORD_NAME,
    CodeAction.LISTEN_TO_MESSAGES,
    CodeAction.TELL_WHAT_IS_SET,
    CodeAction.FORWARD,
    CodeAction.STOP_FORWARDING,
    CodeAction.CONFIDENTIAL,
    CodeAction.THREAT,
)
"""The functions, in the order in which the guide tells them: the referral of one's absence first."""

AGAIN = "1"
END = "*"


@dataclass(frozen=True, slots=True)
class GuideFacts:
    """``superuser``: whoever has dialled is one."""

    superuser: bool


@or_strictest(Effect.REFUSE, "O3")
def decide_guide(facts: GuideFacts) -> Decision:
    """Does whoever has dialled hear the guide?"""
    if facts.superuser:
        return Decision(
            Effect.ALLOW,
            ("O3",),
            Text(
                sv="Superanvändaren ger en kort introduktion, och guiden hjälper till (O3).",
                en="The superuser gives a short introduction, and the guide helps with it (O3).",
            ),
        )
    return Decision(
        Effect.REFUSE,
        ("O3",),
        Text(
            sv="Guiden hör till superanvändarens introduktion (O3).",
            en="The guide is part of a superuser's introduction (O3).",
        ),
    )


def guide_steps(register: Register) -> tuple[Code, ...]:
    """The codes that the guide tells, one a step: of each function the first code that the table has for it."""
    found = (register.codes_of(action) for action in TOLD)
    return tuple(codes[0] for codes in found if codes)


def after_step(step: int, key: str | None) -> int | None:
    """The step that comes next; None is the end. Without a key the guide goes on."""
    if key == END:
        return None
    return step if key == AGAIN else step + 1


def superuser_to_ask(register: Register, person: Person) -> Person | None:
    """A superuser for somebody who is none: of the same organisation if there is one."""
    superusers = [found for row in register.superusers.rows if (found := register.person(row.person_id))]
    near = (one for one in superusers if one.organisation_id == person.organisation_id)
    return next(near, superusers[0] if superusers else None)
