"""``./dev soak``: mixed calls for an hour, what grows meanwhile, and whether every call is in the log."""

import argparse
import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import func, select

from hanvisa.config import Settings, read_settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables.calls import CallRow
from hanvisa.errors import HanvisaError
from hanvisa.lab.api import Api
from hanvisa.lab.bench_calls import make_somebody_absent
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import machine, say
from hanvisa.lab.figures import RELIABILITY, write_part
from hanvisa.lab.loads import Loads, with_ports
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.readings import Reading, read, reader
from hanvisa.lab.system import System
from hanvisa.lab.talking import pairs
from hanvisa.lab.waiting import NeverHappenedError, until

RATE = 20.0  # calls a second; the pairs of phones add as many, to a third of what docs/performance.md found
MINUTES = 60.0
SLICE = 30.0  # seconds of calls between two readings
WARM = (
    1 / 3
)  # of the run, after which nothing should grow any more: memory is found, and kept, as calls come together
GROWTH = 0.05  # of the memory, from when it was warm until the end
STORED_WITHIN = 60  # seconds
AT_REST_WITHIN = 30  # seconds after the last call: what it began ends by itself (a lamp, a connection)
SPARE_FILES = 10  # what the first calls of all open, and keep
PAIRS = 4


@dataclass(frozen=True, slots=True)
class Soaked:
    """``placed`` and ``well`` are calls of ours; ``logged`` and ``ended`` those of the call log."""

    minutes: float
    rate: float
    placed: int
    well: int
    logged: int
    ended: int
    readings: tuple[Reading, ...]

    @property
    def warm(self) -> Reading:
        return self.readings[int(WARM * (len(self.readings) - 1))]

    @property
    def not_taken(self) -> int:
        return self.readings[-1].not_taken - self.readings[0].not_taken


