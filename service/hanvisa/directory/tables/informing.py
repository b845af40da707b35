"""What people are told and asked: notices of changes (T2), trainings (T1), flags and confirmed details (S2), mails."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable


class NoticeRow(Changeable, Base):
    """A change in an operation, none: in all of them. ``edition`` is raised when the text changes."""

    __tablename__ = "notices"

    text: Mapped[str]
    operation_id: Mapped[UUID | None] = mapped_column(ForeignKey("operations.id"), index=True)
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    edition: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None]


class NoticeAcknowledgementRow(Base):
    """``edition`` is the one that the person has read."""

    __tablename__ = "notice_acknowledgements"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    edition: Mapped[int]
    at: Mapped[datetime]


class TrainingRow(Changeable, Base):
    """Somebody who is to be trained in telephony. ``done_at`` none: still to be done."""

    __tablename__ = "trainings"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    listed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]


class FlagRow(Changeable, Base):
    """A detail of a person that somebody has seen to be wrong. ``closed_at``: it has been put right."""

    __tablename__ = "flags"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    what: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    flagged_by: Mapped[str]
    flagged_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class DetailsRequestRow(Base):
    """The last mail that asked a person to confirm their details. ``hash`` is the SHA-256 of what its link has.

    The link holds until ``ends_at``, once; then they are asked again.
    """

    __tablename__ = "details_requests"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class UnreferredMailRow(Base):
    """When a person's repeated unreferred absences were put to them last, and to their telephone manager (G1)."""

    __tablename__ = "unreferred_mails"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    person_told_at: Mapped[datetime | None]
    manager_told_at: Mapped[datetime | None]
