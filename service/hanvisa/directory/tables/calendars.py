"""Where persons have their calendars."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Imported


class CalendarRow(Imported, Base):
    """``kind`` is ical or caldav. The password of ``user`` is in the state folder's secrets, not here."""

    __tablename__ = "calendars"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    url: Mapped[str]
    kind: Mapped[str]
    user: Mapped[str] = mapped_column(default="")
