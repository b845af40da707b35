"""Reasons of absence, absences (G1) and forwardings (M3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable, Imported, Keyed
from hanvisa.policy.facts import ForwardingKind, Window


class AbsenceReasonRow(Imported, Base):
    """``code`` is dialled. ``default_until`` is how long one lasts that names no end, none: by the kind.

    ``cannot_wait``: sickness, care of a child; such an absence is saved whatever G3 says, and alarms.
    """

    __tablename__ = "absence_reasons"

    code: Mapped[str] = mapped_column(unique=True)
    name_sv: Mapped[str]
    name_en: Mapped[str]
    spoken_sv: Mapped[str]
    spoken_en: Mapped[str]
    time_kind: Mapped[str]
    default_until: Mapped[str | None]
    private: Mapped[bool] = mapped_column(default=False)
    reachable: Mapped[bool] = mapped_column(default=False)
    cannot_wait: Mapped[bool] = mapped_column(default=False)


class AbsenceRow(Keyed, Changeable, Base):
    """``ends_at`` none is until cancelled. ``source`` is where it was set: import, api, phone, calendar.

    ``calendar_key`` is the event of the calendar that set it, and ``calendar_version`` the row's version then: another
    version is a person's, and stays as it is. Without a key it is the past of an event that was moved.
    """

    __tablename__ = "absences"
    __table_args__ = (
        Index(None, "person_id", "starts_at"),
        Index(None, "ends_at"),
        Index("uq_absences_calendar_id_calendar_key", "calendar_id", "calendar_key", unique=True),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("absence_reasons.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    best_reached: Mapped[tuple[Window, ...]] = mapped_column(default=())
    note: Mapped[str] = mapped_column(default="")
    substitute_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    source: Mapped[str]
    forced_by: Mapped[str | None]
    force_reason: Mapped[str | None]
    calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("calendars.id"))
    calendar_key: Mapped[str | None]
    calendar_version: Mapped[int | None]


class ForwardingRow(Changeable, Base):
    """``target`` as it was dialled; it is read and judged anew at each call. ``kind``: always, busy, no_answer."""

    __tablename__ = "forwardings"
    __table_args__ = (Index(None, "person_id"), Index(None, "ends_at"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    target: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(default=ForwardingKind.ALWAYS)
