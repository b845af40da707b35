"""A phone's own redirect (302): to where phones may be forwarded, to a mobile only while a forwarding there holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.house import CallSettings
from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import Extension, Forwarding, ForwardingKind, Organisation, Phone, TargetKind
from hanvisa.policy.offers import Offer
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, NOW, Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import ANOTHER_MOBILE, marked, was_rung

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


@pytest.mark.parametrize(
    ("cause", "kind"), [(17, ForwardingKind.BUSY), (19, ForwardingKind.NO_ANSWER)], ids=["busy", "no answer"]
)
async def test_a_mobile_that_a_forwarding_leads_to_as_well_is_rung_once_and_by_one_use(
    cause: int, kind: ForwardingKind
) -> None:
    async with Scene(PATIENT) as scene:
        exception = scene.given_exception(max_uses=2)
        caller, olle = await operator_has_caller(scene)
        scene.directory.register = scene.directory.register.replace(
            forwardings=(replace(FORWARDING, kind=kind),)
        )
        scene.refers(olle, "201")
        scene.tell(Redirected(await scene.rung("anna"), DIGITS))
        scene.hangs_up(await scene.rung(DIGITS), cause)
        await scene.hears(caller, "OfferToWait" if cause == 17 else "Referral")
        assert was_rung(scene, DIGITS) == 1
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [exception.uses + 1]


async def test_nor_is_one_rung_anew_to_which_the_phone_is_always_forwarded() -> None:
    async with Scene(PATIENT) as scene:
        kinds = (ForwardingKind.ALWAYS, ForwardingKind.NO_ANSWER)
        scene.directory.register = scene.directory.register.replace(
            forwardings=[replace(FORWARDING, id=id_of(kind), kind=kind) for kind in kinds]
        )
        caller = scene.rings_in(ANNA_DIRECT)
        scene.hangs_up(await scene.rung(DIGITS), 19)
        await scene.hears(caller, "Referral")
        assert was_rung(scene, DIGITS) == 1


async def test_another_mobile_is_rung_after_it() -> None:
    async with Scene(PATIENT) as scene:
        caller = await is_redirected(scene, DIGITS, FORWARDING)
        another = replace(FORWARDING, id=id_of("f"), target=ANOTHER_MOBILE, kind=ForwardingKind.NO_ANSWER)
        scene.directory.register = scene.directory.register.replace(forwardings=(FORWARDING, another))
        scene.hangs_up(await scene.rung(DIGITS), 19)
        mobile = await scene.rung(ANOTHER_MOBILE)
        scene.answers(mobile)
        await scene.talking(caller, mobile)


async def test_of_one_that_has_answered_in_a_call_that_was_marked_it_is_asked_anew_and_nobody_is_busy() -> (
    None
):
    """M4, as where they are forwarded there (tests/unit/calls/test_not_put_through.py)."""
    async with Scene(PATIENT) as scene:
        scene.given_exception()
        caller, olle = await operator_has_caller(scene)
        scene.directory.register = scene.directory.register.replace(forwardings=(FORWARDING,))
        scene.refers(olle, "201")
        scene.tell(Redirected(await scene.rung("anna"), DIGITS))
        mobile = await scene.rung(DIGITS)
        await marked(scene, caller)
        scene.answers(mobile)
        await scene.hears(caller, "Referral")
        assert (decided(scene)["effect"], decided(scene)["rules"]) == ("refuse", ["M4"])
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_answer"
        assert was_rung(scene, DIGITS) == 1


def given_nora(scene: Scene) -> None:
    """Bo (202) and Eva (200) are Nora's, another organisation's. Bo stands in for Anna, who is absent."""
    scene.given_absent("anna")
    register = scene.directory.register
    nora, bo, eva = id_of("nora"), id_of("bo"), id_of("eva")
    persons = [replace(one, organisation_id=nora) if one.id == bo else one for one in register.persons.rows]
    scene.directory.register = register.replace(
        organisations=(*register.organisations.rows, Organisation(nora, "Nora", prefix="7")),
        persons=(*persons, replace(persons[0], id=eva, given_name="Eva", organisation_id=nora)),
        phones=(*register.phones.rows, Phone(id_of("phone eva"), "eva", nora, eva)),
        extensions=(
            *(one for one in register.extensions.rows if one.target_id != bo),
            Extension("202", nora, TargetKind.PERSON, bo),
            Extension("200", nora, TargetKind.PERSON, eva),
        ),
        absences=[replace(one, substitute_id=bo) for one in register.absences.rows],
    )


async def test_it_is_read_where_the_person_is_whose_phone_it_is() -> None:
    """In Nora 200 is Eva; in Hällefors, where the call came in, it is Olle."""
    async with Scene(PATIENT) as scene:
        given_nora(scene)
        caller = scene.rings_in(ANNA_DIRECT)
        await scene.hears(caller, "Referral")
        scene.presses(caller, Offer.INSTEAD.value)
        await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
        scene.finished(caller)
        scene.tell(Redirected(await scene.rung("bo"), "200"))
        await scene.until(lambda: scene.control.named("create")[1:], "somebody is rung")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/bo", "PJSIP/eva"]
