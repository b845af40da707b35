"""Codes on the phone, kinds of forwarding, and calls marked confidential beforehand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    in_use = sa.text("ended_at IS NULL")
    op.create_table(
        "codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("external_id", name=op.f("uq_codes_external_id")),
    )
    op.create_index(
        "uq_codes_code_in_use",
        "codes",
        ["code"],
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )
    op.create_table(
        "confidential_marks",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confidential_marks")),
        sa.UniqueConstraint("account", name=op.f("uq_confidential_marks_account")),
    )
    with op.batch_alter_table("forwardings") as forwardings:
        forwardings.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="always"))
    with op.batch_alter_table("forwardings") as forwardings:
        forwardings.alter_column("kind", server_default=None)
