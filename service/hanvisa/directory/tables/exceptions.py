"""Exceptions to O2, for whom they are, and each use of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable, Identified
from hanvisa.policy.facts import Window


class ExceptionRow(Changeable, Base):
    """``all_operators`` false: only those of `exception_operators`. ``uses`` is raised in one atomic statement.

    A use does not raise ``version``: it is no change that somebody's edit could miss. ``call_id``: an operator has made
    it on the spot, for that call.
    """

    __tablename__ = "exceptions"
    __table_args__ = (Index(None, "ends_at"),)

    scope: Mapped[str]
    scope_id: Mapped[UUID | None]
    number: Mapped[str | None]
    reason: Mapped[str]
    granted_by: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    all_operators: Mapped[bool] = mapped_column(default=True)
    weekly: Mapped[tuple[Window, ...]] = mapped_column(default=())
    max_uses: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    call_id: Mapped[str | None]


class ExceptionOperatorRow(Base):
    __tablename__ = "exception_operators"

    exception_id: Mapped[UUID] = mapped_column(ForeignKey("exceptions.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)


class ExceptionUseRow(Identified, Base):
    __tablename__ = "exception_uses"

    exception_id: Mapped[UUID] = mapped_column(ForeignKey("exceptions.id"), index=True)
    call_id: Mapped[str]
    at: Mapped[datetime]
