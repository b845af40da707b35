"""``./dev bench calls``: calls a second through the service, beside the same calls in dialplans."""

import asyncio
import platform
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.absences import AbsenceFields, Absences
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import REPOSITORY, Asterisk
from hanvisa.lab.bench_service import COMMAND, announcement, blink
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import Told, machine, met, milliseconds, say
from hanvisa.lab.climbing import Climb, climb
from hanvisa.lab.loads import LOAD, Loads, with_ports
from hanvisa.lab.newcomer import read_register
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.sipp import Load
from hanvisa.lab.system import System
from hanvisa.policy.facts import TargetKind

BARE, SERVICE = "bare dialplan", "the service"
ASTDB, FASTAGI = "over AstDB", "over FastAGI"
SECONDS = 5.0  # of calls at each rate
LONGER = 10.0  # of calls at half of the bare dialplan's best rate
AIM_RATIO = 0.7
AIM_MORE = 0.010  # seconds


async def bench_calls(settings: Settings) -> str:
    """Measure and print; what was said of it, to be kept. Raises ConfigurationError, StorageError."""
    if shutil.which("sipp") is None:
        raise ConfigurationError("SIPp is not installed (Debian: apt-get install sip-tester).")
    own = with_ports(own_settings(settings, "bench", key_wait=0))
    say("Preparing: a database with the demo directory, Asterisk, the service ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    write_sounds(own.state)
    system = System(own, service=COMMAND)
    system.asterisk = Asterisk(own, dialplan=write_dialplan(own, absent))
    told = Told()
    async with system:
        await know_the_absent(system.asterisk, absent, own.state)
        told(await _setting(system.asterisk))
        ways = {BARE: "bench", SERVICE: absent, ASTDB: "bench-astdb", FASTAGI: "bench-fastagi"}
        climbs, half = await Bench(own, system.asterisk, ways, told).run()
    told(summary(climbs, half))
    return told.kept()


class Bench:
    """``dialled`` is the number that leads to each way, the bare dialplan's first; ``tell`` is told each row."""

    def __init__(
        self, settings: Settings, asterisk: Asterisk, dialled: dict[str, str], tell: Callable[[str], None]
    ) -> None:
        self._asterisk = asterisk
        self._dialled = dialled
        self._tell = tell
        self._loads = Loads(settings, asterisk)

    async def run(self) -> tuple[list[Climb], list[Load]]:
        """The climb of each way, and each measured at half of the bare dialplan's best rate."""
        for way in self._dialled:
            await self._loads.place(self._dialled[way], 10, 2)
        self._tell(heading())
        climbs = await climb(list(self._dialled), self._measure)
        bare = climbs[0].best
        if bare is None:
            raise ConfigurationError(f"The bare dialplan did not hold any rate:\n{self._asterisk.log(20)}")
        self._tell(f"half of the {BARE}'s best rate:")
        half = [await self._measure(way, bare.rate / 2, LONGER) for way in self._dialled]
        return climbs, half

    async def _measure(self, way: str, rate: float, seconds: float = SECONDS) -> Load:
        load = await self._loads.place(self._dialled[way], rate, seconds)
        self._tell(row(way, load))
        return load


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


def write_dialplan(settings: Settings, absent: str) -> Path:
    """The product's from-carrier, and the other ways beside it."""
    folder = settings.state / "dialplan"
    folder.mkdir(exist_ok=True)
    shutil.copy(REPOSITORY / "dialplan" / "from-carrier.conf", folder)
    others = Template((LOAD / "bench.conf").read_text()).substitute(
        announcement=announcement(settings.state),
        blink=blink(settings.state),
        number=absent,
        agi_port=settings.agi_port,
    )
    (folder / "other-ways.conf").write_text(others)  # files are read by their names: after from-carrier.conf
    return folder


async def know_the_absent(asterisk: Asterisk, number: str, state: Path) -> None:
    """In AstDB, as a dialplan keeps it that has no service."""
    await asterisk.cli(f"database put bench number/{number} somebody")
    await asterisk.cli(f"database put bench absent/somebody {announcement(state)}")


async def _setting(asterisk: Asterisk) -> str:
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
calls          one kind: INVITE, 200 OK, two seconds of announcement (G.711 A-law) and three times
               20 ms of silence, where the service breathes, offers keys, and takes leave; BYE from Asterisk;
               callers send no RTP, and throw away what they get. SIPp, Asterisk and the service share the machine.
{BARE:14} Answer(), Playback(), Hangup()
{SERVICE:14} an absent person's direct number: the referral is that same file, no key
{ASTDB:14} two look-ups in AstDB, Answer(), Playback(), Hangup(): no register, no log, no keys
{FASTAGI:14} AGI() asks the same service for the referral; then Answer(), Playback(), Hangup(): no log, no keys
a rate         {SECONDS:g} s of calls; it fails when more than 1 % don't end well or 1 % wait longer than 1 s for 200 OK
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


def summary(climbs: list[Climb], half: list[Load]) -> str:
    """Of each way the best rate and its ratio to the bare dialplan's, and how much more is waited at half of that.

    The bare dialplan's is the first. The aims are the service's.
    """
    bare, bare_half = climbs[0], half[0]
    lines = [
        "",
        f"calls a second at best, and how much longer than with the {BARE} is waited at {bare_half.rate:.0f} calls/s:",
        f"{'':15}  {'best rate':>9}  {'of bare':>7}  {'median':>9}  {'99 %':>9}",
    ]
    verdict = ""
    for one, at_half in zip(climbs, half, strict=True):
        ratio = one.best_rate / bare.best_rate
        more, more_p99 = at_half.median - bare_half.median, at_half.p99 - bare_half.p99
        lines.append(
            f"{one.way:15}  {one.best_rate:9.0f}  {ratio:7.2f}  {milliseconds(more)}  {milliseconds(more_p99)}"
        )
        if one.way == SERVICE:
            soon = at_half.held and more <= AIM_MORE
            verdict = (
                f"{SERVICE}: at least {AIM_RATIO:g} of the bare dialplan's best rate: {met(ratio >= AIM_RATIO)}; "
                f"at most {AIM_MORE * 1000:g} ms more at the median: {met(soon)}"
            )
    return "\n".join([*lines, "", verdict])
