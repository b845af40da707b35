"""Messages: whether their call was confidential, and whether their mail has been sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "messages", sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("messages", sa.Column("mailed_at", UtcDateTime(), nullable=True))
    op.add_column("messages", sa.Column("reminded_at", UtcDateTime(), nullable=True))
