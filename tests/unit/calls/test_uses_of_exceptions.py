"""Exceptions' uses (O2): one lets one mobile be joined once, and none is taken for what is refused anyway."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.signals import Channel, Entered
from hanvisa.errors import Unavailable
from hanvisa.policy.facts import Mobile, PolicyException, ScopeKind
from hanvisa.testing import FakeCallControl
from unit.calls.scene import ANNA_MOBILE, Scene, id_of
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import (
    MOBILE,
    PATIENT,
    given_confidential,
    given_forwarded,
    marked,
    talks,
    was_rung,
)

BOS_MOBILE = "+46701740606"
ON_ITS_WAY = 0.05  # seconds, each way between the service and the database


async def test_one_use_lets_one_mobile_after_the_other_into_no_place() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        caller, olle = await operator_has_caller(scene)
        scene.tell(Entered(Channel("first", "carrier", MOBILE), (), Channel(olle, "olle", "")))
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "the mobile is there")
        scene.tell(Entered(Channel("second", "carrier", MOBILE), (), Channel("first", "", MOBILE)))
        await scene.until(
            lambda: ("second", "normal") in scene.control.named("hang_up"), "the second is put out"
        )
        assert (caller, "normal") not in scene.control.named("hang_up")
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]


async def test_an_attended_transfer_from_the_consultation_takes_no_second_use() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        _, olle = await operator_has_caller(scene)
        consult, _mobile = await talks(scene, "olle", MOBILE)
        scene.refers(consult, "", other=olle)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(consult, "channel_answered")]
        await scene.over(consult)
        call = scene.house.live.of_channel(_mobile)
        assert call is not None
        assert call.state.exception is None, "nor does it let another be joined"


async def test_a_mobile_that_goes_takes_along_what_let_it_be_reached() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        await operator_has_caller(scene)
        consult, mobile = await talks(scene, "olle", MOBILE)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(mobile, "", MOBILE)))
        await scene.until(lambda: (mobile, "normal") in scene.control.named("hang_up"), "Bo is there")
        call = scene.house.live.of_channel(consult)
        assert call is not None
        assert call.state.exception is None


@pytest.mark.parametrize(("target", "rules"), [("00447700900123", ()), ("0701740605", ("M4",))])
async def test_what_is_refused_anyway_takes_no_use(target: str, rules: tuple[str, ...]) -> None:
    async with Scene() as scene:
        scene.given_exception(scope=ScopeKind.EVERYONE, scope_id=None, max_uses=1)
        caller, olle = await operator_has_caller(scene)
        if rules:
            await marked(scene, caller)
        scene.refers(olle, target)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]
        assert scene.log.of_kind("outcome")[-1]["rules"] == rules
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [0]


async def test_one_step_takes_one_use_for_one_mobile() -> None:
    """Whoever takes the operator's place is outside, and meets the mobile there."""
    async with Scene() as scene:
        scene.given_exception(max_uses=3)
        await operator_has_caller(scene)
        consult, _ = await talks(scene, "olle", MOBILE)
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]
        scene.tell(Entered(Channel("outside", "carrier", "0980319260"), (), Channel(consult, "olle", "")))
        await scene.until(lambda: (consult, "normal") in scene.control.named("hang_up"), "they are there")
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [2]


async def test_a_transfer_onto_the_ringing_mobile_takes_no_second_use() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=1)
        _, olle = await operator_has_caller(scene)
        consult = scene.dials("olle", MOBILE)
        await scene.rung(MOBILE)
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]
        scene.refers(olle, "", other=consult)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_answered")]
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]


@pytest.mark.parametrize("taken", [0, 1], ids=["not taken yet", "taken, and the answer is on its way"])
async def test_a_transfer_onto_a_mobile_whose_use_is_being_counted_takes_no_second_one(taken: int) -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=2)
        caller, olle = await operator_has_caller(scene)
        scene.directory.latency = lambda: ON_ITS_WAY
        consult = scene.dials("olle", MOBILE)
        await scene.until(lambda: scene.house.live.of_channel(consult), "Olle rings the mobile")
        await scene.until(lambda: uses(scene) == [taken], "it has come so far")
        await _come_together(scene, caller, olle, consult)


