"""A refused transfer leaves the call as it was: with its marks, who is whose caller, and a caller with somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hanvisa.calls.call import Call
from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Outcome, Wish
from hanvisa.calls.marking import mark_confidential, mark_threat
from hanvisa.calls.signals import LOST, Held
from hanvisa.calls.stages import talking
from hanvisa.errors import Gone, Unavailable
from hanvisa.policy.model import AlternativeKind
from hanvisa.testing import FakeCallControl
from unit.calls.fast_time import run_fast
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, Scene, id_of
from unit.calls.test_attendant import rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_holding import after, holds, is_held, second_operator
from unit.calls.test_no_way_around import (
    ANOTHER_MOBILE,
    MOBILE,
    PATIENT,
    given_confidential,
    given_direct_number,
    marked,
    talks,
)


async def has_caller(scene: Scene, who: str, dialled: str, from_: str = "0980319244") -> tuple[Call, str]:
    """The caller's call and the phone's channel."""
    caller = scene.rings_in(dialled, from_)
    phone = await scene.rung(who)
    scene.answers(phone)
    await scene.talking(caller, phone)
    call = scene.house.live.of_channel(caller)
    assert call is not None
    return call, phone


async def is_told(scene: Scene, phone: str, what: str) -> None:
    await scene.until(lambda: (phone, what) in scene.control.named("tell_transferor"), f"{phone} is told")


def marks(call: Call) -> tuple[object, ...]:
    return call.state.touched_by, call.state.confidential, call.state.threat


@pytest.mark.parametrize("is_answered", [False, True], ids=["onto one that rings", "onto one that talks"])
async def test_a_caller_who_is_refused_has_none_of_the_consultations_marks(*, is_answered: bool) -> None:
    """M4: the consultation is confidential and with a mobile."""
    async with Scene(PATIENT) as scene:
        call, anna = await has_caller(scene, "anna", ANNA_DIRECT)
        consultation = scene.dials("anna", ANOTHER_MOBILE)
        mobile = await scene.rung(ANOTHER_MOBILE)
        if is_answered:
            scene.answers(mobile)
            await scene.talking(consultation, mobile)
        theirs = scene.house.live.of_channel(consultation)
        assert theirs is not None
        mark_confidential(theirs, None)
        mark_threat(theirs, None)
        before = call.state
        scene.refers(anna, ANOTHER_MOBILE, other=consultation)
        await is_told(scene, anna, "channel_declined")
        await scene.hears(anna, "TransferRefused")
        assert marks(call) == (None, False, False)
        assert call.state == before
        assert marks(theirs) == (None, True, True)


async def test_nor_do_they_count_as_an_operators_whom_a_colleague_has_consulted() -> None:
    """O2: whoever rings from a registered mobile is not brought to the operator's other party."""
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "bo", "+46980319202")
        call, bo = await has_caller(scene, "bo", "+46980319202", from_=ANNA_MOBILE)
        consultation, _ = await talks(scene, "bo", "200")
        scene.refers(bo, "200", other=consultation)
        await is_told(scene, bo, "channel_declined")
        await scene.hears(bo, "TransferRefused")
        assert marks(call) == (None, False, False)


