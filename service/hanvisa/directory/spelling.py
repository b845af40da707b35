"""How names and numbers are compared: as somebody types them who has only heard them."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"[+0-9][0-9 ()/-]*")
_ALIKE = {
    "æ": "ä",
    "ø": "ö",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ŋ": "n",
    "ŧ": "t",
    "ł": "l",
    "ı": "i",
    "ǥ": "g",
    "ʒ": "z",
}
_UNHEARD = "'’ʼʹ´`"
_PLAIN = str.maketrans("åäö", "aao")


class _Letters(dict[int, str]):
    """For :meth:`str.translate`: each letter that has come up, as it is compared."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = letter if letter in "åäö" else unicodedata.normalize("NFD", letter)[0]
        unheard = letter in _UNHEARD or unicodedata.combining(letter)
        self[code] = found = "" if unheard else _ALIKE.get(base, base)
        return found


_LETTERS = _Letters()


def folded(text: str) -> str:
    """Without case and accents. å, ä and ö are letters of their own; the neighbours' letters are their likes here."""
    return unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)


def plain(text: str) -> str:
    """A folded text as on a keyboard without å, ä and ö."""
    return text.translate(_PLAIN)


def words_of(text: str) -> list[str]:
    """Folded. A hyphen parts words, an apostrophe does not."""
    return _WORD.findall(folded(text))


def is_number(text: str) -> bool:
    """It is a number in some spelling, or the beginning of one."""
    return _NUMBER.fullmatch(text.strip()) is not None


def national(number: str) -> str:
    """As it is dialled at home."""
    digits = re.sub(r"[^+0-9]", "", number)
    return re.sub(r"^(\+46|0046)", "0", digits)
