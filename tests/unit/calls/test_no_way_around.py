"""Ways around the rules, and ways to be forgotten, that a call must not have: each was once open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, Reconnected, Redirected
from hanvisa.calls.state import VARIABLE, CallState
from hanvisa.errors import Gone
from hanvisa.policy.facts import (
    Department,
    Extension,
    Forwarding,
    ForwardingKind,
    Group,
    OutsideNumber,
    Phone,
    TargetKind,
)
from hanvisa.testing import FakeCallControl
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, MAIN, NOW, Scene, id_of
from unit.calls.test_attendant import legs_to, rung_anew
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_waiting import leaves_number, ready, whispered

PATIENT = CallSettings(ring_person=2, ring_operator=2, key_wait=0.05)
MOBILE, ANOTHER_MOBILE = "0701740605", "0701740611"


def given_confidential(scene: Scene, name: str) -> None:
    persons = scene.directory.register.persons.rows
    marked = (
        replace(person, confidential=person.confidential or person.id == id_of(name)) for person in persons
    )
    scene.directory.register = scene.directory.register.replace(persons=marked)


def given_group_of(scene: Scene, name: str) -> None:
    """210 is a group whose one member this is."""
    register, organisation = scene.directory.register, id_of("hallefors")
    scene.directory.register = register.replace(
        groups=(Group(id_of("group"), "Grupp", organisation, (id_of(name),), ()),),
        extensions=(
            *register.extensions.rows,
            Extension("210", organisation, TargetKind.GROUP, id_of("group")),
        ),
    )


def given_direct_number(scene: Scene, name: str, number: str, *, confidential: bool = False) -> None:
    register = scene.directory.register
    given = OutsideNumber(number, TargetKind.PERSON, id_of(name), confidential=confidential)
    scene.directory.register = register.replace(numbers=(*register.numbers.rows, given))


def given_forwarded(
    scene: Scene, name: str, target: str, kind: ForwardingKind = ForwardingKind.ALWAYS
) -> None:
    forwarding = Forwarding(
        id_of("f"), id_of(name), target, NOW - timedelta(hours=1), NOW + timedelta(hours=1), kind
    )
    scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))


def given_phone_of_nobody(scene: Scene, account: str) -> None:
    register = scene.directory.register
    phone = Phone(id_of(f"phone {account}"), account, id_of("hallefors"), None)
    scene.directory.register = register.replace(phones=(*register.phones.rows, phone))


class SlowToJoin(FakeCallControl):
    """Whom it is to join it never does."""

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        await super().bridge(bridge, channels)
        await asyncio.Event().wait()


def was_rung(scene: Scene, digits: str) -> int:
    return sum(digits in dial_string for _, dial_string, *_ in scene.control.named("create"))


async def talks(scene: Scene, who: str, dialled: str) -> tuple[str, str]:
    """Somebody dials a number, and it answers: the two channels."""
    caller = scene.dials(who, dialled)
    other = await scene.rung({"200": "olle", "201": "anna", "202": "bo"}.get(dialled, dialled))
    scene.answers(other)
    await scene.talking(caller, other)
    return caller, other


async def marked(scene: Scene, channel: str) -> None:
    """Somebody marks the channel's call as confidential, by the API."""
    call = scene.house.live.of_channel(channel)
    assert call is not None
    await Desk(scene.house).ask(call.id, Wish.CONFIDENTIAL, None)


async def waits(scene: Scene) -> str:
    """A citizen waits at the main number while no operator is free."""
    caller = scene.rings_in(MAIN)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    await scene.hears(caller, "Queued")
    scene.finished(caller)
    await scene.until(lambda: (caller,) in scene.control.named("start_music"), "music")
    return caller


# O2


async def test_an_operator_with_a_caller_reaches_no_mobile_by_an_extension_that_forwards() -> None:
    async with Scene() as scene:
        await operator_has_caller(scene)
        given_forwarded(scene, "bo", MOBILE)
        consult = scene.dials("olle", "202")
        await scene.until(
            lambda: was_rung(scene, "bo") or scene.control.named("play")[-1][0] == consult, "an outcome"
        )
        assert not was_rung(scene, MOBILE)


async def test_nor_by_a_phone_that_redirects() -> None:
    async with Scene() as scene:
        await operator_has_caller(scene)
        consult = scene.dials("olle", "202")
        scene.tell(Redirected(await scene.rung("bo"), MOBILE))
        await scene.hears(consult, "Referral")
        assert not was_rung(scene, MOBILE)


