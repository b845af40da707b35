"""Days, times of day and times of the week, as pieces. All times of day are those of Sweden."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hanvisa.policy.model import Language
from hanvisa.speech.phrases.piece import COMMA, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hanvisa.policy.facts import Window
    from hanvisa.speech.phrases.wording import Wording

LOCAL = ZoneInfo("Europe/Stockholm")
MIDNIGHT = time(0)
WORKING_DAYS = (1, 2, 3, 4, 5)
ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)
FAR_AHEAD = timedelta(days=180)


def moment(
    until: datetime, *, date_only: bool, at: datetime, absolute: bool, wording: Wording
) -> list[Piece]:
    """A moment: "i morgon klockan åtta"; the day alone where ``date_only``, or where the time is midnight.

    ``absolute`` names the day by its date even when it is today's or tomorrow's.
    """
    local = until.astimezone(LOCAL)
    said = _day(local.date(), at.astimezone(LOCAL).date(), absolute=absolute, wording=wording)
    if not date_only and local.time().replace(second=0, microsecond=0) != MIDNIGHT:
        said += clock(local.time(), wording)
    return said


def _day(day: date, today: date, *, absolute: bool, wording: Wording) -> list[Piece]:
    if not absolute and day == today:
        texts = [wording.today]
    elif not absolute and day == today + timedelta(days=1):
        texts = [wording.tomorrow]
    else:
        texts = [wording.days[day.weekday()], wording.ordinals[day.day - 1], wording.months[day.month - 1]]
        if day - today > FAR_AHEAD and day.year != today.year and day.year % 100 < len(wording.numbers):
            texts += [wording.numbers[day.year // 100], wording.numbers[day.year % 100]]
    return [Piece(text, wording.language) for text in texts]


def clock(at: time, wording: Wording) -> list[Piece]:
    """A time of day to the minute: "klockan tretton och trettio", "at one thirty PM"."""
    language = wording.language
    if language is Language.SV:
        return [Piece(text, language) for text in _swedish_clock(at, wording)]
    return [Piece(text, language) for text in (wording.clock[0], *_english_hour(at, wording))]


def windows(given: Sequence[Window], wording: Wording) -> list[Piece]:
    """Times of the week: "vardagar mellan åtta och tio, och fredagar mellan tretton och femton"."""
    said: list[Piece] = []
    for window in given:
        if said:
            said += [COMMA, Piece(wording.and_, wording.language)]
        texts = _days_of_week(window.days, wording) + _between(window.start, window.end, wording)
        said += [Piece(text, wording.language) for text in texts]
    return said


def _days_of_week(days: tuple[int, ...], wording: Wording) -> list[str]:
    days = tuple(sorted(set(days)))
    if days == ALL_DAYS:
        return [wording.every_day]
    if days == WORKING_DAYS:
        return [wording.working_days]
    said = [wording.on_weekdays[days[0] - 1]]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return [*said, wording.to, wording.weekdays[days[-1] - 1]]
    for day in days[1:]:
        said += [wording.and_, wording.weekdays[day - 1]]
    return said


def _between(start: time, end: time, wording: Wording) -> list[str]:
    if wording.language is Language.EN:
        first, last = _english_hour(start, wording), _english_hour(end, wording)
    elif start.minute == end.minute == 0:
        first, last = [wording.numbers[start.hour]], [wording.numbers[end.hour or 24]]
    else:
        first, last = _swedish_clock(start, wording), _swedish_clock(end, wording)
    return [wording.between, *first, wording.and_, *last]


def _swedish_clock(at: time, wording: Wording) -> list[str]:
    minutes = [wording.and_, wording.numbers[at.minute]] if at.minute else []
    return [wording.clock[at.hour], *minutes]


def _english_hour(at: time, wording: Wording) -> list[str]:
    _, oh, noon, midnight, before_noon, after_noon = wording.clock
    if at.minute == 0 and at.hour in (0, 12):
        return [noon if at.hour else midnight]
    hour = wording.numbers[(at.hour - 1) % 12 + 1]
    minutes = [oh] * (0 < at.minute < 10) + [wording.numbers[at.minute]] * (at.minute > 0)
    return [hour, *minutes, before_noon if at.hour < 12 else after_noon]
