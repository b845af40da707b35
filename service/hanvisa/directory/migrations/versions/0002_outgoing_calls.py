"""What persons and departments may call, and the number that is shown outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("departments", sa.Column("may_call", sa.String(), nullable=True))
    op.add_column("persons", sa.Column("may_call", sa.String(), nullable=True))
    op.add_column("persons", sa.Column("number_shown", sa.String(), nullable=False, server_default="direct"))
