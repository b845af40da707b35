"""An exception that was made on the spot counts for its own call's caller, however they are put through."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hanvisa.policy.facts import PolicyException, ScopeKind
from unit.calls.scene import ANNA_MOBILE, NOW, Scene, id_of
from unit.calls.test_calls import operator_has_caller

MOBILE = "0701740605"


def given_on_the_spot(scene: Scene, call: str) -> None:
    exception = PolicyException(
        id_of("on the spot"),
        ScopeKind.NUMBER,
        "Läckan måste stoppas nu",
        "olle",
        NOW - timedelta(minutes=1),
        NOW + timedelta(minutes=59),
        number=ANNA_MOBILE,
        operators=frozenset({id_of("olle")}),
        max_uses=1,
        call=call,
    )
    scene.directory.register = scene.directory.register.replace(exceptions=(exception,))


def call_of(scene: Scene, channel: str) -> str:
    call = scene.house.live.of_channel(channel)
    assert call is not None
    return call.id


async def test_a_blind_transfer_in_its_call() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        given_on_the_spot(scene, call_of(scene, caller))
        scene.refers(olle, MOBILE)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.talking(caller, mobile)


async def test_in_another_call_it_lets_nothing_through() -> None:
    async with Scene() as scene:
        _, olle = await operator_has_caller(scene)
        given_on_the_spot(scene, "hv-k-another")
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")


@pytest.mark.parametrize("refers_in", ["the caller's call", "the consultation"])
async def test_the_caller_is_announced_first_and_joined_for_one_use(refers_in: str) -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        given_on_the_spot(scene, call_of(scene, caller))
        consultation = scene.dials("olle", MOBILE)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.talking(consultation, mobile)
        if refers_in == "the consultation":
            scene.refers(consultation, "200", other=olle)
            joined = caller
        else:
            scene.refers(olle, MOBILE, other=consultation)
            joined = mobile
        await scene.until(
            lambda: joined in [channel for _, channel in scene.control.named("add_to_bridge")],
            "they are joined",
        )
        [exception] = scene.directory.register.exceptions.rows
        assert exception.uses == 1


async def test_with_another_caller_on_the_line_the_mobile_is_not_rung() -> None:
    async with Scene() as scene:
        await operator_has_caller(scene)
        given_on_the_spot(scene, "hv-k-another")
        consultation = scene.dials("olle", MOBILE)
        await scene.hears(consultation, "DialRefused")
