"""Exceptions that an operator makes on the spot, over the API: what is granted, what is not, and who sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.repositories.exceptions import Exceptions
from hanvisa.directory.tables import PersonRow
from hanvisa.ids import new_id
from hanvisa.policy.facts import ScopeKind
from unit.web.test_live import CALL, OLLE
from unit.web.town import ANNA_MOBILE, NOW, Town, answer, id_of, problem

PATH = "/live/calls/hv-k-1/exception"
ANNA = {"kind": "person", "id": str(id_of("anna"))}
REASON = "Läckan måste stoppas nu"


@pytest.fixture
def lets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting lets operators do it."""
    monkeypatch.setenv("HANVISA_EXCEPTIONS_ON_THE_SPOT", "yes")


async def makes(town: Town, status: int = 201, who: str = "operator", **fields: Any) -> Any:
    body = {"scope": ANNA, "reason": REASON, **fields}
    response = await town.ask("POST", PATH, body, who=who)
    return await (answer if status == 201 else problem)(response, status)


async def test_by_default_no_operator_makes_one(town: Town) -> None:
    town.live.up = [CALL]
    refused = await makes(town, 409)
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", ["O2"])
    assert "setting" in refused["because"]
    assert not town.directory.register.exceptions.rows


@pytest.mark.usefixtures("lets")
async def test_it_is_for_the_call_at_hand_once_and_by_that_operator(town: Town) -> None:
    town.live.up = [CALL]
    made = await makes(town, scope={"kind": "number", "number": "070-174 06 05"})
    assert (made["call"], made["granted_by"], made["max_uses"]) == ("hv-k-1", "operator", 1)
    assert (made["operators"], made["ends_at"]) == ([str(OLLE)], "2026-08-05T11:00:00+02:00")
    [kept] = town.directory.register.exceptions.rows
    assert (kept.scope, kept.number, kept.call) == (ScopeKind.NUMBER, ANNA_MOBILE, "hv-k-1")


@pytest.mark.usefixtures("lets")
@pytest.mark.parametrize(
    ("call", "fields", "rules"),
    [
        ({"confidential": True}, {}, ["M4"]),
        ({"caller": CALL.other, "other": None, "held": False}, {}, None),
        ({"other": None, "held": True}, {}, None),
        ({"other": None}, {}, ["O2"]),
        ({"other": CALL.caller, "operator": None}, {}, ["O2"]),
        ({}, {"scope": {"kind": "everyone"}}, ["O2"]),
        ({}, {"scope": {"kind": "department", "id": str(id_of("Kyrkskolan"))}}, ["O2"]),
        ({}, {"ends_at": "2026-08-05T11:00:01+02:00"}, ["O2"]),
        ({}, {"ends_at": "2026-08-05T11:00:00+02:00"}, None),
    ],
)
async def test_what_it_may_be_and_for_whom(
    town: Town, call: dict[str, Any], fields: dict[str, Any], rules: list[str] | None
) -> None:
    town.live.up = [replace(CALL, **call)]
    if rules is None:
        await makes(town, **fields)
    else:
        assert (await makes(town, 409, **fields))["rules"] == rules
    assert len(town.directory.register.exceptions.rows) == (rules is None)


@pytest.mark.usefixtures("lets")
async def test_one_that_is_asked_for_again_is_not_there_twice(town: Town) -> None:
    """By who has not heard the answer; for another reason, or another call, it is another."""
    town.live.up = [CALL, replace(CALL, id="hv-k-2")]
    await makes(town)
    town.clock.advance(timedelta(seconds=10))
    await makes(town, 409)
    assert len(town.directory.register.exceptions.rows) == 1
    await makes(town, reason="Vattnet stiger i källaren")
    body = {"scope": ANNA, "reason": REASON}
    await answer(await town.ask("POST", "/live/calls/hv-k-2/exception", body, who="operator"), 201)


FIVE_MINUTES = "2026-08-05T10:05:00+02:00"


@pytest.mark.usefixtures("lets")
async def test_one_that_has_ended_unused_is_made_again(town: Town) -> None:
    town.live.up = [CALL]
    await makes(town, ends_at=FIVE_MINUTES)
    town.clock.advance(timedelta(minutes=5))
    await makes(town)
    await makes(town, 409)


@pytest.mark.usefixtures("lets")
async def test_one_that_is_used_is_not_made_again_for_its_call(town: Town) -> None:
    """Not when it has ended either: it is for one transfer. What is said tells the operator nothing they may not do."""
    town.live.up = [CALL]
    made = await makes(town, ends_at=FIVE_MINUTES)
    uses = {UUID(made["id"]): new_id()}
    assert not await Exceptions(town.database).reserve_uses(uses, CALL.id, NOW, too_late=lambda: False)
    told = await makes(town, 409)
    assert told["detail"].endswith(f"for this call already: {made['id']}. It holds once.")
    town.clock.advance(timedelta(minutes=6))
    await makes(town, 409)


@pytest.mark.usefixtures("lets")
async def test_a_confidential_persons_mobile_is_none(town: Town) -> None:
    town.live.up = [CALL]
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("anna"))).confidential = True
    await town.directory.refresh()
    for scope in (ANNA, {"kind": "number", "number": ANNA_MOBILE}):
        assert (await makes(town, 409, scope=scope))["rules"] == ["M4"]


@pytest.mark.usefixtures("lets")
async def test_only_operators_make_them_and_only_for_calls_that_are_up(town: Town) -> None:
    await makes(town, 404)
    town.live.up = [CALL]
    for who in ("admin", "head", "manager", "superuser", "person"):
        await makes(town, 403, who=who)
    await makes(town, 422, scope={"kind": "number", "number": "0980-31 92 01"})


@pytest.mark.usefixtures("lets")
async def test_the_head_sees_the_next_day_those_that_were_made(town: Town) -> None:
    town.live.up = [CALL]
    beforehand = {"scope": ANNA, "reason": "Jour i helgen", "ends_at": "2026-08-10T08:00:00+02:00"}
    await answer(await town.ask("POST", "/exceptions", beforehand), 201)
    made = await makes(town)
    town.clock.at += timedelta(days=1)
    path = "/exceptions?on_the_spot=true&since="
    [seen] = (await town.get(f"{path}2026-08-05T08:00:00Z", who="head"))["items"]
    assert (seen["id"], seen["reason"], seen["granted_by"]) == (made["id"], REASON, "operator")
    assert (await town.get(f"{path}2026-08-05T08:00:01Z", who="head"))["items"] == []
    assert (await town.get("/exceptions?on_the_spot=true", who="head"))["items"] == []
    [other] = (await town.get("/exceptions?on_the_spot=false", who="head"))["items"]
    assert other["call"] is None
