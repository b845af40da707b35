"""The calls that an instance has left behind are taken on beside one another: a hundred callers wait no longer."""

from __future__ import annotations

import asyncio

from hanvisa.calls.adoption import AT_ONCE, adopt
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.stage import AtSwitchboard, to_json
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.testing.control import FakeCallControl
from unit.calls.fast_time import run_fast
from unit.calls.scene import MAIN, NOW, Scene, id_of

WAY = 0.01  # seconds to Asterisk, and as many back
WAITS = to_json(AtSwitchboard(id_of("board"), since=NOW))


async def taken_on(channels: list[str]) -> tuple[list[str], float]:
    """Whose calls are taken on, one after the other, and after how many seconds."""
    control = FakeCallControl(latency=lambda: WAY)
    control.alive.update(channels)
    control.existing = tuple(LiveChannel(one, "carrier", "0980319244", MAIN, up=True) for one in channels)
    control.orphaned = tuple(channels)
    for one in channels:
        state = CallState(f"hv-k-{one}", "carrier", MAIN, Leg(one), answered=True, stage=WAITS)
        control.variables[one, VARIABLE] = state.to_json()
    loop = asyncio.get_running_loop()
    began = loop.time()
    calls = await adopt(Scene(control=control).house)
    return [call.caller.channel for call, _ in calls], loop.time() - began


def test_as_many_as_may_be_at_once_take_no_longer_than_one() -> None:
    many = [f"channel-{number}" for number in range(AT_ONCE)]
    calls, seconds = run_fast(taken_on(many))
    _, seconds_of_one = run_fast(taken_on(many[:1]))
    assert calls == many
    assert round(seconds, 3) == round(seconds_of_one, 3)


def test_there_are_never_more_at_once() -> None:
    many = [f"channel-{number}" for number in range(AT_ONCE + 1)]
    calls, seconds = run_fast(taken_on(many))
    _, seconds_of_one = run_fast(taken_on(many[:1]))
    assert calls == many
    assert seconds > seconds_of_one
