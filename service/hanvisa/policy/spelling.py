"""What a person dialled, or a phone sent, in all the ways in which it can be read. Digits only; no register here.

The spellings are those of O2 (docs/policy.md): separators, URIs, percent-encoding, digits of other scripts, the
outside-line prefix, 00, codes that withhold the number, carrier prefixes. Every way counts, since any of them may be
the one that a carrier takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

COUNTRY = "46"
LONGEST = 256  # characters of a string with all its dress on; a longer one is no number
LONGEST_NUMBER = 40  # characters of what is dialled: no number with all its prefixes has more

_ADDRESS = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"^(?:sips?|tel|callto):(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[\d\-.() ]+)", re.IGNORECASE)
_PAUSE = re.compile(r"[;,?&]|(?<=\d)\s*(?:p|w|x|ext\.?)\s*\d*$", re.IGNORECASE)
_DIALLABLE = re.compile(r"\+?[\d*#+]+")
_CODE = re.compile(r"[*#]{1,2}\d{1,4}[*#]")  # *31#, #31#: withhold or show the number
_CARRIER = re.compile(r"95\d{1,3}")  # select codes: 95 and one to three digits
_LEADING_NUMBER = re.compile(r"\+?\d+")
_HYPHENS = r"\-\u2010\u2011"
_MARKS = r"\u200e\u200f\u202a-\u202e\u2066-\u2069"  # of direction: they are copied along with a number
_BETWEEN = rf"\s().{_HYPHENS}{_MARKS}"
_AREA = (
    rf"(?:(?:\+|00)(?:[{_BETWEEN}/–]*\d){{1,6}}|0(?:[{_BETWEEN}]*\d){{1,3}})"  # its code, and the country's
)
_ONE_NUMBER = re.compile(
    rf"(?:tel:)?[{_BETWEEN}]*(?:\+?|{_AREA}[{_BETWEEN}]*[/–])[\d{_BETWEEN}]+", re.IGNORECASE
)
_BEFORE_PREFIX = rf"(?:{_CODE.pattern}|0(?=[*#]))*?"  # of private calls: codes, and the outside-line prefix


@dataclass(frozen=True, slots=True)
class Plain:
    """What is left of a string when all its dress is off: digits, ``+``, ``*`` and ``#``; empty when it is no number.

    ``context`` is a URI's ``phone-context`` (RFC 3966) when that is the beginning of a number.
    """

    text: str
    context: str = ""


def plain(dialled: str) -> Plain:
    """The string without scheme, host, parameters, encoding, separators and foreign digits."""
    if dialled.isascii() and len(dialled) <= LONGEST_NUMBER and _DIALLABLE.fullmatch(dialled):
        return Plain(dialled)  # as nearly all are: there is nothing to take off
    text = _decoded(dialled)
    if len(text) > LONGEST:
        return Plain("")
    if address := _ADDRESS.search(text):
        text = address.group(1)
    text, schemes = _SCHEME.subn("", text.strip())
    context = _CONTEXT.search(text)
    text = text.partition("@")[0]
    if schemes:
        text = text.partition(":")[0]
    text = _without_separators(_PAUSE.split(text, maxsplit=1)[0])
    return Plain(
        text=text if len(text) <= LONGEST_NUMBER and _DIALLABLE.fullmatch(text) else "",
        context=_without_separators(context.group(1)) if context else "",
    )


def is_one_number(written: str) -> bool:
    """Not a code, not what is written beside a number, and not two, the second one short (08-123 456/70).

    A slash or an en dash stands within one behind its area code alone.
    """
    return _ONE_NUMBER.fullmatch(written) is not None


def without_codes(text: str) -> str:
    """The number without the codes before it, and without what is keyed after it."""
    while code := _CODE.match(text):
        text = text[code.end() :]
    number = _LEADING_NUMBER.match(text)
    return number.group() if number else text


def around_private_prefix(dialled: str, prefix: str) -> tuple[str, str]:
    """What stands before the prefix of private calls and what follows it, in any spelling; both empty without it."""
    found = re.match(rf"({_BEFORE_PREFIX}){re.escape(prefix)}(.+)", plain(dialled).text) if prefix else None
    return (found[1], found[2]) if found else ("", "")


def readings(text: str, outside_prefix: str) -> tuple[str, ...]:
    """``text`` and all that it becomes when prefixes are taken off, the most direct first.

    Each step makes the string shorter, so this ends.
    """
    found = [text]
    for reading in found:
        found.extend(
            shorter for shorter in _steps(reading, outside_prefix) if shorter and shorter not in found
        )
    return tuple(found)


def international(text: str, area_code: str | None) -> Iterator[str]:
    """The numbers (``+`` and digits) that ``text`` may mean, the likeliest first. None when it is no number by itself.

    ``area_code`` has its leading 0.
    """
    if text.startswith("+"):
        if text[1:].isdecimal():
            yield text
    elif text.isdecimal() and text.startswith("0"):
        yield f"+{COUNTRY}{text[1:]}"
    elif text.isdecimal():
        if area_code:
            yield f"+{COUNTRY}{area_code.removeprefix('0')}{text}"
        yield f"+{COUNTRY}{text}"


def _decoded(text: str) -> str:
    """Percent-encoding and compatibility forms undone, however often they were applied, and all digits made 0 to 9."""
    for _ in range(5):
        decoded = unicodedata.normalize("NFKC", unquote(text, errors="replace"))
        if decoded == text:
            break
        text = decoded
    return "".join(_ascii_digit(character) for character in text)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _without_separators(text: str) -> str:
    """Without spaces, punctuation, marks and invisible characters; what a number is made of stays."""
    return "".join(
        character
        for character in text
        if character in "+*#" or unicodedata.category(character)[0] not in "ZPCM"
    )


def _steps(text: str, outside_prefix: str) -> Iterator[str]:
    stripped = without_codes(text)
    if stripped != text:
        yield stripped
    if text.startswith("00"):
        yield "+" + text[2:]
        yield text[2:]
    for prefix in (outside_prefix, "0", "+", COUNTRY):
        if prefix and text.startswith(prefix):
            yield text[len(prefix) :]
    if text.startswith("95"):
        for length in (4, 5, 3):
            if _CARRIER.fullmatch(text[:length]):
                yield text[length:]