async def test_nor_with_a_caller_whom_the_fallback_put_through() -> None:
    async with Scene() as scene:
        scene.control.existing = (LiveChannel("unknown", "olle", "", "", up=True),)
        consult = scene.dials("olle", MOBILE)
        await scene.hears(consult, "DialRefused")
        assert not was_rung(scene, MOBILE)


async def test_an_operator_who_rings_a_mobile_while_their_phone_rings_gets_no_caller() -> None:
    async with Scene(PATIENT) as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        olle = await scene.rung("olle")
        await talks(scene, "olle", MOBILE)
        scene.answers(olle)
        await scene.until(
            lambda: (olle, "normal") in scene.control.named("hang_up"), "the operator is not had"
        )
        assert all(caller not in channels for _, channels in scene.control.named("bridge"))


async def test_an_operator_to_whom_the_organisation_is_whispered_rings_no_mobile() -> None:
    async with Scene(replace(PATIENT, whisper="always")) as scene:
        caller, olle = await whispered(scene)
        consult = scene.dials("olle", MOBILE)
        await scene.hears(consult, "DialRefused")
        assert not was_rung(scene, MOBILE)
        scene.finished(olle)
        await scene.talking(caller, olle)


async def test_an_operator_who_has_answered_for_a_ring_back_rings_no_mobile() -> None:
    async with Scene(replace(PATIENT, queue_say_every=0.1)) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        olle = await rung_anew(scene, "olle", olle)
        scene.answers(olle)
        citizen = await scene.rung("0980319244")
        consult = scene.dials("olle", MOBILE)
        await scene.hears(consult, "DialRefused")
        assert not was_rung(scene, MOBILE)
        scene.answers(citizen)
        await scene.talking(olle, citizen)


async def test_an_operator_who_rings_a_mobile_while_their_phone_rings_for_a_ring_back_is_not_had() -> None:
    async with Scene(replace(PATIENT, queue_say_every=0.1)) as scene:
        await ready(scene)
        first, olle = await operator_has_caller(scene)
        await leaves_number(scene)
        scene.hangs_up(first)
        olle = await rung_anew(scene, "olle", olle)
        await talks(scene, "olle", MOBILE)
        scene.answers(olle)
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "they are not had")
        assert not was_rung(scene, "0980319244")


async def test_a_colleague_with_a_mobile_on_the_line_gets_no_caller_of_an_operator() -> None:
    async with Scene() as scene:
        await talks(scene, "bo", MOBILE)
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        await scene.hears(caller, "OfferToWait")
        scene.finished(caller)
        await scene.hears(caller, "Referral")
        assert not was_rung(scene, "PJSIP/bo")


async def test_a_phone_that_is_nobodys_and_has_an_operators_caller_reaches_no_mobile() -> None:
    async with Scene() as scene:
        given_phone_of_nobody(scene, "hall")
        await talks(scene, "hall", "200")
        scene.dials("hall", MOBILE)
        await scene.until(lambda: scene.log.of_kind("decision")[-1]["effect"] == "refuse", "it is refused")
        assert not was_rung(scene, MOBILE)


async def test_nor_does_a_caller_who_was_answered_and_is_not_joined_yet_meet_one() -> None:
    """Joining takes commands, and each takes its time."""
    control = SlowToJoin()
    async with Scene(control=control) as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.until(lambda: control.named("bridge"), "they are being joined")
        scene.dials("olle", MOBILE)
        await scene.until(lambda: scene.log.of_kind("decision")[-1]["effect"] == "refuse", "it is refused")
        assert not was_rung(scene, MOBILE)


async def test_whoever_takes_an_operators_place_is_not_joined_to_the_mobile_that_stays() -> None:
    async with Scene() as scene:
        olle, mobile = await talks(scene, "olle", MOBILE)
        scene.tell(Entered(Channel("citizen", "carrier", "0980319244"), (), Channel(olle, "olle", "")))
        await scene.until(
            lambda: ("citizen", "normal") in scene.control.named("hang_up"), "the newcomer is put out"
        )
        assert scene.house.live.of_channel(mobile) is scene.house.live.of_channel(olle)


# M4


