"""All that is held by a number is given out and removed, in whatever spelling it came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import String, cast, literal, or_, select

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.personal import finding
from hanvisa.directory.personal.held import HELD
from hanvisa.directory.personal.removing import remove
from hanvisa.directory.repositories.calls import CallRecords
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


def rings(dialled: str) -> list[CallEntry]:
    """Anna does, from her phone, as the call log has it."""
    opened = {"side": "phone", "caller": "201", "called": dialled, "caller_person": ANNA}
    facts = {"number": {"kind": "fixed", "number": CALLER}, "via": "direct"}
    decision = {"decision": "JoinFacts", "rules": [], "effect": "allow", "facts": facts}
    ringing = {"type": "ringing", "digits": "0980319244"}
    told = [("opened", opened), ("decision", decision), ("signal", ringing), ("closed", {})]
    return [CallEntry("hv-1", seq, NOW, kind, data) for seq, (kind, data) in enumerate(told)]


@pytest.mark.parametrize("dialled", ["0980319244", "00980319244", "+46980319244", "0046980319244", "319244"])
async def test_a_call_to_it(town: Town, dialled: str) -> None:
    """At home, with the outside-line prefix, as abroad, and within its area. Anna has rung all the same."""
    await CallRecords(town.database).append(rings(dialled))
    assert await given_out(town, CALLER) == {"calls": 1, "call_events": 4, "decisions": 1}
    await removed(town, CALLER)
    assert await tables_with(town, "319244") == set()
    assert (await given_out(town, ANNA))["calls"] == 1


async def test_a_call_to_another_number_that_ends_so_is_not_its(town: Town) -> None:
    await CallRecords(town.database).append(rings("0708123456"))
    assert not await given_out(town, "+468123456")


async def test_a_message_that_an_operator_wrote_down(town: Town) -> None:
    body = {"person": ANNA, "caller": "0980-31 92 44", "text": "Vill bli uppringd om sin ansökan"}
    await answer(await town.ask("POST", "/messages", body, who="operator"), 201)
    assert (await given_out(town, CALLER))["messages"] == 1
    await removed(town, CALLER)
    assert not await tables_with(town, "ansökan")