async def test_a_transfer_onto_a_mobile_for_which_nothing_is_counted_yet_takes_no_second_use() -> None:
    """The operator's phone has dialled it, and Asterisk is still asked what else that phone has on its lines."""
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=2)
        caller, olle = await operator_has_caller(scene)
        scene.directory.latency = scene.control.latency = lambda: ON_ITS_WAY
        consult = scene.dials("olle", MOBILE)
        await _come_together(scene, caller, olle, consult)


async def test_the_last_use_that_is_being_counted_is_the_callers_who_is_sent_there() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle, consult = await is_ringing_the_mobile(scene)
        await _come_together(scene, caller, olle, consult)


async def test_a_phone_that_hangs_up_what_it_rang_as_it_sends_the_caller_there_spends_one_use() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle, consult = await is_ringing_the_mobile(scene)
        scene.refers(olle, "", other=consult)
        scene.hangs_up(consult)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert uses(scene) == [1]


async def test_a_caller_who_hangs_up_while_the_operators_use_is_counted_is_sent_nowhere() -> None:
    """The operator rings the mobile, as before."""
    async with Scene(PATIENT) as scene:
        caller, olle, consult = await is_ringing_the_mobile(scene)
        scene.refers(olle, "", other=consult)
        scene.hangs_up(caller)
        await scene.over(caller)
        assert scene.control.named("tell_transferor") == [(olle, "channel_unavailable")]
        scene.answers(await scene.rung(MOBILE))
        assert scene.house.live.of_channel(consult)
        assert uses(scene) == [1]


@pytest.mark.parametrize(
    ("most", "told"),
    [(1, ["channel_answered", "channel_declined"]), (2, ["channel_answered", "channel_answered"])],
)
async def test_of_two_who_are_sent_onto_one_ringing_mobile_the_second_takes_a_use_too(
    most: int, told: list[str]
) -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=most)
        _caller, olle = await operator_has_caller(scene)
        second, _bo = await talks(scene, "olle", "202")
        consult = scene.dials("olle", MOBILE)
        await scene.rung(MOBILE)
        scene.refers(olle, "", other=consult)
        scene.refers(second, "", other=consult)
        await scene.until(lambda: len(scene.control.named("tell_transferor")) == 2, "both are answered")
        assert [progress for _, progress in scene.control.named("tell_transferor")] == told
        assert uses(scene) == [most]


async def test_a_place_that_is_refused_in_confidence_takes_no_use() -> None:
    async with Scene() as scene:
        given_confidential(scene, "bo")
        scene.given_exception(max_uses=3)
        await operator_has_caller(scene)
        consult, _ = await talks(scene, "olle", MOBILE)
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(consult, "olle", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "Bo is put out")
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [1]


async def test_a_mobile_sent_to_a_number_that_leads_nowhere_takes_no_use() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(scope=ScopeKind.EVERYONE, scope_id=None, max_uses=1)
        mobile = scene.rings_in("+46980319201", ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        scene.refers(anna, "07")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert [one.uses for one in scene.directory.register.exceptions.rows] == [0]


async def test_an_attended_transfer_that_is_refused_for_one_party_takes_no_use_for_the_other() -> None:
    async with Scene(replace(PATIENT, operator_consults_mobile="allow")) as scene:
        given_mobile(scene, "bo", BOS_MOBILE)
        scene.given_exception(max_uses=1)
        _annas, olle = await operator_has_caller(scene, ANNA_MOBILE)
        consult, _bos = await talks(scene, "olle", "0701740606")
        scene.refers(consult, "", other=olle)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(consult, "channel_declined")]
        assert uses(scene) == [0]


async def test_a_place_that_is_refused_to_the_newcomer_takes_no_use_for_who_stays() -> None:
    async with Scene() as scene:
        given_mobile(scene, "bo", BOS_MOBILE)
        scene.given_exception(max_uses=3)
        await operator_has_caller(scene)
        consult, _ = await talks(scene, "olle", MOBILE)
        assert uses(scene) == [1]
        scene.tell(Entered(Channel("bos", "carrier", "0701740606"), (), Channel(consult, "olle", "")))
        await scene.until(lambda: ("bos", "normal") in scene.control.named("hang_up"), "it is put out")
        assert uses(scene) == [1]


