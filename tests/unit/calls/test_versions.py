"""A call that an instance of another version has served: whatever it wrote, the caller is not dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hanvisa.calls.signals import Reconnected
from hanvisa.calls.stage import AtSwitchboard, CampingOn, OfferingToWait, Parked, Stage, to_json
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.policy.model import Language
from unit.calls.play import Play
from unit.calls.scene import MAIN, NOW, id_of

WAITS = to_json(AtSwitchboard(id_of("board"), since=NOW))
PARKED = to_json(Parked(id_of("bo")))
UNREADABLE: dict[str, dict[str, Any]] = {
    "a stage of a newer version": {"name": "Teleporting", "args": {"to": "Bo"}},
    "an argument is missing": {"name": "Parked", "args": {}},
    "an argument is of another kind": {"name": "Parked", "args": {"person": "Bo"}},
    "arguments are no arguments": {"name": "Parked", "args": ["Bo"]},
    "no arguments": {"name": "AtSwitchboard"},
    "since when is no moment": {"name": "AtSwitchboard", "args": {**WAITS["args"], "since": "noon"}},
    "who is sought is nobody": {"name": "AtSwitchboard", "args": {**WAITS["args"], "sought": "Bo"}},
    "no stage": {},
}


async def taken_on(written: str) -> Play:
    """A caller from outside whose channel has this written on it, and two who wait with what this version writes."""
    play = Play()
    async with play.scene:
        for channel, text in (
            ("one", written),
            ("two", state(WAITS, "two")),
            ("three", state(PARKED, "three")),
        ):
            play.switch.alive.add(channel)
            play.switch.up.add(channel)
            play.switch.variables[channel, VARIABLE] = text
        play.caller = "one"
        play.scene.tell(Reconnected())
        await play.a_while()
        play.must_have_a_way_on()
        for channel in ("two", "three"):
            assert play.switch.hears(channel), "another call suffers for it"
    return play


def state(stage: dict[str, Any], channel: str = "one", **more: Any) -> str:
    caller = Leg(channel, number="+46980319244")
    written = CallState(
        f"hv-k-{channel}", "carrier", MAIN, caller, answered=True, organisation=id_of("hallefors")
    )
    fields = json.loads(written.to_json())
    return json.dumps({**fields, "stage": stage, **more})


def told_of_it(play: Play, kind: str) -> list[dict[str, Any]]:
    """What the log has of the one call; in which order calls are taken on is left open."""
    return [data for call, told, data in play.scene.log.entries if (call, told) == ("hv-k-one", kind)]


@pytest.mark.parametrize("what", UNREADABLE)
async def test_a_stage_that_can_not_be_read_is_apologised_for_and_the_operators_have_the_caller(
    what: str,
) -> None:
    play = await taken_on(state(UNREADABLE[what]))
    stages = [data["name"] for data in told_of_it(play, "stage")]
    assert stages[:2] == ["Apologising", "AtSwitchboard"]


@pytest.mark.parametrize("stage", [WAITS, PARKED], ids=["AtSwitchboard", "Parked"])
async def test_what_a_newer_version_has_written_besides_is_passed_over(stage: dict[str, Any]) -> None:
    args = {**stage["args"], "colour": "blue"}
    play = await taken_on(state({"name": stage["name"], "args": args}, mood="glad", uses=[]))
    assert told_of_it(play, "stage")[0]["name"] == stage["name"]


async def test_what_an_older_version_has_not_written_is_as_it_was_then() -> None:
    fields = json.loads(state(WAITS))
    for name in ("uses", "texted", "exception", "serial", "sent_to", "private_too"):
        del fields[name]
    del fields["caller"]["language"]
    play = await taken_on(json.dumps(fields))
    assert told_of_it(play, "signal")[0] == {"type": "adopted", "stage": "AtSwitchboard"}


@pytest.mark.parametrize("stage", [CampingOn(id_of("bo"), NOW), OfferingToWait(id_of("bo"))])
async def test_a_stage_of_an_older_version_is_gone_on_with(stage: Stage) -> None:
    written = to_json(stage)
    for name in ("past_referral", "via"):
        del written["args"][name]
    play = await taken_on(state(written))
    assert told_of_it(play, "signal")[0] == {"type": "adopted", "stage": type(stage).__name__}


def test_every_stage_names_itself() -> None:
    """By which another version finds it, or does not."""
    assert len({kind.__name__ for kind in Stage.__args__}) == len(Stage.__args__)


def of_the_version_before(number: str, language: str) -> str:
    """It has the caller's language at the call, and no leg has one."""
    fields = json.loads(state(WAITS))
    del fields["caller"]["language"]
    return json.dumps({**fields, "caller": {**fields["caller"], "number": number}, "language": language})


@pytest.mark.parametrize(("number", "language"), [("+46980319244", "en"), ("+4930123456", "sv")])
async def test_whoever_has_chosen_a_language_keeps_it_when_the_version_changes(
    number: str, language: str
) -> None:
    play = await taken_on(of_the_version_before(number, language))
    (call,) = [one for one in play.scene.house.live if one.caller.channel == "one"]
    assert call.language_of(call.caller) is Language(language)


def test_the_version_before_is_told_the_callers_language_where_it_reads_it() -> None:
    """It may stand by, or be put back; what it finds no language in is Swedish to it."""
    caller = Leg("one", number="+46980319244", language=Language.EN)
    other = Leg("two", number="+46980319200", language=Language.SV)
    written = CallState("hv-k-one", "carrier", MAIN, caller, other).to_json()
    assert json.loads(written)["language"] == "en"
    assert CallState.from_json(written) == CallState("hv-k-one", "carrier", MAIN, caller, other)


def test_whoever_has_chosen_none_goes_by_who_they_are() -> None:
    assert "language" not in json.loads(state(WAITS))
    assert CallState.from_json(state(WAITS)).caller.language is None
