"""Why did they hear that? The story of a call over REST, and what was played in it."""

from __future__ import annotations

import io
import wave
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from unit.web.town import NOW, Town, answer, id_of, problem

ANNA = str(id_of("anna"))
G1 = {"sv": "Anna Berg är frånvarande och hänvisad (G1).", "en": "Anna Berg is absent (G1)."}
DECISION = {
    "decision": "MessageFacts",
    "schema": 1,
    "facts": {"kind": "recorded", "has_phone": True, "number": "+46980319244", "confidential": False},
    "effect": "refer",
    "rules": ["G1"],
    "because": G1,
}


@pytest.fixture
async def referred(town: Town) -> str:
    """A citizen's call to Anna, who was away; of the two sounds that were played one is still there."""
    town.voice.joined["here"] = ()
    files = [str(town.state / "sounds" / name) for name in ("here", "purged")]
    told: list[tuple[str, dict[str, Any]]] = [
        ("opened", {"side": "carrier", "caller": "+46980319244", "called": "+46980319201"}),
        ("stage", {"name": "ReachingPerson", "args": {"person": ANNA}}),
        ("decision", DECISION),
        ("outcome", {"outcome": "referred", "why": "absent", "person": ANNA}),
        ("heard", {"to": "caller", "words": "Anna Berg är borta.", "files": files}),
        ("heard", {"to": "caller", "words": "Hej då.", "files": ["/elsewhere/sounds/bye"]}),
        ("heard", {"to": "caller", "words": "Ett meddelande.", "files": ["/x/secrets.json", "../here.wav"]}),
        ("closed", {"reason": "caller_hung_up"}),
    ]
    entries = [
        CallEntry("hv-1", seq, NOW + timedelta(seconds=seq), kind, data)
        for seq, (kind, data) in enumerate(told)
    ]
    await CallRecords(town.database).append(entries)
    return "hv-1"


async def test_it_is_told_in_a_paragraph_and_step_by_step(town: Town, referred: str) -> None:
    story = await answer(await town.ask("GET", f"/calls/{referred}/story", language="sv"), 200)
    assert story["summary"].startswith("Onsdag 5 augusti 2026 klockan 10.00 ringde 0980-31 92 44 till")
    assert "Därför hänvisades samtalet, enligt regel G1 (All frånvaro hänvisas)." in story["summary"]
    decided = next(step["decided"] for step in story["steps"] if step["kind"] == "decision")
    assert (decided["effect"], decided["rules"]) == ("hänvisas", ["G1"])
    assert decided["because"] == G1["sv"]
    assert decided["again"].startswith("Prövat på nytt blir beslutet ett annat: släpps fram")
    assert {"name": "Nummer", "value": "0980-31 92 44"} in decided["facts"]


async def test_who_may_read_the_call_and_not_the_technical_matter_sees_rule_and_reason(
    town: Town, referred: str
) -> None:
    story = await town.get(f"/calls/{referred}/story?language=en", who="person")
    decided = next(step["decided"] for step in story["steps"] if step["kind"] == "decision")
    assert (decided["because"], decided["facts"], decided["again"]) == (G1["en"], [], None)
    assert (
        "Decided again"
        not in await (await town.ask("GET", f"/calls/{referred}/explain", who="person")).text()
    )


async def test_where_sounds_lie_on_the_machine_is_told_to_nobody_who_does_not_keep_it(
    town: Town, referred: str
) -> None:
    read = {who: str(await town.get(f"/calls/{referred}", who=who)) for who in ("admin", "person")}
    assert str(town.state) in read["admin"]
    assert str(town.state) not in read["person"]
    assert "['here', 'purged']" in read["person"]
    assert str(town.state) not in str(await town.get(f"/persons/{ANNA}/held?limit=200", who="person"))


async def test_what_is_still_there_can_be_heard(town: Town, referred: str) -> None:
    story = await town.get(f"/calls/{referred}/story", who="person")
    assert [step["sound"] for step in story["steps"] if step["kind"] == "heard"] == [True, False, False]
    response = await town.ask("GET", f"/calls/{referred}/heard/4", who="person")
    assert (response.status, response.content_type) == (200, "audio/wav")
    with wave.open(io.BytesIO(await response.read())) as sound:
        assert (sound.getnframes(), sound.getframerate(), sound.getsampwidth()) == (800, 8000, 2)


@pytest.mark.parametrize("seq", [2, 5, 6, 99])
async def test_what_is_gone_or_no_prompt_is_not_found(town: Town, referred: str, seq: int) -> None:
    """Only what lies ready for callers is looked for: no other file, by whatever name."""
    await problem(await town.ask("GET", f"/calls/{referred}/heard/{seq}"), 404)


@pytest.mark.parametrize("path", ["story", "heard/4"])
async def test_others_calls_are_not_told_nor_heard(town: Town, referred: str, path: str) -> None:
    """F2: they are read from an extract."""
    await problem(await town.ask("GET", f"/calls/{referred}/{path}", who="operator"), 403)
    await problem(await town.ask("GET", f"/calls/{referred}/{path}", who="superuser"), 403)


async def test_a_protected_number_is_in_no_story(town: Town, call: str) -> None:
    story = await town.get(f"/calls/{call}/story", who="person")
    assert "***" in str(story)
    assert "06 06" not in str(story)
