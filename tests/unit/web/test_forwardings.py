"""Forwardings over REST (M3): what is set, changed and ended, what is refused, and what is left of the month."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.policy.forwarding import forwarding_at
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, Town, answer, id_of, problem

ANNA, OLLE, NILS = (str(id_of(name)) for name in ("anna", "olle", "nils"))


async def forwards(town: Town, status: int, who: str = "admin", **fields: Any) -> Any:
    body = {"person": ANNA, "target": "202", **fields}
    response = await town.ask("POST", "/forwardings", body, who=who)
    return await (answer(response, status) if status == 201 else problem(response, status))


async def test_what_is_left_of_the_month_counts_the_days_to_mobiles(town: Town) -> None:
    path = f"/forwardings/allowance?person={ANNA}"
    assert await town.get(path, who="person") == {"days_a_month": 10, "days_left": 10, "longest_days": 5}
    await forwards(town, 201)
    await forwards(town, 201, target=ANNA_MOBILE, ends_at="2026-08-06T10:00:00+02:00")
    await forwards(
        town,
        201,
        target=ANNA_MOBILE,
        starts_at="2026-08-31T10:00:00+02:00",
        ends_at="2026-09-02T10:00:00+02:00",
    )
    assert (await town.get(path))["days_left"] == 7, "two days now, and one at the end of the month"
    await problem(await town.ask("GET", f"/forwardings/allowance?person={NILS}", who="person"), 403)


async def test_a_forwarding_inside_is_free_and_ends_the_same_day(town: Town) -> None:
    forwarding = await forwards(town, 201, who="person")
    assert forwarding["ends_at"] == "2026-08-05T17:00:00+02:00"
    assert town.directory.register.forwardings_of(id_of("anna"))


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"target": ANNA_MOBILE, "ends_at": "2026-08-12T10:00:00+02:00"}, ["M3"]),
        ({"target": "112"}, ["M3"]),
        ({"target": "201"}, ["M3"]),
        ({"target": "99999999999999999999"}, ["M3"]),
        ({"target": "*9*0846500400"}, ["P1", "G4"]),
        ({"target": "*63* *9* 08-46 50 04 00"}, ["P1", "G4"]),
    ],
)
async def test_what_is_refused_is_refused_by_its_rule(
    town: Town, fields: dict[str, str], rules: list[str]
) -> None:
    refused = await forwards(town, 409, **fields)
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", rules)


async def test_the_months_allowance_counts_what_is_over(town: Town) -> None:
    for first in (3, 10):
        await forwards(
            town,
            201,
            target="0701740605",
            starts_at=f"2026-08-{first:02}T08:00:00+02:00",
            ends_at=f"2026-08-{first + 4:02}T17:00:00+02:00",
        )
    refused = await forwards(
        town,
        409,
        target="0701740605",
        starts_at="2026-08-20T08:00:00+02:00",
        ends_at="2026-08-20T17:00:00+02:00",
    )
    assert refused["rules"] == ["M3"]


async def test_a_forwarding_that_is_asked_for_again_is_not_there_twice(town: Town) -> None:
    """By who has not heard the answer: ending the one that they know left the other. Ended, it is set anew."""
    first = await forwards(town, 201, target=ANNA_MOBILE)
    town.clock.advance(timedelta(seconds=10))
    told = await forwards(town, 409, target=ANNA_MOBILE)
    assert told["detail"].startswith("The same forwarding is there already")
    assert [one["id"] for one in (await town.get("/forwardings"))["items"]] == [first["id"]]
    await answer(await town.ask("POST", f"/forwardings/{first['id']}/end", if_match='"1"'), 200)
    await forwards(town, 201, target=ANNA_MOBILE)


async def test_the_days_of_one_that_is_asked_for_again_count_once(town: Town) -> None:
    """M3: who has just used up the month is told that it is there, and not that no days are left."""
    for first in (3, 10):
        last = {
            "target": "0701740605",
            "starts_at": f"2026-08-{first:02}T08:00:00+02:00",
            "ends_at": f"2026-08-{first + 4:02}T17:00:00+02:00",
        }
        await forwards(town, 201, **last)
    assert (await town.get(f"/forwardings/allowance?person={ANNA}"))["days_left"] == 0
    told = await forwards(town, 409, **last)
    assert told["detail"].startswith("The same forwarding is there already")


async def test_what_a_rule_refuses_by_now_is_refused_by_it_also_where_it_is_there(town: Town) -> None:
    """M4: she has become confidential since."""
    await forwards(town, 201, target=ANNA_MOBILE)
    etag = (await town.ask("GET", f"/persons/{ANNA}")).headers["ETag"]
    await answer(await town.ask("PATCH", f"/persons/{ANNA}", {"confidential": True}, if_match=etag), 200)
    refused = await forwards(town, 409, target=ANNA_MOBILE)
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", ["M4", "M3"])


async def test_one_that_is_to_come_is_not_there_twice_either(town: Town) -> None:
    tomorrow = {"starts_at": "2026-08-06T08:00:00+02:00", "ends_at": "2026-08-06T12:00:00+02:00"}
    await forwards(town, 201, **tomorrow)
    await forwards(town, 409, **tomorrow)
    await forwards(town, 201)


async def test_of_two_that_are_asked_for_at_once_one_is_set(town: Town) -> None:
    body = {"person": ANNA, "target": "202"}
    both = await asyncio.gather(*(town.ask("POST", "/forwardings", body) for _ in range(2)))
    assert sorted(one.status for one in both) == [201, 409]


@pytest.mark.parametrize(
    "other",
    [
        {"target": "205"},
        {"kind": "busy"},
        {"person": OLLE},
        {"ends_at": "2026-08-05T18:00:00+02:00"},
        {"starts_at": "2026-08-05T09:00:00+02:00"},
    ],
)
async def test_another_forwarding_is_set_beside_it(town: Town, other: Any) -> None:
    await forwards(town, 201)
    town.clock.advance(timedelta(seconds=10))
    await forwards(town, 201, **other)


async def test_where_another_holds_meanwhile_it_is_set_again(town: Town) -> None:
    """Calls follow the one that began last."""
    await forwards(town, 201)
    town.clock.advance(timedelta(minutes=1))
    await forwards(town, 201, target="205", ends_at="2026-08-05T12:00:00+02:00")
    town.clock.advance(timedelta(minutes=1))
    again = await forwards(town, 201)
    on = forwarding_at(town.directory.register.forwardings_of(id_of("anna")), town.clock.now())
    assert on is not None
    assert str(on.id) == again["id"]


async def test_an_operator_does_not_forward_others_and_a_head_not_another_operation(town: Town) -> None:
    await forwards(town, 403, who="operator")
    await forwards(town, 403, who="head", person=OLLE)


async def test_a_forwarding_is_changed_and_ended_and_a_protected_target_is_hidden(town: Town) -> None:
    forwarding = await forwards(town, 201, starts_at="2026-08-05T12:00:00+02:00")
    path = f"/forwardings/{forwarding['id']}"
    await problem(await town.ask("PATCH", path, {"target": "205"}, if_match='"3"'), 412)
    changed = await answer(await town.ask("PATCH", path, {"target": HEMLIG_MOBILE}, if_match='"1"'), 200)
    assert changed["target"] == HEMLIG_MOBILE
    assert (await town.get(path, who="operator"))["target"] == "***"
    town.clock.advance(timedelta(hours=3))
    await answer(await town.ask("POST", f"{path}/end", if_match='"2"', who="person"), 200)
    (ended,) = town.directory.register.forwardings_of(id_of("anna"))
    assert forwarding_at((ended,), town.clock.now()) is None
    assert (await town.get("/forwardings"))["items"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "202"},
        {"starts_at": "2026-08-05T10:00:00+02:00", "ends_at": "2026-08-10T10:00:00+02:00"},
        {"kind": "busy"},
        {"ends_at": "2026-08-08T10:00:01+02:00"},
    ],
)
async def test_of_a_forwarding_that_has_begun_only_the_end_is_changed_and_not_beyond_the_longest(
    town: Town, fields: dict[str, str]
) -> None:
    """M3: the days that it was on count, and it does not begin anew."""
    forwarding = await forwards(
        town,
        201,
        target="0701740605",
        starts_at="2026-08-03T10:00:00+02:00",
        ends_at="2026-08-07T10:00:00+02:00",
    )
    path = f"/forwardings/{forwarding['id']}"
    refused = await problem(await town.ask("PATCH", path, fields, if_match="*"), 409)
    assert refused["rules"] == ["M3"]
    body = {"target": "0701740605", "ends_at": "2026-08-08T10:00:00+02:00"}
    changed = await answer(await town.ask("PATCH", path, body, if_match="*"), 200)
    assert (changed["starts_at"], changed["ends_at"]) == (forwarding["starts_at"], body["ends_at"])
