"""What happens in a call, with a switch that only remembers: the whole way is shown in tests/e2e."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hanvisa.calls import registry
from hanvisa.calls.ports import LiveChannel
from hanvisa.calls.queue import LEFT_ALONE
from hanvisa.calls.signals import Channel, Entered, Held, Reconnected, Redirected, Unheld
from hanvisa.calls.state import VARIABLE, CallState, Leg
from hanvisa.errors import Gone, Refused, StorageError, Unavailable
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import Forwarding, OperatorState, Phone, ScopeKind
from hanvisa.testing import FakeCallControl, FakeVoice
from unit.calls.scene import ANNA_MOBILE, MAIN, NOW, Scene, id_of


async def operator_has_caller(
    scene: Scene, number: str = "0980319244", operator: str = "olle"
) -> tuple[str, str]:
    """A citizen, or whose ``number`` it is, has rung the main number and talks to the operator: the two channels."""
    caller = scene.rings_in(MAIN, number)
    await scene.hears(caller, "Greeting")
    scene.finished(caller)
    answered = await scene.rung(operator)
    scene.answers(answered)
    await scene.talking(caller, answered)
    return caller, answered


async def test_a_present_persons_phone_rings_and_answering_connects() -> None:
    async with Scene() as scene:
        caller = scene.rings_in("+46980319201")
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(caller, anna)
        scene.hangs_up(anna)
        await scene.over(caller)
        assert (caller, "normal") in scene.control.named("hang_up")


async def test_an_absent_persons_phone_does_not_ring_and_the_referral_is_spoken() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        assert scene.control.named("create") == []
        [decision] = scene.log.of_kind("decision")
        assert (decision["effect"], decision["rules"]) == ("refer", ["G1"])


async def test_what_is_put_together_is_played_in_one_file_and_told_in_its_pieces() -> None:
    class InOne(FakeVoice):
        def in_one(self, files: tuple[str, ...]) -> tuple[str, ...]:
            return ("/sounds/joined/" + "-".join(Path(file).name for file in files),)

    async with Scene(voice=InOne()) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await until(lambda: scene.control.named("play"), what="what is played")
        [(_, played, _)] = scene.control.named("play")
        [heard] = scene.log.of_kind("heard")
        assert played == ("/sounds/joined/Breath-Referral-Offers",)
        assert heard["files"] == ("/sounds/Breath", "/sounds/Referral", "/sounds/Offers")
        assert heard["channel"] == caller


@pytest.mark.parametrize(("cause", "why"), [(17, "busy"), (19, "no_answer"), (20, "unplugged")])
async def test_a_person_who_is_not_had_is_referred_and_counted(cause: int, why: str) -> None:
    async with Scene() as scene:
        caller = scene.rings_in("+46980319201")
        scene.hangs_up(await scene.rung("anna"), cause)
        await scene.hears(caller, "Referral")
        outcome = scene.log.of_kind("outcome")[-1]
        assert (outcome["why"], outcome["unreferred"]) == (why, True)


async def test_nobody_answering_in_time_is_no_answer_and_ends_the_ringing() -> None:
    async with Scene() as scene:
        caller = scene.rings_in("+46980319201")
        anna = await scene.rung("anna")
        await scene.hears(caller, "Referral")
        assert (anna, "normal") in scene.control.named("hang_up")
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_answer"


async def test_keys_interrupt_and_lead_to_the_mobile_number_and_the_operator() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        scene.presses(caller, "3")
        await scene.until(lambda: scene.control.named("stop_playing"), "the speech stops")
        scene.finished(caller)
        await scene.hears(caller, "MobileNumber")
        scene.presses(caller, "0")
        await scene.until(lambda: len(scene.control.named("stop_playing")) == 2, "the speech stops again")
        scene.finished(caller)
        olle = await scene.rung("olle")
        [variables] = [
            variables for channel, _, variables, _ in scene.control.named("create") if channel == olle
        ]
        assert variables["CONNECTEDLINE(name,i)"] == "ÅTER Anna B: frånvarande"


async def test_no_key_is_goodbye() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        scene.finished(caller)
        await scene.hears(caller, "Goodbye")
        scene.finished(caller)
        await scene.over(caller)


class GoneWithTheirReferral(FakeCallControl):
    """The caller hangs up while they are spoken to: the end of what is played is told before the hang-up."""

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        await super().play(channel, files, playback)
        if self.named("play")[1:]:
            raise Gone(f"{channel} is gone")

    async def variable(self, channel: str, name: str) -> str:
        raise Gone(f"{channel} is gone, and {name} with it")


async def test_who_has_hung_up_has_heard_no_apology_and_not_what_was_due() -> None:
    async with Scene(control=GoneWithTheirReferral()) as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        scene.finished(caller)
        await scene.over(caller)
    [closed] = scene.log.of_kind("closed")
    assert closed["reason"] == "caller_hung_up"
    assert "WentWrong" not in repr(scene.log.of_kind("heard"))
    assert [one["type"] for one in scene.log.of_kind("signal")] == ["not_heard"]


async def test_a_key_that_comes_with_the_goodbye_is_heeded() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        scene.finished(caller)
        await scene.hears(caller, "Goodbye")
        scene.presses(caller, "0")
        scene.finished(caller)
        await scene.rung("olle")


async def test_a_transfer_to_a_mobile_is_declined_and_the_operator_told_alone() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "0701740605")
        await scene.hears(olle, "TransferRefused")
        assert scene.control.named("tell_transferor") == [(olle, "channel_declined")]
        assert (caller,) in scene.control.named("start_music")
        scene.finished(olle)
        await scene.until(lambda: (caller,) in scene.control.named("stop_music"), "the caller's music ends")
        refused = [d for d in scene.log.of_kind("decision") if d["effect"] == "refuse"]
        assert refused[0]["rules"][0] == "O2"
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(olle)


async def test_a_phone_that_holds_is_told_when_it_takes_the_hold_off() -> None:
    async with Scene() as scene:
        _, olle = await operator_has_caller(scene)
        scene.tell(Held(olle))
        scene.refers(olle, "0701740605")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert all(channel != olle for channel, _, _ in scene.control.named("play"))
        scene.tell(Unheld(olle))
        await scene.hears(olle, "TransferRefused")


async def test_with_an_exception_the_mobile_rings_and_one_use_is_taken() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "070-174 06 05")
        mobile = await scene.rung("0701740605")
        scene.answers(mobile)
        await scene.talking(caller, mobile)
        assert scene.directory.register.exceptions.rows[0].uses == 1
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "the operator is free")


@pytest.mark.parametrize(
    "fields",
    [
        {"max_uses": 1, "uses": 1},
        {"ends_at": NOW - timedelta(minutes=1)},
        {"revoked_at": NOW - timedelta(hours=1)},
    ],
    ids=["used up", "expired", "revoked"],
)
async def test_an_exception_that_is_over_lets_nothing_through(fields: dict[str, object]) -> None:
    async with Scene() as scene:
        scene.given_exception(**fields)
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "0701740605")
        await scene.hears(olle, "TransferRefused")


async def test_a_transfer_to_an_absent_person_gives_the_direct_number() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "201")
        await scene.hears(caller, "Referral")
        heard = scene.log.of_kind("heard")[-1]
        assert "direct_number='+46980319201'" in heard["words"]
        await scene.until(lambda: (olle, "normal") in scene.control.named("hang_up"), "the operator is free")


async def test_an_operator_with_a_caller_does_not_get_through_to_a_mobile() -> None:
    async with Scene() as scene:
        await operator_has_caller(scene)
        consult = scene.dials("olle", "0701740605")
        await scene.hears(consult, "DialRefused")
        assert all("0701740605" not in dial for _, dial, *_ in scene.control.named("create"))


async def test_an_operator_without_a_caller_rings_mobiles_as_anyone_does() -> None:
    async with Scene() as scene:
        scene.dials("olle", "0701740605")
        await scene.rung("0701740605")


async def test_the_consultation_and_the_joining_are_one_use_of_an_exception() -> None:
    async with Scene() as scene:
        scene.given_exception(max_uses=1)
        caller, olle = await operator_has_caller(scene)
        consult = scene.dials("olle", "0701740605")
        mobile = await scene.rung("0701740605")
        scene.answers(mobile)
        await scene.talking(consult, mobile)
        scene.refers(olle, "0701740605", other=consult)
        await scene.until(
            lambda: any(channel == mobile for _, channel in scene.control.named("add_to_bridge")), "joined"
        )
        assert scene.directory.register.exceptions.rows[0].uses == 1
        await scene.over(consult)
        assert scene.house.live.of_channel(caller) is scene.house.live.of_channel(mobile)
        assert (mobile, "normal") not in scene.control.named("hang_up")


async def test_a_registered_mobile_that_rang_in_is_not_joined_to_a_caller() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        mobile = scene.rings_in("+46980319201", from_=ANNA_MOBILE)
        anna = await scene.rung("anna")
        scene.answers(anna)
        await scene.talking(mobile, anna)
        scene.refers(olle, "", other=anna)
        await scene.until(
            lambda: (olle, "channel_declined") in scene.control.named("tell_transferor"), "declined"
        )
        assert scene.house.live.of_channel(caller) is not scene.house.live.of_channel(mobile)


async def test_an_attended_transfer_to_a_colleague_joins_them() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        consult = scene.dials("olle", "202")
        bo = await scene.rung("bo")
        scene.answers(bo)
        await scene.talking(consult, bo)
        scene.refers(olle, "202", other=consult)
        await scene.over(consult)
        assert (olle, "channel_answered") in scene.control.named("tell_transferor")
        assert scene.control.variables[bo, VARIABLE] == ""
        assert scene.house.live.of_channel(bo) is scene.house.live.of_channel(caller)


async def test_o2_follows_a_caller_who_rang_an_operators_own_extension() -> None:
    async with Scene() as scene:
        caller = scene.dials("bo", "200")
        olle = await scene.rung("olle")
        scene.answers(olle)
        await scene.talking(caller, olle)
        newcomer = Channel("mobile", "carrier", ANNA_MOBILE, "200")
        scene.tell(Entered(newcomer, (), Channel(olle, "olle", "")))
        await scene.until(
            lambda: ("mobile", "normal") in scene.control.named("hang_up"), "the mobile is put out"
        )
        assert any(channel == olle for _, channel in scene.control.named("add_to_bridge"))


async def test_an_operator_is_rung_at_the_phone_they_sit_at() -> None:
    async with Scene() as scene:
        desk = Phone(id_of("desk"), "vaxel", id_of("hallefors"))
        register = scene.directory.register
        [olle] = register.operators.rows
        scene.directory.register = register.replace(
            phones=(*(row for row in register.phones.rows if row.account != "olle"), desk),
            operators=(replace(olle, phone_id=desk.id),),
        )
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        leg = await scene.rung("vaxel")
        scene.answers(leg)
        await scene.talking(caller, leg)
        scene.refers(leg, "0701740605")
        await scene.hears(leg, "TransferRefused")


async def test_a_forwarding_to_an_absent_colleague_gives_their_referral() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        forwarding = Forwarding(
            id_of("f"), id_of("bo"), "201", NOW - timedelta(hours=1), NOW + timedelta(hours=1)
        )
        scene.directory.register = scene.directory.register.replace(forwardings=(forwarding,))
        colleague = scene.dials("olle", "202")
        await scene.hears(colleague, "Referral")
        assert scene.control.named("create") == []


async def test_forwardings_in_a_circle_end_at_the_persons_own_phone() -> None:
    async with Scene() as scene:
        forwardings = tuple(
            Forwarding(id_of(f"f{who}"), id_of(who), to, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
            for who, to in (("anna", "202"), ("bo", "201"))
        )
        scene.directory.register = scene.directory.register.replace(forwardings=forwardings)
        scene.dials("olle", "201")
        await scene.rung("bo")


async def test_a_refer_to_nothing_takes_no_use_of_an_exception() -> None:
    async with Scene() as scene:
        scene.given_exception(scope=ScopeKind.EVERYONE, scope_id=None, max_uses=1)
        _, olle = await operator_has_caller(scene)
        scene.refers(olle, "bokstäver")
        await scene.until(lambda: scene.control.named("tell_transferor"), "the REFER is answered")
        assert scene.control.named("tell_transferor") == [(olle, "channel_unavailable")]
        assert scene.directory.register.exceptions.rows[0].uses == 0


async def test_a_refer_while_nobody_is_spoken_with_is_answered() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.dials("bo", "201")
        await scene.hears(caller, "Referral")
        scene.refers(caller, "200")
        await scene.until(
            lambda: (caller, "channel_unavailable") in scene.control.named("tell_transferor"),
            "the REFER is answered",
        )


async def test_an_operator_whose_state_cannot_be_stored_loses_no_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> None:
        raise StorageError("The database does not answer.")

    async with Scene() as scene:
        monkeypatch.setattr(scene.directory, "set_operator_state", away)
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        first = await scene.rung("olle")
        await scene.until(
            lambda: (first, "normal") in scene.control.named("hang_up"), "the operator did not answer"
        )
        await scene.hears(caller, "Queued")
        scene.clock.advance(timedelta(seconds=LEFT_ALONE))
        scene.house.queues.wake()
        scene.finished(caller)
        await scene.until(lambda: len(scene.control.named("create")) == 2, "Olle is rung again")
        refused = scene.dials("olle", "*27#")
        await scene.hears(refused, "TryLater")


async def test_a_command_that_fails_while_calls_are_taken_on_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "SYNC_AGAIN", 0.01)
    async with Scene() as scene:
        scene.control.orphaned = ("c9",)
        scene.control.existing = (LiveChannel("c9", "carrier", "0980319244", MAIN, up=True),)
        scene.control.variables["c9", "HANVISA_SIDE"] = "carrier"
        scene.control.fail_at, scene.control.failure = 1, Unavailable("made to fail")
        scene.tell(Reconnected())
        await scene.until(scene.registry.synced.is_set, "all is known")


async def test_a_redirect_to_a_mobile_is_refused_once_an_operator_has_touched_the_call() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "202")
        scene.tell(Redirected(await scene.rung("bo"), "0701740605"))
        await scene.hears(caller, "Referral")
        assert all("0701740605" not in dial for _, dial, *_ in scene.control.named("create"))
        assert scene.log.of_kind("outcome")[-1]["why"] == "no_answer"


async def test_an_unanswering_operator_is_paused_and_the_caller_waits_for_them() -> None:
    async with Scene() as scene:
        caller = scene.rings_in(MAIN)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("olle")
        await scene.hears(caller, "Queued")
        assert scene.directory.register.operators.rows[0].state is OperatorState.PAUSED


async def test_waiting_callers_are_served_in_order() -> None:
    async with Scene() as scene:
        first, olle = await operator_has_caller(scene)
        second, third = scene.rings_in(MAIN), scene.rings_in(MAIN)
        for waiting in (second, third):
            await scene.hears(waiting, "Greeting")
            scene.finished(waiting)
            await scene.hears(waiting, "Queued")
            scene.finished(waiting)
        scene.hangs_up(first)
        await scene.until(
            lambda: scene.control.named("create")[-1][3] == second, "the second caller is served"
        )
        assert olle


async def test_opening_and_closing_by_code() -> None:
    async with Scene() as scene:
        channel = scene.dials("olle", "*27#")
        await scene.hears(channel, "OperatorStateSet")
        assert scene.directory.register.operators.rows[0].state is OperatorState.CLOSED
        for code in ("*27", "*270#"):
            refused = scene.dials("bo", code)
            await scene.hears(refused, "CodeRefused")


async def test_pausing_by_code_and_opening_again() -> None:
    async with Scene() as scene:
        pausing = scene.dials("olle", "*270#")
        await scene.hears(pausing, "OperatorStateSet")
        assert scene.directory.register.operators.rows[0].state is OperatorState.PAUSED
        scene.finished(pausing)
        await scene.over(pausing)
        opening = scene.dials("olle", "*27#")
        await scene.hears(opening, "WasPaused")
        assert scene.directory.register.operators.rows[0].state is OperatorState.OPEN


async def test_a_number_that_leads_nowhere_is_said_and_the_operators_follow() -> None:
    async with Scene() as scene:
        caller = scene.rings_in("+46980319299")
        await scene.hears(caller, "UnknownNumber")
        scene.finished(caller)
        await scene.hears(caller, "Greeting")
        scene.finished(caller)
        await scene.rung("olle")


async def test_a_carriers_call_never_goes_out_again() -> None:
    async with Scene() as scene:
        caller = scene.rings_in("0701740699")
        await scene.hears(caller, "UnknownNumber")
        assert scene.control.named("create") == []


async def test_a_call_of_a_dead_instance_is_taken_on_in_its_stage() -> None:
    async with Scene() as scene:
        state = CallState(
            id="hv-k-1",
            side="carrier",
            dialled=MAIN,
            caller=Leg("c1", number="+46980319244"),
            other=Leg("c2", "olle", id_of("olle")),
            bridge="b1",
            answered=True,
            organisation=id_of("hallefors"),
            touched_by=id_of("olle"),
            stage={"name": "Talking", "args": {}},
        )
        scene.control.existing = (
            LiveChannel("c1", "carrier", "0980319244", MAIN, up=True),
            LiveChannel("c2", "olle", "", "", up=True),
        )
        scene.control.orphaned = ("c1", "c2")
        scene.control.variables["c1", VARIABLE] = state.to_json()
        scene.tell(Reconnected())
        await scene.until(lambda: scene.house.live.of_channel("c2"), "the call is taken on")
        scene.refers("c2", "0701740605")
        await scene.until(
            lambda: ("c2", "channel_declined") in scene.control.named("tell_transferor"), "declined"
        )


async def test_a_bridge_that_cannot_be_made_leaves_nobody_in_it() -> None:
    async with Scene() as scene:
        caller = scene.rings_in("+46980319201")
        anna = await scene.rung("anna")
        scene.control.fail_at = len(scene.control.commands) + 2  # answer, bridge
        scene.control.failure = Refused("made to fail")
        scene.answers(anna)
        await scene.hears(caller, "WentWrong")
        assert scene.log.of_kind("heard")[-1]["words"] == "WentWrong(holds=True)"
        assert (anna, "normal") in scene.control.named("hang_up")


@pytest.mark.parametrize("at", range(1, 12))
async def test_whatever_command_fails_the_caller_is_not_left_in_silence(at: int) -> None:
    async with Scene() as scene:
        scene.control.fail_at, scene.control.failure = at, Refused("made to fail")
        caller = scene.rings_in("+46980319201")
        await scene.until(
            lambda: (
                scene.control.named("play")
                or any(caller in channels for _, channels in scene.control.named("bridge"))
                or scene.control.named("dial")
            ),
            "the caller hears something or somebody",
        )


async def test_an_operator_who_is_refused_twice_is_told_of_the_last() -> None:
    async with Scene() as scene:
        caller, olle = await operator_has_caller(scene)
        scene.refers(olle, "0701740605")
        await scene.hears(olle, "TransferRefused")
        scene.refers(olle, "0701740606")
        await scene.until(lambda: scene.control.named("stop_playing"), "the first explanation stops")
        scene.finished(olle)
        await scene.until(
            lambda: [to for to, *_ in scene.control.named("play")].count(olle) == 2, "told again"
        )
        scene.finished(olle)
        await scene.until(lambda: scene.control.commands[-1][0] == "stop_music", "the music ends")
        assert scene.house.live.of_channel(caller)


async def test_bridges_of_no_call_that_a_dead_instance_left_are_removed_at_the_start_only() -> None:
    async with Scene() as scene:
        scene.control.bridges["hv-b-1"] = set()
        scene.tell(Reconnected())
        await scene.until(scene.registry.synced.is_set, "all is known")
        scene.registry.synced.clear()
        scene.control.bridges["hv-b-2"] = set()
        scene.tell(Reconnected())
        await scene.until(scene.registry.synced.is_set, "all is known again")
        assert scene.control.named("destroy_bridge") == [("hv-b-1",)]
