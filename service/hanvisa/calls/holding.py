"""A caller whom an operator holds, by phone or by API: the operator is reminded, and then the queue has the caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hanvisa.calls.attending import AT_THE_HEAD, to_queue
from hanvisa.calls.operators import pause
from hanvisa.calls.prompts import HeldReminder, Why
from hanvisa.calls.ringing import Display, forget, has_contact, operator_places, start_ringing
from hanvisa.calls.signals import Answered, Entered, HungUp, PhoneLost, Signal
from hanvisa.calls.stage import Stage, Talking
from hanvisa.calls.state import Leg
from hanvisa.policy.facts import Operator
from hanvisa.policy.holding import HeldFacts, HeldStep, LostFacts, LostStep, next_held_step, when_lost
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Holding:
    """What is to be done while one call's two parties are together. ``by_api`` is the channel that is held there.

    Who takes the call on reckons anew from when the hold began, which the call's state says.
    """

    def __init__(self, call: Call, by_api: str | None = None) -> None:
        self._call = call
        self._by_api = by_api == call.caller.channel
        self._look()

    def left(self) -> float | None:
        """Seconds until something is to be done; None while nobody is held."""
        step = self._next()
        return None if step is None else max(0.0, step[0] - self._held())

    async def heed(self, signal: Signal | None) -> Stage | None:
        """Something has happened, or (None) nothing: do what is due. The next stage, if the call goes on otherwise."""
        self._look()
        match signal:
            case Entered(channel) if channel.id in self._call.rung:
                await self._call.insist(self._call.house.control.dial, channel.id)
            case HungUp(channel, cause) if channel in self._call.rung and cause:
                forget(self._call, channel)
            case Answered(channel) if channel in self._call.rung:
                return await self._take_up(channel)
            case PhoneLost(account) if self._call.other and self._call.other.account == account:
                return await self._lost(account)
        if self._call.state.held_since is None:
            await self.over()
            return None
        step = self._next()
        if step is None or step[0] > self._held():
            return None
        if step[1] is HeldStep.BACK:
            return await self._back("held_too_long")
        await self._remind()
        return None

    async def over(self) -> None:
        """No phone rings for it any more."""
        for channel in list(self._call.rung):
            await self._call.hang_up(channel)
            forget(self._call, channel)

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

    def _next(self) -> tuple[float, HeldStep] | None:
        settings, state = self._call.house.settings, self._call.state
        if state.held_since is None:
            return None
        held = settings.held_remind if state.held_reminded else 0.0
        step = next_held_step(HeldFacts(held, settings.held_remind, settings.held_back))
        has_queue = state.organisation and self._call.register.switchboard_of(state.organisation)
        return step if has_queue or step[1] is HeldStep.REMIND else None

    def _held(self) -> float:
        since, now = self._call.state.held_since, self._call.house.clock.now()
        return (now - since).total_seconds() if since else 0.0

    def _operator(self) -> Operator | None:
        """The operator who has the caller. Whom an operator has rung is no caller, and may be forgotten."""
        other = self._call.other
        is_phone = other is not None and other.account and other.person
        return self._call.register.operator(other.person) if is_phone and other and other.person else None

    async def _remind(self) -> None:
        """A beep in their ear, wherever they talk; a phone that plays nothing is rung."""
        call, operator = self._call, self._operator()
        call.change(held_reminded=True)
        if operator is None or call.other is None:
            return
        call.tell("signal", type="held_reminder", person=str(operator.person_id))
        ear = next(self._talks_elsewhere(operator), None) or (None if call.other.held else call.other)
        if ear is None:
            shown = Display(f"PARKERAD {display(call.caller.number)}", call.caller.number)
            for place in operator_places(call, operator):
                await start_ringing(call, place, shown)
            return
        spoken = call.house.voice.say(HeldReminder(), call.state.language, call.house.clock.now())
        await call.command(call.house.control.play(ear.channel, spoken.files, f"hv-held-{ear.channel}"))

    def _talks_elsewhere(self, operator: Operator) -> Iterator[Leg]:
        for other, leg in self._call.house.live.legs_of(operator.person_id):
            is_talking = other.state.bridge is not None and leg in (other.caller, other.other)
            if other is not self._call and is_talking and not leg.held:
                yield leg

    async def _take_up(self, channel: str) -> Stage | None:
        """The phone that was rung has been answered: it takes the place of the one that holds."""
        call, old = self._call, self._call.other
        new = call.rung.pop(channel)
        if old is None or call.state.bridge is None:
            await call.hang_up(channel)
            return None
        call.house.live.release(old.channel)
        call.change(other=new, held_since=None, held_reminded=False)
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
