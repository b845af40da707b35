"""The mails that ask persons to confirm their details (S2), and what their links have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "details_requests",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_details_requests_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_details_requests")),
        sa.UniqueConstraint("hash", name=op.f("uq_details_requests_hash")),
    )
