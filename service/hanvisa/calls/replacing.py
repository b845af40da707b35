"""An INVITE with Replaces: carried out when we hear of it, decided then, and undone at once where it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.gate import may_come
from hanvisa.calls.noticing import notice_parties
from hanvisa.calls.parties import newcomer
from hanvisa.calls.signals import Entered
from hanvisa.calls.stage import Apologising, BackToOperator, Stage, Talking
from hanvisa.ids import node_of
from hanvisa.policy.transfer import Via

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


async def put_in_place(call: Call, entered: Entered, held: str | None = None) -> Stage | None:
    """A channel has been put in the place of one of the call's legs. Decide, and undo at once where it is refused.

    Asterisk has taken the replaced channel out of the bridge; it is still up, and ours. The channel ``held`` by the API
    was in none, and is not put into it.
    """
    assert entered.replaced is not None  # noqa: S101 - what makes it this signal
    control = call.house.control
    old, new = call.state.leg_of(entered.replaced.id), newcomer(call, entered.channel)
    stays = call.other if old is call.caller else call.caller
    if old is None or stays is None or call.state.bridge is None:
        await call.hang_up(new.channel)
        return None
    # Both are judged: either may be the mobile, or have one on another line.
    if await may_come(call, new, stays, Via.REPLACES, also=[stays]):
        bridge = call.state.bridge
        bridged = await control.bridged(node_of(call.caller.channel))
        if new.channel not in bridged.get(bridge, ()):
            # The place was in none: of one who is held, or was only being joined as it was taken.
            await call.insist(control.add_to_bridge, bridge, new.channel)
        call.house.live.release(old.channel)
        call.house.live.bind(new.channel, call)
        call.change(caller=stays, other=new)
        if old.kind.may_be_mobile:  # and with it goes what let it be reached
            call.change(exception=None)
        notice_parties(call, left=old)
        await call.save_without(old.channel)
        await call.hang_up(old.channel)
        if old.person:
            call.house.queues.left(old.person, call.house.clock.now())
        call.house.queues.wake()
        return Talking()
    await call.hang_up(new.channel)
    if old.channel == held:
        await call.insist(control.start_music, old.channel)
        return None
    if await call.insist(control.add_to_bridge, call.state.bridge, old.channel):
        return None
    call.change(caller=stays, other=old)
    await call.part()
    operator = old.person if old.person and call.register.operator(old.person) else call.state.touched_by
    return BackToOperator(operator) if operator else Apologising()