async def test_of_two_exceptions_neither_is_used_where_the_other_has_been_used_up_meanwhile() -> None:
    """Another instance takes the last use of one in the moment in which both are wanted."""
    async with Scene(replace(PATIENT, operator_consults_mobile="allow")) as scene:
        given_mobile(scene, "bo", BOS_MOBILE)
        annas = scene.given_exception(max_uses=1)
        _annas, olle = await operator_has_caller(scene, ANNA_MOBILE)
        consult, _bos = await talks(scene, "olle", "0701740606")
        bos = replace(annas, id=id_of("bos exception"), scope_id=id_of("bo"))
        register = scene.directory.register
        scene.directory.register = register.replace(exceptions=(annas, bos))
        scene.directory.reserve_uses = partial(used_up_first, scene, bos, scene.directory.reserve_uses)  # type: ignore[method-assign]
        scene.refers(consult, "", other=olle)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(consult, "channel_declined")]
        assert uses(scene) == [0, 1]


async def test_a_caller_who_hangs_up_while_the_database_answers_spends_no_use() -> None:
    async with Scene(PATIENT) as scene:
        caller, olle = await is_being_sent_on(scene)
        scene.hangs_up(caller)
        await scene.over(caller)
        assert uses(scene) == [0]
        assert scene.control.named("tell_transferor") == [(olle, "channel_unavailable")]
        assert not was_rung(scene, MOBILE)


async def test_an_operator_who_gives_up_ringing_a_mobile_while_the_database_answers_spends_none() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=1)
        caller, _ = await operator_has_caller(scene)
        scene.directory.latency = lambda: ON_ITS_WAY
        consult = scene.dials("olle", MOBILE)
        await is_taken(scene)
        scene.hangs_up(consult)
        await scene.over(consult)
        assert uses(scene) == [0]
        assert not was_rung(scene, MOBILE)
        assert scene.log.of_kind("closed")[-1] == {"reason": "caller_hung_up"}
        scene.directory.latency = None
        await talks(scene, "olle", MOBILE)
        assert uses(scene) == [1], "it is there for the next try"
        assert scene.house.live.of_channel(caller)


async def test_a_mobile_that_goes_while_it_is_put_through_spends_none() -> None:
    """The operator has both; the transfer is told not to have come about."""
    async with Scene(replace(PATIENT, operator_consults_mobile="allow")) as scene:
        caller, olle = await operator_has_caller(scene)
        consult, mobile = await talks(scene, "olle", MOBILE)
        scene.given_exception(max_uses=1)
        scene.directory.latency = lambda: ON_ITS_WAY
        scene.refers(consult, "", other=olle)
        await is_taken(scene)
        scene.hangs_up(mobile)
        await scene.over(consult)
        assert uses(scene) == [0]
        assert scene.control.named("tell_transferor") == [(consult, "channel_unavailable")]
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_a_mobile_that_takes_a_place_and_goes_while_the_database_answers_spends_none() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=1)
        caller, olle = await operator_has_caller(scene)
        scene.directory.latency = lambda: ON_ITS_WAY
        scene.tell(Entered(Channel("mobile", "carrier", MOBILE), (), Channel(olle, "olle", "")))
        await is_taken(scene)
        scene.hangs_up("mobile")
        await scene.until(lambda: uses(scene) == [0], "it is given back")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await scene.until(call.inbox.empty, "all is heeded")
        assert call is scene.house.live.of_channel(olle)


async def test_an_operator_who_hangs_up_after_sending_a_caller_on_takes_no_use_back() -> None:
    """Some phones do as soon as their REFER is accepted: the caller comes to the mobile."""
    async with Scene(PATIENT) as scene:
        caller, olle = await is_being_sent_on(scene)
        scene.hangs_up(olle)
        mobile = await scene.rung(MOBILE)
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert uses(scene) == [1]


async def _come_together(scene: Scene, caller: str, olle: str, consult: str) -> None:
    """Olle sends his caller onto the mobile that he rings: by one use they are joined."""
    scene.refers(olle, "", other=consult)
    await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
    assert scene.control.named("tell_transferor") == [(olle, "channel_answered")]
    await scene.over(consult)
    mobile = await scene.rung(MOBILE)
    scene.answers(mobile)
    await scene.talking(caller, mobile)
    assert uses(scene) == [1]


async def is_ringing_the_mobile(scene: Scene) -> tuple[str, str, str]:
    """Olle, who has a caller, by the last use of an exception, just taken: the caller's channel and his two."""
    scene.given_exception(max_uses=1)
    caller, olle = await operator_has_caller(scene)
    scene.directory.latency = lambda: ON_ITS_WAY
    consult = scene.dials("olle", MOBILE)
    await is_taken(scene)
    return caller, olle, consult


