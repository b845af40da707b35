"""112 is never timed: it rings for as long as the caller waits."""

from __future__ import annotations

import asyncio

import pytest

from unit.calls.scene import Scene
from unit.calls.test_calls import operator_has_caller

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
