"""The service's lines to Asterisk fail while both live: cut, half-open or slow. And its database is locked.

Every call that the service has served stands in the call log once. No phone hangs up who did not want to.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from e2e.support.scene import (
    ELSA,
    MOBILE,
    a_scene,
    is_missing,
    is_ready,
    is_refused_with_the_reason,
    who_waits_is_next,
)
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, an_operator_with_a_caller, refused
from e2e.support.without import an_operator_known_to_the_fallback, is_engaged
from e2e.support.world import World
from hanvisa.bootstrap import WITHDRAW_EVERY
from hanvisa.lab.bench_overload import OFFERED
from hanvisa.lab.faulty_line import FaultyLine
from hanvisa.lab.lines import Line, TransferRefusedError
from hanvisa.lab.readings import metrics
from hanvisa.lab.waiting import until

FREDRIK = "hallefors-206"
NOTICED = 6.0  # seconds: ARI's heartbeats, and the probe that is under way
NOTICED_BY_AMI = 12.0
BACK = {"cut": 2.0, "half-open": 5.0}  # seconds from the mending: an attempt that hangs is given up after two
WITHOUT_THE_SERVICE = 3.0  # seconds until a caller is answered: half of one, and what the fallback takes
BROUGHT_OUT = 4.0  # seconds from when the loss is noticed
LONGEST_SILENCE = 3.0  # seconds
SLOW = 0.15  # seconds each way: a caller waits a second for an answer, and is claimed within half of one
AT_ONCE = 0.45  # seconds
NORMAL_AGAIN = 10.0  # seconds
SILENCE = {"cut": LONGEST_SILENCE, "half-open": 8.0}  # nothing is done until it is noticed


@dataclass
class Lines:
    """The service's, to Asterisk."""

    ari: FaultyLine
    ami: FaultyLine


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def faulty(one_world: World) -> AsyncIterator[Lines]:
    """The service speaks with Asterisk over lines that can fail; the tests do not."""
    system, own = one_world.system, one_world.settings
    ari_port = urlsplit(own.ari_url).port
    assert ari_port is not None
    async with AsyncExitStack() as stack:
        lines = Lines(
            await stack.enter_async_context(FaultyLine(ari_port)),
            await stack.enter_async_context(FaultyLine(own.ami_port)),
        )
        await system.stop_service()
        system.settings = own.model_copy(
            update={"ari_url": f"http://127.0.0.1:{lines.ari.port}", "ami_port": lines.ami.port}
        )
        await system.start_service()
        yield lines
        await system.stop_service()
        system.settings = own
    await system.start_service()


@pytest_asyncio.fixture(loop_scope="session")
async def lines(faulty: Lines, world: World) -> AsyncIterator[Lines]:
    await until(lambda: is_ready(world), within=LONG, what="the service is ready")
    yield faulty
    faulty.ari.delay = 0
    faulty.ari.mend()
    faulty.ami.mend()


@pytest.mark.parametrize("fault", ["cut", "half-open"])
async def test_with_aris_line_lost_nobody_is_left_in_silence_and_calls_are_served_again_soon(
    world: World, lines: Lines, fault: str
) -> None:
    """Who listens, or is about to be put through, goes on in the fallback; who talks or hears music stays."""
    began = datetime.now(UTC)
    scene = await a_scene(world)
    fredrik = await world.phone(FREDRIK)
    announcement = await world.system.laid_ready(world.person(ELSA).id)
    ringing = await world.citizen("0980319245", dials=world.direct_number(FREDRIK))
    abandoned = await fredrik.rings(within=LONG)

    failed = monotonic()
    fails(lines.ari, fault)
    newcomer = await world.citizen("0980319247", dials=world.direct_number(ELSA))
    await newcomer.until_up(within=WITHOUT_THE_SERVICE)
    await until(lambda: is_ready(world, 503), within=NOTICED, what="the loss is noticed")
    await abandoned.until_ended(within=BROUGHT_OUT)
    rung_anew = await fredrik.rings(within=LONG)
    assert scene.waiting.longest_silence(failed) < 1.0, "music"

    lines.ari.mend()
    await until(lambda: is_ready(world), within=BACK[fault], what="decisions are made again")
    await rung_anew.answer()
    await asyncio.gather(
        ringing.talks_to(rung_anew, within=LONG),
        newcomer.hears(announcement, within=LONG),
        scene.listening.hears(announcement, since=failed, within=LONG),
        scene.talking.talks_to(scene.line, within=LONG),
    )
    assert scene.listening.longest_silence(failed) < SILENCE[fault]
    await is_refused_with_the_reason(world, scene)
    await who_waits_is_next(world, scene)
    for caller in (*scene.callers, ringing):
        await is_logged(world, caller, since=began)
    await is_logged(world, newcomer, since=began, times=0)


@pytest.mark.parametrize("fault", ["cut", "half-open"])
async def test_with_amis_line_lost_callers_notice_nothing_and_the_fallback_knows_all_again_soon(
    world: World, lines: Lines, fault: str
) -> None:
    began = datetime.now(UTC)
    talking, line = await an_operator_with_a_caller(world)
    fails(lines.ami, fault)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    caller = await world.citizen("0980319258", dials=world.direct_number(ELSA))
    await world.commanded(caller, "Elsa Hedström är på sammanträde", within=WITHOUT_THE_SERVICE)
    await refused(line.transfer(MOBILE))
    await talking.talks_to(line, within=LONG)
    await until(lambda: is_ready(world, 503), within=NOTICED_BY_AMI, what="the loss is noticed")
    lines.ami.mend()
    await until(lambda: is_ready(world), within=BACK[fault], what="AMI is connected again")
    await world.system.laid_ready(world.person(ELSA).id)
    for one in (talking, caller):
        await is_logged(world, one, since=began)


