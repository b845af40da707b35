"""``./dev bench calls``, ``short-calls``: calls a second through the service, beside the same calls in dialplans.

The first with a referral as callers hear it, the second with next to nothing said, which leaves what the way costs.
"""

import asyncio
import math
import platform
import shutil
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

from hanvisa.calllog.entry import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY, Asterisk
from hanvisa.lab.bench_ari import referring
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import Told, machine, met, milliseconds, say
from hanvisa.lab.climbing import Climb, climb
from hanvisa.lab.loads import LOAD, Loads, with_ports
from hanvisa.lab.newcomer import read_register
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.processes import processor_time
from hanvisa.lab.sipp import Load, percentile
from hanvisa.lab.system import SERVE, System
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import TargetKind
from hanvisa.speech import audio
from hanvisa.speech.joined import joined_file
from hanvisa.speech.store import SUFFIX

BARE, SERVICE = "bare dialplan", "the service"
ASTDB, FASTAGI, ARI = "over AstDB", "over FastAGI", "ARI alone"
AT_LEAST = 5.0  # seconds of calls at each rate, and as long as one lasts: then as many go on as ever will
BEFORE_ITS_END = 0.1  # seconds before the sounds are over, from which on a call may end
LONGEST = 60.0  # seconds that the call may take in which the bench listens
AIMS_RATIO = (0.7, 0.9)
AIMS_MEDIAN = (0.010, 0.003)  # seconds more
AIM_P99 = 0.010  # seconds more
TURNS = 5  # of all ways at half of the bare dialplan's best rate: what the machine does meanwhile meets each of them

RATES = (30, 45, 60, 80, 100, 125, 150)  # calls a second; a machine has ports for sound for no more
SHORT_RATES = (25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800)


@dataclass(frozen=True, slots=True)
class Measured:
    """A way at a rate. ``processor`` is how many seconds of it a call took, in all but SIPp."""

    load: Load
    processor: float


Turn = list[Measured]
"""Each way at one rate, one after the other; the bare dialplan's first."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """What callers hear, in its order: the files of each playback, without suffix, and how many seconds it lasts.

    ``pieces`` is of how many it was put together.
    """

    plays: tuple[tuple[str, ...], ...]
    seconds: float
    pieces: int

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(file for files in self.plays for file in files)


async def bench_calls(settings: Settings) -> str:
    """The service as it is. What was measured, to be kept. Raises ConfigurationError, StorageError, SippError."""
    return await _bench(settings, service=SERVE, rates=RATES)


async def bench_short_calls(settings: Settings) -> str:
    """The service with a voice that says two seconds. As `bench_calls`."""
    return await _bench(settings, service=COMMAND, rates=SHORT_RATES)


async def _bench(settings: Settings, *, service: Sequence[str], rates: Sequence[float]) -> str:
    if shutil.which("sipp") is None:
        raise ConfigurationError("SIPp is not installed (Debian: apt-get install sip-tester).")
    own = with_ports(own_settings(settings, "bench", key_wait=0))
    say("Preparing: a database with the demo directory, Asterisk, the service ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    if service == COMMAND:
        write_sounds(own.state)
    system = System(own, service=service)
    system.asterisk = Asterisk(own, dialplan=lay_dialplan(own))
    told = Told()
    async with system:
        if service == SERVE:  # the other one's is there already
            await system.speech_is_made()  # else the second call is told something else than the first
        loads = Loads(own, system.asterisk)
        sounds = await listen(own, loads, absent)
        write_other_ways(own, absent, sounds)
        await system.asterisk.cli("dialplan reload")
        await loads.place("bench-learn", 1, 1)
        told(await _setting(system.asterisk, sounds))
        ways = {
            BARE: "bench",
            SERVICE: absent,
            ARI: "bench-ari",
            ASTDB: "bench-astdb",
            FASTAGI: "bench-fastagi",
        }
        async with referring(own, sounds.plays):
            climbs, turns = await Bench(loads, ways, sounds.seconds, told).run(rates)
    told(summary(climbs, turns))
    return told.kept()


class Bench:
    """``dialled`` is the number that leads to each way, the bare dialplan's first; ``tell`` is told each row.

    ``lasts`` is how many seconds of sound a caller hears.
    """

    def __init__(
        self, loads: Loads, dialled: dict[str, str], lasts: float, tell: Callable[[str], None]
    ) -> None:
        self._loads = loads
        self._dialled = dialled
        self._lasts = lasts
        self._tell = tell

    async def run(self, rates: Sequence[float]) -> tuple[list[Climb], list[Turn]]:
        """The climb of each way, and their turns at half of the bare dialplan's best rate."""
        for way in self._dialled:
            await self._place(way, 10, 2)
        self._tell(heading())
        climbs = await climb(list(self._dialled), self._measure, rates)
        bare = climbs[0].best
        if bare is None:
            raise ConfigurationError(
                f"The {BARE} did not hold any rate: see asterisk/log in the bench's state folder."
            )
        self._tell(f"half of the {BARE}'s best rate, in {TURNS} turns:")
        turns = [await self._turn(bare.rate / 2) for _ in range(TURNS)]
        return climbs, turns

    async def _turn(self, rate: float) -> Turn:
        turn: Turn = []
        for way in self._dialled:
            before = processor_time()
            load = await self._measure(way, rate)
            turn.append(Measured(load, (processor_time() - before) / load.placed))
        return turn

    async def _measure(self, way: str, rate: float) -> Load:
        load = await self._place(way, rate, seconds_of(self._lasts))
        self._tell(row(way, load))
        return load

    async def _place(self, way: str, rate: float, seconds: float) -> Load:
        return await self._loads.place(self._dialled[way], rate, seconds, self._lasts - BEFORE_ITS_END)


