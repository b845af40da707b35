"""Pairs of telephones that have nothing else to do: one outside rings one of ours, again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle, islice
from time import monotonic

import numpy as np

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.alaw import RATE
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.lines import Line
from hanvisa.lab.newcomer import read_register
from hanvisa.lab.siplet import REGISTERED_FOR, Siplet
from hanvisa.policy.facts import TargetKind
from hanvisa.policy.register import Register

WITHIN = 20.0  # seconds that each step of a call may take on a busy machine


class Pair:
    """``placed`` calls, of which ``well`` went as they should; ``failures`` tell what was wrong with the others.

    Every other is answered, they talk, and the caller hangs up; the others are given up while it rings.
    """

    def __init__(self, citizen: Carrier, number: str, phone: Siplet) -> None:
        self.placed = self.well = 0
        self.failures: list[str] = []
        self._citizen, self._number, self._phone = citizen, number, phone
        self._stopping = False
        self._registered_at = 0.0

    async def run(self) -> None:
        for way in cycle((self._talk, self._give_up)):
            if self._stopping:
                return
            if monotonic() > self._registered_at + REGISTERED_FOR / 2:
                await self.register()
            self.placed += 1
            try:
                await way()
                self.well += 1
            except (AssertionError, TimeoutError) as error:
                self.failures.append(f"{self._number}, {way.__name__}: {error!r}")
                await self._citizen.hang_up_all()
                await self._phone.hang_up_all()
            for one in (self._citizen, self._phone):
                one.forget()
                one.trace.clear()

    async def register(self) -> None:
        await self._phone.plug_in()
        self._registered_at = monotonic()

    def stop(self) -> None:
        """After the call that is up."""
        self._stopping = True

    async def begin(self) -> tuple[Line, Line]:
        """The caller's line and that of the phone that has answered."""
        caller = await self._citizen.call(self._number)
        line = await self._phone.rings(within=WITHIN)
        await line.answer()
        return await caller.until_up(within=WITHIN), line

    async def _talk(self) -> None:
        caller, line = await self.begin()
        await caller.talks_to(line, within=WITHIN)
        await caller.hangup()
        await line.until_ended(within=WITHIN)

    async def _give_up(self) -> None:
        caller = await self._citizen.call(self._number)
        line = await self._phone.rings(within=WITHIN)
        await caller.hangup()
        await line.until_ended(within=WITHIN)


@asynccontextmanager
async def a_talk(settings: Settings, seconds: float) -> AsyncIterator[tuple[Line, Line]]:
    """One from outside and one of ours talk, and both speak for so long without a pause.

    Raises:
        ConfigurationError: nobody of the demo directory has a phone and a direct number.
    """
    async with pairs(settings, 1) as [pair]:
        caller, line = await pair.begin()
        for one in (caller, line):
            one.say(np.tile(one.voice, round(seconds * RATE / len(one.voice))))
        await asyncio.gather(caller.hears(line.voice), line.hears(caller.voice))
        yield caller, line
        await caller.hangup()


@asynccontextmanager
async def pairs(settings: Settings, number: int) -> AsyncIterator[list[Pair]]:
    """So many, with phones of people who are there and have a direct number.

    Raises:
        ConfigurationError: there are not so many.
    """
    switch = f"{settings.sip_host}:{settings.sip_port}"
    passwords = json.loads((settings.state / "secrets.json").read_text())["phones"]
    found = list(islice(_numbers(await read_register(settings)), number))
    if len(found) < number:
        raise ConfigurationError(
            f"Only {len(found)} people of the demo directory have a phone and a direct number."
        )
    made: list[Pair] = []
    opened: list[Siplet] = []
    try:
        for direct, account in found:
            phone = await Siplet.open(settings.sip_host, 0, account, passwords[account], registrar=switch)
            opened.append(phone)
            citizen = await Carrier.start(settings.carrier_host, 0, switch=switch)
            opened.append(citizen)
            made.append(Pair(citizen, direct, phone))
            await made[-1].register()
        yield made
    finally:
        for one in opened:
            await one.close()


def _numbers(register: Register) -> Iterator[tuple[str, str]]:
    """The direct number, as it is dialled in Sweden, and the phone's account of each who has no absence."""
    for number in register.numbers.rows:
        if number.kind is TargetKind.PERSON and not register.absences_of(number.target_id):
            for phone in islice(register.phones_of(number.target_id), 1):
                yield "0" + number.number.removeprefix("+46"), phone.account
