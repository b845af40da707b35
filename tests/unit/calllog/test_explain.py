"""A call told in words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hanvisa.calllog.entry import CallEntry
from hanvisa.calllog.explain import tell_story
from hanvisa.calllog.story import lines
from hanvisa.errors import Undecidable
from hanvisa.policy.model import Decision, Effect, Language, Text

AT = datetime(2026, 8, 3, 12, 3, 7, tzinfo=UTC)
BECAUSE = Text(sv="Anna Berg är på sammanträde till 15:00", en="Anna Berg is in a meeting until 15:00")
REFERRED = Decision(Effect.REFER, ("G1",), BECAUSE)
NAMES = {"1": "Anna Berg", "2": "Eva Ek"}


def story(*steps: tuple[str, dict[str, Any]], every: timedelta = timedelta(seconds=1)) -> list[CallEntry]:
    return [CallEntry("hv-k-1", n, AT + n * every, kind, data) for n, (kind, data) in enumerate(steps)]


def explain(entries: Iterable[CallEntry], language: Language, **more: Any) -> list[str]:
    return list(lines(tell_story(entries, language, **more)))


def decided(decision: Decision, **more: Any) -> tuple[str, dict[str, Any]]:
    because = {"sv": decision.because.sv, "en": decision.because.en}
    kept = {"effect": str(decision.effect), "rules": list(decision.rules), "because": because}
    return "decision", {**kept, "schema": 1, "facts": {"touched": False}, **more}


REFERRAL = story(
    ("opened", {"side": "carrier", "caller": "+46980319244", "called": "+46980319201", "person": "1"}),
    ("stage", {"name": "Arriving", "args": {}}),
    ("stage", {"name": "ReachingPerson", "args": {"person": "1"}}),
    decided(REFERRED),
    ("outcome", {"outcome": "referred", "why": "absent", "person": "1", "unreferred": False}),
    ("heard", {"to": "caller", "words": "Anna Berg är på sammanträde.", "files": ["a"], "language": "sv"}),
    ("key", {"channel": "c", "digit": "0"}),
    ("closed", {"reason": "caller_hung_up"}),
)


def test_tells_a_referral_in_swedish() -> None:
    assert explain(REFERRAL, Language.SV, redecide=lambda _: REFERRED, name_of=NAMES.get) == [
        "2026-08-03",
        "14:03:07 Samtal från 0980-31 92 44 till 0980-31 92 01 (Anna Berg).",
        "14:03:09 Gäller Anna Berg.",
        "14:03:10 Beslut: hänvisas, enligt G1: Anna Berg är på sammanträde till 15:00.",
        "14:03:10 Prövat på nytt: samma beslut.",
        "14:03:11 Hänvisning för Anna Berg (frånvarande).",
        "14:03:12 Den som ringer hör: «Anna Berg är på sammanträde.»",
        "14:03:13 Trycker 0.",
        "14:03:14 Den som ringde har lagt på.",
    ]


def test_tells_a_referral_in_english() -> None:
    assert explain(REFERRAL, Language.EN, name_of=NAMES.get) == [
        "2026-08-03",
        "14:03:07 Call from 0980-31 92 44 to 0980-31 92 01 (Anna Berg).",
        "14:03:09 It is for Anna Berg.",
        "14:03:10 Decision: referred, by G1: Anna Berg is in a meeting until 15:00.",
        "14:03:11 Referral for Anna Berg (absent).",
        "14:03:12 The caller hears: “Anna Berg är på sammanträde.”",
        "14:03:13 Presses 0.",
        "14:03:14 The caller has hung up.",
    ]


def test_tells_a_refused_transfer() -> None:
    mobile = Text(sv="Koppling till mobil bara i undantagsfall", en="Put through only in exceptional cases")
    alternative = {"kind": "tell_mobile_number", "text": {"sv": "lämna ut numret", "en": "tell the number"}}
    entries = story(
        ("signal", {"type": "transfer", "target": "0701740605", "attended": True, "by": "2"}),
        decided(Decision(Effect.REFUSE, ("O2",), mobile), alternatives=[alternative]),
        ("outcome", {"outcome": "transfer_refused", "rules": ["O2"], "by": "2"}),
        ("heard", {"to": "other", "words": "Koppling till mobil är inte tillåten."}),
    )
    assert explain(entries, Language.SV, name_of=NAMES.get)[1:] == [
        "14:03:07 Eva Ek vill koppla efter förfrågan till 070-174 06 05.",
        "14:03:08 Beslut: nekas, enligt O2: Koppling till mobil bara i undantagsfall.",
        "14:03:08 I stället: Lämna ut numret.",
        "14:03:09 Kopplingen nekades, enligt O2. Den som ringer är kvar hos Eva Ek.",
        "14:03:10 Den andra parten hör: «Koppling till mobil är inte tillåten.»",
    ]


def test_tells_who_hands_a_caller_over_and_to_whom() -> None:
    entries = story(("signal", {"type": "handed_over", "by": "2", "person": "1"}))
    assert explain(entries, Language.SV, name_of=NAMES.get)[1:] == [
        "14:03:07 Eva Ek lämnar över samtalet till Anna Berg."
    ]


def test_says_when_it_would_be_decided_otherwise_now() -> None:
    allowed = Decision(Effect.ALLOW, ("G2",), Text(sv="ingen frånvaro gäller", en="no absence is in force"))
    kept: list[dict[str, Any]] = []

    def redecide(data: dict[str, Any]) -> Decision:
        kept.append(data)
        return allowed

    told = explain(REFERRAL, Language.EN, redecide=redecide, name_of=NAMES.get)
    assert "14:03:10 Decided again the answer differs: let through, by G2: No absence is in force." in told
    assert kept == [REFERRAL[3].data]


def test_tells_a_decision_without_rules_and_one_by_an_exception() -> None:
    there = Text(sv="Anna Berg är på plats.", en="Anna Berg is there.")
    on_call = Text(sv="Tillåtet genom undantag från O2: Jour.", en="Allowed by an exception to O2: On call.")
    exception = "0b7f4c3e-6f0e-4a53-9d43-9a53f64f3a5e"
    entries = story(
        decided(Decision(Effect.ALLOW, (), there)),
        decided(Decision(Effect.ALLOW, ("O2",), on_call), exception=exception),
    )
    assert explain(entries, Language.SV)[1:] == [
        "14:03:07 Beslut: släpps fram. Anna Berg är på plats.",
        "14:03:08 Beslut: släpps fram, enligt O2: Tillåtet genom undantag från O2: Jour.",
        "14:03:08 Ett undantag släppte fram det.",
    ]
    assert explain(entries, Language.EN)[1:] == [
        "14:03:07 Decision: let through. Anna Berg is there.",
        "14:03:08 Decision: let through, by O2: Allowed by an exception to O2: On call.",
        "14:03:08 An exception let it through.",
    ]


@pytest.mark.parametrize(
    ("via", "kind", "rules", "told"),
    [
        ("redirect", "mobile", (), None),
        ("redirect", "unknown", (), None),
        ("redirect", "mobile", ("M3",), "ja"),
        ("redirect", "fixed", (), "ja"),
        ("forwarding", "mobile", (), "ja"),
    ],
)
def test_a_forwarding_of_which_nothing_was_asked_is_not_told_of(
    via: str, kind: str, rules: tuple[str, ...], told: str | None
) -> None:
    """At first redirects were followed without M3, and the facts of those have the default."""
    number = {"kind": kind, "number": "+46701740605", "target": None}
    kept = {"number": number, "via": via, "forwarding_allowed": True}
    let_through = Decision(Effect.ALLOW, rules, BECAUSE)
    [step] = tell_story(story(decided(let_through, facts=kept)), Language.SV).steps
    assert step.decided is not None
    facts = {one.name: one.value for one in step.decided.facts}
    assert facts.pop("Vidarekopplingen är tillåten", None) == told
    assert facts.keys() == {"Nummer", "Väg"}


def test_tells_who_can_not_be_reached() -> None:
    entries = story(
        ("signal", {"type": "unreachable", "account": "nora-201", "digits": "", "why": "not registered"}),
        ("signal", {"type": "unreachable", "account": "", "digits": "0701740605", "why": "no contact"}),
    )
    assert explain(entries, Language.SV)[1:] == [
        "14:03:07 nora-201 kan inte nås (not registered).",
        "14:03:08 070-174 06 05 kan inte nås (no contact).",
    ]
    assert explain(entries, Language.EN)[1:] == [
        "14:03:07 nora-201 can't be reached (not registered).",
        "14:03:08 070-174 06 05 can't be reached (no contact).",
    ]


def test_says_when_no_rule_would_decide_now() -> None:
    there = Decision(Effect.ALLOW, (), Text(sv="Anna Berg är på plats.", en="Anna Berg is there."))
    told = explain(REFERRAL, Language.SV, redecide=lambda _: there)
    assert "14:03:10 Prövat på nytt blir beslutet ett annat: släpps fram. Anna Berg är på plats." in told


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.SV, "Kan inte prövas på nytt: något fattas."),
        (Language.EN, "Can't be decided again: something is missing."),
    ],
)
def test_says_in_one_language_when_it_can_not_be_decided_again(language: Language, told: str) -> None:
    def redecide(_: dict[str, Any]) -> Decision:
        raise Undecidable(Text(sv="något fattas", en="something is missing"))

    assert f"14:03:10 {told}" in explain(REFERRAL, language, redecide=redecide)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("opened", {}),
        ("opened", {"caller": "", "called": "201"}),
        ("stage", {}),
        ("stage", {"name": "Later", "args": None}),
        ("stage", {"name": "AtSwitchboard", "args": {"switchboard": "9", "sought": None}}),
        ("stage", {"name": "Transferred", "args": {"dialled": "201"}}),
        ("signal", {"type": "ringing", "account": "nora-201", "digits": "", "person": "1"}),
        ("signal", {"type": "ringing", "account": "", "digits": "0701740605"}),
        ("signal", {"type": "failure", "stage": "Talking", "why": "{braces}"}),
        ("signal", {"something": "else"}),
        ("decision", {}),
        ("command", {"failed": "Asterisk does not answer"}),
        ("command", {"name": "answer"}),
        ("heard", {}),
        ("key", {}),
        ("outcome", {"outcome": "referred", "why": "busy", "person": "7", "unreferred": True}),
        ("outcome", {"outcome": "operator_state", "state": "open"}),
        ("outcome", {"outcome": "later"}),
        ("closed", {}),
        ("later", {"field": 1}),
    ],
)
def test_tells_whatever_was_kept(kind: str, data: dict[str, Any], language: Language) -> None:
    told = explain(story((kind, data)), language)
    assert len(told) >= 2
    assert all(line.strip() for line in told)


def test_orders_by_sequence_and_names_each_day() -> None:
    entries = story(("key", {"digit": "1"}), ("key", {"digit": "2"}), every=timedelta(hours=12))
    assert explain(reversed(entries), Language.EN) == [
        "2026-08-03",
        "14:03:07 Presses 1.",
        "2026-08-04",
        "02:03:07 Presses 2.",
    ]