def seconds_of(lasts: float) -> float:
    """For how many seconds calls that last so long are placed at one rate."""
    return max(AT_LEAST, math.ceil(lasts))


async def listen(settings: Settings, loads: Loads, dialled: str) -> Sounds:
    """What the service plays to who rings there and presses no key, once it has said it twice: put together.

    From two calls, as the log tells of them.

    Raises:
        ConfigurationError: it played nothing.
    """
    await loads.place(dialled, 2, 1, LONGEST)  # SIPp finds that they ended too soon, and is not asked
    database = open_database(settings.database_url)
    records = CallRecords(database)

    async def its_story() -> list[CallEntry]:
        ended = [call.id for call in await records.list() if call.ended_at is not None]
        return await records.entries(ended[0]) if ended else []

    try:
        story = await until(its_story, within=10, what="the call in the log")
    finally:
        await database.close()
    heard = tuple(tuple(entry.data["files"]) for entry in story if entry.kind == "heard")
    if not heard:
        raise ConfigurationError("Who rang the absent person heard nothing.")
    plays = tuple([await _put_together(files) for files in heard])
    size = sum(Path(file).with_suffix(SUFFIX).stat().st_size for files in plays for file in files)
    return Sounds(plays, size / audio.RATE, pieces=sum(map(len, heard)))


async def _put_together(files: tuple[str, ...]) -> tuple[str, ...]:
    if len(files) == 1:
        return files
    joined = joined_file(files)
    await until(Path(joined).with_suffix(SUFFIX).is_file, what="what was said twice in one file")
    return (joined,)


async def make_somebody_absent(settings: Settings) -> str:
    """Somebody with a direct number is in a meeting; the number, as it is dialled in Sweden.

    Raises:
        ConfigurationError: the register has nobody with a direct number.
    """
    register = await read_register(settings)
    number = next((one for one in register.numbers.rows if one.kind is TargetKind.PERSON), None)
    reason = next((one for one in register.reasons.rows if not one.reachable and not one.private), None)
    if number is None or reason is None:
        raise ConfigurationError(
            "The demo directory has nobody with a direct number, or no reason of absence."
        )
    now = datetime.now(UTC)
    fields = AbsenceFields(number.target_id, reason.code, now - timedelta(hours=1), now + timedelta(hours=2))
    database = open_database(settings.database_url)
    try:
        await Absences(database).create(fields, Actor("bench"))
    finally:
        await database.close()
    return "0" + number.number.removeprefix("+46")


def lay_dialplan(settings: Settings) -> Path:
    """The product's from-carrier alone, in a folder of its own."""
    folder = settings.state / "dialplan"
    folder.mkdir(exist_ok=True)
    shutil.copy(REPOSITORY / "dialplan" / "from-carrier.conf", folder)
    return folder


def write_other_ways(settings: Settings, absent: str, sounds: Sounds) -> None:
    """The ways that are measured beside the service, which play what it plays."""
    others = Template((LOAD / "bench.conf").read_text()).substitute(
        sounds="&".join(sounds.files), number=absent, agi_port=settings.agi_port
    )
    # Files are read by their names: after from-carrier.conf.
    (settings.state / "dialplan" / "other-ways.conf").write_text(others)


