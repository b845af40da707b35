"""``./dev soak faults``: a hundred live calls through each fault, one after the other, and what became of them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

from sqlalchemy import func, select

from hanvisa.config import Settings, read_settings
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.tables.calls import CallEventRow, CallRow
from hanvisa.errors import HanvisaError
from hanvisa.lab.bench_calls import make_somebody_absent
from hanvisa.lab.bench_words import machine, say
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.faults import FAULTS, Fault, Stand
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.figures import RELIABILITY, write_part
from hanvisa.lab.live_calls import LiveCalls, Mix, Numbers, Probe, callers_numbers
from hanvisa.lab.loads import with_ports
from hanvisa.lab.namesakes import add_namesakes
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.probing import http_status
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.system import System
from hanvisa.lab.waiting import NeverHappenedError, until

CALLS = 100
HELD = 10.0  # seconds that a fault lasts
SOON = 0.2  # seconds, where whoever supervises the service mends it
IN_QUEUE = 12.0  # seconds until whoever waits has been told their place, and hears music
AFTERWARDS = 4.0  # seconds of calls from when all is well again
WELL_WITHIN = 60.0  # seconds from the mending
STORED_WITHIN = 60.0  # seconds from when the last has hung up
OPERATOR = "hallefors-290"
MAIN_NUMBER = "0980319200"
KEY_WAIT = 2.0  # seconds in which a caller who listens to a referral may choose: silence that is meant
ADOPTED_WITHIN = 2.0  # seconds
SETTLED = 1.0  # seconds of calls before the fault


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of the calls in one fault. Times are seconds; ``decided`` and ``adopted`` None: not (needed)."""

    fault: Fault
    calls: int
    cut: int  # of those who talked
    dropped: int  # of those who waited or were to be put through
    waiting: float  # the longest silence
    listening: float
    new: int  # calls while it lasted
    served: int  # of these, by the service
    answered: float  # the longest that one of them waited for an answer
    unanswered: int
    decided: float | None  # from the mending until the first new call that the service served
    adopted: float | None  # from the mending until the last call was taken on
    logged_once: int  # of the calls that were up
    wrong: int  # calls of any kind that are logged twice, or have not ended there

    @property
    def is_met(self) -> bool:
        kept = self.fault.carries_calls or (self.cut == 0 and self.dropped == 0)
        soon = self.adopted is None or self.fault.carries_calls or self.adopted <= ADOPTED_WITHIN
        told = self.logged_once == self.calls and self.wrong == 0
        return kept and soon and told and self.decided is not None


async def soak_faults(
    settings: Settings,
    faults: Sequence[Fault],
    calls: int = CALLS,
    held: float = HELD,
    in_queue: float = IN_QUEUE,
) -> list[Passed]:
    """Raises ConfigurationError, StorageError: it could not be begun; AssertionError: a call did not come about."""
    mix, names = Mix.of(calls), callers_numbers()
    own = with_ports(own_settings(settings, "soak-faults", key_wait=KEY_WAIT, log_linger=0.2))
    say("Preparing: a database with the demo directory, Asterisk, the service, phones ...")
    await import_demo(own)
    absent = await make_somebody_absent(own)
    accounts = await add_namesakes(own, mix.phones)
    passed: list[Passed] = []
    async with _stand(own) as stand, _phones(own, [OPERATOR, *accounts]) as phones, _outside(own) as outside:
        numbers = Numbers(
            MAIN_NUMBER, absent, [(phone, accounts[phone.name]) for phone in phones if phone.name in accounts]
        )
        operator = next(phone for phone in phones if phone.name == OPERATOR)
        await stand.system.speech_is_made(within=300)
        for fault in faults:
            say(f"{calls} calls: {fault.name} ...")
            passed.append(
                await _through(
                    stand, fault, LiveCalls(outside, operator, numbers, names, in_queue), mix, held
                )
            )
            say(row(passed[-1]))
    return passed


