"""All that is held on somebody, over REST: for administrators, and for everybody their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.repositories.extracts import Extracts
from hanvisa.directory.repositories.users import UserFields, Users
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


@pytest.mark.parametrize("who", ["person", "operator", "superuser", "head", "manager"])
async def test_nobody_has_anybody_elses(town: Town, who: str) -> None:
    other = ANNA if who != "person" else SIV
    await problem(await town.ask("GET", f"/persons/{other}/held", who=who), 403)


async def test_nobody_is_held_under_an_unknown_id(town: Town) -> None:
    await problem(await town.ask("GET", f"/persons/{id_of('ingen')}/held"), 404)


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwgImIiXQ", "WyJwZXJzb25zIiwgIi0xIl0", "WyJwZXJzb25zIl0"])
async def test_a_cursor_of_another_make_is_told(town: Town, cursor: str) -> None:
    await problem(await town.ask("GET", f"/persons/{ANNA}/held?cursor={cursor}"), 422)
