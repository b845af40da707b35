"""Alarms of departments that an absence which could not wait leaves empty (G3)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable


class CoverageAlarmRow(Changeable, Base):
    """``days`` is how many working days, from the first to the last. ``seen_at`` none: nobody has seen to it."""

    __tablename__ = "coverage_alarms"

    absence_id: Mapped[UUID] = mapped_column(ForeignKey("absences.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    days: Mapped[int]
    raised_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
