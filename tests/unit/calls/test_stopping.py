"""A service that is told to stop leaves its calls as they are: another may have taken them on already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from unit.calls.scene import Scene, id_of
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import talks
from unit.calls.test_parking import parked

SETTINGS = CallSettings(ring_person=9, ring_operator=9, key_wait=9)


async def is_parked(scene: Scene) -> None:
    await parked(scene)


async def is_held(scene: Scene) -> None:
    caller, _ = await operator_has_caller(scene)
    call = scene.house.live.of_channel(caller)
    assert call is not None
    await Desk(scene.house).ask(call.id, Wish.HOLD, id_of("olle"))
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")


async def waits_for_a_busy_person(scene: Scene) -> None:
    _, bo = await talks(scene, "anna", "202")
    caller, olle = await operator_has_caller(scene)
    scene.refers(olle, "202")
    scene.hangs_up(await rung_anew(scene, "bo", bo), 17)
    await scene.hears(caller, "OfferToWait")
    scene.presses(caller, "5")
    scene.finished(caller)
    await scene.hears(caller, "Waiting")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")


async def is_rung(scene: Scene) -> None:
    scene.rings_in("+46980319201")
    await scene.rung("anna")


async def is_told_why(scene: Scene) -> None:
    _, olle = await operator_has_caller(scene)
    scene.refers(olle, "0701740605")
    await scene.hears(olle, "TransferRefused")


@pytest.mark.parametrize("state", [is_parked, is_held, waits_for_a_busy_person, is_rung, is_told_why])
async def test_nothing_is_commanded_any_more(state: Callable[[Scene], Awaitable[None]]) -> None:
    async with Scene(SETTINGS) as scene:
        await state(scene)
        before = len(scene.control.commands)
        await scene.__aexit__()
        assert scene.control.commands[before:] == []
