"""Two nodes behind Kamailio, each on a machine of its own: one queue over both, and either goes on alone."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio

import searching
from e2e.support.cluster import NODES, PROXY, Cluster, a_cluster, direct_number
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA
from hanvisa.lab.machines import Network, network
from hanvisa.lab.own import take_speech
from hanvisa.lab.postgres import postgres_server
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until

ANNA, VERA = "hallefors-201", "hallefors-206"
AT_ONCE = 3.0  # seconds until a new call rings when a node has died
GIVEN_UP = 15.0  # seconds until an operator is rung past those who wait at a node that has fallen silent
RUNG_AFTER = 8.0  # seconds from when Kamailio is back until an operator is rung who was to be rung meanwhile
STOPS_WITHIN = 8.0  # seconds: five, and what a busy machine takes
WITHOUT = 3.0  # seconds of silence in place of a sentence, at most


@pytest.fixture(scope="module")
def machines() -> Iterator[Network]:
    with network(PROXY, *NODES) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one_cluster(machines: Network, spoken: Path) -> AsyncIterator[Cluster]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    try:
        take_speech(spoken, state)
        with postgres_server(machines.phones) as postgres:
            async with a_cluster(machines, state, postgres.new_database()) as cluster:
                yield cluster
    finally:
        shutil.rmtree(state)


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(one_cluster: Cluster) -> AsyncIterator[Cluster]:
    await one_cluster.is_whole()
    yield one_cluster
    await one_cluster.go_home()


async def test_whom_an_operator_asks_is_at_the_callers_node(cluster: Cluster) -> None:
    """The second call is at the node of the first, by whichever it came: only there can the two be joined."""
    anna = await cluster.phone(ANNA)
    for number in ("0980319241", "0980319242"):
        caller, line = await cluster.with_ulla(number)
        ulla = await cluster.phone(ULLA)
        await line.hold()
        asking = await ulla.call("201")
        annas = await anna.rings(within=LONG)
        await annas.answer()
        await asking.until_up(within=LONG)
        assert cluster.node_of(asking) == cluster.node_of(caller)
        await line.attended(asking)
        await caller.talks_to(annas, within=LONG)
        await cluster.go_home()


async def test_the_node_without_the_lead_dies(cluster: Cluster) -> None:
    leads, other = cluster.leads, cluster.other
    anna, ulla = await cluster.phone(ANNA), await cluster.phone(ULLA)
    _talking, line = await cluster.with_ulla("0980319243")
    waiting = [await cluster.waits(number) for number in ("0980319244", "0980319245")]
    stays, goes = sorted(waiting, key=cluster.node_of)
    assert (cluster.node_of(stays), cluster.node_of(goes)) == (leads, other)
    await cluster.systems[other].kill()
    await a_new_call_rings(cluster, anna, at=leads)
    await cluster.is_ended_in_the_log(goes.name)
    await line.hangup()
    await cluster.answers_next(ulla, stays)
    await cluster.systems[other].stand_by()


async def a_new_call_rings(cluster: Cluster, phone: Siplet, *, at: str = "") -> None:
    """Somebody rings the phone's direct number, and they talk, at this node or at any."""
    caller = await cluster.carrier.call(direct_number(phone.name), from_="0980319249")
    line = await phone.rings(within=AT_ONCE)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert not at or cluster.node_of(caller) == at
    await caller.hangup()


@pytest.mark.parametrize("with_the_lead", [False, True] if searching.is_long else [False])
async def test_a_node_falls_silent(cluster: Cluster, with_the_lead: bool) -> None:
    """Its packets are dropped, and nobody is told. When it is back its calls go on, and it cuts nobody's.

    The first in the queue waits there; whom the operator talks with, and the second, are at the other.
    """
    goes, stays = (cluster.leads, cluster.other) if with_the_lead else (cluster.other, cluster.leads)
    anna, vera, ulla = [await cluster.phone(account) for account in (ANNA, VERA, ULLA)]
    talking, hers = await cluster.talks_at(goes, "0980319248", vera)
    operated, line = await cluster.with_ulla("0980319243")
    first, second = [await cluster.waits(number) for number in ("0980319244", "0980319245")]
    assert [cluster.node_of(one) for one in (operated, first, second)] == [stays, goes, stays]
    with cluster.silent(goes):
        began = monotonic()
        await a_new_call_rings(cluster, anna, at=stays)
        if with_the_lead:
            await cluster.leads_at(stays)
            await operated.talks_to(line, within=LONG)
            await a_new_call_rings(cluster, anna, at=stays)
        await line.hangup()
        line = await cluster.answers_next(ulla, second, within=GIVEN_UP - (monotonic() - began))
        assert second.longest_silence(began) <= WITHOUT
        if not with_the_lead:
            await cluster.is_ended_in_the_log(first.name)
    await talking.talks_to(hers, within=LONG)
    if with_the_lead:
        await cluster.stands_by_again(goes)
        await second.talks_to(line, within=LONG)
        # Who was cut off may have rung her for the first, which has come through by now, and was given up.
        await until(lambda: ulla.live == [line], within=LONG, what="one line at the operator's phone")
        ulla.forget()
    await line.hangup()
    line = await cluster.answers_next(ulla, first)
    await talking.talks_to(hers, within=LONG)
    await line.hangup()
    await hers.hangup()
    for one in (talking, operated, first, second):
        await one.until_ended(within=LONG)
        await cluster.is_ended_in_the_log(one.name)


