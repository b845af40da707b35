"""The documents that are made from the code and the tests are current, and their makers see what there is to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanvisa.calls.stage import Stage
from hanvisa.lab.docs import bypasses, calls, rules
from hanvisa.lab.docs.__main__ import DOCS, PAGES
from hanvisa.lab.docs.source import Source
from hanvisa.policy.rules import RULES

FAMILY = '''
"""Waiting for a bus."""
from hanvisa.calls import waiting
from hanvisa.calls.waiting import apologise
KEYS = {"1": apologise}
@runs(Arriving)
async def arrive(call: Call, stage: Arriving) -> Stage | None:
    """Not made: BackToOperator."""
    if isinstance(stage, Referring) or type(stage) is CallingOut:
        return KEYS["1"](call)
    match await waiting.for_a_bus(call):
        case Transferred():
            return None
        case found:
            return found
'''
HELPERS = '''
"""Buses."""
async def for_a_bus(call: Call) -> Talking | None:
    return Talking()
def apologise(call: Call) -> Stage:
    return Apologising()
def unused(call: Call) -> Stage:
    return SwitchingOpen()
'''


@pytest.mark.parametrize("name", PAGES)
def test_a_made_document_is_current(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/{name} is no longer so: run ./dev docs and commit what it writes"


@pytest.mark.parametrize(
    "way", [way for ways in bypasses.read().values() for way in ways], ids=lambda way: way.way
)
def test_each_way_around_is_stopped_somewhere_and_shown_by_a_test(way: bypasses.Way) -> None:
    assert way.tests
    assert not bypasses.missing(way)
    assert set(way.rules) <= set(RULES)


def test_a_place_or_a_test_that_is_not_there_is_missed() -> None:
    way = bypasses.Way("fly", (), "policy/wings.py: flap", ("unit/test_wings.py: test_they_flap",))
    assert bypasses.missing(way) == [way.stops, *way.tests]
    way = bypasses.Way("swim", (), "", (), "adr/9999-no-water.md")
    assert bypasses.missing(way) == [way.left_open]


def test_every_stage_is_in_one_family_and_can_be_reached() -> None:
    families, first = calls.read(Source("calls"))
    kinds = [kind.__name__ for kind in Stage.__args__]
    assert sorted(name for family in families for name in family.stages) == sorted(kinds)
    reached = {to for family in families for _, to in family.arrows} | set(first)
    assert set(kinds) <= reached


def test_what_helpers_make_counts_and_what_is_only_asked_for_does_not(tmp_path: Path) -> None:
    (tmp_path / "calls" / "stages").mkdir(parents=True)
    (tmp_path / "calls" / "stages" / "bus.py").write_text(FAMILY)
    (tmp_path / "calls" / "waiting.py").write_text(HELPERS)
    (family,), first = calls.read(Source("calls", tmp_path))
    assert family.about == "Waiting for a bus."
    assert family.arrows == (("Arriving", "Talking"), ("Arriving", "Apologising"), ("Arriving", "[*]"))
    assert first == ["SwitchingOpen"]


@pytest.fixture(scope="module")
def shown() -> dict[str, rules.Shown]:
    return {one.rule: one for one in rules.read()}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_decided_measured_or_helped_and_shown(shown: dict[str, rules.Shown], rule: str) -> None:
    missing = shown[rule].missing
    assert not missing, f"{rule} lacks {' and '.join(missing)} naming it"


def test_what_decides_a_rule_and_what_shows_it_is_found(tmp_path: Path) -> None:
    package = tmp_path / "hanvisa"
    for folder in (
        "hanvisa/policy",
        "hanvisa/web",
        "hanvisa/calls",
        "tests/policy",
        "tests/e2e",
        "tests/integration",
        "stories",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (package / "policy" / "tones.py").write_text("""def decide(): return Decision(ALLOW, ("M5",))""")
    (package / "policy" / "rules.py").write_text("""def catalogue(): return ("M2", "M5")""")
    (tmp_path / "tests" / "policy" / "a.toml").write_text("""[[cases]]\nexpect = { rules = ["M5"] }""")
    (tmp_path / "tests" / "e2e" / "test_tones.py").write_text(
        """def test_a_tone_is_heard(): "(M5)"\ndef test_an_m2_greeting(): pass\ndef test_m55(): pass"""
    )
    for place in ("web", "calls"):
        (package / place / "late.py").write_text("""def late():\n    'Reminders (S2).'\nRULES = ("M2",)""")
    (tmp_path / "tests" / "integration" / "test_late.py").write_text("def test_s2_and_m5(): pass")
    story = """[[call]]
title = { sv = "En", en = "One" }
lane = "a"
meets = ["S2"]
steps = [
    { decided = "allow", rules = ["M5"] },
    { api = "GET /x", refused = ["M2"] },
    { transfers = "a", refused = 603 },
]
"""
    (tmp_path / "stories" / "a.toml").write_text(story)
    read = rules.read(package, tmp_path / "tests", tmp_path / "stories")
    found = {shown.rule: shown for shown in read}
    tone = found["M5"]
    assert tone == rules.Shown(
        "M5", {"tones.py": ["decide"]}, ["a.toml"], [], {"e2e/test_tones.py": ["a tone is heard"]}, [1]
    )
    assert not tone.missing
    assert found["M2"].tests == {"e2e/test_tones.py": ["an m2 greeting"]}
    assert found["M2"].missing == ("a function of policy",)
    helped = found["S2"]
    assert (helped.places, helped.tests) == (["web/late.py"], {"integration/test_late.py": ["s2 and m5"]})
    assert not helped.missing
    assert found["M4"].missing == ("a function of policy", "a test", "a story of the demo")
