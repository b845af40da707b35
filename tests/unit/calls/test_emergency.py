"""112 is never timed: it rings for as long as the caller waits, once it is dialled."""

from __future__ import annotations

import asyncio

import pytest

from hanvisa.calls.registry import RUNG
from hanvisa.calls.signals import Channel, Entered
from hanvisa.calls.stages import outgoing
from hanvisa.policy.facts import Extension, TargetKind
from hanvisa.policy.numbers import NumberPlan
from unit.calls.scene import Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.undialled import NotDialling

LONG = 600.0  # seconds; far beyond what any other number rings


async def test_it_rings_for_a_caller_who_is_put_through_until_it_is_answered() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "112")
        leg = await scene.rung("112")
        await asyncio.sleep(LONG)
        scene.answers(leg)
        await scene.talking(caller, leg)


@pytest.mark.parametrize("dialled", ["*9*112", "+112"])
async def test_it_rings_so_too_for_who_dials_it_in_a_spelling_that_only_the_service_reads(
    dialled: str,
) -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", dialled)
        leg = await scene.rung("112")
        await asyncio.sleep(LONG)
        scene.answers(leg)
        await scene.talking(anna, leg)


async def is_made(scene: Scene) -> str:
    """The leg to the carrier."""
    made: list[str] = []

    def found() -> list[str]:
        made[:] = [leg for leg, dial, *_ in scene.control.named("create") if dial.endswith("@carrier")]
        return made

    await scene.until(found, "a leg is made")
    return made[0]


@pytest.mark.parametrize("number", ["112", "0980319244"])
async def test_who_dials_a_number_that_asterisk_does_not_dial_hears_so_at_once(
    monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(outgoing, "RING_OUTSIDE", LONG)
    async with Scene(control=NotDialling()) as scene:
        anna = scene.dials("anna", number)
        leg = await is_made(scene)
        began = asyncio.get_running_loop().time()
        scene.tell(Entered(Channel(leg, "x", ""), (RUNG,)))
        await scene.hears(anna, "OutsideFailed")
        assert asyncio.get_running_loop().time() - began < LONG
        assert (leg, "normal") in scene.control.named("hang_up")
        assert scene.house.live.of_channel(leg) is None


async def test_112_that_rings_rings_on_though_every_answer_was_lost() -> None:
    async with Scene(control=NotDialling(rings=True)) as scene:
        anna = scene.dials("anna", "112")
        leg = await scene.rung("112")
        await asyncio.sleep(LONG)
        scene.answers(leg)
        await scene.talking(anna, leg)


async def test_112_whose_leg_never_comes_is_told_to_have_failed() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "112")
        await is_made(scene)
        await asyncio.sleep(LONG)
        await scene.hears(anna, "OutsideFailed")


async def test_an_extension_that_is_called_as_the_outside_line_prefix_and_112_is_112() -> None:
    """As in the dialplan (docs/adr/0147)."""
    async with Scene() as scene:
        scene.house.plan = NumberPlan("9")
        register = scene.directory.register
        called = Extension("9112", id_of("hallefors"), TargetKind.PERSON, id_of("bo"))
        scene.directory.register = register.replace(extensions=(*register.extensions.rows, called))
        scene.dials("anna", "9112")
        await scene.rung("112")
