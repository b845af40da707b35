"""A report in the reader's language: texts for a table, values for JSON, a file of CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hanvisa.policy.model import Language, Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.reports.making import Made
from hanvisa.reports.model import Cell, Chosen, Figure, Report, Row, Unit
from hanvisa.reports.sheets import to_csv

MONTH = Text("Månad", "Month")
PLACE = (
    Text("Organisation", "Organisation"),
    Text("Verksamhet", "Operation"),
    Text("Kostnadsställe", "Cost centre"),
)


def figure_header(report: Report, language: Language) -> list[str]:
    by = (report.by,) if report.by else ()
    return [text.in_(language) for text in (*PLACE, *by, *(measure.title for measure in report.measures))]


def figure_texts(made: Made, figure: Figure, language: Language) -> list[str]:
    group = figure.group
    ids: tuple[Cell, ...] = (group.organisation_id, group.operation_id, group.cost_centre_id)
    by = (group.of,) if made.report.by else ()
    return [*(text_of(made, cell, language) for cell in (*ids, *by)), *value_texts(made, figure.values)]


def value_texts(made: Made, values: Sequence[float | None]) -> list[str]:
    """With a comma in it, as Swedish programs read it."""
    numbers = [
        rounded(value, measure.unit) for value, measure in zip(values, made.report.measures, strict=True)
    ]
    return ["" if number is None else str(number).replace(".", ",") for number in numbers]


def row_header(report: Report, language: Language) -> list[str]:
    return [text.in_(language) for text in (*PLACE, *(column.title for column in report.columns))]


def row_texts(made: Made, row: Row, language: Language) -> list[str]:
    place = row.place
    ids: tuple[Cell, ...] = (place.organisation_id, place.operation_id, place.cost_centre_id)
    return [text_of(made, cell, language) for cell in (*ids, *row.cells)]


def text_of(made: Made, cell: Cell, language: Language) -> str:
    match cell:
        case None:
            return ""
        case UUID():
            return made.name(cell)
        case Text():
            return cell.in_(language)
        case datetime():
            return f"{cell.astimezone(LOCAL):%Y-%m-%d %H:%M}"
        case float():
            return str(round(cell, 1)).replace(".", ",")
        case _:
            return str(cell)


def json_of(made: Made, cell: Cell, language: Language) -> Any:
    """An id with the name of what it stands for; a time in RFC 3339, to the second."""
    match cell:
        case UUID():
            return {"id": str(cell), "name": made.name(cell)}
        case Text():
            return cell.in_(language)
        case datetime():
            return cell.astimezone(LOCAL).isoformat(timespec="seconds")
        case float():
            return round(cell, 1)
        case _:
            return cell


def rounded(value: float | None, unit: Unit) -> float | None:
    if value is None or unit is Unit.COUNT:
        return None if value is None else int(value)
    return round(float(value), 1)


def figures_json(made: Made, language: Language) -> dict[str, Any]:
    """As `GET /reports/{name}` answers."""
    measures = made.report.measures

    def values(numbers: Sequence[float | None]) -> dict[str, float | None]:
        return {one.name: rounded(number, one.unit) for one, number in zip(measures, numbers, strict=True)}

    return {
        **report_json(made.report, language),
        "month": str(made.month),
        "made_at": json_of(made, made.made_at, language),
        "figures": [
            {
                "organisation": json_of(made, figure.group.organisation_id, language),
                "operation": json_of(made, figure.group.operation_id, language),
                "cost_centre": json_of(made, figure.group.cost_centre_id, language),
                "of": json_of(made, figure.group.of, language),
                "values": values(figure.values),
                "rows": rows_address(made, figure),
            }
            for figure in made.figures
        ],
        "total": values(made.total),
    }


def rows_address(made: Made, figure: Figure) -> str:
    """Where the API has the rows that the figure is made of."""
    chosen = asdict(Chosen.leading_to(figure.group))
    if made.report.by is None:
        del chosen["of"]
    return f"/api/v1/reports/{made.report.name}/rows?{urlencode({'month': str(made.month), **chosen})}"


def report_json(report: Report, language: Language) -> dict[str, Any]:
    return {
        "name": report.name,
        "title": report.title.in_(language),
        "meaning": report.meaning.in_(language),
        "rules": list(report.rules),
        "by": report.by.in_(language) if report.by else None,
        "measures": [
            {"name": one.name, "title": one.title.in_(language), "unit": one.unit.value}
            for one in report.measures
        ],
        "columns": [{"name": one.name, "title": one.title.in_(language)} for one in report.columns],
    }


def row_json(made: Made, row: Row, language: Language) -> dict[str, Any]:
    return {
        "organisation": json_of(made, row.place.organisation_id, language),
        "operation": json_of(made, row.place.operation_id, language),
        "cost_centre": json_of(made, row.place.cost_centre_id, language),
        "cells": {
            column.name: json_of(made, cell, language)
            for column, cell in zip(made.report.columns, row.cells, strict=True)
        },
    }


def figures_csv(made: Made, language: Language) -> bytes:
    header = [MONTH.in_(language), *figure_header(made.report, language)]
    return to_csv(header, ([str(made.month), *figure_texts(made, one, language)] for one in made.figures))


def rows_csv(made: Made, language: Language) -> bytes:
    header = [MONTH.in_(language), *row_header(made.report, language)]
    return to_csv(header, ([str(made.month), *row_texts(made, one, language)] for one in made.rows))
