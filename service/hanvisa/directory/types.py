"""Column types that are the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from sqlalchemy import JSON, DateTime, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from hanvisa.policy.facts import Window, aware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Dialect


as_id: Callable[[str], UUID] = pgproto.UUID
"""asyncpg's, as PostgreSQL gives them: made eight times as fast as the standard library's, and looked up four."""


def _id(text: str | None) -> UUID | None:
    return as_id(text) if text is not None else None


class Id(Uuid[UUID]):
    """SQLite has ids as text of 32 digits, PostgreSQL as they are."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        usual = super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
        return _id if usual is not None else None


Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, given back in UTC. ValueError for one without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = aware(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Windows(TypeDecorator[tuple[Window, ...]]):
    """Windows of the week, as JSON: `[{"days": [1, 2], "start": "08:00", "end": "10:00"}]`."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Iterable[Window] | None, _: Dialect) -> list[dict[str, Any]]:
        return windows_to_json(value or ())

    def process_result_value(self, value: Any, _: Dialect) -> tuple[Window, ...]:
        return windows_of_json(value or ())


def windows_to_json(windows: Iterable[Window]) -> list[dict[str, Any]]:
    return [
        {"days": list(one.days), "start": f"{one.start:%H:%M}", "end": f"{one.end:%H:%M}"} for one in windows
    ]


def windows_of_json(given: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    return tuple(
        Window(tuple(one["days"]), time.fromisoformat(one["start"]), time.fromisoformat(one["end"]))
        for one in given
    )