async def soak(settings: Settings, minutes: float, rate: float, talking: int = PAIRS) -> Soaked:
    """Place calls for so long, and read what the service and Asterisk use: at rest before and after, and meanwhile.

    ``rate`` calls a second are referred; ``talking`` pairs of phones ring, talk and hang up as fast as they can.

    Raises:
        ConfigurationError, SippError: it could not be begun.
    """
    own = with_ports(own_settings(settings, "soak", key_wait=0))
    say("Preparing: a database with the demo directory, Asterisk, the service ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    write_sounds(own.state)
    async with System(own, service=COMMAND, urgent=True) as system, reader(own) as api:
        loads = Loads(own, system.asterisk)
        async with pairs(own, talking) as together:
            say(
                f"{rate:g} calls a second for {minutes:g} minutes, and {talking} pairs of phones that talk in turn:"
            )
            readings = [await read(system, api)]
            placed = well = 0
            talks = [asyncio.create_task(one.run()) for one in together]
            deadline = monotonic() + minutes * 60
            while (left := deadline - monotonic()) > 0:
                load = await loads.place_beside(absent, rate, min(SLICE, max(1.0, left)))
                placed, well = placed + load.placed, well + load.well
                readings.append(await read(system, api))
                _tell(readings[-1], placed, deadline - monotonic())
                for failure in load.failures:
                    say(f"This one did not end well: {failure}")
            for one in together:
                one.stop()
            await asyncio.gather(*talks)
            await loads.are_over()
            placed += sum(one.placed for one in together)
            well += sum(one.well for one in together)
            for failure in (failure for one in together for failure in one.failures):
                say(f"This one did not go well: {failure}")
        readings.append(await _at_rest(system, api, readings[0]))
        logged, ended = await _stored(own, placed - (readings[-1].not_taken - readings[0].not_taken))
    return Soaked(minutes, rate, placed, well, logged, ended, tuple(readings))


def _tell(reading: Reading, placed: int, left: float) -> None:
    say(
        f"{placed:8} calls placed, {max(0.0, left) / 60:4.1f} minutes left; service {reading.service_mb:.0f} MB, "
        f"Asterisk {reading.asterisk_mb:.0f} MB, {reading.tasks} tasks, {reading.channels} channels"
    )


async def _at_rest(system: System, api: Api, before: Reading) -> Reading:
    """What is used when nothing more goes on than before, or when it goes on for too long."""
    last = before

    async def is_over() -> bool:
        nonlocal last
        last = await read(system, api)
        return is_as_before(last, before)

    with suppress(NeverHappenedError):  # then the reading says so
        await until(is_over, within=AT_REST_WITHIN, what="the system at rest")
    return last


async def _stored(settings: Settings, taken: int) -> tuple[int, int]:
    """How many calls the log has, and how many of them have ended: when all are there, or never will be."""
    database = open_database(settings.database_url)
    counted = select(func.count(), func.count(CallRow.ended_at)).select_from(CallRow)
    logged = ended = 0

    async def all_are_there() -> bool:
        nonlocal logged, ended
        async with database.reading() as session:
            logged, ended = (await session.execute(counted)).one()
        return ended >= taken

    try:
        with suppress(NeverHappenedError):  # then the figures say so
            await until(all_are_there, within=STORED_WITHIN, what="every call in the log")
    finally:
        await database.close()
    return logged, ended


def is_as_before(last: Reading, first: Reading) -> bool:
    """Nothing goes on that did not, and no more files are open, but for a few that the first calls of all opened."""
    return (
        last.tasks <= first.tasks
        and last.service_files <= first.service_files + SPARE_FILES
        and last.asterisk_files <= first.asterisk_files + SPARE_FILES
    )


def is_met(soaked: Soaked) -> dict[str, bool]:
    """What was promised, in words, and whether it was kept."""
    first, warm, last = soaked.readings[0], soaked.warm, soaked.readings[-1]
    return {
        "every call that was placed ended well": soaked.well == soaked.placed,
        "placed = in the log and ended there + not taken in time": (
            soaked.logged == soaked.ended == soaked.placed - soaked.not_taken
        ),
        "no channel, bridge or recording is left": (last.channels, last.bridges, last.recordings)
        == (0, 0, 0),
        f"tasks as before, and open files, {SPARE_FILES} more at most": is_as_before(last, first),
        f"memory since it was warm at most {GROWTH:.0%} more": (
            last.service_mb <= warm.service_mb * (1 + GROWTH)
            and last.asterisk_mb <= warm.asterisk_mb * (1 + GROWTH)
        ),
    }


def table(soaked: Soaked) -> str:
    """For docs/reliability.md."""
    middle = soaked.readings[len(soaked.readings) // 2]
    rows = {
        "before": soaked.readings[0],
        "warm": soaked.warm,
        "half-way": middle,
        "at the end, at rest": soaked.readings[-1],
    }
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}: {soaked.rate:g} calls a second for {soaked.minutes:g} minutes.",
        "",
        "| | service, MB | Asterisk, MB | its files | Asterisk's | tasks | channels | bridges | recordings |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {name} | {one.service_mb:.0f} | {one.asterisk_mb:.0f} | {one.service_files} | {one.asterisk_files} "
            f"| {one.tasks} | {one.channels} | {one.bridges} | {one.recordings} |"
            for name, one in rows.items()
        ),
        "",
        "| calls placed | ended well | in the log | ended there | not taken in time |",
        "|---|---|---|---|---|",
        f"| {soaked.placed} | {soaked.well} | {soaked.logged} | {soaked.ended} | {soaked.not_taken} |",
        "",
        "| promised | kept |",
        "|---|---|",
        *(f"| {promise} | {'yes' if kept else '**no**'} |" for promise, kept in is_met(soaked).items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev soak",
        description="Mixed calls for an hour: whether anything grows, and every call is in the log. "
        "Writes what it found into docs/reliability.md.",
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"how long (usually {MINUTES:g})")
    parser.add_argument("--rate", type=float, default=RATE, help=f"calls a second (usually {RATE:g})")
    given = parser.parse_args()
    try:
        soaked = asyncio.run(soak(read_settings(), given.minutes, given.rate))
    except HanvisaError as error:
        sys.stdout.write(f"dev soak: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
        return 130
    told = table(soaked)
    say(f"\n{told}")
    write_part(RELIABILITY, "soak", told)
    return 0 if all(is_met(soaked).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
