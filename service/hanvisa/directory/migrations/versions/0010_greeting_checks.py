"""The checks of mobiles' greetings (M2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "greeting_checks",
        sa.Column("mobile_id", sa.Uuid(), nullable=False),
        sa.Column("rung_at", UtcDateTime(), nullable=False),
        sa.Column("came", sa.String(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mobile_id"], ["mobiles.id"], name=op.f("fk_greeting_checks_mobile_id_mobiles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_greeting_checks")),
    )
    op.create_index(op.f("ix_greeting_checks_mobile_id_rung_at"), "greeting_checks", ["mobile_id", "rung_at"])
