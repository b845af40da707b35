"""Notices of changes (T2): who writes of what, and who has read them."""

from __future__ import annotations

from typing import Any

import pytest

from unit.web.town import Town, answer, id_of, problem

SKOLA, OMSORG = str(id_of("Skola")), str(id_of("Omsorg"))
TEXT = "Kyrkskolan flyttar till Bergslagsgatan på måndag."


async def writes(town: Town, who: str = "manager", **fields: Any) -> Any:
    return await answer(
        await town.ask("POST", "/notices", {"text": TEXT, "operation": SKOLA, **fields}, who=who), 201
    )


async def test_each_operator_and_superuser_acknowledges_it(town: Town) -> None:
    """T2."""
    notice = await writes(town)
    assert {one["name"] for one in notice["missing"]} == {"Olle Ek", "Siv Åkerström"}
    assert (notice["written_by"], notice["operation"]["name"]) == ("manager", "Skola")
    (unread,) = (await town.get("/notices?unread=true", who="operator"))["items"]
    path = f"/notices/{unread['id']}/acknowledge"
    await problem(await town.ask("POST", path, who="operator"), 428)
    read = await answer(await town.ask("POST", path, who="operator", if_match='"1"'), 200)
    assert [(one["person"]["name"], one["at"]) for one in read["acknowledged"]] == [
        ("Olle Ek", "2026-08-05T10:00:00+02:00")
    ]
    assert [one["name"] for one in read["missing"]] == ["Siv Åkerström"]
    assert (await town.get("/notices?unread=true", who="operator"))["items"] == []
    assert len((await town.get("/notices?unread=true", who="superuser"))["items"]) == 1


async def test_another_text_is_to_be_read_again(town: Town) -> None:
    """T2."""
    notice = await writes(town)
    at = f"/notices/{notice['id']}"
    await answer(await town.ask("POST", f"{at}/acknowledge", who="operator", if_match='"1"'), 200)
    changed = await answer(
        await town.ask("PATCH", at, {"text": "På tisdag."}, who="manager", if_match='"1"'), 200
    )
    assert changed["acknowledged"] == []
    assert len((await town.get("/notices?unread=true", who="operator"))["items"]) == 1
    refused = await town.ask("POST", f"{at}/acknowledge", who="operator", if_match='"1"')
    await problem(refused, 412)  # what was on the screen is not what it says now


async def test_one_that_has_ended_is_shown_no_more_and_kept(town: Town) -> None:
    notice = await writes(town)
    at = f"/notices/{notice['id']}"
    ended = await answer(await town.ask("DELETE", at, who="manager", if_match='"1"'), 200)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert (await town.get("/notices", who="operator"))["items"] == []
    assert len((await town.get("/notices?ended=true", who="operator"))["items"]) == 1
    await problem(await town.ask("PATCH", at, {"text": "Nej"}, who="manager", if_match="*"), 409)


@pytest.mark.parametrize(
    ("who", "operation", "status"),
    [
        ("admin", None, 201),
        ("admin", OMSORG, 201),
        ("admin", str(id_of("nowhere")), 422),
        ("manager", SKOLA, 201),
        ("manager", OMSORG, 403),
        ("manager", None, 403),
        ("head", SKOLA, 201),
        ("operator", SKOLA, 403),
        ("person", SKOLA, 403),
    ],
)
async def test_one_writes_of_ones_own_operation(
    town: Town, who: str, operation: str | None, status: int
) -> None:
    body = {"text": TEXT, "operation": operation}
    assert (await town.ask("POST", "/notices", body, who=who)).status == status


async def test_a_user_who_is_no_person_acknowledges_nothing(town: Town) -> None:
    notice = await writes(town)
    refused = await town.ask("POST", f"/notices/{notice['id']}/acknowledge", if_match='"1"')
    await problem(refused, 403)


@pytest.mark.parametrize("text", ["  \n ", "Ny chef\x00", "Ny\x1b[2J chef", "Ny chef\x07."])
async def test_an_empty_notice_is_none_and_one_with_control_characters_neither(town: Town, text: str) -> None:
    await problem(await town.ask("POST", "/notices", {"text": text}), 422)


async def test_a_notice_has_several_lines(town: Town) -> None:
    assert (await writes(town, text="Ny chef:\n\tAnna Berg\n"))["text"] == "Ny chef:\n\tAnna Berg\n"
