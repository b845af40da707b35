"""What a dialled string leads to: the strictest of all the ways to read it (docs/decisions.md, Numbers).

Numbers are E.164 ("+46701740605"); short numbers and extensions are their digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from hanvisa.policy import spelling
from hanvisa.policy.confidentiality import is_confidential
from hanvisa.policy.facts import Extension, Organisation, TargetKind
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register

_E164 = re.compile(r"\+[0-9]+")
_AT_HOME = re.compile(r"^0(?=[1-9]\d{6,8}$)")
_SHORT = re.compile(r"1177|11313|11414|116\d{3}|118\d{2,3}")
_NEVER_MOBILE = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.UAN,
}
_NO_COUNTRY = "001"  # libphonenumber's region of satellites and other networks that belong to no country


class NumberKind(StrEnum):
    INTERNAL = "internal"  # an extension, or one of our own outside numbers
    FIXED = "fixed"  # at home or abroad
    MOBILE = "mobile"  # or what may be one: personal numbers, pagers, satellites, where nobody can tell
    UNKNOWN = "unknown"
    EMERGENCY = "emergency"
    SERVICE = "service"  # short numbers: 1177, 11414, 11313, 118xxx

    @property
    def may_be_mobile(self) -> bool:
        return self in (NumberKind.MOBILE, NumberKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NumberPlan:
    outside_prefix: str = "0"
    outside_prefix_required: bool = False
    emergency: tuple[str, ...] = ("112",)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a dialled string leads to.

    ``number`` is E.164, or the digits of a short number or an extension; None when there is nothing to dial.
    ``target`` is whose it is when it is one of ours, a registered mobile's person included. ``confidential`` is the
    mark of that line, person or department (M4).
    """

    kind: NumberKind
    number: str | None = None
    target: tuple[TargetKind, UUID] | None = None
    confidential: bool = False


def read_number(
    dialled: str | None, organisation: Organisation | None, register: Register, plan: NumberPlan
) -> Reading:
    """The strictest of all readings; ``organisation`` is that of the phone it was dialled on. Never raises.

    Emergency first. One reading as a mobile makes it a mobile. Then our own extensions, short numbers, and whatever is
    valid, the most direct reading first. Nothing valid is UNKNOWN, which counts as a mobile.
    """
    written = spelling.plain(dialled or "")
    text = spelling.without_codes(written.text)
    if emergency := _short(text, plan, plan.emergency.__contains__):
        return Reading(NumberKind.EMERGENCY, emergency)
    outside = tuple(_outside(written, organisation, register, plan))
    mobile = next((reading for reading in outside if reading.kind is NumberKind.MOBILE), None)
    if mobile:
        return mobile
    if extension := _extension(text, organisation, register):
        return _inside(extension, register)
    if service := _short(text, plan, lambda digits: _SHORT.fullmatch(digits) is not None):
        return Reading(NumberKind.SERVICE, service)
    valid = (reading for reading in outside if reading.kind is not NumberKind.UNKNOWN)
    possible = (reading for reading in outside if reading.number)
    return next(valid, None) or next(possible, None) or Reading(NumberKind.UNKNOWN)


def e164_to_dial(reading: Reading) -> str | None:
    """The digits to send to the carrier for the number that was judged, never the string that was dialled.

    At home "0701740605", abroad "00493012345", short numbers as they are. None when there is nothing to dial outside.
    """
    if reading.kind is NumberKind.INTERNAL or not reading.number:
        return None
    if reading.number.startswith(f"+{spelling.COUNTRY}"):
        return "0" + reading.number[1 + len(spelling.COUNTRY) :]
    return reading.number.replace("+", "00")


def display(number: str) -> str:
    """A number as it is written in Sweden: "070-174 06 05", "+49 30 12345"; what is no whole one (or masked) as it is.

    One that was dialled with its area code ("0980319201") is whole too.
    """
    number = _AT_HOME.sub(f"+{spelling.COUNTRY}", number)
    if not _E164.fullmatch(number):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    at_home = parsed.country_code == int(spelling.COUNTRY)
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def normalise_caller(raw: str | None) -> str | None:
    """A carrier's caller id as E.164: "0980319200", "+46980319200", "0046980319200", "46980319200". Else None."""
    text = spelling.plain(raw or "").text
    if text.startswith("00"):
        text = "+" + text[2:]
    candidates = spelling.international(text, None) if text.startswith(("0", "+")) else iter((f"+{text}",))
    found = (_look_up(candidate) for candidate in candidates)
    return next((number.e164 for number in found if number and number.is_possible), None)


