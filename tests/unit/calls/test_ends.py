"""Who hangs up while no service is there: the call has its end in the log, and what was said in it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from hanvisa.calls.live_ports import Wish
from hanvisa.calls.prompts import Why
from hanvisa.calls.stage import RecordingOwn, ReviewingMessage, Talking, to_json
from hanvisa.calls.state import CallState, Leg, SentTo
from hanvisa.policy.emergency import EmergencyCall
from hanvisa.policy.facts import RecordingKind
from unit.calls.killing import Life
from unit.calls.play import Play
from unit.calls.scene import ANNA_DIRECT, MAIN, id_of
from unit.calls.stories_of_operators import _asks

LATE = 5.0  # seconds


async def gone_meanwhile(play: Play, until: Callable[[Play], Awaitable[None]]) -> None:
    """The story goes on until the service is killed; then everybody hangs up, and it is started again."""
    life = Life(play)
    async with play.scene:
        await until(play)
        life.ends()
        play.everybody_hangs_up()
        await asyncio.sleep(LATE)
        assert life.next is not None
        await life.next
        await play.a_while()


async def _speaks(play: Play) -> None:
    play.scene.given_absent("anna")
    play.rings_in(ANNA_DIRECT)
    await asyncio.sleep(1)
    await play.presses("1")
    await asyncio.sleep(9)


async def _is_asked_to_keep_it(play: Play) -> None:
    await _speaks(play)
    await asyncio.sleep(11)


async def _is_threatened(play: Play) -> None:
    play.scene.house.settings = replace(play.scene.house.settings, record_threats=True)
    await play.has_operator()
    await _asks(play, Wish.THREAT)
    await asyncio.sleep(1)
    play.scene.spool[play.switch.named("record_bridge")[0][1]] = 5.0


@pytest.mark.parametrize(
    ("until", "stage"), [(_speaks, "LeavingMessage"), (_is_asked_to_keep_it, "ReviewingMessage")]
)
async def test_a_message_is_kept_once(until: Callable[[Play], Awaitable[None]], stage: str) -> None:
    play = Play()
    await gone_meanwhile(play, until)
    assert play.scene.log.of_kind("stage")[-1]["name"] == stage
    [message] = play.scene.messages.left.values()
    assert (message.person_id, message.caller) == (id_of("anna"), "+46980319244")
    assert not play.scene.spool
    assert play.scene.log.of_kind("closed") == [{"reason": "ended_meanwhile"}]
    assert not play.scene.open_calls.states


async def test_a_threat_is_kept_as_evidence() -> None:
    play = Play()
    await gone_meanwhile(play, _is_threatened)
    [name] = play.scene.evidence.kept
    assert name.startswith("hv-k-")
    assert [one["type"] for one in play.scene.log.of_kind("signal")][-1] == "threat_recorded"


async def test_so_it_is_where_the_folder_hung_as_they_hung_up_and_until_the_service_was_killed() -> None:
    async def hangs(play: Play) -> None:
        await _is_threatened(play)
        play.scene.evidence.answers.clear()
        play.everybody_hangs_up()
        await play.a_while()
        assert not list(play.scene.house.live)
        play.scene.evidence.answers.set()

    play = Play()
    await gone_meanwhile(play, hangs)
    assert len(play.scene.evidence.kept) == 1
    assert play.scene.log.of_kind("closed") == [{"reason": "ended_meanwhile"}]


async def _is_sent_on_while_the_folder_hangs(play: Play) -> None:
    await _is_threatened(play)
    play.scene.evidence.answers.clear()
    await play.refers("202")
    assert play.switch.leg("bo")
    assert not play.scene.evidence.kept


def _kept_of_the_first_talk(play: Play) -> list[str]:
    recording = play.switch.named("record_bridge")[0][1]
    return [name for name, kept in play.scene.evidence.kept.items() if kept == recording]


async def test_what_was_recorded_before_the_caller_was_sent_on_is_kept_by_whoever_takes_the_call_on() -> None:
    play = Play()
    life = Life(play)
    async with play.scene:
        await _is_sent_on_while_the_folder_hangs(play)
        [call] = play.scene.house.live
        life.ends()
        play.scene.evidence.answers.set()
        await play.a_while()
        assert [name.rpartition("-")[0] for name in _kept_of_the_first_talk(play)] == [call.id]
        assert [one["type"] for one in play.scene.log.of_kind("signal")].count("threat_recorded") == 1
        assert [call.state.unkept for call in play.scene.house.live] == [()]
        assert play.scene.log.of_kind("closed") == [], "they talk on"


async def test_so_it_is_where_all_hang_up_before() -> None:
    async def until(play: Play) -> None:
        await _is_sent_on_while_the_folder_hangs(play)
        play.scene.evidence.answers.set()

    play = Play()
    await gone_meanwhile(play, until)
    assert len(_kept_of_the_first_talk(play)) == 1
    assert play.scene.log.of_kind("closed") == [{"reason": "ended_meanwhile"}]


async def test_what_was_kept_as_the_service_was_killed_is_not_kept_again() -> None:
    """It had not been written down that it was."""
    play = Play()
    life = Life(play)
    async with play.scene:
        await _is_sent_on_while_the_folder_hangs(play)
        life.ends()
        play.scene.spool.clear()
        play.scene.evidence.answers.set()
        await play.a_while()
        assert not play.scene.evidence.kept
        assert "threat_not_kept" not in [one["type"] for one in play.scene.log.of_kind("signal")]


async def test_what_was_recorded_of_oneself_and_not_chosen_is_not_kept() -> None:
    async def speaks(play: Play) -> None:
        play.caller = play.scene.dials("anna", "*24#")
        await asyncio.sleep(10)

    play = Play()
    await gone_meanwhile(play, speaks)
    assert not play.scene.own_sounds.kept
    assert not play.scene.spool


async def test_where_one_call_cannot_be_finished_all_have_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(recording: str) -> None:
        raise OSError(5, f"Input/output error: {recording}")

    async def nothing(play: Play) -> None:
        monkeypatch.setattr(play.scene.own_sounds, "discard", fails)

    play = Play()
    recording = to_json(RecordingOwn(id_of("anna"), RecordingKind.NAME))
    for number, stage in enumerate((recording, to_json(Talking())), start=1):
        state = CallState(f"hv-k-{number}", "phone", "", Leg("gone"), stage=stage)
        play.scene.open_calls.states[state.id] = state.to_json()
    with capture_logs() as told:
        await gone_meanwhile(play, nothing)
    assert [(call, kind) for call, kind, _ in play.scene.log.entries] == [
        ("hv-k-1", "closed"),
        ("hv-k-2", "closed"),
    ]
    assert [one["call"] for one in told if one["event"] == "calls.not_finished"] == ["hv-k-1"]


async def test_operators_who_had_not_answered_an_alarm_are_told_after_all() -> None:
    async def alarm(play: Play) -> None:
        play.switch.phones["olle"] = "rings"
        play.scene.house.alarms.made(EmergencyCall("bo"))
        await asyncio.sleep(1)
        play.switch.phones["olle"] = "answers"

    play = Play()
    await gone_meanwhile(play, alarm)
    assert [to for to, dial, *_ in play.switch.named("create") if dial == "PJSIP/olle"][1:]
    assert any("EmergencyDialled" in str(heard) for heard in play.scene.log.of_kind("heard"))


async def test_of_a_call_that_another_version_has_written_down_only_the_end_is_told() -> None:
    play = Play()
    unreadable = {"hv-k-1": "{", "hv-k-2": '{"id": "hv-k-2"}'}
    person, caller = id_of("anna"), Leg("gone")
    for number, name in enumerate(("Unheard", "LeavingMessage"), start=3):
        state = CallState(f"hv-k-{number}", "carrier", "", caller, stage={"name": name, "args": {"to": 1}})
        unreadable[state.id] = state.to_json()
    nobody = to_json(ReviewingMessage(id_of("nobody"), Why.ABSENT, person))
    unreadable["hv-k-5"] = CallState("hv-k-5", "carrier", "", caller, stage=nobody).to_json()
    play.scene.open_calls.states.update(unreadable)

    async def nothing(_: Play) -> None:
        """They are of a service that died long ago."""

    await gone_meanwhile(play, nothing)
    assert [(call, kind) for call, kind, _ in play.scene.log.entries] == [
        (call, "closed") for call in unreadable
    ]


async def test_what_is_written_in_another_calls_file_ends_the_call_whose_file_it_is() -> None:
    play = Play()
    other = CallState("hv-k-1", "carrier", "", Leg("gone"), stage={"name": "Talking", "args": {}}).to_json()
    play.scene.open_calls.states["hv-k-2"] = other

    async def nothing(_: Play) -> None:
        """A process that hung has written it too late."""

    await gone_meanwhile(play, nothing)
    assert [(call, kind) for call, kind, _ in play.scene.log.entries] == [("hv-k-2", "closed")]


async def test_of_a_private_call_no_number_is_written_down() -> None:
    private = CallState(
        "hv-k-1", "phone", "*9*0701740611", Leg("c", "bo"), Leg("d", number="+46701740611"), private="+46701740611",
        sent_to=SentTo("0701740611", None), stage=to_json(Talking()),
    )  # fmt: skip
    kept = private.without_numbers_of_others().to_json()
    assert "174" not in kept
    assert CallState.from_json(kept).caller == private.caller


async def test_calls_that_are_taken_on_stay_open() -> None:
    play = Play()
    life = Life(play)
    async with play.scene:
        play.rings_in(MAIN)
        await play.a_while()
        life.ends()
        await play.a_while()
        assert play.scene.log.of_kind("closed") == []
        assert len(play.scene.open_calls.states) == 1
