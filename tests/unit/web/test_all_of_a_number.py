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
from hanvisa.directory.tables import (
    Base,
    ForwardingRow,
    GroupMemberRow,
    GroupRow,
    MobileRow,
    OrganisationRow,
    PersonRow,
)
from hanvisa.errors import Conflict, NotFound
from unit.web.town import ANNA_DIRECT, ANNA_MOBILE, NOW, Town, answer, id_of

ANNA, SIV = (str(id_of(name)) for name in ("anna", "siv"))
CALLER, MOBILE = "+46980319244", "+46701740699"


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


@pytest.mark.parametrize(
    "spelt",
    ["+46 980 31 92 44", "+46980-319244", "+46(0)980319244", "+46 980/31 92 44", "+46980319244\u202c"],
)
async def test_it_is_found_and_removed_however_whoever_asks_spells_it(town: Town, spelt: str) -> None:
    await CallRecords(town.database).append(rings(CALLER))
    assert (await given_out(town, spelt))["calls"] == 1
    await removed(town, spelt)
    assert await tables_with(town, "319244") == set()


@pytest.mark.parametrize("spelt", ["+46", "+0980319244", "+46 980 31 92 44 / 45"])
async def test_what_is_no_number_is_not_said_to_be_removed(town: Town, spelt: str) -> None:
    with pytest.raises(NotFound, match="country's code"):
        await removed(town, spelt)


@pytest.mark.parametrize("two", ["+468123456, +468123457", "+468123456; 08-123 457", "+46 8 123 456/70"])
async def test_of_two_numbers_none_is_removed(town: Town, two: str) -> None:
    with pytest.raises(NotFound, match="country's code"):
        await removed(town, two)


@pytest.mark.parametrize("spelt", [ANNA_MOBILE, "+46 70-174 06 05"])
async def test_one_of_the_register_is_not_removed_however_it_is_spelt(town: Town, spelt: str) -> None:
    with pytest.raises(Conflict, match=r"\+46701740605 is in the register still"):
        await removed(town, spelt)


@pytest.mark.parametrize("dialled", ["0980319244", "00980319244", "+46980319244", "0046980319244", "319244"])
async def test_a_call_to_it(town: Town, dialled: str) -> None:
    """At home, with the outside-line prefix, as abroad, and within its area. Anna has rung all the same."""
    await CallRecords(town.database).append(rings(dialled))
    assert await given_out(town, CALLER) == {"calls": 1, "call_events": 4, "decisions": 1}
    await removed(town, CALLER)
    assert await tables_with(town, "319244") == set()
    assert (await given_out(town, ANNA))["calls"] == 1


@pytest.mark.parametrize(
    "dialled",
    [
        "0980-31 92 44",
        "0980–31 92 44",
        "0980\u201131\u00a092\u00a044",
        "+46 (980) 31 92 44",
        "31 92 44",
        "tel:+46-980-319244",
        "*31#0980 319244",
    ],
)
async def test_it_is_removed_from_a_call_as_it_was_dialled(town: Town, dialled: str) -> None:
    """At the console, by the API, or from a phone's list."""
    await CallRecords(town.database).append(rings(dialled))
    assert (await given_out(town, CALLER))["calls"] == 1
    await removed(town, CALLER)
    assert await tables_with(town, dialled) == set()


async def test_a_call_to_another_number_that_ends_so_is_not_its(town: Town) -> None:
    await CallRecords(town.database).append(rings("0708123456"))
    assert not await given_out(town, "+468123456")


@pytest.mark.parametrize("spelt", ["0980-31 92 44", "0980/31 92 44", "0980\u201131\u00a092\u00a044"])
async def test_a_message_that_an_operator_wrote_down(town: Town, spelt: str) -> None:
    body = {"person": ANNA, "caller": spelt, "text": "Vill bli uppringd om sin ansökan"}
    await answer(await town.ask("POST", "/messages", body, who="operator"), 201)
    assert (await given_out(town, CALLER))["messages"] == 1
    await removed(town, CALLER)
    assert not await tables_with(town, "ansökan")