@pytest.mark.parametrize("target", [ANOTHER_MOBILE, "*68*999"], ids=["a mobile", "no number at all"])
async def test_an_operator_whose_phone_hangs_up_behind_its_refer_has_the_caller_again(target: str) -> None:
    """O2: many phones send BYE there, whatever comes of the transfer (RFC 5589, 6.1)."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, target)
        scene.hangs_up(olle)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(caller, again)


class Sluggish(FakeCallControl):
    """Plays nothing to who is gone (404), as Asterisk; ``silent``: it answers two commands of this name too late."""

    silent = ""
    unanswered = 0

    async def _do(self, *command: object, then: Callable[[], object] = lambda: None) -> None:
        await super()._do(*command, then=then)
        if command[0] == self.silent and self.unanswered < 2:
            self.unanswered += 1
            await asyncio.sleep(2 * talking.BYE_WITHIN)
            raise Unavailable("no answer")
        if command[0] == "play" and command[1] not in self.alive:
            raise Gone("no such channel")


@pytest.mark.parametrize("silent", ["", "tell_transferor", "start_music", "set_variable"])
@pytest.mark.parametrize("rang", ["the caller", "the operator"])
def test_so_have_they_where_asterisk_is_slow(rang: str, silent: str) -> None:
    """A command takes half a second, or one is not answered, nor when it is tried again: the BYE waits behind it."""

    async def story() -> None:
        control = Sluggish(latency=lambda: 0.0)
        async with Scene(PATIENT, control=control) as scene:
            if rang == "the caller":
                party, olle = await operator_has_caller(scene)
            else:
                olle, party = await talks(scene, "olle", "0980319244")
            control.latency = lambda: 0.0 if silent else 0.25
            control.silent = silent
            scene.refers(olle, ANOTHER_MOBILE)
            await scene.until(lambda: control.unanswered or not silent, "no answer comes")
            scene.hangs_up(olle)
            control.is_gone(olle)
            await asyncio.sleep(20.0)
            call = scene.house.live.of_channel(party)
            assert call is not None
            assert call.caller.channel == party
            assert control.unanswered == (2 if silent else 0)

    run_fast(story())


async def test_whom_a_colleague_wanted_to_send_on_so_comes_to_the_operators() -> None:
    async with Scene(PATIENT) as scene:
        call, anna = await has_caller(scene, "anna", ANNA_DIRECT)
        scene.refers(anna, "999")
        scene.hangs_up(anna)
        await scene.hears(call.caller.channel, "WentWrong")
        scene.finished(call.caller.channel)
        await scene.rung("olle")


@pytest.mark.parametrize("holds", [False, True])
async def test_who_hangs_up_later_hangs_up_on_the_caller_unless_nothing_was_heard_on_hold(
    monkeypatch: pytest.MonkeyPatch, *, holds: bool
) -> None:
    monkeypatch.setattr(talking, "BYE_WITHIN", 0.0)
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        if holds:
            scene.tell(Held(olle))
        scene.refers(olle, ANOTHER_MOBILE)
        await is_told(scene, olle, "channel_declined")
        scene.hangs_up(olle)
        await (rung_anew(scene, "olle", olle) if holds else scene.over(caller))


@pytest.mark.parametrize("target", [ANOTHER_MOBILE, "999"], ids=["a mobile", "no number at all"])
async def test_whom_an_operator_has_rung_has_them_again_as_well(target: str) -> None:
    async with Scene(PATIENT) as scene:
        olle, citizen = await talks(scene, "olle", "0980319244")
        scene.refers(olle, target)
        scene.hangs_up(olle)
        again = await scene.rung("olle")
        scene.answers(again)
        await scene.talking(citizen, again)


async def test_who_has_rung_and_was_refused_hangs_up_later_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "BYE_WITHIN", 0.0)
    async with Scene(PATIENT) as scene:
        olle, citizen = await talks(scene, "olle", "0980319244")
        scene.refers(olle, "999")
        await is_told(scene, olle, "channel_declined")
        scene.hangs_up(olle)
        await scene.over(citizen)


@pytest.mark.parametrize("rang", ["the operator", "the colleague"])
async def test_an_operator_whom_a_colleague_leaves_behind_is_free_and_no_caller_of_their_own(
    rang: str,
) -> None:
    async with Scene(PATIENT) as scene:
        if rang == "the operator":
            olle, anna = await talks(scene, "olle", "201")
        else:
            anna, olle = await talks(scene, "anna", "200")
        scene.refers(anna, "999")
        scene.hangs_up(anna)
        await scene.over(olle)
        assert (olle, "normal") in scene.control.named("hang_up")
        assert not [files for to, files, _ in scene.control.named("play") if to == olle]


async def colleague_was_refused(scene: Scene) -> tuple[Call, str]:
    """Anna has rung the operator, and could not send them on: her call, and the operator's phone."""
    anna, olle = await talks(scene, "anna", "200")
    call = scene.house.live.of_channel(anna)
    assert call is not None
    scene.refers(anna, "999")
    await scene.hears(anna, "TransferRefused")
    scene.finished(anna)
    await scene.until(lambda: call.explaining is None, "she has heard why")
    return call, olle


async def test_a_colleague_who_was_refused_comes_to_the_queue_when_the_operators_phone_dies() -> None:
    async with Scene(PATIENT) as scene:
        call, olle = await colleague_was_refused(scene)
        scene.hangs_up(olle, next(iter(LOST)))
        await scene.hears(call.caller.channel, "Queued")


async def test_nor_does_an_operator_who_holds_them_for_long_keep_them() -> None:
    async with Scene(PATIENT) as scene:
        call, olle = await colleague_was_refused(scene)
        await holds(scene, olle)
        await after(scene, olle, 300)
        await scene.until(lambda: call.state.stage["name"] == "AtSwitchboard", "the queue has them")


async def test_whom_an_operator_holds_at_the_console_and_hangs_up_on_comes_back_to_them_then_as_well() -> (
    None
):
    async with Scene(PATIENT) as scene:
        call, olle = await colleague_was_refused(scene)
        assert await Desk(scene.house).ask(call.id, Wish.HOLD, id_of("olle")) == Outcome("done")
        scene.hangs_up(olle)
        again = await rung_anew(scene, "olle", olle)
        scene.answers(again)
        await scene.talking(call.caller.channel, again)


async def test_whom_an_operator_has_rung_is_no_caller_after_a_refused_transfer_either() -> None:
    """They may be held for as long as the operator likes."""
    async with Scene(PATIENT) as scene:
        olle, bo = await talks(scene, "olle", "202")
        scene.refers(olle, "999")
        await is_told(scene, olle, "channel_declined")
        scene.tell(Held(olle))
        await scene.until(lambda: is_held(scene, olle), "it is held")
        await after(scene, olle, 300)
        call = scene.house.live.of_channel(bo)
        assert call is scene.house.live.of_channel(olle)
        assert call is not None
        assert call.state.held_since is None


