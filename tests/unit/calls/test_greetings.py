"""Ringing a mobile to check its greeting (M2)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from hanvisa.calls import greetings
from hanvisa.calls.greetings import GreetingCaller, Rung
from hanvisa.calls.ringing import Display
from hanvisa.calls.signals import Channel, Entered, HungUp, Played, Recorded
from hanvisa.errors import TelephonyError
from hanvisa.lab.waiting import until
from hanvisa.policy.greetings import Came
from hanvisa.policy.model import Language
from hanvisa.testing import FakeCallControl, FakeClock, FakeVoice
from unit.calls.fast_time import run_fast
from unit.calls.play import A_WHILE
from unit.calls.switch import FAILURES, Switch

DIAL = "PJSIP/0701740605@carrier"


@dataclass
class Heard:
    seconds: float = 0.0

    async def spoken(self, _: str) -> float:
        return self.seconds


@dataclass
class Play:
    """One mobile being rung."""

    heard: Heard = field(default_factory=Heard)
    control: FakeCallControl = field(default_factory=FakeCallControl)
    ring: float = 0.2

    def __post_init__(self) -> None:
        self.caller = GreetingCaller(self.control, FakeVoice(), self.heard, FakeClock(), self.ring)
        self.checking = asyncio.create_task(
            self.caller.check(DIAL, Display("Hällefors", "+46980319200"), Language.SV)
        )

    async def command(self, name: str) -> str:
        """Wait for it; the channel, or whatever it is of."""
        await until(lambda: self.control.named(name), within=2, what=name)
        return str(self.control.named(name)[-1][0])

    async def rings(self) -> str:
        return await self.command("originate")

    async def speaks(self, seconds: float) -> str:
        """Something answers, and speaks for so long."""
        self.heard.seconds = seconds
        channel = await self.rings()
        self.caller.deliver(Entered(Channel(channel, "carrier", ""), ("rung",)))
        await self.command("record")
        self.caller.deliver(Recorded(f"hv-rec-{channel}"))
        return channel

    async def told(self, channel: str) -> None:
        """They begin to hear what it is about."""
        wanted = (channel, ("/sounds/GreetingChecked",), f"hv-play-{channel}")
        await until(lambda: wanted in self.control.named("play"), within=2, what="told")


async def test_a_voicemail_is_recorded_and_told_nothing() -> None:
    play = Play()
    channel = await play.speaks(9.0)
    assert await play.checking == Rung(Came.VOICEMAIL, f"hv-rec-{channel}", 9.0)
    assert play.control.named("play") == []
    assert play.control.named("hang_up") == [(channel, "normal")]


async def test_a_person_hears_what_it_is_about() -> None:
    play = Play()
    channel = await play.speaks(1.0)
    await play.told(channel)
    play.caller.deliver(Played(f"hv-play-{channel}"))
    assert (await play.checking).came is Came.PERSON


async def test_a_person_who_hangs_up_while_told_is_let_go() -> None:
    play = Play()
    channel = await play.speaks(1.0)
    await play.told(channel)
    play.caller.deliver(HungUp(channel, 16))
    assert (await play.checking).came is Came.PERSON


@pytest.mark.parametrize("failing", FAILURES)
@pytest.mark.parametrize("spoken", [9.0, 1.0], ids=["voicemail", "person"])
def test_whatever_command_fails_no_mobile_stays_on_the_line(failing: str, spoken: float) -> None:
    async def checked(at: int | None) -> Switch:
        failure, fails_late = FAILURES[failing]
        switch = Switch(fail_at=at, failure=failure, fails_late=fails_late)
        caller = GreetingCaller(switch, FakeVoice(), Heard(spoken), FakeClock(), ring=40.0)
        switch.tell = caller.deliver
        with suppress(TelephonyError):
            await caller.check(DIAL, Display("Hällefors", "+46980319200"), Language.SV)
        await asyncio.sleep(A_WHILE)
        return switch

    commands = run_fast(checked(None)).commands
    left = [command for at, command in enumerate(commands, start=1) if run_fast(checked(at)).alive]
    assert not left


@pytest.mark.parametrize(
    ("cause", "sip", "came"),
    [
        (17, 486, Came.ENGAGED),
        (21, 603, Came.ENGAGED),
        (20, 404, Came.OFF),
        (19, 480, Came.OFF),
        (16, 0, Came.NO_ANSWER),
    ],
)
async def test_who_can_not_be_had_is_noted(cause: int, sip: int, came: Came) -> None:
    play = Play()
    channel = await play.rings()
    play.caller.deliver(HungUp(channel, cause, sip))
    assert await play.checking == Rung(came)


async def test_nobody_answers_in_time_and_nobody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greetings, "_LATE", 0.1)
    play = Play()
    channel = await play.rings()
    assert (await play.checking).came is Came.NO_ANSWER
    assert play.control.named("hang_up") == [(channel, "normal")]
