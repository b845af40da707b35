"""How rows become a figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

from hanvisa.policy.model import Text
from hanvisa.reports.model import Measure, Row, Unit

Value = Callable[[Sequence[Row]], float | None]


def number(name: str, sv: str, en: str) -> Measure:
    """How many rows there are."""
    return Measure(name, Text(sv, en), Unit.COUNT, len)


def counted(name: str, sv: str, en: str) -> Measure:
    """How many rows count."""
    return Measure(name, Text(sv, en), Unit.COUNT, lambda rows: sum(row.counts for row in rows))


def not_counted(name: str, sv: str, en: str) -> Measure:
    return Measure(name, Text(sv, en), Unit.COUNT, lambda rows: sum(not row.counts for row in rows))


def share(name: str, sv: str, en: str) -> Measure:
    """How many of a hundred rows count."""
    return Measure(name, Text(sv, en), Unit.PERCENT, _share)


def total(name: str, sv: str, en: str, unit: Unit = Unit.COUNT) -> Measure:
    return Measure(name, Text(sv, en), unit, lambda rows: sum(row.amount for row in rows))


def distinct(name: str, sv: str, en: str) -> Measure:
    """How many different things the rows have that count once."""
    return Measure(
        name, Text(sv, en), Unit.COUNT, lambda rows: len(frozenset().union(*(row.once for row in rows)))
    )


def middle(name: str, sv: str, en: str, unit: Unit) -> Measure:
    """The median of the rows that count."""
    return Measure(name, Text(sv, en), unit, _of_counted(median))


def ninth_of_ten(name: str, sv: str, en: str, unit: Unit) -> Measure:
    """What nine of ten rows that count do not exceed (nearest rank)."""
    return Measure(name, Text(sv, en), unit, _of_counted(_ninth_of_ten))


def longest(name: str, sv: str, en: str, unit: Unit) -> Measure:
    return Measure(name, Text(sv, en), unit, _of_counted(max))


def _share(rows: Sequence[Row]) -> float | None:
    return 100 * sum(row.counts for row in rows) / len(rows) if rows else None


def _of_counted(value: Callable[[Sequence[float]], float]) -> Value:
    def of(rows: Sequence[Row]) -> float | None:
        amounts = [row.amount for row in rows if row.counts]
        return value(amounts) if amounts else None

    return of


def _ninth_of_ten(amounts: Sequence[float]) -> float:
    return sorted(amounts)[math.ceil(0.9 * len(amounts)) - 1]
