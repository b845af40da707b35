"""What a caller hears who waits at a switchboard: music, and now and then their place and the expected wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from hanvisa.calls.prompts import Prompt, Queued, QueuePlace
from hanvisa.calls.signals import Key, Woken
from hanvisa.errors import TelephonyError, Unavailable
from hanvisa.policy.facts import OperatorState, Switchboard
from hanvisa.policy.waiting import AnswerTime, WaitFacts, expected_minutes

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Waiting:
    """One wait, of a caller who stands in the queue."""

    def __init__(self, call: Call, switchboard: Switchboard) -> None:
        self._call = call
        self._switchboard = switchboard
        self._queue = call.house.queues.at(switchboard.id)
        self._began: tuple[datetime, WaitFacts] | None = None  # None: the caller has not been told yet
        self._say_at = 0.0  # of the loop's time
        self._music = False
        self._away = False  # they have been told so

    async def a_while(self, is_turn: Callable[[], bool], *, away: bool) -> str | None:
        """Tell the caller what is to be told now; else wait for a change. The key that they pressed, if they did.

        It may be the caller's turn afterwards. ``away``: no operator is open, and one is expected back.
        """
        if self._began is None:
            began = self._call.house.clock.now(), self._facts()
            key = await self._say(Queued(away), self._place(), enough=is_turn)
            self._began = began
        elif away is self._away and (left := self._say_at - asyncio.get_running_loop().time()) > 0:
            return await self._until_changed(left)
        else:
            await self.stop_music()
            is_news = (Queued(away),) if away or self._away else ()
            key = await self._say(*is_news, self._place(), enough=is_turn)
        self._away = away
        await self._go_on()
        return key

    async def stop_music(self) -> None:
        if self._music:
            await self._call.insist(self._call.house.control.stop_music, self._call.caller.channel)
            self._music = False

    def is_answered(self) -> None:
        """Remember how long it took, for those who come after."""
        if self._began is not None:
            since, facts = self._began
            waited = (self._call.house.clock.now() - since).total_seconds()
            self._queue.answered.append(AnswerTime(facts.place, facts.operators, waited))

    async def _until_changed(self, seconds: float) -> str | None:
        until = asyncio.get_running_loop().time() + seconds
        while (left := until - asyncio.get_running_loop().time()) > 0:
            match await self._call.next(left):
                case Woken():
                    break
                case Key(channel, digit) if channel == self._call.caller.channel:
                    return digit
        return None

    async def _say(self, *prompts: Prompt, enough: Callable[[], bool]) -> str | None:
        """Who can't be told waits on all the same: the place in the queue is worth more.

        Raises:
            Unavailable: Asterisk answers nothing, and they hear no music yet: the wait begins when it does.
        """
        try:
            return await self._call.say(*prompts, enough=enough)
        except TelephonyError as error:
            if self._began is None and isinstance(error, Unavailable):
                await self._call.make_sure_of_caller()  # else it is the words alone that fail
            self._call.tell("command", failed=str(error))
            return None

    async def _go_on(self) -> None:
        await self._call.insist(self._call.house.control.start_music, self._call.caller.channel)
        self._music = True
        self._say_at = asyncio.get_running_loop().time() + self._call.house.settings.queue_say_every

    def _place(self) -> QueuePlace:
        facts = self._facts()
        return QueuePlace(facts.place, expected_minutes(facts), may_be_rung_back(self._call))

    def _facts(self) -> WaitFacts:
        operators = self._call.register.operators_of(self._switchboard.id)
        is_open = [operator for operator in operators if operator.state is OperatorState.OPEN]
        return WaitFacts(self._queue.place(self._call) + 1, len(is_open), tuple(self._queue.answered))


def may_be_rung_back(call: Call) -> bool:
    """Whoever has rung in from outside; who is in the house sees when an operator is free."""
    return not call.caller.account
