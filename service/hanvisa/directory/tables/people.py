"""Persons, where they belong and what they do."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified, Imported
from hanvisa.policy.facts import Window


class PersonRow(Imported, Base):
    """``protected``: no number of theirs is told. ``confidential``: their line is (M4).

    ``best_reached`` is spoken and shown and closes nothing (G2); ``schedule`` is when they work, none: the usual.
    ``from_ldap``: an LDAP directory has them, or had; when it no longer has, they are ended.
    """

    __tablename__ = "persons"

    given_name: Mapped[str]
    family_name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="sv")
    protected: Mapped[bool] = mapped_column(default=False)
    confidential: Mapped[bool] = mapped_column(default=False)
    may_call: Mapped[str | None]
    number_shown: Mapped[str] = mapped_column(default="direct", server_default="direct")
    best_reached: Mapped[tuple[Window, ...]] = mapped_column(default=())
    schedule: Mapped[tuple[Window, ...]] = mapped_column(default=())
    details_confirmed_at: Mapped[datetime | None]
    from_ldap: Mapped[bool] = mapped_column(default=False, server_default=false())


class MembershipRow(Identified, Base):
    """A person belongs to one department at a time: from ``starts_on`` up to but not on ``ends_on``."""

    __tablename__ = "memberships"
    __table_args__ = (Index(None, "person_id", "starts_on"), Index(None, "department_id"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class FunctionRow(Base):
    """What a person is asked for: "bygglov", "färdtjänst". In the person's own order."""

    __tablename__ = "functions"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
