"""Users, their roles and tokens, and how they sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Changeable, Identified, Imported, Keyed


class UserRow(Imported, Base):
    """Who uses the system; may be a person of the directory. ``password_hash`` is Argon2's; none: no password."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    password_hash: Mapped[str | None]


class RoleAssignmentRow(Keyed, Identified, Base):
    """``scope_kind`` is "operation" or "cost_centre", ``scope_id`` which; both none: the role needs no scope."""

    __tablename__ = "role_assignments"
    __table_args__ = (UniqueConstraint("user_id", "role", "scope_kind", "scope_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    scope_kind: Mapped[str | None]
    scope_id: Mapped[UUID | None]


class TokenRow(Changeable, Base):
    """``hash`` is the SHA-256 of the token in hexadecimal."""

    __tablename__ = "tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SessionRow(Identified, Base):
    """Somebody who has signed in. ``hash`` is the SHA-256 of the cookie in hexadecimal, ``address`` from where.

    ``used_at`` is when they last did something, to the minute.
    """

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str | None]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInTriesRow(Base):
    """Wrong passwords in a row: ``kind`` "account" with the name that was given, or "address"."""

    __tablename__ = "sign_in_tries"

    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    wrong: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
