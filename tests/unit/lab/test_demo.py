"""The demo's calls are well written: known steps, nobody in two lanes at once, numbers made for fiction only."""

import csv
import re
from pathlib import Path

import pytest

from hanvisa.errors import InvalidInput
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.demo.__main__ import main
from hanvisa.lab.demo.calls import LAST, DemoCall, read_calls
from hanvisa.lab.demo.names import Names
from hanvisa.policy.facts import Mobile, OutsideNumber, Phone, TargetKind
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import normalise_caller
from hanvisa.policy.register import Register
from hanvisa.policy.rules import RULES
from hanvisa.policy.substance import has_substance
from hanvisa.speech.phrases import catalogue
from unit.policy.made_up import ANNA, HALLEFORS, MOBILE, id_

CALLS = read_calls(REPOSITORY / "demo" / "calls")
DIRECTORY = REPOSITORY / "demo" / "directory"
FICTION = re.compile(
    r"\+46(7017406(0[5-9]|[1-9]\d)|9803192\d\d|8465004\d\d|313900[6]\d\d|406280[4]\d\d)|\+442079460\d\d\d"
)
NUMBER = re.compile(r"[+0][\d -]{7,}")


def column(name: str, key: str) -> set[str]:
    with (DIRECTORY / f"{name}.csv").open(encoding="utf-8") as file:
        return {row[key] for row in csv.DictReader(file)}


def words_of(call: DemoCall) -> list[str]:
    return [str(word) for step in call.steps for word in (step.what, *step.more.values())]


OF_THE_REGISTER = {
    *column("persons", "given_name"),
    *column("persons", "family_name"),
    *column("organisations", "name"),
    *column("absence_reasons", "spoken_sv"),
    *column("absence_reasons", "spoken_en"),
}
SAID = {words.casefold() for words in (*(piece.text for piece in catalogue()), *OF_THE_REGISTER) if words}


def can_be_said(words: str) -> bool:
    """Whether they stand in a piece of speech, or in several of them after each other."""
    return any(
        words in piece or (words.startswith(f"{piece} ") and can_be_said(words.removeprefix(f"{piece} ")))
        for piece in SAID
    )


@pytest.fixture
def register() -> Register:
    return Register().replace(
        organisations=(HALLEFORS,),
        persons=(ANNA,),
        phones=(Phone(id_(20), "hallefors-201", HALLEFORS.id, ANNA.id),),
        numbers=(OutsideNumber("+46980319201", TargetKind.PERSON, ANNA.id),),
        mobiles=(Mobile(id_(21), ANNA.id, MOBILE),),
    )


def test_calls_are_numbered_from_one() -> None:
    assert [call.number for call in CALLS] == list(range(1, len(CALLS) + 1))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.title.en)
def test_phones_are_those_of_the_demo_directory(call: DemoCall) -> None:
    assert set(call.phones) <= column("phones", "account")
    assert set(call.siplets) <= set(call.phones)


def test_whoever_asks_the_api_has_a_phone_and_an_account() -> None:
    asking = {step.more["by"] for call in CALLS for step in call.steps if step.verb == "api"}
    assert asking <= column("phones", "account")
    with (DIRECTORY / "phones.csv").open(encoding="utf-8") as file:
        owners = {row["owner"] for row in csv.DictReader(file) if row["account"] in asking}
    assert owners <= column("roles", "person")


def test_every_exception_has_a_reason_of_substance() -> None:
    reasons = [step.more["reason"] for call in CALLS for step in call.steps if step.verb == "exception"]
    assert reasons
    assert [reason for reason in reasons if not has_substance(reason)] == []


def test_every_rule_of_the_policy_is_met_once_at_least() -> None:
    assert {rule for call in CALLS for rule in call.rules} == set(RULES)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.title.en)
def test_numbers_are_made_for_fiction(call: DemoCall) -> None:
    for word in words_of(call):
        if NUMBER.fullmatch(word):
            assert FICTION.fullmatch(normalise_caller(word) or ""), word


def test_nobody_is_in_two_lanes() -> None:
    lanes: dict[str, set[str]] = {}
    for call in CALLS:
        callers = [str(step.what) for step in call.steps if step.verb == "caller"]
        if call.lane == LAST:  # alone
            continue
        for who in (*call.phones, *callers):
            lanes.setdefault(who, set()).add(call.lane)
    assert {who: met for who, met in lanes.items() if len(met) > 1} == {}


def test_every_caller_rings_once() -> None:
    """A call is found in the log by who rang."""
    callers = [step.what for call in CALLS for step in call.steps if step.verb == "caller"]
    assert len(callers) == len(set(callers))


def test_the_words_that_a_call_waits_for_can_be_said() -> None:
    awaited = [step.what for call in CALLS for step in call.steps if step.verb == "hears"]
    assert awaited
    assert [words for words in awaited if not can_be_said(words.casefold())] == []


def test_a_call_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "calls.toml").write_text('[[call]]\nlane = "a"\nsteps = []\n')
    with pytest.raises(InvalidInput, match=r"calls\.toml, call 1: KeyError\('title'\)"):
        read_calls(tmp_path)


def test_calls_that_there_are_none_of_are_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANVISA_STATE", str(tmp_path))
    for asked, why in (
        (["--calls", str(tmp_path)], f"There are no calls in {tmp_path}"),
        (["1", "999"], "There is no call 999 in "),
    ):
        assert main(asked) == 1
        assert capsys.readouterr().err.startswith(f"dev demo: {why}")


@pytest.mark.parametrize(
    ("number", "whose"),
    [
        ("*63*0980319201", "the direct number of Anna Berg"),
        ("0980319201", "the direct number of Anna Berg"),
        ("0701740605", "the mobile of Anna Berg"),
        ("+46701740605", "the mobile of Anna Berg"),
        ("0980319299", "a number"),
    ],
)
def test_a_dialled_number_is_told_by_what_it_leads_to(register: Register, number: str, whose: str) -> None:
    assert Names(register, Language.EN).dialled(number)["whose"] == whose


def test_a_phone_is_told_by_its_owner(register: Register) -> None:
    names = Names(register, Language.SV)
    assert names.who("hallefors-201") == "Anna Berg"
    assert names.who("0701740605") == "Anna Bergs mobil 070-174 06 05"
