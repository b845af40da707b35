"""The service is killed while the legs of a call change: the successor must find the call as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hanvisa.calls.dialling import Dialled
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.signals import Channel, Entered, Reconnected
from hanvisa.policy.facts import Callback
from hanvisa.testing import FakeCallControl
from unit.calls.fast_time import run_fast
from unit.calls.killing import Life
from unit.calls.play import Play
from unit.calls.scene import MAIN, NOW, Scene, id_of
from unit.calls.stories_of_operators import consultation_sent_on
from unit.calls.test_calls import operator_has_caller
from unit.calls.test_no_way_around import MOBILE, PATIENT, talks
from unit.calls.test_waiting import ready

OUTSIDE = "0980319260"


class DiesAt(FakeCallControl):
    """The process comes no further than this command."""

    def __init__(self, command: str, nth: int = 1) -> None:
        super().__init__()
        self.dies_at, self.nth = command, nth

    async def _do(self, *command: Any, then: Callable[[], object] = lambda: None) -> None:
        await super()._do(*command, then=then)
        if command[0] == self.dies_at and len(self.named(self.dies_at)) == self.nth:
            await asyncio.Event().wait()


async def _successor(dead: Scene, *there: LiveChannel) -> Scene:
    later = Scene(PATIENT)
    later.open_calls.states = dict(dead.open_calls.states)
    later.control.variables = dict(dead.control.variables)
    later.control.bridges = dead.control.bridges
    later.control.existing = there
    later.control.orphaned = tuple(one.id for one in there)
    return later


async def test_killed_in_an_attended_transfer_the_caller_and_the_colleague_talk_all_the_same() -> None:
    control = DiesAt(
        "remove_from_bridge", 2
    )  # the colleague is being brought over; the operator has been told
    async with Scene(PATIENT, control=control) as scene:
        caller, olle = await operator_has_caller(scene)
        consult, bo = await talks(scene, "olle", "202")
        scene.refers(olle, "", other=consult)
        await scene.until(lambda: len(control.named("remove_from_bridge")) == 2, "Bo is on the way")
        assert (olle, "channel_answered") in control.named("tell_transferor")
    later = await _successor(
        scene,  # the operator's phone has hung up both its legs, as it does after a REFER that succeeded
        LiveChannel(caller, "carrier", "0980319244", MAIN, up=True),
        LiveChannel(bo, "bo", "", "", up=True),
    )
    async with later:
        await ready(later)
        call = later.house.live.of_channel(caller)
        assert call is not None
        assert call is later.house.live.of_channel(bo)
        await later.until(call.inbox.empty, "all is heeded")
        assert (caller, "normal") not in later.control.named("hang_up"), "the caller is lost"


async def test_killed_when_somebody_has_taken_the_operators_place_the_caller_talks_on() -> None:
    control = DiesAt("hang_up", 1)  # the operator's leg is gone; the channel does not say yet who is there
    async with Scene(PATIENT, control=control) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(olle, "olle", "")))
        await scene.until(lambda: (olle, "normal") in control.named("hang_up"), "Bo has it")
    later = await _successor(
        scene,
        LiveChannel(caller, "carrier", "0980319244", MAIN, up=True),
        LiveChannel("bos", "bo", "", "", up=True),
    )
    async with later:
        await ready(later)
        call = later.house.live.of_channel(caller)
        assert call is not None
        assert call is later.house.live.of_channel("bos")
        await later.until(call.inbox.empty, "all is heeded")
        assert (caller, "normal") not in later.control.named("hang_up"), "the caller is lost"


async def test_killed_while_somebody_is_told_why_they_were_refused_the_music_is_stopped_twice() -> None:
    """Of an order to stop that comes as a piece of music is made Asterisk knows nothing (`calls/music.py`)."""
    async with Scene(PATIENT) as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, MOBILE)
        await scene.hears(olle, "TransferRefused")
    later = await _successor(
        scene,
        LiveChannel(caller, "carrier", "0980319244", MAIN, up=True),
        LiveChannel(olle, "olle", "", "", up=True),
    )
    async with later:
        await ready(later)
        await later.until(
            lambda: later.control.named("stop_music").count((caller,)) == 2, "the caller's music ends"
        )


def test_killed_as_a_marked_call_begins_it_is_confidential_still() -> None:
    """M4: `*28#` marked it, and used the mark up. At whichever step it is killed, no mobile is rung for it."""
    rung = [at for at in range(1, 25) if run_fast(_rings_a_mobile(at))]
    assert not rung, f"killed before these steps it rang: {rung}"


async def _rings_a_mobile(killed_before: int) -> bool:
    play = Play()
    await play.scene.directory.phone_changes.mark_next_call("bo")
    Life(play, until=killed_before)
    async with play.scene as scene:
        play.caller = scene.dials("bo", MOBILE)
        await play.a_while()
        return MOBILE in play.switch.dialled.values()


def test_killed_while_a_ring_back_is_joined_the_two_talk_and_nobody_is_rung_for_it_again() -> None:
    _must_go_on_wherever_killed(_ring_back, {"RingingBack", "Talking"}, _are_rung_back)


def test_killed_as_an_operator_has_answered_for_a_number_they_stay_and_the_caller_is_rung() -> None:
    """From the first ring on; a phone that rings still is rung anew."""
    _must_go_on_wherever_killed(
        _ring_back, {"", "RingingBack"}, lambda play: _are_rung_back(play) and not _was_hung_up(play, "olle")
    )


def test_killed_as_an_operator_has_answered_for_a_number_it_is_known_still_which_it_is() -> None:
    _must_go_on_wherever_killed(_ring_back, {"", "RingingBack", "Talking"}, _tells_the_number)


def _tells_the_number(play: Play) -> bool:
    """Operators see it at the console."""
    caller = play.switch.leg("0980319244")
    call = play.scene.house.live.of_channel(caller) if caller else None
    return call is not None and call.state.dialled == "+46980319244"


def test_killed_as_an_operators_phone_answers_for_a_number_dialled_at_the_console_it_is_rung() -> None:
    _must_go_on_wherever_killed(_dials_at_the_console(OUTSIDE), DIALLING, _is_rung_or_phone_is_free)


def test_killed_as_an_operators_phone_answers_for_a_colleague_they_are_rung() -> None:
    def _talks(play: Play) -> bool:
        return _is_rung_or_phone_is_free(play, "bo")

    _must_go_on_wherever_killed(_dials_at_the_console("202"), {*DIALLING, "ReachingPerson"}, _talks)


def test_killed_as_a_phone_answers_for_a_number_dialled_in_confidence_no_mobile_is_rung() -> None:
    """M4: it is decided anew, and confidential still."""

    def _is_refused(play: Play) -> bool:
        return MOBILE not in play.switch.dialled.values()

    _must_go_on_wherever_killed(
        _dials_at_the_console(MOBILE, confidential=True), {*DIALLING, "ReachingPerson"}, _is_refused
    )


DIALLING = {"", "Arriving", "CallingOut"}


def _dials_at_the_console(to: str, *, confidential: bool = False) -> Callable[[Play], Awaitable[None]]:
    async def _dials(play: Play) -> None:
        phone = play.scene.directory.register.phone(id_of("phone olle"))
        assert phone is not None
        play.scene.house.dialling.ask(Dialled(phone, id_of("olle"), to, confidential))
        await play.a_while()

    return _dials


def _is_rung_or_phone_is_free(play: Play, to: str = OUTSIDE) -> bool:
    """A phone that nobody has answered rings no more: the number is dialled once more."""
    olle, rung = play.switch.leg("olle"), play.switch.leg(to)
    if olle is None:
        return rung is None and not _was_hung_up(play, "olle")
    return rung is not None and play.switch.partner(rung) == olle


def _was_hung_up(play: Play, who: str) -> bool:
    """Though they had answered."""
    hung_up = [channel for channel, _ in play.switch.named("hang_up") if channel in play.switch.up]
    return any(play.switch.dialled.get(channel) == who for channel in hung_up)


async def _ring_back(play: Play) -> None:
    callback = Callback(id_of("callback"), id_of("board"), "+46980319244", NOW, NOW)
    register = play.scene.directory.register
    play.scene.directory.register = register.replace(callbacks=(callback,))
    play.scene.tell(Reconnected())
    await play.a_while(2 * play.scene.house.settings.callback_again)  # who was not had is rung once more


def _are_rung_back(play: Play) -> bool:
    caller = play.switch.leg("0980319244")
    talks = caller is not None and play.switch.partner(caller) == play.switch.leg("olle")
    return talks and not play.scene.directory.register.callbacks.rows


def test_killed_while_a_caller_of_ours_sends_the_other_one_on_nobody_is_lost() -> None:
    _must_go_on_wherever_killed(_send_on, {"Talking", "Transferred"}, _is_sent_on)


def test_killed_while_a_consultation_that_was_sent_on_rings_the_caller_is_sent_there() -> None:
    async def told() -> Play:
        play = Play()
        life = Life(play)
        async with play.scene:
            consultation = await consultation_sent_on(play)
            life.ends()
            await play.a_while(3)
            play.switch.phones["anna"] = "answers"
            await play.refers("202", consultation)
        return play

    play = run_fast(told())
    anna = play.switch.leg("anna")
    assert anna is not None
    assert play.switch.partner(anna) == play.caller


async def _send_on(play: Play) -> None:
    """Bo has rung somebody outside, and sends them to Olle."""
    bo = play.scene.dials("bo", OUTSIDE)
    await play.a_while()
    play.scene.refers(bo, "200")
    await play.a_while(1)
    if (bo, "channel_answered") in play.switch.named("tell_transferor"):
        play.switch.goes(bo)  # as a phone does whose REFER was accepted
    await play.a_while()


def _is_sent_on(play: Play) -> bool:
    """And rung once, unless the service was killed before it had written down that the two talk."""
    outside = play.switch.leg(OUTSIDE)
    names = [name for name, *_ in play.switch.commands]
    is_written = names[names.index("bridge") + 1] == "set_variable"
    rung = list(play.switch.dialled.values()).count(OUTSIDE)
    is_talking = outside is not None and play.switch.partner(outside) is not None
    return is_talking and (rung == 1 or not is_written)


def _must_go_on_wherever_killed(
    story: Callable[[Play], Awaitable[None]], stages: set[str], is_well: Callable[[Play], bool]
) -> None:
    """Told once, and then again for each step outside that is taken while a call is in one of the stages."""

    async def told(until: int | None = None) -> tuple[Play, Life]:
        play = Play()
        life = Life(play, until=until)
        async with play.scene:
            await story(play)
            return play, life

    play, life = run_fast(told())
    assert is_well(play), "as it should go"
    moments = [at for at, seen in enumerate(life.seen, start=1) if seen & stages]
    assert moments
    lost = [at for at in moments if not is_well(run_fast(told(at))[0])]
    assert not lost, f"killed before these steps, of {moments}: {lost}"
