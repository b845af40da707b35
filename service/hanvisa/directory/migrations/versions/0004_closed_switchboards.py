"""What a closed switchboard says and whom it rings, and the callers who are to be rung back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0004"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("switchboards") as switchboards:
        switchboards.add_column(sa.Column("closed_sv", sa.String(), nullable=False, server_default=""))
        switchboards.add_column(sa.Column("closed_en", sa.String(), nullable=False, server_default=""))
        switchboards.add_column(sa.Column("night_group_id", sa.Uuid(), nullable=True))
        switchboards.create_foreign_key(
            op.f("fk_switchboards_night_group_id"), "groups", ["night_group_id"], ["id"]
        )
    with op.batch_alter_table("switchboards") as switchboards:
        switchboards.alter_column("closed_sv", server_default=None)
        switchboards.alter_column("closed_en", server_default=None)
    op.create_table(
        "ring_backs",
        sa.Column("switchboard_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["switchboard_id"], ["switchboards.id"], name=op.f("fk_ring_backs_switchboard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring_backs")),
    )
    op.create_index(op.f("ix_ring_backs_state"), "ring_backs", ["state"], unique=False)
