"""What a caller or an operator is told, as values. How it is worded and voiced is `speech`'s matter.

Times are timezone-aware; numbers E.164. Every prompt can be said in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanvisa.policy.facts import Window
from hanvisa.policy.model import Text


class Why(StrEnum):
    """Why a person is not had on the line, where no absence says it."""

    ABSENT = "absent"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNPLUGGED = "unplugged"


class Offer(StrEnum):
    """The ways on in one sentence: star again, 3 the mobile number, 0 the operator, 9 English (in Swedish only)."""

    MOBILE_NUMBER = "3"
    OPERATOR = "0"
    AGAIN = "*"
    ENGLISH = "9"


@dataclass(frozen=True, slots=True)
class Greeting:
    """A switchboard's greeting in its organisation's own words."""

    text: Text


@dataclass(frozen=True, slots=True)
class Queued:
    """All operators are busy; wait, you are served in turn."""


@dataclass(frozen=True, slots=True)
class NoOperator:
    """No operator is open: said so, and what to do (dial the extension's direct number, ring again later)."""

    organisation: str


@dataclass(frozen=True, slots=True)
class Referral:
    """G1, G2, O1: who is away or not had on the line, why, until when, when best reached, the direct number.

    ``name`` is spoken as it stands. ``spoken_reason`` None is neutral ("är frånvarande"). ``until`` None says nothing
    of the end; ``until_is_date`` says the day alone. ``direct_number`` only where O1 asks for it.
    """

    name: str
    why: Why
    spoken_reason: Text | None = None
    until: datetime | None = None
    until_is_date: bool = False
    best_reached: tuple[Window, ...] = ()
    direct_number: str | None = None


@dataclass(frozen=True, slots=True)
class DepartmentEmpty:
    """Nobody of the department is reachable."""

    department: str
    direct_number: str | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """The ways on in one sentence: star again, 3 the mobile number, 0 the operator, 9 English (in Swedish only)."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class MobileNumber:
    """The mobile number read out, digit group by digit group."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class TransferRefused:
    """To an operator alone, in a few words: refused by which rule, and what is allowed instead.

    ``rule`` is one of docs/policy.md's ids; ``mobile_number`` and ``direct_number`` are those that may be told, if any.
    """

    rule: str
    mobile_number: str | None = None
    direct_number: str | None = None


@dataclass(frozen=True, slots=True)
class DialRefused:
    """To whoever dialled: this number is not put through, and by which rule."""

    rule: str


@dataclass(frozen=True, slots=True)
class UnknownNumber:
    """The number dialled leads nowhere."""


@dataclass(frozen=True, slots=True)
class OutsideFailed:
    """An outside number was busy or did not answer."""

    why: Why


@dataclass(frozen=True, slots=True)
class TryLater:
    """Something of ours failed; the caller is told so, and is not left in silence."""


@dataclass(frozen=True, slots=True)
class OperatorStateSet:
    """Confirms `*27#`."""

    open: bool


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code that this phone may not use, or that is not understood."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Thanks and goodbye."""


Prompt = (
    Greeting
    | Queued
    | NoOperator
    | Referral
    | DepartmentEmpty
    | Offers
    | MobileNumber
    | TransferRefused
    | DialRefused
    | UnknownNumber
    | OutsideFailed
    | TryLater
    | OperatorStateSet
    | CodeRefused
    | Goodbye
)