async def _setting(asterisk: Asterisk, sounds: Sounds) -> str:
    sipp = await asyncio.create_subprocess_exec("sipp", "-v", stdout=asyncio.subprocess.PIPE)
    told, _ = await sipp.communicate()
    versions = (
        (await asterisk.cli("core show version")).split(" built")[0],
        told.decode().strip().splitlines()[0].rstrip("."),
        f"Python {platform.python_version()}",
    )
    return f"""
machine        {machine()}
versions       {", ".join(versions)}
calls          one kind: INVITE, 200 OK, {sounds.seconds:.1f} seconds in {len(sounds.files)} files (G.711 A-law), put
               together of {sounds.pieces}, which are what the service plays from the referral to goodbye, without a
               key, when it has said it twice; BYE from Asterisk; callers send no RTP, and throw away what they
               get. SIPp, Asterisk and the service share the machine.
{BARE:14} Answer(), Playback() of those files, Hangup()
{SERVICE:14} an absent person's direct number: no key is waited for
{ARI:14} those commands to Asterisk that the service gives, by a program that decides, logs and keeps nothing
{ASTDB:14} two look-ups in AstDB, Answer(), Playback(), Hangup(): no register, no log, no keys
{FASTAGI:14} AGI() asks the same service for the referral; then Answer(), Playback(), Hangup(): no log, no keys
a rate         {seconds_of(sounds.seconds):g} s of calls; it fails when more than 1 % don't end well, or wait over 1 s
"""


def heading() -> str:
    return f"{'':15}  {'calls/s':>8}  {'placed':>6}  {'ended well':>10}  {'median':>9}  {'99 %':>9}"


def row(way: str, load: Load) -> str:
    """One line of the table. The times are from INVITE to 200 OK."""
    verdict = "" if load.held else "  failed"
    return (
        f"{way:15}  {load.reached:8.1f}  {load.placed:6}  {load.share:10.1%}  "
        f"{milliseconds(load.median)}  {milliseconds(load.p99)}{verdict}"
    )


def summary(climbs: list[Climb], turns: Sequence[Turn]) -> str:
    """Of each way the best rate and its ratio to the bare dialplan's, and what was measured at half of that.

    The bare dialplan's is the first. How much more is waited is told beside the bare one of the same turn, and the turn
    in the middle counts. The aims are the service's.
    """
    ways = list(zip(*turns, strict=True))
    bare_rate, bare = climbs[0].best_rate, ways[0]
    lines = [
        "",
        f"calls a second at best; and, in the middle one of {len(turns)} turns at {bare[0].load.rate:.0f} calls/s,",
        f"how much longer than with the {BARE} is waited, and what a call takes of the processor:",
        f"{'':15}  {'best rate':>9}  {'of bare':>7}  {'median':>9}  {'99 %':>9}  {'processor':>9}",
    ]
    verdict: list[str] = []
    for one, measured in zip(climbs, ways, strict=True):
        ratio = one.best_rate / bare_rate
        median, p99 = _middle_more(measured, bare, 0.5), _middle_more(measured, bare, 0.99)
        processor = statistics.median(each.processor for each in measured)
        lines.append(
            f"{one.way:15}  {one.best_rate:9.0f}  {ratio:7.2f}  {milliseconds(median)}  {milliseconds(p99)}"
            f"  {milliseconds(processor)}"
        )
        if one.way == SERVICE:
            verdict = _verdict(ratio, median, p99)
    return "\n".join([*lines, "", f"{SERVICE}:", *verdict])


def _middle_more(measured: Sequence[Measured], bare: Sequence[Measured], share: float) -> float:
    """How many seconds more than in the bare dialplan's turns this share of the calls waited; the one in the middle.

    Infinite is that of a turn in which either failed.
    """
    return statistics.median(
        percentile(one.load.waits, share) - percentile(beside.load.waits, share)
        if one.load.held and beside.load.held
        else math.inf
        for one, beside in zip(measured, bare, strict=True)
    )


def _verdict(ratio: float, median: float, p99: float) -> list[str]:
    """What is aimed at, and whether it is met. ``median`` and ``p99`` are how much more is waited (seconds)."""
    return [
        *(f"at least {aim:g} of the {BARE}'s best rate: {met(ratio >= aim)}" for aim in AIMS_RATIO),
        *(f"at most {aim * 1000:g} ms more at the median: {met(median <= aim)}" for aim in AIMS_MEDIAN),
        f"at most {AIM_P99 * 1000:g} ms more at 99 %: {met(p99 <= AIM_P99)}",
    ]
