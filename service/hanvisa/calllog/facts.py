"""What a decision was made from, as a list that people read: names for ids, times on the clock, words for fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanvisa.calllog.fact_words import FIELDS, NO, NOTHING, NUMBERS, UNTIL_CANCELLED, VALUES, WEEKDAYS, YES
from hanvisa.calllog.story import Fact
from hanvisa.policy.swedish_time import LOCAL

if TYPE_CHECKING:
    from hanvisa.calllog.telling import Teller

_TECHNICAL = ("calls",)
_E164 = re.compile(r"\+\d{4,}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")


def facts_in_words(teller: Teller, facts: Mapping[str, Any]) -> tuple[Fact, ...]:
    """In the order in which they were kept. What is not known here is told as it stands."""
    return tuple(Fact(name, value) for name, value in _facts(teller, facts))


def _facts(teller: Teller, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in facts.items():
        if field == "join":  # the question within another
            yield from _facts(teller, value)
        elif field not in _TECHNICAL:
            yield _name(teller, field), _value(teller, value)


def _name(teller: Teller, field: str) -> str:
    return teller.say(FIELDS[field]) if field in FIELDS else field.replace("_", " ").capitalize()


def _value(teller: Teller, value: Any) -> str:
    if value in (None, "", [], {}):
        return teller.say(NOTHING)
    match value:
        case bool():
            return teller.say(YES if value else NO)
        case str():
            return _text(teller, value)
        case dict():
            return _thing(teller, value)
        case list() | tuple():
            return "; ".join(_value(teller, one) for one in value)
    return str(value)


def _text(teller: Teller, text: str) -> str:
    if text in VALUES:
        return teller.say(VALUES[text])
    if _E164.fullmatch(text):
        return teller.number(text)
    if _TIME.fullmatch(text):
        return f"{datetime.fromisoformat(text).astimezone(LOCAL):%Y-%m-%d %H:%M}"
    try:
        UUID(text)
    except ValueError:
        return text
    return teller.who(text)


def _thing(teller: Teller, thing: Mapping[str, Any]) -> str:
    """A person, an absence, a number … by what people call it."""
    match thing:
        case {"given_name": given, "family_name": family}:
            told = f"{given} {family}"
        case {"sv": _, "en": _}:
            told = str(thing[teller.language])
        case {"kind": kind, "number": number, "target": target}:
            leads_to = _value(teller, target[1]) if target else ""
            parts = (teller.number(number) if number else "", leads_to, teller.say(NUMBERS[kind]))
            told = ", ".join(part for part in parts if part)
        case {"reason": reason, "starts_at": starts, "ends_at": ends}:
            until = _text(teller, ends) if ends else teller.say(UNTIL_CANCELLED)
            name = _value(teller, reason["name"]) if isinstance(reason, dict) else reason
            told = f"{name}, {_text(teller, starts)} – {until}"
        case {"department": {"name": name}, "reachable": reachable}:
            told = f"{name}: {reachable}"
        case {"person_id": person, "state": state, "since": since}:
            told = f"{teller.who(person)}: {_text(teller, state)}, {_text(teller, since)}"
        case {"days": list(days), "start": start, "end": end}:
            named = ", ".join(teller.say(WEEKDAYS[day - 1]) for day in days)
            told = f"{named} {start[:5]}–{end[:5]}"
        case _:
            told = ", ".join(
                f"{_name(teller, field)}: {_value(teller, value)}" for field, value in thing.items()
            )
    return told
