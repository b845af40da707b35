"""What the API shows, as it stands in a list or beside a label."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from hanvisa.web.api.roles import RoleOfUser
from hanvisa.web.fields import Named, Words
from hanvisa.web.pages import writing
from hanvisa.web.pages.admin import labels, weekly
from hanvisa.web.pages.translating import gettext
from hanvisa.web.windows import WeeklyWindow

_NUMBERS = frozenset({"number", "direct_number", "location_number", "extension"})


def told(item: Any, name: str, today: date) -> str:
    """A field of what the API shows, in words."""
    if name == "name" and not hasattr(item, "name"):
        return f"{item.given_name} {item.family_name}"
    return in_words(name, getattr(item, name), today)


def is_whole(name: str) -> bool:
    """A number or a time, which stays on one line."""
    return name in _NUMBERS or name.endswith("_at")


def in_words(name: str, value: Any, today: date) -> str:
    match value:
        case None | False:
            said = ""
        case True:
            said = gettext("yes")
        case datetime():
            said = writing.moment(value, today)
        case date():
            said = writing.day(value, today)
        case Words():
            said = writing.words(value)
        case Enum():
            said = labels.choice(name, str(value.value))
        case list() | tuple():
            said = ", ".join(_one(one) for one in value)
        case Named():
            said = value.name
        case str() if name in _NUMBERS:
            said = writing.number(value)
        case _:
            said = str(value)
    return said


def _one(value: Any) -> str:
    match value:
        case WeeklyWindow():
            return weekly.written([value])
        case RoleOfUser():
            return labels.choice("role", value.role)
        case str():
            return value
    person, number = getattr(value, "person", None), getattr(value, "number", None)
    if person is None and number:
        return writing.number(number)
    return str((person or value).name)


def heading(item: Any, columns: Sequence[str], today: date) -> str:
    """What one is called: its first column."""
    return told(item, columns[0], today) or gettext("without a name")
