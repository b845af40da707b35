"""The running service: its turn, its parts in one task group, readiness, and a stop that leaves calls to the next."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from hanvisa.agi.server import AgiServer
from hanvisa.ami.manager import Manager
from hanvisa.ami.projection import Projection
from hanvisa.ari.client import Client
from hanvisa.ari.stream import Stream
from hanvisa.beside import Beside
from hanvisa.calllog.outbox import Outbox
from hanvisa.calls.bringing_out import BringingOut
from hanvisa.calls.doorkeeper import Doorkeeper
from hanvisa.calls.registry import Registry
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.disk_writer import Disk
from hanvisa.ending import end_within
from hanvisa.following import Follower
from hanvisa.leading import FileLead, Lead
from hanvisa.processor import threads
from hanvisa.silent import Silent
from hanvisa.sip_delay import SipDelay
from hanvisa.speech.joined import JoinedSounds
from hanvisa.texts.outbox import TextOutbox

if TYPE_CHECKING:
    from aiohttp import web

log = structlog.get_logger()

CALLS_FIRST = 2.0  # seconds
READY_FIRST = 2.0  # seconds
ENDS_WITHIN = 5.0  # seconds from when it is told to stop, though threads wait for a folder that hangs


@dataclass
class Service:
    settings: Settings
    database: Database
    directory: SnapshotDirectory
    disk: Disk
    outbox: Outbox
    clients: tuple[Client, ...]
    registry: Registry
    bringing_out: BringingOut
    streams: tuple[Stream, ...]
    managers: tuple[Manager, ...]
    projections: tuple[Projection, ...]
    agi: AgiServer
    doorkeeper: Doorkeeper
    sip_delay: SipDelay
    followers: tuple[Follower, ...]
    searchable: Follower
    texts: TextOutbox | None
    said_again: JoinedSounds
    make_later: Callable[[], tuple[web.Application, tuple[Beside, ...]]]
    beside: tuple[Beside, ...] = field(init=False)
    later: tuple[Beside, ...] = ()
    at_last: tuple[Beside, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.beside, self.at_last = self._beside_them(), self._at_last()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, when it is this instance's turn. Until then it stands by.

        Calls that are up stay up in Asterisk; the instance that stands by takes them on, or the next start does.
        """
        asyncio.get_running_loop().set_default_executor(threads(None, "asyncio"))
        stopping = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopping.set)
        async with self._lead() as lead:
            if await lead.take() or await _has_turn(lead, stopping):
                giving_up = asyncio.create_task(_give_up_when_lost(lead, stopping))
                await self._serve(stopping)
                giving_up.cancel()

    def _lead(self) -> Lead:
        if not self.settings.nodes:
            return FileLead(self.settings.state)
        from hanvisa.leading_across_machines import DatabaseLead  # noqa: PLC0415 - few have several

        return DatabaseLead(self.settings.database_url)

    async def _serve(self, stopping: asyncio.Event) -> None:
        await upgrade(self.settings.database_url)
        making = self._make_later() if await self.directory.is_large() else None
        await self.directory.start()
        gc.freeze()  # the register has no garbage: _pause_seldom need not go through it
        for manager in self.managers:
            await manager.start()
        runner: web.AppRunner | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [tasks.create_task(part) for part in self._calls()]
                await self._calls_are_taken_on()
                work += [tasks.create_task(part.run()) for part in self.beside]
                app, self.later = await (making or self._make_later())
                runner = await _web_runner(app)
                work.append(tasks.create_task(self._answer_the_web(runner)))
                work += [tasks.create_task(part.run()) for part in self.later]
                work.append(tasks.create_task(self._run_at_last()))
                _pause_seldom()
                log.info("service.started")
                await stopping.wait()
                if self.settings.nodes:
                    end_within(ENDS_WITHIN)
                for task in work:
                    task.cancel()
        finally:
            log.info("service.stopping")
            if runner is not None:
                await runner.cleanup()
            for client in self.clients:
                client.close()
            for manager in self.managers:
                await manager.stop()
            await self.directory.stop()
            await self.database.close()

    def _make_later(self) -> asyncio.Future[tuple[web.Application, tuple[Beside, ...]]]:
        """After the calls, but for a large register: most of the time the database is waited for then."""
        return asyncio.ensure_future(asyncio.to_thread(self.make_later))

    async def _answer_the_web(self, runner: web.AppRunner) -> None:
        from hanvisa.web_port import listen  # noqa: PLC0415 - imported with the application

        await listen(runner, self.settings.web_host, self.settings.web_port)

    def _calls(self) -> tuple[Coroutine[Any, Any, None], ...]:
        return self.registry.run(), *(stream.run() for stream in self.streams), self.outbox.run()

    async def _calls_are_taken_on(self) -> None:
        """Callers come first: nothing else uses the processor until then, or for long where Asterisk is not there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CALLS_FIRST):
                await self.registry.synced.wait()

    async def _run_at_last(self) -> None:
        """They take seconds of the processor with a large register, and nobody waits for them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_FIRST):
                for follower in self.followers:
                    await follower.ready.wait()
        async with asyncio.TaskGroup() as tasks:
            for part in self.at_last:
                tasks.create_task(part.run())

    def _beside_them(self) -> tuple[Beside, ...]:
        return (
            *(Beside(follower.name, follower.run) for follower in self.followers),
            Beside("measure of how long SIP waits", self.sip_delay.run),
            Beside("measure of how many calls are let in", self.doorkeeper.run),
            Beside("rescue over AMI", self.bringing_out.run),
            Beside("answers to the dialplan", self.agi.run),
            Beside("putting together of sounds", self.said_again.run),
            *([Beside("texts", self.texts.run)] if self.texts else []),
        )

    def _at_last(self) -> tuple[Beside, ...]:
        projections = (
            Beside(" ".join(("phones' projection", *filter(None, [node]))), projection.run)
            for node, projection in zip(self.settings.nodes or ("",), self.projections, strict=True)
        )
        return *projections, Beside("search", self.searchable.run)

    def health(self) -> Mapping[str, str | None]:
        """Each part: None when it is well, else a sentence on what is missing. Of several nodes one will do."""
        return {
            "calls": self._trouble_of_calls(),
            "manager": None if any(manager.connected for manager in self.managers) else self._silent().ami(),
            "database": None
            if self.directory.healthy and not self.database.hangs  # the directory asks now and then
            else "The database does not answer; calls go on with what is in memory.",
            "folder": self.disk.trouble,
            "call log": self.outbox.trouble,
            **{follower.name: follower.trouble for follower in self.followers},
            **{
                part.name: part.trouble
                for part in (*self.registry.beside, *self.beside, *self.later, *self.at_last)
                if part.trouble
            },
        }

    def away(self) -> Mapping[str, str]:
        """A sentence on each of several nodes that is not there; the others have the calls meanwhile."""
        managers = zip(self.settings.nodes, self.managers, strict=False)  # of one Asterisk nothing is told
        return self._silent().away(
            (stream.node for stream in self.streams if not stream.connected),
            (node for node, manager in managers if not manager.connected),
        )

    def _trouble_of_calls(self) -> str | None:
        if not any(stream.connected for stream in self.streams):
            return self._silent().ari()
        return (
            None if self.registry.synced.is_set() else "The calls that there are have not been taken on yet."
        )

    def _silent(self) -> Silent:
        settings = self.settings
        return Silent(settings.nodes, urlsplit(settings.ari_url).port or 80, settings.ami_port)


async def _web_runner(app: web.Application) -> web.AppRunner:
    from aiohttp import web  # noqa: PLC0415 - imported with the application

    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    return runner


async def _has_turn(lead: Lead, stopping: asyncio.Event) -> bool:
    """Stand by until the calls are ours. False when it was to stop before."""
    log.info("service.standing_by")
    turn, stop = asyncio.ensure_future(lead.take_in_turn()), asyncio.ensure_future(stopping.wait())
    await asyncio.wait((turn, stop), return_when=asyncio.FIRST_COMPLETED)
    turn.cancel()
    stop.cancel()
    return not stopping.is_set()


async def _give_up_when_lost(lead: Lead, stopping: asyncio.Event) -> None:
    """Another has the calls: they are left standing, as when it is told to stop, for that one to take on."""
    await lead.until_lost()
    log.error("service.lead_lost")
    stopping.set()


def _pause_seldom() -> None:
    """Let the garbage collector leave alone what lives as long as the service: its pauses hold every call."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
