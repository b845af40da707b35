"""The referral and the ways on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hanvisa.calls.prompts.whys import Why
from hanvisa.policy.facts import Window
from hanvisa.policy.model import Text


class Offer(StrEnum):
    """The ways on in one sentence: star again, 3 the mobile number, 0 the operator, 9 English (in Swedish only)."""

    MOBILE_NUMBER = "3"
    OPERATOR = "0"
    AGAIN = "*"
    ENGLISH = "9"


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
