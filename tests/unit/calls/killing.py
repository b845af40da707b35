"""A service that is killed (-9) and started again, on a switch whose calls live on.

Nothing of what its tasks would still do in their ``finally`` happens: the edges let nothing of a dead process pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from hanvisa.calls.call import Call
from hanvisa.calls.house import House
from hanvisa.calls.registry import Registry
from hanvisa.calls.signals import Reconnected
from hanvisa.calls.state import VARIABLE, CallState
from unit.calls.play import Play

EDGES = ("control", "directory", "messages", "own_sounds", "evidence", "log", "open_calls", "texts")
KEPT = (*EDGES, "voice", "clock", "plan", "settings")
DEAD_FOR = 1.0  # seconds


class _Mortal:
    """An edge of one process."""

    def __init__(self, edge: Any, goes_on: Callable[[], None]) -> None:
        self._edge = edge
        self._goes_on = goes_on

    def __getattr__(self, name: str) -> Any:
        self._goes_on()
        return getattr(self._edge, name)


def make_mortal(house: House, goes_on: Callable[[str], None]) -> None:
    """``goes_on`` is told each time of which edge something is wanted; where it raises nothing happens there."""
    for name in EDGES:
        edge = getattr(house, name)
        setattr(house, name, _Mortal(edge, partial(goes_on, name)) if edge is not None else None)


def with_nothing_in_memory(house: House) -> House:
    """The same world for a service that has just started."""
    edges = {name: getattr(house, name) for name in KEPT}
    given = {name: edge._edge if isinstance(edge, _Mortal) else edge for name, edge in edges.items()}
    return House(**given)


class Life:
    """That of the process which serves the play's calls; another follows it.

    It ends before it does something outside for the ``until``-th time. ``seen`` are the stages that calls were in each
    time, ``unnoted`` the uses of exceptions that were taken and not written down when it ended.
    """

    def __init__(self, play: Play, until: int | None = None) -> None:
        self._play = play
        self._until = until
        self._is_over = False
        self.seen: list[set[str]] = []
        self.unnoted = 0
        self.next: asyncio.Task[Life] | None = None
        make_mortal(play.scene.house, self.goes_on)

    def ends(self) -> None:
        self._is_over = True
        self.unnoted = sum(map(_unnoted, self._play.scene.house.live))
        self.next = asyncio.ensure_future(self._another())

    def goes_on(self, edge: str) -> None:
        """Raises CancelledError when it does not: whatever its tasks do, they have come no further."""
        if edge != "directory" and not self._is_over:
            self.seen.append({call.state.stage.get("name", "") for call in self._play.scene.house.live})
            if len(self.seen) == self._until:
                self.ends()
        if self._is_over:
            raise asyncio.CancelledError

    async def _another(self) -> Life:
        scene = self._play.scene
        await scene.__aexit__()
        await asyncio.sleep(DEAD_FOR)
        scene.house = with_nothing_in_memory(scene.house)
        scene.registry = Registry(scene.house)
        await scene.__aenter__()
        scene.tell(Reconnected())
        return Life(self._play)


def _unnoted(call: Call) -> int:
    written = call.house.control._edge.variables.get((call.caller.channel, VARIABLE))  # type: ignore[attr-defined]
    return len(call.state.uses) - len(CallState.from_json(written).uses if written else ())
