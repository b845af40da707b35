"""H1, B1, M1 and P1: what the registration of a mobile must say, or it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanvisa.policy.facts import Mobile, Person, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.substance import has_substance


class MobileFault(StrEnum):
    """What is wrong with a registration."""

    NO_HOLDER = "no_holder"
    NO_NUMBER = "no_number"
    TAKEN = "taken"
    NO_CARRIER = "no_carrier"
    OTHER_CARRIER = "other_carrier"
    NO_GROUNDS = "no_grounds"
    NOT_DECIDED = "not_decided"
    NO_DATE = "no_date"
    DECIDED_LATER = "decided_later"
    DECIDED_BY_HOLDER = "decided_by_holder"
    NOT_ITEMISED = "not_itemised"


@dataclass(frozen=True, slots=True)
class MobileFacts:
    """A mobile that somebody wants to register or change.

    ``number`` None: none was given; it is read as a whole one, of no area. ``registered`` is the mobile in use that has
    the number, if there is another one. ``carriers`` are those that IT has appointed. ``private_use``: its holder is to
    use it privately, too.
    """

    holder: Person | None
    number: Reading | None
    carrier: str
    grounds: str
    decided_by: str
    decided_at: datetime | None
    now: datetime
    carriers: tuple[str, ...]
    registered: Mobile | None = None
    itemised_invoice: bool = False
    private_use: bool = False

    def __post_init__(self) -> None:
        aware(self.now)


@or_strictest(Effect.REFUSE, "H1", "B1", "M1")
def decide_mobile(facts: MobileFacts) -> Decision:
    """May it be registered? A refusal names all that is wrong."""
    faults = faults_of_mobile(facts)
    if not faults:
        return Decision(
            Effect.ALLOW, ("H1", "B1", "M1", *(("P1",) if facts.private_use else ())), _REGISTERED
        )
    rules = tuple(dict.fromkeys(RULE_OF[fault] for fault in faults))
    told = [told_of(fault, facts) for fault in faults]
    return Decision(
        Effect.REFUSE,
        rules,
        Text(sv=" ".join(one.sv for one in told), en=" ".join(one.en for one in told)),
    )


def faults_of_mobile(facts: MobileFacts) -> tuple[MobileFault, ...]:
    """All that is wrong, the holder and the number first."""
    not_itemised = [MobileFault.NOT_ITEMISED] if facts.private_use and not facts.itemised_invoice else []
    return (*_unknown(facts), *_of_carrier(facts), *_undecided(facts), *not_itemised)


def _unknown(facts: MobileFacts) -> Iterator[MobileFault]:
    """M1."""
    if facts.holder is None:
        yield MobileFault.NO_HOLDER
    if facts.number is None or facts.number.kind not in _MAY_BE_MOBILE or not facts.number.number:
        yield MobileFault.NO_NUMBER
    elif facts.registered is not None:
        yield MobileFault.TAKEN


def _of_carrier(facts: MobileFacts) -> Iterator[MobileFault]:
    """B1."""
    if not facts.carrier.strip():
        yield MobileFault.NO_CARRIER
    elif _plain(facts.carrier) not in map(_plain, facts.carriers):
        yield MobileFault.OTHER_CARRIER


def _undecided(facts: MobileFacts) -> Iterator[MobileFault]:
    """H1."""
    if not has_substance(facts.grounds):
        yield MobileFault.NO_GROUNDS
    if not facts.decided_by.strip():
        yield MobileFault.NOT_DECIDED
    elif facts.holder is not None and _words(facts.holder.name) <= _words(facts.decided_by):
        yield MobileFault.DECIDED_BY_HOLDER
    if facts.decided_at is None:
        yield MobileFault.NO_DATE
    elif facts.decided_at > facts.now:
        yield MobileFault.DECIDED_LATER


def told_of(fault: MobileFault, facts: MobileFacts) -> Text:
    """The fault in words, with what to do."""
    if fault is MobileFault.OTHER_CARRIER and not facts.carriers:
        return _NONE_APPOINTED
    if fault is MobileFault.OTHER_CARRIER:
        appointed = ", ".join(facts.carriers)
        return Text(
            sv=f"{facts.carrier} är inte den operatör som it har anvisat. Anvisad är: {appointed} (B1).",
            en=f"{facts.carrier} is not the carrier that IT has appointed. Appointed is: {appointed} (B1).",
        )
    return _TOLD[fault]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


_WORD = re.compile(r"\w+(?:-\w+)*")
_MAY_BE_MOBILE = (
    NumberKind.MOBILE,
    NumberKind.FIXED,
)  # a subscription may have what looks like a fixed number

RULE_OF = {
    MobileFault.NO_HOLDER: "M1",
    MobileFault.NO_NUMBER: "M1",
    MobileFault.TAKEN: "M1",
    MobileFault.NO_CARRIER: "B1",
    MobileFault.OTHER_CARRIER: "B1",
    MobileFault.NO_GROUNDS: "H1",
    MobileFault.NOT_DECIDED: "H1",
    MobileFault.NO_DATE: "H1",
    MobileFault.DECIDED_LATER: "H1",
    MobileFault.DECIDED_BY_HOLDER: "H1",
    MobileFault.NOT_ITEMISED: "P1",
}
_TOLD = {
    MobileFault.NO_HOLDER: Text(
        sv="En mobil har en innehavare. Ange en person i registret (M1).",
        en="A mobile has a holder. Name a person of the register (M1).",
    ),
    MobileFault.NO_NUMBER: Text(
        sv="En mobil har ett nummer som går att ringa utifrån. Ange det (M1).",
        en="A mobile has a number that can be rung from outside. Give it (M1).",
    ),
    MobileFault.TAKEN: Text(
        sv="Numret är redan registrerat. Avsluta den registreringen först, eller ändra den (M1).",
        en="The number is registered already. End that registration first, or change it (M1).",
    ),
    MobileFault.NO_CARRIER: Text(
        sv="Abonnemanget har en operatör. Ange den som it har anvisat (B1).",
        en="The subscription has a carrier. Name the one that IT has appointed (B1).",
    ),
    MobileFault.NO_GROUNDS: Text(
        sv="Innehavet har ett skäl. Skriv med några ord varför arbetet kräver en mobil (H1).",
        en="There are grounds for a mobile. Write in a few words why the work needs one (H1).",
    ),
    MobileFault.NOT_DECIDED: Text(
        sv="Verksamhetschefen beslutar om innehavet. Ange vem som har beslutat (H1).",
        en="The head of operation decides on mobiles. Say who has decided (H1).",
    ),
    MobileFault.NO_DATE: Text(
        sv="Beslutet har en dag. Ange när det fattades (H1).",
        en="The decision has a date. Say when it was taken (H1).",
    ),
    MobileFault.DECIDED_LATER: Text(
        sv="Beslutet är inte fattat än. Registrera mobilen när det är det (H1).",
        en="The decision has not been taken yet. Register the mobile when it has (H1).",
    ),
    MobileFault.DECIDED_BY_HOLDER: Text(
        sv="Ingen beslutar om sin egen mobil. Låt närmast högre chef besluta (H1).",
        en="Nobody decides on their own mobile. Let the next higher head decide (H1).",
    ),
    MobileFault.NOT_ITEMISED: Text(
        sv="Privat bara med specificerad faktura. Beställ den först, eller ta bort det privata bruket (P1).",
        en="Private use only with an itemised invoice. Order it first, or leave out the private use (P1).",
    ),
}
_NONE_APPOINTED = Text(
    sv="It har inte anvisat någon operatör än. Be administratören lägga in den bland operatörerna (B1).",
    en="IT has appointed no carrier yet. Ask the admin to enter it among the carriers (B1).",
)
_REGISTERED = Text(
    sv="Mobilen har innehavare, nummer, anvisad operatör, skäl och beslut (M1, B1, H1).",
    en="The mobile has a holder, a number, the appointed carrier, grounds and a decision (M1, B1, H1).",
)
