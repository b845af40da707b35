"""Telephone numbers said digit group by digit group.

Swedish follows the way numbers are written: a group of two digits is one number ("31" trettioett); a longer
group, and one with a leading zero, is said digit by digit ("0980" noll nio åtta noll). English says every
digit by itself. Swedish numbers are national in Swedish speech (0980-31 92 01), and with the country's code in
English speech (+46 980 31 92 01), which can be dialled from anywhere; foreign ones always have their country's
code. Short numbers and extensions are said as they stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import PhoneNumberFormat

from hanvisa.policy.model import Language
from hanvisa.speech.phrases.piece import COMMA, Piece

if TYPE_CHECKING:
    from hanvisa.speech.phrases.wording import Wording

SWEDEN = 46


def number(dialled: str, wording: Wording) -> list[Piece]:
    """The pieces of a number (E.164, short, or digits as dialled)."""
    said: list[Piece] = []
    for group in _groups(dialled, wording.language):
        said += [COMMA] if said else []
        said += [Piece(text, wording.language) for text in _group(group, wording)]
    return said or [Piece(wording.unknown_number, wording.language)]


def _groups(dialled: str, language: Language) -> list[str]:
    return re.findall(r"[+*#\d]+", _written(dialled, language))


def _written(dialled: str, language: Language) -> str:
    try:
        parsed = phonenumbers.parse(dialled, None)
    except phonenumbers.NumberParseException:
        return dialled
    if not phonenumbers.is_possible_number(parsed):
        return dialled
    national = parsed.country_code == SWEDEN and language is Language.SV
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL
    )


def _group(group: str, wording: Wording) -> list[str]:
    if group.startswith("+"):
        return [wording.plus, *_group(group[1:], wording)]
    if wording.language is Language.SV and re.fullmatch(r"[1-9][0-9]", group):
        return [wording.numbers[int(group)]]
    signs = {"+": wording.plus, "*": wording.star, "#": wording.hash_}
    return [signs[sign] if sign in signs else wording.numbers[int(sign)] for sign in group]