def caller_language(number: str | None) -> Language:
    """English for a valid number from abroad, Swedish for all others, the withheld ones among them."""
    found = _look_up(number) if number else None
    return Language.EN if found and found.is_valid and not found.is_swedish else Language.SV


def _outside(
    written: spelling.Plain, organisation: Organisation | None, register: Register, plan: NumberPlan
) -> Iterator[Reading]:
    """All readings as numbers of the public network, the likeliest first."""
    area_code = organisation.area_code if organisation else None
    texts = list(spelling.readings(written.text, plan.outside_prefix))
    if plan.outside_prefix_required:  # then what stands behind the prefix is the likeliest
        texts = [
            *spelling.readings(written.text.removeprefix(plan.outside_prefix), plan.outside_prefix),
            *texts,
        ]
    if written.context:
        texts.insert(0, written.context + written.text)
    for text in texts:
        for candidate in spelling.international(text, area_code):
            yield _judge(candidate, register)


def _judge(candidate: str, register: Register) -> Reading:
    """One number of the public network. What the register knows as a mobile is one, whatever its prefix."""
    found = _look_up(candidate)
    number = found.e164 if found else candidate
    if mobile := register.mobile(number):
        target = (TargetKind.PERSON, mobile.person_id)
        return Reading(NumberKind.MOBILE, number, target, is_confidential(register, *target))
    kind = found.kind if found else NumberKind.UNKNOWN
    if ours := register.number(number):
        kind = NumberKind.MOBILE if kind is NumberKind.MOBILE else NumberKind.INTERNAL
        target = (ours.kind, ours.target_id)
        return Reading(kind, number, target, ours.confidential or is_confidential(register, *target))
    return Reading(kind, number if found and found.is_possible else None)


@dataclass(frozen=True, slots=True)
class _Public:
    """What the world's numbering plans say of a number."""

    e164: str
    is_possible: bool
    is_valid: bool
    is_swedish: bool
    kind: NumberKind


@lru_cache(maxsize=8192)  # the same numbers are rung all day, and working one out costs more than a decision
def _look_up(number: str) -> _Public | None:
    """None for what is no number at all."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(parsed)
    return _Public(
        e164=phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        is_possible=phonenumbers.is_possible_number(parsed),
        is_valid=is_valid,
        is_swedish=parsed.country_code == int(spelling.COUNTRY),
        kind=_kind(parsed) if is_valid else NumberKind.UNKNOWN,
    )


def _kind(parsed: phonenumbers.PhoneNumber) -> NumberKind:
    """Of a valid number."""
    type_ = phonenumbers.number_type(parsed)
    of_no_country = phonenumbers.region_code_for_number(parsed) == _NO_COUNTRY
    if type_ in _NEVER_MOBILE and not (of_no_country and type_ == PhoneNumberType.VOIP):
        return NumberKind.FIXED
    return NumberKind.MOBILE


def _extension(text: str, organisation: Organisation | None, register: Register) -> Extension | None:
    """The own organisation's extension, or another's behind its prefix."""
    own = register.extension(text, organisation.id) if organisation else None
    others = (
        register.extension(text.removeprefix(other.prefix), other.id)
        for other in register.organisations.rows
        if other.prefix and text.startswith(other.prefix)
    )
    return own or next((extension for extension in others if extension), None)


def _inside(extension: Extension, register: Register) -> Reading:
    target = (extension.kind, extension.target_id)
    return Reading(
        NumberKind.INTERNAL,
        extension.number,
        target,
        extension.confidential or is_confidential(register, *target),
    )


def _short(text: str, plan: NumberPlan, is_short: Callable[[str], bool]) -> str | None:
    """The short number that was dialled, with or without the outside-line prefix."""
    bare = text.removeprefix("+")
    return next(
        (digits for digits in (bare, bare.removeprefix(plan.outside_prefix)) if is_short(digits)), None
    )
