"""Who of a department is there, day by day, and the days to come on which nobody would be (G3)."""

from __future__ import annotations

from typing import Any

import pytest

from unit.web.town import Town, answer, id_of, problem

SCHOOL, SWITCHBOARD, NORA = (str(id_of(name)) for name in ("Kyrkskolan", "Växeln", "Noraskolan"))
ANNA, SIV, HEMLIG, NILS = (str(id_of(name)) for name in ("anna", "siv", "hemlig", "nils"))
THURSDAY, FRIDAY = "2026-08-06T00:00:00+02:00", "2026-08-07T00:00:00+02:00"


async def is_away(town: Town, person: str, **fields: Any) -> Any:
    body = {"person": person, "reason": "6", "starts_at": THURSDAY, "ends_at": FRIDAY, **fields}
    return await answer(await town.ask("POST", "/absences", body), 201)


@pytest.fixture
async def empty_thursday(town: Town) -> Town:
    """Two of the school are away on Thursday; Anna is ill from Wednesday noon until Friday morning."""
    for person in (SIV, HEMLIG):
        await is_away(town, person)
    await is_away(
        town,
        ANNA,
        reason="9",
        starts_at="2026-08-05T12:00:00+02:00",
        ends_at="2026-08-07T10:00:00+02:00",
    )
    return town


async def test_the_days_to_come_on_which_a_department_is_empty_are_told_beforehand(
    empty_thursday: Town,
) -> None:
    (school,) = (await empty_thursday.get("/staffing", who="manager"))["items"]
    assert (school["department"]["name"], school["operation"]["name"]) == ("Kyrkskolan", "Skola")
    assert (school["people"], school["stand_in"]) == (3, None)
    assert school["empty"] == [{"day": "2026-08-06", "stood_in": None}]


async def test_everybody_sees_the_departments_that_they_answer_for(empty_thursday: Town) -> None:
    everything = (await empty_thursday.get("/staffing"))["items"]
    assert [one["department"]["name"] for one in everything] == ["Noraskolan", "Växeln", "Kyrkskolan"]
    of_one = (await empty_thursday.get(f"/staffing?operation={id_of('Omsorg')}"))["items"]
    assert [one["department"]["name"] for one in of_one] == ["Växeln"]
    assert (await empty_thursday.get(f"/staffing?operation={id_of('Omsorg')}", who="head"))["items"] == []
    for who in ("operator", "superuser", "person"):
        await problem(await empty_thursday.ask("GET", "/staffing", who=who), 403)


async def test_a_week_tells_of_each_who_is_there(empty_thursday: Town) -> None:
    week = await empty_thursday.get(f"/departments/{SCHOOL}/week?day=2026-08-09", who="manager")
    assert [one["day"] for one in week["days"]] == [f"2026-08-{day:02}" for day in range(3, 10)]
    told = {one["person"]["name"]: one["days"] for one in week["people"]}
    assert told["Anna Berg"] == ["there", "there", "partly", "away", "partly", "off", "off"]
    assert told["Siv Åkerström"] == ["there", "there", "there", "away", "there", "off", "off"]
    wednesday, thursday, saturday = (week["days"][number] for number in (2, 3, 5))
    assert (wednesday["there"], wednesday["people"], wednesday["empty"]) == (3, 3, False)
    assert (thursday["there"], thursday["people"], thursday["empty"]) == (0, 3, True)
    assert (saturday["working"], saturday["people"], saturday["empty"]) == (False, 0, False)


async def test_the_week_is_today_s_where_none_is_given(town: Town) -> None:
    assert (await town.get(f"/departments/{SCHOOL}/week"))["days"][0]["day"] == "2026-08-03"


@pytest.mark.parametrize("who", ["superuser", "person"])
async def test_a_week_is_shown_to_who_may_read_the_absences(town: Town, who: str) -> None:
    assert (await town.get(f"/departments/{SCHOOL}/week", who="operator"))["people"]
    await problem(await town.ask("GET", f"/departments/{SCHOOL}/week", who=who), 403)
    await problem(await town.ask("GET", f"/departments/{NORA}/week", who="manager"), 403)
    await problem(await town.ask("GET", f"/departments/{ANNA}/week"), 404)


async def test_the_absences_of_a_department_in_a_time(empty_thursday: Town) -> None:
    town = empty_thursday
    await is_away(town, NILS, reason="9")
    path = f"/absences?department={SCHOOL}&since=2026-08-05T00:00:00Z&until=2026-08-05T22:00:00Z"
    names = [one["person"]["name"] for one in (await town.get(path))["items"]]
    assert names == ["Anna Berg"]
    assert len((await town.get(f"/absences?department={SCHOOL}"))["items"]) == 3


async def test_persons_of_a_department(town: Town) -> None:
    found = (await town.get(f"/persons?department={NORA}"))["items"]
    assert [one["id"] for one in found] == [NILS]


async def test_who_answers_for_a_department_names_its_stand_in_and_then_it_is_not_empty(
    empty_thursday: Town,
) -> None:
    town, path = empty_thursday, f"/departments/{SCHOOL}/stand-in"
    now = await town.ask("GET", path, who="manager")
    assert (await answer(now, 200))["department"] is None
    named = await town.ask(
        "PUT", path, {"department": SWITCHBOARD}, who="manager", if_match=now.headers["ETag"]
    )
    assert (await answer(named, 200))["department"]["name"] == "Växeln"
    (school,) = (await town.get("/staffing", who="manager"))["items"]
    assert school["empty"][0]["stood_in"]["name"] == "Växeln"
    thursday = (await town.get(f"/departments/{SCHOOL}/week"))["days"][3]
    assert (thursday["empty"], thursday["stood_in"]["name"]) == (True, "Växeln")
    await answer(await town.ask("PUT", path, {"department": None}, if_match=named.headers["ETag"]), 200)
    assert (await town.get(path))["department"] is None


async def test_what_can_not_stand_in_is_refused(town: Town) -> None:
    path = f"/departments/{SCHOOL}/stand-in"
    for department in (SCHOOL, NORA, ANNA):
        await problem(await town.ask("PUT", path, {"department": department}, if_match='"1"'), 422)
    await problem(await town.ask("PUT", path, {}, if_match='"1"'), 422)
    await problem(await town.ask("PUT", path, {"department": None}), 428)
    await problem(await town.ask("PUT", path, {"department": None}, who="operator", if_match='"1"'), 403)
    elsewhere = f"/departments/{SWITCHBOARD}/stand-in"
    await problem(await town.ask("PUT", elsewhere, {"department": None}, who="manager", if_match='"1"'), 403)
    await problem(await town.ask("PUT", path, {"department": None}, if_match='"99"'), 412)
