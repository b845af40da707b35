"""What happened in calls, and the messages that were left (S1).

A call's organisation, operation, department and cost centre are copied as they were then, and refer to nothing: they
stay true when the directory changes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable
from hanvisa.directory.types import Json


class CallRow(Base):
    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    side: Mapped[str] = mapped_column(default="")
    caller: Mapped[str] = mapped_column(default="", index=True)
    called: Mapped[str] = mapped_column(default="")
    caller_person_id: Mapped[UUID | None] = mapped_column(index=True)
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    operator_id: Mapped[UUID | None] = mapped_column(index=True)
    organisation_id: Mapped[UUID | None]
    operation_id: Mapped[UUID | None]
    department_id: Mapped[UUID | None]
    cost_centre_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    unreferred: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    threat: Mapped[bool] = mapped_column(default=False, server_default=false())  # its record is kept
    private: Mapped[bool] = mapped_column(default=False)


class CallEventRow(Base):
    __tablename__ = "call_events"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class DecisionRow(Base):
    """A decision with the facts it was made from, so that it can be decided again (``schema_version`` is theirs)."""

    __tablename__ = "decisions"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    schema_version: Mapped[int]
    effect: Mapped[str]
    rules: Mapped[list[str]] = mapped_column(Json)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)


class MessageRow(Changeable, Base):
    """For a person, or a department. ``caller`` "" is withheld. ``state`` is new, read or handled.

    ``recording`` is a file in the state folder, none: the caller wants to be rung back. ``mailed_at`` and
    ``reminded_at`` are when a mail server took the mails.
    """

    __tablename__ = "messages"

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"), index=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    call_id: Mapped[str | None]
    caller: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    recording: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="new")
    confidential: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None]
    mailed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
