"""The table of the faults, and what it says of what was promised."""

from dataclasses import replace

import pytest

from hanvisa.lab.faults import FAULTS
from hanvisa.lab.live_calls import Mix, callers_numbers
from hanvisa.lab.soak_faults import HEADING, RULE, Passed, table
from hanvisa.policy.numbers import normalise_caller

KILLED, *_, ASTERISK = FAULTS
WELL = Passed(KILLED, 100, 0, 0, 0.3, 2.2, 20, 4, 1.2, 0, 2.9, 1.4, 100, 0)


@pytest.mark.parametrize("calls", [5, 6, 100])
def test_the_calls_are_of_every_kind_and_most_of_them_talk(calls: int) -> None:
    mix = Mix.of(calls)
    assert mix.talking + mix.waiting + mix.listening + mix.ringing == calls
    assert mix.talking >= max(mix.waiting, mix.listening, mix.ringing) >= 1


def test_each_caller_has_a_number_of_their_own() -> None:
    name = callers_numbers()
    assert len({normalise_caller(name()) for _ in range(1000)} - {None}) == 1000


@pytest.mark.parametrize(
    "passed",
    [
        replace(WELL, cut=1),
        replace(WELL, dropped=1),
        replace(WELL, decided=None),
        replace(WELL, adopted=2.1),
        replace(WELL, logged_once=99),
        replace(WELL, wrong=1),
        replace(WELL, fault=ASTERISK, logged_once=99),
    ],
)
def test_what_is_not_kept_is_said(passed: Passed) -> None:
    assert not passed.is_met
    assert table([passed], held=10).splitlines()[-1].endswith("| **no** |")


@pytest.mark.parametrize(
    "passed", [WELL, replace(WELL, adopted=None), replace(WELL, fault=ASTERISK, cut=76, dropped=16)]
)
def test_what_is_kept_is_said(passed: Passed) -> None:
    assert passed.is_met
    assert table([passed], held=10).splitlines()[-1].endswith("| yes |")


def test_every_row_has_a_cell_for_each_column() -> None:
    columns = {line.count("|") for line in table([WELL], held=10).splitlines() if line.startswith("|")}
    assert columns == {HEADING.count("|")} == {RULE.count("|")}
