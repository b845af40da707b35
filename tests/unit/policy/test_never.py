"""What must never happen, whatever the facts are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanvisa.policy.absence import decide_arrival, decide_unanswered
from hanvisa.policy.exceptions import covers, in_force
from hanvisa.policy.facts import PolicyException
from hanvisa.policy.model import Decision, Effect
from hanvisa.policy.numbers import NumberPlan, read_number
from hanvisa.policy.rules import RULES
from hanvisa.policy.transfer import JoinFacts, Via, decide_consult, decide_join
from searching import times
from unit.policy.made_up import (
    ANNA,
    HALLEFORS,
    NORA,
    NOW,
    PLAN,
    REGISTER,
    exception,
    exceptions,
    join_facts,
    mobiles,
    spellings,
)


@given(join_facts)
@settings(max_examples=times(100, 2000))
def test_a_confidential_call_never_reaches_a_mobile(facts: JoinFacts) -> None:
    if facts.any_confidential and facts.number.kind.may_be_mobile:
        for decision in (decide_join(facts), decide_consult(facts, "allow")):
            assert decision.effect is Effect.REFUSE
            assert decision.rules[0] == "M4"
            assert decision.exception is None


@given(
    spelling=spellings(mobiles),
    organisation=st.sampled_from([HALLEFORS, NORA, None]),
    plan=st.sampled_from([PLAN, NumberPlan(outside_prefix_required=True)]),
    via=st.sampled_from(Via),
    exceptions=st.lists(exceptions, max_size=3),
)
@settings(max_examples=times(100, 2000))
def test_without_an_exception_in_force_no_spelling_of_a_mobile_is_let_through(
    spelling: str, organisation: Any, plan: NumberPlan, via: Via, exceptions: list[PolicyException]
) -> None:
    number = read_number(spelling, organisation, REGISTER, plan)
    ended = tuple(exception for exception in exceptions if not in_force(exception, NOW))
    facts = JoinFacts(at=NOW, number=number, touched=True, via=via, exceptions=ended)
    for decision in (decide_join(facts), decide_consult(facts, "refuse")):
        assert decision.effect is Effect.REFUSE
        assert decision.rules[0] == "O2"


@given(spelling=spellings(mobiles))
@settings(max_examples=times(100, 2000))
def test_every_spelling_is_the_same_number(spelling: str) -> None:
    number = read_number(spelling, HALLEFORS, REGISTER, PLAN).number
    assert number is not None
    assert number.startswith("+46701740")


@given(join_facts)
@settings(max_examples=times(100, 2000))
def test_only_an_exception_in_force_that_covers_lets_a_touched_call_reach_a_mobile(facts: JoinFacts) -> None:
    decision = decide_join(facts)
    if facts.touched and facts.number.kind.may_be_mobile and decision.allowed:
        used = [one for one in facts.exceptions if one.id == decision.exception and in_force(one, facts.at)]
        assert any(
            covers(one, operator_id=facts.touched_by, person=facts.person, number=facts.number.number)
            for one in used
        )


@given(join_facts, st.sampled_from(["refuse", "allow"]))
@settings(max_examples=times(100, 2000))
def test_a_decision_never_raises_and_names_known_rules(facts: JoinFacts, setting: Any) -> None:
    for decision in (decide_join(facts), decide_consult(facts, setting)):
        assert isinstance(decision, Decision)
        assert set(decision.rules) <= set(RULES)
        assert decision.because.sv
        assert decision.because.en
        if decision.effect is Effect.REFUSE:
            assert decision.rules


anything = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none(), max_size=2)


@given(join_facts, st.data())
@settings(max_examples=times(100, 2000))
def test_broken_facts_are_decided_as_the_strictest_rule_would(facts: JoinFacts, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["at", "number", "exceptions", "person", "direct_number"]))
    broken = _with(facts, name, data.draw(anything))
    decision = decide_join(broken)
    assert isinstance(decision, Decision)
    if "Error" in decision.because.en:
        assert decision.effect is Effect.REFUSE
        assert decision.rules == ("O2",)


def test_a_moment_without_time_zone_is_refused_and_named_as_an_error() -> None:
    number = read_number("0701740605", HALLEFORS, REGISTER, PLAN)
    naive = datetime(2026, 3, 4, 10)  # noqa: DTZ001 - the point of the test
    facts = JoinFacts(at=naive, number=number, touched=True, exceptions=(exception(),))
    decision = decide_join(facts)
    assert decision.effect is Effect.REFUSE
    assert "Error: ValueError: 2026-03-04 10:00:00 has no time zone" in decision.because.en
    assert "Fel: ValueError" in decision.because.sv


@pytest.mark.parametrize("absences", [None, [None], 7])
def test_a_broken_absence_refers_the_caller(absences: Any) -> None:
    decision = decide_arrival(ANNA, absences, NOW)
    assert decision.effect is Effect.REFER
    assert decision.rules == ("G1",)


def test_an_unknown_reason_of_not_answering_still_refers() -> None:
    decision = decide_unanswered(ANNA, "on the moon")
    assert decision.effect is Effect.REFER


@given(st.text(max_size=300) | st.text(alphabet="0123456789+*#%;:@<>p, ", max_size=60))
@settings(max_examples=times(100, 2000))
def test_reading_never_raises(dialled: str) -> None:
    assert read_number(dialled, HALLEFORS, REGISTER, PLAN).kind


def _with(facts: JoinFacts, name: str, value: object) -> JoinFacts:
    fields = {field: getattr(facts, field) for field in JoinFacts.__dataclass_fields__}
    return JoinFacts(**{**fields, name: value})
