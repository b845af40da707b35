"""The English words."""

from __future__ import annotations

from num2words import num2words

from hanvisa.policy.model import Language
from hanvisa.speech.phrases.wording import Wording

NUMBERS = tuple(num2words(number, lang="en") for number in range(60))
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

ENGLISH = Wording(
    language=Language.EN,
    between="between",
    and_="and",
    to="to",
    every_day="every day",
    working_days="on weekdays",
    weekdays=tuple(f"{day}s" for day in DAYS),
    on_weekdays=tuple(f"on {day}s" for day in DAYS),
    today="today",
    tomorrow="tomorrow",
    days=tuple(f"on {day} the" for day in DAYS),
    ordinals=tuple(num2words(day, lang="en", to="ordinal") for day in range(1, 32)),
    months=tuple(f"of {month}" for month in MONTHS),
    clock=("at", "oh", "noon", "midnight", "AM", "PM"),
    numbers=NUMBERS,
    plus="plus",
    star="star",
    hash_="hash",
    unknown_number="unknown",
)