async def test_a_line_that_is_confidential_by_its_outside_number_redirects_to_no_mobile() -> None:
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "bo", "+46980319202", confidential=True)
        anna = scene.dials("anna", "202")
        bo = await scene.rung("bo")
        given_forwarded(scene, "bo", ANOTHER_MOBILE)
        scene.tell(Redirected(bo, ANOTHER_MOBILE))
        await scene.until(
            lambda: (
                was_rung(scene, ANOTHER_MOBILE) or any(to == anna for to, *_ in scene.control.named("play"))
            ),
            "an outcome",
        )
        assert not was_rung(scene, ANOTHER_MOBILE)


async def test_nor_does_it_forward_to_one() -> None:
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "bo", "+46980319202", confidential=True)
        given_forwarded(scene, "bo", ANOTHER_MOBILE)
        scene.dials("anna", "202")
        await scene.until(
            lambda: was_rung(scene, ANOTHER_MOBILE) or was_rung(scene, "PJSIP/bo"), "an outcome"
        )
        assert not was_rung(scene, ANOTHER_MOBILE)


async def test_a_mobile_is_sent_to_no_line_that_is_confidential_by_its_outside_number() -> None:
    async with Scene(PATIENT) as scene:
        given_direct_number(scene, "bo", "+46980319202", confidential=True)
        olle, _ = await talks(scene, "olle", MOBILE)
        scene.refers(olle, "202")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]


async def test_a_confidential_line_rings_no_mobile() -> None:
    async with Scene() as scene:
        given_confidential(scene, "bo")
        channel = scene.dials("bo", MOBILE)
        await scene.hears(channel, "DialRefused")
        assert not was_rung(scene, MOBILE)


async def test_a_confidential_caller_is_put_through_to_no_mobile_whatever_the_exception() -> None:
    async with Scene() as scene:
        given_confidential(scene, "bo")
        scene.given_exception()
        _, olle = await talks(scene, "bo", "200")
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")
        assert scene.log.of_kind("outcome")[-1]["rules"] == ("M4",)


async def test_a_mobile_that_rings_when_the_call_is_marked_is_not_had() -> None:
    async with Scene(PATIENT) as scene:
        olle = scene.dials("olle", MOBILE)
        mobile = await scene.rung(MOBILE)
        await marked(scene, olle)
        scene.answers(mobile)
        await scene.hears(olle, "DialRefused")
        assert scene.log.of_kind("outcome")[-1] == {"outcome": "refused", "rules": ("M4",)}
        assert not scene.control.named("bridge")


async def test_to_one_an_operator_sends_nobody_who_was_marked_as_it_rang_whatever_the_exception() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception()
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, MOBILE)
        mobile = await scene.rung(MOBILE)
        await marked(scene, caller)
        scene.answers(mobile)
        await scene.hears(caller, "DialRefused")
        assert scene.log.of_kind("outcome")[-1] == {"outcome": "refused", "rules": ("M4",)}
        assert len(scene.control.named("bridge")) == 1


async def test_nor_is_one_that_an_exception_let_ring_when_the_callers_call_is_marked() -> None:
    async with Scene(PATIENT) as scene:
        scene.given_exception()
        caller, _ = await operator_has_caller(scene)
        consult = scene.dials("olle", MOBILE)
        mobile = await scene.rung(MOBILE)
        await marked(scene, caller)
        scene.answers(mobile)
        await scene.hears(consult, "DialRefused")
        assert len(scene.control.named("bridge")) == 1


async def test_whom_a_marked_call_rings_is_not_joined_to_who_has_a_mobile_on_the_line() -> None:
    async with Scene(PATIENT) as scene:
        await talks(scene, "olle", MOBILE)
        second = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        await marked(scene, second)
        scene.answers(bo)
        await scene.hears(second, "DialRefused")
        assert len(scene.control.named("bridge")) == 1


async def test_nor_to_a_mobile_that_is_sent_there() -> None:
    async with Scene(PATIENT) as scene:
        olle, mobile = await talks(scene, "olle", MOBILE)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        await marked(scene, mobile)
        scene.answers(bo)
        await scene.hears(mobile, "DialRefused")
        assert len(scene.control.named("bridge")) == 1


async def test_112_is_kept_from_no_mobile() -> None:
    async with Scene() as scene:
        olle, mobile = await talks(scene, "olle", MOBILE)
        await marked(scene, mobile)
        scene.refers(olle, "112")
        await scene.rung("112")
        assert scene.control.named("tell_transferor") == [(olle, "channel_answered")]


