"""Decisions decided again under other rules: what differs, by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from hanvisa.calllog.comparing import compare_in_words
from hanvisa.calls.decisions import NOT_WHOLE, SCHEMA, ConsultFacts, Facts, decide, decide_again
from hanvisa.calls.replaying import Replay
from hanvisa.errors import InvalidInput, Undecidable
from hanvisa.policy.attendance import AttendanceFacts
from hanvisa.policy.attendant import SentOnFacts
from hanvisa.policy.callbacks import CallbackFacts
from hanvisa.policy.comparison import Comparison, Was
from hanvisa.policy.facts import CallingClass, Operator, OperatorState, Person, PolicyException, ScopeKind
from hanvisa.policy.forwarding import ForwardingFacts
from hanvisa.policy.guide import GuideFacts
from hanvisa.policy.in_call import ThreatFacts
from hanvisa.policy.model import Effect, Language
from hanvisa.policy.numbers import NumberKind, Reading
from hanvisa.policy.outgoing import OutgoingFacts
from hanvisa.policy.register import Register
from hanvisa.policy.texts import TextFacts
from hanvisa.policy.transfer import JoinFacts, Via
from hanvisa.policy.what_if import WhatIf, read_what_if
from hanvisa.replay import days

AT = datetime(2026, 8, 3, 8, tzinfo=UTC)
ANNA = Person(UUID(int=1), "Anna", "Berg", UUID(int=2), UUID(int=3), UUID(int=4))
OLLE = UUID(int=5)
MOBILE = Reading(NumberKind.MOBILE, "+46701740605")
JOIN = JoinFacts(at=AT, number=MOBILE, touched=True, touched_by=OLLE, person=ANNA)
GRANTED = PolicyException(UUID(int=6), ScopeKind.EVERYONE, "jour", "chefen", AT, AT + timedelta(days=1))
PAUSED = Operator(OLLE, (), OperatorState.PAUSED, UUID(int=7), AT - timedelta(minutes=2))
EVERYONE = '[[exceptions]]\nscope = "everyone"\n'


def kept(facts: Facts, call_id: str = "hv-1") -> tuple[Was, int, dict[str, Any]]:
    """As the call log has it."""
    decision = decide(facts)
    was = Was(call_id, AT, type(facts).__name__, str(decision.effect), decision.rules)
    return was, SCHEMA, TypeAdapter(type(facts)).dump_python(facts, mode="json")


def replayed(what_if: str, *all_kept: tuple[Was, int, dict[str, Any]]) -> Comparison:
    replay = Replay(read_what_if(what_if, Register()))
    for one in all_kept:
        replay.add(*one)
    return replay.comparison


def changes(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return [
        (one.was.call_id, one.rule, one.was.effect, str(one.would_be.effect))
        for one in comparison.differences
    ]


CASES = [
    ("an exception lets through", EVERYONE, JOIN, "O2", "allow"),
    ("also who is only asked about", EVERYONE, ConsultFacts(JOIN, "refuse"), "O2", "allow"),
    ("none was there", 'without_exceptions = "all"', replace(JOIN, exceptions=(GRANTED,)), "O2", "refuse"),
    (
        "one was not there",
        f'without_exceptions = ["{GRANTED.id}"]',
        replace(JOIN, exceptions=(GRANTED,)),
        "O2",
        "refuse",
    ),
    (
        "operators consult mobiles",
        '[settings]\noperator_consults_mobile = "allow"',
        ConsultFacts(JOIN, "refuse"),
        "O2",
        "allow",
    ),
    (
        "a shorter forwarding",
        "[settings]\nforwarding_longest = 1",
        ForwardingFacts(ANNA, MOBILE, AT, AT + timedelta(days=2), AT),
        "M3",
        "refuse",
    ),
    (
        "fewer days of forwarding",
        "[settings]\nforwarding_days = 0",
        ForwardingFacts(ANNA, MOBILE, AT, AT + timedelta(hours=2), AT),
        "M3",
        "refuse",
    ),
    (
        "a lower class",
        '[settings]\nmay_call = "inside"',
        OutgoingFacts(CallingClass.NATIONAL, None, None, CallingClass.NATIONAL),
        "",
        "refuse",
    ),
    (
        "no private calls",
        '[settings]\nprivate_calls_fixed = "refused"',
        OutgoingFacts(CallingClass.NATIONAL, None, None, CallingClass.NATIONAL, private=True),
        "P1",
        "refuse",
    ),
    (
        "nobody is rung back abroad",
        '[settings]\nmay_call = "inside"',
        CallbackFacts(
            Reading(NumberKind.FIXED, "+46980319244"), confidential=False, usual=CallingClass.NATIONAL
        ),
        "",
        "refuse",
    ),
    (
        "unanswered callers come back",
        '[settings]\nunanswered_transfer = "recall"',
        SentOnFacts(ANNA, "no_answer"),
        "G1",
        "recall",
    ),
    ("fewer texts", "[settings]\ntext_a_day = 1", TextFacts(lately=2, a_day=5), "O1", "refuse"),
    ("threats are recorded", "[settings]\nrecord_threats = true", ThreatFacts(setting=False), "", "allow"),
    (
        "shorter waiting for the paused",
        "[settings]\nwait_for_paused = 60",
        AttendanceFacts((PAUSED,), AT, 300),
        "G1",
        "refer",
    ),
]


@pytest.mark.parametrize(
    ("what_if", "facts", "rule", "effect"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_of_them_changes_what_it_is_about(what_if: str, facts: Facts, rule: str, effect: str) -> None:
    [(_, by, was, would_be)] = changes(replayed(what_if, kept(facts)))
    assert (by, would_be) == (rule, effect)
    assert was == str(decide(facts).effect)
    assert replayed("", kept(facts)).same == 1


@pytest.mark.parametrize("facts", [case[2] for case in CASES if case[1] != EVERYONE], ids=str)
def test_nothing_else_changes(facts: Facts) -> None:
    others = [case[1] for case in CASES if type(case[2]) is not type(facts) and "may_call" not in case[1]]
    for what_if in others:
        if isinstance(facts, JoinFacts | ConsultFacts) and "exceptions" in what_if:
            continue
        assert replayed(what_if, kept(facts)).same == 1, what_if


def test_m4_is_not_excepted_from() -> None:
    assert not changes(replayed(EVERYONE, kept(replace(JOIN, confidential=True))))


def test_a_counted_exception_is_used_up_by_the_calls_before() -> None:
    """Each call takes one use, however often it is decided in it."""
    calls = [kept(JOIN, call_id) for call_id in ("hv-1", "hv-1", "hv-2", "hv-3", "hv-2")]
    found = changes(replayed(f"{EVERYONE}max_uses = 2", *calls))
    assert [call for call, *_ in found] == ["hv-1", "hv-1", "hv-2", "hv-2"]


def test_what_cant_be_decided_again_is_counted() -> None:
    was, _, facts = kept(GuideFacts(superuser=True))
    compared = replayed(
        "", (was, SCHEMA, {}), (was, SCHEMA + 1, facts), (replace(was, kind="Unheard"), SCHEMA, facts)
    )
    assert (compared.decided, compared.gone, sum(compared.undecided.values())) == (0, 1, 2)
    assert compare_in_words(compared, Language.EN, 0)[1:] == [
        "1 can't be: their facts have been purged.",
        f"1 can't be: the facts are of schema {SCHEMA + 1}, this version reads schema {SCHEMA}.",
        "1 can't be: this version can't read what it was decided from.",
    ]
    assert compare_in_words(compared, Language.SV, 0)[1:] == [
        "1 kan inte prövas: deras fakta har gallrats.",
        "1 kan inte prövas: den här versionen kan inte läsa det som beslutet byggde på.",
        f"1 kan inte prövas: fakta är enligt schema {SCHEMA + 1}, den här versionen läser schema {SCHEMA}.",
    ]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"schema": NOT_WHOLE}, "det som beslutet byggde på är inte sparat i sin helhet"),
        ({"schema": SCHEMA + 1}, "fakta är enligt schema"),
        ({"decision": "Unheard"}, "den här versionen kan inte läsa det som beslutet byggde på"),
        ({"facts": {"superuser": "?"}}, "den här versionen kan inte läsa det som beslutet byggde på"),
    ],
    ids=str,
)
def test_why_one_cant_be_decided_again_is_told_in_swedish_too(changed: dict[str, Any], why: str) -> None:
    told = {"decision": "GuideFacts", "schema": SCHEMA, "facts": {"superuser": True}, "rules": ["G1"]}
    assert decide_again(told).effect is Effect.ALLOW
    with pytest.raises(Undecidable) as error:
        decide_again({**told, **changed})
    assert error.value.why.sv.startswith(why)


def test_a_redirect_that_was_followed_by_no_rule_is_not_said_to_have_been_forwarded() -> None:
    """Whether one held was not asked then, and the facts have the default. What has been asked since is decided."""
    redirected = JoinFacts(at=AT, number=MOBILE, via=Via.REDIRECT, person=ANNA)
    was, schema, facts = kept(redirected)
    compared = replayed("", (replace(was, rules=()), schema, facts), kept(redirected))
    assert (compared.same, changes(compared)) == (1, [])
    [told] = compare_in_words(compared, Language.EN, 0)[1:]
    assert told.startswith("1 can't be: a phone's redirect was followed whether or not a forwarding held")
    [told] = compare_in_words(compared, Language.SV, 0)[1:]
    assert told.startswith(
        "1 kan inte prövas: telefonen skickade samtalet vidare oavsett om en vidarekoppling"
    )
    inside = replace(redirected, number=Reading(NumberKind.FIXED, "+46980319244"))
    assert replayed("", kept(inside)).same == 1


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (date(1, 1, 1), None, "There were no calls on 0001-01-01"),
        (date(2026, 8, 1), date(2026, 7, 1), "No call lies between 2026-08-01 and 2026-07-01"),
        (date(2026, 8, 1), date(2026, 8, 1), "No call lies between 2026-08-01 and 2026-08-01"),
        (date(2026, 8, 4), None, "No call lies between 2026-08-04 and now"),
    ],
)
def test_days_without_calls_are_told_of(since: date, until: date | None, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        days(since, until, AT)


def test_days_are_those_of_sweden_and_the_last_is_not_among_them() -> None:
    assert days(date(2026, 8, 1), date(2026, 8, 2), AT) == (
        datetime(2026, 7, 31, 22, tzinfo=UTC),
        datetime(2026, 8, 1, 22, tzinfo=UTC),
    )
    assert days(date(2026, 8, 1), None, AT)[1] == AT


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.SV, "1 beslut prövades på nytt: 1 blir ett annat, i 1 samtal."),
        (Language.EN, "1 decision was decided again: 1 differs, in 1 call."),
    ],
)
def test_one_decision_is_told_as_one(language: Language, told: str) -> None:
    compared = replayed(f'{EVERYONE}reason = "helgjour"', kept(JOIN))
    assert compare_in_words(compared, language, 0)[0] == told


def test_it_is_told_by_rule_with_the_calls() -> None:
    many = [kept(JOIN, f"hv-{number}") for number in range(4)]
    forwarded = kept(ForwardingFacts(ANNA, MOBILE, AT, AT + timedelta(days=2), AT), "hv-f")
    what_if = f'[settings]\nforwarding_longest = 1\n{EVERYONE}reason = "helgjour"'
    compared = replayed(what_if, *many, forwarded, kept(JOIN, "hv-0"))
    excepted = "Tillåtet genom undantag från O2: helgjour (beviljat av replay, till 2999-01-01 01:00)."
    too_long = "Vidarekoppling till mobil får vara högst 1 dag (M3). Ange ett tidigare slut."
    assert compare_in_words(compared, Language.SV, 2) == [
        "6 beslut prövades på nytt: 6 blir andra, i 5 samtal.",
        "",
        "M3  Vidarekoppling till mobil sparsamt",
        "      1  släpps fram enligt M3 → nekas enligt M3",
        f"         2026-08-03 10:00:00  hv-f  Anna Berg: {too_long}",
        "",
        "O2  Koppling till mobil bara i undantagsfall",
        "      5  nekas enligt O2 → släpps fram enligt O2",
        f"         2026-08-03 10:00:00  hv-0  Anna Berg: {excepted}",
        f"         2026-08-03 10:00:00  hv-1  Anna Berg: {excepted}",
        "         … och 3 till (--rows 0 visar alla)",
        "",
        "Så gick ett av samtalen: hanvisa explain SAMTAL. Inget har ändrats.",
    ]


def test_with_no_other_rules_only_the_program_can_differ() -> None:
    was, schema, facts = kept(JOIN)
    replay = Replay(WhatIf())
    replay.add(replace(was, effect="allow", rules=()), schema, facts)
    assert changes(replay.comparison) == [("hv-1", "O2", "allow", "refuse")]
