"""What spreadsheets do to files and numbers, found and named: nobody sees it in the sheet itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Container

from hanvisa.policy.model import Text

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_AS_NUMBER = re.compile(r"([1-9]\d+)(?:[.,]0+)?", re.ASCII)
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_AS_TEXT = Text(sv="Formatera kolumnen som text", en="Format the column as text")
_ZEROS = 10  # more than any key begins with


def wrong_encoding(raw: bytes, error: UnicodeDecodeError) -> Text:
    """Why a file that is not UTF-8 can't be read, and what to do."""
    if raw.startswith(_UTF_16):
        return Text(
            sv="den är UTF-16, så som Excel sparar ”Unicode-text”. Spara den som ”CSV UTF-8”.",
            en="it is UTF-16, as Excel saves “Unicode text”. Save it as “CSV UTF-8”.",
        )
    byte = f"byte 0x{raw[error.start]:02x}"
    word = _word_at(raw, error.start)
    if word:
        return Text(
            sv=f"den är inte UTF-8 utan Latin-1, så som Excel sparar ”CSV” ({byte} i ”{word}”)."
            " Spara den som ”CSV UTF-8”.",
            en=f"it is not UTF-8 but Latin-1, as Excel saves “CSV” ({byte} in “{word}”). Save it as “CSV UTF-8”.",
        )
    return Text(
        sv=f"den är inte UTF-8 ({byte}). Spara den som UTF-8.",
        en=f"it is not UTF-8 ({byte}). Save it as UTF-8.",
    )


def _word_at(raw: bytes, position: int) -> str:
    """The word in which the byte is a letter of Latin-1; "" where it is none."""
    if not bytes([raw[position]]).decode("latin-1").isalpha():
        return ""
    around = raw[max(0, position - 30) : position + 30].decode("latin-1")
    words = re.finditer(r"[^\W\d_]+", around)
    place = min(position, 30)
    return next((word[0] for word in words if word.start() <= place < word.end()), "")


def lost_from_number(written: str) -> Text | None:
    """What a telephone number has lost that was taken for a quantity, as a reason; None: nothing."""
    if _ROUNDED.fullmatch(written):
        return Text(
            sv=f"”{written}” är så som ett kalkylblad visar ett långt tal, och siffror har gått förlorade."
            f" {_AS_TEXT.sv} och skriv numret på nytt.",
            en=f"“{written}” is how a spreadsheet shows a long number, and digits are lost."
            f" {_AS_TEXT.en} and write the number again.",
        )
    number = _AS_NUMBER.fullmatch(written)
    if number is None or len(number[1]) < 7:
        return None
    if number[1].startswith("46") and len(number[1]) > 9:
        return _lost(written, Text(sv="sitt +", en="its +"), f"+{number[1]}")
    return _lost(written, _ZERO, f"0{number[1]}")


def lost_from_area_code(written: str) -> Text | None:
    return None if written.startswith("0") else _lost(written, _ZERO, f"0{written}")


def _lost(written: str, sign: Text, meant: str) -> Text:
    return Text(
        sv=f"”{written}” har förlorat {sign.sv}, som tal gör i ett kalkylblad. {_AS_TEXT.sv} och skriv {meant}.",
        en=f"“{written}” has lost {sign.en}, as numbers do in a spreadsheet. {_AS_TEXT.en} and write {meant}.",
    )


_ZERO = Text(sv="sin inledande nolla", en="its leading 0")


def with_zeros(key: str, known: Container[str]) -> str | None:
    """The known key that this one is without its leading zeros."""
    if not key.isdecimal():
        return None
    return next((zeros for n in range(1, _ZEROS) if (zeros := "0" * n + key) in known), None)
