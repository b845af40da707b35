"""What happens while a call waits for the answer to a command: it is judged as it is by then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hanvisa.calls.ports import TransferProgress
from hanvisa.calls.signals import Channel, Entered, Key
from hanvisa.errors import Refused
from hanvisa.testing import FakeCallControl
from unit.calls.scene import ANNA_DIRECT, Scene
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import MOBILE, PATIENT, given_confidential, given_group_of, talks


class SlowToTell(FakeCallControl):
    """The answer to the first REFER is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.goes_on = 0, asyncio.Event()

    async def tell_transferor(self, channel: str, progress: TransferProgress) -> None:
        self.asked += 1
        if self.asked == 1:
            await self.goes_on.wait()
        await super().tell_transferor(channel, progress)


class SlowToJoin(FakeCallControl):
    """The command to join them is still on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.goes_on = 0, asyncio.Event()

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        self.asked += 1
        await self.goes_on.wait()
        await super().bridge(bridge, channels)


async def talks_with_anna(scene: Scene) -> tuple[str, str]:
    """A citizen has rung her: the two channels."""
    citizen = scene.rings_in(ANNA_DIRECT)
    first = await scene.rung("anna")
    scene.answers(first)
    await scene.talking(citizen, first)
    return citizen, first


async def is_being_told(
    scene: Scene, control: SlowToTell, outside: str = "0980319260"
) -> tuple[str, str, str]:
    """Anna joins a citizen with an outside number: the citizen, her second leg, the outside number's."""
    citizen, first = await talks_with_anna(scene)
    second, far = await talks(scene, "anna", outside)
    scene.refers(first, outside, other=second)
    await scene.until(lambda: control.asked, "her phone is told")
    return citizen, second, far


async def marked_by_key(scene: Scene, channel: str) -> None:
    for digit in "*28#":
        scene.tell(Key(channel, digit))
    call = scene.house.live.of_channel(channel)
    assert call is not None
    await scene.until(lambda: call.state.confidential, "it is marked")


async def test_a_mark_that_is_made_as_the_phone_is_told_of_its_transfer_is_the_joined_calls() -> None:
    """M4."""
    control = SlowToTell()
    async with Scene(control=control) as scene:
        citizen, second, far = await is_being_told(scene, control)
        await marked_by_key(scene, second)
        control.goes_on.set()
        call = scene.house.live.of_channel(citizen)
        assert call is not None
        await scene.until(lambda: scene.house.live.of_channel(far) is call, "joined")
        assert call.state.confidential


async def test_and_keeps_a_mobile_apart() -> None:
    """M4."""
    control = SlowToTell()
    async with Scene(control=control) as scene:
        citizen, second, far = await is_being_told(scene, control, MOBILE)
        await marked_by_key(scene, second)
        control.goes_on.set()
        await scene.hears(citizen, "WentWrong")
        assert scene.house.live.of_channel(far) is not scene.house.live.of_channel(citizen)
        assert all({citizen, far} - set(inside) for inside in control.bridges.values())


async def test_a_mobile_that_is_brought_to_who_has_begun_to_ring_a_confidential_person_is_not_beside_them() -> (
    None
):
    """M4: both would be on one phone."""
    control = SlowToTell()
    async with Scene(PATIENT, control=control) as scene:
        given_confidential(scene, "olle")
        given_group_of(scene, "olle")
        first, mobile = await talks(scene, "anna", MOBILE)
        second, bo = await talks(scene, "anna", "202")
        scene.refers(first, "202", other=second)
        await scene.until(lambda: control.asked, "her phone is told")
        third = scene.dials("bo", "210")
        olle = await scene.rung("olle")
        control.goes_on.set()
        await scene.until(
            lambda: any({mobile, bo} <= inside for inside in control.bridges.values()), "Bo has the mobile"
        )
        scene.answers(olle)
        await scene.until(lambda: (olle, "normal") in control.named("hang_up"), "Olle is not joined")
        assert not any({third, olle} <= set(inside) for _, inside in control.named("bridge"))


async def test_whom_the_same_phone_has_sent_on_meanwhile_is_not_joined_and_nobody_is_lost() -> None:
    control = SlowToTell()
    async with Scene(control=control) as scene:
        citizen, second, far = await is_being_told(scene, control)
        scene.refers(second, "202")
        bo = await scene.rung("bo")
        control.goes_on.set()
        await scene.hears(citizen, "WentWrong")
        scene.answers(bo)
        await scene.talking(far, bo)
        assert not [data for data in scene.log.of_kind("signal") if data["type"] == "failure"]


async def test_whoever_takes_the_place_of_one_who_is_being_joined_is_joined() -> None:
    control = SlowToJoin()
    async with Scene(control=control) as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.until(lambda: control.asked, "they are being joined")
        control.alive.add("bos")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(anna, "anna", "")))
        await scene.until(lambda: scene.house.live.of_channel("bos"), "Bo has come in")
        control.goes_on.set()
        await scene.until(
            lambda: any({caller, "bos"} <= inside for inside in control.bridges.values()), "Bo talks"
        )


async def test_music_over_a_talk_is_stopped_twice_for_asterisk_may_lose_it_once() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")
        assert scene.control.named("start_music") == [(caller,)]
        scene.finished(olle)
        await scene.until(lambda: scene.control.named("stop_music") == [(caller,)] * 2, "stopped twice")


async def test_whom_anna_rang_is_kept_when_who_they_are_joined_with_hangs_up_meanwhile() -> None:
    """Her phone has been told that all is well: it hangs up both its lines (RFC 5589, 6.1)."""
    control = SlowToTell()
    async with Scene(PATIENT, control=control) as scene:
        first, customer = await talks(scene, "anna", "0980319260")
        second, bo = await talks(scene, "anna", "202")
        scene.refers(first, "202", other=second)
        await scene.until(lambda: control.asked, "her phone is told")
        scene.hangs_up(bo)
        await scene.over(second)
        control.goes_on.set()
        await scene.hears(customer, "WentWrong")
        scene.hangs_up(first)
        scene.finished(customer)
        await scene.rung("olle")
    assert (customer, "normal") not in control.named("hang_up")


async def test_so_is_a_citizen_whose_call_is_marked_meanwhile_whichever_line_the_transfer_came_on() -> None:
    control = SlowToTell()
    async with Scene(PATIENT, control=control) as scene:
        citizen, first = await talks_with_anna(scene)
        second, mobile = await talks(scene, "anna", MOBILE)
        scene.refers(second, "", other=first)
        await scene.until(lambda: control.asked, "her phone is told")
        await marked_by_key(scene, first)
        control.goes_on.set()
        await scene.hears(mobile, "WentWrong")
        scene.hangs_up(second)
        scene.hangs_up(first)
        await scene.hears(citizen, "WentWrong")
    assert control.named("add_to_bridge") == []
    assert (citizen, "normal") not in control.named("hang_up")


class NoPlaceInTheBridge(FakeCallControl):
    """Asterisk lets nobody into it any more."""

    async def add_to_bridge(self, bridge: str, channel: str) -> None:
        raise Refused(f"{channel} is not let into {bridge}")


async def test_who_was_brought_over_and_is_not_let_into_the_bridge_is_not_left_in_silence() -> None:
    control = NoPlaceInTheBridge()
    async with Scene(PATIENT, control=control) as scene:
        citizen, first = await talks_with_anna(scene)
        second, bo = await talks(scene, "anna", "202")
        scene.refers(first, "202", other=second)
        await scene.hears(citizen, "WentWrong")
        assert (bo, "normal") in control.named("hang_up")
