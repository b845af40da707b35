"""Organisations, their operations and departments, cost centres and sites."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Imported
from hanvisa.policy.facts import Window


class OrganisationRow(Imported, Base):
    """``prefix`` is dialled before another organisation's extension; ``area_code`` has its leading 0."""

    __tablename__ = "organisations"

    name: Mapped[str]
    prefix: Mapped[str | None]
    area_code: Mapped[str | None]


class OperationRow(Imported, Base):
    """An operation (*verksamhet*), with those who follow its telephony up (F1, T1)."""

    __tablename__ = "operations"

    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    telephone_manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    head_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class CostCentreRow(Imported, Base):
    __tablename__ = "cost_centres"

    name: Mapped[str]
    code: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class DepartmentRow(Imported, Base):
    """A department (*avdelning*). ``stand_in_id`` answers when it is empty (G3); two may stand in for each other.

    ``working_hours`` none: the usual. ``ringing``: its members together or in turn.
    """

    __tablename__ = "departments"

    name: Mapped[str]
    operation_id: Mapped[UUID] = mapped_column(ForeignKey("operations.id"))
    cost_centre_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_centres.id"))
    confidential: Mapped[bool] = mapped_column(default=False)
    stand_in_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("departments.id", deferrable=True, initially="DEFERRED")
    )
    working_hours: Mapped[tuple[Window, ...]] = mapped_column(default=())
    may_call: Mapped[str | None]
    ringing: Mapped[str] = mapped_column(default="together")


class SiteRow(Imported, Base):
    """A place with phones. ``location_number`` (E.164) tells 112 where its callers are."""

    __tablename__ = "sites"

    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    address: Mapped[str] = mapped_column(default="")
    location_number: Mapped[str | None]