async def _through(stand: Stand, fault: Fault, calls: LiveCalls, mix: Mix, held: float) -> Passed:
    probes: list[Probe] = []
    await calls.begin(mix)
    async with calls.going_on():
        await asyncio.sleep(SETTLED)
        since = monotonic()
        async with fault.happens(stand):
            probing = asyncio.create_task(calls.probe(probes))
            await asyncio.sleep(SOON if fault.is_mended_soon else held)
            mended, mended_at = monotonic(), datetime.now(UTC)
        await until(lambda: _is_well(stand), within=WELL_WITHIN, what=f"all well after: {fault.name}")
        await asyncio.sleep(AFTERWARDS)
        probing.cancel()
        await asyncio.wait([probing])
        await calls.answer_what_rings()
        cut = [] if fault.carries_calls else await calls.cut()
        dropped = calls.dropped()
        waiting = calls.silence(calls.waiting, since)
        listening = calls.silence(calls.listening, since)
    if cut:
        say(f"Cut: {'; '.join(cut)}.")
    up = [caller.name for caller in calls.callers]
    await calls.hang_up()
    everybody = {_e164(name) for name in (*up, *(probe.number for probe in probes))}
    times, ended, adopted = await _logged(stand.system.settings, up, mended_at)
    meanwhile = [probe for probe in probes if probe.dialled < mended]
    decided = [probe.dialled for probe in probes if probe.dialled >= mended and times[_e164(probe.number)]]
    return Passed(
        fault=fault,
        calls=len(up),
        cut=len(cut),
        dropped=dropped,
        waiting=waiting,
        listening=listening,
        new=len(meanwhile),
        served=sum(times[_e164(probe.number)] > 0 for probe in meanwhile),
        answered=max((probe.answered for probe in meanwhile if probe.answered is not None), default=0.0),
        unanswered=sum(probe.answered is None for probe in meanwhile),
        decided=min(decided) - mended if decided else None,
        adopted=(adopted - mended_at).total_seconds() if adopted else None,
        logged_once=sum(times[_e164(name)] == 1 for name in up),
        wrong=sum(times[number] > 1 or ended[number] < times[number] for number in everybody),
    )


@asynccontextmanager
async def _stand(own: Settings) -> AsyncIterator[Stand]:
    """Asterisk with its own settings, the service over lines that can fail."""
    async with AsyncExitStack() as stack:
        ari = await stack.enter_async_context(FaultyLine(urlsplit(own.ari_url).port or 0))
        ami = await stack.enter_async_context(FaultyLine(own.ami_port))
        system = System(own, urgent=True)
        try:
            await system.asterisk.start()
            system.settings = own.model_copy(
                update={"ari_url": f"http://127.0.0.1:{ari.port}", "ami_port": ami.port}
            )
            await system.start_service()
            yield Stand(system, ari, ami)
        finally:
            await system.stop()


@asynccontextmanager
async def _phones(own: Settings, accounts: Sequence[str]) -> AsyncIterator[list[Siplet]]:
    """Plugged in."""
    secrets = own.state / "secrets.json"
    switch = f"{own.sip_host}:{own.sip_port}"

    def passwords() -> dict[str, str] | None:
        known: dict[str, str] = json.loads(secrets.read_text()).get("phones", {})
        return known if known.keys() >= set(accounts) else None

    known = await until(passwords, within=WELL_WITHIN, what="the phones' passwords")
    async with AsyncExitStack() as stack:
        phones: list[Siplet] = []
        for account in accounts:
            phone = await Siplet.open(own.sip_host, 0, account, known[account], registrar=switch)
            stack.push_async_callback(phone.close)
            await until(_plugged_in(phone), within=WELL_WITHIN, what=f"{account} registered")
            phones.append(phone)
        yield phones


def _plugged_in(phone: Siplet) -> Callable[[], object]:
    async def is_in() -> bool:
        await phone.plug_in()
        return True

    return is_in


@asynccontextmanager
async def _outside(own: Settings) -> AsyncIterator[Carrier]:
    carrier = await Carrier.start(own.carrier_host, own.carrier_port, switch=f"{own.sip_host}:{own.sip_port}")
    try:
        yield carrier
    finally:
        await carrier.close()


async def _is_well(stand: Stand) -> bool:
    settings = stand.system.settings
    return await http_status(settings.web_host, settings.web_port, "/health/ready") == 200


