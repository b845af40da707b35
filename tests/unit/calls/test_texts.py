"""Key 5 of a referral: the direct number as a text message to the caller, with a switch that only remembers."""

from __future__ import annotations

from hanvisa.calls.state import CallState
from hanvisa.policy.texts import TextMessage
from hanvisa.testing import MemoryTexts
from unit.calls.scene import ANNA_DIRECT, Scene, id_of

MOBILE = "0701740690"
TEXT = TextMessage("+46701740690", "Direktnummer till Anna Berg, Hällefors kommun: 0980-31 92 01")


async def presses_5(scene: Scene, caller: str) -> None:
    """As soon as the referral is heard."""
    await scene.hears(caller, "Referral")
    scene.presses(caller, "5")
    await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
    scene.finished(caller)


def words_heard(scene: Scene) -> list[str]:
    return [data["words"] for data in scene.log.of_kind("heard")]


async def test_5_queues_the_direct_number_and_says_so_at_once() -> None:
    texts = MemoryTexts()
    async with Scene(texts=texts) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.hears(caller, "TextOnItsWay")
        assert list(texts.queued.values()) == [TEXT]
        offered, said = words_heard(scene)
        assert "<Offer.TEXT: '5'>" in offered
        assert "TextOnItsWay(queued=True)" in said
        told = [data for data in scene.log.of_kind("signal") if data["type"] == "texted"]
        assert [data["person"] for data in told] == [str(id_of("anna"))]
        assert TEXT.to not in str(told)


async def test_it_is_offered_once_for_a_person_and_5_does_nothing_then() -> None:
    texts = MemoryTexts()
    async with Scene(texts=texts) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.hears(caller, "TextOnItsWay")
        assert "<Offer.TEXT: '5'>" not in words_heard(scene)[-1]
        texts.queued.clear()
        scene.presses(caller, "5")
        await scene.until(lambda: len(scene.control.named("stop_playing")) == 2, "the speech stops")
        scene.finished(caller)
        await scene.until(lambda: len(words_heard(scene)) == 3, "the ways on")
        assert not texts.queued


async def test_who_takes_the_call_on_knows_that_it_was_sent() -> None:
    async with Scene(texts=MemoryTexts()) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.hears(caller, "TextOnItsWay")
        written = scene.control.variables[caller, "HANVISA_CALL"]
        assert CallState.from_json(written).texted == id_of("anna")


async def test_what_can_not_be_written_down_is_said_and_can_be_tried_again() -> None:
    texts = MemoryTexts(full=True)
    async with Scene(texts=texts) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.hears(caller, "TextOnItsWay")
        said = words_heard(scene)[-1]
        assert "TextOnItsWay(queued=False)" in said
        assert "<Offer.TEXT: '5'>" in said


async def test_without_a_gateway_5_is_no_way_on() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.until(lambda: len(words_heard(scene)) == 2, "the ways on again")
        assert "Offer.TEXT" not in "".join(words_heard(scene))


async def test_a_number_that_has_had_its_share_is_told_so_and_not_offered_another() -> None:
    texts = MemoryTexts(before={TEXT.to: 5})
    async with Scene(texts=texts) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in(ANNA_DIRECT, MOBILE)
        await presses_5(scene, caller)
        await scene.hears(caller, "NoMoreTexts")
        assert "<Offer.TEXT: '5'>" not in words_heard(scene)[-1]
        assert not texts.queued
        [refused] = [told for told in scene.log.of_kind("decision") if told["decision"] == "TextFacts"]
        assert refused["effect"] == "refuse"
