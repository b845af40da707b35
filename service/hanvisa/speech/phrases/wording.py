"""The words for days, hours and numbers in one language, which all families of prompts share: `sv` and `en`."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.model import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """Lower-case where a phrase may stand inside a sentence. Each value is one piece of speech."""

    language: Language

    # times of the week
    between: str
    and_: str
    to: str
    every_day: str
    working_days: str
    weekdays: tuple[str, ...]  # plural, Monday first: "måndagar"
    on_weekdays: tuple[str, ...]  # as the first of several is said: "on Mondays"

    # days and hours
    today: str
    tomorrow: str
    days: tuple[str, ...]  # as they begin a date, Monday first: "måndag den"
    ordinals: tuple[str, ...]  # "första" to "trettioförsta"
    months: tuple[str, ...]
    clock: tuple[str, ...]  # the words around hours and minutes that are no numbers

    # numbers
    numbers: tuple[str, ...]  # from 0
    plus: str
    star: str
    hash_: str
    unknown_number: str