async def test_a_confidential_stand_in_makes_the_call_confidential() -> None:
    async with Scene() as scene:
        register = scene.directory.register
        [tekniska] = register.departments.rows
        social = Department(id_of("soc"), "Social", tekniska.operation_id, tekniska.organisation_id)
        scene.directory.register = register.replace(
            departments=(replace(tekniska, stand_in_id=social.id), social),
            persons=[
                replace(person, department_id=social.id) if person.id == id_of("bo") else person
                for person in register.persons.rows
                if person.id != id_of("anna")
            ],
            extensions=(
                *register.extensions.rows,
                Extension("300", tekniska.organisation_id, TargetKind.DEPARTMENT, tekniska.id),
                Extension(
                    "301", tekniska.organisation_id, TargetKind.DEPARTMENT, social.id, confidential=True
                ),
            ),
            numbers=(
                *register.numbers.rows,
                OutsideNumber("+46980319230", TargetKind.DEPARTMENT, tekniska.id),
            ),
        )
        caller = scene.rings_in("+46980319230")
        scene.hangs_up(await scene.rung("olle"), 19)
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(caller, bo)
        scene.refers(bo, MOBILE)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(bo, "channel_declined")]


# Nobody forgotten


@pytest.mark.parametrize("attended", [False, True], ids=["blind", "attended"])
async def test_the_music_ends_when_the_caller_is_sent_on_in_the_middle_of_an_explanation(
    attended: bool,
) -> None:
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        other = (await talks(scene, "olle", "202"))[0] if attended else None
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")
        scene.refers(olle, "202", other=other)
        await scene.until(lambda: (caller,) in scene.control.named("stop_music"), "the caller's music ends")


async def test_the_music_ends_when_the_end_of_an_explanation_was_missed() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")
        scene.control.existing = (
            LiveChannel(caller, "carrier", "", MAIN, up=True),
            LiveChannel(olle, "olle", "", "", up=True),
        )
        scene.tell(Reconnected())
        await scene.until(lambda: (caller,) in scene.control.named("stop_music"), "the caller's music ends")


async def test_a_caller_whose_new_party_hangs_up_while_the_transfer_is_answered_is_offered_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def gone(*_: object) -> None:
        raise Gone("no channel")

    async with Scene(PATIENT) as scene:
        _, olle = await operator_has_caller(scene)
        consult, _bo = await talks(scene, "olle", "202")
        monkeypatch.setattr(scene.control, "add_to_bridge", gone)
        scene.refers(olle, "202", other=consult)
        await scene.over(consult)
        await scene.until(lambda: was_rung(scene, "PJSIP/olle") == 2, "offered back to the operator")


async def test_an_operator_is_offered_no_second_caller_while_the_first_is_connected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connecting, go_on = asyncio.Event(), asyncio.Event()

    async with Scene(PATIENT) as scene:
        bridge = scene.control.bridge

        async def slowly(*arguments: object) -> None:
            connecting.set()
            await go_on.wait()
            await bridge(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(scene.control, "bridge", slowly)
        first = scene.rings_in(MAIN)
        await scene.hears(first, "Greeting")
        scene.finished(first)
        olle = await scene.rung("olle")
        await waits(scene)
        scene.answers(olle)
        await connecting.wait()
        scene.house.queues.wake()
        go_on.set()
        await scene.talking(first, olle)
        assert was_rung(scene, "PJSIP/olle") == 1


async def test_a_call_picked_up_from_a_ringing_phone_is_connected() -> None:
    async with Scene(PATIENT) as scene:
        caller = scene.rings_in("+46980319201")
        anna = await scene.rung("anna")
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(anna, "anna", "")))
        await scene.talking(caller, "bos")


async def test_a_registered_mobile_picks_up_nothing_of_an_operators() -> None:
    async with Scene(PATIENT) as scene:
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        bo = await scene.rung("bo")
        scene.tell(Entered(Channel("annas", "carrier", ANNA_MOBILE), (), Channel(bo, "bo", "")))
        await scene.until(
            lambda: ("annas", "normal") in scene.control.named("hang_up"), "the mobile is put out"
        )


async def test_a_replaced_operator_serves_who_waits() -> None:
    async with Scene(PATIENT) as scene:
        _, olle = await operator_has_caller(scene)
        await waits(scene)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: was_rung(scene, "PJSIP/olle") == 2, "the operator is rung for who waits")


async def test_an_operator_rung_in_vain_as_a_person_serves_who_waits() -> None:
    async with Scene(CallSettings(ring_person=0.1, ring_operator=2, key_wait=5)) as scene:
        colleague = scene.dials("bo", "200")
        await scene.rung("olle")
        await waits(scene)
        await scene.hears(colleague, "Referral")
        await scene.until(lambda: was_rung(scene, "PJSIP/olle") == 2, "the operator is rung for who waits")


