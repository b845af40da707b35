"""Decisions as they are kept in the call log: with their facts, so that they can be explained and decided again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from hanvisa.calls.prompts import Why
from hanvisa.errors import Undecidable
from hanvisa.policy.absence import decide_arrival, decide_unanswered
from hanvisa.policy.attendance import AttendanceFacts, decide_attendance
from hanvisa.policy.attendant import (
    PastReferralFacts,
    PickUpFacts,
    SentOnFacts,
    decide_past_referral,
    decide_pick_up,
    decide_sent_on,
)
from hanvisa.policy.callbacks import CallbackFacts, decide_callback
from hanvisa.policy.facts import Absence, Person
from hanvisa.policy.forwarding import ForwardingFacts, decide_forwarding
from hanvisa.policy.guide import GuideFacts, decide_guide
from hanvisa.policy.in_call import (
    MarkedFacts,
    TakeBackFacts,
    ThreatFacts,
    decide_marked,
    decide_take_back,
    decide_threat_recording,
)
from hanvisa.policy.messages import MessageFacts, decide_message
from hanvisa.policy.model import Decision, Text
from hanvisa.policy.opening import OpeningFacts, decide_opening
from hanvisa.policy.outgoing import OutgoingFacts, decide_outgoing
from hanvisa.policy.stand_ins import DepartmentFacts, decide_department
from hanvisa.policy.texts import TextFacts, decide_text
from hanvisa.policy.transfer import JoinFacts, decide_consult, decide_join, lacks_forwarding

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

SCHEMA = 1  # of the facts
NOT_WHOLE = 0  # and nothing can be decided from them again

_WITHOUT_SOMEBODY = Text(
    sv="det som beslutet byggde på är inte sparat i sin helhet",
    en="what it was decided from is not kept in full",
)
_UNREADABLE = Text(
    sv="den här versionen kan inte läsa det som beslutet byggde på",
    en="this version can't read what it was decided from",
)
_WITHOUT_FORWARDING = Text(
    sv="telefonen skickade samtalet vidare oavsett om en vidarekoppling gällde, vilket inte är sparat (M3)",
    en="a phone's redirect was followed whether or not a forwarding held, which is not kept (M3)",
)


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """Does the person's phone ring (G1, G2)?"""

    person: Person
    absences: tuple[Absence, ...]
    at: datetime
    touched: bool
    direct_number: str | None


@dataclass(frozen=True, slots=True)
class UnansweredFacts:
    """The person was rung in vain (G1, O1). ``absent``: an absence of theirs is registered now."""

    person: Person
    why: Why
    touched: bool
    direct_number: str | None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ConsultFacts:
    """May somebody who has a caller ring this number (O2)?

    ``mobile_on_line``: the number is that of a mobile whom they have on the line, and they ring somebody else.
    """

    join: JoinFacts
    setting: Literal["refuse", "allow"]
    mobile_on_line: bool = False


Facts = (
    JoinFacts
    | ArrivalFacts
    | UnansweredFacts
    | ConsultFacts
    | SentOnFacts
    | PastReferralFacts
    | PickUpFacts
    | OutgoingFacts
    | OpeningFacts
    | AttendanceFacts
    | DepartmentFacts
    | ForwardingFacts
    | MessageFacts
    | CallbackFacts
    | GuideFacts
    | MarkedFacts
    | TextFacts
    | ThreatFacts
    | TakeBackFacts
)

_KINDS: dict[str, type[Facts]] = {kind.__name__: kind for kind in Facts.__args__}
_DECISION = TypeAdapter(Decision)
_DECIDERS: dict[type[Facts], Callable[[Any], Decision]] = {
    ForwardingFacts: decide_forwarding,
    GuideFacts: decide_guide,
    MarkedFacts: decide_marked,
    TextFacts: decide_text,
    ThreatFacts: decide_threat_recording,
    TakeBackFacts: decide_take_back,
    JoinFacts: decide_join,
    SentOnFacts: decide_sent_on,
    PastReferralFacts: decide_past_referral,
    PickUpFacts: decide_pick_up,
    OpeningFacts: decide_opening,
    AttendanceFacts: decide_attendance,
    OutgoingFacts: decide_outgoing,
    DepartmentFacts: decide_department,
    MessageFacts: decide_message,
    CallbackFacts: decide_callback,
}


def decide(facts: Facts) -> Decision:
    """What the policy says of these facts."""
    match facts:
        case ConsultFacts():
            return decide_consult(facts.join, facts.setting, mobile_on_line=facts.mobile_on_line)
        case ArrivalFacts():
            return decide_arrival(
                facts.person,
                facts.absences,
                facts.at,
                facts.person.best_reached,
                touched=facts.touched,
                direct_number=facts.direct_number,
            )
        case UnansweredFacts():
            return decide_unanswered(
                facts.person,
                facts.why,
                absent=facts.absent,
                touched=facts.touched,
                direct_number=facts.direct_number,
            )
        case _:
            return _DECIDERS[type(facts)](facts)


def tell(call: Call, facts: Facts, decision: Decision) -> None:
    """Write the decision and its facts in the call's story."""
    kind, kept = type(facts).__name__, _without_whom(call, facts)
    call.tell(
        "decision",
        decision=kind,
        schema=SCHEMA if kept is facts else NOT_WHOLE,
        facts=_adapter(kind).dump_python(kept, mode="json"),
        **_DECISION.dump_python(decision, mode="json"),
    )


def _without_whom(call: Call, facts: Facts) -> Facts:
    """By the number of a private call nothing is kept of who has it (P1): a registered mobile has a name."""
    match facts:
        case ConsultFacts() if _is_private(call, facts.join):
            return replace(facts, join=_without_person(facts.join))
        case JoinFacts() if _is_private(call, facts):
            return _without_person(facts)
    return facts


def _is_private(call: Call, facts: JoinFacts) -> bool:
    return facts.person is not None and facts.number.number in call.state.private_numbers


def _without_person(facts: JoinFacts) -> JoinFacts:
    return replace(facts, person=None, number=replace(facts.number, target=None))


def decide_again(kept: dict[str, Any]) -> Decision:
    """Decide anew from what :func:`tell` has kept. Raises as :func:`read_facts`."""
    kind, schema = kept.get("decision", ""), kept.get("schema", NOT_WHOLE)
    return decide(read_facts(kind, schema, kept["facts"], kept.get("rules", ())))


def read_facts(kind: str, schema: int, facts: dict[str, Any], rules: Sequence[str]) -> Facts:
    """The facts of a decision that was kept, by those rules.

    Raises Undecidable when they are of another schema, or lack what is asked today.
    """
    if schema == NOT_WHOLE:
        raise Undecidable(_WITHOUT_SOMEBODY)
    if schema != SCHEMA:
        raise Undecidable(_of_another(schema))
    if lacks_forwarding(facts, rules):
        raise Undecidable(_WITHOUT_FORWARDING)
    try:
        kept: Facts = _adapter(kind).validate_python(facts)
    except (KeyError, ValidationError) as error:
        raise Undecidable(_UNREADABLE) from error
    return kept


def _of_another(schema: int) -> Text:
    return Text(
        sv=f"fakta är enligt schema {schema}, den här versionen läser schema {SCHEMA}",
        en=f"the facts are of schema {schema}, this version reads schema {SCHEMA}",
    )


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """Made when it is first needed, and not all of them while callers wait for a start."""
    return TypeAdapter(_KINDS[kind])
