"""A mobile is on a call that is marked confidential, and the operator who put it through has left it (M4)."""

from __future__ import annotations

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Outcome, Wish
from hanvisa.calls.signals import Held
from unit.calls.scene import ANNA_MOBILE, MAIN, Scene
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_live_desk import OLLE, the_call
from unit.calls.test_no_way_around import talks, was_rung


async def put_through(scene: Scene, *, confidential: bool = True) -> tuple[str, str, str]:
    """Olle has put a caller through to Anna's mobile, by an exception; the caller, the mobile, Olle's old leg."""
    scene.given_exception()
    caller, olle = await operator_has_caller(scene)
    scene.refers(olle, ANNA_MOBILE)
    mobile = await scene.rung("0701740605")
    scene.answers(mobile)
    await scene.talking(caller, mobile)
    if confidential:
        assert (await ask(scene, caller, Wish.CONFIDENTIAL)).what == "done"
    return caller, mobile, olle


async def ask(scene: Scene, caller: str, wish: Wish, **more: str) -> Outcome:
    return await Desk(scene.house).ask(the_call(scene, caller).id, wish, OLLE, **more)


async def test_the_caller_comes_back_to_the_operator_and_the_mobile_leaves() -> None:
    async with Scene() as scene:
        caller, mobile, olle = await put_through(scene)
        assert the_call(scene, caller).on_mobile
        assert (await ask(scene, caller, Wish.TAKE_BACK)).what == "done"
        again = await rung_anew(scene, "olle", olle)
        assert not the_call(scene, caller).on_mobile
        assert (mobile, "normal") in scene.control.named("hang_up")
        scene.answers(again)
        await scene.talking(caller, again)
        assert ("recall", ["M4"]) in [(one["effect"], one["rules"]) for one in scene.log.of_kind("decision")]


async def test_by_the_code_the_phone_that_dials_it_takes_the_mobiles_place() -> None:
    async with Scene() as scene:
        caller, mobile, _ = await put_through(scene)
        theirs = scene.house.live.of_channel(caller)
        line = scene.dials("olle", "*280#")
        await scene.until(lambda: scene.log.of_kind("closed"), "the code's own call is over")
        assert scene.log.of_kind("closed") == [{"reason": "joined_to_another_call"}]
        assert scene.control.named("add_to_bridge")[-1][1] == line
        assert scene.house.live.of_channel(line) is theirs is scene.house.live.of_channel(caller)
        assert (mobile, "normal") in scene.control.named("hang_up")
        assert (line, "normal") not in scene.control.named("hang_up")
        scene.hangs_up(line)
        await scene.over(caller)


async def test_by_the_code_on_a_second_line_the_operators_own_call_with_the_mobile_ends() -> None:
    async with Scene() as scene:
        olle = scene.dials("olle", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(olle, mobile)
        await ask(scene, olle, Wish.CONFIDENTIAL)
        line = scene.dials("olle", "*280#")
        await scene.hears(line, "TakenBack")
        await scene.over(mobile)


async def test_the_code_finds_no_call_that_is_not_so() -> None:
    async with Scene() as scene:
        caller, mobile, _ = await put_through(scene, confidential=False)
        line = scene.dials("olle", "*280#")
        await scene.hears(line, "CodeWrong")
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_call"
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(caller)


async def test_the_caller_moves_on_to_a_fixed_telephone_and_to_no_mobile() -> None:
    async with Scene() as scene:
        caller, mobile, _ = await put_through(scene)
        refused = await ask(scene, caller, Wish.TRANSFER, to=ANNA_MOBILE)
        assert refused.refused is not None
        assert refused.refused.rules == ("M4",)
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(caller)
        assert (await ask(scene, caller, Wish.TRANSFER, to="202")).what == "done"
        bo = await scene.rung("bo")
        assert (mobile, "normal") in scene.control.named("hang_up")
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert was_rung(scene, "0701740605") == 1
        transfers = [one["by"] for one in scene.log.of_kind("signal") if one["type"] == "transfer"]
        assert transfers == [str(OLLE)] * 3


async def test_the_caller_goes_to_the_queue() -> None:
    async with Scene() as scene:
        caller, mobile, olle = await put_through(scene)
        assert (await ask(scene, caller, Wish.QUEUE)).what == "done"
        await rung_anew(scene, "olle", olle)
        assert (mobile, "normal") in scene.control.named("hang_up")
        assert the_call(scene, caller).operator == OLLE


@pytest.mark.parametrize("wish", [Wish.TRANSFER, Wish.QUEUE, Wish.HOLD])
async def test_a_call_that_is_not_marked_is_the_parties_own(wish: Wish) -> None:
    async with Scene() as scene:
        caller, mobile, _ = await put_through(scene, confidential=False)
        assert (await ask(scene, caller, wish, to="202")).what == "not_now"
        refused = await ask(scene, caller, Wish.TAKE_BACK)
        assert refused.refused is not None
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(caller)


async def test_the_operators_own_call_with_a_mobile_ends() -> None:
    async with Scene() as scene:
        olle = scene.dials("olle", "0701740699")
        mobile = await scene.rung("0701740699")
        scene.answers(mobile)
        await scene.talking(olle, mobile)
        assert (await ask(scene, olle, Wish.CONFIDENTIAL)).what == "done"
        assert (await ask(scene, olle, Wish.TAKE_BACK)).what == "done"
        await scene.over(olle)
        assert {(olle, "normal"), (mobile, "normal")} <= set(scene.control.named("hang_up"))


async def test_the_caller_does_not_come_to_a_phone_that_has_another_mobile_on_the_line() -> None:
    """M4, O2: they come back when it is free."""
    async with Scene() as scene:
        caller, mobile, _ = await put_through(scene)
        await talks(scene, "olle", "0701740699")
        line = scene.dials("olle", "*280#")
        await scene.until(lambda: (mobile, "normal") in scene.control.named("hang_up"), "the mobile leaves")
        await scene.hears(line, "TakenBack")
        assert not any({caller, line} <= inside for inside in scene.control.bridges.values())


async def test_the_call_that_they_have_left_is_taken_back_and_not_a_talk_of_their_own() -> None:
    async with Scene() as scene:
        caller, mobile, olle = await put_through(scene)
        own = scene.rings_in(MAIN, from_="0701740605")
        await scene.hears(own, "Greeting")
        scene.finished(own)
        leg = await rung_anew(scene, "olle", olle)
        scene.answers(leg)
        await scene.talking(own, leg)
        assert (await ask(scene, own, Wish.CONFIDENTIAL)).what == "done"
        scene.tell(Held(leg))
        scene.dials("olle", "*280#")
        await scene.until(lambda: (mobile, "normal") in scene.control.named("hang_up"), "the mobile leaves")
        assert scene.house.live.of_channel(own) is not None
        assert scene.house.live.of_channel(caller) is not None
