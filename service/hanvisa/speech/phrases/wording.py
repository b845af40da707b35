"""The fixed phrases of one language, by their use. `sv` and `en` are the two tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hanvisa.calls.prompts import Offer, Why
    from hanvisa.policy.model import Language

REFUSING_RULES = ("G4", "M3", "M4", "O2", "P1")
"""The rules by which a call is refused, and which are therefore spoken."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Lower-case where a phrase may stand inside a sentence. Each value is one piece of speech."""

    language: Language

    # a switchboard
    welcome: str
    queued: str
    you_have_reached: str
    the_switchboard: str
    no_operator: str

    # a referral
    person_sought: str
    away: str
    not_had: Mapping[Why, str]
    back: str
    best_reached: str
    between: str
    and_: str
    to: str
    every_day: str
    working_days: str
    weekdays: tuple[str, ...]  # plural, Monday first: "måndagar"
    on_weekdays: tuple[str, ...]  # as the first of several is said: "on Mondays"
    direct_number: str

    # a department
    nobody_at: str
    the_department: str
    can_answer: str

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

    # ways on
    press: str
    offers: Mapping[Offer, str]
    mobile_number_of: str
    is_: str

    # refusals
    transfer_refused: Mapping[str, str]  # by rule, "" for the others
    dial_refused: Mapping[str, str]
    rules: Mapping[str, str]
    some_rule: str
    may_tell_both: str
    may_tell_mobile: str
    may_give_direct: str
    take_message: str

    # the rest
    no_such_number: str
    outside_failed: Mapping[Why, str]
    try_later: str
    opened: str
    closed: str
    code_refused: str
    goodbye: str

    def texts(self) -> Iterator[str]:
        """Every phrase once."""
        seen: set[str] = {str(self.language)}
        for each in fields(self):
            value = getattr(self, each.name)
            for text in _texts(value):
                if text not in seen:
                    seen.add(text)
                    yield text


def _texts(value: str | tuple[str, ...] | Mapping[object, str]) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return value.values() if isinstance(value, Mapping) else value
