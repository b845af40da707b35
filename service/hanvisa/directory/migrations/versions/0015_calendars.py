"""Absence from calendars, and which persons come from an LDAP directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hanvisa.directory.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_calendars_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("external_id", name=op.f("uq_calendars_external_id")),
    )
    with op.batch_alter_table("absences") as absences:
        absences.add_column(sa.Column("calendar_id", sa.Uuid(), nullable=True))
        absences.add_column(sa.Column("calendar_key", sa.String(), nullable=True))
        absences.add_column(sa.Column("calendar_version", sa.Integer(), nullable=True))
        absences.create_foreign_key(op.f("fk_absences_calendar_id"), "calendars", ["calendar_id"], ["id"])
        absences.create_index(
            "uq_absences_calendar_id_calendar_key", ["calendar_id", "calendar_key"], unique=True
        )
    with op.batch_alter_table("persons") as persons:
        persons.add_column(sa.Column("from_ldap", sa.Boolean(), nullable=False, server_default=sa.false()))
