"""A caller whom an operator holds, by phone or by API: the operator is reminded, and then the queue has the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.attending import to_queue
from hanvisa.calls.operators import pause
from hanvisa.calls.prompts import Why
from hanvisa.calls.queue import AT_THE_HEAD
from hanvisa.calls.reminding import heed_ringing, remind, seconds_left, step_due
from hanvisa.calls.ringing import Display, end_ringing, has_contact
from hanvisa.calls.signals import Answered, PhoneLost, Signal
from hanvisa.calls.stage import Stage, Talking
from hanvisa.policy.facts import Operator
from hanvisa.policy.holding import HeldStep, LostFacts, LostStep, when_lost
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Holding:
    """What is to be done while one call's two parties are together. ``by_api`` is the channel that is held there."""

    def __init__(self, call: Call, by_api: str | None = None) -> None:
        self._call = call
        self._by_api = by_api == call.caller.channel
        self._look()

    def left(self) -> float | None:
        """Seconds until something is to be done; None while nobody is held."""
        return seconds_left(self._call)

    async def heed(self, signal: Signal | None) -> Stage | None:
        """Something has happened, or (None) nothing: do what is due. The next stage, if the call goes on otherwise."""
        self._look()
        await heed_ringing(self._call, signal)
        match signal:
            case Answered(channel) if channel in self._call.rung:
                return await self._take_up(channel)
            case PhoneLost(account) if self._call.other and self._call.other.account == account:
                return await self._lost(account)
        if self._call.state.held_since is None:
            await self.over()
            return None
        match step_due(self._call):
            case HeldStep.BACK:
                return await self._back("held_too_long")
            case HeldStep.REMIND:
                await self._remind()
        return None

    async def over(self) -> None:
        """No phone rings for it any more."""
        await end_ringing(self._call)

    def _look(self) -> None:
        """Note whether, and since when, an operator holds the caller."""
        state = self._call.state
        is_held = self._operator() is not None and (
            self._by_api or (state.other is not None and state.other.held)
        )
        if is_held and state.held_since is None:
            self._call.change(held_since=self._call.house.clock.now(), held_reminded=False)
        elif not is_held and state.held_since is not None:
            self._call.change(held_since=None, held_reminded=False)

    def _operator(self) -> Operator | None:
        """The operator who has the caller. Whom an operator has rung is no caller, and may be forgotten."""
        other = self._call.other
        is_phone = other is not None and other.account and other.person
        return self._call.register.operator(other.person) if is_phone and other and other.person else None

    async def _remind(self) -> None:
        """A phone that plays nothing is rung."""
        call = self._call
        ear = None if call.other is None or call.other.held else call.other
        shown = Display(f"PARKERAD {display(call.callers_number)}", call.callers_number)
        await remind(call, self._operator(), ear, shown)

    async def _take_up(self, channel: str) -> Stage | None:
        """The phone that was rung has been answered: it takes the place of the one that holds."""
        call, old = self._call, self._call.other
        new = call.rung.pop(channel)
        if old is None or call.state.bridge is None:
            await call.hang_up(channel)
            return None
        call.house.live.release(old.channel)
        call.change(other=new, held_since=None, held_reminded=False)
        await call.save()  # before the other is hung up: who talks here now, for whoever takes the call on
        if not await call.insist(call.house.control.add_to_bridge, call.state.bridge, channel):
            await call.hang_up(old.channel)
            return await self._back("held_too_long")
        await call.hang_up(old.channel)
        return Talking()

    async def _lost(self, account: str) -> Stage | None:
        """The phone is gone, as far as Asterisk knows: its operator is paused, and nobody stays on hold with it."""
        operator, held = self._operator(), self._call.state.held_since is not None
        facts = LostFacts(held, await has_contact(self._call, account))
        if operator is None or when_lost(facts) is LostStep.TALK_ON:
            return None
        await pause(self._call, operator.person_id, Why.UNPLUGGED)
        return await self._back("phone_lost")

    async def _back(self, why: str) -> Stage | None:
        operator = self._operator()
        if operator is None or self._call.other is None:
            return None
        self._call.tell("signal", type=why, person=str(operator.person_id))
        return await to_queue(self._call, self._call.other, self._call.caller, AT_THE_HEAD)
