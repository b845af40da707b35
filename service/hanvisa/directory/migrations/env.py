"""Alembic's environment: runs on the connection that :func:`hanvisa.directory.migrations.upgrade` gives it."""

from __future__ import annotations

from alembic import context

from hanvisa.directory.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making a new one
)
context.run_migrations()
