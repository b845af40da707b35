"""What attendants live by: what becomes of a caller whom an operator has sent on or parked, and past a referral."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from hanvisa.policy.absence import why_in_words
from hanvisa.policy.facts import Person
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.strictest import or_strictest

PAST_REFERRAL = "*60*"
SERIAL = "*63*"
MESSAGE = "*62*"
PREFIXES = {PAST_REFERRAL: "past_referral", SERIAL: "serial", MESSAGE: "message"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator dials to transfer to: the number, and what stands before it, one after the other."""

    number: str
    past_referral: bool = False
    serial: bool = False
    message: bool = False


def read_wanted(dialled: str) -> Wanted:
    """``*60*205`` rings 205 past a referral, ``*63*205`` lets the caller come back after it, ``*63**60*205`` both.

    ``*62*205`` lets the caller leave a message for whoever has 205.
    """
    wanted = Wanted(dialled)
    while asks := next((one for one in PREFIXES if wanted.number.startswith(one)), None):
        wanted = replace(wanted, number=wanted.number.removeprefix(asks), **{PREFIXES[asks]: True})
    return wanted


class Waiting(StrEnum):
    """What the caller of a busy person has been asked."""

    NOT_ASKED = "not_asked"
    DECLINED = "declined"
    WAITS = "waits"
    OVER = "over"  # has waited as long as one waits


@dataclass(frozen=True, slots=True)
class SentOnFacts:
    """A caller whom an operator sent on has not been put through to ``person``.

    ``why`` is busy, no_answer, unplugged or not_rung. ``to_operator``: the person is an operator too. ``serial``: the
    operator wants the caller back after each party. ``setting`` is `HANVISA_UNANSWERED_TRANSFER`, for no answer alone.
    """

    person: Person
    why: str
    waiting: Waiting = Waiting.NOT_ASKED
    to_operator: bool = False
    serial: bool = False
    setting: Literal["referral", "recall"] = "referral"


@or_strictest(Effect.REFER, "G1")
def decide_sent_on(facts: SentOnFacts) -> Decision:
    """Is the caller offered to wait (WAIT), do they come back to the operator (RECALL), or hear the referral (REFER)?

    Busy is offered to wait first. To a colleague operator nobody is referred: the caller comes back.
    """
    name, why = facts.person.name, why_in_words(facts.why)
    if facts.to_operator:
        return _recall(
            f"{name} är telefonist och tog inte över samtalet; det kommer tillbaka",
            f"{name} is an operator and did not take the call over; it comes back",
        )
    is_busy = facts.why == "busy"
    if is_busy and facts.waiting in (Waiting.NOT_ASKED, Waiting.WAITS):
        return Decision(
            Effect.WAIT,
            ("G1",),
            Text(
                sv=f"{name} {why.sv}, och den som ringer får vänta (G1).",
                en=f"{name} {why.en}, and the caller may wait (G1).",
            ),
        )
    if facts.waiting is Waiting.OVER:
        return _recall(
            f"{name} har inte blivit ledig; samtalet går tillbaka till telefonisten",
            f"{name} has not become free; the call goes back to the operator",
        )
    if facts.serial:
        return _recall(
            "den som ringer ska tillbaka till telefonisten efter varje samtal",
            "the caller is to come back to the operator after each party",
        )
    if facts.setting == "recall" and not is_busy:
        return _recall(
            f"{name} {why.sv}, och inställningen säger att samtalet går tillbaka till telefonisten",
            f"{name} {why.en}, and the setting says that the call goes back to the operator",
        )
    return Decision(
        Effect.REFER,
        ("G1",),
        Text(
            sv=f"{name} {why.sv}, och den som ringer hänvisas (G1).",
            en=f"{name} {why.en}, and the caller is referred (G1).",
        ),
    )


@dataclass(frozen=True, slots=True)
class PastReferralFacts:
    """Somebody asks to ring ``person``'s phone though an absence is registered."""

    person: Person
    by_operator: bool


@or_strictest(Effect.REFER, "G1")
def decide_past_referral(facts: PastReferralFacts) -> Decision:
    """Only an operator, who has seen that the person is there after all, gets past the referral."""
    name = facts.person.name
    if facts.by_operator:
        return Decision(
            Effect.ALLOW,
            ("G1",),
            Text(
                sv=f"Telefonisten vet att {name} är på plats trots hänvisningen, så telefonen ringer (G1).",
                en=f"The operator knows that {name} is there despite the referral, so the phone rings (G1).",
            ),
        )
    return Decision(
        Effect.REFER,
        ("G1",),
        Text(
            sv="Bara telefonister kommer förbi en hänvisning (G1).",
            en="Only operators get past a referral (G1).",
        ),
    )


@dataclass(frozen=True, slots=True)
class PickUpFacts:
    """Somebody picks up a caller whom an operator has parked. ``mobile_on_line``: they have one on another line."""

    mobile_on_line: bool


@or_strictest(Effect.REFUSE, "O2")
def decide_pick_up(facts: PickUpFacts) -> Decision:
    """Does the caller come to the phone that has dialled the code? A conference inside it can't be seen."""
    if facts.mobile_on_line:
        return Decision(
            Effect.REFUSE,
            ("O2",),
            Text(
                sv="Den som har en mobil på tråden kan inte hämta ett parkerat samtal (O2).",
                en="Whoever has a mobile on the line can't pick up a parked caller (O2).",
            ),
        )
    return Decision(
        Effect.ALLOW,
        ("O2",),
        Text(
            sv="Den som ringer hämtas till en av våra telefoner, utan mobil på tråden (O2).",
            en="The caller is picked up at one of our phones, with no mobile on the line (O2).",
        ),
    )


def _recall(sv: str, en: str) -> Decision:
    return Decision(
        Effect.RECALL,
        ("G1",),
        Text(sv=f"{sv[:1].upper()}{sv[1:]} (G1).", en=f"{en[:1].upper()}{en[1:]} (G1)."),
    )
