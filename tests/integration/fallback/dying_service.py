"""A service that claims calls, does as it is told, and dies without a word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp

from hanvisa.ari.client import Client
from hanvisa.ari.control import AriControl
from hanvisa.errors import Refused
from hanvisa.lab.lines import Line
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import Person
from integration.fallback.fallback_world import World, account_of


class DyingService:
    """Takes every call that is offered. ``channels`` are the callers', in the order in which they came."""

    def __init__(self, client: Client, name: str) -> None:
        self.name = name
        self.control = AriControl(client, name)
        self.channels: list[str] = []
        self._client = client
        self._reading: asyncio.Task[None] | None = None

    async def live(self) -> None:
        connected = asyncio.Event()
        self._reading = asyncio.create_task(self._read(connected))
        await connected.wait()

    async def die(self) -> None:
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def ring(self, account: str, caller: str) -> str:
        """A leg that rings at the phone."""
        channel = f"hv-c-{uuid4().hex}"
        contact = (await self.control.dial_strings(caller, account))[0]
        await self.control.create(channel, contact, {}, caller)

        async def dialled() -> bool:
            try:
                await self.control.dial(channel)
            except Refused:  # it enters Stasis a moment after it was made
                return False
            return True

        await until(dialled, what="the leg dialled")
        return channel

    async def _read(self, connected: asyncio.Event) -> None:
        url = f"{self._client.url}/events"
        async with (
            aiohttp.ClientSession(headers=self._client.headers) as session,
            session.ws_connect(url, params={"app": self.name}) as socket,
        ):
            connected.set()
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] == "CallBroadcast" and await self.control.claim(event["channel"]["id"]):
                    self.channels.append(event["channel"]["id"])


@asynccontextmanager
async def a_service(world: World) -> AsyncIterator[DyingService]:
    password = json.loads((world.settings.state / "secrets.json").read_text())["ari"]
    client = Client(world.settings.ari_url, "hanvisa", password)
    service = DyingService(client, f"hanvisa-{uuid4().hex[:8]}")
    try:
        await service.live()
        yield service
    finally:
        await service.die()
        client.close()


async def rings_in(world: World, service: DyingService, number: str) -> tuple[Line, str]:
    """A call from outside that the service has answered: the caller's line and channel."""
    before = len(service.channels)
    caller = await world.carrier.call(number)
    [channel] = await until(lambda: service.channels[before:], what="the call claimed")
    await service.control.answer(channel)
    await caller.until_up()
    return caller, channel


async def talking(world: World, service: DyingService, who: Person, number: str) -> tuple[Line, Line]:
    """The line of a caller to that number of theirs, and that of their phone."""
    phone = await world.phone(who)
    caller, channel = await rings_in(world, service, number)
    leg = await service.ring(account_of(who), channel)
    line = await phone.rings()
    await line.answer()
    await line.until_up()
    await service.control.bridge(f"hv-b-{channel}", [channel, leg])
    await caller.talks_to(line)
    return caller, line
