"""When somebody who has signed in last did something: a session that is not used ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("used_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE sessions SET used_at = created_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("used_at", nullable=False)
