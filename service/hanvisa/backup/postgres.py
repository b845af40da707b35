"""How a database on PostgreSQL is saved and put back: by its own programs, at one moment, while it runs."""

from __future__ import annotations

import shlex
from pathlib import Path

from sqlalchemy.engine import URL

SUFFIX = ".pgdump"
# What the URL may say, by our driver's name for it.
_THEIRS = {"host": "host", "port": "port", "ssl": "sslmode"}
_SIGN_EVERYBODY_OUT = "UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL"


def how_to_back_up(url: URL, file: Path) -> str:
    return (
        "The database is on PostgreSQL and not in that file. Save it beside, now:\n"
        f"  (umask 077; pg_dump --format=custom --no-owner --file={_dump(file)} --dbname={_where(url)})"
    )


def how_to_restore(url: URL, file: Path) -> str:
    return (
        "The database is on PostgreSQL. Put it back into an empty one (createdb), before the service starts:\n"
        f"  pg_restore --no-owner --exit-on-error --single-transaction --dbname={_where(url)} {_dump(file)}"
        f" && psql --quiet --dbname={_where(url)} --command={shlex.quote(_SIGN_EVERYBODY_OUT)}"
    )


def _dump(file: Path) -> str:
    return shlex.quote(f"{file}{SUFFIX}")


def _where(url: URL) -> str:
    """As PostgreSQL's programs take it. They ask for a password, or take it from ~/.pgpass."""
    known = {_THEIRS[name]: value for name, value in url.query.items() if name in _THEIRS}
    server = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database, query=known
    )
    return shlex.quote(server.render_as_string())
