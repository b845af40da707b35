"""The Asterisks that the service commands, one or several, and what it keeps at each: phones, lamps, the fallback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import structlog

from hanvisa.ami.emergencies import watch_emergencies
from hanvisa.ami.lamps import Lamps
from hanvisa.ami.losses import watch_losses
from hanvisa.ami.manager import Manager
from hanvisa.ami.phones import Liveness, Phones
from hanvisa.ami.projection import Announcer, Projection
from hanvisa.ami.transfers import withdraw
from hanvisa.ari.client import Client
from hanvisa.ari.nodes import Nodes
from hanvisa.ari.stream import Stream
from hanvisa.calls.ports import Clock, Directory
from hanvisa.calls.signals import Offered, Signal
from hanvisa.config import Settings
from hanvisa.errors import TelephonyError, Unavailable
from hanvisa.following import Follower
from hanvisa.passwords import read_secret
from hanvisa.policy.facts import CallingClass
from hanvisa.policy.register import Register
from hanvisa.run_time import in_force

log = structlog.get_logger(__name__)

USER = "hanvisa"  # at ARI and AMI
WITHIN = 5.0  # seconds in which Asterisk is to be there
NODE_WITHIN = 1.0  # and one of several, for which the others wait

_PHONES = frozenset(
    {
        "phones",
        "persons",
        "departments",
        "extensions",
        "numbers",
        "operators",
        "organisations",
        "switchboards",
        "codes",
        "settings",
    }
)
_LAMPS = frozenset({"messages", "phones", "operators"})


class Asterisks:
    """All of them. ``commanded`` is what takes commands."""

    def __init__(self, settings: Settings, voice: Announcer, clock: Clock, directory: Directory) -> None:
        names = tuple(settings.nodes) or ("",)
        self._settings = settings
        self.clients = {name: self._client(name) for name in names}
        self._nodes = Nodes(self.clients) if settings.nodes else None
        self.commanded = self._nodes or self.clients[""]
        self.kept = tuple(KeptAsterisk(settings, name, voice, clock, directory) for name in names)
        self.managers = tuple(one.manager for one in self.kept)
        self.projections = tuple(one.projection for one in self.kept)
        self.followers = tuple(follower for one in self.kept for follower in one.followers)
        self._streams: tuple[Stream, ...] = ()

    def client_beside(self) -> Client:
        """To the first of them, on connections of its own."""
        return self._client(next(iter(self.clients)))

    def _client(self, node: str) -> Client:
        return Client(self._settings.ari_of(node), USER, read_secret(self._settings.state, "ari"))

    def streams(self, app: str, deliver: Callable[[Signal, str], None]) -> tuple[Stream, ...]:
        """Made once, before anything else asks what they tell; each is to be run.

        ``deliver`` is called with each signal and the name of the node that tells it.
        """

        def heeded(node: str, signal: Signal) -> None:
            if self._nodes is not None:
                self._nodes.heed(signal)
                signal = _without_times(signal)
            deliver(signal, node)

        self._streams = tuple(
            Stream(client, app, partial(heeded, node), node) for node, client in self.clients.items()
        )
        return self._streams

    def watch(self, *, emergency: Callable[[str], None], lost: Callable[[str], None]) -> None:
        """Call back with the account of a phone from which the dialplan dials 112, and of one that is gone."""
        for manager in self.managers:
            watch_emergencies(manager, emergency)
            watch_losses(manager, lost)

    def project(self, register: Register) -> None:
        for projection in self.projections:
            projection.request(register)

    def on_connected(self, callback: Callable[[], None]) -> None:
        """Call back after each log-in to one of them."""
        for manager in self.managers:
            manager.on_connected(callback)

    async def withdraw_transfers(self) -> list[str]:
        """The account of each phone in a call of the fallback's. Raises Unavailable.

        Where ARI is away the fallback has all new calls, and its transfers are left to it.
        """
        told = await asyncio.gather(
            *(
                one.withdraw_transfers(tells_only=not stream.connected)
                for one, stream in zip(self.kept, self._streams, strict=True)
            )
        )
        return [account for accounts in told for account in accounts]


class KeptAsterisk:
    """``node`` is its name where there are several. One of several may be away: what it misses is made up for later."""

    def __init__(
        self, settings: Settings, node: str, voice: Announcer, clock: Clock, directory: Directory
    ) -> None:
        self.node = node
        self._in_fallback: list[str] = []
        self.manager = Manager(
            settings.ami_port, read_secret(settings.state, "ami"), host=settings.ami_of(node), user=USER
        )
        self.projection = Projection(self.manager, voice, clock, settings_of_dialplan(settings))
        liveness = Liveness(settings.rtp_timeout, settings.qualify_every)
        phones = Phones(settings.state, self.manager, liveness, node=node, proxy=settings.proxy)
        self._directory = directory
        lamps = Follower(self._named("lamps"), _LAMPS, self._publishing(Lamps(self.manager).publish))

        async def publish(register: Register) -> None:
            may_call = in_force(settings, register.settings.rows).may_call
            await phones.publish(register, CallingClass(may_call))

        published = Follower(self._named("phones"), _PHONES, self._publishing(publish), awaited=True)
        self.manager.on_connected(lamps.again)
        self.manager.on_connected(published.again if node else published.retry)
        self.followers = (lamps, published)

    async def withdraw_transfers(self, *, tells_only: bool) -> list[str]:
        """As `withdraw`. Of one of several whose AMI does not answer what it told last, as long as its ARI is there."""
        try:
            await self.manager.until_connected(NODE_WITHIN if self.node else WITHIN)
            self._in_fallback = await withdraw(self.manager, tells_only=tells_only)
        except TelephonyError as error:
            if not self.node:
                raise
            if self.manager.connected:  # that it is not its log tells already, and this would each second
                log.warning("transfers.not_known", node=self.node, why=str(error))
            if tells_only:  # the node is away, and who was in a call there is in none
                self._in_fallback = []
        return self._in_fallback

    def _publishing(self, publish: Callable[[Register], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
        """Has Asterisk know the register as it is, once it is there."""

        async def published() -> None:
            if await self.is_there():
                await publish(self._directory.register)

        return published

    async def is_there(self) -> bool:
        """Raises Unavailable where it is the only one, and is not there."""
        try:
            await self.manager.until_connected(WITHIN)
        except Unavailable:
            if not self.node:
                raise
            return False
        return True

    def _named(self, what: str) -> str:
        return f"{what} at {self.node}" if self.node else what


def settings_of_dialplan(settings: Settings) -> dict[str, str]:
    """Those that have a value, as in dialplan/README.md."""
    all_ = {"outside_prefix": settings.outside_prefix, "private_prefix": settings.private_prefix}
    return {name: value for name, value in all_.items() if value}


def _without_times(signal: Signal) -> Signal:
    """Another machine's clock is not ours: how long a call has waited there is not known."""
    return replace(signal, since=None, at=None) if isinstance(signal, Offered) else signal
