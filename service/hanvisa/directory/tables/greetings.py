"""The checks of mobiles' greetings (M2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hanvisa.directory.tables.base import Base, Identified


class GreetingCheckRow(Identified, Base):
    """One ringing of a mobile. ``came`` none: it is being rung, or the program ended meanwhile.

    ``file`` is the evidence, in recordings/greetings; ``seconds`` how much of it is speech, rounded.
    """

    __tablename__ = "greeting_checks"
    __table_args__ = (Index(None, "mobile_id", "rung_at"),)

    mobile_id: Mapped[UUID] = mapped_column(ForeignKey("mobiles.id"))
    rung_at: Mapped[datetime]
    came: Mapped[str | None]
    file: Mapped[str | None]
    seconds: Mapped[int | None]