async def test_a_consultation_that_could_not_be_sent_on_blindly_makes_a_serial_caller_all_the_same() -> None:
    """What the operator dialled stays what they dialled."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        consultation = scene.dials("olle", "*63*202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consultation, bo)
        scene.refers(consultation, "999")
        await is_told(scene, consultation, "channel_declined")
        scene.refers(olle, "*63*202", other=consultation)
        await is_told(scene, olle, "channel_answered")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.state.serial == id_of("olle")


# What is allowed instead


def numbers_to_give_out(scene: Scene) -> list[str]:
    """Those that whoever wanted the transfer is told, by voice."""
    words = str(scene.log.of_kind("heard")[-1]["words"])
    assert words.startswith("TransferRefused")
    return [number for number in (ANNA_MOBILE, ANNA_DIRECT) if number in words]


async def test_whoever_rings_from_a_mobile_is_not_to_be_told_their_own_number() -> None:
    """M4: Anna is to be sent to Bo, who has a confidential line, and the one who is refused is she."""
    async with Scene(PATIENT) as scene:
        given_confidential(scene, "bo")
        _, olle = await operator_has_caller(scene, ANNA_MOBILE)
        scene.refers(olle, "202")
        await scene.hears(olle, "TransferRefused")
        assert numbers_to_give_out(scene) == []


@pytest.mark.parametrize(
    ("wish", "asked"),
    [
        (Wish.TRANSFER, {"to": "202"}),
        (Wish.QUEUE, {}),
        (Wish.HAND_OVER, {"person": id_of("bo")}),
    ],
)
async def test_nor_is_an_operator_who_wants_it_by_the_api(wish: Wish, asked: dict[str, Any]) -> None:
    async with Scene(PATIENT) as scene:
        mobile, _ = await operator_has_caller(scene, ANNA_MOBILE)
        second_operator(scene)
        given_confidential(scene, "bo")
        await marked(scene, mobile)
        call = scene.house.live.of_channel(mobile)
        assert call is not None
        outcome = await Desk(scene.house).ask(call.id, wish, id_of("olle"), **asked)
        assert outcome.refused is not None
        assert outcome.refused.rules == ("M4",)
        assert [one.kind for one in outcome.refused.alternatives] == [AlternativeKind.TAKE_MESSAGE]


@pytest.mark.parametrize("is_on_consultation", [False, True])
async def test_nor_is_who_would_join_them_with_somebody_whom_they_have_consulted(
    *, is_on_consultation: bool
) -> None:
    """Whichever of their two legs the phone sends its REFER on."""
    async with Scene(PATIENT) as scene:
        _, olle = await operator_has_caller(scene, ANNA_MOBILE)
        consultation, _ = await talks(scene, "olle", "202")
        legs = (consultation, olle) if is_on_consultation else (olle, consultation)
        scene.refers(legs[0], "202", other=legs[1])
        await scene.hears(legs[0], "TransferRefused")
        assert numbers_to_give_out(scene) == []


@pytest.mark.parametrize("is_on_consultation", [False, True])
async def test_the_numbers_of_whom_they_have_consulted_are_told_on_either_leg(
    *, is_on_consultation: bool
) -> None:
    """Anna is on her mobile, which Olle has rung by an exception that is over."""
    async with Scene(PATIENT) as scene:
        scene.given_exception()
        _, olle = await operator_has_caller(scene)
        consultation, _ = await talks(scene, "olle", MOBILE)
        call = scene.house.live.of_channel(consultation)
        assert call is not None
        call.change(exception=None)
        scene.directory.register = scene.directory.register.replace(exceptions=())
        legs = (consultation, olle) if is_on_consultation else (olle, consultation)
        scene.refers(legs[0], MOBILE, other=legs[1])
        await scene.hears(legs[0], "TransferRefused")
        assert numbers_to_give_out(scene) == [ANNA_MOBILE, ANNA_DIRECT]


async def test_nor_by_whom_a_colleague_has_a_mobile_on_another_line() -> None:
    """The caller seeks Bo, and Anna's number is no matter of theirs."""
    async with Scene(PATIENT) as scene:
        await talks(scene, "bo", MOBILE)
        _, olle = await operator_has_caller(scene)
        consultation, _ = await talks(scene, "olle", "202")
        scene.refers(olle, "202", other=consultation)
        await scene.hears(olle, "TransferRefused")
        assert numbers_to_give_out(scene) == []


async def test_the_numbers_of_whom_the_caller_would_be_joined_to_are_told_who_has_rung_in_themselves() -> (
    None
):
    async with Scene(PATIENT) as scene:
        _, olle = await operator_has_caller(scene)
        mobile = scene.rings_in(ANNA_DIRECT, from_=ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        scene.refers(olle, "", other=anna)
        await scene.hears(olle, "TransferRefused")
        assert numbers_to_give_out(scene) == [ANNA_MOBILE, ANNA_DIRECT]
