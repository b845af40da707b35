"""Alarms of empty departments, and mobiles that are used privately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_alarms",
        sa.Column("absence_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["absence_id"], ["absences.id"], name=op.f("fk_coverage_alarms_absence_id_absences")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_coverage_alarms_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_alarms")),
    )
    op.create_index(op.f("ix_coverage_alarms_department_id"), "coverage_alarms", ["department_id"])
    op.add_column(
        "mobiles", sa.Column("private_use", sa.Boolean(), nullable=False, server_default=sa.false())
    )
