"""Databases to test on: each test runs on SQLite and on a PostgreSQL server of its own make."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from sqlalchemy import make_url

from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.lab.postgres import PostgresServer, postgres_server

DEMO = Path(__file__).parents[3] / "demo" / "directory"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


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
