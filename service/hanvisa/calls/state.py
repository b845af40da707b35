"""What a call is, in one value that is written on the caller's channel before each stage.

No other state of a call lives only in memory: whatever instance adopts the call reads this and enters the stage again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, TypeAdapter, WrapSerializer

from hanvisa.calls.masking import masked
from hanvisa.ids import OUR_IDS
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberKind, Reading

VARIABLE = "HANVISA_CALL"  # the channel variable; its value is :meth:`CallState.to_json`


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of the call and who is at its end.

    ``person`` is whose phone or registered mobile it is. ``number`` is E.164 (or an extension's digits) where known.
    ``kind`` is that of the number which the leg leads to, as the policy judges it: for a caller from outside it is
    MOBILE only when the mobile is registered, since a citizen is a caller like any other (docs/decisions.md).
    ``language`` is the one they have chosen, or rang in with; None: by who they are (`Call.language_of`). It stays
    theirs in whatever call they come to.
    """

    channel: str
    account: str = ""
    person: UUID | None = None
    number: str = ""
    kind: NumberKind = NumberKind.INTERNAL
    held: bool = False
    language: Language | None = None

    @property
    def reading(self) -> Reading:
        return Reading(kind=self.kind, number=self.number or None)

    @property
    def rang_in(self) -> bool:
        """It was not rung by us."""
        return not self.channel.startswith(OUR_IDS)


@dataclass(frozen=True, slots=True)
class SentTo:
    """What a caller was sent on to: the number as it is read in the ``organisation`` of whoever sent them.

    ``past_referral`` is that of the stage `Transferred`.
    """

    number: str
    organisation: UUID | None
    past_referral: bool = False


@dataclass(frozen=True, slots=True)
class CallState:
    """``caller`` is the one who is served; ``other`` is whom they talk to. ``touched_by`` is the operator (O2)."""

    id: str
    side: str  # carrier or phone
    dialled: str
    caller: Leg
    other: Leg | None = None
    bridge: str | None = None
    talking_since: datetime | None = None  # the two who talk now
    sent_to: SentTo | None = None  # what is rung since, in place of what was dialled; until somebody answers
    answered: bool = False
    organisation: UUID | None = None
    touched_by: UUID | None = None
    confidential: bool = False
    private: str = (
        ""  # the number of a private call (G4, P1), which is kept nowhere; E.164 where it can be read
    )
    private_too: tuple[str, ...] = ()  # the numbers of private calls that were joined with it
    on_call_in_vain: bool = False  # a switchboard's on-call list has been rung for the caller
    serial: UUID | None = None  # the operator to whom the caller comes back after each party
    held_since: datetime | None = None  # an operator holds the caller, or has parked them
    held_reminded: bool = False  # and has been reminded of it
    threat: bool = False  # an operator has marked it: its record is kept
    # Recordings of it that are over and not kept yet, and when each began.
    unkept: tuple[tuple[str, datetime], ...] = ()
    exception: UUID | None = None  # whose use let this call reach a mobile
    # Of exceptions, taken in this stage: whoever begins it anew takes them no second time.
    uses: tuple[UUID, ...] = ()
    texted: UUID | None = (
        None  # the person whose direct number the caller was sent, or refused, as a text message
    )
    stage: dict[str, Any] = field(default_factory=dict)
    stage_since: datetime | None = None

    def to_json(self) -> str:
        return _STATE.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> CallState:
        """Raises ValueError when the text is not a state."""
        return _STATE.validate_json(text)

    @property
    def private_numbers(self) -> tuple[str, ...]:
        return (self.private, *self.private_too) if self.private else ()

    def with_private(self, *numbers: str) -> CallState:
        """A private call also with these numbers (none: as it is)."""
        private, *private_too = dict.fromkeys((*self.private_numbers, *numbers)) or ("",)
        return replace(self, private=private, private_too=tuple(private_too))

    def discreet(self, data: Any) -> Any:
        """The JSON value ``data``, and of a private call's numbers in it no more than their beginnings (P1)."""
        for number in self.private_numbers:
            data = masked(data, number)
        return data

    def number_told(self, leg: Leg) -> str:
        """The leg's number, for whoever is to see or ring it; "" withheld, as that of whom a private call is with."""
        return "" if leg.number in self.private_numbers else leg.number

    def without_numbers_of_others(self) -> CallState:
        """What is to be known of the call when it has ended: by a private call's number nobody is told of it (P1)."""
        return replace(
            self,
            dialled="",
            # It may be whom a private call was with, who has been sent on.
            caller=replace(self.caller, number=self.number_told(self.caller)),
            sent_to=None,
            other=None,
            private="",
            private_too=(),
            stage=self.discreet(self.stage),
        )

    def leg_of(self, channel: str) -> Leg | None:
        return next((leg for leg in (self.caller, self.other) if leg and leg.channel == channel), None)

    def with_leg(self, leg: Leg) -> CallState:
        """This state with ``leg`` in the place of the leg that has its channel."""
        if leg.channel == self.caller.channel:
            return replace(self, caller=leg)
        return replace(self, other=leg)


def _from_before(written: Any) -> Any:
    """What the version before wrote has the caller's language at the call, and at no leg."""
    match written:
        case {"language": language, "caller": {**caller}} if caller.get("language") is None:
            return {**written, "caller": {**caller, "language": language}}
    return written


def _for_before(state: CallState, write: SerializerFunctionWrapHandler) -> Any:
    """The version before, which may take the call on, reads the caller's language there (until the next release)."""
    written = write(state)
    return {**written, "language": state.caller.language} if state.caller.language else written


_STATE = TypeAdapter(Annotated[CallState, BeforeValidator(_from_before), WrapSerializer(_for_before)])
