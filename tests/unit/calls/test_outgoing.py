"""Calls out: what may be called, which number is shown, and what is kept of a private one."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.desk import Desk
from hanvisa.calls.dialling import Dialled
from hanvisa.calls.house import CallSettings
from hanvisa.calls.live_ports import EventType
from hanvisa.calls.masking import masked
from hanvisa.calls.signals import Redirected
from hanvisa.policy.facts import CallingClass, Forwarding, ForwardingKind, NumberShown, OperatorState
from hanvisa.policy.outgoing import PrivateCalls
from hanvisa.testing import MemoryTexts
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, Scene, id_of
from unit.calls.test_attendance import asks_with_the_goodbye_to_be_rung
from unit.calls.test_attendant import is_busy_and_waited_for, rung_anew
from unit.calls.test_calls import operator_has_caller

ABROAD = "00442079460958"
OUTSIDE = "0846500400"
ANOTHER_OUTSIDE = "0846600500"


def given(scene: Scene, name: str, **fields: object) -> None:
    persons = (
        replace(person, **fields) if person.id == id_of(name) else person  # type: ignore[arg-type]
        for person in scene.directory.register.persons.rows
    )
    scene.directory.register = scene.directory.register.replace(persons=persons)


async def shown(scene: Scene, digits: str) -> str:
    """The number with which this outside number is rung."""
    leg = await scene.rung(digits)
    [variables] = [variables for channel, _, variables, _ in scene.control.named("create") if channel == leg]
    return str(variables["CONNECTEDLINE(num,i)"])


async def test_what_may_not_be_called_is_refused_with_the_reason_and_nobody_is_rung() -> None:
    async with Scene() as scene:
        caller = scene.dials("anna", ABROAD)
        await scene.hears(caller, "CallBarred")
        assert scene.control.named("create") == []
        assert scene.log.of_kind("outcome") == [{"outcome": "barred", "rules": ()}]
        [decision] = scene.log.of_kind("decision")
        assert decision["facts"]["needs"] == "abroad"


async def test_a_transfer_goes_no_further_than_whoever_makes_it_may_call() -> None:
    async with Scene() as scene:
        line = scene.dials("bo", "201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(line, anna)
        scene.refers(anna, "00442079460958")
        await scene.hears(anna, "CallBarred")
        assert "ABROAD" in scene.log.of_kind("heard")[-1]["words"], (
            "not that the policy refuses it: no rule does"
        )
        assert scene.control.named("tell_transferor") == [(anna, "channel_declined")]
        assert all("4420" not in dial for _, dial, *_ in scene.control.named("create"))


@pytest.mark.parametrize(
    ("kind", "cause"),
    [(ForwardingKind.ALWAYS, 20), (ForwardingKind.BUSY, 17), (ForwardingKind.NO_ANSWER, 20)],
)
async def test_no_forwarding_leads_further_than_its_person_may_call(kind: ForwardingKind, cause: int) -> None:
    async with Scene() as scene:
        given(scene, "anna", may_call=CallingClass.INSIDE)
        forwarding = Forwarding(
            id_of("forwarding"),
            id_of("anna"),
            OUTSIDE,
            NOW - timedelta(hours=1),
            NOW + timedelta(hours=1),
            kind,
        )
        scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))
        caller = scene.rings_in(ANNA_DIRECT)
        scene.hangs_up(await scene.rung("anna"), cause)
        await scene.hears(caller, "Referral")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/anna"]


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({}, ANNA_DIRECT),
        ({"number_shown": NumberShown.MAIN}, MAIN),
        ({"protected": True}, MAIN),
        ({"protected": True, "number_shown": NumberShown.DIRECT}, MAIN),
    ],
)
async def test_the_number_shown_is_the_direct_or_the_main_one(fields: dict[str, object], number: str) -> None:
    async with Scene() as scene:
        given(scene, "anna", **fields)
        scene.dials("anna", OUTSIDE)
        assert await shown(scene, OUTSIDE) == number


async def test_112_in_a_spelling_that_only_the_service_reads_sees_where_the_phone_is() -> None:
    async with Scene(CallSettings(may_call=CallingClass.INSIDE)) as scene:
        phones = (
            replace(phone, location_number="+46980319299") for phone in scene.directory.register.phones.rows
        )
        scene.directory.register = scene.directory.register.replace(phones=phones)
        scene.dials("anna", "*9*112")
        assert await shown(scene, "112") == "+46980319299"
        assert scene.log.of_kind("opened")[0]["private"] is False


async def test_a_private_call_goes_out_marked_and_its_number_stands_nowhere_in_the_log() -> None:
    async with Scene() as scene:
        caller = scene.dials("anna", f"*9*{OUTSIDE}")
        leg = await scene.rung(OUTSIDE)
        scene.answers(leg)
        await scene.talking(caller, leg)
        scene.hangs_up(caller)
        await scene.over(caller)
        [opened] = scene.log.of_kind("opened")
        assert (opened["called"], opened["private"]) == ("084xxxxxxx", True)
        assert "500400" not in json.dumps(scene.log.entries, default=str)
        [decision] = [each for each in scene.log.of_kind("decision") if each["decision"] == "OutgoingFacts"]
        assert (decision["effect"], decision["rules"]) == ("allow", ["P1", "G4"])


async def test_neither_does_that_of_one_which_is_dialled_within_its_area() -> None:
    """Of an area code of three digits more is kept than of the number that was dialled."""
    async with Scene() as scene:
        caller = scene.dials("anna", "*9*319260")
        leg = await scene.rung("0980319260")
        scene.answers(leg)
        await scene.talking(caller, leg)
        scene.hangs_up(caller)
        await scene.over(caller)
        [opened] = scene.log.of_kind("opened")
        assert (opened["called"], opened["private"]) == ("xxxxxxx", True)
        assert "19260" not in json.dumps(scene.log.entries, default=str)


def test_what_is_left_of_a_short_number_is_hidden_in_no_time_of_day() -> None:
    assert masked("10:45:00", "+4698345") == "10:45:00"


async def test_nor_where_a_caller_is_sent_onto_it() -> None:
    async with Scene() as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        line = await scene.rung("anna")
        scene.answers(line)
        await scene.talking(caller, line)
        scene.refers(line, "*9*319260")
        await scene.until(lambda: scene.control.named("tell_transferor"), "it is answered")
        scene.hangs_up(caller)
        await scene.over(caller)
    assert "19260" not in json.dumps(scene.log.entries, default=str)


async def test_a_caller_who_is_not_sent_onto_a_private_call_stays_on_the_consoles() -> None:
    """O2 refuses the mobile that rings; who stays with the operator is in no private call."""
    async with Scene(CallSettings(operator_consults_mobile="allow")) as scene:
        caller, olle = await operator_has_caller(scene)
        private = scene.dials("olle", "*9*0701740605")
        await scene.rung("0701740605")
        scene.refers(olle, "*9*0701740605", other=private)
        await scene.hears(olle, "TransferRefused")
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert call.state.private_numbers == ()


@pytest.mark.parametrize("is_answered", [None, False, True])
async def test_a_refused_transfer_onto_a_private_call_tells_no_number_of_a_registered_mobile(
    *, is_answered: bool | None
) -> None:
    """None: by a blind transfer."""
    async with Scene(CallSettings(operator_consults_mobile="allow")) as scene:
        _, olle = await operator_has_caller(scene)
        private = None
        if is_answered is not None:
            private = scene.dials("olle", "*9*0701740605")
            mobile = await scene.rung("0701740605")
            if is_answered:
                scene.answers(mobile)
                await scene.talking(private, mobile)
        scene.refers(olle, "*9*0701740605", other=private)
        await scene.hears(olle, "TransferRefused")
        assert "mobile_number=None, direct_number=None" in scene.log.of_kind("heard")[-1]["words"]
        assert not [
            told for told in ("Anna", ANNA_DIRECT) if told in json.dumps(scene.log.entries, default=str)
        ]
        assert "1740605" not in json.dumps(scene.log.entries, default=str)
        assert "70-174 06 05" not in json.dumps(scene.log.entries, default=str)


async def test_of_a_private_call_to_a_registered_mobile_nothing_tells_whose_it_is() -> None:
    async with Scene() as scene:
        caller = scene.dials("bo", "*9*0701740605")
        scene.answers(leg := await scene.rung("0701740605"))
        await scene.talking(caller, leg)
        scene.hangs_up(caller)
        await scene.over(caller)
        log = json.dumps(scene.log.entries, default=str)
        assert not [told for told in ("Anna", str(id_of("anna")), ANNA_DIRECT) if told in log]
        [kept] = [each for each in scene.log.of_kind("decision") if each["decision"] == "JoinFacts"]
        assert kept["schema"] == 0


@pytest.mark.parametrize("is_answered", [False, True])
async def test_a_caller_who_is_sent_onto_a_private_call_is_in_one(*, is_answered: bool) -> None:
    """P1: the number stands nowhere, neither as what was dialled nor as where the caller was sent."""
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        private = scene.dials("olle", f"*9*{OUTSIDE}")
        leg = await scene.rung(OUTSIDE)
        if is_answered:
            scene.answers(leg)
            await scene.talking(private, leg)
        scene.refers(olle, f"*9*{OUTSIDE}", other=private)
        await scene.over(private)
        if not is_answered:
            leg = await scene.rung(OUTSIDE)
            scene.answers(leg)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        await scene.until(lambda: call.other is not None and call.other.channel == leg, "they talk")
        scene.hangs_up(caller)
        await scene.over(caller)
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_whom_a_caller_who_is_sent_onto_a_private_call_talks_to_is_not_shown_at_the_consoles() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        private = scene.dials("olle", f"*9*{OUTSIDE}")
        scene.answers(leg := await scene.rung(OUTSIDE))
        await scene.talking(private, leg)
        call = scene.house.live.of_channel(caller)
        assert call is not None
        watching = Desk(scene.house).events(None)
        coming = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        scene.refers(olle, f"*9*{OUTSIDE}", other=private)
        told = await coming
        while told.type is not EventType.ENDED:
            assert "500400" not in repr(told)
            told = await anext(watching)
        assert "500400" not in repr(told)
        await scene.until(lambda: call.other is not None and call.other.channel == leg, "they talk")
        scene.hangs_up(caller)
        await scene.over(caller)


async def test_of_two_private_calls_that_are_joined_neither_number_stands_in_the_log() -> None:
    async with Scene() as scene:
        first = scene.dials("anna", f"*9*{OUTSIDE}")
        scene.answers(leg := await scene.rung(OUTSIDE))
        await scene.talking(first, leg)
        second = scene.dials("anna", f"*9*{ANOTHER_OUTSIDE}")
        await scene.rung(ANOTHER_OUTSIDE)
        scene.refers(first, f"*9*{ANOTHER_OUTSIDE}", other=second)
        await scene.over(second)
        call = scene.house.live.of_channel(leg)
        assert call is not None
        await scene.until(lambda: call.rung, "it rings for the other one")
        assert "600500" not in json.dumps(scene.log.entries, default=str)
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_of_whom_a_private_call_was_with_no_number_is_written_down_as_they_are_sent_on() -> None:
    """They are the caller of that call from then on."""
    async with Scene() as scene:
        anna = scene.dials("anna", f"*9*{OUTSIDE}")
        scene.answers(leg := await scene.rung(OUTSIDE))
        await scene.talking(anna, leg)
        scene.refers(anna, "202")
        await scene.rung("bo")
        assert_stands_nowhere(scene, "500400")


async def sent_on_from_a_private_call(scene: Scene, number: str, target: str, who: str = "anna") -> str:
    """Whom the private call was with is the caller of that call from then on: their channel."""
    ours = scene.dials(who, f"*9*{number}")
    scene.answers(leg := await scene.rung(number))
    await scene.talking(ours, leg)
    scene.refers(ours, target)
    return leg


async def test_whom_a_private_call_was_with_is_parked_and_picked_up_without_their_number() -> None:
    async with Scene(CallSettings(ring_person=0.2)) as scene:
        caller = await sent_on_from_a_private_call(scene, OUTSIDE, "*68*202", who="olle")
        await scene.hears(caller, "ParkedFor")
        scene.finished(caller)
        await scene.until(lambda: scene.control.named("send_text"), "the phone is told")
        assert [text for _, text, _ in scene.control.named("send_text")] == [
            "Parkerad för dig: hemligt nummer. Hämta med *88."
        ]
        bo = scene.dials("bo", "*88#")
        await scene.talking(caller, bo)
        assert_stands_nowhere(scene, "500400")


async def test_whom_a_private_call_was_with_waits_for_who_is_busy_without_their_number() -> None:
    async with Scene(CallSettings(ring_person=0.2, key_wait=0.05, camp_on=5.0, camp_on_retry=0.05)) as scene:
        caller = await sent_on_from_a_private_call(scene, OUTSIDE, "202", who="olle")
        busy = await scene.rung("bo")
        await is_busy_and_waited_for(scene, busy, caller)
        bo = await rung_anew(scene, "bo", busy)
        [shown] = [variables for channel, _, variables, _ in scene.control.named("create") if channel == bo]
        assert shown["CONNECTEDLINE(num,i)"] == ""
        scene.answers(bo)
        await scene.talking(caller, bo)
        assert_stands_nowhere(scene, "500400")


def assert_stands_nowhere(scene: Scene, digits: str) -> None:
    """Neither in the log nor in what is kept of calls that go on."""
    assert digits not in json.dumps(scene.log.entries, default=str)
    assert digits not in json.dumps(scene.open_calls.states)


@pytest.mark.parametrize("number", [OUTSIDE, "1177"])
async def test_whom_a_private_call_was_with_leaves_a_message_without_their_number(number: str) -> None:
    async with Scene(CallSettings(ring_person=0.2, key_wait=0.05)) as scene:
        caller = await sent_on_from_a_private_call(scene, number, "202")
        bo = await scene.rung("bo")
        [shown] = [variables for channel, _, variables, _ in scene.control.named("create") if channel == bo]
        assert shown["CONNECTEDLINE(num,i)"] == ""
        await scene.hears(caller, "Referral")
        scene.presses(caller, "1")
        scene.finished(caller)
        for prompt in ("SpeakAfterTheTone", "RecordingTone"):
            await scene.hears(caller, prompt)
            scene.finished(caller)
        await scene.until(lambda: scene.control.named("record"), "it is recorded")
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        scene.presses(caller, "1")
        scene.finished(caller)
        await scene.until(lambda: scene.messages.left, "the message is stored")
        assert [one.caller for one in scene.messages.left.values()] == [""]


async def test_whom_a_private_call_was_with_is_not_rung_back_by_their_number() -> None:
    async with Scene() as scene:
        caller = await sent_on_from_a_private_call(scene, OUTSIDE, "202")
        scene.hangs_up(await scene.rung("bo"), 20)
        await scene.hears(caller, "Referral")
        assert "<Offer.RING_BACK" not in str(scene.log.of_kind("heard")[-1])


async def test_whom_a_private_call_was_with_is_sent_no_text_message() -> None:
    async with Scene(texts=MemoryTexts()) as scene:
        caller = await sent_on_from_a_private_call(scene, "0701740690", "201")
        scene.hangs_up(await scene.rung("anna"), 20)
        await scene.hears(caller, "Referral")
        assert "<Offer.TEXT" not in str(scene.log.of_kind("heard")[-1])


async def test_whom_a_private_call_was_with_is_asked_for_a_number_to_be_rung_back_by_operators() -> None:
    async with Scene() as scene:
        await scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
        caller = await sent_on_from_a_private_call(scene, OUTSIDE, MAIN)
        await asks_with_the_goodbye_to_be_rung(scene, caller)
        await scene.hears(caller, "KeyYourNumber")


@pytest.mark.parametrize("target", [f"*9*{OUTSIDE}", f"*60**9*{OUTSIDE}"])
@pytest.mark.parametrize("is_attended", [False, True])
async def test_a_transfer_to_a_number_with_the_private_prefix_is_told_without_it(
    target: str, *, is_attended: bool
) -> None:
    async with Scene() as scene:
        _caller, olle = await operator_has_caller(scene)
        scene.refers(olle, target, other="gone" if is_attended else None)
        await scene.until(lambda: scene.control.named("tell_transferor"), "the phone is told")
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_a_transfer_to_a_private_number_is_refused_where_private_calls_are() -> None:
    async with Scene(CallSettings(private_calls_fixed=PrivateCalls.REFUSED)) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, f"*9*{OUTSIDE}")
        await scene.hears(olle, "CallBarred")
        assert scene.log.of_kind("outcome")[-1]["rules"] == ["P1", "G4"]
        call = scene.house.live.of_channel(caller)
        assert call is not None
        assert not call.state.private, "it is what it was"


@pytest.mark.parametrize("before", ["*60*", "*63*", "*63**60*", "#31#", "0", "%2A63%2A"])
async def test_what_is_dialled_before_the_prefix_of_a_private_call_leaves_it_one(before: str) -> None:
    async with Scene() as scene:
        caller = scene.dials("olle", f"{before}*9*{OUTSIDE}")
        leg = await scene.rung(OUTSIDE)
        scene.answers(leg)
        await scene.talking(caller, leg)
        assert scene.log.of_kind("opened")[0]["private"] is True
        assert "500400" not in json.dumps(scene.log.entries, default=str)


def given_forwarded(scene: Scene, target: str, kind: ForwardingKind = ForwardingKind.ALWAYS) -> None:
    forwarding = Forwarding(
        id_of("forwarding"), id_of("anna"), target, NOW - timedelta(hours=1), NOW + timedelta(hours=1), kind
    )
    scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))


async def test_a_phones_redirect_with_the_private_prefix_is_not_followed_and_its_number_stands_nowhere() -> (
    None
):
    async with Scene() as scene:
        caller = scene.rings_in(ANNA_DIRECT)
        scene.tell(Redirected(await scene.rung("anna"), f"*9*{OUTSIDE}"))
        await scene.hears(caller, "Referral")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/anna"]
        assert scene.log.of_kind("signal")[-1]["to"] == "*9*084xxxxxxx"
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_a_phones_redirect_with_the_prefix_before_an_inside_number_is_an_ordinary_one() -> None:
    async with Scene() as scene:
        scene.rings_in(ANNA_DIRECT)
        scene.tell(Redirected(await scene.rung("anna"), "*9*202"))
        await scene.rung("bo")


@pytest.mark.parametrize("kind", ForwardingKind)
async def test_a_forwarding_with_the_private_prefix_that_stands_already_is_not_followed(
    kind: ForwardingKind,
) -> None:
    async with Scene() as scene:
        given_forwarded(scene, f"*9*{OUTSIDE}", kind)
        caller = scene.rings_in(ANNA_DIRECT)
        scene.hangs_up(await scene.rung("anna"), 17 if kind is ForwardingKind.BUSY else 20)
        await scene.hears(caller, "Referral")
        assert [dial for _, dial, *_ in scene.control.named("create")] == ["PJSIP/anna"]
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_whom_an_operator_sends_to_a_phone_forwarded_with_the_private_prefix_rings_that_phone() -> None:
    async with Scene() as scene:
        given_forwarded(scene, "*9*0701740611")
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        await scene.rung("anna")


@pytest.mark.parametrize("time", ["", "*1700"])
async def test_a_phone_is_not_forwarded_with_the_private_prefix(time: str) -> None:
    async with Scene() as scene:
        caller = scene.dials("anna", f"*21**9*{OUTSIDE}{time}#")
        await scene.hears(caller, "CodeWrong")
        assert scene.log.of_kind("outcome") == [{"outcome": "code_wrong", "why": "private"}]
        assert scene.directory.register.forwardings.rows == ()
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_a_private_call_dialled_at_the_console_is_shown_on_none_while_ones_own_phone_rings() -> None:
    async with Scene() as scene:
        watching = Desk(scene.house).events(None)
        coming = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        phone = scene.directory.register.phones_of(id_of("olle"))[0]
        scene.house.dialling.ask(Dialled(phone, id_of("olle"), f"*9*{OUTSIDE}"))
        scene.answers(await scene.rung("olle"))
        await scene.rung(OUTSIDE)
        assert not coming.done()
        coming.cancel()
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_nobody_leaves_a_message_by_a_private_call() -> None:
    async with Scene() as scene:
        caller = scene.dials("olle", f"*62**9*{OUTSIDE}")
        await scene.hears(caller, "CodeWrong")
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_where_the_subscription_has_no_itemised_invoice_a_private_call_is_refused() -> None:
    settings = CallSettings(private_calls_fixed=PrivateCalls.REFUSED)
    async with Scene(settings) as scene:
        caller = scene.dials("anna", f"*9*{OUTSIDE}")
        await scene.hears(caller, "CallBarred")
        assert scene.log.of_kind("outcome") == [{"outcome": "barred", "rules": ["P1", "G4"]}]
        assert "500400" not in json.dumps(scene.log.entries, default=str)


async def test_the_prefix_before_an_inside_number_makes_an_ordinary_call() -> None:
    async with Scene(CallSettings(may_call=CallingClass.INSIDE)) as scene:
        scene.dials("bo", "*9*201")
        await scene.rung("anna")
        assert scene.log.of_kind("opened")[0]["private"] is False


@pytest.mark.parametrize(
    ("text", "number", "kept"),
    [
        ("PJSIP/0701740605@carrier", "+46701740605", "PJSIP/070xxxxxxx@carrier"),
        ("0046701740605", "+46701740605", "004670xxxxxxx"),
        ("Numret 070-174 06 05 är en mobil.", "+46701740605", "Numret 070-xxxxxxx är en mobil."),
        ("Ring 1177 i dag", "1177", "Ring xxxx i dag"),
        ("01177", "1177", "xxxxx"),
        ("7c9e1177-3a", "1177", "7c9e1177-3a"),
    ],
)
def test_every_spelling_of_a_private_number_is_cut(text: str, number: str, kept: str) -> None:
    assert masked({"a": [text, 1]}, number) == {"a": [kept, 1]}
