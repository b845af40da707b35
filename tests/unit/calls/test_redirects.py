"""A phone's own redirect (302): to where phones may be forwarded, to a mobile only while a forwarding there holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import Forwarding, ForwardingKind
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, NOW, Scene, id_of
from unit.calls.test_no_way_around import ANOTHER_MOBILE, was_rung

DIGITS = "0701740605"
PATIENT = CallSettings(ring_person=2.0, key_wait=0.05)
FORWARDING = Forwarding(
    id_of("forwarding"),
    id_of("anna"),
    DIGITS,
    NOW - timedelta(hours=1),
    NOW + timedelta(hours=1),
    ForwardingKind.BUSY,
)


async def is_redirected(scene: Scene, to: str, forwarding: Forwarding | None = None) -> str:
    """Anna's phone answers a citizen's call with a redirect: the caller's channel."""
    caller = scene.rings_in(ANNA_DIRECT)
    anna = await scene.rung("anna")
    if forwarding is not None:
        scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))
    scene.tell(Redirected(anna, to))
    return caller


def decided(scene: Scene) -> dict[str, Any]:
    decisions = [one for one in scene.log.of_kind("decision") if one["decision"] == "JoinFacts"]
    return [one for one in decisions if one["facts"]["via"] == "redirect"][-1]


async def test_what_is_set_in_the_phone_alone_is_not_followed_and_the_caller_is_referred() -> None:
    async with Scene(PATIENT) as scene:
        caller = await is_redirected(scene, DIGITS)
        await scene.hears(caller, "Referral")
        assert not was_rung(scene, DIGITS)
        assert (decided(scene)["effect"], decided(scene)["rules"]) == ("refuse", ["M3"])
        assert "Set one by code or on My page" in decided(scene)["because"]["en"]


@pytest.mark.parametrize("spelling", [DIGITS, ANNA_MOBILE], ids=["as it is forwarded", "in another spelling"])
async def test_it_is_followed_while_the_phone_is_forwarded_there_in_whatever_case(spelling: str) -> None:
    async with Scene(PATIENT) as scene:
        caller = await is_redirected(scene, spelling, FORWARDING)
        mobile = await scene.rung(DIGITS)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert (decided(scene)["effect"], decided(scene)["rules"]) == ("allow", ["M3"])


@pytest.mark.parametrize(
    "forwarding",
    [
        replace(FORWARDING, ends_at=NOW),
        replace(FORWARDING, target=ANOTHER_MOBILE),
        replace(FORWARDING, person_id=id_of("bo")),
    ],
    ids=["over", "to another number", "a colleague's"],
)
async def test_no_other_forwarding_lets_it_be_followed(forwarding: Forwarding) -> None:
    async with Scene(PATIENT) as scene:
        caller = await is_redirected(scene, DIGITS, forwarding)
        await scene.hears(caller, "Referral")
        assert not was_rung(scene, DIGITS)
        assert decided(scene)["rules"] == ["M3"]


@pytest.mark.parametrize("to", ["112", "0112", "1177", "1"])
async def test_a_redirect_to_where_no_phone_may_be_forwarded_is_not_followed(to: str) -> None:
    async with Scene(PATIENT) as scene:
        caller = await is_redirected(scene, to)
        await scene.until(
            lambda: scene.control.named("play") or len(scene.control.named("create")) > 1,
            "a referral, or a leg",
        )
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/anna"]
        await scene.hears(caller, "Referral")
        assert scene.log.of_kind("signal")[-1]["type"] == "redirect_refused"
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_answer"
