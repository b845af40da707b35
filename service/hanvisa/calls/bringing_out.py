"""While ARI is away: whoever would hear nothing is brought into the dialplan's fallback by another way.

The line to ARI can be dead with Asterisk and the service alive. What plays comes to its end then, a phone that rings is
answered, and nobody goes on with the call. Those who talk with each other stay; of two of whom one has hung up, the
other is hung up too. Whoever hears music is left in their place for longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import structlog

from hanvisa.calls.house import House
from hanvisa.calls.ports import OtherWay, Place
from hanvisa.calls.signals import BroughtOut
from hanvisa.errors import Refused, TelephonyError

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

log = structlog.get_logger()

AWAY = 1.5  # seconds without ARI: a line that is lost for less is no more than that
AWAY_WITH_MUSIC = (
    15.0  # whoever hears music loses their place in the queue, or with the operator who has them
)
LOOK_EVERY = 0.25  # seconds
# Stages, while nothing is told in them.
WITH_MUSIC = frozenset({"AtSwitchboard", "CampingOn", "Parked", "OnHold"})


class BringingOut:
    """``is_connected`` tells whether ARI is there. Run it for ever; it raises nothing."""

    def __init__(self, house: House, way: OtherWay, is_connected: Callable[[], bool]) -> None:
        self._house, self._way, self._is_connected = house, way, is_connected

    async def run(self) -> None:
        # As looked at: a process that stood still has not looked, and may be connected again at once.
        away = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            away = 0.0 if self._is_connected() else away + LOOK_EVERY
            if away >= AWAY and (calls := list(self._house.live)):
                try:
                    await self._look(calls, await self._way.places(), away)
                except TelephonyError as error:
                    log.warning("calls.not_brought_out", why=str(error))

    async def _look(self, calls: list[Call], places: Mapping[str, Place], away: float) -> None:
        await self._hang_up([places[each] for each in self._house.leftovers.channels if each in places])
        for call in calls:
            caller = places.get(call.caller.channel)
            alone = [
                place
                for channel in call.channels()
                if (place := places.get(channel)) and not place.together and channel != call.caller.channel
            ]
            if call.brought_out:
                if caller is None or not caller.served:
                    call.inbox.put_nowait(BroughtOut())
            elif caller is None:
                await self._hang_up(alone)
            elif caller.together or (hears_music(call) and away < AWAY_WITH_MUSIC):
                continue
            elif not caller.served or _has_talked(call):
                await self._hang_up([caller, *alone])
            else:
                await self._hang_up(alone)
                await self._bring_out(call, caller)

    async def _bring_out(self, call: Call, caller: Place) -> None:
        """From before the command on, nobody hangs the caller up any more: ARI may be back at any moment."""
        call.brought_out = True
        try:
            await self._way.bring_out(caller)
        except TelephonyError:
            call.brought_out = False
            raise
        log.info("calls.brought_out", call=call.id)

    async def _hang_up(self, places: list[Place]) -> None:
        for place in places:
            try:
                await self._way.hang_up(place)
            except Refused as error:  # it has just hung up
                log.info("calls.gone_already", channel=place.channel, why=str(error))


def hears_music(call: Call) -> bool:
    """As far as is known: music goes on by itself, and nothing was to follow on it."""
    waits = call.playing is None and not call.rung and not call.interrupted
    return waits and call.state.stage.get("name") in WITH_MUSIC


def _has_talked(call: Call) -> bool:
    """With somebody who has gone: as ever, the call is over then. On hold, the two are apart."""
    return call.other is not None and call.state.stage.get("name") != "OnHold"
