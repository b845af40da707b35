"""Codes on the phone, and what they mark."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified, Imported, unique_while_in_use


class CodeRow(Imported, Base):
    """``code`` is how it begins, up to what is keyed with it: "*23"."""

    __tablename__ = "codes"
    __table_args__ = (unique_while_in_use("codes", "code"),)

    code: Mapped[str]
    action: Mapped[str]


class ConfidentialMarkRow(Identified, Base):
    """M4: the next call that the phone of this account makes is confidential. That call takes the row away."""

    __tablename__ = "confidential_marks"

    account: Mapped[str] = mapped_column(unique=True)
