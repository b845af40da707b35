"""Times, dates and numbers as Swedes write them, and as the English of the pages does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date

from hanvisa.policy.model import Language
from hanvisa.policy.numbers import display
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.fields import Words
from hanvisa.web.pages.translating import gettext, language


def number(value: str | None) -> str:
    """A number ("+46701740605") as "070-174 06 05"; extensions and masked numbers as they are."""
    return display(value) if value else ""


def words(value: Words) -> str:
    return value.sv if language.get() is Language.SV else value.en


def clock(moment: datetime) -> str:
    """The time in Sweden: "08:05"."""
    return moment.astimezone(LOCAL).strftime("%H:%M")


def day(value: date | datetime, today: date) -> str:
    """A day: "today", "tomorrow", "Monday 3 August", with the year where it is another one."""
    on = value.astimezone(LOCAL).date() if isinstance(value, datetime) else value
    if on == today:
        return gettext("today")
    if on == today + timedelta(days=1):
        return gettext("tomorrow")
    if on == today - timedelta(days=1):
        return gettext("yesterday")
    pattern = "EEEE d MMMM" if on.year == today.year else "EEEE d MMMM y"
    return format_date(on, pattern, locale=_locale())


def weekday(number: int) -> str:
    """Of ISO's 1 to 7, in short: "Mon"."""
    return format_date(date(2026, 6, number), "EEE", locale=_locale())  # the month began on a Monday


def moment(value: datetime, today: date) -> str:
    """A day and a time: "today 14:20"."""
    return f"{day(value, today)} {clock(value)}"


def lasted(seconds: float) -> str:
    """A duration as on a clock: "0:07", "12:30", "1:02:05"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _locale() -> str:
    return "sv_SE" if language.get() is Language.SV else "en_GB"
