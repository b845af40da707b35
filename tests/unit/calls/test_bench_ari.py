"""The program that the service is compared with gives Asterisk the service's commands, no more and no fewer."""

from hanvisa.calls.call import playback_id
from hanvisa.calls.signals import Channel, Entered, Offered, Played
from hanvisa.lab.bench_ari import Referrals
from hanvisa.lab.waiting import until
from hanvisa.testing.control import FakeCallControl
from unit.calls.scene import Scene


async def test_its_commands_are_those_of_a_referral_without_a_key() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        caller = scene.rings_in("+46980319201")
        await scene.hears(caller, "Referral")
        scene.finished(caller)
        await scene.hears(caller, "Goodbye")
        scene.finished(caller)
        await scene.over(caller)
    of_the_service = scene.control.commands

    control = FakeCallControl(alive={"c"})
    channel = Channel("c", "carrier", "+46980319244", "0980319201")
    referrals = Referrals(control, (("who", "why"), ("goodbye",)))
    referrals.deliver(Offered(channel))
    referrals.deliver(Entered(channel, ("carrier",)))
    for number in (1, 2):
        await until(lambda: len(control.named("play")) == number, what="what is played")  # noqa: B023 - awaited
        referrals.deliver(Played(playback_id("c")))
    await until(lambda: control.named("hang_up"), what="the end")
    claim, *commands = [name for name, *_ in control.commands]
    assert claim == "claim"  # which the scene leaves out
    assert commands == [name for name, *_ in of_the_service]
    assert [files for _, files, _ in control.named("play")] == [("who", "why"), ("goodbye",)]
