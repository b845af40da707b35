"""What a sheet is: a file's columns, and where they are stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanvisa.directory.imports import values
from hanvisa.policy.facts import Ringing
from hanvisa.policy.model import Text

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """``field`` is the table's column; None is stored by other means. ``example`` is for docs/import.md.

    ``at_first``: only for rows that are new; what people set afterwards stays.
    """

    name: str
    read: values.Reader
    example: str
    field: str | None = None
    required: bool = False
    default: Any = None
    at_first: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A column that lists: one row of another table for each, in the given order."""

    column: str
    table: Any
    parent: str
    field: str
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """``key`` makes the external id from a line's texts (telephone numbers in E.164), or from those of a row.

    ``check`` gives the reason why a line's texts don't go together. ``at_first`` is stored with rows that are new.
    ``one_ever``: there is one row of a key, ended or not, and whoever made it. ``ended_by`` is the column that is set
    to now when a row is no longer there, None deletes it. ``several_lines``: lines with the same key are one row.
    """

    file: str
    table: Any
    key: Callable[[Texts], str]
    columns: tuple[Column, ...]
    listed: tuple[Listed, ...] = ()
    check: Callable[[Texts], Text | None] | None = None
    at_first: Callable[[datetime], Mapping[str, Any]] | None = None
    one_ever: bool = False
    ended_by: str | None = "ended_at"
    several_lines: bool = False

    @property
    def name(self) -> str:
        """The table's, as references and reports have it."""
        return str(self.table.__tablename__)

    @property
    def key_is_an_id(self) -> bool:
        """Only files know it: no row that was made by other means has one."""
        return any(column.field == "external_id" for column in self.columns)


def must(name: str, read: values.Reader, example: str, field: str | None = None) -> Column:
    return Column(name, read, example, field or name, required=True)


def may(
    name: str, read: values.Reader, example: str, field: str | None = None, default: Any = None
) -> Column:
    return Column(name, read, example, field or name, default=default)


def id_(example: str) -> Column:
    return Column("id", values.text, example, "external_id", required=True)


def of(*columns: str) -> Callable[[Texts], str]:
    return lambda row: "/".join(row[column] for column in columns if row.get(column))


ORGANISATION = must("organisation", values.ref("organisations"), "nora", "organisation_id")
RINGING = may("ringing", values.one_of(Ringing), "together", default="together")
