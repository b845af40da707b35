"""A PostgreSQL server of one's own, for tests and the bench: in a new folder, gone with who started it."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from hanvisa.errors import ConfigurationError

STARTS_WITHIN = 30.0  # seconds
PAUSE = 0.05  # seconds between two looks
_MOMENT = 0.001


@contextmanager
def postgres_server(host: str = "") -> Iterator["PostgresServer"]:
    """A server that runs, and whose folder is deleted at last. ``host`` is its address where others' machines ask it.

    Raises:
        ConfigurationError: it is not installed, or does not start.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise ConfigurationError("PostgreSQL's server is not installed (Debian: apt-get install postgresql).")
    folder = Path(tempfile.mkdtemp(prefix="hanvisa-postgres-"))
    folder.chmod(0o755)  # for the server's user
    server = PostgresServer(found[-1], folder / "server", host)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@dataclass
class PostgresServer:
    """A server on a socket in a folder of its own, and on a port only where it has a ``host``.

    Root runs it as the user postgres. ``client`` takes orders for it.
    """

    programs: Path
    folder: Path
    host: str = ""
    process: subprocess.Popen[bytes] | None = None
    client: subprocess.Popen[bytes] | None = None
    names: Iterator[int] = field(default_factory=count)

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )
        if self.host:
            with (self.folder / "data" / "pg_hba.conf").open("a") as allowed:
                allowed.write(f"host all all {self.host}/24 trust\n")

    def start(self) -> None:
        """Raises ConfigurationError."""
        options = (
            "-c",
            f"listen_addresses={self.host}",
            "-c",
            f"unix_socket_directories={self.folder}",
            "-c",
            "fsync=off",
        )
        # The server is told to stop when who started it dies, in whatever way.
        dies_with_us = ("setpriv", "--pdeathsig", "QUIT", "--")
        self.process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            [*_as_its_user(), *dies_with_us, self.programs / "postgres", *options], **self._surroundings
        )
        ready = ("--quiet", f"--host={self.folder}", "--username=postgres")
        deadline = monotonic() + STARTS_WITHIN
        while self.run("pg_isready", *ready, check=False) != 0:
            if self.process.poll() is not None or monotonic() > deadline:
                raise ConfigurationError(f"PostgreSQL's server did not start within {STARTS_WITHIN:g} s.")
            sleep(PAUSE)

    def stop(self) -> None:
        if self.client is not None:
            self.client.communicate()
            self.client = None
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It does nothing, with all its connections open; afterwards it goes on."""
        assert self.process is not None  # noqa: S101 - it was started
        stopped: list[int] = []
        try:
            _stop(self.process.pid, stopped)  # from now on it makes no others
            for helper in _children_of(self.process.pid):
                _stop(helper, stopped)
            yield
        finally:
            for process in stopped:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    @property
    def socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a new database, like the template."""
        name = f"test{next(self.names)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return f"postgresql+asyncpg://postgres@/{name}?host={self.host or self.folder}"

    def run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [*_as_its_user(), self.programs / program, *arguments], check=check, **self._surroundings
        ).returncode

    def _order(self, statement: str) -> None:
        """On a connection that stays: for a program and a connection of its own it takes twice the processor's time."""
        if self.client is None:
            who = ("--no-psqlrc", "--quiet", f"--host={self.folder}", "--username=postgres")
            pipes = {**self._surroundings, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self.client = subprocess.Popen([*_as_its_user(), self.programs / "psql", *who], **pipes)  # noqa: S603 - PostgreSQL's own program
        assert self.client.stdin  # noqa: S101 - a pipe
        assert self.client.stdout  # noqa: S101 - a pipe
        self.client.stdin.write(f"{statement};\n\\echo :ERROR\n".encode())
        self.client.stdin.flush()
        if self.client.stdout.readline() != b"false\n":
            raise ConfigurationError(f"PostgreSQL refused: {statement}.")

    @property
    def _surroundings(self) -> dict[str, Any]:
        return {
            "cwd": self.folder,
            "env": {"PGDATA": str(self.folder / "data"), "PATH": os.environ["PATH"]},
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }


def _stop(process: int, stopped: list[int]) -> None:
    """It stands still when this returns, unless it has ended."""
    with suppress(OSError):
        os.kill(process, signal.SIGSTOP)
        stopped.append(process)
        while _state_and_parent(process)[0] not in "TZ":
            sleep(_MOMENT)


def _children_of(process: int) -> list[int]:
    """One a connection, and some more: what the kernel lists as children is not all of them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            if _state_and_parent(int(folder.name))[1] == process:
                found.append(int(folder.name))
    return found


def _state_and_parent(process: int) -> tuple[str, int]:
    """proc(5): after its name, which is in brackets."""
    state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return state, int(parent)


def _as_its_user() -> tuple[str, ...]:
    """Before a command of root. Not Popen's ``user``: for that all the memory of who calls is copied (no vfork)."""
    return ("setpriv", "--reuid=postgres", "--") if os.geteuid() == 0 else ()
