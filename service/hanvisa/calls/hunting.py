"""Ringing the members of a department or a group: all at once, or in turn. Who is on the line is passed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hanvisa.calls.prompts import Why
from hanvisa.calls.ringing import Display, Place, Rung, ring
from hanvisa.policy.facts import Ringing

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


async def ring_members(
    call: Call, members: Iterable[Sequence[Place]], ringing: Ringing, display: Display
) -> Rung:
    """Ring the members, each given by their places; raises CallerGone when the caller gives up.

    What was refused is of all of them, in turn or not.
    """
    rung = Rung(why=Why.BUSY)  # until one is rung
    if ringing is Ringing.TOGETHER:
        free = [member for member in members if not is_busy(call, member)]
        places = [place for member in free for place in member]
        return await ring(call, places, call.house.settings.ring_person, display) if free else rung
    for member in members:
        if is_busy(call, member):
            continue
        rung = (await ring(call, member, call.house.settings.ring_in_turn, display)).after(rung)
        if rung.leg is not None:
            break
    return rung


def is_busy(call: Call, member: Sequence[Place]) -> bool:
    """Whoever has these places is on the line, on a phone of theirs."""
    return any(place.person and call.house.live.is_on_the_line(place.person) for place in member)
