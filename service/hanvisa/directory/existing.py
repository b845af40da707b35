"""The database as commands meet it: it is there and at this program's step, or they are refused.

Where there is none, an import that is not refused makes it. A service of the version before may run. Were its tables
brought further, it could not start again once it has died; so every command leaves them as they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hanvisa.directory.engine import Database, open_database, storage_errors
from hanvisa.directory.migrations import NEWEST, made_by_a_newer, step_of, steps
from hanvisa.errors import StorageError


@asynccontextmanager
async def existing_database(url: str) -> AsyncIterator[Database]:
    """Closed at the end. Raises ConfigurationError for a URL that is none of ours, and as :func:`must_be_ours`."""
    database = open_database(url)
    try:
        await must_be_ours(database)
        yield database
    finally:
        await database.close()


async def must_be_ours(database: Database) -> None:
    """See that it has the tables of this version. Raises StorageError when it has not, or does not answer."""
    database.must_exist()
    step = await _step(database)
    if step is None:
        raise StorageError(
            "There are no tables in the database yet. Start the service, which makes them, or import the register "
            "(hanvisa import)."
        )
    _must_be_the_newest(step)


async def has_tables(database: Database) -> bool:
    """False where it is not there, or empty. Raises StorageError where they are another version's."""
    step = await _step(database) if database.is_there() else None
    if step is not None:
        _must_be_the_newest(step)
    return step is not None


async def _step(database: Database) -> str | None:
    with storage_errors(database.file):
        async with database.engine.connect() as connection:
            return await connection.run_sync(step_of)


def _must_be_the_newest(step: str) -> None:
    if step not in steps():
        raise made_by_a_newer(step)
    if step != NEWEST:
        raise StorageError(
            f"The database is still that of an older hanvisa (it is at step {step}, and this one's is {NEWEST}), and "
            "is left so: a service of that version could not start again with this one's. Make a backup, start the "
            "service of this version and repeat the command, or use the older version's."
        )
