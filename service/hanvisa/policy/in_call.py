"""Codes keyed while two talk, and what becomes of a talk that is marked confidential (M4), or as a threat."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hanvisa.policy.facts import CodeAction
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind
from hanvisa.policy.register import Register
from hanvisa.policy.strictest import or_strictest

LONGEST = 6  # keys of a code: its sign, four digits, hash

_CODES = (CodeAction.CONFIDENTIAL, CodeAction.THREAT)
_WHOLE = re.compile(r"([*#]\d{2,4})#$")


def keyed_in_call(keys: str, register: Register) -> CodeAction | None:
    """What the code does that these keys end with; None: it is no code for a call, or not whole yet (hash ends it)."""
    whole = _WHOLE.search(keys)
    code = register.code(whole[1]) if whole else None
    return code.action if code and code.action in _CODES else None


def _with_mobile(parties: tuple[NumberKind, ...]) -> bool:
    return any(kind.may_be_mobile for kind in parties)


@dataclass(frozen=True, slots=True)
class MarkedFacts:
    """A call is marked confidential. ``parties`` are the kinds of the numbers of those who are on the line."""

    parties: tuple[NumberKind, ...]

    @property
    def with_mobile(self) -> bool:
        return _with_mobile(self.parties)


@or_strictest(Effect.REFUSE, "M4")
def decide_marked(facts: MarkedFacts) -> Decision:
    """May the talk go on as it is? Where a mobile is on the line both are told so, and whoever has the call decides.

    Nobody is cut off: what they talk about is theirs to end or to move.
    """
    if facts.with_mobile:
        return Decision(
            Effect.REFUSE,
            ("M4",),
            Text(
                sv="En mobil är med i ett sekretessamtal: det ska avslutas eller flyttas till en fast telefon (M4).",
                en="A mobile is on a confidential call: it is to be ended, or moved to a fixed telephone (M4).",
            ),
        )
    return Decision(
        Effect.ALLOW,
        ("M4",),
        Text(
            sv="Ingen mobil är med i sekretessamtalet (M4).", en="No mobile is on the confidential call (M4)."
        ),
    )


@dataclass(frozen=True, slots=True)
class ThreatFacts:
    """A call is marked as a threat. ``setting`` is `HANVISA_RECORD_THREATS`."""

    setting: bool
    confidential: bool = False
    private: bool = False


@or_strictest(Effect.REFUSE, "M4")
def decide_threat_recording(facts: ThreatFacts) -> Decision:
    """Is the talk recorded? In silence, so never what is confidential: nobody is recorded there without being told."""
    if not facts.setting:
        return Decision(Effect.REFUSE, (), _NOT_SET)
    if facts.confidential:
        return Decision(Effect.REFUSE, ("M4",), _CONFIDENTIAL)
    if facts.private:
        return Decision(Effect.REFUSE, ("P1",), _PRIVATE)
    return Decision(Effect.ALLOW, (), _RECORDED)


_NOT_SET = Text(
    sv="Inställningen är att hotsamtal inte spelas in; uppgifterna om samtalet sparas.",
    en="The setting is that threatening calls are not recorded; the record of the call is kept.",
)
_CONFIDENTIAL = Text(
    sv="Ett sekretessamtal spelas aldrig in utan att den som ringer får veta det (M4).",
    en="A confidential call is never recorded without the caller being told (M4).",
)
_PRIVATE = Text(
    sv="Av ett privat samtal sparas bara det som fakturan behöver (P1).",
    en="Of a private call nothing is kept but what the invoice needs (P1).",
)
_RECORDED = Text(sv="Hotsamtalet spelas in, som bevis.", en="The threatening call is recorded, as evidence.")


@dataclass(frozen=True, slots=True)
class TakeBackFacts:
    """An operator wants a call back from a mobile. ``has_operator``: an operator is one of the ``parties``."""

    confidential: bool
    parties: tuple[NumberKind, ...]
    has_operator: bool


@or_strictest(Effect.RECALL, "M4")
def decide_take_back(facts: TakeBackFacts) -> Decision:
    """What becomes of whoever talks with the mobile? ALLOW: that is the operator, and their call with it ends."""
    if not (facts.confidential and _with_mobile(facts.parties)):
        return Decision(
            Effect.REFUSE,
            ("M4",),
            Text(
                sv="Bara ett sekretessamtal som en mobil är med i tas tillbaka från mobilen (M4).",
                en="Only a confidential call that a mobile is on is taken back from the mobile (M4).",
            ),
        )
    if facts.has_operator:
        return Decision(
            Effect.ALLOW,
            ("M4",),
            Text(
                sv="Telefonisten avslutar sitt sekretessamtal med en mobil (M4).",
                en="The operator ends their confidential call with a mobile (M4).",
            ),
        )
    return Decision(
        Effect.RECALL,
        ("M4",),
        Text(
            sv="Mobilen kopplas bort från sekretessamtalet, och den andra kommer tillbaka till telefonisten (M4).",
            en="The mobile leaves the confidential call, and the other one comes back to the operator (M4).",
        ),
    )
