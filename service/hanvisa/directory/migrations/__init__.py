"""The steps from an empty database to today's: run by each start of the service, the first import and a restore."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hanvisa.directory.engine import parse_url, storage_errors
from hanvisa.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

NEWEST = "0026"  # the last step under versions/
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LOCK = 0x68616E76697361  # two services that start at once take turns on PostgreSQL


async def upgrade(database_url: str | URL) -> None:
    """Bring the database to today's tables, making SQLite's file if there is none. Quick when nothing is to be done.

    Raises:
        ConfigurationError: the URL is none that we can use.
        StorageError: the database does not answer, or a newer program has brought it further than this one knows.
    """
    url = parse_url(database_url)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if file is not None:
        _for_its_owner_alone(file)
    engine = create_async_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(engine.sync_engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with storage_errors(file):
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _for_its_owner_alone(file: Path) -> None:
    """Have SQLite's file there, empty where it is new. What SQLite makes beside it is as private as the file is."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            if each.exists() and each.stat().st_mode & _OTHERS:
                each.chmod(0o600)
    except OSError as error:
        raise StorageError(
            f"The database {file} can't be made, or made its owner's alone: {error.strerror}. See who owns it."
        ) from error


def steps() -> frozenset[str]:
    """All that this program knows."""
    versions = Path(__file__).parent / "versions"
    return frozenset(file.stem.partition("_")[0] for file in versions.glob("[0-9]*.py"))


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    step = step_of(connection)
    if step == NEWEST:
        return
    if step is not None and step not in steps():
        raise made_by_a_newer(step)
    # Imported only when there is something to do: a service that starts anew has callers waiting.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def made_by_a_newer(step: str) -> StorageError:
    return StorageError(
        f"The database was made by a newer hanvisa than this (it is at step {step}, and this one knows {NEWEST} "
        "at most). Install that version again, or restore the backup from before it (docs/backup.md)."
    )


def step_of(connection: Connection) -> str | None:
    """The last that was taken; None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
