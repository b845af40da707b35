"""Databases to test on: each test runs on SQLite and on a PostgreSQL server of its own make."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import pytest
import pytest_asyncio
from sqlalchemy import make_url

from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.snapshot import SnapshotDirectory

DEMO = Path(__file__).parents[3] / "demo" / "directory"


@dataclass
class PostgresServer:
    """A server on a socket in a folder of its own, without a port. Root runs it as the user postgres."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    names: Iterator[int] = field(default_factory=count)

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )

    def start(self) -> None:
        options = (
            "-c",
            "listen_addresses=",
            "-c",
            f"unix_socket_directories={self.folder}",
            "-c",
            "fsync=off",
        )
        # The server is told to stop when the tests die, in whatever way.
        dies_with_us = ("setpriv", "--pdeathsig", "QUIT", "--")
        self.process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            [*dies_with_us, self.programs / "postgres", *options], **self._surroundings
        )
        ready = ("--quiet", f"--host={self.folder}", "--username=postgres")
        deadline = monotonic() + 30
        while self.run("pg_isready", *ready, check=False) != 0:
            assert self.process.poll() is None, "PostgreSQL's server ended while it started"
            assert monotonic() < deadline, "PostgreSQL's server did not start within 30 s"

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)

    def new_database(self, template: str = "template1") -> str:
        """The URL of a new database, like the template."""
        name = f"test{next(self.names)}"
        who = (f"--host={self.folder}", "--username=postgres")
        self.run("createdb", *who, f"--template={template}", "--strategy=file_copy", name)
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [self.programs / program, *arguments], check=check, **self._surroundings
        ).returncode

    @property
    def _surroundings(self) -> dict[str, Any]:
        return {
            "cwd": self.folder,
            "env": {"PGDATA": str(self.folder / "data"), "PATH": os.environ["PATH"]},
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "user": "postgres" if os.geteuid() == 0 else None,
        }


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL's server is not installed: apt-get install postgresql"
    # Not pytest's own folder for temporary files: the server's user may not enter that.
    server = PostgresServer(found[-1], Path(tempfile.mkdtemp(prefix="hanvisa-postgres-")) / "server")
    server.folder.parent.chmod(0o755)
    server.make()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder.parent)


class Templates(Protocol):
    """Databases are copied, which is quicker than making them anew."""

    def empty(self, folder: Path) -> str:
        """The URL of a database without tables."""
        ...

    def with_tables(self, folder: Path) -> str: ...

    def with_demo(self, folder: Path) -> str: ...


@dataclass(frozen=True)
class SqliteTemplates:
    tables: Path
    demo: Path

    @classmethod
    async def make(cls, folder: Path) -> SqliteTemplates:
        made = cls(folder / "tables.sqlite", folder / "demo.sqlite")
        await upgrade(_sqlite(made.tables))
        shutil.copy(made.tables, made.demo)
        await _import_demo(_sqlite(made.demo))
        return made

    def empty(self, folder: Path) -> str:
        return _sqlite(folder / "hanvisa.sqlite")

    def with_tables(self, folder: Path) -> str:
        return _sqlite(Path(shutil.copy(self.tables, folder / "hanvisa.sqlite")))

    def with_demo(self, folder: Path) -> str:
        return _sqlite(Path(shutil.copy(self.demo, folder / "hanvisa.sqlite")))


@dataclass(frozen=True)
class PostgresTemplates:
    server: PostgresServer
    tables: str
    demo: str

    @classmethod
    async def make(cls, server: PostgresServer) -> PostgresTemplates:
        tables = server.new_database()
        await upgrade(tables)
        demo = server.new_database(_name(tables))
        await _import_demo(demo)
        return cls(server, tables, demo)

    def empty(self, _: Path) -> str:
        return self.server.new_database()

    def with_tables(self, _: Path) -> str:
        return self.server.new_database(_name(self.tables))

    def with_demo(self, _: Path) -> str:
        return self.server.new_database(_name(self.demo))


def _sqlite(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def _name(url: str) -> str:
    return make_url(url).database or ""


async def _import_demo(url: str) -> None:
    database = open_database(url)
    await import_folder(database, DEMO)
    await database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    return await SqliteTemplates.make(tmp_path_factory.mktemp("templates"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_templates(postgres: PostgresServer) -> PostgresTemplates:
    return await PostgresTemplates.make(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def templates(request: pytest.FixtureRequest) -> Templates:
    found: Templates = request.getfixturevalue(f"{request.param}_templates")
    return found


@pytest.fixture
def url(templates: Templates, tmp_path: Path) -> str:
    """The URL of a database with tables and nothing in them."""
    return templates.with_tables(tmp_path)


@pytest.fixture
def demo_url(templates: Templates, tmp_path: Path) -> str:
    return templates.with_demo(tmp_path)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = open_database(url)
    yield database
    await database.close()


@pytest.fixture
async def demo(demo_url: str) -> AsyncIterator[Database]:
    """A database with the demo's directory in it."""
    database = open_database(demo_url)
    yield database
    await database.close()


@pytest.fixture
async def other(demo_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    database = open_database(demo_url)
    yield database
    await database.close()


@pytest.fixture
async def directory(demo: Database) -> AsyncIterator[SnapshotDirectory]:
    directory = SnapshotDirectory(demo, reserve_within=5, store_within=5)
    await directory.start()
    yield directory
    await directory.stop()
