"""An Asterisk of our own: configured, started in namespaces of its own, waited for, and gone when it is stopped."""

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.priority import may_come_first
from hanvisa.lab.probing import WITHIN, connection, http_status
from hanvisa.lab.processes import offspring_of

REPOSITORY = Path(__file__).resolve().parents[3]
CONFIGURATION = REPOSITORY / "asterisk-conf"
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
PAUSE = 0.05  # seconds between two looks
STOPS_WITHIN = 10.0  # seconds; then it is killed


def find_root(settings: Settings) -> Path | None:
    """The root file system to use, None where the machine's own Asterisk is used.

    The setting, else the state folder's own, else the one that ``./dev run`` made in the repository.
    """
    if settings.asterisk_root is not None:
        return settings.asterisk_root.absolute()
    candidates = (settings.state / "asterisk" / "root", REPOSITORY / ".state" / "asterisk" / "root")
    return next((root for root in candidates if root.exists()), None)


def environment() -> list[str]:
    """What Asterisk is started with, each as ``NAME=value``."""
    lines = (CONFIGURATION / "environment").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Asterisk:
    """The Asterisk of one state folder. ``root`` and ``dialplan`` are found where they are not given.

    ``urgent``: it comes before all others, where the machine allows that (``asterisk -p``), for a machine on which much
    else is computed. Where there is little else it only keeps the service from deciding in time (docs/performance.md).

    ``machine`` stands before a command to run it in another network (`lab.machines`), ``clock`` before Asterisk's own
    to have it go by another clock (`lab.jumping_clock`).

    Nothing of it is left after ``stop`` or ``kill``, nor when this process is killed.
    """

    def __init__(
        self,
        settings: Settings,
        root: Path | None = None,
        dialplan: Path | None = None,
        *,
        urgent: bool = False,
        machine: Sequence[str] = (),
        clock: Sequence[str] = (),
    ) -> None:
        self.settings = settings
        self._machine = tuple(machine)
        self._clock = tuple(clock)
        self.urgent = urgent
        self.root = root or find_root(settings)
        self.dialplan = dialplan or REPOSITORY / "dialplan"
        self.folder = settings.state / "asterisk" / settings.node
        self._process: Process | None = None
        self._gone: asyncio.Task[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The process that holds Asterisk: it ends when Asterisk ends."""
        return self._process.pid if self._process else None

    async def start(self, within: float = 30.0) -> None:
        """Write the configuration, start, and wait until Asterisk is fully booted, at most ``within`` seconds.

        Raises:
            ConfigurationError: it ended at once or did not come up; the reason is in the message.
        """
        if self.running:
            return
        if self.root is None and shutil.which("asterisk") is None:
            raise ConfigurationError(
                "There is no Asterisk on this machine yet: ./dev run puts one into its state folder."
            )
        await self._configure()
        await self._launch()
        try:
            async with asyncio.timeout(within):
                await self._wait_booted()
        except TimeoutError as error:
            await self.kill()
            raise ConfigurationError(f"Asterisk was not up within {within:g} s:\n{self.log()}") from error
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """Stop it, calls included; killed if it does not end by itself."""
        if self._process is not None and self.running:
            try:
                async with asyncio.timeout(STOPS_WITHIN):
                    await self.cli("core stop now")
                    await self._process.wait()
            except TimeoutError:
                await self.kill()
        await self.wait()

    async def kill(self) -> None:
        """End it at once, as a crash would, and the canary that guards its priority: that looks every five seconds."""
        if self._process is not None and self.running:
            offspring = list(offspring_of(self._process.pid))
            self._process.kill()
            for one in offspring:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
        await self.wait()

    async def wait(self) -> int:
        """Wait until it has ended and nothing of it is left, and give the exit code."""
        if self._process is None or self._gone is None:
            return 0
        code = await self._process.wait()
        await asyncio.shield(self._gone)
        return code

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def cli(self, command: str) -> str:
        """What Asterisk's command line answers to ``command`` ("core show channels")."""
        asking = await asyncio.create_subprocess_exec(
            *self._inside(),
            *self._asterisk(),
            "-rx",
            command,
            stdin=DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=STDOUT,
        )
        answer, _ = await asking.communicate()
        return answer.decode(errors="replace")

    def log(self, lines: int = 60) -> str:
        """The end of what Asterisk wrote: warnings, errors and its console."""
        written = []
        for name in ("console.log", "messages.log"):
            file = self.folder / "log" / name
            if file.exists():
                written += file.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(written)

    async def _configure(self) -> None:
        """Run provision for the configuration alone.

        Raises:
            ConfigurationError: provision says what is wrong.
        """
        chosen = self.settings
        options = {
            "state": chosen.state,
            "dialplan": self.dialplan,
            "sip-host": chosen.sip_host,
            "sip-port": chosen.sip_port,
            "ari-port": urlsplit(chosen.ari_url).port,
            "ami-port": chosen.ami_port,
            "carrier-host": chosen.carrier_host,
            "carrier-port": chosen.carrier_port,
            "rtp-first": chosen.rtp_first,
            "rtp-last": chosen.rtp_last,
            "sip-srtp": chosen.sip_srtp,
            "sip-tls-port": chosen.sip_tls_port,
            "sip-tls-certificate": chosen.sip_tls_certificate,
            "sip-tls-key": chosen.sip_tls_key,
            "node": chosen.node,
            "commands-host": chosen.ami_of(chosen.node),
            "commands-from": ",".join(chosen.nodes.values()) or None,
            "proxy": chosen.proxy,
        }
        provisioning = await asyncio.create_subprocess_exec(
            sys.executable,
            str(CONFIGURATION / "provision"),
            "--configuration-only",
            *(f"--{name}={value}" for name, value in options.items() if value is not None),
            stdin=DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=STDOUT,
        )
        said, _ = await provisioning.communicate()
        if provisioning.returncode != 0:
            raise ConfigurationError(said.decode().strip())

    async def _launch(self) -> None:
        """Start it. It inherits a pipe that nobody writes to: at its end, every process of it has ended."""
        reading, writing = os.pipe()
        ends = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(ends), os.fdopen(reading, "rb"))
        try:
            with (self.folder / "log" / "console.log").open("ab") as console:
                # Without -p it gives up a priority that it was started with.
                first = ["-p"] if self.urgent and may_come_first() else []
                self._process = await asyncio.create_subprocess_exec(
                    *(*DIES_WITH_US, *self._inside(), "env", *environment(), *self._asterisk(), "-f", *first),
                    stdin=DEVNULL,
                    stdout=console,
                    stderr=STDOUT,
                    start_new_session=True,
                    pass_fds=(writing,),
                )
        finally:
            os.close(writing)
        self._gone = asyncio.create_task(ends.read())

    def _inside(self) -> list[str]:
        """What stands before a command to run it where Asterisk runs."""
        if self.root is None:
            return [*self._machine]
        jail = (CONFIGURATION / "jail", self.root, self.settings.state, self.dialplan)
        return [*self._machine, *map(str, jail)]

    def _asterisk(self) -> list[str]:
        return [*self._clock, "asterisk", "-C", str(self.folder / "etc" / "asterisk.conf")]

    async def _wait_booted(self) -> None:
        while True:
            if await self._booted():
                return
            await asyncio.sleep(PAUSE)

    async def _booted(self) -> bool:
        """Whether AMI says FullyBooted and ARI answers.

        Raises:
            ConfigurationError: Asterisk has ended.
        """
        if not self.running:
            raise ConfigurationError(f"Asterisk ended while starting:\n{self.log()}")
        if self.settings.nodes:  # it takes commands from the others only
            return "fully booted" in await self.cli("core waitfullybooted")
        passwords = json.loads((self.settings.state / "secrets.json").read_text())
        login = f"Action: Login\r\nUsername: hanvisa\r\nSecret: {passwords['ami']}\r\n\r\n".encode()
        ari = urlsplit(self.settings.ari_url)
        try:
            async with (
                asyncio.timeout(WITHIN),
                connection("127.0.0.1", self.settings.ami_port) as (reader, writer),
            ):
                writer.write(login)
                await reader.readuntil(b"Event: FullyBooted")
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return False
        return await http_status(ari.hostname or "", ari.port or 0, "/ari/asterisk/ping") == 401
