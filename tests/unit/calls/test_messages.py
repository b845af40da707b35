"""Messages: recorded, reviewed, kept whole before anybody is thanked, and kept when the caller hangs up (S1, M4)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hanvisa.calls.live_ports import Asked, Outcome, Wish
from hanvisa.calls.ports import NewMessage
from hanvisa.errors import Gone, Refused, StorageError
from hanvisa.policy.facts import (
    Absence,
    Message,
    MessageState,
    Mobile,
    OperatorState,
    OutsideNumber,
    TargetKind,
)
from hanvisa.testing import FakeCallControl
from unit.calls.scene import MEETING, NOW, Scene, id_of

ANNA = "+46980319201"
TOLD_WITHIN = 2.5  # seconds of silence, of no real time
TEKNISKA = "+46980319281"
DUE = datetime(2026, 8, 7, 15, tzinfo=UTC)  # Friday at five, left on a Wednesday


async def records(scene: Scene, from_: str = "0980319244", *, who: str = "") -> str:
    """A caller of Anna, who is absent, has chosen to leave a message and is being recorded: their channel.

    It is the colleague ``who``, else somebody outside.
    """
    scene.given_absent("anna")
    caller = scene.dials(who, "201") if who else scene.rings_in("0980319201", from_)
    await scene.hears(caller, "Offers")
    scene.presses(caller, "1")
    scene.finished(caller)
    await is_recorded(scene, caller)
    return caller


async def is_closed(scene: Scene) -> None:
    await scene.until(lambda: scene.log.of_kind("closed"), "the call's end is told")


async def is_recorded(scene: Scene, caller: str, times: int = 1) -> None:
    for prompt in ("SpeakAfterTheTone", "RecordingTone"):
        await plays(scene, caller, prompt, times)
        scene.finished(caller)
    await scene.until(lambda: len(scene.control.named("record")) == times, "it is recorded")
    assert scene.control.named("record")[-1] == (caller, f"hv-rec-{caller}", 120, 5)


async def plays(scene: Scene, channel: str, prompt: str, times: int = 1) -> None:
    await scene.until(
        lambda: (
            sum(f"/sounds/{prompt}" in files for to, files, _ in scene.control.named("play") if to == channel)
            == times
        ),
        f"{channel} hears {prompt} {times} times",
    )


def left(scene: Scene) -> NewMessage:
    [message] = scene.messages.left.values()
    return message


async def test_a_message_is_kept_before_the_caller_is_thanked() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.presses(caller, "#")
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        assert not scene.messages.left
        scene.presses(caller, "1")
        scene.finished(caller)
        await scene.hears(caller, "MessageKept")
        message = left(scene)
        assert (message.person_id, message.caller, message.due_at) == (id_of("anna"), "+46980319244", DUE)
        assert message.recording == f"hv-rec-{caller}"
        assert not message.confidential
        assert scene.control.named("play")[-1][1] == ("/sounds/MessageKept", "/sounds/Goodbye")
        scene.finished(caller)
        await scene.over(caller)
        assert scene.log.of_kind("outcome")[-1]["outcome"] == "message"
        assert ["S1"] in [decision["rules"] for decision in scene.log.of_kind("decision")]


async def test_it_is_heard_again_recorded_anew_and_kept_without_a_key() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        scene.presses(caller, "2")
        scene.finished(caller)
        heard = (f"/recorded/hv-rec-{caller}", "/sounds/MessageReview")
        await scene.until(lambda: last_played(scene) == heard, "it is heard")
        scene.presses(caller, "3")
        scene.finished(caller)
        await is_recorded(scene, caller, times=2)
        scene.said(caller, 7.0)
        for asked in (3, 4):
            await plays(scene, caller, "MessageReview", asked)
            scene.finished(caller)
        await scene.hears(caller, "MessageKept")
        assert left(scene).recording


class GoneAfterwards(FakeCallControl):
    """The caller hangs up while they are recorded: the recording ends first, then nothing can be played."""

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        await super().play(channel, files, playback)
        if "/sounds/MessageReview" in files:
            raise Gone("made to fail")


async def test_who_hangs_up_while_the_folder_hangs_has_left_what_they_said_when_it_answers() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.messages.sounds[f"hv-rec-{caller}"] = 2.0
        scene.messages.answers.clear()
        scene.hangs_up(caller)
        await asyncio.sleep(60.0)  # of no real time
        assert not scene.messages.left
        assert not scene.log.of_kind("closed")
        scene.messages.answers.set()
        await is_closed(scene)
        assert left(scene).recording == f"hv-rec-{caller}"


async def test_who_hangs_up_while_the_folder_hangs_can_be_rung() -> None:
    async with Scene() as scene:
        bo = await records(scene, who="bo")
        assert id_of("bo") in scene.house.live.engaged()
        scene.messages.answers.clear()
        scene.hangs_up(bo)
        await scene.over(bo)
        assert not scene.house.live.is_engaged(id_of("bo"))
        assert scene.house.live.engaged() == frozenset()


async def test_a_fault_in_keeping_what_was_said_loses_no_end_of_a_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: object) -> float:
        raise RuntimeError("made to fail")

    async with Scene() as scene:
        caller = await records(scene)
        monkeypatch.setattr(scene.messages, "seconds", fails)
        scene.hangs_up(caller)
        await is_closed(scene)


@pytest.mark.parametrize("moment", ["recorded", "after the recording", "reviewing"])
async def test_who_hangs_up_midway_has_left_what_they_said(moment: str) -> None:
    async with Scene(control=GoneAfterwards() if moment == "after the recording" else None) as scene:
        caller = await records(scene)
        if moment != "recorded":
            scene.said(caller)
            await scene.hears(caller, "MessageReview")
        else:
            scene.messages.sounds[f"hv-rec-{caller}"] = 2.0
        scene.hangs_up(caller)
        await is_closed(scene)
        assert left(scene).recording == f"hv-rec-{caller}"


async def test_who_hangs_up_without_a_word_has_left_nothing() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.hangs_up(caller)
        await is_closed(scene)
        assert not scene.messages.left


async def test_who_says_nothing_is_told_and_has_the_ways_on() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.said(caller, 0.0)
        await scene.hears(caller, "NothingHeard")
        scene.finished(caller)
        await plays(scene, caller, "Offers", 2)
        await plays(scene, caller, "Referral", 1)
        assert len([one for one in scene.log.of_kind("outcome") if one["outcome"] == "referred"]) == 1


async def test_who_is_dismissed_while_they_speak_is_hung_up_though_the_folder_hangs() -> None:
    async with Scene() as scene:
        caller = await records(scene)
        scene.messages.answers.clear()
        call = scene.house.live.of_channel(caller)
        assert call is not None
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        call.inbox.put_nowait(Asked(Wish.HANG_UP, answer))
        await scene.over(caller)
        assert (caller, "normal") in scene.control.named("hang_up")


@pytest.mark.parametrize("fault", ["full disk", "nothing recorded", "no recording", "the folder hangs"])
async def test_where_it_fails_they_are_told_and_it_is_kept_that_they_want_to_be_rung(fault: str) -> None:
    class Control(FakeCallControl):
        async def record(self, channel: str, recording: str, *, longest: int, silence: int) -> None:
            await super().record(channel, recording, longest=longest, silence=silence)
            if fault == "no recording":
                raise Refused("made to fail")

    async with Scene(control=Control()) as scene:
        scene.messages.full = fault == "full disk"
        caller = await records(scene)
        if fault == "full disk":
            scene.said(caller)
            await scene.hears(caller, "MessageReview")
            scene.presses(caller, "1")
            scene.finished(caller)
        elif fault == "nothing recorded":
            scene.said(caller, None)
        elif fault == "the folder hangs":
            scene.messages.answers.clear()
            scene.said(caller)
            await asyncio.sleep(TOLD_WITHIN)
        await scene.hears(caller, "MessageFailed")
        assert (left(scene).recording, left(scene).caller) == (None, "+46980319244")
        assert "ring_back=True" in scene.log.of_kind("heard")[-1]["words"]
        assert not scene.messages.sounds or fault == "the folder hangs"
        scene.finished(caller)
        await plays(scene, caller, "Offers", 2)


async def test_a_message_of_which_nobody_was_told_that_it_is_stored_is_there_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Scene() as scene:
        leave = scene.messages.leave

        async def unknown(message: NewMessage) -> None:
            await leave(message)
            if message.recording:
                raise StorageError("The connection was lost as the row was committed.")

        monkeypatch.setattr(scene.messages, "leave", unknown)
        caller = await records(scene)
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        scene.presses(caller, "1")
        scene.finished(caller)
        await scene.hears(caller, "MessageFailed")
        assert left(scene).recording


@pytest.mark.parametrize(("full", "seconds"), [(True, 3.0), (False, 120.4)])
async def test_who_was_cut_short_by_a_full_disk_or_the_limit_is_told_so_once(
    *, full: bool, seconds: float
) -> None:
    async with Scene() as scene:
        scene.messages.cut = full
        caller = await records(scene)
        scene.said(caller, seconds)
        await plays(scene, caller, "MessageReview", 1)
        assert "cut=True" in scene.log.of_kind("heard")[-1]["words"]
        scene.finished(caller)
        await plays(scene, caller, "MessageReview", 2)
        assert "cut=False" in scene.log.of_kind("heard")[-1]["words"]


async def test_a_caller_asks_to_be_rung_back() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        bo = scene.dials("bo", "201")
        await scene.hears(bo, "Offers")
        scene.presses(bo, "4")
        scene.finished(bo)
        await scene.hears(bo, "WillRingBack")
        assert (left(scene).recording, left(scene).caller, left(scene).due_at) == (None, "202", DUE)
        assert not scene.control.named("record")


async def test_a_withheld_number_is_not_offered_to_be_rung_and_4_is_no_key() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("0980319201", "anonymous")
        await scene.hears(caller, "Offers")
        assert "RING_BACK" not in scene.log.of_kind("heard")[-1]["words"]
        scene.presses(caller, "4")
        scene.finished(caller)
        await plays(scene, caller, "Offers", 2)
        assert not scene.messages.left


async def test_a_confidential_call_is_told_so_before_it_is_recorded() -> None:
    async with Scene() as scene:
        register = scene.directory.register
        persons = [replace(one, confidential=one.id == id_of("anna")) for one in register.persons.rows]
        mobiles: list[Mobile] = []
        scene.directory.register = register.replace(persons=persons, mobiles=mobiles)
        caller = await records(scene)
        told = [heard["words"] for heard in scene.log.of_kind("heard") if "Speak" in heard["words"]]
        assert "confidential=True" in told[0]
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        scene.hangs_up(caller)
        await scene.over(caller)
        assert left(scene).confidential
        assert ["S1", "M4"] in [decision["rules"] for decision in scene.log.of_kind("decision")]


CHOICES = "/sounds/MessageChoices"


def given_message(scene: Scene, name: str, **fields: object) -> Message:
    """For Bo, left an hour ago, with a sound."""
    message = Message(
        id_of(name),
        id_of("bo"),
        "+46980319244",
        f"messages/{name}.wav",
        MessageState.NEW,
        NOW - timedelta(hours=1),
        DUE,
    )
    message = replace(message, **fields)  # type: ignore[arg-type]
    register = scene.directory.register
    scene.directory.register = register.replace(messages=(*register.messages.rows, message))
    return message


def state(scene: Scene, message: Message) -> MessageState:
    """Those that are handled are not in the register."""
    now = {one.id: one.state for one in scene.directory.register.messages.rows}
    return now.get(message.id, MessageState.HANDLED)


def last_played(scene: Scene) -> tuple[str, ...]:
    played = scene.control.named("play")
    return tuple(played[-1][1]) if played else ()


async def is_told(scene: Scene, *files: str) -> None:
    """Wait until the last that is played ends with these."""
    await scene.until(lambda: last_played(scene)[-len(files) :] == files, f"{files} are played")


async def choose(scene: Scene, channel: str, key: str) -> None:
    scene.presses(channel, key)
    scene.finished(channel)


async def test_new_ones_are_heard_first_again_kept_and_marked_as_handled() -> None:
    async with Scene() as scene:
        heard = given_message(scene, "heard", state=MessageState.READ, left_at=NOW - timedelta(days=1))
        new = given_message(scene, "new")
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/sounds/MessageFrom", "/messages/new", CHOICES)
        assert "MessagesWaiting(new=1, heard=1, department='')" in scene.log.of_kind("heard")[0]["words"]
        await choose(scene, bo, "1")
        await scene.until(lambda: len(scene.control.named("play")) == 2, "it is heard again")
        assert state(scene, new) is MessageState.READ
        await choose(scene, bo, "7")
        await is_told(scene, "/sounds/MessageHandled")
        scene.finished(bo)
        await is_told(scene, "/sounds/MessageFrom", "/messages/heard", CHOICES)
        assert state(scene, new) is MessageState.HANDLED
        await choose(scene, bo, "2")
        await is_told(scene, "/sounds/NoMoreMessages")
        scene.finished(bo)
        await scene.over(bo)
        assert state(scene, heard) is MessageState.READ


async def test_who_has_none_is_told_so() -> None:
    async with Scene() as scene:
        given_message(scene, "somebody else's", person_id=id_of("anna"))
        bo = scene.dials("bo", "*26")
        await is_told(scene, "/sounds/Breath", "/sounds/MessagesWaiting")
        scene.finished(bo)
        await scene.over(bo)


async def test_no_key_asks_once_more_and_goes_on_and_star_ends() -> None:
    async with Scene() as scene:
        given_message(scene, "one")
        given_message(scene, "two", recording=None, left_at=NOW)
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/one", CHOICES)
        scene.finished(bo)
        await is_told(scene, CHOICES)
        await scene.until(lambda: last_played(scene) == (CHOICES,), "asked once more")
        scene.finished(bo)
        await is_told(scene, "/sounds/MessageFrom", CHOICES)
        assert "ring_back=True" in scene.log.of_kind("heard")[-1]["words"]
        await choose(scene, bo, "*")
        await is_told(scene, "/sounds/Goodbye")


async def test_5_rings_the_caller_back() -> None:
    async with Scene() as scene:
        message = given_message(scene, "one")
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/one", CHOICES)
        await choose(scene, bo, "5")
        leg = await scene.rung("0980319244")
        scene.answers(leg)
        await scene.talking(bo, leg)
        assert state(scene, message) is MessageState.READ


async def test_the_answer_to_a_confidential_message_reaches_no_mobile() -> None:
    async with Scene() as scene:
        given_message(scene, "one", caller="+46701740690", confidential=True)
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/one", CHOICES)
        await choose(scene, bo, "5")
        await scene.hears(bo, "DialRefused")
        assert ["M4"] in [decision["rules"] for decision in scene.log.of_kind("decision")]


async def test_ringing_back_takes_the_mark_of_the_phones_next_call() -> None:
    """`*28#` (M4)."""
    async with Scene() as scene:
        given_message(scene, "one", caller="+46701740690")
        bo = scene.dials("bo", "*28#")
        await scene.hears(bo, "NextCallConfidential")
        scene.finished(bo)
        await scene.over(bo)
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/one", CHOICES)
        await choose(scene, bo, "5")
        await scene.hears(bo, "DialRefused")
        assert scene.log.of_kind("decision")[-1]["rules"] == ["M4"]
        assert not scene.directory.register.is_marked("bo"), "it counts once"


async def test_a_withheld_number_is_not_rung_back_and_what_can_not_be_stored_is_told() -> None:
    async with Scene() as scene:
        message = given_message(scene, "one", caller="")
        scene.messages.full = True
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/one", CHOICES)
        await choose(scene, bo, "5")
        await scene.until(lambda: last_played(scene) == (CHOICES,), "asked once more")
        await choose(scene, bo, "7")
        await is_told(scene, "/sounds/WentWrong", CHOICES)
        assert state(scene, message) is MessageState.NEW


async def test_a_department_where_nobody_is_there_gets_a_message_when_no_operator_is_there() -> None:
    async with Scene() as scene:
        given_department(scene)
        caller = await speaks_to_department(scene)
        scene.said(caller)
        await scene.hears(caller, "MessageReview")
        scene.presses(caller, "1")
        scene.finished(caller)
        await scene.hears(caller, "MessageKept")
        message = left(scene)
        assert (message.person_id, message.department_id, message.due_at) == (None, id_of("tekniska"), DUE)
        assert scene.log.of_kind("outcome")[-1] == {
            "outcome": "message",
            "department": str(id_of("tekniska")),
        }


async def test_a_caller_asks_a_department_to_ring_back() -> None:
    async with Scene() as scene:
        given_department(scene)
        caller = scene.rings_in(TEKNISKA)
        await scene.hears(caller, "DepartmentEmpty")
        scene.presses(caller, "4")
        scene.finished(caller)
        await scene.hears(caller, "WillRingBack")
        assert (left(scene).department_id, left(scene).recording) == (id_of("tekniska"), None)


async def test_while_an_operator_is_there_the_departments_callers_come_to_them() -> None:
    async with Scene() as scene:
        given_department(scene, operator=OperatorState.OPEN)
        caller = scene.rings_in(TEKNISKA)
        scene.answers(olle := await scene.rung("olle"))
        await scene.talking(caller, olle)


async def test_whom_nothing_was_heard_of_has_the_ways_on_of_the_department_again() -> None:
    async with Scene() as scene:
        given_department(scene)
        caller = await speaks_to_department(scene)
        scene.said(caller, 0.0)
        await scene.hears(caller, "NothingHeard")
        scene.finished(caller)
        await is_told(scene, "/sounds/Offers")
        await plays(scene, caller, "DepartmentEmpty")


async def test_ones_own_messages_are_heard_first_and_then_the_departments_which_is_said_once() -> None:
    async with Scene() as scene:
        for name in ("first", "second"):
            given_message(scene, name, person_id=None, department_id=id_of("tekniska"))
        given_message(scene, "own", state=MessageState.READ)
        bo = scene.dials("bo", "*26#")
        await is_told(scene, "/messages/own", CHOICES)
        assert "MessagesWaiting(new=0, heard=1, department='')" in scene.log.of_kind("heard")[0]["words"]
        await choose(scene, bo, "2")
        await is_told(scene, "/messages/first", CHOICES)
        assert scene.log.of_kind("heard")[-1]["words"].startswith(
            "MessagesWaiting(new=2, heard=0, department='Tekniska')"
        )
        await choose(scene, bo, "7")
        await is_told(scene, "/sounds/MessageHandled")
        scene.finished(bo)
        await is_told(scene, "/messages/second", CHOICES)
        assert last_played(scene)[0] == "/sounds/MessageFrom"
        scene.hangs_up(bo)
        await scene.over(bo)

        anna = scene.dials("anna", "*26#")
        counts = ("/sounds/Breath", "/sounds/MessagesWaiting", "/sounds/MessagesWaiting")
        await is_told(scene, *counts, "/sounds/MessageFrom", "/messages/second", CHOICES)
        words = scene.log.of_kind("heard")[-1]["words"]
        assert "MessagesWaiting(new=0, heard=0, department='')" in words
        assert "MessagesWaiting(new=1, heard=0, department='Tekniska')" in words, (
            "a colleague has handled one"
        )
        scene.hangs_up(anna)


def given_department(scene: Scene, operator: OperatorState = OperatorState.CLOSED) -> None:
    """Tekniska has a number, and everybody there is absent; the only operator is in that state."""
    register = scene.directory.register
    absences = [
        Absence(
            id_of(f"absence {row.id}"), row.id, MEETING, NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        )
        for row in register.persons.rows
    ]
    number = OutsideNumber(TEKNISKA, TargetKind.DEPARTMENT, id_of("tekniska"))
    scene.directory.register = register.replace(
        absences=absences,
        numbers=(*register.numbers.rows, number),
        operators=[replace(row, state=operator) for row in register.operators.rows],
    )


async def speaks_to_department(scene: Scene) -> str:
    """A caller of an empty department has spoken after the tone, and pressed hash."""
    caller = scene.rings_in(TEKNISKA)
    await scene.hears(caller, "DepartmentEmpty")
    scene.presses(caller, "1")
    scene.finished(caller)
    await is_recorded(scene, caller)
    scene.presses(caller, "#")
    return caller
