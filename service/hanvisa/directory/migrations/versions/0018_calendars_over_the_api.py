"""Calendars that people set themselves: one each, perhaps with a password of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendars", sa.Column("password_set_at", UtcDateTime(), nullable=True))
    in_use = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_calendars_person_id_in_use",
        "calendars",
        ["person_id"],
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )
