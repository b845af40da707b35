"""What a decision is: effect, the rules that determined it, why (Swedish and English), and what is allowed instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Language(StrEnum):
    SV = "sv"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in both languages."""

    sv: str
    en: str

    def in_(self, language: Language) -> str:
        return self.sv if language is Language.SV else self.en


class Effect(StrEnum):
    ALLOW = "allow"
    REFUSE = "refuse"  # the step is refused; the caller stays where they are
    REFER = "refer"  # the caller hears the referral instead of a ringing phone
    WAIT = "wait"  # the caller may wait until the person is free, or an operator is back
    RECALL = "recall"  # the caller comes back to the operator who sent them on


class AlternativeKind(StrEnum):
    TELL_MOBILE_NUMBER = "tell_mobile_number"
    GIVE_DIRECT_NUMBER = "give_direct_number"
    TAKE_MESSAGE = "take_message"
    CHOOSE_OTHER_DAYS = "choose_other_days"
    NAME_STAND_IN = "name_stand_in"
    FORCE = "force"


@dataclass(frozen=True, slots=True)
class Alternative:
    """What is allowed instead. ``number`` is E.164 where the alternative is a number, else None."""

    kind: AlternativeKind
    text: Text
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of the policy.

    ``rules`` are ids of docs/policy.md, the determining one first. ``exception`` is the exception that let it through,
    if one did: its use is to be reserved before the step is carried out.
    """

    effect: Effect
    rules: tuple[str, ...]
    because: Text
    alternatives: tuple[Alternative, ...] = ()
    exception: UUID | None = None

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOW
