"""How the members of groups and departments are rung."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("groups", "departments"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("ringing", sa.String(), nullable=False, server_default="together"))
        with op.batch_alter_table(table) as changed:
            changed.alter_column("ringing", server_default=None)
