"""Protected numbers in what is heard (M1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.calls.scene import ANNA_MOBILE, Scene, id_of
from unit.calls.test_messages import CHOICES, choose, given_message, is_told


@pytest.mark.parametrize("written", [False, True])
async def test_who_left_a_message_is_said_as_withheld_but_where_somebody_wrote_it(written: bool) -> None:
    """And 5 rings it all the same."""
    async with Scene() as scene:
        register = scene.directory.register
        persons = [replace(one, protected=one.id == id_of("anna")) for one in register.persons.rows]
        scene.directory.register = register.replace(persons=persons)
        given_message(scene, "one", caller=ANNA_MOBILE, written=written)
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/sounds/MessageFrom", "/messages/one", CHOICES)
        [said] = [one["words"] for one in scene.log.of_kind("heard") if "MessageFrom" in one["words"]]
        assert ("number=''" in said) is not written
        assert (ANNA_MOBILE in said) is written
        await choose(scene, bo, "5")
        await scene.rung("0701740605")
