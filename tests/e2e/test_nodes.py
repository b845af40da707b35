"""Two nodes behind Kamailio, each on a machine of its own: one queue over both, and either goes on alone."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from e2e.support.cluster import NODES, PROXY, Cluster, a_cluster
from e2e.support.switchboard import LONG, ULLA
from hanvisa.lab.machines import Network, network
from hanvisa.lab.own import take_speech
from hanvisa.lab.postgres import postgres_server
from hanvisa.lab.siplet import Siplet

ANNA, VERA = "hallefors-201", "hallefors-206"
AT_ONCE = 3.0  # seconds until a new call rings when a node has died


@pytest.fixture(scope="module")
def machines() -> Iterator[Network]:
    with network(PROXY, *NODES) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one_cluster(machines: Network, spoken: Path) -> AsyncIterator[Cluster]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    try:
        take_speech(spoken, state)
        with postgres_server() as postgres:
            async with a_cluster(machines, state, postgres.new_database()) as cluster:
                yield cluster
    finally:
        shutil.rmtree(state)


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(one_cluster: Cluster) -> AsyncIterator[Cluster]:
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
    leads, other = NODES
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


async def a_new_call_rings(cluster: Cluster, phone: Siplet, *, at: str) -> None:
    """Somebody rings the phone's direct number, and they talk, at this node."""
    caller = await cluster.carrier.call("0980319201", from_="0980319249")
    line = await phone.rings(within=AT_ONCE)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert cluster.node_of(caller) == at
    await caller.hangup()


async def test_the_node_with_the_lead_dies(cluster: Cluster) -> None:
    """Callers of one queue wait at both; who is served next is the first of those that are left."""
    leads, other = NODES
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
