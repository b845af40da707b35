"""All that is held on somebody, over REST: for administrators, and for everybody their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.repositories.extracts import Extracts
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.web.tokens import create_token
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, NOW, Town, answer, id_of, problem

ANNA, SIV = id_of("anna"), id_of("siv")
DAY = timedelta(days=1)


async def all_rows(town: Town, who: str, limit: int = 200, of: UUID = ANNA) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await town.get(f"/persons/{of}/held?limit={limit}{cursor}", who=who)
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


@pytest.mark.usefixtures("call")
async def test_the_rows_come_page_by_page_and_each_once(town: Town) -> None:
    whole = await all_rows(town, "admin")
    assert {"persons", "mobiles", "calls", "call_events", "decisions", "extensions"} <= {
        one["table"] for one in whole
    }
    assert ANNA_MOBILE in [one["row"]["number"] for one in whole if one["table"] == "mobiles"]
    assert await all_rows(town, "admin", limit=2) == whole


@pytest.mark.usefixtures("call")
async def test_everybody_has_their_own_without_what_is_others(town: Town) -> None:
    own = await all_rows(town, "person")
    assert ANNA_MOBILE in str(own)
    assert HEMLIG_MOBILE not in str(own)
    assert HEMLIG_MOBILE in str(await all_rows(town, "admin"))
    assert not [one for one in own if "facts" in one["row"] or "before" in one["row"]]
    assert not [one for one in own if one["row"].get("kind") == "command"]


async def test_an_extract_is_not_given_away_before_its_time(town: Town) -> None:
    """F2: neither itself nor by what the trail says of it."""
    made = await Users(town.database).create(UserFields("ylva"), None, SYSTEM)
    by = Actor("ylva", made.id)
    extracts = Extracts(town.database)
    extract = await extracts.request(ANNA, NOW - DAY, NOW, reason="Misstanke om missbruk", at=NOW, by=by)
    await extracts.approve(extract.id, 1, at=NOW, expires_at=NOW + 9 * DAY, tell_at=NOW + DAY, by=by)
    own = await all_rows(town, "person")
    assert not [one for one in own if one["table"] == "extracts"]
    assert "extracts" not in str(own)
    assert "ylva" not in str(own)
    assert "extracts" in str(await all_rows(town, "admin"))
    town.clock.advance(DAY)
    [told] = [one["row"] for one in await all_rows(town, "person") if one["table"] == "extracts"]
    assert (told["reason"], "traffic" in told) == ("Misstanke om missbruk", False)


async def test_who_handled_a_message_to_another_does_not_read_it_there(town: Town) -> None:
    """M4: that they handled it is theirs, and no more; whom it is for reads it."""
    body = {"person": str(ANNA), "caller": "0980-31 92 44", "text": "Om vården", "confidential": True}
    made = await answer(await town.ask("POST", "/messages", body), 201)
    path = f"/messages/{made['id']}"
    await answer(await town.ask("PATCH", path, {"state": "handled"}, who="operator", if_match='"1"'), 200)

    async def message(who: str, of: UUID) -> dict[str, Any]:
        [one] = [one["row"] for one in await all_rows(town, who, of=of) if one["table"] == "messages"]
        return one

    handled = await message("operator", id_of("olle"))
    assert (handled.keys(), handled["id"]) == ({"id", "state", "handled_at", "handled_by"}, made["id"])
    assert (await message("person", ANNA))["text"] == "Om vården"
    assert (await message("admin", id_of("olle")))["text"] == "Om vården"


def rung_from(number: str, call: str, **told: str) -> list[CallEntry]:
    opened = {"side": "carrier", "caller": number, "called": "200", **told}
    return [CallEntry(call, 1, NOW, "opened", opened), CallEntry(call, 2, NOW, "closed", {})]


async def registers(town: Town, number: str, person: str, who: str = "admin") -> None:
    body = {
        "person": str(id_of(person)),
        "number": number,
        "carrier": "Upphandlad operatör",
        "grounds": "reser mycket",
        "decided_by": "chefen",
        "decided_at": NOW.isoformat(),
    }
    await answer(await town.ask("POST", "/mobiles", body, who=who), 201)


async def test_who_had_a_mobile_before_reads_nothing_of_who_has_it_now(town: Town) -> None:
    """F2, M4: neither the registration, nor calls, nor messages."""
    [mobile] = (await town.get(f"/mobiles?person={ANNA}"))["items"]
    await answer(await town.ask("POST", f"/mobiles/{mobile['id']}/end", if_match='"1"'), 200)
    await registers(town, ANNA_MOBILE, "nils")
    nils = str(id_of("nils"))
    await CallRecords(town.database).append(rung_from(ANNA_MOBILE, "hv-his", caller_person=nils))
    body = {"person": str(SIV), "caller": ANNA_MOBILE, "text": "Nils hemlighet", "confidential": True}
    await answer(await town.ask("POST", "/messages", body), 201)
    own = str(await all_rows(town, "person"))
    assert mobile["id"] in own
    assert not [told for told in ("hv-his", "hemlighet", nils) if told in own]


async def test_whose_number_a_manager_registers_as_their_own_is_read_by_nobody_for_it(town: Town) -> None:
    """F2, M4: Siv, who is a telephone manager, registers the number of somebody who rang others."""
    role = RoleGiven("telephone_manager", "operation", id_of("Skola"))
    await Users(town.database).create(UserFields("siv", SIV, frozenset({role})), None, SYSTEM)
    town.tokens["siv"] = await create_token(town.database, "person", "siv", "siv", now=NOW)
    citizen = "+46701740699"
    await CallRecords(town.database).append(rung_from(citizen, "hv-citizens"))
    body = {"person": str(id_of("olle")), "caller": citizen, "text": "Till omsorgen", "confidential": True}
    await answer(await town.ask("POST", "/messages", body), 201)
    await registers(town, citizen, "siv", who="siv")
    own = str(await all_rows(town, "siv", of=SIV))
    assert citizen in own  # the registration is
    assert not [told for told in ("hv-citizens", "omsorgen") if told in own]


@pytest.mark.parametrize("who", ["person", "operator", "superuser", "head", "manager"])
async def test_nobody_has_anybody_elses(town: Town, who: str) -> None:
    other = ANNA if who != "person" else SIV
    await problem(await town.ask("GET", f"/persons/{other}/held", who=who), 403)


async def test_nobody_is_held_under_an_unknown_id(town: Town) -> None:
    await problem(await town.ask("GET", f"/persons/{id_of('ingen')}/held"), 404)


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwgImIiXQ", "WyJwZXJzb25zIiwgIi0xIl0", "WyJwZXJzb25zIl0"])
async def test_a_cursor_of_another_make_is_told(town: Town, cursor: str) -> None:
    await problem(await town.ask("GET", f"/persons/{ANNA}/held?cursor={cursor}"), 422)