@pytest.mark.parametrize("for_long", [False, True] if searching.is_long else [False])
async def test_kamailio_dies(cluster: Cluster, for_long: bool) -> None:
    """Who talks goes on, and can hang up when it is back; nobody need register anew, and no operator is paused.

    ``for_long``: until an operator was rung in vain.
    """
    anna, vera, ulla = [await cluster.phone(account) for account in (ANNA, VERA, ULLA)]
    await cluster.opens(ULLA)
    talking, hers = await cluster.talks_at(cluster.other, "0980319248", vera)
    caller = await cluster.carrier.call(MAIN_NUMBER, from_="0980319244")
    await caller.until_up(within=LONG)
    await until(cluster.kamailio.has_written, within=LONG, what="Kamailio has written down what it knows")
    await cluster.kamailio.kill()
    await caller.press("1")  # past the greeting: an operator is to be rung
    await talking.talks_to(hers, within=LONG)
    await until(
        partial(cluster.has_rung_for, caller.name, 2 if for_long else 1),
        within=LONG,
        what="an operator is rung",
    )
    assert not ulla.has_rung
    hanging_up = asyncio.create_task(hers.hangup())
    await cluster.kamailio.start()
    line = await cluster.answers_next(ulla, caller, within=RUNG_AFTER)
    await a_new_call_rings(cluster, anna)
    await hanging_up
    await talking.until_ended(within=LONG)
    await line.hangup()
    await caller.until_ended(within=LONG)


async def test_the_shared_folder_is_lost(cluster: Cluster) -> None:
    """Sentences are not to be had, nor can anything be kept; operators and phones are as before, and register too."""
    anna, ulla = await cluster.phone(ANNA), await cluster.phone(ULLA)
    talking, line = await cluster.with_ulla("0980319243")
    waiting = await cluster.waits("0980319244")
    await anna.plug_in()  # since Kamailio was started: it has read the accounts
    with cluster.without_the_folder():
        began = monotonic()
        await talking.talks_to(line, within=LONG)
        await anna.plug_in()
        await a_new_call_rings(cluster, anna)
        new = await cluster.waits("0980319245")
        await line.hangup()
        for one in (waiting, new):
            line = await cluster.answers_next(ulla, one)
            assert one.longest_silence(began) <= WITHOUT
            await line.hangup()
    for one in (talking, waiting, new):
        await cluster.is_ended_in_the_log(one.name)
    await cluster.answers_next(ulla, await cluster.waits("0980319246"))


@pytest.mark.parametrize("and_is_stopped", [False, True] if searching.is_long else [False])
async def test_the_shared_folder_hangs(cluster: Cluster, *, and_is_stopped: bool) -> None:
    """For the service that leads: what it writes or reads there waits. Calls don't, and all is in the log at last.

    ``and_is_stopped``: that service is, meanwhile, and the next one leads.
    """
    goes, stays = cluster.leads, cluster.other
    anna, vera, ulla = [await cluster.phone(account) for account in (ANNA, VERA, ULLA)]
    talking, hers = await cluster.talks_at(goes, "0980319248", vera)
    operated, line = await cluster.with_ulla("0980319243")
    waiting = await cluster.waits("0980319244")
    async with cluster.folder_that_can_hang() as folder:
        await a_new_call_rings(cluster, anna)
        async with folder.hanging():
            began = monotonic()
            await a_new_call_rings(cluster, anna)
            assert not await cluster.is_ready()
            await talking.talks_to(hers, within=LONG)
            await line.hangup()
            line = await cluster.answers_next(ulla, waiting)
            new = await cluster.waits("0980319245")
            assert waiting.longest_silence(began) <= WITHOUT
            await hers.hangup()
            await talking.until_ended(within=LONG)
            if and_is_stopped:
                began = monotonic()
                await cluster.systems[goes].stop_service()
                assert monotonic() - began < STOPS_WITHIN
                await cluster.leads_at(stays)
        await until(cluster.is_ready, within=LONG, what="a service that is ready, with a folder that is well")
    for one in (talking, operated):
        await cluster.is_ended_in_the_log(one.name)
    await line.hangup()
    await cluster.answers_next(ulla, new)
    if and_is_stopped:
        await cluster.systems[goes].stand_by()


async def test_the_node_with_the_lead_dies(cluster: Cluster) -> None:
    """Callers of one queue wait at both; who is served next is the first of those that are left."""
    leads, other = cluster.leads, cluster.other
    anna, ulla = await cluster.phone(ANNA), await cluster.phone(ULLA)
    _, line = await cluster.with_ulla("0980319243")
    waiting = [await cluster.waits(number) for number in ("0980319244", "0980319245", "0980319246")]
    assert {cluster.node_of(one) for one in waiting} == set(NODES)
    await line.hangup()
    line = await cluster.answers_next(ulla, waiting[0])
    stays = next(one for one in waiting[1:] if cluster.node_of(one) == other)
    await cluster.systems[leads].kill()
    await a_new_call_rings(cluster, anna, at=other)
    await cluster.leads_at(other)
    await line.hangup()
    await cluster.answers_next(ulla, stays)
