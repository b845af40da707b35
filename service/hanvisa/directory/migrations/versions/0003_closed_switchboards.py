"""What a closed switchboard says and whom it rings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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