@pytest.mark.parametrize(
    "target", ["070-174 06 99", "0701740699", "+46701740699", "0046 70 174 06 99", "00701740699"]
)
async def test_a_forwarding_to_it(town: Town, target: str) -> None:
    body = {"person": SIV, "target": target, "ends_at": "2026-08-05T17:00:00+02:00"}
    await answer(await town.ask("POST", "/forwardings", body), 201)
    assert (await given_out(town, MOBILE))["forwardings"] == 1
    await removed(town, MOBILE)
    assert not await tables_with(town, target)


@pytest.mark.parametrize("target", ["0701740698", "1701740699", "+701740699"])
async def test_a_forwarding_to_another_number_stays(town: Town, target: str) -> None:
    async with town.database.changing(SYSTEM) as session:
        session.add(ForwardingRow(person_id=id_of("siv"), target=target, starts_at=NOW, ends_at=NOW))
    assert "forwardings" not in await given_out(town, MOBILE)
    await removed(town, MOBILE)
    assert "forwardings" in await tables_with(town, target)


async def test_a_forwarding_to_the_mobile_of_who_has_left(town: Town) -> None:
    body = {"person": SIV, "target": "070-174 06 05"}
    await answer(await town.ask("POST", "/forwardings", body), 201)
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("anna"))).ended_at = NOW
    assert (await given_out(town, ANNA))["forwardings"] == 1
    await removed(town, ANNA)
    assert not await tables_with(town, "070-174 06 05")


async def test_an_exception_for_it_and_its_place_in_a_group(town: Town) -> None:
    """That there was an exception stays, for follow-up; it is for no number any more."""
    scope = {"kind": "number", "number": "070-174 06 99"}
    body = {"scope": scope, "reason": "Jouren på bygget i helgen", "ends_at": "2026-08-10T08:00:00+02:00"}
    await answer(await town.ask("POST", "/exceptions", body), 201)
    async with town.database.changing(SYSTEM) as session:
        organisation = await session.scalar(select(OrganisationRow.id).limit(1))
        session.add(group := GroupRow(name="Jour", organisation_id=organisation))
        await session.flush()
        session.add(GroupMemberRow(group_id=group.id, position=1, number=MOBILE))
    assert {"exceptions", "group_members"} <= set(await given_out(town, MOBILE))
    await removed(town, MOBILE)
    assert not await tables_with(town, MOBILE)
    (kept,) = (await town.get("/exceptions"))["items"]
    assert (kept["scope"]["kind"], kept["scope"]["number"]) == ("number", None)


@pytest.mark.parametrize("number", [ANNA_MOBILE, ANNA_DIRECT], ids=["a mobile", "one of ours"])
async def test_a_number_of_the_register_is_not_removed_while_it_is_in_use(town: Town, number: str) -> None:
    """Anna and Siv count on what leads there: their phones would ring on an empty desk."""
    forwarding = {"person": SIV, "target": number, "ends_at": "2026-08-05T17:00:00+02:00"}
    await answer(await town.ask("POST", "/forwardings", forwarding), 201)
    with pytest.raises(Conflict, match=f"The number \\{number} is in the register"):
        await removed(town, number)
    assert [one["target"] for one in (await town.get("/forwardings"))["items"]] == [number]


async def test_an_exception_for_a_mobile_of_the_register_stays(town: Town) -> None:
    scope = {"kind": "number", "number": ANNA_MOBILE}
    body = {"scope": scope, "reason": "Jouren på bygget i helgen", "ends_at": "2026-08-10T08:00:00+02:00"}
    await answer(await town.ask("POST", "/exceptions", body), 201)
    with pytest.raises(Conflict):
        await removed(town, ANNA_MOBILE)
    (kept,) = (await town.get("/exceptions"))["items"]
    assert kept["scope"]["number"] == ANNA_MOBILE


async def test_a_mobile_that_has_ended_is_removed_as_anybodys(town: Town) -> None:
    async with town.database.changing(SYSTEM) as session:
        mobile = await session.scalar(select(MobileRow).where(MobileRow.number == ANNA_MOBILE))
        mobile.ended_at = NOW
        session.add(ForwardingRow(person_id=id_of("siv"), target=ANNA_MOBILE, starts_at=NOW, ends_at=NOW))
    assert "forwardings" in await tables_with(town, ANNA_MOBILE)
    await removed(town, ANNA_MOBILE)
    assert "forwardings" not in await tables_with(town, ANNA_MOBILE)
