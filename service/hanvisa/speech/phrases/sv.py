"""The Swedish words."""

from __future__ import annotations

from num2words import num2words

from hanvisa.policy.model import Language
from hanvisa.speech.phrases.wording import Wording

NUMBERS = tuple(num2words(number, lang="sv").replace("förtio", "fyrtio") for number in range(100))
DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

SWEDISH = Wording(
    language=Language.SV,
    between="mellan",
    and_="och",
    to="till",
    every_day="alla dagar",
    working_days="vardagar",
    weekdays=tuple(f"{day}ar" for day in DAYS),
    on_weekdays=tuple(f"{day}ar" for day in DAYS),
    today="i dag",
    tomorrow="i morgon",
    days=tuple(f"{day} den" for day in DAYS),
    ordinals=tuple(num2words(day, lang="sv", to="ordinal") for day in range(1, 32)),
    months=MONTHS,
    clock=tuple(f"klockan {hour}" for hour in NUMBERS[:25]),
    numbers=NUMBERS,
    plus="plus",
    star="stjärna",
    hash_="fyrkant",
    unknown_number="okänt",
)
