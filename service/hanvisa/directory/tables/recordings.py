"""What people record of themselves by phone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified


class RecordingRow(Identified, Base):
    """``kind`` is name, or greeting, which is for one absence. ``sound`` names the file in recordings/own.

    ``ended_at``: another has taken its place.
    """

    __tablename__ = "recordings"
    __table_args__ = (Index(None, "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str]
    absence_id: Mapped[UUID | None] = mapped_column(ForeignKey("absences.id"))
    sound: Mapped[str]
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
