"""Passwords, sessions, wrong tries, from where a change came, and extracts (F2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import Json, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("password_hash", sa.String(), nullable=True))
    op.add_column("audit", sa.Column("address", sa.String(), nullable=True))
    with op.batch_alter_table("tokens") as tokens:
        tokens.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("tokens") as tokens:
        tokens.alter_column("version", server_default=None)
    op.create_table(
        "sessions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("hash", name=op.f("uq_sessions_hash")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    op.create_table(
        "sign_in_tries",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_last_at"), "sign_in_tries", ["last_at"])
    op.create_table(
        "extracts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("tell_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("traffic", Json, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_extracts_person_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_extracts_requested_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_extracts_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extracts")),
    )
    for column in ("person_id", "expires_at", "tell_at"):
        op.create_index(op.f(f"ix_extracts_{column}"), "extracts", [column])
    op.create_table(
        "extract_openings",
        sa.Column("extract_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["extract_id"], ["extracts.id"], name=op.f("fk_extract_openings_extract_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_extract_openings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract_openings")),
    )
    op.create_index(op.f("ix_extract_openings_extract_id"), "extract_openings", ["extract_id"])
