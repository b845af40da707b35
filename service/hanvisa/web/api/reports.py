"""Follow-up (F1): the figures of a month, and the rows that each leads to."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from pydantic import Field, JsonValue

from hanvisa.directory.repositories.scoping import Within
from hanvisa.reports import telling
from hanvisa.reports.catalogue import REPORTS, report_named
from hanvisa.reports.charts import bars_of
from hanvisa.reports.drawing import draw_apart
from hanvisa.reports.making import Made, Maker, narrowed
from hanvisa.reports.model import Chosen
from hanvisa.reports.months import PATTERN, Month
from hanvisa.reports.pages import page_of
from hanvisa.reports.printing import print_pdf
from hanvisa.reports.reading.source import Limits
from hanvisa.web.fields import Incoming, Moment, Named, Outgoing
from hanvisa.web.report_rows import page_of_rows
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Document, Route

Placed = Annotated[
    str | None,
    Field(
        pattern=r"^(none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
        description="its id, or `none`: what belongs to none",
    ),
]


class FigureQuery(Incoming):
    month: str | None = Field(
        default=None, pattern=PATTERN, examples=["2026-08"], description="none: the last whole one"
    )
    organisation: Placed = None
    operation: Placed = None
    cost_centre: Placed = None
    of: str | None = Field(
        default=None,
        max_length=100,
        description="of a figure: the id of its `of`, or the text where it has none; `none`: what has no such",
    )


class RowQuery(FigureQuery):
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500, description="`next` of the page before")


class MeasureShown(Outgoing):
    name: str
    title: str
    unit: str


class ColumnShown(Outgoing):
    name: str
    title: str


class ReportShown(Outgoing):
    name: str
    title: str
    meaning: str
    rules: list[str] = Field(description="which rules of the policy it follows up")
    by: str | None = Field(description="what its figures tell apart beside the place in the organisation")
    measures: list[MeasureShown]
    columns: list[ColumnShown] = Field(description="of its rows")


class ReportList(Outgoing):
    items: list[ReportShown]
    month: str = Field(description="the last whole one, which is told where no other is asked for")


class FigureShown(Outgoing):
    organisation: Named | None
    operation: Named | None
    cost_centre: Named | None
    of: Named | str | None
    values: dict[str, int | float | None] = Field(description="by the names of the measures")
    rows: str = Field(description="the address of what it is made of")


class ReportMade(ReportShown):
    month: str
    made_at: Moment
    figures: list[FigureShown]
    total: dict[str, int | float | None]


class RowShown(Outgoing):
    organisation: Named | None
    operation: Named | None
    cost_centre: Named | None
    cells: dict[str, JsonValue] = Field(description="by the names of the columns; an id comes with its name")


class RowList(Outgoing):
    items: list[RowShown]
    next: str | None


async def catalogue(ask: Ask[None, None]) -> Answer:
    items = [ReportShown.model_validate(telling.report_json(report, ask.language)) for report in REPORTS]
    return Answer(ReportList(items=items, month=str(_last_whole(ask))))


async def figures(ask: Ask[None, FigureQuery]) -> Answer:
    made = await _make(ask)
    return Answer(ReportMade.model_validate(telling.figures_json(made, ask.language)))


async def rows(ask: Ask[None, RowQuery]) -> Answer:
    made, query = await _make(ask), ask.query
    page = await asyncio.to_thread(page_of_rows, made.rows, query.limit, query.cursor)  # they may be many
    items = [RowShown.model_validate(telling.row_json(made, row, ask.language)) for row in page.items]
    return Answer(RowList(items=items, next=page.next))


async def figures_csv(ask: Ask[None, FigureQuery]) -> Answer:
    made = await _make(ask)
    return Answer(Document(telling.figures_csv(made, ask.language), f"{_file(made)}.csv"))


async def rows_csv(ask: Ask[None, FigureQuery]) -> Answer:
    made = await _make(ask)
    return Answer(Document(telling.rows_csv(made, ask.language), f"{_file(made)}-rows.csv"))


async def pdf(ask: Ask[None, FigureQuery]) -> Answer:
    made = await _make(ask)
    return Answer(Document(await print_pdf(page_of([made], ask.language)), f"{_file(made)}.pdf"))


async def chart(ask: Ask[None, FigureQuery]) -> Answer:
    return Answer(await draw_apart(bars_of(await _make(ask), ask.language)))


async def _make(ask: Ask[Any, Any]) -> Made:
    services, query, scope = ask.services, ask.query, ask.scope
    settings = services.settings
    maker = Maker(
        services.database,
        ask.register,
        services.plan,
        Limits(settings.greeting_every, settings.details_every),
    )
    month = Month.read(query.month) if query.month else _last_whole(ask)
    chosen = Chosen(query.organisation, query.operation, query.cost_centre, query.of)
    within = Within(operations=scope.operations, cost_centres=scope.cost_centres)
    made = await maker.make(report_named(ask.path["report"]), month, ask.now)
    return narrowed(made, None if scope.everything else within, chosen)


def _last_whole(ask: Ask[Any, Any]) -> Month:
    return Month.of(ask.now).before


def _file(made: Made) -> str:
    return f"{made.report.name}-{made.month}"


_READ = Action.READ_REPORTS
_CSV = "text/csv"

ROUTES = (
    Route("GET", "/reports", _READ, catalogue, "The reports that there are", reply=ReportList),
    Route(
        "GET",
        "/reports/{report}",
        _READ,
        figures,
        "A report's figures of a month",
        query=FigureQuery,
        reply=ReportMade,
    ),
    Route(
        "GET",
        "/reports/{report}/rows",
        _READ,
        rows,
        "What the figures are made of",
        query=RowQuery,
        reply=RowList,
    ),
    Route(
        "GET",
        "/reports/{report}/chart",
        _READ,
        chart,
        "The largest figures as bars (SVG), as they are printed",
        query=FigureQuery,
        media="image/svg+xml",
    ),
    Route("GET", "/reports/{report}/csv", _READ, figures_csv, "The figures", query=FigureQuery, media=_CSV),
    Route("GET", "/reports/{report}/rows/csv", _READ, rows_csv, "The rows", query=FigureQuery, media=_CSV),
    Route(
        "GET",
        "/reports/{report}/pdf",
        _READ,
        pdf,
        "Figures, chart and rows to print (PDF/UA)",
        query=FigureQuery,
        media="application/pdf",
    ),
)
