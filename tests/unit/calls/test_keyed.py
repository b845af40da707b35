"""Codes keyed while two talk (M4)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Asked, Outcome, Wish
from hanvisa.calls.signals import Recorded
from hanvisa.errors import Gone
from hanvisa.testing import FakeCallControl
from unit.calls.scene import Scene

RECORDS = CallSettings(record_threats=True)


async def talk(scene: Scene, number: str) -> tuple[str, str]:
    """Bo has rung that number and talks with it; the channels."""
    bo = scene.dials("bo", number)
    far = await scene.rung(number)
    scene.answers(far)
    await scene.talking(bo, far)
    return bo, far


def press(scene: Scene, channel: str, keys: str) -> None:
    for key in keys:
        scene.presses(channel, key)


@pytest.mark.parametrize(("number", "with_mobile"), [("0701740699", True), ("0846500400", False)])
async def test_both_hear_that_the_call_is_confidential_and_go_on(number: str, with_mobile: bool) -> None:
    async with Scene() as scene:
        bo, far = await talk(scene, number)
        press(scene, bo, "1*28#")
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both are told")
        [(bridge, files, _)] = scene.control.named("play_in_bridge")
        assert (bridge, files) == (scene.control.named("bridge")[0][0], ("/sounds/ConfidentialNow",))
        assert f"with_mobile={with_mobile}" in scene.log.of_kind("heard")[-1]["words"]
        assert scene.log.of_kind("decision")[-1]["rules"] == ["M4"]
        call = scene.house.live.of_channel(bo)
        assert call is not None
        assert call.state.confidential
        assert scene.control.named("hang_up") == []
        scene.hangs_up(far)
        await scene.over(bo)


class BridgeGone(FakeCallControl):
    """One of them hangs up in the moment in which both are told."""

    async def play_in_bridge(self, bridge: str, files: Sequence[str], playback: str) -> None:
        await super().play_in_bridge(bridge, files, playback)
        raise Gone(f"{bridge} is gone")


async def test_what_neither_heard_is_in_the_story_as_not_heard() -> None:
    async with Scene(control=BridgeGone()) as scene:
        bo, far = await talk(scene, "0701740699")
        press(scene, bo, "*28#")
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both were to be told")
        scene.hangs_up(far)
        await scene.over(bo)
    [bridge] = {command[0] for command in scene.control.named("play_in_bridge")}
    told = [one["channel"] for one in scene.log.of_kind("signal") if one["type"] == "not_heard"]
    assert told == [bridge]


async def test_so_they_do_when_it_is_marked_by_the_api() -> None:
    async with Scene() as scene:
        bo, _ = await talk(scene, "0701740699")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        call.inbox.put_nowait(Asked(Wish.CONFIDENTIAL, answer))
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both are told")
        assert answer.result() == Outcome("done")


async def test_a_threat_is_marked_in_silence() -> None:
    async with Scene() as scene:
        bo, _ = await talk(scene, "0846500400")
        press(scene, bo, "*29#")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        await scene.until(lambda: call.state.threat, "it is marked")
        assert scene.control.named("play_in_bridge") == []
        assert scene.log.of_kind("heard") == []


async def test_a_threat_is_recorded_where_the_setting_says_so_and_kept_when_they_have_talked() -> None:
    async with Scene(RECORDS) as scene:
        bo, far = await talk(scene, "0846500400")
        bridge = scene.control.named("bridge")[0][0]
        press(scene, bo, "*29#")
        await scene.until(lambda: scene.control.named("record_bridge"), "it is recorded")
        recording = f"hv-threat-{bridge}"
        assert scene.control.named("record_bridge") == [(bridge, recording)]
        scene.spool[recording] = 4.0
        scene.hangs_up(far)
        await scene.until(lambda: scene.control.named("stop_recording"), "it is stopped")
        scene.tell(Recorded(recording))
        await scene.until(lambda: scene.log.of_kind("closed"), "the call has its end")
        assert list(scene.evidence.kept.values()) == [recording]
        [told] = [one for one in scene.log.of_kind("signal") if one["type"] == "threat_recorded"]
        assert told["seconds"] == 4.0
        assert scene.spool == {}
        assert scene.log.of_kind("heard") == []


async def test_no_confidential_call_is_recorded_and_one_that_becomes_so_no_longer() -> None:
    async with Scene(RECORDS) as scene:
        bo, _ = await talk(scene, "0846500400")
        press(scene, bo, "*29#")
        await scene.until(lambda: scene.control.named("record_bridge"), "it is recorded")
        press(scene, bo, "*28#")
        await scene.until(lambda: scene.control.named("stop_recording"), "it is stopped")
        scene.tell(Recorded(scene.control.named("record_bridge")[0][1]))
        await scene.until(lambda: scene.evidence.kept, "what there is is kept")
        last = scene.log.of_kind("decision")[-1]
        assert (last["effect"], last["rules"]) == ("refuse", ["M4"])
        assert len(scene.control.named("record_bridge")) == 1


async def test_a_recording_that_cannot_be_kept_stays_where_it_is_and_is_told() -> None:
    async with Scene(RECORDS) as scene:
        bo, far = await talk(scene, "0846500400")
        scene.evidence.full = True
        press(scene, bo, "*29#")
        await scene.until(lambda: scene.control.named("record_bridge"), "it is recorded")
        [(_, recording)] = scene.control.named("record_bridge")
        scene.spool[recording] = 4.0
        scene.hangs_up(far)
        scene.tell(Recorded(recording))
        await scene.until(lambda: scene.log.of_kind("closed"), "the call has its end")
        assert "threat_not_kept" in [one["type"] for one in scene.log.of_kind("signal")]
        assert recording in scene.spool


async def records(scene: Scene) -> tuple[str, str, str]:
    """Bo's talk is marked as a threat and recorded; the channels, and the recording."""
    bo, far = await talk(scene, "0846500400")
    press(scene, bo, "*29#")
    await scene.until(lambda: scene.control.named("record_bridge"), "it is recorded")
    [(_, recording)] = scene.control.named("record_bridge")
    scene.spool[recording] = 4.0
    return bo, far, recording