async def test_a_refused_newcomer_leaves_one_state_behind() -> None:
    async with Scene() as scene:
        bo, olle = await talks(scene, "bo", "200")
        scene.tell(Entered(Channel("annas", "carrier", ANNA_MOBILE), (), Channel(bo, "bo", "")))
        await scene.until(
            lambda: ("annas", "normal") in scene.control.named("hang_up"), "the mobile is put out"
        )
        written = [
            channel
            for (channel, name), text in scene.control.variables.items()
            if name == VARIABLE and text and CallState.from_json(text).caller.channel == channel
        ]
        assert written == [bo]
        assert scene.house.live.of_channel(bo) is scene.house.live.of_channel(olle)


# Nothing left


async def test_a_caller_who_sends_the_other_one_on_leaves_no_state_behind() -> None:
    async with Scene(PATIENT) as scene:
        anna, olle = await talks(scene, "anna", "200")
        scene.refers(anna, "202")
        await scene.rung("bo")
        written = [
            channel
            for (channel, name), text in scene.control.variables.items()
            if name == VARIABLE and text and CallState.from_json(text).caller.channel == channel
        ]
        assert written == [olle]
        assert not scene.control.variables[anna, VARIABLE]


@pytest.mark.parametrize("forwards", ["anna", "bo"])
async def test_a_protected_persons_mobile_is_told_to_nobody_whoever_is_forwarded_to_it(forwards: str) -> None:
    async with Scene(PATIENT) as scene:
        given_protected(scene, "anna")
        given_forwarded(scene, forwards, MOBILE)
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, {"anna": "201", "bo": "202"}[forwards])
        await scene.hears(olle, "TransferRefused")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]
    assert "tell_mobile_number" not in kinds_of_alternatives(scene)


async def test_what_a_confidential_line_is_forwarded_to_is_refused_by_m4_and_not_told() -> None:
    """The line was marked when it was forwarded already."""
    async with Scene(PATIENT) as scene:
        given_forwarded(scene, "anna", MOBILE)
        lines = scene.directory.register.extensions.rows
        scene.directory.register = scene.directory.register.replace(
            extensions=[replace(line, confidential=line.number == "201") for line in lines]
        )
        scene.given_exception()
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        await scene.hears(olle, "TransferRefused")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]
    assert scene.log.of_kind("outcome")[-1]["rules"] == ("M4",)
    assert "tell_mobile_number" not in kinds_of_alternatives(scene)


def given_protected(scene: Scene, name: str) -> None:
    persons = scene.directory.register.persons.rows
    protected = [replace(person, protected=person.id == id_of(name)) for person in persons]
    scene.directory.register = scene.directory.register.replace(persons=protected)


def kinds_of_alternatives(scene: Scene) -> list[str]:
    """What was allowed instead, as the last joining was refused."""
    refused = [one for one in scene.log.of_kind("decision") if one["effect"] == "refuse"]
    return [one["kind"] for one in refused[-1]["alternatives"]]


async def test_a_group_with_a_number_of_ours_among_those_outside_rings_whose_it_is() -> None:
    """Nobody can be rung outside at it, and the others were not either."""
    async with Scene(PATIENT) as scene:
        register = scene.directory.register
        numbers = (ANNA_DIRECT, MAIN, ANNA_MOBILE)
        group = Group(id_of("jour"), "Jour", id_of("hallefors"), (id_of("bo"),), numbers)
        number = OutsideNumber("+46980319300", TargetKind.GROUP, group.id)
        scene.directory.register = register.replace(groups=(group,), numbers=(*register.numbers.rows, number))
        scene.rings_in(number.number)
        await scene.rung("bo")
        await scene.rung("anna")
        await scene.rung(MOBILE)


async def test_a_mobile_in_a_group_rings_and_not_its_holders_other_phone() -> None:
    async with Scene(PATIENT) as scene:
        register = scene.directory.register
        group = Group(id_of("jour"), "Jour", id_of("hallefors"), (), (ANNA_MOBILE,))
        number = OutsideNumber("+46980319300", TargetKind.GROUP, group.id)
        scene.directory.register = register.replace(groups=(group,), numbers=(*register.numbers.rows, number))
        scene.rings_in(number.number)
        await scene.rung(MOBILE)
    assert legs_to(scene, "anna") == []
