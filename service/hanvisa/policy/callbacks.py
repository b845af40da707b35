"""Which numbers a caller who waits may leave to be rung back on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hanvisa.policy.facts import CallingClass
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.outgoing import class_needed
from hanvisa.policy.strictest import or_strictest


@dataclass(frozen=True, slots=True)
class CallbackFacts:
    """The ``number`` that was left, whether the call is ``confidential``, and what everybody may call (``usual``)."""

    number: Reading
    confidential: bool
    usual: CallingClass


@or_strictest(Effect.REFUSE)
def decide_callback(facts: CallbackFacts) -> Decision:
    """May a caller be rung back on this number?

    A citizen's mobile is a caller like any other. An employee's registered one is a mobile, which a confidential call
    never reaches, nor any call where its holder is confidential.
    """
    number = facts.number
    if number.number is None or number.kind not in (NumberKind.FIXED, NumberKind.MOBILE):
        return Decision(Effect.REFUSE, (), _NO_CALLER)
    needs = class_needed(number)
    if needs is None or needs is CallingClass.PREMIUM or not facts.usual.covers(needs):
        return Decision(Effect.REFUSE, (), _TOO_DEAR)
    if number.target is not None and (facts.confidential or number.confidential):
        return Decision(Effect.REFUSE, ("M4",), _CONFIDENTIAL)
    return Decision(Effect.ALLOW, (), _RUNG_BACK)


def as_caller(number: Reading) -> Reading:
    """The number as that of whoever rang from it: a mobile only where it is a registered one (docs/decisions.md)."""
    return replace(number, kind=NumberKind.MOBILE if number.target is not None else NumberKind.FIXED)


_NO_CALLER = Text(
    sv="Det är inget nummer som någon kan ha ringt från.",
    en="It is no number that anybody can have rung from.",
)
_TOO_DEAR = Text(
    sv="Växeln ringer inte upp sådana nummer.", en="The switchboard does not ring numbers like this."
)
_CONFIDENTIAL = Text(
    sv="Ett sekretessamtal får aldrig nå en tjänstemobil (M4).",
    en="A confidential call never reaches a registered mobile (M4).",
)
_RUNG_BACK = Text(sv="Den som ringer kan ringas upp där.", en="The caller can be rung back there.")
