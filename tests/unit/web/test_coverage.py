"""G3 over REST: no absence empties a department, unless it is forced, or cannot wait and alarms."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from unit.web.town import Town, answer, id_of, problem

ANNA, SIV, HEMLIG, NILS, OLLE = (str(id_of(name)) for name in ("anna", "siv", "hemlig", "nils", "olle"))
THURSDAY, FRIDAY = "2026-08-06T00:00:00+02:00", "2026-08-07T00:00:00+02:00"
WEEK = "2026-08-13T08:00:00+02:00"


def holiday(person: str, **fields: Any) -> dict[str, Any]:
    return {"person": person, "reason": "6", "starts_at": THURSDAY, "ends_at": FRIDAY, **fields}


async def sets(town: Town, person: str, who: str = "admin", **fields: Any) -> Any:
    return await answer(await town.ask("POST", "/absences", holiday(person, **fields), who=who), 201)


@pytest.fixture
async def anna_alone(town: Town) -> Town:
    """On Thursday the school has only Anna."""
    for person in (SIV, HEMLIG):
        await sets(town, person)
    return town


async def test_it_is_refused_with_the_names_the_days_and_ways_on(anna_alone: Town) -> None:
    town = anna_alone
    refused = await problem(
        await town.ask("POST", "/absences", holiday(ANNA, ends_at=WEEK), who="person"), 409
    )
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", ["G3"])
    assert refused["because"].startswith(
        "Kyrkskolan would have nobody who can be reached: 2026-08-06 (G3). Away already: Hanna Lind, Siv Åkerström."
    )
    assert [one["kind"] for one in refused["alternatives"]] == [
        "choose_other_days",
        "name_stand_in",
        "force",
    ]
    told = await problem(await town.ask("POST", "/absences", holiday(ANNA), language="sv"), 409)
    assert "Redan borta då: Hanna Lind, Siv Åkerström. Välj andra dagar" in told["because"]
    assert not town.directory.register.absences_of(id_of("anna"))
    assert (await town.get("/absences?ended=true&person=" + ANNA))["items"] == []


async def test_days_on_end_are_told_as_one(town: Town) -> None:
    refused = await problem(await town.ask("POST", "/absences", holiday(NILS, ends_at=WEEK)), 409)
    assert "reached: 2026-08-06 – 2026-08-12 (G3). It has nobody else, and no stand-in." in refused["because"]


async def test_of_those_who_ask_at_once_one_is_refused(town: Town) -> None:
    came = await asyncio.gather(
        *(town.ask("POST", "/absences", holiday(person)) for person in (ANNA, SIV, HEMLIG))
    )
    assert sorted(one.status for one in came) == [201, 201, 409]


@pytest.mark.parametrize("who", ["admin", "head", "manager"])
async def test_who_may_decides_it_all_the_same_with_a_reason(anna_alone: Town, who: str) -> None:
    forced = await sets(anna_alone, ANNA, who, force_reason="Skolan är stängd den dagen")
    assert (forced["forced_by"], forced["force_reason"]) == (who, "Skolan är stängd den dagen")
    assert (await anna_alone.get("/coverage-alarms"))["items"] == []


async def test_who_decides_it_for_another_operations_department_too_alarms_that_one(anna_alone: Town) -> None:
    """The switchboard has the school as its stand-in, and nobody of its own that day."""
    town = anna_alone
    school, board = (f"/departments/{id_of(name)}" for name in ("Kyrkskolan", "Växeln"))
    await answer(
        await town.ask("PATCH", board, {"stand_in_department": school.split("/")[-1]}, if_match="*"), 200
    )
    await sets(town, OLLE)
    forced = await sets(town, ANNA, "head", force_reason="Skolan är stängd den dagen")
    (alarm,) = (await town.get("/coverage-alarms"))["items"]
    assert (alarm["absence"], alarm["department"]["name"]) == (forced["id"], "Växeln")
    assert (await town.get("/coverage-alarms", who="head"))["items"] == []


async def test_who_may_not_does_not(anna_alone: Town) -> None:
    body = holiday(ANNA, force_reason="Skolan är stängd den dagen")
    for who in ("operator", "person"):
        refused = await problem(await anna_alone.ask("POST", "/absences", body, who=who), 403)
        assert refused["rules"] == ["G3"]
    short = await problem(await anna_alone.ask("POST", "/absences", {**body, "force_reason": "inget"}), 422)
    assert short["errors"][0]["where"] == "force_reason"


async def test_what_empties_nothing_is_not_marked_as_forced(town: Town) -> None:
    absence = await sets(town, ANNA, force_reason="För säkerhets skull")
    assert (absence["forced_by"], absence["force_reason"]) == (None, None)


async def test_sickness_is_saved_and_alarms_until_somebody_sees_to_it(anna_alone: Town) -> None:
    town = anna_alone
    sick = await sets(town, ANNA, "person", reason="9")
    assert sick["forced_by"] is None
    (alarm,) = (await town.get("/coverage-alarms", who="manager"))["items"]
    assert alarm["absence"] == sick["id"]
    assert (alarm["department"]["name"], alarm["person"]["name"]) == ("Kyrkskolan", "Anna Berg")
    assert (alarm["first_day"], alarm["last_day"], alarm["days"]) == ("2026-08-06", "2026-08-06", 1)
    path = f"/coverage-alarms/{alarm['id']}"
    await problem(await town.ask("POST", f"{path}/seen", who="manager"), 428)
    seen = await answer(await town.ask("POST", f"{path}/seen", who="manager", if_match='"1"'), 200)
    assert seen["seen_by"] == "manager"
    await problem(await town.ask("POST", f"{path}/seen", who="head", if_match='"1"'), 412)
    assert (await town.get("/coverage-alarms", who="head"))["items"] == []
    assert (await town.get("/coverage-alarms?seen=true", who="head"))["items"] == [seen]


async def test_an_alarm_is_of_ones_own_operation(town: Town) -> None:
    await sets(town, NILS, reason="9")
    (alarm,) = (await town.get("/coverage-alarms"))["items"]
    assert (await town.get("/coverage-alarms", who="head"))["items"] == []
    await problem(await town.ask("GET", f"/coverage-alarms/{alarm['id']}", who="head"), 403)
    await problem(await town.ask("GET", "/coverage-alarms", who="person"), 403)


async def test_alarms_come_page_by_page(town: Town) -> None:
    for start, end in ((THURSDAY, FRIDAY), (FRIDAY, "2026-08-08T00:00:00+02:00")):
        await sets(town, NILS, reason="9", starts_at=start, ends_at=end)
    first = await town.get("/coverage-alarms?limit=1")
    second = await town.get(f"/coverage-alarms?limit=1&cursor={first['next']}")
    days = [one["first_day"] for page in (first, second) for one in page["items"]]
    assert (days, second["next"]) == (["2026-08-06", "2026-08-07"], None)


async def test_a_change_is_held_to_it_and_one_of_the_note_is_not(anna_alone: Town) -> None:
    town = anna_alone
    other = await sets(town, ANNA, starts_at=FRIDAY, ends_at="2026-08-08T00:00:00+02:00")
    path = f"/absences/{other['id']}"
    refused = await problem(await town.ask("PATCH", path, {"starts_at": THURSDAY}, if_match="*"), 409)
    assert refused["rules"] == ["G3"]
    body = {"starts_at": THURSDAY, "force_reason": "Skolan är stängd den dagen"}
    forced = await answer(await town.ask("PATCH", path, body, who="head", if_match="*"), 200)
    assert forced["forced_by"] == "head"
    noted = await answer(await town.ask("PATCH", path, {"note": "åter på måndag"}, if_match="*"), 200)
    assert (noted["forced_by"], noted["note"]) == ("head", "åter på måndag")
