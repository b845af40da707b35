"""A report of a month: its facts are read, and what of it somebody may see, and asked for, is left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.scoping import Within
from hanvisa.directory.tables import (
    CostCentreRow,
    DepartmentRow,
    OperationRow,
    OrganisationRow,
    PersonRow,
    SwitchboardRow,
)
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.register import Register
from hanvisa.reports.model import Chosen, Figure, Place, Report, Row, figures_of, values_of
from hanvisa.reports.months import Month
from hanvisa.reports.reading import READERS, Source
from hanvisa.reports.reading.source import Limits

NEEDED = ("organisations", "persons", "mobiles", "extensions", "numbers", "departments")
"""The tables of the register that reports are made with."""

_ANY = Chosen()
_AT_ONCE = 500  # ids in a query


@dataclass(frozen=True, slots=True)
class Made:
    """``names`` has those of the ids in it. ``total`` is of all rows, as the report's measures."""

    report: Report
    month: Month
    made_at: datetime
    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    total: tuple[float | None, ...]
    names: Mapping[UUID, str]

    def name(self, id_: UUID) -> str:
        return self.names.get(id_, "")


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes reports from the database, and the register as it is now."""

    database: Database
    register: Register
    plan: NumberPlan
    limits: Limits

    async def make(self, report: Report, month: Month, now: datetime) -> Made:
        """Of everybody: :func:`narrowed` leaves what somebody may see. Raises StorageError."""
        async with self.database.reading() as session:
            source = Source(session, month, now, self.register, self.plan, self.limits)
            facts = await READERS[report.facts](source)
            rows = await asyncio.to_thread(
                tuple, report.rows(facts)
            )  # a month's calls: others go on meanwhile
            names = await _names(session, rows)
        return _of_rows(report, month, now, rows, names)


def narrowed(made: Made, within: Within | None, chosen: Chosen = _ANY) -> Made:
    """The same report of what lies ``within`` somebody's reach (None: all) and was ``chosen``."""
    rows = tuple(
        row for row in made.rows if chosen.holds(row) and (within is None or _lies_in(row.place, within))
    )
    return _of_rows(made.report, made.month, made.made_at, rows, made.names)


def _of_rows(
    report: Report, month: Month, at: datetime, rows: tuple[Row, ...], names: Mapping[UUID, str]
) -> Made:
    figures = sorted(figures_of(report, rows), key=lambda figure: _order(figure, names))
    return Made(report, month, at, rows, tuple(figures), values_of(report, rows), names)


def _lies_in(place: Place, within: Within) -> bool:
    """F1: of one's own operation or cost centre, and nobody else's."""
    return place.operation_id in within.operations or place.cost_centre_id in within.cost_centres


def _order(figure: Figure, names: Mapping[UUID, str]) -> tuple[str, ...]:
    group = figure.group
    ids = (group.organisation_id, group.operation_id, group.cost_centre_id, group.of)
    return tuple(_sorted_by(id_, names).casefold() for id_ in ids)


def _sorted_by(of: UUID | str | Text | None, names: Mapping[UUID, str]) -> str:
    match of:
        case UUID():
            return names.get(of, "")
        case Text():
            return of.sv
        case _:
            return of or ""


async def _names(session: AsyncSession, rows: Iterable[Row]) -> dict[UUID, str]:
    wanted = sorted({id_ for row in rows for id_ in _ids(row)})
    names: dict[UUID, str] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        ids = wanted[first : first + _AT_ONCE]
        for query in _name_queries():
            column = query.selected_columns[0]
            names |= {
                id_: " ".join(words) for id_, *words in await session.execute(query.where(column.in_(ids)))
            }
    return names


def _ids(row: Row) -> Iterator[UUID]:
    place = row.place
    for one in (place.organisation_id, place.operation_id, place.cost_centre_id, row.of, *row.cells):
        if isinstance(one, UUID):
            yield one


def _name_queries() -> tuple[Any, ...]:
    return (
        select(OrganisationRow.id, OrganisationRow.name),
        select(OperationRow.id, OperationRow.name),
        select(CostCentreRow.id, CostCentreRow.code, CostCentreRow.name),
        select(DepartmentRow.id, DepartmentRow.name),
        select(SwitchboardRow.id, SwitchboardRow.name),
        select(PersonRow.id, PersonRow.given_name, PersonRow.family_name),
    )
