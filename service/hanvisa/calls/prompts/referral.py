"""The referral and the ways on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hanvisa.calls.prompts.whys import Why
from hanvisa.policy.absence import ReferralContent
from hanvisa.policy.facts import Window
from hanvisa.policy.model import Text
from hanvisa.policy.offers import Offer


@dataclass(frozen=True, slots=True)
class Referral:
    """G1, G2, O1: who is away or not had on the line, why, until when, when best reached, the direct number.

    ``name`` is spoken as it stands. ``spoken_reason`` None is neutral ("är frånvarande"). ``until`` None says nothing
    of the end; ``until_is_date`` says the day alone. ``direct_number`` only where O1 asks for it. ``recorded_name`` and
    ``greeting`` are sounds that the person has recorded: in place of the name, and before all else.
    """

    name: str
    why: Why
    spoken_reason: Text | None = None
    until: datetime | None = None
    until_is_date: bool = False
    best_reached: tuple[Window, ...] = ()
    direct_number: str | None = None
    recorded_name: str | None = None
    greeting: str | None = None

    @classmethod
    def of(cls, content: ReferralContent) -> Referral:
        return cls(
            name=content.name,
            why=Why(content.why),
            spoken_reason=content.spoken_reason,
            until=content.until,
            until_is_date=content.until_is_date,
            best_reached=content.best_reached,
            direct_number=content.direct_number,
            recorded_name=content.recorded_name,
            greeting=content.greeting,
        )


@dataclass(frozen=True, slots=True)
class DepartmentEmpty:
    """Nobody of the department is reachable."""

    department: str
    direct_number: str | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """The ways on in one sentence, each with its key. ``substitute`` is a name; without one 2 is the department."""

    offers: tuple[Offer, ...]
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class TextOnItsWay:
    """What has come of the caller's wish for a text message: it is on its way, or could not be taken on."""

    queued: bool


@dataclass(frozen=True, slots=True)
class NoMoreTexts:
    """As many text messages as a number may have in a day were sent to the caller's."""


@dataclass(frozen=True, slots=True)
class MobileNumber:
    """The mobile number read out, digit group by digit group."""

    name: str
    number: str
