"""Exceptions that an operator makes on the spot, for one call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("exceptions") as exceptions:
        exceptions.add_column(sa.Column("call_id", sa.String(), nullable=True))
