"""A talk with a mobile that changes hands is one talk, and its minutes are counted once, and while it lasts (M5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.calls.signals import Channel, Entered
from hanvisa.reports.stories import mobile_talks
from unit.calls.scene import Scene


async def test_the_minutes_of_a_mobile_that_is_handed_over_are_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bo talks with a citizen's mobile for two minutes, then Anna does for three."""
    async with Scene() as scene:
        steps = recorded(scene, monkeypatch)
        bo = scene.dials("bo", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(bo, mobile)
        scene.clock.advance(timedelta(minutes=2))
        consultation = scene.dials("bo", "201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(consultation, anna)
        scene.refers(bo, "201", other=consultation)
        await scene.until(
            lambda: scene.house.live.of_channel(anna) is scene.house.live.of_channel(mobile),
            "they are joined",
        )
        scene.clock.advance(timedelta(minutes=3))
        scene.hangs_up(mobile)
        await scene.over(anna)

    assert seconds_with_mobiles(steps) == 300


async def test_a_mobile_whose_place_a_phone_takes_is_counted_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bo talks with a citizen's mobile for two minutes; the colleague who picks it up talks on for three."""
    async with Scene() as scene:
        steps = recorded(scene, monkeypatch)
        bo = scene.dials("bo", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(bo, mobile)
        scene.clock.advance(timedelta(minutes=2))
        scene.tell(Entered(Channel("annas", "anna", ""), (), Channel(mobile, "", "0701740699")))
        live = scene.house.live
        await scene.until(lambda: live.of_channel("annas") is live.of_channel(bo), "they are joined")
        scene.clock.advance(timedelta(minutes=3))
        scene.hangs_up("annas")
        await scene.over(bo)

    assert seconds_with_mobiles(steps) == 120


def recorded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> list[CallEntry]:
    """The calls' steps, with the scene's time."""
    steps: list[CallEntry] = []

    def record(call_id: str, kind: str, data: dict[str, Any]) -> None:
        steps.append(CallEntry(call_id, len(steps), scene.clock.now(), kind, dict(data)))

    monkeypatch.setattr(scene.log, "record", record)
    return steps


def seconds_with_mobiles(steps: list[CallEntry]) -> float:
    ids = dict.fromkeys(entry.call_id for entry in steps)
    talks = [talk for id_ in ids for _, talk in mobile_talks([one for one in steps if one.call_id == id_])]
    return sum(talk.seconds for talk in talks)
