"""Two nodes behind Kamailio, each on a machine of its own, and who telephones there."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA, past_the_greeting
from hanvisa.config import Settings
from hanvisa.lab.api import Api, readiness
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.hanging_folder import HangingFolder, folder_that_can_hang
from hanvisa.lab.kamailio import Kamailio
from hanvisa.lab.ladder import ladder
from hanvisa.lab.lines import Line
from hanvisa.lab.machines import Network
from hanvisa.lab.newcomer import read_register
from hanvisa.lab.own import import_demo
from hanvisa.lab.probing import http_status
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.stories import Story
from hanvisa.lab.system import System
from hanvisa.lab.town import make_token, phone_password, web_of
from hanvisa.lab.waiting import until

PROXY, NODES = "proxy", ("n1", "n2")
OWN = (
    "asterisk",
    "kamailio",
    "log",
)  # folders that are no part of the shared one, or each machine's own there
NOWHERE = Path("/nonexistent")
SIP = 5060


@dataclass
class Cluster:
    """``settings`` and ``systems`` are by node; ``leads`` is the node whose service has the calls."""

    settings: dict[str, Settings]
    systems: dict[str, System]
    network: Network
    kamailio: Kamailio
    carrier: Carrier
    token: str
    leads: str
    phones: dict[str, Siplet] = field(default_factory=dict)

    @property
    def other(self) -> str:
        """The node whose service stands by."""
        return next(node for node in NODES if node != self.leads)

    @property
    def trace(self) -> list[str]:
        return self.carrier.trace

    async def phone(self, account: str) -> Siplet:
        """The phone of this account, registered at Kamailio."""
        if account not in self.phones:
            settings = self.settings[self.leads]
            host, password = self.network.phones, await phone_password(settings, account)
            phone = await Siplet.open(host, 0, account, password, registrar=settings.proxy, trace=self.trace)
            self.phones[account] = phone

            async def plugged_in() -> bool:
                await phone.plug_in()
                return True

            await until(plugged_in, within=LONG, what=f"{account} registered")
        return self.phones[account]

    def node_of(self, line: SipletLine) -> str:
        """The node that has the call."""
        return next(node for node, one in self.settings.items() if one.sip_host == line.host_of_other)

    async def waits(self, number: str) -> SipletLine:
        """A citizen rings the main number, and waits for an operator."""
        line = await self.carrier.call(MAIN_NUMBER, from_=number)
        await past_the_greeting(line)
        return line

    async def opens(self, account: str) -> Siplet:
        """The operator with this phone is there."""
        phone = (await read_register(self.settings[self.leads])).phone_of_account(account)
        assert phone is not None
        async with self.api() as api:
            await api.post(f"/operators/{phone.owner_id}/state", {"state": "open"})
        return await self.phone(account)

    async def answers_next(self, operator: Siplet, caller: SipletLine, *, within: float = LONG) -> Line:
        """The operator is rung for this caller, and they talk."""
        line = await operator.rings(within=within)
        await line.answer()
        await caller.talks_to(line, within=LONG)
        return line

    async def talks_at(self, node: str, number: str, phone: Siplet) -> tuple[SipletLine, Line]:
        """A citizen rings the direct number of whoever has the phone, until it is this node's turn; both lines."""

        async def is_there() -> tuple[SipletLine, Line] | None:
            caller = await self.carrier.call(direct_number(phone.name), from_=number)
            line = await phone.rings(within=LONG)
            await line.answer()
            await caller.talks_to(line, within=LONG)
            if self.node_of(caller) == node:
                return caller, line
            await caller.hangup()
            await line.until_ended(within=LONG)
            return None

        return await until(is_there, within=LONG, what=f"a call at {node}")

    async def with_ulla(self, number: str) -> tuple[SipletLine, Line]:
        ulla = await self.opens(ULLA)
        caller = await self.waits(number)
        return caller, await self.answers_next(ulla, caller)

    def api(self) -> Api:
        """That of the service that has the calls."""
        return Api(web_of(self.settings[self.leads]), self.token)

    async def has_rung_for(self, number: str, times: int) -> bool:
        """Whether somebody has been rung so many times for this caller's call that is up."""
        async with self.api() as api:
            calls = await _calls_of(api, number)
            told = [Story(await api.get(f"/calls/{one['id']}")).events("signal") for one in calls[:1]]
        return [signal["type"] for signals in told for signal in signals].count("ringing") >= times

    async def is_ended_in_the_log(self, number: str) -> None:
        async def ended() -> bool:
            async with self.api() as api:
                calls = await _calls_of(api, number)
            return bool(calls) and all(one["ended_at"] for one in calls)

        await until(ended, within=LONG, what=f"{number}'s call ended in the log")

    async def leads_at(self, node: str) -> None:
        """Wait until the service at this node has taken the calls on."""
        host, port = self.settings[node].web_host, self.settings[node].web_port

        async def serves() -> bool:
            return await http_status(host, port, "/health/live") == 200

        await until(serves, within=LONG, what=f"the service at {node} has the calls")
        self.leads = node

    async def stands_by_again(self, node: str) -> None:
        """The service at this node has found out that another leads, and has stopped; it is started again."""
        system = self.systems[node]
        await until(
            lambda: not system.service_running, within=LONG, what=f"the service at {node} has stopped"
        )
        await system.stand_by()

    @contextmanager
    def silent(self, node: str) -> Iterator[None]:
        """Nothing reaches this node or comes from it, and nobody is told."""
        self.network.falls_silent(node)
        try:
            yield
        finally:
            self.network.is_back(node)

    @contextmanager
    def without_the_folder(self) -> Iterator[None]:
        """What the nodes share is not to be had; what each has of its own is (docs/scaling.md, "Setting it up")."""
        state = self.settings[self.leads].state
        away = Path(tempfile.mkdtemp(prefix="hv", dir=state.parent))
        shared = [one for one in state.iterdir() if one.name not in OWN]
        for one in shared:
            one.rename(away / one.name)
            one.symlink_to(NOWHERE / one.name)  # nor can it be made anew
        try:
            yield
        finally:
            for one in shared:
                one.unlink()
                (away / one.name).rename(one)
            away.rmdir()

    @asynccontextmanager
    async def folder_that_can_hang(self) -> AsyncIterator[HangingFolder]:
        """The shared folder, as the service that leads sees it."""
        leads = self.systems[self.leads]
        assert leads.service_pid is not None
        async with folder_that_can_hang(leads.settings.state, leads.service_pid) as folder:
            yield folder

    async def is_ready(self) -> bool:
        """Whether the service that leads says so."""
        host, port = self.settings[self.leads].web_host, self.settings[self.leads].web_port
        return await http_status(host, port, "/health/ready") == 200

    async def is_whole(self) -> None:
        """Wait until the service with the calls has all nodes: what comes to another goes the fallback's way."""
        web = web_of(self.settings[self.leads])

        async def has_all() -> bool:
            told = await readiness(web)
            return told["status"] == "ready" and not told["away"]

        await until(has_all, within=LONG, what="the service has all nodes")

    async def go_home(self) -> None:
        for phone in (self.carrier, *self.phones.values()):
            await phone.hang_up_all()
            phone.forget()

    def ladder(self) -> str:
        known = {f"{one.sip_host}:{SIP}": node for node, one in self.settings.items()}
        known[self.settings[self.leads].proxy] = PROXY
        return ladder(self.trace, known)

    def told(self) -> str:
        """The ends of the logs."""
        return "\n".join(f"{node}:\n{one.log()}\n{one.asterisk.log()}" for node, one in self.systems.items())


