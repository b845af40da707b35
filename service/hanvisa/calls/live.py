"""The calls that are up now, found by channel and by person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg


class LiveCalls:
    def __init__(self) -> None:
        self._by_channel: dict[str, Call] = {}
        self._channels: dict[Call, set[str]] = {}  # the same the other way round
        self._in_fallback: frozenset[Leg] = frozenset()
        self._callbacks: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._channels))

    def of_channel(self, channel: str) -> Call | None:
        return self._by_channel.get(channel)

    def bind(self, channel: str, call: Call) -> None:
        """From now on the channel's signals go to this call."""
        if self._by_channel.get(channel) is not call:
            self._unbind(channel)
            self._by_channel[channel] = call
            self._channels.setdefault(call, set()).add(channel)
        self.stirred()

    def channels_of(self, call: Call) -> set[str]:
        return set(self._channels.get(call, ()))

    def release(self, channel: str) -> None:
        self._unbind(channel)
        self.stirred()

    def release_all(self, call: Call) -> None:
        for channel in self.channels_of(call):
            self._unbind(channel)
        self.stirred()

    def _unbind(self, channel: str) -> None:
        call = self._by_channel.pop(channel, None)
        if call is None:
            return
        channels = self._channels[call]
        channels.remove(channel)
        if not channels:
            del self._channels[call]

    def on_stir(self, callback: Callable[[], None]) -> None:
        """Call back when something in a call has changed. It must not wait."""
        self._callbacks.append(callback)

    def stirred(self) -> None:
        for callback in self._callbacks:
            callback()

    def at_phone(self, account: str) -> Iterator[Call]:
        """The calls in which this phone is one of the two parties."""
        return (
            call for call in self if any(leg and leg.account == account for leg in (call.caller, call.other))
        )

    # what the fallback has

    def tell_in_fallback(self, legs: Iterable[Leg]) -> bool:
        """The phones that are in calls of which only the dialplan knows; whether that is news."""
        before, self._in_fallback = self._in_fallback, frozenset(legs)
        if self._in_fallback == before:
            return False
        self.stirred()
        return True

    def is_in_fallback(self, end: Leg) -> bool:
        """This phone, or another of the same person's, is."""
        return any(_is_same(one, end) for one in self._in_fallback)

    # what a person's phones do

    def engaged(self) -> frozenset[UUID]:
        """All whose phones are in a call or ring."""
        known = (leg for call in self for leg in _legs(call) if leg.account)
        return frozenset(leg.person for leg in (*known, *self._in_fallback) if leg.person)

    def is_engaged(self, person: UUID) -> bool:
        """One of the person's phones is in a call or rings."""
        return any(self.legs_of(person)) or any(leg.person == person for leg in self._in_fallback)

    def is_on_the_line(self, person: UUID) -> bool:
        """One of the person's phones is in a call; one that only rings is not."""
        return any(leg in (call.caller, call.other) for call, leg in self.legs_of(person))

    def legs_of(self, person: UUID) -> Iterator[tuple[Call, Leg]]:
        """The person's legs (their phones', not their mobiles') with the call of each."""
        for call in self:
            for leg in _legs(call):
                if leg.person == person and leg.account:
                    yield call, leg

    # what whoever is at the end of a leg has on other lines

    def callers_beside(self, end: Leg, besides: Call) -> list[Call]:
        """The calls in which they have someone on the line: talking, held, parked, promised to them, or rung."""
        on_line = [
            call
            for call, leg in self._beside(end, besides)
            if leg == call.promised
            or (call.other and leg in (call.caller, call.other))
            or ((call.rung or call.promised) and leg == call.caller)
        ]
        parked = [
            call for call in self if end.person and call.parked_for and call.state.touched_by == end.person
        ]
        return on_line + [call for call in parked if call is not besides]

    def has_mobile_beside(self, end: Leg, besides: Call) -> bool:
        """Whoever is in a call of the fallback may have one there."""
        return any(self.mobiles_beside(end, besides)) or self.is_in_fallback(end)

    def mobiles_beside(self, end: Leg, besides: Call) -> Iterator[tuple[Call, Leg]]:
        """The mobiles with which they talk, or which ring for them, with the call of each."""
        for call, leg in self._beside(end, besides):
            for party in _legs(call):
                if party is not leg and party.kind.may_be_mobile:
                    yield call, party

    def _beside(self, end: Leg, besides: Call) -> Iterator[tuple[Call, Leg]]:
        """Their legs in other calls: those of the same phone, which may be nobody's, and of all their phones."""
        for call in self:
            for leg in _legs(call) if call is not besides else ():
                if _is_same(leg, end):
                    yield call, leg


def _is_same(leg: Leg, end: Leg) -> bool:
    """It is the same phone, which may be nobody's, or one of the same person's."""
    is_theirs = end.person is not None and leg.person == end.person
    return bool(leg.account) and (is_theirs or leg.account == end.account)


def _legs(call: Call) -> Iterator[Leg]:
    """The two parties, what rings, and what has answered and is not joined yet."""
    return (leg for leg in (call.caller, call.other, call.promised, *call.rung.values()) if leg)
