"""When unreferred absences were put to somebody, and to their telephone manager (G1)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unreferred_mails",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_told_at", UtcDateTime(), nullable=True),
        sa.Column("manager_told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_unreferred_mails_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_unreferred_mails")),
    )