async def is_being_sent_on(scene: Scene) -> tuple[str, str]:
    """Olle sends his caller on to a mobile by the last use of an exception, which has just been taken: the channels."""
    scene.given_exception(max_uses=1)
    caller, olle = await operator_has_caller(scene)
    scene.directory.latency = lambda: ON_ITS_WAY
    scene.refers(olle, MOBILE)
    await is_taken(scene)
    return caller, olle


async def is_taken(scene: Scene) -> None:
    """And the answer that says so is on its way back."""
    await scene.until(lambda: uses(scene) == [1], "a use is taken")


async def used_up_first(
    scene: Scene,
    theirs: PolicyException,
    reserve: Callable[[Collection[UUID], str], Awaitable[frozenset[UUID]]],
    wanted: Collection[UUID],
    call_id: str,
) -> frozenset[UUID]:
    await scene.directory.__class__.reserve_uses(scene.directory, [theirs.id], "elsewhere")
    return await reserve(wanted, call_id)


def uses(scene: Scene) -> list[int]:
    return [one.uses for one in scene.directory.register.exceptions.rows]


def given_mobile(scene: Scene, name: str, number: str) -> None:
    register = scene.directory.register
    mobile = Mobile(id_of(f"mobile {name}"), id_of(name), number)
    scene.directory.register = register.replace(mobiles=(*register.mobiles.rows, mobile))


async def test_a_transfer_onto_the_ringing_mobile_of_who_is_forwarded_rings_it_by_the_use_that_is_taken() -> (
    None
):
    async with Scene(PATIENT) as scene:
        scene.given_exception(max_uses=1)
        given_forwarded(scene, "anna", MOBILE)
        _, olle = await operator_has_caller(scene)
        consult = scene.dials("olle", "201")
        await scene.rung(MOBILE)
        assert uses(scene) == [1]
        scene.refers(olle, "", other=consult)
        await scene.until(lambda: len(rung_at(scene, MOBILE)) == 2, "it rings for the caller")
        assert scene.control.named("tell_transferor") == [(olle, "channel_answered")]
        assert uses(scene) == [1]
        assert rung_at(scene, "anna") == []


class LostAsItRings(FakeCallControl):
    """Asterisk does not answer for a moment, as the mobile is to ring."""

    is_lost = False

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        if MOBILE in dial_string and not self.is_lost:
            self.is_lost = True
            raise Unavailable("no answer")
        await super().create(channel, dial_string, variables, originator)


async def test_a_stage_that_is_begun_anew_follows_a_forwarding_by_the_use_that_it_has_taken() -> None:
    async with Scene(PATIENT, control=LostAsItRings()) as scene:
        scene.given_exception(max_uses=1)
        given_forwarded(scene, "anna", MOBILE)
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        await scene.until(lambda: rung_at(scene, MOBILE), "it rings")
        assert uses(scene) == [1]
        assert rung_at(scene, "anna") == []


def rung_at(scene: Scene, where: str) -> list[str]:
    """The channels made to this phone, or to this number outside."""
    strings = (f"PJSIP/{where}", f"PJSIP/{where}@carrier")
    return [channel for channel, string, *_ in scene.control.named("create") if string in strings]


async def test_a_call_that_is_marked_as_the_console_joins_it_with_a_mobile_goes_on_as_it_was() -> None:
    """M4. No phone was told anything: who hangs up afterwards has hung up."""
    async with Scene(replace(PATIENT, operator_consults_mobile="allow")) as scene:
        caller, olle = await operator_has_caller(scene)
        consult, mobile = await talks(scene, "olle", MOBILE)
        scene.given_exception(max_uses=1)
        scene.directory.latency = lambda: ON_ITS_WAY
        theirs, ours = (scene.house.live.of_channel(channel) for channel in (caller, consult))
        assert theirs is not None
        assert ours is not None
        asking = asyncio.create_task(
            Desk(scene.house).ask(ours.id, Wish.TRANSFER, id_of("olle"), consultation=theirs.id)
        )
        await scene.until(lambda: uses(scene) == [1], "its use is being counted")
        await marked(scene, caller)
        await asking
        await scene.hears(mobile, "DialRefused")
        scene.hangs_up(olle)
        await scene.over(caller)
    assert scene.control.named("add_to_bridge") == []
