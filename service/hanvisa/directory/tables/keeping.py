"""Settings with their history, the audit trail, and the counters that tell what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from hanvisa.directory.tables.base import Base, Identified
from hanvisa.directory.types import Json


class SettingRow(Base):
    """``value`` none (JSON's null): it is again as the service was started with it."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy gives the class
        return {"version_id_col": cls.version}


class SettingHistoryRow(Identified, Base):
    __tablename__ = "setting_history"

    key: Mapped[str] = mapped_column(index=True)
    value: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime]
    by: Mapped[str]


class AuditRow(Identified, Base):
    """Who changed which row of which table, from what to what, and from where.

    ``action`` is created, changed or deleted; purged or removed, of a kind or a person; or refused, which is of no row:
    ``table_name`` is then "requests", ``row_id`` the request, and ``after`` the answer.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "table_name", "row_id"), Index(None, "at"))

    at: Mapped[datetime]
    by: Mapped[str]
    user_id: Mapped[UUID | None]
    action: Mapped[str]
    table_name: Mapped[str]
    row_id: Mapped[str]
    address: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)


class ChangeCounterRow(Base):
    """Raised in every transaction that changes the named table, so that others reload what changed and no more."""

    __tablename__ = "change_counters"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    counter: Mapped[int]
