"""What tables have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from hanvisa.directory.types import Id, UtcDateTime, Windows
from hanvisa.ids import new_id
from hanvisa.policy.facts import Window

LONGEST_KEY = 200  # letters


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        UUID: Id,
        tuple[Window, ...]: Windows,
    }


class Identified:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Changeable(Identified):
    """A row with a version that every change raises (ETag, If-Match)."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy gives the class
        return {"version_id_col": cls.version}


class Keyed:
    """A row that may come from an import: ``external_id`` is its key there."""

    external_id: Mapped[str | None] = mapped_column(String(LONGEST_KEY), unique=True)


class Imported(Keyed, Changeable):
    """A row that is ended, never deleted."""

    ended_at: Mapped[datetime | None]


def unique_while_in_use(table: str, *columns: str) -> Index:
    """The columns are unique among the rows that have not ended."""
    in_use = text("ended_at IS NULL")
    return Index(
        f"uq_{table}_{'_'.join(columns)}_in_use",
        *columns,
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )
