"""`hanvisa import` over HTTP: CSV files, whose difference is shown first and then carried out (docs/import.md).

What is carried out is what was shown: its ETag is sent back. Users and roles may be in it, so it takes an admin.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import Field

from hanvisa.counting import counted
from hanvisa.directory.imports import ImportRefused, ImportReport, import_files
from hanvisa.directory.imports.problems import Fault
from hanvisa.directory.imports.report import RowDiffers, What
from hanvisa.policy.model import Text
from hanvisa.web.etags import changed, matches
from hanvisa.web.fields import Incoming, Outgoing
from hanvisa.web.problems import CONFLICT, INVALID, FieldFault, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.uploads import Files

LARGEST = 32 * 1024 * 1024
_ROWS = 1000
_FAULTS = 100


class ImportQuery(Incoming):
    end_missing: bool = Field(default=False, description="end what is no longer in the files")


class TableShown(Outgoing):
    table: str
    created: int
    changed: int
    ended: int
    unchanged: int


class ValueShown(Outgoing):
    column: str
    before: str
    after: str


class RowShown(Outgoing):
    table: str
    key: str = Field(description="the row's key in the file")
    name: str
    what: What
    values: list[ValueShown] = Field(description="what differs; of a secret value only that it does")


class ImportShown(Outgoing):
    tables: list[TableShown]
    rows: list[RowShown] = Field(description="the first 1000 that differ")
    differ: int = Field(description="all that do")


async def preview(ask: Ask[Files, ImportQuery]) -> Answer:
    report = await _import(ask, dry_run=True)
    return Answer(_shown(report), etag=_tag(ask, report))


async def carry_out(ask: Ask[Files, ImportQuery]) -> Answer:
    def agree(report: ImportReport) -> None:
        if not matches(ask.if_match, _tag(ask, report)):
            raise changed()

    report = await _import(ask, agree=agree)
    return Answer(_shown(report), etag=_tag(ask, report))


async def _import(ask: Ask[Files, ImportQuery], **how: Any) -> ImportReport:
    """Raises Problem with what is wrong in the files, by file, line and column."""
    try:
        return await import_files(
            ask.services.database, ask.body, ask.who.actor, end_missing=ask.query.end_missing, **how
        )
    except ImportRefused as refused:
        count = len(refused.faults)
        told = Text(
            sv=f"Inget importerades: {count} fel i filerna.",
            en=f"Nothing was imported: {counted(count, 'fault', 'faults')} in the files.",
        )
        raise Problem(INVALID, told, faults=tuple(map(_fault, refused.faults[:_FAULTS]))) from refused


def _fault(fault: Fault) -> FieldFault:
    return FieldFault(fault.where.en, fault.what, place=fault.where)


def _tag(ask: Ask[Files, ImportQuery], report: ImportReport) -> str:
    """Of these files against what the register has now."""
    tag = hashlib.sha256(str(ask.query.end_missing).encode())
    for name, content in sorted(ask.body.items()):
        tag.update(f"\0{name}\0".encode() + content)
    tag.update("\n".join(report.details).encode())
    return tag.hexdigest()[:32]


def _shown(report: ImportReport) -> ImportShown:
    return ImportShown(
        tables=[
            TableShown(
                table=table,
                created=counts.created,
                changed=counts.changed,
                ended=counts.ended,
                unchanged=counts.unchanged,
            )
            for table, counts in report.tables.items()
        ],
        rows=[_row(row) for row in report.rows[:_ROWS]],
        differ=len(report.rows),
    )


def _row(row: RowDiffers) -> RowShown:
    values = [ValueShown(column=one.column, before=one.before, after=one.after) for one in row.values]
    return RowShown(table=row.table, key=row.key, name=row.name, what=row.what, values=values)


ROUTES = (
    Route(
        "POST",
        "/import-previews",
        Action.CHANGE_REGISTER,
        preview,
        "What an import of CSV files would change, without changing it",
        query=ImportQuery,
        reply=ImportShown,
        etag=True,
        uploads=LARGEST,
    ),
    Route(
        "POST",
        "/imports",
        Action.CHANGE_REGISTER,
        carry_out,
        "Import CSV files, all of it or nothing: If-Match is the ETag of the preview",
        query=ImportQuery,
        reply=ImportShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
        uploads=LARGEST,
    ),
)
