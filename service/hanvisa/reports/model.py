"""What a report is: facts of a month become rows, and rows become figures. Pure.

A figure counts or measures its rows: those of one organisation, operation and cost centre, and of one person, rule or
the like (``of``) where the report tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from hanvisa.policy.model import Text

Cell = str | int | float | UUID | datetime | Text | None
"""An id stands for a name; a text is told in the reader's language."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the organisation something belongs, as it was then."""

    organisation_id: UUID | None = None
    operation_id: UUID | None = None
    department_id: UUID | None = None
    cost_centre_id: UUID | None = None


NOWHERE = Place()
NONE = "none"
"""How it is written that something has no organisation, operation, cost centre or the like."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a figure counts. ``cells`` are as the report's columns; ``amount`` is what is measured.

    ``once`` is what counts once, however many rows have it: as somebody's days, each of them.
    """

    place: Place
    cells: tuple[Cell, ...]
    of: UUID | str | Text | None = None
    amount: float = 1
    counts: bool = True
    once: frozenset[Hashable] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    title: Text


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    MINUTES = "minutes"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Measure:
    """``value`` None: there is nothing to tell, as a median of no calls."""

    name: str
    title: Text
    unit: Unit
    value: Callable[[Sequence[Row]], float | None]


@dataclass(frozen=True, slots=True)
class Report:
    """``facts`` is the type of what it is made from; ``by`` is what its figures tell apart beside the place."""

    name: str
    title: Text
    meaning: Text
    rules: tuple[str, ...]
    facts: type[Any]
    rows: Callable[[Iterable[Any]], Iterable[Row]]
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    by: Text | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What the rows of one figure have in common."""

    organisation_id: UUID | None
    operation_id: UUID | None
    cost_centre_id: UUID | None
    of: UUID | str | Text | None


@dataclass(frozen=True, slots=True)
class Figure:
    """``values`` are as the report's measures."""

    group: Group
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows are asked for, as it is written: an id, a rule, a text; NONE is what has none. None is any."""

    organisation: str | None = None
    operation: str | None = None
    cost_centre: str | None = None
    of: str | None = None

    @classmethod
    def leading_to(cls, group: Group) -> Chosen:
        """The rows of the group, and no others."""
        ids = (group.organisation_id, group.operation_id, group.cost_centre_id)
        return cls(*(_written(one)[0] for one in (*ids, group.of)))

    def holds(self, row: Row) -> bool:
        place = row.place
        there = (place.organisation_id, place.operation_id, place.cost_centre_id, row.of)
        wanted = (self.organisation, self.operation, self.cost_centre, self.of)
        return all(one is None or one in _written(has) for one, has in zip(wanted, there, strict=True))


def _written(of: UUID | str | Text | None) -> tuple[str, ...]:
    return (of.en, of.sv) if isinstance(of, Text) else (str(of or NONE),)


def figures_of(report: Report, rows: Iterable[Row]) -> tuple[Figure, ...]:
    """One figure a group, in the order in which the rows name the groups."""
    groups: defaultdict[Group, list[Row]] = defaultdict(list)
    for row in rows:
        place = row.place
        groups[Group(place.organisation_id, place.operation_id, place.cost_centre_id, row.of)].append(row)
    return tuple(Figure(group, values_of(report, theirs)) for group, theirs in groups.items())


def values_of(report: Report, rows: Sequence[Row]) -> tuple[float | None, ...]:
    return tuple(measure.value(rows) for measure in report.measures)
