"""Who is together on the real Asterisk, as its own events tell, and the witness who judges it (O2, M4).

async with onlooker(world, operators={"hallefors-290"}, mobiles={"0701740605"}) as seen:
    ...
    await seen.is_quiet()
assert not seen.witness.wrong
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import aiohttp

from e2e.support.world import World
from hanvisa.lab.waiting import until
from hanvisa.testing import MemoryLog
from unit.calls.witness import Witness

QUIET = 0.15  # seconds without an event
BUSY_FOR = 3.0  # seconds at most that a switch is waited for


class Onlooker:
    """Sees every channel and bridge, from the events of an application that subscribes to all and commands nothing."""

    def __init__(self, operators: Collection[str], mobiles: Collection[str], confidential: set[str]) -> None:
        self.alive: set[str] = set()
        self.bridges: dict[str, set[str]] = defaultdict(set)
        self.witness = Witness(
            self, MemoryLog(), monotonic, operators=operators, confidential_accounts=confidential
        )
        self.met: set[frozenset[str]] = set()  # who has been in a bridge together, by account or number
        self._mobiles = mobiles
        self._last = monotonic()

    async def is_quiet(self) -> None:
        """What was done has had its effect."""
        deadline = monotonic() + BUSY_FOR
        await until(
            lambda: monotonic() > min(self._last + QUIET, deadline),
            within=BUSY_FOR + 1,
            what="a quiet switch",
        )

    def hear(self, event: dict[str, Any]) -> None:
        self._last = monotonic()
        match event["type"]:
            case "ChannelCreated":
                self._comes(event["channel"])
            case "Dial" if event.get("dialstring"):
                self._is_dialled(event["peer"], event["dialstring"])
            case "ChannelDestroyed":
                self.alive.discard(event["channel"]["id"])
            case "ChannelEnteredBridge" | "ChannelLeftBridge":
                self.bridges[event["bridge"]["id"]] = set(event["bridge"]["channels"])
            case "BridgeDestroyed":
                self.bridges.pop(event["bridge"]["id"], None)
        self.witness.look()
        self._remember()

    def _comes(self, channel: dict[str, Any]) -> None:
        """A call that comes in has dialled something; a leg that the service makes has not."""
        self.alive.add(channel["id"])
        account = _account(channel)
        if channel["dialplan"]["context"].startswith("from-") and not channel["id"].startswith("hv-"):
            number = _national(channel["caller"]["number"])
            is_mobile = not account and number in self._mobiles
            self.witness.rings_in(channel["id"], account, number if not account else "", is_mobile=is_mobile)
        else:
            self.witness.is_rung(channel["id"], account)

    def _is_dialled(self, channel: dict[str, Any], dialstring: str) -> None:
        """Which number a leg to the carrier is for."""
        if _account(channel):
            return
        number = _national(dialstring.partition("@")[0].rpartition("/")[2])
        party = self.witness.parties[channel["id"]]
        party.number, party.is_mobile = number, number.startswith("07")

    def _remember(self) -> None:
        for inside in self.bridges.values():
            names = [
                party.account or party.number
                for one in inside
                if (party := self.witness.parties.get(one)) is not None
            ]
            self.met.update(frozenset((one, other)) for one in names for other in names if one != other)


@asynccontextmanager
async def onlooker(
    world: World, *, operators: Collection[str], mobiles: Collection[str], confidential: set[str]
) -> AsyncIterator[Onlooker]:
    """Nobody may be on the line yet. ``mobiles`` are those that are registered, as dialled in Sweden."""
    seen = Onlooker(operators, mobiles, confidential)
    password = json.loads((world.settings.state / "secrets.json").read_text())["ari"]
    header = {"Authorization": aiohttp.encode_basic_auth("hanvisa", password)}
    everything = {"app": "onlooker", "subscribeAll": "true"}
    async with (
        aiohttp.ClientSession(headers=header) as session,
        session.ws_connect(
            f"{world.settings.ari_url}/ari/events", params=everything, max_msg_size=0
        ) as socket,
        asyncio.TaskGroup() as group,
    ):
        looking = group.create_task(_look(socket, seen))
        yield seen
        looking.cancel()


async def _look(socket: aiohttp.ClientWebSocketResponse, seen: Onlooker) -> None:
    async for message in socket:
        seen.hear(json.loads(message.data))


def _account(channel: dict[str, Any]) -> str:
    """The phone's; nothing for who is outside. A channel's name is ``PJSIP/<account>-<hex>``."""
    account: str = channel["name"].partition("/")[2].rpartition("-")[0]
    return "" if account == "carrier" else account


def _national(number: str) -> str:
    return "0" + number.removeprefix("+46") if number.startswith("+46") else number
