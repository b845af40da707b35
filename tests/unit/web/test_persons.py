"""Persons over REST: made, moved, changed, ended; their details confirmed and flagged (S2), themselves trained (T1)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.directory.repositories.audit import Audit
from hanvisa.policy.facts import TargetKind
from unit.web.test_register import LETTERS, ends
from unit.web.town import ANNA_DIRECT, ANNA_MOBILE, Town, answer, id_of, problem

ANNA, SIV, OLLE, NILS = (str(id_of(name)) for name in ("anna", "siv", "olle", "nils"))
KYRK, VAXELN, NORA = (str(id_of(name)) for name in ("Kyrkskolan", "Växeln", "Noraskolan"))
MAJA = {"given_name": "Maja", "family_name": "Ek", "department": KYRK}


async def makes(town: Town, who: str = "admin", **fields: Any) -> Any:
    return await answer(await town.ask("POST", "/persons", {**MAJA, **fields}, who=who), 201)


async def changes(town: Town, person: str, who: str = "admin", status: int = 200, **fields: Any) -> Any:
    response = await town.ask("PATCH", f"/persons/{person}", fields, if_match="*", who=who)
    return await (answer(response, status) if status == 200 else problem(response, status))


async def test_one_who_is_made_is_in_the_register_and_on_the_training_list(town: Town) -> None:
    made = await makes(town, title="Rektor", functions=["skolval", "fritids"], email="maja@kommunen.test")
    known = town.directory.register.person(uuid_of(made))
    assert known is not None
    assert (known.name, known.functions, known.department_id) == (
        "Maja Ek",
        ("skolval", "fritids"),
        id_of("Kyrkskolan"),
    )
    (training,) = (await town.get("/trainings?done=false"))["items"]
    assert training["person"] == {"id": made["id"], "name": "Maja Ek"}


def uuid_of(made: Any) -> UUID:
    return UUID(made["id"])


@pytest.mark.parametrize("name", [*LETTERS.split(), "Jean-Luc", "d'Arc", "Åsa Märta Elisabeth"])
async def test_every_letter_is_kept_and_found(town: Town, name: str) -> None:
    made = await makes(town, given_name=name, family_name=f"{name}sen")
    assert (made["given_name"], made["family_name"]) == (name, f"{name}sen")
    response = await town.client.get(
        "/api/v1/persons",
        params={"q": name.upper()},
        headers={"Authorization": f"Bearer {town.tokens['admin']}"},
    )
    assert [one["id"] for one in (await answer(response, 200))["items"]] == [made["id"]]


async def test_a_change_says_what_was_and_counts_at_once(town: Town) -> None:
    before = await town.get(f"/persons/{ANNA}")
    changed = await changes(town, ANNA, family_name="Ek-Berg", functions=["skolval"], protected=True)
    assert changed == {
        **before,
        "version": 3,
        "family_name": "Ek-Berg",
        "functions": ["skolval"],
        "protected": True,
    }
    known = town.directory.register.person(id_of("anna"))
    assert known is not None
    assert (known.family_name, known.functions, known.protected) == ("Ek-Berg", ("skolval",), True)
    (entry, *_) = await Audit(town.database).list(table="persons", row_id=ANNA)
    assert entry.before == {"family_name": "Berg", "protected": False}
    assert entry.by == "admin"


async def test_the_order_of_functions_is_a_change_of_the_person(town: Town) -> None:
    for functions in (["a", "b"], ["b", "a"], ["b"]):
        tag = (await town.ask("GET", f"/persons/{ANNA}")).headers["ETag"]
        changed = await changes(town, ANNA, functions=functions)
        assert changed["functions"] == functions
        body = {"title": "chef"}
        await problem(await town.ask("PATCH", f"/persons/{ANNA}", body, if_match=tag), 412)


async def test_two_who_change_the_same_person_at_once(town: Town) -> None:
    tag = (await town.ask("GET", f"/persons/{ANNA}")).headers["ETag"]
    answers = await asyncio.gather(
        *(town.ask("PATCH", f"/persons/{ANNA}", {"title": f"chef {one}"}, if_match=tag) for one in range(5))
    )
    assert sorted(one.status for one in answers) == [200, 412, 412, 412, 412]


async def test_a_move_counts_from_its_day(town: Town) -> None:
    """Decided in December for the new year; the calls of the old year go by the old department."""
    town.clock.at = datetime.fromisoformat("2026-12-31T22:30:00+00:00")  # 23:30 in Sweden
    await town.directory.refresh()
    await changes(town, ANNA, department=VAXELN, starts_on="2027-01-01")
    assert {one.id for one in town.directory.register.members(id_of("Växeln"))} == {id_of("olle")}
    town.clock.advance(timedelta(minutes=30))
    await town.directory.refresh()
    assert {one.id for one in town.directory.register.members(id_of("Växeln"))} == {
        id_of("olle"),
        id_of("anna"),
    }
    assert (await town.get(f"/persons/{ANNA}"))["department"]["name"] == "Växeln"


async def test_one_who_begins_later_is_known_and_not_yet_reached(town: Town) -> None:
    made = await makes(town, starts_on="2026-10-26")
    assert town.directory.register.person(uuid_of(made)) is None
    assert (await town.get(f"/persons/{made['id']}"))["department"]["name"] == "Kyrkskolan"


async def test_a_move_is_changed_before_its_day(town: Town) -> None:
    await changes(town, ANNA, department=VAXELN, starts_on="2026-09-01")
    await changes(town, ANNA, department=NORA, starts_on="2026-09-01")
    town.clock.advance(timedelta(days=60))
    await town.directory.refresh()
    assert (await town.get(f"/persons/{ANNA}"))["department"]["name"] == "Noraskolan"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"department": str(id_of("nowhere"))}, "department"),
        ({"department": VAXELN, "starts_on": "2026-08-04"}, "starts_on"),
        ({"starts_on": "2026-08-06"}, "starts_on"),
        ({"department": None}, "department"),
        ({"email": "no address"}, "email"),
        ({"email": "x(@kommunen.test"}, "email"),
        ({"given_name": ""}, "given_name"),
        ({"telephone_hours": "8-9"}, "telephone_hours"),
        ({"functions": ["a\u0000"]}, "functions.0"),
    ],
)
async def test_what_can_not_be_is_refused(town: Town, fields: dict[str, Any], where: str) -> None:
    refused = await changes(town, ANNA, status=422, **fields)
    assert refused["errors"][0]["where"] == where


async def test_one_who_leaves_takes_numbers_phones_and_access_along(town: Town) -> None:
    register = town.directory.register
    assert register.number(ANNA_DIRECT)
    ended = await ends(town, f"/persons/{ANNA}")
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    register = town.directory.register
    assert register.person(id_of("anna")) is None
    assert register.number(ANNA_DIRECT) is None
    assert register.mobile(ANNA_MOBILE) is None
    assert register.phone_of_account("anna") is None
    assert not register.extensions_of(TargetKind.PERSON, id_of("anna"))
    assert (await town.get(f"/persons/{ANNA}"))["ended_at"] == ended["ended_at"]
    await problem(await town.ask("GET", "/persons", who="person"), 401)
    await changes(town, ANNA, status=409, title="chef")


async def test_one_who_heads_something_is_not_ended_before_another_does(town: Town) -> None:
    body = {"head": ANNA}
    await answer(await town.ask("PATCH", f"/operations/{id_of('Skola')}", body, if_match="*"), 200)
    refused = await ends(town, f"/persons/{ANNA}", 409)
    assert refused["detail"] == ("The person is still needed, by operation Skola. End or change that first.")
    assert town.directory.register.person(id_of("anna")) is not None
    assert town.directory.register.number(ANNA_DIRECT) is not None  # all or nothing


async def test_who_may_change_whom(town: Town) -> None:
    for who, others in (("head", 200), ("manager", 200), ("operator", 403), ("superuser", 403)):
        await changes(town, ANNA, who, others, family_name="Berg")
        await changes(town, OLLE, who, 403, family_name="Ek")
    await makes(town, "head")
    await problem(await town.ask("POST", "/persons", {**MAJA, "department": VAXELN}, who="head"), 403)
    await changes(town, ANNA, "head", 403, department=VAXELN)  # into another's operation


async def test_one_keeps_ones_own_details_right_and_no_more(town: Town) -> None:
    changed = await changes(town, ANNA, "person", title="biträdande rektor", functions=["skolval"])
    assert changed["title"] == "biträdande rektor"
    refused = await changes(town, ANNA, "person", 403, family_name="Öberg", protected=True)
    assert refused["detail"].startswith("Ask the telephone manager to change family_name, protected.")
    await changes(town, SIV, "person", 403, title="chef")


# S2: confirmed, stale, flagged


async def test_details_are_confirmed_by_the_person_and_stale_after_the_interval(town: Town) -> None:
    """S2."""
    assert len((await town.get("/persons?stale=true"))["items"]) == 5
    tag = (await town.ask("GET", f"/persons/{ANNA}", who="person")).headers["ETag"]
    path = f"/persons/{ANNA}/confirm"
    await problem(await town.ask("POST", path, who="person"), 428)
    confirmed = await answer(await town.ask("POST", path, who="person", if_match=tag), 200)
    assert confirmed["details_confirmed_at"] == "2026-08-05T10:00:00+02:00"
    assert confirmed["details_stale"] is False
    await problem(await town.ask("POST", path, who="person", if_match=tag), 412)
    stale = (await town.get("/persons?stale=true"))["items"]
    assert ANNA not in [one["id"] for one in stale]
    town.clock.at = datetime.fromisoformat("2027-01-31T23:59:00+01:00")
    assert ANNA not in [one["id"] for one in (await town.get("/persons?stale=true"))["items"]]
    town.clock.at = datetime.fromisoformat("2027-02-01T00:00:00+01:00")  # the 180th day has begun
    assert ANNA in [one["id"] for one in (await town.get("/persons?stale=true"))["items"]]


async def test_an_operator_flags_with_one_key_and_the_person_closes_it_by_confirming(town: Town) -> None:
    """S2."""
    flag = await answer(await town.ask("POST", f"/persons/{ANNA}/flags", {}, who="operator"), 201)
    assert (flag["what"], flag["flagged_by"], flag["closed_at"]) == ("other", "operator", None)
    assert [one["id"] for one in (await town.get("/flags", who="person"))["items"]] == [flag["id"]]
    assert [one["id"] for one in (await town.get("/flags", who="manager"))["items"]] == [flag["id"]]
    assert (await town.get("/flags", who="superuser"))["items"] == []
    await answer(await town.ask("POST", f"/persons/{ANNA}/confirm", who="person", if_match="*"), 200)
    assert (await town.get("/flags"))["items"] == []
    (closed,) = (await town.get("/flags?closed=true"))["items"]
    assert (closed["closed_by"], closed["closed_at"]) == ("anna", "2026-08-05T10:00:00+02:00")


async def test_a_flag_that_came_after_the_details_were_read_is_not_closed_unseen(town: Town) -> None:
    tag = (await town.ask("GET", f"/persons/{ANNA}", who="person")).headers["ETag"]
    await answer(await town.ask("POST", f"/persons/{ANNA}/flags", {}, who="operator"), 201)
    path = f"/persons/{ANNA}/confirm"
    await problem(await town.ask("POST", path, who="person", if_match=tag), 412)
    assert len((await town.get("/flags"))["items"]) == 1


async def test_a_flag_is_closed_by_who_puts_it_right(town: Town) -> None:
    body = {"what": "title", "note": "rektor sedan i måndags"}
    flag = await answer(await town.ask("POST", f"/persons/{ANNA}/flags", body, who="operator"), 201)
    path = f"/flags/{flag['id']}/close"
    await problem(await town.ask("POST", path, who="operator", if_match='"1"'), 403)
    await problem(await town.ask("POST", path, who="head"), 428)
    closed = await answer(await town.ask("POST", path, who="head", if_match='"1"'), 200)
    assert closed["closed_by"] == "head"
    await problem(await town.ask("POST", f"/persons/{NILS}/flags", {}, who="superuser"), 403)
    await problem(await town.ask("POST", f"/persons/{id_of('nobody')}/flags", {}), 404)


# T1


async def test_the_telephone_manager_ticks_off_who_has_been_trained(town: Town) -> None:
    """T1."""
    await makes(town)
    await makes(town, department=VAXELN)
    (training,) = (await town.get("/trainings", who="manager"))["items"]
    path = f"/trainings/{training['id']}/done"
    await problem(await town.ask("POST", path, who="manager"), 428)
    done = await answer(await town.ask("POST", path, who="manager", if_match='"1"'), 200)
    assert (done["done_by"], done["done_at"]) == ("manager", "2026-08-05T10:00:00+02:00")
    assert (await town.get("/trainings?done=false", who="manager"))["items"] == []
    assert len((await town.get("/trainings?done=true"))["items"]) == 1
    await problem(await town.ask("POST", path, who="person", if_match="*"), 403)


async def test_one_who_is_not_new_is_put_on_the_list_once(town: Town) -> None:
    body = {"person": ANNA, "note": "ny telefon"}
    await answer(await town.ask("POST", "/trainings", body, who="manager"), 201)
    await problem(await town.ask("POST", "/trainings", body, who="manager"), 409)
    await problem(await town.ask("POST", "/trainings", {"person": OLLE}, who="manager"), 403)
    (own,) = (await town.get("/trainings", who="person"))["items"]
    assert own["note"] == "ny telefon"
