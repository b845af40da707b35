from __future__ import annotations

import pytest
from hypothesis import given, settings

from hanvisa.policy.facts import Extension, Mobile, OutsideNumber, TargetKind
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import (
    NumberKind,
    NumberPlan,
    Reading,
    caller_language,
    display,
    e164_to_dial,
    normalise_caller,
    read_number,
)
from searching import times
from unit.policy.made_up import ANNA, HALLEFORS, NORA, PLAN, REGISTER, fixed, spellings


@given(spellings(fixed))
@settings(max_examples=times(100, 2000))
def test_no_spelling_of_a_fixed_number_is_taken_for_a_mobile(spelling: str) -> None:
    assert read_number(spelling, HALLEFORS, REGISTER, PLAN).kind in (NumberKind.FIXED, NumberKind.INTERNAL)


def test_an_extension_belongs_to_its_organisation() -> None:
    assert read_number("201", HALLEFORS, REGISTER, PLAN).target == (TargetKind.PERSON, ANNA.id)
    assert read_number("201", NORA, REGISTER, PLAN).kind is not NumberKind.INTERNAL
    assert read_number("81201", NORA, REGISTER, PLAN).target == (TargetKind.PERSON, ANNA.id)
    assert read_number("201", None, REGISTER, PLAN).target is None


def test_an_extension_that_also_reads_as_a_mobile_is_a_mobile() -> None:
    register = REGISTER.replace(
        extensions=(Extension("31920", HALLEFORS.id, TargetKind.PERSON, ANNA.id),),
        mobiles=(Mobile(ANNA.id, ANNA.id, "+4698031920"),),
    )
    assert read_number("31920", HALLEFORS, register, PLAN).kind is NumberKind.MOBILE


def test_an_outside_number_of_ours_with_a_mobiles_prefix_stays_a_mobile() -> None:
    register = REGISTER.replace(numbers=(OutsideNumber("+46701740650", TargetKind.PERSON, ANNA.id),))
    reading = read_number("0701740650", HALLEFORS, register, PLAN)
    assert reading.kind is NumberKind.MOBILE
    assert reading.target == (TargetKind.PERSON, ANNA.id)


@pytest.mark.parametrize("dialled", ["112", "0112", "#31#112", "sip:112@host", "1\u200b12"])
def test_emergency_goes_first(dialled: str) -> None:
    register = REGISTER.replace(extensions=(Extension("112", HALLEFORS.id, TargetKind.PERSON, ANNA.id),))
    assert read_number(dialled, HALLEFORS, register, PLAN) == Reading(NumberKind.EMERGENCY, "112")


def test_a_required_prefix_is_taken_off_first() -> None:
    # 00 980 319250 would also be a number in Iran.
    required = NumberPlan(outside_prefix_required=True)
    assert read_number("00980319250", HALLEFORS, REGISTER, required).number == "+46980319250"


@pytest.mark.parametrize(
    ("reading", "digits"),
    [
        (Reading(NumberKind.MOBILE, "+46701740605"), "0701740605"),
        (Reading(NumberKind.FIXED, "+4930123456"), "004930123456"),
        (Reading(NumberKind.SERVICE, "1177"), "1177"),
        (Reading(NumberKind.EMERGENCY, "112"), "112"),
        (Reading(NumberKind.INTERNAL, "201"), None),
        (Reading(NumberKind.UNKNOWN), None),
    ],
)
def test_what_is_sent_to_the_carrier(reading: Reading, digits: str | None) -> None:
    assert e164_to_dial(reading) == digits


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("0980319200", "+46980319200"),
        ("+46980319200", "+46980319200"),
        ("0046980319200", "+46980319200"),
        ("46980319200", "+46980319200"),
        ("<sip:0980319200@carrier>", "+46980319200"),
        ("004930123456", "+4930123456"),
        ("anonymous", None),
        ("unavailable", None),
        ("", None),
        (None, None),
        ("201", None),
    ],
)
def test_the_callers_number(raw: str | None, number: str | None) -> None:
    assert normalise_caller(raw) == number


@pytest.mark.parametrize(
    ("number", "language"),
    [
        ("+46980319200", Language.SV),
        ("+4930123456", Language.EN),
        (None, Language.SV),
        ("201", Language.SV),
        ("+999", Language.SV),
    ],
)
def test_the_callers_language(number: str | None, language: Language) -> None:
    assert caller_language(number) is language


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+46701740605", "070-174 06 05"),
        ("+46980319244", "0980-31 92 44"),
        ("+4930123456", "+49 30 123456"),
        ("+999", "+999"),
        ("201", "201"),
        ("1177", "1177"),
        ("", ""),
        ("+", "+"),
        ("***", "***"),
        # Of a private call: x is no extension, and +4670 no number.
        ("+4670xxxxxxx", "+4670xxxxxxx"),
        ("+4698xxxxxxx", "+4698xxxxxxx"),
        ("+4420xxxxxxxx", "+4420xxxxxxxx"),
        ("xxxx", "xxxx"),
        ("+46701740605x12", "+46701740605x12"),
        ("+46701740605;ext=12", "+46701740605;ext=12"),
        ("tel:+46701740605", "tel:+46701740605"),
    ],
)
def test_numbers_are_shown_as_they_are_written_and_masked_ones_as_they_are(number: str, shown: str) -> None:
    assert display(number) == shown
