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
from hanvisa.lab.waiting import until
from integration.fallback.fallback_world import World


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
