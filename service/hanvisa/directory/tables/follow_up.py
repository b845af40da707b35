"""What follow-up keeps (F1): which reports were mailed, and the carrier's invoices."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified


class ReportMailRow(Base):
    """A person has had the reports of a month ("2026-08"), or there was nothing to tell them."""

    __tablename__ = "report_mails"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime]


class InvoiceRow(Identified, Base):
    """The carrier's invoice of a month ("2026-08"): one a month. ``file`` is its name."""

    __tablename__ = "invoices"

    month: Mapped[str] = mapped_column(unique=True)
    file: Mapped[str]
    imported_at: Mapped[datetime]


class InvoiceLineRow(Base):
    """``line`` is that of the file, ``number`` the subscription's (E.164). Whom it called is not kept."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    at: Mapped[datetime | None]
    seconds: Mapped[int | None]
    private: Mapped[bool]
