"""The table of the faults, and what it says of what was promised."""

from collections import Counter
from dataclasses import replace

import pytest

from hanvisa.lab.faults import FAULTS
from hanvisa.lab.faults_table import HEADING, RULE, Passed, in_table, table
from hanvisa.lab.kept import Promise
from hanvisa.lab.live_calls import Mix, callers_numbers
from hanvisa.policy.numbers import normalise_caller

KILLED, BESIDE, *_, ASTERISK = FAULTS
ANNA, BO = "+46980319244", "+46980319245"
MAILS = Promise("messages", frozenset({ANNA, BO}), Counter((ANNA, BO)))
TEXTS = Promise("texts", frozenset({ANNA}), Counter((ANNA,)))
USES = Promise("uses", frozenset(), Counter())
WELL = Passed(
    fault=KILLED,
    calls=100,
    cut=0,
    dropped=0,
    waiting=0.3,
    listening=2.2,
    new=20,
    served=4,
    answered=1.2,
    unanswered=0,
    decided=2.9,
    adopted=1.4,
    logged_once=100,
    wrong=0,
    promises=(MAILS, TEXTS, USES),
    sent_on=0,
    to_send=0,
)


@pytest.mark.parametrize("calls", [5, 6, 100])
def test_the_calls_are_of_every_kind_and_most_of_them_talk(calls: int) -> None:
    mix = Mix.of(calls)
    assert mix.talking + mix.waiting + mix.listening + mix.ringing == calls
    assert mix.talking >= max(mix.waiting, mix.listening, mix.ringing) >= 1
    assert 1 <= mix.to_send < mix.talking


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
        replace(WELL, promises=(replace(MAILS, had=Counter((ANNA,))), TEXTS, USES)),
        replace(WELL, promises=(MAILS, replace(TEXTS, had=Counter((ANNA, ANNA))), USES)),
        replace(WELL, promises=(MAILS, TEXTS, replace(USES, had=Counter((BO,))))),
        replace(WELL, to_send=1),
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


def test_a_promise_is_judged_by_those_whom_it_concerns() -> None:
    """Others' calls of the same run stand in the same database."""
    lost = replace(MAILS, had=Counter((ANNA,)))
    assert lost.of({ANNA}).is_kept
    assert not lost.of({BO}).is_kept
    assert (lost.once, lost.of({BO}).once) == (1, 0)


def test_the_rows_of_faults_that_were_not_measured_again_stay() -> None:
    before = in_table([WELL, replace(WELL, fault=ASTERISK)], 10, "")
    after = in_table([replace(WELL, fault=BESIDE), replace(WELL, fault=ASTERISK, wrong=1)], 10, before)
    rows = after.split(f"{RULE}\n")[1].splitlines()
    assert [row.split(" | ")[0] for row in rows] == [f"| {one.name}" for one in (KILLED, BESIDE, ASTERISK)]
    assert [row.rpartition(" | ")[2] for row in rows] == ["yes |", "yes |", "**no** |"]


def test_every_row_has_a_cell_for_each_column() -> None:
    columns = {line.count("|") for line in table([WELL], held=10).splitlines() if line.startswith("|")}
    assert columns == {HEADING.count("|")} == {RULE.count("|")}
