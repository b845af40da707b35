"""Callers who have left a number stand in the queue as those who wait do: when their turn comes an operator is rung.

The operator's phone shows whom it is for. When it is answered the call begins (`RingingBack`), and the caller is rung.
What is to be done stands in the register, so that a service that starts anew goes on with it.

A number that may not be rung after all (M4, O2), of which an operator is told, stays until whoever left it is
(`GivenUp`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from hanvisa.calls.call import Call, new_id
from hanvisa.calls.decisions import decide
from hanvisa.calls.noticing import notice_confidential
from hanvisa.calls.operators import pause
from hanvisa.calls.own_phone import Answer, end_unanswered, own_phone_answers
from hanvisa.calls.parties import is_in_confidence, may_none_have_a_mobile, protected_callers
from hanvisa.calls.prompts import Why
from hanvisa.calls.ringing import Display
from hanvisa.calls.stage import GivenUp, RingingBack, Stage, to_json
from hanvisa.calls.stages.ringing_back import TRIES, facts_now, give_back
from hanvisa.calls.state import CallState, Leg
from hanvisa.calls.storing import stored
from hanvisa.errors import TelephonyError
from hanvisa.policy.facts import Callback, Operator, TargetKind
from hanvisa.policy.numbers import NumberKind, display, e164_to_dial

if TYPE_CHECKING:
    from hanvisa.calls.house import House

log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class Standing:
    """The place of a caller who has left a number, in the queue."""

    callback: Callback

    def wake(self) -> None:
        """`Callbacks` is woken for all of them."""


class Callbacks:
    """Run :meth:`run`. ``open_`` begins a call in a stage, ``spawn`` runs something beside.

    While ``ready`` is not set nobody is rung: nothing is known of the calls that there are.
    """

    def __init__(
        self,
        house: House,
        ready: asyncio.Event,
        open_: Callable[[Call, Stage], None],
        spawn: Callable[[Awaitable[None]], object],
    ) -> None:
        self._house = house
        self._ready = ready
        self._open = open_
        self._spawn = spawn
        self._standing: dict[UUID, Standing] = {}
        self._given_up: list[Callback] = []  # who are due to be told so
        self._under_way: set[UUID] = set()
        self._not_before: dict[
            UUID, datetime
        ] = {}  # an operator has been rung for it, whatever was stored of it

    async def run(self) -> None:
        """For ever."""
        while True:
            woken = self._house.queues.woken
            self._line_up()
            if self._ready.is_set():
                self._ring_whose_turn_it_is()
                self._ring_who_are_given_up()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_due()):
                    await woken.wait()

    def _line_up(self) -> None:
        """Those who are due stand in their queues, the others do not."""
        now, rows = self._house.clock.now(), self._house.directory.register.callbacks.rows
        self._not_before = {one.id: at for one in rows if (at := self._not_before.get(one.id))}
        due = {one.id: one for one in rows if self._due_at(one) <= now}
        if due:
            under_way = self._under_way | {one.rings_back for one in self._house.live}
            due = {id_: one for id_, one in due.items() if id_ not in under_way}
        self._given_up = [one for one in due.values() if self._is_given_up(one)]
        due = {id_: one for id_, one in due.items() if one not in self._given_up}
        for id_ in set(self._standing) - set(due):
            gone = self._standing.pop(id_)
            self._house.queues.at(gone.callback.switchboard_id).leave(gone)
        for id_ in set(due) - set(self._standing):
            self._standing[id_] = Standing(due[id_])
            queue = self._house.queues.at(due[id_].switchboard_id)
            queue.join(self._standing[id_], due[id_].since, partial(self._may_have, due[id_]))

    def _ring_whose_turn_it_is(self) -> None:
        queues, register = self._house.queues, self._house.directory.register
        for id_, standing in list(self._standing.items()):
            queue = queues.at(standing.callback.switchboard_id)
            operators = register.operators_of(standing.callback.switchboard_id)
            operator = queues.next_operator(
                operators,
                self._house.live.is_engaged,
                self._house.clock.now(),
                partial(self._may_have, standing.callback),
            )
            if operator is None or not queue.is_turn(standing, operator):
                continue
            queues.offer(operator)
            queue.leave(standing)
            del self._standing[id_]
            self._under_way.add(id_)
            self._spawn(self._ring(standing.callback, operator))
            queues.wake()  # the others move up

    async def _ring(self, callback: Callback, operator: Operator) -> None:
        try:
            await self._ring_operator(callback, operator)
        except Exception:
            self._later(callback)  # not at once, over and over
            raise
        finally:
            self._free(callback)

    async def _ring_operator(self, callback: Callback, operator: Operator) -> None:
        house = self._house
        try:
            call = self._call(callback, operator)
            answer = await self._operator_answers(call, callback)
        finally:
            house.queues.offered(operator, house.clock.now())
        if answer is Answer.NO:
            await pause(call, operator.person_id, Why.NO_ANSWER)
        if answer is Answer.YES:
            await call.over.wait()

    async def _operator_answers(self, call: Call, callback: Callback) -> Answer | None:
        """The call begins where they do."""
        shown = Display(f"RING UPP {display(callback.number)}", callback.number)
        answer = await self._answer(call, shown)
        if answer is Answer.YES:
            call.change(answered=True)
            call.promised = call.caller
            self._open(call, _stage_of(callback))
        else:
            await end_unanswered(call)
        if answer not in (Answer.NO, Answer.UNHEARD):
            self._later(callback)
        return answer

    def _free(self, callback: Callback) -> None:
        self._under_way.discard(callback.id)
        self._house.queues.wake()

    def _ring_who_are_given_up(self) -> None:
        for callback in self._given_up:
            self._under_way.add(callback.id)
            self._spawn(self._tell(callback))

    async def _tell(self, callback: Callback) -> None:
        """Ring whoever left the number; who does not hear it to the end is rung once more, as who is rung back is."""
        self._later(callback)
        try:
            await self._ring_who_left_it(callback)
        finally:
            self._free(callback)

    async def _ring_who_left_it(self, callback: Callback) -> None:
        house, call = self._house, self._call_of_caller(callback)
        taking = house.directory.callbacks.take(callback.id, callback.tries, self._not_before[callback.id])
        if await stored(f"try of {callback.id}", taking):
            digits = e164_to_dial(facts_now(call, callback).number) or ""
            name = call.organisation.name if call.organisation else ""
            answer = await self._answer(call, Display(name, call.state.dialled), digits)
            if answer is Answer.YES:
                call.change(answered=True)
                self._open(call, GivenUp(callback.id))
                await call.over.wait()
            else:
                await end_unanswered(call)
            if answer in (None, Answer.UNHEARD):  # no phone rang: it says nothing of them
                await give_back(call, callback.id, callback.tries)
            elif callback.tries >= TRIES:
                await stored(f"end of {callback.id}", house.directory.callbacks.let_go(callback.id))

    def _is_given_up(self, callback: Callback) -> bool:
        """A rule keeps it from being rung, as an operator has been told: no other is rung for it.

        So it is where rules have kept one operator after another from it until it had no try left.
        """
        if callback.tries > TRIES:
            return True
        if not callback.tries:
            return False
        decision = decide(facts_now(self._call_of_caller(callback), callback))
        return not decision.allowed and bool(decision.rules)

    def _may_have(self, callback: Callback, operator: Operator) -> bool:
        """An employee's mobile is rung back by nobody who may not ring it now (O2, M4).

        Where nobody ever may, whoever is free is told so: it does not stand in the queue for ever.
        """
        if self._house.directory.register.mobile(callback.number) is None:
            return True
        call = self._call(callback, operator)
        may_another = not may_none_have_a_mobile(call, callback.switchboard_id)
        is_kept_away = may_another and is_in_confidence(call, operator.person_id)
        return not (is_kept_away or protected_callers(call, call.caller))

    def _call(self, callback: Callback, operator: Operator) -> Call:
        """The call as if the operator had dialled the number."""
        register = self._house.directory.register
        phone = register.phone(operator.phone_id)
        switchboard = register.switchboard(callback.switchboard_id)
        extensions = register.extensions_of(TargetKind.PERSON, operator.person_id)
        account, extension = phone.account if phone else "", extensions[0].number if extensions else ""
        state = CallState(
            new_id("k"),
            "phone",
            callback.number,
            Leg(new_id("c", self._house.control.some_node()), account, operator.person_id, extension),
            organisation=switchboard.organisation_id if switchboard else None,
            confidential=callback.confidential,
            # From the beginning: whoever takes the call on as the operator has answered goes on with it.
            stage=to_json(_stage_of(callback)),
            stage_since=self._house.clock.now(),
        )
        call = Call(state, self._house)
        notice_confidential(call)
        return call

    def _call_of_caller(self, callback: Callback) -> Call:
        """The call in which whoever left the number is alone: it is not asked who they are, for they meet nobody."""
        house, switchboard = self._house, self._house.directory.register.switchboard(callback.switchboard_id)
        caller = Leg(
            new_id("c", house.control.some_node()),
            number=callback.number,
            kind=NumberKind.MOBILE,
            language=callback.language,
        )
        state = CallState(
            new_id("k"),
            "phone",
            callback.number,
            caller,
            organisation=switchboard.organisation_id if switchboard else None,
            confidential=callback.confidential,
            stage=to_json(GivenUp(callback.id)),
            stage_since=house.clock.now(),
        )
        return Call(state, house)

    async def _answer(self, call: Call, shown: Display, digits: str = "") -> Answer | None:
        """As `own_phone_answers`; None: it is not known."""
        call.keep()  # first: what is in the log is to have an end there, whenever we are killed
        call.tell(
            "opened",
            side=call.state.side,
            caller="" if digits else call.caller.number,
            caller_person=str(call.caller.person or ""),
            called=call.state.dialled,
            language=call.language_of(call.caller),
            organisation=str(call.state.organisation or ""),
            private=False,
        )
        try:
            return await own_phone_answers(call, shown, digits)
        except TelephonyError as error:
            log.warning("callbacks.not_rung", call=call.id, why=str(error))
            return None

    def _later(self, callback: Callback) -> None:
        again = timedelta(seconds=self._house.settings.callback_again)
        self._not_before[callback.id] = self._house.clock.now() + again

    def _due_at(self, callback: Callback) -> datetime:
        due = max(callback.due_at, self._not_before.get(callback.id, callback.due_at))
        now, again = self._house.clock.now(), timedelta(seconds=self._house.settings.callback_again)
        # Nobody is put off for longer: the clock has been put back since.
        return due if due <= now + again else now

    def _until_due(self) -> float | None:
        """Seconds until the next of them is due; None when nothing is to come by itself."""
        now = self._house.clock.now()
        coming = [
            due
            for one in self._house.directory.register.callbacks.rows
            if one.id not in self._under_way and (due := self._due_at(one)) > now
        ]
        return (min(coming) - now).total_seconds() if coming else None


def _stage_of(callback: Callback) -> RingingBack:
    return RingingBack(callback.id, callback.tries)
