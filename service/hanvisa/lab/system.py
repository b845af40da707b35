"""The whole system on one machine: an Asterisk and the service, kept alive as systemd would in production."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO, Self
from uuid import UUID

from pydantic import SecretStr

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import DIES_WITH_US, REPOSITORY, Asterisk
from hanvisa.lab.preloaded import Preloaded, Started
from hanvisa.lab.priority import before_all_but_sound
from hanvisa.lab.probing import http_status
from hanvisa.lab.processes import children_of, runs
from hanvisa.lab.waiting import until

SERVE = (sys.executable, "-m", "hanvisa", "serve")
PAUSE = 0.05  # seconds between two looks at the service's readiness
SPEECH_READY = b"event=speech.ready"  # in the service's log
STANDING_BY = b"event=service.standing_by"
STOPS_WITHIN = 15.0  # seconds; then the service is killed
FIRST_DELAY = 0.2  # seconds before what died is started again; doubled at every failure
LONGEST_DELAY = 30.0
STEADY = 60.0  # seconds up, after which a death counts as the first again
HOPELESS = 3  # starts in a row that failed, after which the rescue brings the waiting calls to the fallback


class System:
    """Asterisk and ``hanvisa serve`` with one state folder.

    ``say`` is told, in a sentence each, what is started and what died. ``service`` is the command that runs the
    service, ``rescue`` the one that takes over its calls when it does not come back. ``urgent``: from its start on the
    service comes before whatever else the machine does, as on a machine of its own. ``machine`` stands before a command
    to run it in another network (`lab.machines`), ``clock`` to have it go by another clock (`lab.jumping_clock`).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        root: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
        service: Sequence[str] = SERVE,
        rescue: Sequence[str] = (sys.executable, "-m", "hanvisa.rescue"),
        urgent: bool = False,
        machine: Sequence[str] = (),
        clock: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self.asterisk = Asterisk(settings, root, urgent=urgent, machine=machine, clock=clock)
        self._before = (*machine, *clock)
        self.log_folder = settings.state / "log" / settings.node
        self.service_log = self.log_folder / "service.log"
        self._say = say
        self.service_command = tuple(service)
        self._rescue_command = tuple(rescue)
        self._urgent = urgent
        self._service: Process | Started | None = None
        self._started_at = 0  # where in its log the service that runs began

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def service_running(self) -> bool:
        return self._service is not None and self._service.returncode is None

    @property
    def service_pid(self) -> int | None:
        """The process that has the calls: the keeper's, once it has one (`hanvisa.keeper`)."""
        if self._service is None:
            return None
        kept = children_of(self._service.pid)
        return kept[0] if kept else self._service.pid

    async def start(self) -> None:
        """Start Asterisk, then the service, and wait until both are ready.

        Raises:
            ConfigurationError: one of them did not come up; the reason is in the message.
        """
        try:
            await self.asterisk.start()
            await self.start_service()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the service in an orderly way, then Asterisk."""
        await self.stop_service()
        await self.asterisk.stop()

    async def start_service(self, within: float = 30.0, *, preloaded: Preloaded | None = None) -> None:
        """Start the service and wait until it says it is ready. ``preloaded`` is where it need not read its modules.

        Raises:
            ConfigurationError: it ended, or was not ready within ``within`` seconds.
        """
        if self.service_running:
            return
        self._started_at = self.service_log.stat().st_size if self.service_log.exists() else 0
        self._service = await self._spawn_service(preloaded)
        await self._is_ready(within)

    async def stand_by(self, within: float = 30.0) -> None:
        """Start Asterisk, and the service while another has the calls. Raises ConfigurationError."""
        await self.asterisk.start()
        self._started_at = self.service_log.stat().st_size if self.service_log.exists() else 0
        self._service = await self._spawn(self.service_command)
        await self.tells(STANDING_BY, within)

    async def kill(self) -> None:
        """As when the machine dies: Asterisk and the service are gone at once."""
        await asyncio.gather(self.asterisk.kill(), self.kill_service())

    async def stop_service(self) -> None:
        """Ask the service to end (SIGTERM: it finishes what it is at); killed if it does not."""
        if self._service is None or not self.service_running:
            return
        self._service.terminate()
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                await self._service.wait()
        except TimeoutError:
            await self.kill_service()

    async def kill_service(self, number: int = signal.SIGKILL) -> None:
        """Send the service a signal (by default the one that a process can't catch) and wait until it is gone.

        What a keeper kept is killed with it, and may end a moment later.
        """
        if self._service is not None and self.service_running:
            kept = children_of(self._service.pid)
            self._service.send_signal(number)
            await self._service.wait()
            await until(lambda: not any(map(runs, kept)), what="the end of what the keeper kept")

    async def crash_service(self, how: int = signal.SIGKILL, within: float = 30.0) -> None:
        """Kill the process that has the calls, and wait until its keeper's next one says it is ready.

        ``how`` is the signal: stopped (SIGSTOP) it hangs, until the keeper kills it.

        Raises:
            ConfigurationError: there is none, or it was not within ``within`` seconds.
        """
        if self._service is None:
            raise ConfigurationError("There is no service that could be killed.")
        keeper = self._service.pid
        (crashed,) = children_of(keeper)
        self._started_at = self.service_log.stat().st_size
        os.kill(crashed, how)
        await until(
            lambda: children_of(keeper) not in ([crashed], []),
            within=within,
            what="another process that serves",
        )
        await self._is_ready(within)

    def goes_on_as(self, other: System) -> None:
        """Another instance has the calls now, and is the service from here on."""
        self._service, self._started_at = other._service, other._started_at

    async def rescue(self) -> int:
        """Bring a dead service's calls into the fallback, and stay until nobody is left; the rescue's exit code."""
        rescuing = await self._spawn(self._rescue_command)
        try:
            return await rescuing.wait()
        finally:
            if rescuing.returncode is None:
                rescuing.kill()
                await rescuing.wait()

    async def tells(self, event: bytes, within: float) -> None:
        """Wait until the service that runs has written ``event`` to its log.

        Raises:
            ConfigurationError: it has not within so many seconds.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    if event in self.service_log.read_bytes()[self._started_at :]:
                        return
                    await asyncio.sleep(PAUSE)
        except TimeoutError as error:
            raise ConfigurationError(
                f"The service did not tell of {event.decode()} within {within:g} s:\n{self.log()}"
            ) from error

    async def speech_is_made(self, within: float = 120.0) -> None:
        """Wait until all of the register can be said: making it takes a small machine from phones that listen.

        Raises:
            ConfigurationError: it took longer than ``within`` seconds.
        """
        await self.tells(SPEECH_READY, within)

    async def laid_ready(self, person: UUID, within: float = 20.0) -> str:
        """The announcement of this person's absence that lies ready for the dialplan in AstDB, in Swedish."""
        key = f"hanvisa/absence/{person.hex}/1"

        async def written() -> str | None:
            shown = await self.asterisk.cli(f"database show {key}")
            values = [
                row.partition(":")[2].strip() for row in shown.splitlines() if row.startswith(f"/{key}")
            ]
            return values[0].split("&")[2] if values else None

        return await until(written, within=within, what=f"{key} in AstDB")

    async def supervise(self) -> None:
        """Start again whatever dies, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep("Asterisk", self.asterisk.wait, self.asterisk.start))
            group.create_task(self._keep("The service", self._wait_service, self.start_service, self.rescue))

    def log(self, lines: int = 40) -> str:
        """The end of the service's log."""
        if not self.service_log.exists():
            return ""
        return "\n".join(self.service_log.read_text(errors="replace").splitlines()[-lines:])

    async def _keep(
        self,
        name: str,
        ended: Callable[[], Awaitable[int]],
        start: Callable[[], Awaitable[None]],
        give_up: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        """Start ``name`` again each time it has ended, after a delay that grows while it keeps dying."""
        failures = 0
        beside: asyncio.Future[int] | None = (
            None  # the rescue stays as long as people talk; starts go on meanwhile
        )
        while True:
            since = monotonic()
            code = await ended()
            if monotonic() - since > STEADY:
                failures = 0
            delay = min(FIRST_DELAY * 2**failures, LONGEST_DELAY)
            self._say(f"{name} ended (exit code {code}); starting it again in {delay:g} s.")
            if failures == HOPELESS and give_up is not None:
                self._say(f"{name} does not come back: its calls are brought into the fallback.")
                beside = asyncio.ensure_future(give_up())
            await asyncio.sleep(delay)
            failures += 1
            try:
                await start()
            except ConfigurationError as error:
                self._say(str(error))
            else:
                self._say(f"{name} is back.")
                if beside is not None:
                    beside.cancel()

    async def _wait_service(self) -> int:
        return await self._service.wait() if self._service is not None else 0

    async def _is_ready(self, within: float) -> None:
        """Raises ConfigurationError where it does not become so; the service is gone then."""
        try:
            async with asyncio.timeout(within):
                await self._wait_ready()
        except TimeoutError as error:
            await self.kill_service()
            raise ConfigurationError(
                f"The service was not ready within {within:g} s:\n{self.log()}"
            ) from error
        except BaseException:
            await self.kill_service()
            raise

    async def _wait_ready(self) -> None:
        """Wait until /health/ready says yes.

        Raises:
            ConfigurationError: the service has ended.
        """
        while True:
            if not self.service_running:
                raise ConfigurationError(f"The service ended while starting:\n{self.log()}")
            ready = await http_status(self.settings.web_host, self.settings.web_port, "/health/ready") == 200
            if self._urgent:
                before_all_but_sound(self.service_pid or 0)
            if ready:
                return
            await asyncio.sleep(PAUSE)

    async def _spawn_service(self, preloaded: Preloaded | None) -> Process | Started:
        if preloaded is None:
            return await self._spawn(self.service_command)
        with self._open_log() as log:
            return await preloaded.start(environment(self.settings), log)

    async def _spawn(self, command: Sequence[str]) -> Process:
        """Start one of our programs with these settings; what it prints goes to the service's log."""
        with self._open_log() as log:
            return await asyncio.create_subprocess_exec(
                *DIES_WITH_US,
                *self._before,
                *command,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                env=environment(self.settings),
                start_new_session=True,
            )

    def _open_log(self) -> BinaryIO:
        self.log_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log_folder.chmod(0o700)
        return self.service_log.open("ab")


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives another process of ours these very settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HANVISA_")}
    paths = [str(REPOSITORY / "service"), *filter(None, [own.get("PYTHONPATH")])]
    given = {f"HANVISA_{name.upper()}": _written(value) for name, value in settings if value is not None}
    return {**own, **given, "PYTHONPATH": os.pathsep.join(paths)}


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
