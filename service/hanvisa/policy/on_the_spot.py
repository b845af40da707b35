"""Exceptions to O2 that an operator makes on the spot, for the caller they have; their head sees them the next day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hanvisa.policy.facts import PolicyException, ScopeKind, aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.strictest import TAKE_MESSAGE, or_strictest

LONGEST = timedelta(hours=1)

_SUBSTANCE = 10  # letters of a reason that somebody else can judge the next day
_SCOPES = (ScopeKind.PERSON, ScopeKind.NUMBER)


@dataclass(frozen=True, slots=True)
class OnTheSpotFacts:
    """``operator`` (a person) would grant ``exception``. ``setting`` is `HANVISA_EXCEPTIONS_ON_THE_SPOT`.

    ``has_call``: they talk in the exception's call, or have its caller on hold or parked. ``confidential``: that call
    is, or whoever would be reached.
    """

    at: datetime
    operator: UUID
    exception: PolicyException
    setting: bool
    has_call: bool
    confidential: bool = False


@or_strictest(Effect.REFUSE, "O2")
def decide_on_the_spot(facts: OnTheSpotFacts) -> Decision:
    """May the operator grant it? M4 goes before it, here as at the transfer that would use it."""
    if facts.confidential:
        return _refuse(_CONFIDENTIAL, "M4")
    because = next(_against(facts), None)
    return _refuse(because, "O2") if because else Decision(Effect.ALLOW, ("O2",), _ALLOWED)


def _against(facts: OnTheSpotFacts) -> Iterator[Text]:
    """What speaks against it, the gravest first."""
    exception = facts.exception
    if not facts.setting:
        yield _NOT_SET
    is_theirs = exception.operators == frozenset({facts.operator})
    if not facts.has_call or exception.call is None or not is_theirs:
        yield _NO_CALL
    if exception.scope not in _SCOPES:
        yield _TOO_WIDE
    if exception.max_uses != 1:
        yield _ONCE
    if sum(map(str.isalpha, exception.reason)) < _SUBSTANCE:
        yield _NO_REASON
    if exception.ends_at > aware(facts.at) + LONGEST:
        yield _TOO_LONG


def _refuse(because: Text, rule: str) -> Decision:
    return Decision(Effect.REFUSE, (rule,), because, (TAKE_MESSAGE,))


_CONFIDENTIAL = Text(
    sv="Ett sekretessamtal får aldrig nå en mobil, inte ens med undantag (M4).",
    en="A confidential call never reaches a mobile, not even with an exception (M4).",
)
_NOT_SET = Text(
    sv="Inställningen är att telefonister inte gör undantag på stunden (O2).",
    en="The setting is that operators make no exceptions on the spot (O2).",
)
_NO_CALL = Text(
    sv="Ett undantag på stunden görs av den telefonist som har samtalet, för det samtalet (O2).",
    en="An exception on the spot is made by the operator who has the call, for that call (O2).",
)
_TOO_WIDE = Text(
    sv="Ett undantag på stunden gäller en person eller ett nummer (O2).",
    en="An exception on the spot is for one person or one number (O2).",
)
_ONCE = Text(
    sv="Ett undantag på stunden gäller en gång (O2).", en="An exception on the spot counts once (O2)."
)
_NO_REASON = Text(
    sv=f"Skälet ska kunna bedömas i efterhand: skriv minst {_SUBSTANCE} bokstäver (O2).",
    en=f"The reason is to be judged afterwards: write {_SUBSTANCE} letters at least (O2).",
)
_TOO_LONG = Text(
    sv="Ett undantag på stunden gäller högst en timme (O2).",
    en="An exception on the spot lasts an hour at most (O2).",
)
_ALLOWED = Text(
    sv="Telefonisten gör ett undantag på stunden, för ett samtal; chefen ser det i efterhand (O2).",
    en="The operator makes an exception on the spot, for one call; the head sees it afterwards (O2).",
)