async def test_what_waited_in_vain_for_amis_line_is_done_as_soon_as_that_is_back(
    world: World, lines: Lines
) -> None:
    """The transfers of the fallback's calls are withdrawn (O2): of those there may be some where ARI was away."""
    for line in (lines.ari, lines.ami):
        line.cut()
    await until(lambda: is_missing(world, "calls"), within=NOTICED, what="ARI's loss is noticed")
    lines.ari.mend()
    await until(lambda: is_missing(world, "transfers"), within=LONG, what="AMI has been waited for in vain")
    lines.ami.mend()
    await until(lambda: is_ready(world), within=BACK["cut"], what="they are withdrawn")


async def test_with_aris_line_lost_operators_transfer_in_the_fallback_until_it_is_back(
    world: World, lines: Lines
) -> None:
    """Then the service lets operators reach mobiles, and a transfer on such a leg could join its caller to one (O2)."""
    ulla, fredrik = await an_operator_known_to_the_fallback(world), await world.phone(FREDRIK)
    lines.ari.cut()
    await until(lambda: is_missing(world, "calls"), within=NOTICED, what="ARI's loss is noticed")
    caller = await world.citizen("0980319253", dials=MAIN_NUMBER)
    line = await ulla.rings(within=LONG)
    await line.answer()
    await until(lambda: is_engaged(world, ULLA), within=LONG, what="the service knows that she is engaged")
    await line.transfer("206")
    rung = await fredrik.rings(within=LONG)
    await rung.answer()
    await caller.talks_to(rung, within=LONG)

    lines.ari.mend()
    await until(lambda: is_ready(world), within=BACK["cut"], what="ARI is back")
    began = monotonic()
    while monotonic() - began < 2 * WITHDRAW_EVERY:
        await caller.talks_to(rung, within=LONG)
    with pytest.raises((TransferRefusedError, TimeoutError)):
        await rung.transfer("205", within=1.0)
    await caller.talks_to(rung, within=LONG)


async def test_with_aris_line_slow_new_calls_go_the_fallbacks_way_at_once_and_are_served_again_soon(
    world: World, lines: Lines
) -> None:
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    announcement = await world.system.laid_ready(world.person(ELSA).id)
    lines.ari.delay = SLOW

    async def answered_at_once() -> Line | None:
        """One of a bunch of callers: a few are no overload."""
        began = monotonic()
        callers = [
            await world.citizen(f"098031925{number}", dials=world.direct_number(ELSA)) for number in range(6)
        ]
        first = await until(lambda: next((one for one in callers if one.is_up), None), within=LONG)
        waited = monotonic() - began
        await asyncio.gather(*(one.hangup() for one in callers if one is not first or waited > AT_ONCE))
        return first if waited < AT_ONCE else None

    caller = await until(answered_at_once, within=LONG, what="the fallback answers at once")
    await caller.hears(announcement, within=LONG)

    lines.ari.delay = 0
    await until(lambda: all_are_offered(world), within=NORMAL_AGAIN, what="all are offered to the service")
    assert (await metrics(world.api))["hanvisa_calls_turned_away_total"] > 0
    served = await world.citizen("0980319257", dials=world.direct_number(ELSA))
    await world.commanded(served, "Elsa Hedström är på sammanträde", within=LONG)


async def all_are_offered(world: World) -> bool:
    return (await metrics(world.api))[OFFERED] == 1


async def test_with_the_database_locked_callers_notice_nothing_and_all_is_logged_afterwards(
    world: World,
) -> None:
    began = datetime.now(UTC)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    exception = await world.given_exception(max_uses=5)
    talking, line = await an_operator_with_a_caller(world)
    fredrik = await world.phone(FREDRIK)
    with closing(sqlite3.connect(world.settings.state / "hanvisa.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        referred = await world.citizen("0980319249", dials=world.direct_number(ELSA))
        reaching = await world.citizen("0980319250", dials=world.direct_number(FREDRIK))
        rung = await fredrik.rings(within=LONG)
        await rung.answer()
        await reaching.talks_to(rung, within=LONG)
        await referred.until_up(within=LONG)
        await refused(line.transfer(MOBILE))  # a use that can't be counted is none
        await until(lambda: "calllog.kept" in world.service_log_of_this_test(), within=LONG, what="locked")
        await talking.talks_to(line, within=LONG)
        assert referred.longest_silence() < LONGEST_SILENCE
        other.execute("ROLLBACK")
    await world.commanded(referred, "Elsa Hedström är på sammanträde", within=LONG)
    for caller in (talking, referred, reaching):
        await is_logged(world, caller, since=began)
    assert (await world.api.get(f"/exceptions/{exception['id']}"))["uses"] == 0


def fails(line: FaultyLine, fault: str) -> None:
    line.cut() if fault == "cut" else line.drop_packets()


async def is_logged(world: World, caller: Line, *, since: datetime, times: int = 1) -> None:
    """The caller's call stands so many times in the call log; no later entry makes it another."""
    if times:
        await world.story(caller)
    calls = await world.api.items("/calls", since=since.isoformat())
    number = "+46" + caller.name.removeprefix("0")
    assert [call["caller"] for call in calls].count(number) == times
