"""``./dev soak faults``: a hundred live calls through each fault, one after the other, and what became of them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from hanvisa.config import Settings, read_settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.exceptions import ExceptionFields, Exceptions
from hanvisa.errors import HanvisaError
from hanvisa.lab.bench_calls import make_somebody_absent
from hanvisa.lab.bench_words import say
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.faults import FAULTS, Fault, Needs
from hanvisa.lab.faults_table import Passed, in_table, row, table
from hanvisa.lab.figures import RELIABILITY, read_part, write_part
from hanvisa.lab.jumping_clock import JumpingClock
from hanvisa.lab.kept import kept
from hanvisa.lab.live_calls import LiveCalls, Mix, Numbers, Probe, callers_numbers
from hanvisa.lab.loads import with_ports
from hanvisa.lab.namesakes import add_namesakes
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.postgres import postgres_server
from hanvisa.lab.probing import http_status
from hanvisa.lab.sending_on import SendingOn
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.stand import Stand, open_stand
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import ScopeKind

CALLS = 100
HELD = 10.0  # seconds that a fault lasts
IN_QUEUE = 12.0  # seconds until whoever waits has been told their place, and hears music
AFTERWARDS = 4.0  # seconds of calls from when all is well again
WELL_WITHIN = 60.0  # seconds from the mending
OPERATOR = "hallefors-290"
MAIN_NUMBER = "0980319200"
KEY_WAIT = 2.0  # seconds in which a caller who listens to a referral may choose: silence that is meant
SETTLED = 1.0  # seconds of calls before the fault


async def soak_faults(
    settings: Settings,
    faults: Sequence[Fault],
    calls: int = CALLS,
    held: float = HELD,
    in_queue: float = IN_QUEUE,
) -> list[Passed]:
    """Raises ConfigurationError, StorageError: it could not be begun; AssertionError: a call did not come about."""
    passed: list[Passed] = []
    for needs in Needs:
        those = [fault for fault in faults if fault.needs is needs]
        if those:
            say("Preparing: a database with the demo directory, Asterisk, the service, phones ...")
            async with _people(settings, Mix.of(calls), in_queue, needs) as people:
                for fault in those:
                    say(f"{calls} calls: {fault.name} ...")
                    passed.append(await _through(*people, fault, Mix.of(calls), held))
                    say(row(passed[-1]))
    return passed


@asynccontextmanager
async def _people(
    settings: Settings, mix: Mix, in_queue: float, needs: Needs
) -> AsyncIterator[tuple[Stand, Callable[[], Awaitable[LiveCalls]]]]:
    """A system, and what begins new calls of the same people there."""
    own = with_ports(own_settings(settings, "soak-faults", key_wait=KEY_WAIT, log_linger=0.2))
    names = callers_numbers()
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server()) if needs is Needs.POSTGRES else None
        if server:
            own = own.model_copy(update={"database_url": server.new_database()})
        clock = JumpingClock(own.state / "clock") if needs is Needs.CLOCK else None
        await import_demo(own)
        absent = await make_somebody_absent(own)
        accounts = await add_namesakes(own, mix.phones, operators=mix.to_send)
        stand = await stack.enter_async_context(open_stand(own, e164(absent), server, clock))
        phones = await stack.enter_async_context(_phones(own, [OPERATOR, *accounts]))
        outside = await stack.enter_async_context(_outside(own))
        operator = next(phone for phone in phones if phone.name == OPERATOR)
        others = [(phone, accounts[phone.name]) for phone in phones if phone is not operator]
        numbers = Numbers(MAIN_NUMBER, absent, others)

        async def new_calls() -> LiveCalls:
            for phone in phones:  # where the clock was put on Asterisk may know them no more
                await _until_plugged_in(phone)
            return LiveCalls(outside, operator, numbers, names, in_queue)

        await stand.system.speech_is_made(within=300)
        yield stand, new_calls


async def _through(
    stand: Stand, new_calls: Callable[[], Awaitable[LiveCalls]], fault: Fault, mix: Mix, held: float
) -> Passed:
    calls, probes = await new_calls(), list[Probe]()
    exception = await _exception(stand.own, uses=mix.to_send)
    await calls.begin(mix)
    sending = SendingOn(calls.outside, [] if fault.carries_calls else calls.to_send)
    async with calls.going_on(silence_is_sent=fault.hits_who_sends_nothing), sending.mobiles_answer():
        await asyncio.sleep(SETTLED)
        since = monotonic()
        async with fault.happens(stand):
            probing = asyncio.create_task(calls.probe(probes))
            trying = asyncio.create_task(sending.try_all())
            await asyncio.sleep(held if fault.mended_after is None else fault.mended_after)
            mended, mended_at = monotonic(), datetime.now(UTC)
        await until(lambda: _is_well(stand), within=WELL_WITHIN, what=f"all well after: {fault.name}")
        await asyncio.sleep(AFTERWARDS)
        await trying
        await sending.try_again()
        probing.cancel()
        await asyncio.wait([probing])
        await calls.answer_what_rings()
        cut = [] if fault.carries_calls else [*await calls.cut(), *await sending.cut()]
        dropped = calls.dropped()
        waiting = calls.silence(calls.waiting, since)
        listening = calls.silence(calls.listening, since)
    if cut:
        say(f"Cut: {'; '.join(cut)}.")
    up = [e164(caller.name) for caller in calls.callers]
    await calls.hang_up()
    left = await kept(stand, up, exception, {e164(name) for name in sending.through()}, mended_at)
    await _revoke(stand.own, exception)
    everybody = {*up, *(e164(probe.number) for probe in probes)}
    promises = tuple(promise.of(everybody) for promise in left.promises)
    for promise in promises:
        if not promise.is_kept:
            say(
                f"{promise.what} promised to {sorted(promise.promised)}, had by {sorted(promise.had.elements())}."
            )
    meanwhile = [probe for probe in probes if probe.dialled < mended]
    decided = [
        probe.dialled for probe in probes if probe.dialled >= mended and left.times[e164(probe.number)]
    ]
    return Passed(
        fault=fault,
        calls=len(up),
        cut=len(cut),
        dropped=dropped,
        waiting=waiting,
        listening=max(listening, *(probe.silence for probe in probes)),
        new=len(meanwhile),
        served=sum(left.times[e164(probe.number)] > 0 for probe in meanwhile),
        answered=max((probe.answered for probe in meanwhile if probe.answered is not None), default=0.0),
        unanswered=sum(probe.answered is None for probe in meanwhile),
        decided=min(decided) - mended if decided else None,
        adopted=(left.adopted - mended_at).total_seconds() if left.adopted else None,
        logged_once=sum(left.times[name] == 1 for name in up),
        wrong=sum(left.times[name] > 1 or left.ended[name] < left.times[name] for name in everybody),
        promises=promises,
        sent_on=len(sending.through()),
        to_send=len(sending),
    )


async def _exception(own: Settings, uses: int) -> UUID:
    """From O2, for everybody, and for so many calls."""
    now = datetime.now(UTC)
    fields = ExceptionFields(
        ScopeKind.EVERYONE, "Jour", now - timedelta(hours=1), now + timedelta(hours=2), max_uses=uses
    )
    database = open_database(own.database_url)
    try:
        return (await Exceptions(database).create(fields, SYSTEM)).exception.id
    finally:
        await database.close()


async def _revoke(own: Settings, exception: UUID) -> None:
    """The next fault has an exception of its own."""
    database = open_database(own.database_url)
    try:
        await Exceptions(database).revoke(exception, datetime.now(UTC), None, SYSTEM)
    finally:
        await database.close()


@asynccontextmanager
async def _phones(own: Settings, accounts: Sequence[str]) -> AsyncIterator[list[Siplet]]:
    """Not plugged in yet."""
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
            phones.append(phone)
        yield phones


async def _until_plugged_in(phone: Siplet) -> None:
    async def is_in() -> bool:
        await phone.plug_in()
        return True

    await until(is_in, within=WELL_WITHIN, what=f"{phone.name} registered")


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


def e164(number: str) -> str:
    return "+46" + number.removeprefix("0")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev soak faults",
        description="Live calls through each fault: who is cut, dropped or left in silence, and what is logged. "
        "Writes what it found into docs/reliability.md, unless it is told other calls or seconds than usual.",
    )
    parser.add_argument("--calls", type=int, default=CALLS, help=f"live calls (usually {CALLS}, at least 5)")
    parser.add_argument(
        "--held", type=float, default=HELD, help=f"seconds that a fault lasts (usually {HELD:g})"
    )
    parser.add_argument("--only", default="", help="faults whose names contain this; the others' rows stay")
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
    say(f"\n{table(passed, given.held)}")
    if (given.calls, given.held) == (CALLS, HELD):
        write_part(RELIABILITY, "faults", in_table(passed, given.held, read_part(RELIABILITY, "faults")))
    return 0 if all(one.is_met for one in passed) else 1


if __name__ == "__main__":
    sys.exit(main())
