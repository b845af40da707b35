"""Somebody takes the place of a party whom the API holds (INVITE with Replaces)."""

from __future__ import annotations

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.signals import Channel, Entered
from unit.calls.fast_time import run_fast
from unit.calls.play import Play
from unit.calls.scene import id_of


def test_whoever_does_talks_in_the_one_bridge_that_there_is_and_none_is_left() -> None:
    run_fast(_held_and_replaced())


async def _held_and_replaced() -> None:
    play = Play()
    async with play.scene as scene:
        await play.has_operator()
        call = scene.house.live.of_channel(play.caller)
        assert call is not None
        await Desk(scene.house).ask(call.id, Wish.HOLD, id_of("olle"))
        await play.a_while(1)
        play.switch.alive.add("bos")  # the held party is in no bridge, nor is whoever takes their place
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(play.caller, "", "0980319244")))
        await play.a_while(2)
        assert play.switch.partner("bos") is not None, "nobody talks with Bo"
        assert len(play.switch.bridges) == 1, play.switch.bridges
        play.switch.goes("bos")
        await play.a_while()
        assert not play.switch.bridges
