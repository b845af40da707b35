"""Who waits at the switchboards, and which operator is next. No commands here."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from hanvisa.policy.facts import Operator, OperatorState
from hanvisa.policy.waiting import AnswerTime

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


AT_THE_HEAD = datetime.min.replace(tzinfo=UTC)  # of a queue: they have waited already
LATELY = 10  # callers
LEFT_ALONE = 10.0  # seconds: an operator who did not answer


class Waiter(Protocol):
    """Who may stand in a queue: a call, or the place of a caller who has left a number."""

    def wake(self) -> None:
        """Something has changed."""
        ...


def anybody(_: Operator) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """One who waits, since when, and which operators they may have."""

    since: datetime
    waiter: Waiter
    may_have: Callable[[Operator], bool] = anybody


@dataclass
class Queue:
    """Those who wait at one switchboard, in the order in which they came, and how long others have waited lately."""

    waiting: list[Entry] = field(default_factory=list)
    answered: deque[AnswerTime] = field(default_factory=lambda: deque(maxlen=LATELY))

    def join(self, waiter: Waiter, since: datetime, may_have: Callable[[Operator], bool] = anybody) -> None:
        self.waiting.append(Entry(since, waiter, may_have))
        self.waiting.sort(key=lambda one: one.since)

    def leave(self, waiter: Waiter) -> None:
        self.waiting = [one for one in self.waiting if one.waiter is not waiter]

    def place(self, waiter: Waiter) -> int:
        """0 for the one who is next."""
        return [one.waiter for one in self.waiting].index(waiter)

    def is_turn(self, waiter: Waiter, operator: Operator) -> bool:
        """Nobody who came before could have this operator."""
        return not any(one.may_have(operator) for one in self.waiting[: self.place(waiter)])


@dataclass
class Queues:
    """All switchboards' queues, and what is known of the operators besides their state.

    For ``wrap_up`` seconds after a call an operator is offered nobody.
    """

    wrap_up: float = 0.0

    _callbacks: list[Callable[[], None]] = field(default_factory=list)
    _queues: dict[UUID, Queue] = field(default_factory=dict)
    _idle_since: dict[UUID, datetime] = field(default_factory=dict)
    _call_ended: dict[UUID, datetime] = field(default_factory=dict)
    _offered: set[UUID] = field(default_factory=set)
    _missed: dict[UUID, datetime] = field(default_factory=dict)
    unanswered: set[UUID] = field(default_factory=set)  # operators paused for it, who have not been told yet
    woken: asyncio.Event = field(default_factory=asyncio.Event)  # set at the next wake, when another follows

    def at(self, switchboard: UUID) -> Queue:
        return self._queues.setdefault(switchboard, Queue())

    def all_waiting(self) -> Iterable[Waiter]:
        return [one.waiter for queue in self._queues.values() for one in queue.waiting]

    def wake(self) -> None:
        """Let everybody who waits look again: an operator is free, or the queue has moved. 112 goes before callers."""
        woken, self.woken = self.woken, asyncio.Event()
        woken.set()
        for waiter in self.all_waiting():
            waiter.wake()
        for callback in self._callbacks:
            callback()

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Call back when an operator may be free who was not. It must not wait."""
        self._callbacks.append(callback)

    def next_operator(
        self,
        operators: Iterable[Operator],
        is_engaged: Callable[[UUID], bool],
        now: datetime,
        may_have: Callable[[Operator], bool] = anybody,
    ) -> Operator | None:
        """Of those whom one may have, the open operator who has been idle longest. Taken with :meth:`offer`."""
        free = [
            operator
            for operator in operators
            if self.is_free(operator, is_engaged, now)
            and not self.wraps_up(operator.person_id, now)
            and may_have(operator)
        ]
        return min(free, key=self._idle_from, default=None)

    def is_free(self, operator: Operator, is_engaged: Callable[[UUID], bool], now: datetime) -> bool:
        """Open, in no call, and not being offered another caller."""
        return (
            operator.state is OperatorState.OPEN
            and operator.person_id not in self._offered
            and not self._is_left_alone(operator, now)
            and not is_engaged(operator.person_id)
        )

    def _idle_from(self, operator: Operator) -> datetime:
        """Whoever was paused or closed is idle from when they opened, however long ago their last call was."""
        return max(operator.since, self._idle_since.get(operator.person_id, operator.since))

    def _is_left_alone(self, operator: Operator, now: datetime) -> bool:
        """Whoever did not answer is open still only where the pause could not be stored, or when they open again."""
        missed = self._missed.get(operator.person_id)
        return (
            missed is not None
            and operator.since < missed
            and _is_within(missed, timedelta(seconds=LEFT_ALONE), now)
        )

    def wraps_up(self, person: UUID, now: datetime) -> bool:
        ended = self._call_ended.get(person)
        return ended is not None and _is_within(ended, timedelta(seconds=self.wrap_up), now)

    def wrapping_up(self, now: datetime) -> frozenset[UUID]:
        """All of them; whose time is over is forgotten: everybody's calls end, and this is asked often."""
        self._call_ended = {
            person: ended for person, ended in self._call_ended.items() if self.wraps_up(person, now)
        }
        return frozenset(self._call_ended)

    def missed(self, person: UUID, at: datetime) -> None:
        """The operator has not answered."""
        self.unanswered.add(person)
        self.left_alone(person, at)

    def left_alone(self, person: UUID, at: datetime) -> None:
        """The operator is offered nobody for a while."""
        self._missed[person] = at
        asyncio.get_running_loop().call_later(LEFT_ALONE, self.wake)

    def offer(self, operator: Operator) -> None:
        """The operator is being offered a caller and gets no other meanwhile."""
        self._offered.add(operator.person_id)
        self.unanswered.discard(operator.person_id)

    def offered(self, operator: Operator, at: datetime) -> None:
        """The offer, and the call that came of it, have begun or ended: idle from now."""
        self._offered.discard(operator.person_id)
        self._idle_since[operator.person_id] = at

    def freed(self, call: Call, at: datetime) -> None:
        """The call has ended: whoever was in it is idle from now."""
        for leg in (call.caller, call.other):
            if leg is not None and leg.person is not None:
                self.left(leg.person, at)
        self.wake()

    def left(self, person: UUID, at: datetime) -> None:
        """The person is in a call no more, whoever goes on with it."""
        self._idle_since[person] = self._call_ended[person] = at
        if self.wrap_up:
            asyncio.get_running_loop().call_later(self.wrap_up, self.wake)


def _is_within(since: datetime, time: timedelta, now: datetime) -> bool:
    """Not either where the clock has been put back since: nobody is kept until it has caught up."""
    return since <= now < since + time
