"""Whether whoever rings in is attended to, as a search looks on (test_search.py)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from hanvisa.calls.call import Call
from unit.calls.scene import Scene
from unit.calls.witness import Watched, Witness


def dropped(scene: Scene, switch: Watched, witness: Witness) -> list[str]:
    """Who has rung in from outside and was hung up without a word, unless somebody has taken their place."""
    replaced = {party.in_place_of for party in witness.parties.values()}
    from_outside = {channel for channel, came in scene.came.items() if came.account == "carrier"}
    return sorted(from_outside - switch.alive - switch.left - switch.served - replaced)


def waiting_for_nothing(scene: Scene) -> set[tuple[str, UUID]]:
    """The calls in which somebody waits whose turn it is, each with the operator who is free for them."""
    return {
        (call.id, operator)
        for switchboard in scene.directory.register.switchboards.rows
        for call, operator in _free_for(scene, switchboard.id)
    }


def _free_for(scene: Scene, switchboard: UUID) -> Iterator[tuple[Call, UUID]]:
    house = scene.house
    queue, operators = house.queues.at(switchboard), house.directory.register.operators_of(switchboard)
    for one in queue.waiting:
        free = house.queues.next_operator(operators, house.live.is_engaged, house.clock.now(), one.may_have)
        if isinstance(one.waiter, Call) and free is not None and queue.is_turn(one.waiter, free):
            yield one.waiter, free.person_id