async def _logged(
    settings: Settings, up: Sequence[str], since: datetime
) -> tuple[Counter[str], Counter[str], datetime | None]:
    """How often each caller's number is logged, how often as ended, and when the last call was taken on since then.

    When all that were up have ended there, or never will.
    """
    database = open_database(settings.database_url)
    expected = {_e164(name) for name in up}

    async def all_have_ended() -> bool:
        _, ended = await _counted(database)
        return all(ended[number] for number in expected)

    try:
        try:
            await until(all_have_ended, within=STORED_WITHIN, what="every call in the log")
        except NeverHappenedError:  # then the figures say so
            say("Not every call has ended in the log.")
        taken_on = (
            select(func.max(CallEventRow.at))
            .where(CallEventRow.at >= since)
            .where(CallEventRow.data["type"].as_string() == "adopted")
        )
        async with database.reading() as session:
            adopted = (await session.execute(taken_on)).scalar_one()
        return *await _counted(database), adopted
    finally:
        await database.close()


async def _counted(database: Database) -> tuple[Counter[str], Counter[str]]:
    counted = select(CallRow.caller, func.count(), func.count(CallRow.ended_at)).group_by(CallRow.caller)
    async with database.reading() as session:
        rows = (await session.execute(counted)).all()
    return Counter({one: times for one, times, _ in rows}), Counter({one: ended for one, _, ended in rows})


def _e164(number: str) -> str:
    return "+46" + number.removeprefix("0")


def row(passed: Passed) -> str:
    """One line of the table for docs/reliability.md."""
    one = passed
    seen = (str(one.cut), str(one.dropped), f"{one.waiting:.1f} s", f"{one.listening:.1f} s")
    cells = (
        one.fault.name,
        *(("all", "all", "", "") if one.fault.carries_calls else seen),
        f"{one.served} of {one.new}",
        f"{one.answered:.1f} s" + (f", {one.unanswered} not" if one.unanswered else ""),
        "never" if one.decided is None else f"{one.decided:.1f} s",
        "" if one.adopted is None else f"{one.adopted:.1f} s",
        f"{one.logged_once} of {one.calls}" + (f", **{one.wrong} wrong**" if one.wrong else ""),
        "yes" if one.is_met else "**no**",
    )
    return f"| {' | '.join(cells)} |"


HEADING = (
    "| fault | talking calls cut | others dropped | silence: who waits | who listens | new calls meanwhile that the "
    "service served | answered within | served again after | calls taken on after | logged once and ended | kept |"
)
RULE = "|---" * (HEADING.count("|") - 1) + "|"


def table(passed: Sequence[Passed], held: float) -> str:
    mix = Mix.of(passed[0].calls)
    told = (
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}: {passed[0].calls} live calls through each fault: {mix.talking} "
        f"talk, {mix.waiting} wait for an operator, {mix.listening} listen to a referral, and for {mix.ringing} a "
        f"phone rings. Each fault lasts {held:g} s."
    )
    return "\n".join((told, "", HEADING, RULE, *map(row, passed), ""))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev soak faults",
        description="Live calls through each fault: who is cut, dropped or left in silence, and what is logged. "
        "Writes what it found into docs/reliability.md.",
    )
    parser.add_argument("--calls", type=int, default=CALLS, help=f"live calls (usually {CALLS}, at least 5)")
    parser.add_argument(
        "--held", type=float, default=HELD, help=f"seconds that a fault lasts (usually {HELD:g})"
    )
    parser.add_argument("--only", default="", help="faults whose names contain this; nothing is written then")
    given = parser.parse_args()
    faults = [fault for fault in FAULTS if given.only in fault.name]
    if not faults:
        parser.error(f"no fault is named so: {', '.join(fault.name for fault in FAULTS)}")
    try:
        passed = asyncio.run(soak_faults(read_settings(), faults, given.calls, given.held))
    except (HanvisaError, AssertionError) as error:
        sys.stdout.write(f"dev soak faults: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
        return 130
    told = table(passed, given.held)
    say(f"\n{told}")
    if not given.only:
        write_part(RELIABILITY, "faults", told)
    return 0 if all(one.is_met for one in passed) else 1


if __name__ == "__main__":
    sys.exit(main())
