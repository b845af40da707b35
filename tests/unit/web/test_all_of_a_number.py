"""All that is held by a number is given out and removed, in whatever spelling it came."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import String, cast, literal, or_, select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.personal import finding
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.removing import remove
from hanvisa.directory.tables import Base
from unit.web.town import NOW, Town, answer, id_of

ANNA = str(id_of("anna"))
CALLER = "+46980319244"


async def given_out(town: Town, id_: str) -> dict[str, int]:
    """How many rows of which table."""
    async with town.database.reading() as session:
        whose = await finding.find_whose(session, id_)
        rows = {held: [row async for row in finding.rows_of(session, held, whose)] for held in HELD}
    return {held.table.__tablename__: len(found) for held, found in rows.items() if found}


async def removed(town: Town, id_: str) -> None:
    await remove(town.database, town.state, id_, NOW + timedelta(days=1), SYSTEM, forget=lambda _: None)


async def tables_with(town: Town, told: str) -> set[str]:
    async with town.database.reading() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            if await session.scalar(
                select(literal(1))
                .select_from(table)
                .where(or_(*(cast(column, String).contains(told) for column in table.columns)))
                .limit(1)
            )
        }


async def test_a_message_that_an_operator_wrote_down(town: Town) -> None:
    body = {"person": ANNA, "caller": "0980-31 92 44", "text": "Vill bli uppringd om sin ansökan"}
    await answer(await town.ask("POST", "/messages", body, who="operator"), 201)
    assert (await given_out(town, CALLER))["messages"] == 1
    await removed(town, CALLER)
    assert not await tables_with(town, "ansökan")
