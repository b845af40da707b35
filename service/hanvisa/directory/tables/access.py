"""Users, their roles and tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified, Imported, Keyed


class UserRow(Imported, Base):
    """Who uses the system; may be a person of the directory."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class RoleAssignmentRow(Keyed, Identified, Base):
    """``scope_kind`` is "operation" or "cost_centre", ``scope_id`` which; both none: the role needs no scope."""

    __tablename__ = "role_assignments"
    __table_args__ = (UniqueConstraint("user_id", "role", "scope_kind", "scope_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    scope_kind: Mapped[str | None]
    scope_id: Mapped[UUID | None]


class TokenRow(Identified, Base):
    """``hash`` is the SHA-256 of the token in hexadecimal."""

    __tablename__ = "tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