async def _calls_of(api: Api, number: str) -> list[dict[str, Any]]:
    """The newest first."""
    return [one for one in await api.items("/calls") if one["caller"].endswith(number.lstrip("0"))]


def direct_number(account: str) -> str:
    """Of whoever of the demo directory has this phone."""
    return f"0980319{account.rpartition('-')[2]}"


@asynccontextmanager
async def a_cluster(machines: Network, state: Path, database: str) -> AsyncIterator[Cluster]:
    """Both nodes serve; the service at the first has the calls."""
    settings = _settings(machines, state, database)
    systems = {node: System(one, urgent=True, machine=machines.on(node)) for node, one in settings.items()}
    first, second = systems.values()
    async with AsyncExitStack() as stack:
        for system in systems.values():
            stack.push_async_callback(system.stop)
        await asyncio.gather(import_demo(first.settings), first.asterisk.start())
        _, _, token = await asyncio.gather(
            first.start(), second.asterisk.start(), make_token(first.settings, "admin")
        )
        await second.stand_by()
        await first.speech_is_made()
        kamailio = await stack.enter_async_context(Kamailio(first.settings, machines.on(PROXY)))
        carrier = await Carrier.start(machines.carrier, SIP, switch=first.settings.proxy)
        cluster = Cluster(settings, systems, machines, kamailio, carrier, token, NODES[0])
        try:
            yield cluster
        finally:
            for phone in (carrier, *cluster.phones.values()):
                phone.vanish()


def _settings(machines: Network, state: Path, database: str) -> dict[str, Settings]:
    nodes = {node: machines.address(node) for node in NODES}
    return {
        node: Settings(
            state=state,
            database_url=database,
            nodes=nodes,
            node=node,
            proxy=f"{machines.address(PROXY)}:{SIP}",
            sip_host=address,
            web_host=address,
            carrier_host=machines.carrier,
            carrier_port=SIP,
            ring_operator=8,
            whisper="never",
            log_linger=0.05,
        )
        for node, address in nodes.items()
    }
