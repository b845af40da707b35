"""Where persons have their calendars."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Imported, unique_while_in_use


class CalendarRow(Imported, Base):
    """A person has one. ``kind`` is ical or caldav. The ``user``'s password is in the state folder's secrets, not here.

    ``password_set_at``: the calendar has one of its own, since then.
    """

    __tablename__ = "calendars"
    __table_args__ = (unique_while_in_use("calendars", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    url: Mapped[str]
    kind: Mapped[str]
    user: Mapped[str] = mapped_column(default="")
    password_set_at: Mapped[datetime | None]
