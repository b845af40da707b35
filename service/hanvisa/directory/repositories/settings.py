"""Settings that are changed while the service runs, with their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hanvisa.directory.engine import Database
from hanvisa.directory.tables import SettingHistoryRow, SettingRow
from hanvisa.errors import Conflict

if TYPE_CHECKING:
    from hanvisa.directory.auditing import Actor


@dataclass(frozen=True, slots=True)
class KeptSetting:
    """``value`` None: as the service was started with it. ``version`` 0: nobody has ever changed it."""

    key: str
    value: Any
    version: int


@dataclass(frozen=True, slots=True)
class SettingChange:
    """``by`` "" is no longer known."""

    value: Any
    at: datetime
    by: str


class KeptSettings:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> KeptSetting:
        async with self._database.reading() as session:
            row = await session.get(SettingRow, key)
        return KeptSetting(key, row.value, row.version) if row else KeptSetting(key, None, 0)

    async def history(self, key: str, limit: int = 100) -> list[SettingChange]:
        """The newest first."""
        table = SettingHistoryRow
        query = select(table).where(table.key == key).order_by(table.at.desc(), table.id.desc()).limit(limit)
        async with self._database.reading() as session:
            return [SettingChange(row.value, row.at, row.by) for row in await session.scalars(query)]

    async def change(self, key: str, value: Any, version: int, at: datetime, by: Actor) -> KeptSetting:
        """Raises Conflict when somebody has changed it since that version."""
        async with self._database.changing(by) as session:
            row = await session.get(SettingRow, key)
            if (row.version if row else 0) != version:
                raise Conflict(f"The setting {key} was changed after it was read.")
            row = row or SettingRow(key=key)
            row.value = value
            session.add(row)
            try:
                await session.flush()
            except IntegrityError as error:  # two are the first at the same moment
                raise Conflict(f"The setting {key} was changed after it was read.") from error
            session.add(SettingHistoryRow(key=key, value=value, at=at, by=by.name))
            return KeptSetting(key, value, row.version)
