"""Phones, extensions, outside numbers, mobiles, groups, switchboards and operators. Numbers are E.164."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified, Imported, Keyed, unique_while_in_use
from hanvisa.policy.facts import Window


class PhoneRow(Imported, Base):
    """A SIP account. Without an owner it is a shared desk."""

    __tablename__ = "phones"
    __table_args__ = (unique_while_in_use("phones", "account"),)

    account: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("sites.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))


class ExtensionRow(Imported, Base):
    """3 to 5 digits, unique within the organisation. ``kind`` says of which table ``target_id`` is."""

    __tablename__ = "extensions"
    __table_args__ = (unique_while_in_use("extensions", "organisation_id", "number"),)

    number: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str]
    target_id: Mapped[UUID]
    confidential: Mapped[bool] = mapped_column(default=False)


class NumberRow(Imported, Base):
    """A number of ours in the public network."""

    __tablename__ = "numbers"
    __table_args__ = (unique_while_in_use("numbers", "number"),)

    number: Mapped[str]
    kind: Mapped[str]
    target_id: Mapped[UUID]
    confidential: Mapped[bool] = mapped_column(default=False)


class MobileRow(Imported, Base):
    """A registered mobile: who holds it, on what grounds, who decided it and when (H1, B1, M1).

    ``private_use``: the holder uses it privately, too, which needs an itemised invoice (P1).
    """

    __tablename__ = "mobiles"
    __table_args__ = (unique_while_in_use("mobiles", "number"),)

    number: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    carrier: Mapped[str]
    grounds: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    itemised_invoice: Mapped[bool] = mapped_column(default=False)
    private_use: Mapped[bool] = mapped_column(default=False, server_default=false())
    greeting_checked_at: Mapped[datetime | None]
    protected: Mapped[bool] = mapped_column(default=False)


class GroupRow(Imported, Base):
    """``ringing``: its members together or in turn."""

    __tablename__ = "groups"

    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    ringing: Mapped[str] = mapped_column(default="together")


class GroupMemberRow(Keyed, Identified, Base):
    """A person, or an outside number, that rings with the group. In the order of ``position``."""

    __tablename__ = "group_members"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"), index=True)
    position: Mapped[int]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    number: Mapped[str | None]


class SwitchboardRow(Imported, Base):
    """``hours`` are the switchboard's own (a person has none: G2); none: always.

    Closed, its callers are put through to the on-call list ``night_group_id``, else they hear ``closed_sv`` or
    ``closed_en``; empty: when it opens.
    """

    __tablename__ = "switchboards"

    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    greeting_sv: Mapped[str]
    greeting_en: Mapped[str]
    hours: Mapped[tuple[Window, ...]] = mapped_column(default=())
    closed_sv: Mapped[str] = mapped_column(default="")
    closed_en: Mapped[str] = mapped_column(default="")
    night_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id"))


class OperatorRow(Imported, Base):
    """``since`` is when the state was set."""

    __tablename__ = "operators"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), unique=True)
    phone_id: Mapped[UUID] = mapped_column(ForeignKey("phones.id"))
    state: Mapped[str]
    since: Mapped[datetime]


class OperatorSwitchboardRow(Base):
    __tablename__ = "operator_switchboards"

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    switchboard_id: Mapped[UUID] = mapped_column(ForeignKey("switchboards.id"), primary_key=True)


class CarrierRow(Imported, Base):
    """A carrier of mobile subscriptions. ``appointed``: the one that IT has appointed (B1)."""

    __tablename__ = "carriers"
    __table_args__ = (unique_while_in_use("carriers", "name"),)

    name: Mapped[str]
    appointed: Mapped[bool] = mapped_column(default=False)
