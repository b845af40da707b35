"""Whatever an operator sees of calls and phones stirs when it changes, so that the consoles look again."""

from __future__ import annotations

from uuid import UUID

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import LiveCall, Wish
from hanvisa.calls.signals import Held, Unheld
from unit.calls.scene import Scene, id_of
from unit.calls.test_calls import operator_has_caller


class Watcher:
    """Looks when something stirs, and never else."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._look()
        scene.house.live.on_stir(self._look)

    def _look(self) -> None:
        house = self._scene.house
        self.seen: tuple[tuple[LiveCall, ...], frozenset[UUID]] = Desk(house).calls(), house.live.engaged()

    def knows(self) -> bool:
        house = self._scene.house
        return self.seen == (Desk(house).calls(), house.live.engaged())


async def test_a_console_that_looks_when_something_stirs_knows_all_of_a_calls_way() -> None:
    async with Scene() as scene:
        watcher = Watcher(scene)
        caller, olle = await operator_has_caller(scene)
        assert watcher.knows()
        assert watcher.seen[1] == {id_of("olle")}
        [call] = watcher.seen[0]

        scene.tell(Held(olle))
        await scene.until(lambda: watcher.seen[0][0].held, "held by the phone")
        scene.tell(Unheld(olle))
        await scene.until(lambda: not watcher.seen[0][0].held, "retrieved by the phone")

        await Desk(scene.house).ask(call.id, Wish.CONFIDENTIAL, id_of("olle"))
        assert watcher.seen[0][0].confidential

        await Desk(scene.house).ask(call.id, Wish.TRANSFER, id_of("olle"), to="202")
        bo = await scene.rung("bo")
        assert watcher.knows()
        assert watcher.seen[1] == {id_of("bo")}
        scene.answers(bo)
        await scene.talking(caller, bo)
        scene.hangs_up(caller)
        await scene.over(caller)
        assert watcher.knows()
        assert watcher.seen == ((), frozenset())
