"""Until when: what was keyed or left out is made a moment, or refused with a sentence (docs/decisions.md)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hanvisa.policy.facts import AbsenceReason, TimeKind, aware
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_STARTS, local_time
from hanvisa.policy.workdays import next_working_day

NEXT_WORKING_DAY = "next_working_day"
_MINUTES = re.compile(r"([1-9]\d{0,3})m")


class TimeFault(StrEnum):
    """What is wrong with a time."""

    NO_TIME = "no_time"  # the reason has none
    NOT_A_TIME = "not_a_time"
    PAST = "past"
    NOT_A_DAY = "not_a_day"


class TimeRefused(ValueError):  # noqa: N818 - reads as the sentence it is
    """A time that can't be meant. ``text`` says what is wrong and what to do."""

    def __init__(self, fault: TimeFault, text: Text) -> None:
        super().__init__(text.en)
        self.fault = fault
        self.text = text


def is_default(text: str) -> bool:
    """Whether a reason's ``default_until`` can be understood."""
    return text == NEXT_WORKING_DAY or _MINUTES.fullmatch(text) is not None


def default_until(reason: AbsenceReason, at: datetime) -> datetime | None:
    """When an absence that begins ``at`` ends if nobody said: None is until cancelled.

    The reason says so itself. One that does not lasts until it is cancelled where it has no time, else until 08:00 the
    next working day.
    """
    if minutes := _MINUTES.fullmatch(reason.default_until):
        return aware(at) + timedelta(minutes=int(minutes[1]))
    if reason.time_kind is TimeKind.NONE and not reason.default_until:
        return None
    return local_time(next_working_day(aware(at).astimezone(LOCAL).date()), WORKDAY_STARTS)


def until_keyed(reason: AbsenceReason, keyed: str, at: datetime) -> datetime | None:
    """What was keyed after the reason's code: HHMM or MMDD by the reason's kind, nothing for its default.

    Raises TimeRefused.
    """
    if not keyed:
        return default_until(reason, at)
    match reason.time_kind:
        case TimeKind.TIME:
            return until_time(keyed, at)
        case TimeKind.DATE:
            return until_date(keyed, at)
        case TimeKind.NONE:
            raise TimeRefused(
                TimeFault.NO_TIME,
                Text(
                    sv=f"{reason.name.sv} gäller tills den tas bort. Ange ingen tid.",
                    en=f"{reason.name.en} lasts until it is cancelled. Give no time.",
                ),
            )


def until_time(hhmm: str, at: datetime) -> datetime:
    """That time today. Raises TimeRefused for what is no time, or is past."""
    try:
        clock = time(int(hhmm[:2]), int(hhmm[2:])) if _four_digits(hhmm) else None
    except ValueError:
        clock = None
    if clock is None:
        raise TimeRefused(
            TimeFault.NOT_A_TIME,
            Text(
                sv=f"{hhmm} är inget klockslag. Ange fyra siffror, timme och minut: 1330.",
                en=f"{hhmm} is not a time. Give four digits, hour and minute: 1330.",
            ),
        )
    until = local_time(aware(at).astimezone(LOCAL).date(), clock)
    if until <= at:
        raise TimeRefused(
            TimeFault.PAST,
            Text(
                sv=f"Klockan {clock:%H:%M} har redan varit i dag. Ange ett senare klockslag.",
                en=f"{clock:%H:%M} is already past today. Give a later time.",
            ),
        )
    return until


def until_date(mmdd: str, at: datetime) -> datetime:
    """08:00 that day; a day that is past means next year. Raises TimeRefused for no day, and today past 08:00."""
    today = aware(at).astimezone(LOCAL).date()
    if _four_digits(mmdd):
        mornings = (_morning_of(year, mmdd) for year in (today.year, today.year + 1))
        until = next((one for one in mornings if one and one >= local_time(today, time())), None)
        if until is not None and until > at:  # who is back today has not meant a year
            return until
    raise TimeRefused(
        TimeFault.NOT_A_DAY,
        Text(
            sv=f"{mmdd} är ingen kommande dag. Ange fyra siffror, månad och dag: 0803.",
            en=f"{mmdd} is not a day to come. Give four digits, month and day: 0803.",
        ),
    )


def _morning_of(year: int, mmdd: str) -> datetime | None:
    try:
        return local_time(date(year, int(mmdd[:2]), int(mmdd[2:])), WORKDAY_STARTS)
    except ValueError:
        return None


def _four_digits(keyed: str) -> bool:
    return len(keyed) == 4 and keyed.isascii() and keyed.isdecimal()
