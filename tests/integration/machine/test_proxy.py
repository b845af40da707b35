"""Kamailio before several nodes: what it knows outlives it, and a phone's calls find a node that lives.

Siplets answer as the nodes, so that which of them is asked can be seen.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from hanvisa.ami.proxy import ProxyAccounts
from hanvisa.ami.secrets import phone_passwords
from hanvisa.config import Settings
from hanvisa.lab.kamailio import Kamailio
from hanvisa.lab.lines import Line, NotRegisteredError
from hanvisa.lab.machines import network
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until
from unit.calls.scene import register

SIP, BUSY = 5060, 486
AT_ONCE = 3.0  # seconds, as in e2e/test_nodes.py
GUESSES = 21  # more than an address has
WRITTEN = 5.0  # seconds; it writes once each
MANY = 2_000  # take some ten milliseconds to read


@dataclass
class Proxy:
    accounts: Path
    kamailio: Kamailio
    nodes: dict[str, Siplet]
    anna: Siplet
    bo: Siplet

    async def asked(self) -> tuple[str, Line]:
        """The node that has a new call, and its line."""

        def rings() -> tuple[str, Line] | None:
            for node, siplet in self.nodes.items():
                for line in siplet.offered:
                    if line.is_ringing and not line.is_up:
                        return node, line
            return None

        return await until(rings, within=AT_ONCE, what="a node is asked")

    async def is_rung(self, phone: Siplet) -> bool:
        """By a node that calls it."""
        ringing = await self.nodes["n1"].call(f"sip:{phone.name}@{phone.registrar}")
        await (await phone.rings(within=AT_ONCE)).reject()
        return (await ringing.until_ended()).status == BUSY

    async def calls(self, phone: Siplet) -> str:
        """Which node has a call of this phone's. It is given up."""
        line = await phone.call("201")
        node, _ = await self.asked()
        await line.hangup()
        await line.until_ended()
        return node


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[Proxy]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, state)
        machines = stack.enter_context(network("proxy"))
        here = {"n1": machines.phones, "n2": machines.carrier}
        settings = Settings(
            state=state,
            database_url="postgresql+asyncpg://nobody@nowhere/none",
            nodes=here,
            proxy=f"{machines.address('proxy')}:{SIP}",
            carrier_host="192.0.2.1",
        )
        passwords = phone_passwords(state / "secrets.json", ["anna", "bo"])
        await ProxyAccounts(state).publish(register())
        kamailio = await stack.enter_async_context(Kamailio(settings, machines.on("proxy")))

        async def siplet(host: str, port: int, name: str) -> Siplet:
            made = await Siplet.open(host, port, name, passwords.get(name, ""), registrar=settings.proxy)
            stack.callback(made.vanish)
            return made

        nodes = {node: await siplet(host, SIP, node) for node, host in here.items()}
        anna, bo = [await siplet(machines.phones, 0, name) for name in ("anna", "bo")]
        yield Proxy(state / "proxy" / "subscriber", kamailio, nodes, anna, bo)


async def test_who_is_registered_and_which_node_has_whose_call_outlive_it(proxy: Proxy) -> None:
    await proxy.anna.plug_in()
    talk = await proxy.anna.call("202")
    node, line = await proxy.asked()
    await line.answer()
    await talk.until_up()
    await until(proxy.kamailio.has_written, within=WRITTEN, what="it is written down")
    await proxy.kamailio.kill()
    await proxy.kamailio.start()
    assert await proxy.is_rung(proxy.anna)
    assert {await proxy.calls(proxy.anna) for _ in range(6)} == {node}
    await talk.hangup()
    await line.until_ended()


async def test_a_phone_whose_node_falls_silent_in_a_call_has_the_other_at_once(proxy: Proxy) -> None:
    """Whichever of the two would be next, and without the other one being taken for dead."""
    await proxy.anna.call("202")
    node, line = await proxy.asked()
    await line.answer()
    proxy.nodes[node].cut_off()
    [other] = proxy.nodes.keys() - {node}
    for _ in range(6):
        await proxy.anna.call("201")
    rung = proxy.nodes[other].offered
    await until(lambda: len(rung) == 6, within=AT_ONCE, what=lambda: f"{len(rung)} of 6 calls are at {other}")
    assert await proxy.calls(proxy.bo) == other


async def test_nobody_is_taken_for_one_who_guesses_while_the_accounts_can_not_be_read(proxy: Proxy) -> None:
    """What was read of them counts on; before anything was, nobody registers, and whoever is registered is."""
    await proxy.anna.plug_in()
    await until(
        partial(proxy.kamailio.has_written, with_call=False), within=WRITTEN, what="it is written down"
    )
    await proxy.kamailio.kill()
    await proxy.kamailio.start()
    away = proxy.accounts.rename(proxy.accounts.with_name("away"))
    for _ in range(GUESSES):
        with pytest.raises(NotRegisteredError):
            await proxy.bo.plug_in()
    assert await proxy.is_rung(proxy.anna)
    away.rename(proxy.accounts)
    await proxy.bo.plug_in()
    assert await proxy.is_rung(proxy.bo)
    proxy.accounts.rename(away)
    await proxy.bo.plug_in()


async def test_nobody_is_asked_after_before_all_who_are_registered_have_been_read(proxy: Proxy) -> None:
    """Many are, so that it takes a while."""
    await proxy.anna.plug_in()
    await until(
        lambda: proxy.kamailio.has_written(with_call=False), within=WRITTEN, what="it is written down"
    )
    await proxy.kamailio.kill()
    proxy.kamailio.write_down_others(MANY)
    await proxy.kamailio.start()
    assert await proxy.is_rung(proxy.anna)
