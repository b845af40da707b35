"""``./dev bench overload``: twice the calls that the service can serve, for a minute, and what becomes of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from hanvisa.config import Settings
from hanvisa.lab.api import Api
from hanvisa.lab.bench_calls import make_somebody_absent
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import machine, milliseconds, say
from hanvisa.lab.lines import Line
from hanvisa.lab.loads import Loads, with_ports
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.readings import metrics, reader
from hanvisa.lab.sipp import Load
from hanvisa.lab.system import System
from hanvisa.lab.talking import a_talk
from hanvisa.lab.waiting import until

SECONDS = 60.0  # of calls at the limit, and at twice
CLIMBING = 5.0  # at each rate on the way to the limit
STEPS = (25, 50, 75, 90, 100, 110, 120, 135, 150, 175, 200)  # calls a second
SERVED = 0.99  # of the calls by the service, else the rate is above the limit
AIM = 0.9  # of the calls that end well at the limit
BACK_WITHIN = 10.0  # seconds
GIVEN_UP = 120.0  # seconds after which it is not back, and what is placed afterwards is measured all the same
LIVE_SILENCE = 0.5  # seconds that a talk may be silent at most

OFFERED = 'hanvisa_calls_share{outcome="offered"}'


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a load; ``served`` are those calls that the service took."""

    load: Load
    served: int

    @property
    def by_fallback(self) -> int:
        return max(0, self.load.well - self.served)

    @property
    def failed(self) -> int:
        """Neither ended well nor refused at once."""
        return self.load.placed - self.load.well - self.load.refused


@dataclass(frozen=True, slots=True)
class Overloaded:
    """``back`` is how many seconds after the overload all calls were offered again; silences are in seconds."""

    limit: Outcome
    twice: Outcome
    back: float
    afterwards: Outcome
    silences: tuple[
        float, float
    ]  # the longest that the two who talked heard, from before the overload until after


class Bench:
    def __init__(self, settings: Settings, system: System, api: Api, dialled: str) -> None:
        self._system = system
        self._api = api
        self._dialled = dialled
        self._loads = Loads(settings, system.asterisk)

    async def find_limit(self) -> float:
        """The highest rate of which the service serves nearly all, soon enough."""
        await self._place(10, 2)
        held = STEPS[0]
        for rate in STEPS:
            outcome = await self._place(rate, CLIMBING)
            say(_row(f"{rate:g} calls/s", outcome))
            if outcome.served < SERVED * outcome.load.placed or not outcome.load.held:
                break
            held = rate
        return held

    async def run(self, limit: float, seconds: float) -> Overloaded:
        at_limit = await self._place(limit, seconds)
        say(_row("at the limit", at_limit))
        async with a_talk(self._system.settings, seconds + GIVEN_UP) as talk:
            since = monotonic()
            back = asyncio.create_task(self._back_after(seconds))
            twice = await self._place(2 * limit, seconds)
            say(_row("at twice", twice))
            after = await back
            afterwards = await self._place(limit / 2, CLIMBING)
            say(_row("afterwards", afterwards))
            silences = _silences(talk, since)
        return Overloaded(at_limit, twice, after, afterwards, silences)

    async def _place(self, rate: float, seconds: float) -> Outcome:
        before = await metrics(self._api)
        load = await self._loads.place_beside(self._dialled, rate, seconds)
        after = await metrics(self._api)
        taken = "hanvisa_calls_taken_total"
        return Outcome(load, int(after[taken] - before[taken]))

    async def _back_after(self, seconds: float) -> float:
        """How long after so many seconds of calls all are offered again."""
        await asyncio.sleep(seconds)
        ended = monotonic()

        async def all_are_offered() -> bool:
            return (await metrics(self._api))[OFFERED] == 1

        await until(all_are_offered, within=GIVEN_UP, what="all calls are offered to the service again")
        return monotonic() - ended


async def bench_overload(settings: Settings, limit: float | None = None, seconds: float = SECONDS) -> str:
    """Measure and print; what is to be kept. Raises ConfigurationError, SippError."""
    async with _prepared(settings) as bench:
        limit = limit or await bench.find_limit()
        say(f"The limit: {limit:g} calls a second.")
        overloaded = await bench.run(limit, seconds)
    told = table(overloaded, seconds)
    say(f"\n{told}")
    return told


@asynccontextmanager
async def _prepared(settings: Settings) -> AsyncIterator[Bench]:
    own = with_ports(own_settings(settings, "overload", key_wait=0))
    say("Preparing: a database with the demo directory, Asterisk, the service ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    write_sounds(own.state)
    async with System(own, service=COMMAND) as system, reader(own) as api:

        async def fallback_knows() -> bool:
            return "/hanvisa/digest/absence" in await system.asterisk.cli("database show hanvisa/digest")

        await until(fallback_knows, within=60, what="the absence in AstDB")
        yield Bench(own, system, api, absent)


def _silences(talk: tuple[Line, Line], since: float) -> tuple[float, float]:
    one, other = (line.longest_silence(since) for line in talk)
    return one, other


def is_met(overloaded: Overloaded) -> dict[str, bool]:
    """What is promised, in words, and whether it was kept."""
    limit, twice = overloaded.limit, overloaded.twice
    return {
        f"at twice the limit at least {AIM:.0%} as many end well as at the limit": (
            twice.load.well >= AIM * limit.load.well
        ),
        f"all are offered to the service again within {BACK_WITHIN:g} s": overloaded.back <= BACK_WITHIN,
        "afterwards the service serves every call": (
            overloaded.afterwards.served == overloaded.afterwards.load.placed
            and overloaded.afterwards.load.well == overloaded.afterwards.load.placed
        ),
        f"who talks hears the other all the time, but for {LIVE_SILENCE:g} s at most": (
            max(overloaded.silences) <= LIVE_SILENCE
        ),
    }


def table(overloaded: Overloaded, seconds: float) -> str:
    """For docs/reliability.md."""
    rows = {
        "at the limit": overloaded.limit,
        "at twice": overloaded.twice,
        "afterwards, at half": overloaded.afterwards,
    }
    one, other = overloaded.silences
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}: {seconds:g} seconds each at the limit and at twice.",
        "",
        "| | calls a second | placed | ended well | by the service | the fallback | refused | failed | median | 99 % |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_columns(name, outcome) for name, outcome in rows.items()),
        "",
        f"All were offered to the service again {overloaded.back:.1f} s after the last call of the overload.",
        f"In the talk that went on meanwhile one heard nothing for {one:.2f} s at most, the other for {other:.2f} s.",
        "",
        "| promised | kept |",
        "|---|---|",
        *(f"| {promise} | {'yes' if kept else '**no**'} |" for promise, kept in is_met(overloaded).items()),
    ]
    return "\n".join(lines) + "\n"


def _columns(name: str, outcome: Outcome) -> str:
    load = outcome.load
    return (
        f"| {name} | {load.reached:.0f} | {load.placed} | {load.well} | {load.well - outcome.by_fallback} "
        f"| {outcome.by_fallback} | {load.refused} | {outcome.failed} "
        f"| {milliseconds(load.median).strip()} | {milliseconds(load.p99).strip()} |"
    )


def _row(name: str, outcome: Outcome) -> str:
    load = outcome.load
    return (
        f"{name:15}  placed {load.placed:6}  well {load.well:6}  by the service {outcome.served:6}  "
        f"refused {load.refused:6}  failed {outcome.failed:6}  {milliseconds(load.median)}  {milliseconds(load.p99)}"
    )