async def test_whoever_is_left_is_hung_up_though_the_folder_hangs_and_all_is_kept_when_it_answers() -> None:
    async with Scene(RECORDS) as scene:
        bo, far, recording = await records(scene)
        scene.evidence.answers.clear()
        scene.hangs_up(far)
        scene.tell(Recorded(recording))
        await scene.until(lambda: (bo, "normal") in scene.control.named("hang_up"), "bo is hung up")
        await scene.over(bo)
        assert scene.log.of_kind("closed") == []
        assert scene.open_calls.states  # for the next start to find
        scene.evidence.answers.set()
        await scene.until(lambda: scene.log.of_kind("closed"), "the call has its end")
        assert list(scene.evidence.kept.values()) == [recording]
        assert [one["type"] for one in scene.log.of_kind("signal")][-1] == "threat_recorded"
        assert not scene.open_calls.states


async def test_a_talk_that_has_become_confidential_goes_on_though_the_folder_hangs() -> None:
    async with Scene(RECORDS) as scene:
        bo, far, recording = await records(scene)
        scene.evidence.answers.clear()
        press(scene, bo, "*28#")
        await scene.until(lambda: scene.control.named("stop_recording"), "it is stopped")
        scene.tell(Recorded(recording))
        scene.hangs_up(bo)
        await scene.until(lambda: (far, "normal") in scene.control.named("hang_up"), "the other is hung up")


async def test_a_fault_in_keeping_evidence_ends_no_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(recording: str) -> float:
        raise LookupError(recording)

    async with Scene(RECORDS) as scene:
        bo, _, recording = await records(scene)
        monkeypatch.setattr(scene.evidence, "seconds", fails)
        press(scene, bo, "*28#")
        await scene.until(lambda: scene.control.named("play_in_bridge"), "both are told")
        scene.tell(Recorded(recording))
        call = scene.house.live.of_channel(bo)
        assert call is not None
        await scene.until(lambda: not call.state.unkept, "it has failed")
        press(scene, bo, "5")
        await scene.until(lambda: scene.log.of_kind("key")[-1]["digit"] == "5", "the talk goes on")
        assert scene.control.named("hang_up") == []


async def test_what_the_same_two_say_next_is_not_mixed_with_what_is_still_being_kept() -> None:
    async with Scene(RECORDS) as scene:
        bo, _, recording = await records(scene)
        scene.evidence.answers.clear()
        scene.house.settings = replace(RECORDS, record_threats=False)
        press(scene, bo, "1")
        await scene.until(lambda: scene.control.named("stop_recording"), "it is stopped")
        scene.tell(Recorded(recording))
        scene.house.settings = RECORDS
        press(scene, bo, "2")
        await scene.until(lambda: scene.log.of_kind("key")[-1]["digit"] == "2", "the key is heeded")
        assert len(scene.control.named("record_bridge")) == 1
        scene.evidence.answers.set()
        await scene.until(lambda: len(scene.control.named("record_bridge")) == 2, "it is recorded again")
        assert list(scene.evidence.kept.values()) == [recording]


async def test_the_other_party_has_no_codes() -> None:
    async with Scene() as scene:
        bo, far = await talk(scene, "0846500400")
        press(scene, far, "*28#*29#")
        await scene.until(lambda: len(scene.log.of_kind("key")) == 8, "the keys are heard")
        call = scene.house.live.of_channel(bo)
        assert call is not None
        assert not call.state.confidential
        assert not call.state.threat
