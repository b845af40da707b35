"""All that is held on one person, row by row: for themselves, and for who answers for the register."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field, JsonValue

from hanvisa.directory.personal import finding
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.whose import Whose
from hanvisa.directory.repositories.extracts import Extracts
from hanvisa.errors import NotFound
from hanvisa.policy.model import Text
from hanvisa.web.fields import ListQuery, Outgoing
from hanvisa.web.masking import Mask
from hanvisa.web.paging import not_ours, read_cursor, write_cursor
from hanvisa.web.people import must_cover
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route

_TABLES = [held.table.__tablename__ for held in HELD]
_ROWS_MOST = 1_000_000_000  # of a table, that a cursor may count


class HeldRow(Outgoing):
    table: str = Field(description="docs/personal-data.md says what is in each, why, and how long it is kept")
    row: dict[str, JsonValue] = Field(description="its columns; without what is secret")
    files: list[str] = Field(description="the sounds that it names, in the state folder")


class HeldList(Outgoing):
    items: list[HeldRow]
    next: str | None


async def held(ask: Ask[None, ListQuery]) -> Answer:
    """One's own is found by who one is: a number may have been another's, and is registered on somebody's word."""
    must_cover(ask.scope, ask.register.person(ask.path["id"]))
    mask = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))
    table, first = _after(ask.query.cursor)
    wanted = ask.query.limit + 1
    found: list[tuple[int, int, finding.Row]] = []
    async with ask.services.database.reading() as session:
        whose = await _whose(ask, session)
        if not mask.sees.everything:
            whose = replace(whose, numbers=())
        while table < len(HELD) and len(found) < wanted:
            rows = await finding.page_of(session, HELD[table], whose, first, wanted - len(found))
            found += [(table, first + number, row) for number, row in enumerate(rows)]
            table, first = table + 1, 0
    asker = ask.who.person_id
    untold = await Extracts(ask.services.database).untold(asker, ask.now) if asker else ()
    more = found[ask.query.limit :]
    items = [
        _shown(ask, whose, mask, _TABLES[in_table], row)
        for in_table, _, row in found[: ask.query.limit]
        if not any(one in str(row) for one in untold)
    ]
    return Answer(
        HeldList(
            items=[item for item in items if item is not None],
            next=write_cursor((_TABLES[more[0][0]], str(more[0][1]))) if more else None,
        )
    )


async def _whose(ask: Ask[Any, Any], session: Any) -> Whose:
    try:
        return await finding.find_whose(session, str(ask.path["id"]))
    except NotFound:
        raise not_found(Text(sv="Den personen finns inte.", en="There is no such person.")) from None


def _shown(ask: Ask[Any, Any], whose: Whose, mask: Mask, table: str, row: finding.Row) -> HeldRow | None:
    """None for what is of use to administrators only, and what the person is not to be told yet."""
    if table == "call_events" and row["kind"] == "command" and not mask.sees.everything:
        return None
    if ask.who.person_id == ask.path["id"] and not finding.may_be_told(table, row, ask.now):
        return None
    if not mask.sees.everything:
        row = finding.as_theirs(table, row, whose)
    return HeldRow(table=table, row=mask.row(row), files=list(finding.files_named(table, row)))


def _after(cursor: str | None) -> tuple[int, int]:
    """From which table, and which of its rows, the page is."""
    if cursor is None:
        return 0, 0
    try:
        table, first = read_cursor(cursor)
        place = _TABLES.index(table), int(first)
    except ValueError:
        raise not_ours() from None
    if not 0 <= place[1] < _ROWS_MOST:
        raise not_ours()
    return place


ROUTES = (
    Route(
        "GET",
        "/persons/{id}/held",
        Action.READ_HELD,
        held,
        "All that is held on one person, row by row",
        query=ListQuery,
        reply=HeldList,
    ),
)
