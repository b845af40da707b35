"""Itemised extracts of a person's traffic on suspicion of misuse (F2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable, Identified
from hanvisa.directory.types import Json


class ExtractRow(Changeable, Base):
    """Of a person's calls from ``starts_at`` to ``ends_at``; ``state`` is requested, approved or refused.

    ``traffic`` is made at the approval, and is emptied after ``expires_at``; all else stays. ``told_at``: when the
    person was told of it.
    """

    __tablename__ = "extracts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    state: Mapped[str]
    requested_at: Mapped[datetime]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    refusal: Mapped[str | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    tell_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]
    traffic: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)


class ExtractOpeningRow(Identified, Base):
    """Who opened an extract, when, from where, and as what (json, csv or pdf)."""

    __tablename__ = "extract_openings"

    extract_id: Mapped[UUID] = mapped_column(ForeignKey("extracts.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    address: Mapped[str | None]
    form: Mapped[str]
