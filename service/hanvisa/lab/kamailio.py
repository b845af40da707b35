"""A Kamailio of our own: kamailio/kamailio.cfg, with addresses of its own, started, waited for, and gone at the end."""

import asyncio
import shutil
import sqlite3
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import DIES_WITH_US, REPOSITORY
from hanvisa.lab.probing import connection
from hanvisa.lab.waiting import until

CONFIGURATION = REPOSITORY / "kamailio" / "kamailio.cfg"
PROGRAM = "/usr/sbin/kamailio"
TABLES = Path("/usr/share/kamailio/db_sqlite")  # of Debian's kamailio-sqlite-modules
KEPT = ("standard", "usrloc", "dialog")
UP = 4  # a dialog's state, with its ACK
# It is the first of its processes' namespace, with which all of them end.
ALONE = ("unshare", "--pid", "--fork", "--kill-child", "--")


class Kamailio:
    """The proxy of these settings, in a folder of the state folder. ``machine`` is as in `lab.system`.

    Raises:
        ConfigurationError: it is not installed, or does not start.
    """

    def __init__(self, settings: Settings, machine: Sequence[str]) -> None:
        if shutil.which(PROGRAM) is None or not TABLES.exists():
            raise ConfigurationError(
                "Kamailio is not installed (Debian: apt-get install kamailio kamailio-sqlite-modules)."
            )
        self._settings, self._machine = settings, tuple(machine)
        self._folder = settings.state / "kamailio"
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir()
        shutil.copy(CONFIGURATION, self._folder)
        (self._folder / "addresses.cfg").write_text(self._addresses())
        (self._folder / "nodes.list").write_text(
            "".join(
                f"1 sip:{address}:{self._settings.sip_port}\n" for address in self._settings.nodes.values()
            )
        )
        with closing(sqlite3.connect(self._kept)) as kept:
            for name in KEPT:
                kept.executescript((TABLES / f"{name}-create.sql").read_text())
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        options = (
            "-f",
            self._folder / CONFIGURATION.name,
            "-Y",
            self._folder,
            "-m",
            "32",
            "-M",
            "4",
            "-DD",
            "-E",
        )
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*DIES_WITH_US, *self._machine, *ALONE, PROGRAM, *map(str, options)),
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
            )
        await until(self._listens, within=10, what="Kamailio is there")

    async def kill(self) -> None:
        """As a crash would end it."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()

    def has_written(self, *, with_call: bool = True) -> bool:
        """Whether a registration, and a call that is up, are written down for the next start."""
        with closing(sqlite3.connect(self._kept)) as kept:
            registered = kept.execute("SELECT username FROM location")
            up = kept.execute("SELECT id FROM dialog WHERE state = ?", (UP,))
            return all(each.fetchone() for each in (registered, *([up] if with_call else [])))

    def write_down_others(self, number: int) -> None:
        """So many more registrations, as copies of one that is there: for its next start."""
        with closing(sqlite3.connect(self._kept)) as kept, kept:
            rows = kept.execute("SELECT * FROM location LIMIT 1")
            columns = [column[0] for column in rows.description]
            one = dict(zip(columns, rows.fetchone(), strict=True))
            names = ", ".join(name for name in columns if name != "id")
            places = ", ".join(f":{name}" for name in columns if name != "id")
            kept.executemany(
                f"INSERT INTO location ({names}) VALUES ({places})",  # noqa: S608 - the table's own
                (
                    one | {"username": f"other{each}", "ruid": f"{one['ruid']}-{each}"}
                    for each in range(number)
                ),
            )

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    @property
    def _kept(self) -> Path:
        return self._folder / "kept.sqlite"

    async def _listens(self) -> bool:
        if self._process is None or self._process.returncode is not None:
            raise ConfigurationError(f"Kamailio ended while starting:\n{self._log.read_text()}")
        host, _, port = self._settings.proxy.rpartition(":")
        try:
            async with connection(host, int(port)):
                return True
        except OSError:
            return False

    def _addresses(self) -> str:
        known = {
            "CARRIER_HOST": self._settings.carrier_host,
            "ACCOUNTS": self._settings.state / "proxy",
            "NODES": self._folder / "nodes.list",
            "KEPT": self._kept,
        }
        listening = "".join(f"listen={protocol}:{self._settings.proxy}\n" for protocol in ("udp", "tcp"))
        return listening + "".join(f'#!substdef "!{name}!{value}!g"\n' for name, value in known.items())
