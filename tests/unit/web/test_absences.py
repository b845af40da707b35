"""Absences over REST: who sets them for whom, what is refused, what the next call meets."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from hanvisa.calls.prompts import Referral
from hanvisa.directory.repositories.audit import Audit
from unit.web.town import ANNA_DIRECT, Town, answer, id_of, problem

ANNA, SIV, OLLE, NILS = (str(id_of(name)) for name in ("anna", "siv", "olle", "nils"))
NOON = "2026-08-05T12:00:00+02:00"
BACK_AT = "0"  # in 45 minutes, if nobody says when


async def sets(town: Town, who: str = "admin", **fields: Any) -> Any:
    body = {"person": ANNA, "reason": "1", "ends_at": NOON, **fields}
    return await answer(await town.ask("POST", "/absences", body, who=who), 201)


async def test_an_absence_is_in_the_register_when_it_is_answered(town: Town) -> None:
    response = await town.ask("POST", "/absences", {"person": ANNA, "reason": "1", "ends_at": NOON})
    absence = await answer(response, 201)
    (known,) = town.directory.register.absences_of(id_of("anna"))
    assert str(known.id) == absence["id"]
    assert response.headers["Location"] == f"/api/v1/absences/{absence['id']}"
    assert response.headers["ETag"] == '"1"'
    assert absence["person"] == {"id": ANNA, "name": "Anna Berg"}
    assert absence["starts_at"] == "2026-08-05T10:00:00+02:00"
    assert absence["ends_at"] == NOON


async def test_its_speech_is_prepared_with_and_without_the_direct_number(town: Town) -> None:
    await sets(town)
    assert all(isinstance(prompt, Referral) for prompt in town.voice.prepared)
    assert {prompt.direct_number for prompt in town.voice.prepared} == {None, ANNA_DIRECT}


async def test_a_synthesiser_that_fails_does_not_fail_the_saving(town: Town) -> None:
    town.voice.fails = True
    await sets(town)
    assert town.directory.register.absences_of(id_of("anna"))


@pytest.mark.parametrize(
    ("fields", "ends_at"),
    [
        ({"reason": "0"}, "2026-08-05T10:45:00+02:00"),
        ({"reason": "6"}, "2026-08-06T08:00:00+02:00"),
        ({"reason": "9"}, None),
        ({"reason": "6", "ends_at": None}, None),
        ({"reason": "1", "starts_at": "2026-10-24T10:00:00+02:00"}, "2026-10-26T08:00:00+01:00"),
    ],
)
async def test_an_end_that_is_left_out_is_the_reasons_own(
    town: Town, fields: dict[str, Any], ends_at: str | None
) -> None:
    absence = await answer(await town.ask("POST", "/absences", {"person": ANNA, **fields}), 201)
    assert absence["ends_at"] == ends_at


@pytest.mark.parametrize(
    ("fields", "where", "en"),
    [
        ({"person": str(id_of("nobody"))}, "person", "There is no such person."),
        ({"reason": "5"}, "reason", "There is no reason of absence with the code 5."),
        ({"reason": "A"}, "reason", None),
        ({"ends_at": "2026-08-05T09:00:00+02:00"}, "ends_at", "The end is not after the start."),
        (
            {"starts_at": "2026-08-04T08:00:00Z", "ends_at": "2026-08-04T09:00:00Z"},
            "ends_at",
            "The end is already past.",
        ),
        ({"ends_at": "2026-08-05T12:00:00"}, "ends_at", None),
        ({"substitute": ANNA}, "substitute", "Nobody can be their own substitute."),
        ({"substitute": str(id_of("nobody"))}, "substitute", "There is no such person."),
        ({"telephone_hours": "8-9"}, "telephone_hours", None),
        ({"best_reached": [{"days": [8], "start": "08:00", "end": "09:00"}]}, "best_reached.0.days.0", None),
    ],
)
async def test_what_can_not_be_is_refused_and_named(
    town: Town, fields: dict[str, Any], where: str, en: str | None
) -> None:
    body = {"person": ANNA, "reason": "1", "ends_at": NOON, **fields}
    refused = await problem(await town.ask("POST", "/absences", body), 422)
    assert refused["errors"][0]["where"] == where
    assert en is None or refused["errors"][0]["what"] == en
    assert not town.directory.register.absences.rows


async def test_an_absence_within_one_for_the_same_reason_is_a_mistake(town: Town) -> None:
    await sets(town)
    body = {"person": ANNA, "reason": "1", "ends_at": "2026-08-05T11:00:00+02:00"}
    await problem(await town.ask("POST", "/absences", body), 409)
    await sets(town, ends_at="2026-08-05T13:00:00+02:00")
    await sets(town, reason="6")


async def asks_again(town: Town, *, who: str = "admin", **more: Any) -> ClientResponse:
    """Ten seconds later, as a client does that has not heard the answer."""
    town.clock.advance(timedelta(seconds=10))
    await town.directory.refresh(["absences"])
    return await town.ask("POST", "/absences", {"person": ANNA, "reason": BACK_AT, **more}, who=who)


async def test_one_of_so_many_minutes_that_is_asked_for_again_is_not_there_twice(town: Town) -> None:
    await answer(await asks_again(town), 201)
    await problem(await asks_again(town), 409)
    await answer(await asks_again(town, reason="1", ends_at=NOON), 201)
    await answer(await asks_again(town, ends_at=NOON), 201)  # until then is something else


async def test_of_two_that_are_asked_for_at_once_one_is_set(town: Town) -> None:
    """The first is still at the database when its client has tired of waiting and asks again."""
    body = {"person": ANNA, "reason": BACK_AT}
    both = await asyncio.gather(*(town.ask("POST", "/absences", body) for _ in range(2)))
    assert sorted(one.status for one in both) == [201, 409]


async def test_beside_one_with_an_end_of_its_own_it_is_set(town: Town) -> None:
    await answer(await asks_again(town, ends_at="2026-08-05T10:05:00+02:00"), 201)
    await answer(await asks_again(town), 201)


async def test_after_its_end_it_is_set_again(town: Town) -> None:
    await answer(await asks_again(town), 201)
    town.clock.advance(timedelta(minutes=45))
    await answer(await asks_again(town), 201)


async def test_who_may_not_know_a_private_reason_is_not_told_by_asking_again(town: Town) -> None:
    await answer(await town.ask("PATCH", f"/absence-reasons/{BACK_AT}", {"private": True}, if_match="*"), 200)
    await answer(await asks_again(town), 201)
    await answer(await asks_again(town, who="operator"), 201)
    await problem(await asks_again(town), 409)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("admin", {ANNA, SIV, OLLE, NILS}),
        ("operator", {ANNA, SIV, OLLE, NILS}),
        ("head", {ANNA, SIV}),
        ("manager", {ANNA, SIV}),
        ("superuser", {SIV}),
        ("person", {ANNA}),
    ],
)
async def test_who_may_set_whose_absence(town: Town, who: str, allowed: set[str]) -> None:
    for person in (ANNA, SIV, OLLE, NILS):
        body = {"person": person, "reason": "1", "ends_at": NOON}
        response = await town.ask("POST", "/absences", body, who=who)
        assert response.status == (201 if person in allowed else 403), person


async def test_a_private_reason_is_neutral_to_who_may_not_see_it(town: Town) -> None:
    absence = await sets(town, reason="9", ends_at=None, note="feber")
    seen = {who: await town.get(f"/absences/{absence['id']}", who=who) for who in ("admin", "head", "person")}
    assert {(one["reason"], one["note"]) for one in seen.values()} == {("9", "feber")}
    hidden = await town.get(f"/absences/{absence['id']}", who="operator")
    assert (hidden["reason"], hidden["note"]) == (None, "")
    assert hidden["reason_name"] == {"sv": "Frånvarande", "en": "Absent"}
    (listed,) = (await town.get("/absences", who="operator"))["items"]
    assert listed == hidden


async def test_an_operator_learns_no_private_reason_by_asking_for_the_same_absence(town: Town) -> None:
    """Anna is ill, Siv at a meeting: the answers are the same, forced (which operators may not) and not."""
    await sets(town, reason="9", ends_at=None)
    await sets(town, person=SIV, ends_at=None)
    asked = {"reason": "9", "ends_at": None}
    for extra, status in (({"force_reason": "bara en fråga"}, 403), ({}, 201)):
        ill, well = [
            await town.ask("POST", "/absences", {**asked, **extra, "person": person}, who="operator")
            for person in (ANNA, SIV)
        ]
        assert (ill.status, well.status) == (status, status)
    await problem(await town.ask("POST", "/absences", {**asked, "person": ANNA}, who="head"), 409)


async def test_nor_by_changing_an_absence_to_what_it_may_be_already(town: Town) -> None:
    """One with the same version as before would tell; so would one for a reason that lasts besides."""
    ill, meeting = await sets(town, reason="9", ends_at=None), await sets(town)
    for reason in ("9", "1"):
        same = await town.ask(
            "PATCH", f"/absences/{ill['id']}", {"reason": reason}, who="operator", if_match="*"
        )
        await problem(same, 403)
    path = f"/absences/{meeting['id']}"
    changed = await town.ask("PATCH", path, {"reason": "9"}, who="operator", if_match="*")
    assert (await answer(changed, 200))["reason"] is None
    await problem(await town.ask("PATCH", path, {"reason": "1"}, who="operator", if_match="*"), 403)
    await answer(await town.ask("PATCH", path, {"reason": "1"}, who="head", if_match="*"), 200)


async def test_a_note_that_one_may_not_see_is_not_written_over(town: Town) -> None:
    path = f"/absences/{(await sets(town, reason='9', ends_at=None, note='feber'))['id']}"
    await problem(await town.ask("PATCH", path, {"note": ""}, who="operator", if_match="*"), 403)
    assert (await town.get(path))["note"] == "feber"


async def test_a_list_shows_what_one_reaches_page_by_page(town: Town) -> None:
    for person in (ANNA, SIV, OLLE, NILS):
        await sets(town, person=person)
    first = await town.get("/absences?limit=3")
    second = await town.get(f"/absences?limit=3&cursor={first['next']}")
    assert [len(first["items"]), len(second["items"])] == [3, 1]
    assert second["next"] is None
    assert len((await town.get("/absences", who="head"))["items"]) == 2
    (own,) = (await town.get("/absences", who="person"))["items"]
    assert own["person"]["id"] == ANNA
    assert len((await town.get(f"/absences?person={NILS}"))["items"]) == 1


async def test_a_change_needs_the_newest_version(town: Town) -> None:
    absence = await sets(town, note="före")
    path = f"/absences/{absence['id']}"
    await problem(await town.ask("PATCH", path, {"note": "x"}), 428)
    for stale in ('"7"', 'W/"1"', "1", ""):
        await problem(await town.ask("PATCH", path, {"note": "x"}, if_match=stale), 412 if stale else 428)
    response = await town.ask("PATCH", path, {"note": "efter", "substitute": SIV}, if_match='"1"')
    changed = await answer(response, 200)
    assert (changed["note"], changed["substitute"]["id"], changed["ends_at"]) == ("efter", SIV, NOON)
    assert response.headers["ETag"] == '"2"'
    await problem(await town.ask("PATCH", path, {"note": "x"}, if_match='"1"'), 412)
    await answer(await town.ask("PATCH", path, {"ends_at": None}, if_match='"9", "2"'), 200)
    assert (await town.get(path))["ends_at"] is None


async def test_what_may_not_be_null_is_not_made_null(town: Town) -> None:
    absence = await sets(town)
    body = {"reason": None, "starts_at": None, "note": None, "best_reached": None}
    refused = await problem(await town.ask("PATCH", f"/absences/{absence['id']}", body, if_match="*"), 422)
    assert {fault["where"] for fault in refused["errors"]} == set(body)


async def test_an_ended_absence_is_over_and_kept(town: Town) -> None:
    absence = await sets(town)
    path = f"/absences/{absence['id']}"
    ended = await answer(await town.ask("POST", f"{path}/end", if_match='"1"', who="person"), 200)
    assert ended["ends_at"] == ended["starts_at"]
    assert not town.directory.register.absences_of(id_of("anna"))
    assert (await town.get("/absences"))["items"] == []
    assert [one["id"] for one in (await town.get("/absences?ended=true"))["items"]] == [absence["id"]]


async def test_one_that_is_taken_back_before_it_began_is_over_too(town: Town) -> None:
    absence = await sets(town, starts_at="2026-08-20T08:00:00+02:00", ends_at="2026-08-21T08:00:00+02:00")
    body = {"person": ANNA, "target": "202", "starts_at": "2026-08-20T08:00:00+02:00"}
    forwarding = await answer(await town.ask("POST", "/forwardings", body), 201)
    for path, one in (("/absences", absence), ("/forwardings", forwarding)):
        await answer(await town.ask("POST", f"{path}/{one['id']}/end", if_match='"1"'), 200)
        assert (await town.get(path))["items"] == []
        assert [each["id"] for each in (await town.get(f"{path}?ended=true"))["items"]] == [one["id"]]


async def test_others_do_not_end_or_read_what_they_do_not_reach(town: Town) -> None:
    absence = await sets(town, person=OLLE)
    await problem(await town.ask("GET", f"/absences/{absence['id']}", who="head"), 403)
    await problem(await town.ask("POST", f"/absences/{absence['id']}/end", who="person", if_match="*"), 403)


async def test_every_change_is_in_the_audit_trail(town: Town) -> None:
    absence = await sets(town, who="operator")
    await town.ask("PATCH", f"/absences/{absence['id']}", {"note": "ny"}, if_match='"1"', who="head")
    trail = await Audit(town.database).list(table="absences")
    entries = [(entry.by, entry.action) for entry in trail]
    assert sorted(entries) == [("head", "changed"), ("operator", "created")]
