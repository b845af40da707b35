"""Callers who have left a number instead of waiting in a queue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified


class CallbackRow(Identified, Base):
    """``since`` is their place in the queue. Deleted when they have been rung back, or in vain for the last time."""

    __tablename__ = "callbacks"
    __table_args__ = (UniqueConstraint("switchboard_id", "number"),)

    switchboard_id: Mapped[UUID] = mapped_column(ForeignKey("switchboards.id"))
    number: Mapped[str]
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    language: Mapped[str]
    confidential: Mapped[bool]
    tries: Mapped[int]
