"""A search for ways around O2 and M4 on the real system: what phones may do, in any order and at once.

The same witness looks who is together as in the search on a model (tests/unit/calls/test_search.py), here at every
channel and bridge of Asterisk. `./dev test` takes the same few walks each time, `./dev soak searches` more.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from e2e.support.onlooker import Onlooker, onlooker
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, VIKTOR, an_operator_with_a_colleague, put_through
from e2e.support.world import World
from hanvisa.lab.lines import CallFailedError, Line, TransferRefusedError
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.waiting import until
from searching import times

ELSA, FREDRIK, OLGA = "hallefors-205", "hallefors-206", "hallefors-215"
OPERATORS = (ULLA, VIKTOR)
ACCOUNTS = (*OPERATORS, ELSA, FREDRIK, OLGA)
CONFIDENTIAL = {OLGA}
ANNAS_MOBILE, ELSAS_MOBILE = "0701740605", "0701740608"
MOBILES = (ANNAS_MOBILE, ELSAS_MOBILE)
SPELT = ("0701740605", "0701740608", "+46701740605", "00701740605")
FIXED = "0980319260"
CITIZENS = ("0980319244", "0980319245", None, ANNAS_MOBILE)
INSIDE = ("205", "206", "215", "290", "291", "0980319272", "0406280490")
DIALLED = (*INSIDE, *SPELT, FIXED, "*88#")
STEPS = 24
AT_ONCE = 3
WALKS = 3


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(times(WALKS, 200)))


@dataclass
class Walk:
    """Everybody with a telephone, and what they may do. ``done`` tells what they did."""

    world: World
    chance: Random
    phones: list[Siplet]
    done: list[str] = field(default_factory=list)
    refused: int = 0

    async def step(self) -> None:
        """One to three people do something at once."""
        await asyncio.gather(*(self._act() for _ in range(self.chance.randint(1, AT_ONCE))))

    async def _act(self) -> None:
        possible = [self._a_citizen_rings, self._somebody_dials, *self._with_lines()]
        await self.chance.choice(possible)()

    def _with_lines(self) -> list[Callable[[], Awaitable[None]]]:
        """What may be done with calls, more likely than new calls."""
        acts: list[Callable[[], Awaitable[None]]] = []
        if self._ringing():
            acts += [self._somebody_answers] * 4 + [self._somebody_refuses]
        if self._talking():
            acts += [self._sends_on] * 3 + [self._holds, self._presses, self._hangs_up]
        if self._with_two():
            acts += [self._joins] * 4
        return acts

    # what there is

    def _ringing(self) -> list[SipletLine]:
        offered = (line for phone in (self.world.carrier, *self.phones) for line in phone.offered)
        return [line for line in offered if isinstance(line, SipletLine) and line.is_offered]

    def _talking(self) -> list[Line]:
        return [line for phone in self.phones for line in phone.live if line.is_up]

    def _with_two(self) -> list[list[Line]]:
        both = ([line for line in phone.live if line.is_up] for phone in self.phones)
        return [lines for lines in both if len(lines) > 1]

    # what is done

    async def _a_citizen_rings(self) -> None:
        number = self.chance.choice(CITIZENS)
        dials = self.chance.choice(
            (MAIN_NUMBER, MAIN_NUMBER, *(self.world.direct_number(one) for one in ACCOUNTS))
        )
        self._tell(f"{number or 'somebody'} rings {dials}")
        line = await self.world.citizen(number, dials=dials)
        if dials == MAIN_NUMBER:
            with suppress(CallFailedError):
                await line.until_up(within=LONG)
                await line.press("1")

    async def _somebody_dials(self) -> None:
        phone, dialled = self.chance.choice(self.phones), self.chance.choice(DIALLED)
        for line in phone.live:
            if line.is_up and isinstance(line, SipletLine):
                await self._meanwhile(line.hold())
        self._tell(f"{phone.name} dials {dialled}")
        await phone.call(dialled)

    async def _somebody_answers(self) -> None:
        if ringing := self._ringing():
            line = self.chance.choice(ringing)
            self._tell(f"{line.name} answers {line.peer}")
            await line.answer()

    async def _somebody_refuses(self) -> None:
        if ringing := self._ringing():
            line = self.chance.choice(ringing)
            self._tell(f"{line.name} refuses {line.peer}")
            await line.reject()

    async def _sends_on(self) -> None:
        if talking := self._talking():
            line, to = self.chance.choice(talking), self.chance.choice(DIALLED)
            self._tell(f"{line.name} sends {line.peer} to {to}")
            await self._meanwhile(line.transfer(to, within=2))

    async def _joins(self) -> None:
        if with_two := self._with_two():
            one, other = self.chance.sample(self.chance.choice(with_two), 2)
            self._tell(f"{one.name} joins {one.peer} with {other.peer}")
            await self._meanwhile(one.attended(other, within=2))

    async def _holds(self) -> None:
        if talking := self._talking():
            line = self.chance.choice(talking)
            takes_off = self.chance.random() < 0.5
            self._tell(f"{line.name} {'takes off' if takes_off else 'puts on'} hold {line.peer}")
            await self._meanwhile(line.resume() if takes_off else line.hold())

    async def _presses(self) -> None:
        if talking := self._talking():
            line, keys = self.chance.choice(talking), self.chance.choice(("0", "1", "2", "4", "*28#", "*29#"))
            self._tell(f"{line.name} presses {keys} to {line.peer}")
            await self._meanwhile(line.press(keys))

    async def _hangs_up(self) -> None:
        line = self.chance.choice(self._talking())
        self._tell(f"{line.name} hangs up {line.peer}")
        await line.hangup()

    async def _meanwhile(self, act: Awaitable[None]) -> None:
        """The line may end, and the policy may refuse: both belong to a walk."""
        try:
            await act
        except TransferRefusedError:
            self.refused += 1
        except AssertionError as ended:  # a re-INVITE or keys that met the call's end
            self._tell(f"  {ended}")

    def _tell(self, what: str) -> None:
        self.done.append(what)


async def test_whatever_phones_do_nobody_meets_a_mobile_whom_o2_or_m4_keep_from_it(
    world: World, seed: int
) -> None:
    async with walking(world, seed) as (walk, seen):
        for _ in range(STEPS):
            await walk.step()
            await seen.is_quiet()
        assert not seen.witness.wrong, "\n".join([*seen.witness.wrong, *walk.done])
        # A walk on which nobody meets anybody, and nothing is asked, shows nothing.
        assert seen.met
        assert walk.refused


async def test_the_witness_sees_who_meets_a_mobile(world: World) -> None:
    """An exception lets an operator's caller through, of which the witness has not been told."""
    await world.given_exception("number", ANNAS_MOBILE)
    async with looked_at(world) as seen:
        _, line = await an_operator_with_a_colleague(world)
        mobile = await put_through(line.transfer(ANNAS_MOBILE), world.mobile(ANNAS_MOBILE, within=LONG))
        await until(lambda: seen.witness.wrong, within=LONG, what="the witness speaks")
        assert "O2" in seen.witness.wrong[0]
        await mobile.hangup()


def looked_at(world: World) -> AbstractAsyncContextManager[Onlooker]:
    return onlooker(world, operators=OPERATORS, mobiles=MOBILES, confidential=CONFIDENTIAL)


@asynccontextmanager
async def walking(world: World, seed: int) -> AsyncIterator[tuple[Walk, Onlooker]]:
    chance = Random(seed)  # noqa: S311 - no secret
    for operator in OPERATORS:
        await world.given_operator(operator)
    if chance.random() < 0.5:
        await world.given_forwarding(ELSA, ELSAS_MOBILE)
    if chance.random() < 0.3:
        await world.given_absent(FREDRIK, reason="sammanträde", until=timedelta(hours=2))
    phones = [await world.siplet(account) for account in ACCOUNTS]
    async with looked_at(world) as seen:
        yield Walk(world, chance, phones), seen
        for phone in (world.carrier, *phones):
            await phone.hang_up_all()
