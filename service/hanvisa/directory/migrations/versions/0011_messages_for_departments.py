"""Messages that are left for a department."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.alter_column("person_id", existing_type=sa.Uuid(), nullable=True)
        messages.add_column(sa.Column("department_id", sa.Uuid(), nullable=True))
        messages.create_foreign_key(
            op.f("fk_messages_department_id"), "departments", ["department_id"], ["id"]
        )
        messages.create_index(op.f("ix_messages_department_id"), ["department_id"])
