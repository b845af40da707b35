"""``./dev bench live``: the memory that a live call takes, in the service and in Asterisk."""

import asyncio
from collections.abc import Sequence

from hanvisa.config import Settings
from hanvisa.lab.api import Api
from hanvisa.lab.bench_calls import make_somebody_absent
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import Told, machine, say
from hanvisa.lab.loads import Loads, with_ports
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.readings import Reading, read, reader
from hanvisa.lab.system import System
from hanvisa.lab.waiting import until

LIVE = (200, 400)  # calls at once
RATE = 20.0  # calls a second, until there are so many
CHOOSES = 40  # seconds: how long a caller who has been referred may choose, and so stays
WARM = 20  # calls before the first reading: what the first ones load is no call's
GATHERED_WITHIN = 30.0  # seconds


async def bench_live(settings: Settings) -> str:
    """Measure and print; what was said of it, to be kept. Raises ConfigurationError, StorageError, SippError."""
    own = with_ports(own_settings(settings, "bench", key_wait=CHOOSES))
    say("Preparing: a database with the demo directory, Asterisk, the service ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    write_sounds(own.state)
    told = Told()
    async with System(own, service=COMMAND) as system, reader(own) as api:
        told(_setting())
        loads = Loads(own, system.asterisk)
        readings = [await _with(system, api, loads, absent, WARM)]
        told(row(0, readings[0]))
        for calls in LIVE:
            readings.append(await _with(system, api, loads, absent, calls))
            told(row(calls, readings[-1]))
    told(summary(readings))
    return told.kept()


async def _with(system: System, api: Api, loads: Loads, dialled: str, calls: int) -> Reading:
    """What is used while so many callers are being referred; for the warm-up, when they are gone again."""
    placing = asyncio.create_task(loads.place_beside(dialled, RATE, calls / RATE, CHOOSES))
    if calls > WARM:
        reading = await until(
            lambda: _live(system, api, calls),
            within=calls / RATE + GATHERED_WITHIN,
            what=f"{calls} live calls",
        )
    await placing
    await loads.are_over()
    return reading if calls > WARM else await read(system, api)


async def _live(system: System, api: Api, calls: int) -> Reading | None:
    reading = await read(system, api)
    return reading if reading.channels >= calls else None


def row(calls: int, reading: Reading) -> str:
    return f"{calls:>12}{reading.service_mb:>14.1f}{reading.asterisk_mb:>14.1f}{reading.tasks:>10}"


def summary(readings: Sequence[Reading]) -> str:
    """What one call takes: by the difference between no call and the fewer, and between the fewer and the more."""
    none, fewer, more = readings
    fewer_calls, more_calls = LIVE
    lines = [
        f"{name:>14}: {_each(before.service_mb, after.service_mb, calls):.0f} kB a call in the service, "
        f"{_each(before.asterisk_mb, after.asterisk_mb, calls):.0f} kB in Asterisk"
        for name, before, after, calls in (
            (f"0 to {fewer_calls}", none, fewer, fewer_calls),
            (f"{fewer_calls} to {more_calls}", fewer, more, more_calls - fewer_calls),
        )
    ]
    return "\n" + "\n".join(lines)


def _each(before: float, after: float, calls: int) -> float:
    """kB, of MB."""
    return (after - before) * 1024 / calls


def _setting() -> str:
    return f"""
machine        {machine()}
a live call    a caller who has been referred and may choose a way on; SIPp places them, and nobody presses a key
memory         what is resident (VmRSS), after {WARM} calls that are over, and while so many live

  live calls   service, MB  Asterisk, MB     tasks"""
