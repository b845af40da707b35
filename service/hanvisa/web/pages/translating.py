"""The words of the pages: English in the code, Swedish in a catalogue (gettext), which is read as it is.

A page is in Swedish unless somebody has chosen English.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from hanvisa.policy.model import Language

CATALOGUES = Path(__file__).parent / "catalogues"

language: ContextVar[Language] = ContextVar("language", default=Language.SV)
"""The language of the page that is made now."""


def gettext(message: str) -> str:
    return _singular(message) if language.get() is Language.SV else message


def ngettext(singular: str, plural: str, number: int) -> str:
    if language.get() is Language.SV:
        return _swedish()[singular][number != 1]
    return singular if number == 1 else plural


def _singular(message: str) -> str:
    return _swedish()[message][0]


@cache
def _swedish() -> dict[str, tuple[str, ...]]:
    """By the English words: the Swedish ones, in plural too where there is one. A word without is an error."""
    with (CATALOGUES / "sv.po").open("rb") as file:
        catalogue = read_po(file, locale="sv")
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id:
            found[_first(message.id)] = _all(message.string)
    return found


def _first(ids: str | tuple[str, ...] | list[str]) -> str:
    return ids if isinstance(ids, str) else ids[0]


def _all(strings: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (strings,) if isinstance(strings, str) else tuple(strings or ())
