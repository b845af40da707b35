"""Exceptions over REST: who grants which, and that the very next transfer knows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.directory.repositories.audit import Audit
from hanvisa.policy.facts import ScopeKind
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, Town, answer, id_of, problem

ANNA, OLLE, SIV = (str(id_of(name)) for name in ("anna", "olle", "siv"))
OPERATOR = {"phone": str(id_of("phone siv")), "switchboards": [str(id_of("board"))]}
TRANSFER = {"kind": "transfer", "operator": OLLE, "caller": "08-465 004 00", "target": "070-174 06 05"}
GRANT = {
    "scope": {"kind": "person", "id": ANNA},
    "reason": "Jour i helgen",
    "ends_at": "2026-08-10T08:00:00+02:00",
}


async def grants(town: Town, who: str = "admin", **fields: Any) -> Any:
    return await answer(await town.ask("POST", "/exceptions", {**GRANT, **fields}, who=who), 201)


async def effect_of_a_transfer(town: Town, who: str = "operator") -> str:
    decision = await answer(await town.ask("POST", "/policy/decisions", TRANSFER, who=who), 200)
    return str(decision["effect"])


async def test_an_exception_counts_for_the_very_next_transfer_and_one_revoked_likewise(town: Town) -> None:
    assert await effect_of_a_transfer(town) == "refuse"
    granted = await grants(town)
    assert await effect_of_a_transfer(town) == "allow"
    await answer(await town.ask("POST", f"/exceptions/{granted['id']}/revoke", if_match='"1"'), 200)
    assert await effect_of_a_transfer(town) == "refuse"


async def test_a_number_is_kept_in_e164_and_a_protected_one_is_hidden(town: Town) -> None:
    granted = await grants(town, scope={"kind": "number", "number": "tel:070-174%2006%2005"})
    assert granted["scope"]["number"] == ANNA_MOBILE
    await grants(town, scope={"kind": "number", "number": "0046701740606"})
    shown = {one["scope"]["number"] for one in (await town.get("/exceptions", who="operator"))["items"]}
    assert shown == {ANNA_MOBILE, "***"}
    seen = {one["scope"]["number"] for one in (await town.get("/exceptions", who="head"))["items"]}
    assert seen == {ANNA_MOBILE, HEMLIG_MOBILE}


async def test_one_that_is_asked_for_again_is_not_there_twice(town: Town) -> None:
    """Who has not heard the answer asks again; of its one use two callers would make two."""
    first = await grants(town, max_uses=1)
    town.clock.advance(timedelta(seconds=10))
    told = await problem(await town.ask("POST", "/exceptions", {**GRANT, "max_uses": 1}), 409)
    assert first["id"] in told["detail"]
    assert len((await town.get("/exceptions"))["items"]) == 1


async def test_of_two_at_once_one_is_granted(town: Town) -> None:
    both = await asyncio.gather(*(town.ask("POST", "/exceptions", GRANT) for _ in range(2)))
    assert sorted(one.status for one in both) == [201, 409]


@pytest.mark.parametrize(
    "other",
    [
        {"reason": "Jour på måndagen"},
        {"ends_at": "2026-08-11T08:00:00+02:00"},
        {"max_uses": 2},
        {"operators": [OLLE]},
        {"scope": {"kind": "person", "id": SIV}},
        {"weekly": [{"days": [1], "start": "08:00", "end": "12:00"}]},
    ],
)
async def test_another_is_granted_beside_it(town: Town, other: Any) -> None:
    await grants(town)
    await grants(town, **other)


async def test_what_was_revoked_or_granted_by_another_is_granted_again(town: Town) -> None:
    first = await grants(town)
    await grants(town, who="head")
    await answer(await town.ask("POST", f"/exceptions/{first['id']}/revoke", if_match='"1"'), 200)
    await grants(town)


OWN = [
    {"kind": "person", "id": ANNA},
    {"kind": "department", "id": str(id_of("Kyrkskolan"))},
    {"kind": "number", "number": ANNA_MOBILE},
]
BEYOND = [
    {"kind": "everyone"},
    {"kind": "organisation", "id": str(id_of("Hällefors"))},
    {"kind": "department", "id": str(id_of("Växeln"))},
    {"kind": "person", "id": OLLE},
    {"kind": "number", "number": "+4670174069" + "0"},
]


@pytest.mark.parametrize("scope", OWN + BEYOND, ids=lambda scope: scope["kind"])
async def test_who_may_grant_what(town: Town, scope: dict[str, str]) -> None:
    for who in ("admin", "head", "manager", "operator", "superuser", "person"):
        response = await town.ask("POST", "/exceptions", {**GRANT, "scope": scope}, who=who)
        allowed = who == "admin" or (who in ("head", "manager") and scope in OWN)
        assert response.status == (201 if allowed else 403), who


@pytest.mark.parametrize("scope", BEYOND, ids=lambda scope: scope["kind"])
async def test_a_head_neither_reads_nor_changes_what_is_not_theirs(town: Town, scope: dict[str, str]) -> None:
    granted = await grants(town, scope=scope)
    path = f"/exceptions/{granted['id']}"
    assert (await town.get("/exceptions", who="head"))["items"] == []
    await problem(await town.ask("GET", path, who="head"), 403)
    await problem(await town.ask("PATCH", path, {"reason": "annan"}, who="head", if_match="*"), 403)
    await problem(await town.ask("POST", f"{path}/revoke", who="head", if_match="*"), 403)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"ends_at": "2026-11-04T10:00:01+01:00"}, "ends_at"),
        ({"ends_at": "2026-08-05T09:00:00+02:00"}, "ends_at"),
        ({"starts_at": "2026-08-01T09:00:00Z", "ends_at": "2026-08-02T09:00:00Z"}, "ends_at"),
        ({"ends_at": None}, "ends_at"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x"}, "reason"),
        ({"reason": "Jour"}, "reason"),
        ({"max_uses": 0}, "max_uses"),
        ({"operators": []}, "operators"),
        ({"operators": [ANNA]}, "operators"),
        ({"scope": {"kind": "person"}}, "scope"),
        ({"scope": {"kind": "everyone", "id": ANNA}}, "scope"),
        ({"scope": {"kind": "number"}}, "scope"),
        ({"scope": {"kind": "person", "id": str(id_of("nobody"))}}, "scope.id"),
        ({"scope": {"kind": "number", "number": "0980-31 92 01"}}, "scope.number"),
        ({"scope": {"kind": "number", "number": "112"}}, "scope.number"),
        ({"weekly": [{"days": [], "start": "08:00", "end": "09:00"}]}, "weekly.0.days"),
    ],
)
async def test_what_no_exception_may_be(town: Town, fields: dict[str, Any], where: str) -> None:
    refused = await problem(await town.ask("POST", "/exceptions", {**GRANT, **fields}), 422)
    assert refused["errors"][0]["where"] == where
    assert not town.directory.register.exceptions.rows


async def test_ninety_days_by_the_clock_on_the_wall_are_let_through(town: Town) -> None:
    await grants(town, ends_at="2026-11-03T10:00:00+01:00")


async def test_whom_one_would_let_through_is_told_before_it_is_granted(town: Town) -> None:
    body = {**GRANT, "scope": {"kind": "department", "id": str(id_of("Kyrkskolan"))}}
    told = await answer(await town.ask("POST", "/exception-previews", body, who="head"), 200)
    assert told == {
        "persons": 2,
        "mobiles": 2,
        "confidential": 0,
        "others": False,
        "operators": [{"id": OLLE, "name": "Olle Ek"}],
        "items": [
            {"person": {"id": ANNA, "name": "Anna Berg"}, "number": ANNA_MOBILE, "confidential": False},
            {
                "person": {"id": str(id_of("hemlig")), "name": "Hanna Lind"},
                "number": HEMLIG_MOBILE,
                "confidential": False,
            },
        ],
    }
    assert not town.directory.register.exceptions.rows


async def test_what_could_not_be_granted_is_not_foretold(town: Town) -> None:
    everyone = {**GRANT, "scope": {"kind": "everyone"}}
    told = await answer(await town.ask("POST", "/exception-previews", everyone), 200)
    assert told["others"] is True
    await problem(await town.ask("POST", "/exception-previews", everyone, who="head"), 403)
    await problem(await town.ask("POST", "/exception-previews", GRANT, who="operator"), 403)
    refused = await problem(await town.ask("POST", "/exception-previews", {**GRANT, "reason": "Jour"}), 422)
    assert (refused["rules"], refused["errors"][0]["where"]) == (["O2"], "reason")


async def test_an_exception_without_an_end_is_refused(town: Town) -> None:
    body = {name: value for name, value in GRANT.items() if name != "ends_at"}
    refused = await problem(await town.ask("POST", "/exceptions", body, language="sv"), 422)
    assert refused["errors"] == [{"where": "ends_at", "what": "saknas"}]


async def test_it_is_changed_by_its_newest_version_and_not_when_revoked(town: Town) -> None:
    granted = await grants(town, operators=[OLLE], max_uses=2)
    path = f"/exceptions/{granted['id']}"
    body = {
        "operators": None,
        "max_uses": None,
        "weekly": [{"days": [6, 7], "start": "17:00", "end": "08:00"}],
    }
    changed = await answer(await town.ask("PATCH", path, body, if_match='"1"', who="head"), 200)
    assert {name: changed[name] for name in body} == body
    await problem(await town.ask("PATCH", path, {"max_uses": 1}, if_match='"1"'), 412)
    revoked = await answer(await town.ask("POST", f"{path}/revoke", if_match="*", who="manager"), 200)
    assert (revoked["revoked_by"], revoked["granted_by"]) == ("manager", "admin")
    await problem(await town.ask("PATCH", path, {"max_uses": 1}, if_match="*"), 409)
    assert (await town.get("/exceptions"))["items"] == []
    assert len((await town.get("/exceptions?ended=true"))["items"]) == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"ends_at": "2026-11-04T10:00:01+01:00"}, "ends_at"),
        ({"ends_at": None}, "ends_at"),
        ({"reason": "Jour"}, "reason"),
        ({"operators": [ANNA]}, "operators"),
    ],
)
async def test_what_could_not_be_granted_is_not_made_of_one_by_a_change(
    town: Town, change: dict[str, Any], where: str
) -> None:
    granted = await grants(town)
    path = f"/exceptions/{granted['id']}"
    refused = await problem(await town.ask("PATCH", path, change, if_match="*"), 422)
    assert refused["errors"][0]["where"] == where
    assert await town.get(path) == granted


async def test_whom_it_is_for_is_a_change_as_any_other(town: Town) -> None:
    await answer(await town.ask("POST", "/operators", {**OPERATOR, "person": SIV}), 201)
    granted = await grants(town, operators=[OLLE])
    path, row_id = f"/exceptions/{granted['id']}", f"{granted['id']},{OLLE}"
    changed = await town.ask("PATCH", path, {"operators": [SIV]}, if_match='"1"')
    assert ((await answer(changed, 200))["operators"], changed.headers["ETag"]) == ([SIV], '"2"')
    await problem(await town.ask("PATCH", path, {"operators": [OLLE]}, if_match='"1"'), 412)
    removed, made = await Audit(town.database).list(table="exception_operators", row_id=row_id)
    assert (made.action, removed.action, removed.by) == ("created", "deleted", "admin")
    same = await town.ask("PATCH", path, {"operators": [SIV]}, if_match='"2"')
    assert same.headers["ETag"] == '"2"'


@pytest.mark.parametrize("scope", ["person", "department"])
async def test_what_has_ended_since_does_not_keep_it_from_being_changed(town: Town, scope: str) -> None:
    id_ = ANNA if scope == "person" else str(id_of("Noraskolan"))
    await answer(await town.ask("POST", "/operators", {**OPERATOR, "person": SIV}), 201)
    granted = await grants(town, scope={"kind": scope, "id": id_}, operators=[OLLE, SIV])
    path = f"/exceptions/{granted['id']}"
    for gone in (f"/operators/{OLLE}", f"/persons/{OLLE}", f"/persons/{id_of('nils')}", f"/{scope}s/{id_}"):
        await answer(await town.ask("DELETE", gone, if_match="*"), 200)
    for fields in ({"reason": "Jour i veckan"}, {"ends_at": "2026-08-06T08:00:00+02:00"}, {"max_uses": 2}):
        await answer(await town.ask("PATCH", path, fields, if_match="*"), 200)
    changed = await answer(await town.ask("PATCH", path, {"operators": [SIV]}, if_match="*"), 200)
    assert changed["operators"] == [SIV]
    refused = await problem(await town.ask("PATCH", path, {"operators": [OLLE, SIV]}, if_match="*"), 422)
    assert refused["errors"][0]["where"] == "operators"


async def test_each_use_is_told(town: Town) -> None:
    granted = await grants(town, max_uses=1)
    (exception,) = town.directory.register.exceptions.rows
    assert exception.scope is ScopeKind.PERSON
    assert not await town.directory.reserve_uses([exception.id], "hv-call-9")
    assert [use["call"] for use in (await town.get(f"/exceptions/{granted['id']}/uses"))["items"]] == [
        "hv-call-9"
    ]
    assert await effect_of_a_transfer(town) == "refuse"


async def test_a_list_goes_on_over_what_is_not_ones_own(town: Town) -> None:
    for uses in range(1, 4):
        await grants(town, max_uses=uses)
        await grants(town, max_uses=uses, scope={"kind": "everyone"})
    first = await town.get("/exceptions?limit=2", who="head")
    second = await town.get(f"/exceptions?limit=2&cursor={first['next']}", who="head")
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
