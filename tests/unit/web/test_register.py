"""The register's plain resources over REST: made, changed, ended; each by the same rules."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories import turns
from hanvisa.directory.repositories.audit import Audit
from hanvisa.policy.facts import TargetKind
from hanvisa.web.api.register import RESOURCES
from unit.web.town import ANNA_DIRECT, ANNA_MOBILE, HEMLIG_MOBILE, MAIN, Town, answer, id_of, problem

HALLEFORS, NORA, SKOLA, KYRK, ANNA, OLLE = (
    str(id_of(name)) for name in ("Hällefors", "Nora", "Skola", "Kyrkskolan", "anna", "olle")
)
BOARD = str(id_of("board"))
# Nordic, Sami and Finnish letters, and those that immigrants bring.
LETTERS = "Åsa Ægir Øyvind Đorđe Ŋuorra Čohkká Šávká Ŧuoŋŋa Žiekŋa Þórður Ðíana Ÿrjö Õnne Üve Èva Ñandú Łucja"
MADE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("organisations", {"name": LETTERS, "prefix": "83"}, {"area_code": "0587"}),
    ("operations", {"name": LETTERS, "organisation": HALLEFORS}, {"head": ANNA}),
    ("departments", {"name": LETTERS, "operation": SKOLA}, {"stand_in_department": KYRK}),
    ("cost-centres", {"name": LETTERS, "code": "4100", "organisation": NORA}, {"manager": OLLE}),
    ("sites", {"name": LETTERS, "organisation": NORA}, {"location_number": "+46980319230"}),
    ("groups", {"name": LETTERS, "organisation": NORA}, {"members": [{"person": ANNA, "number": None}]}),
    (
        "switchboards",
        {"name": LETTERS, "organisation": NORA, "greeting": {"sv": "Välkommen.", "en": "Welcome."}},
        {"closed": {"sv": "Stängt.", "en": "Closed."}},
    ),
    ("codes", {"code": "*23", "action": "set_absence"}, {"action": "end_absence"}),
    ("carriers", {"name": LETTERS}, {"appointed": True}),
    ("phones", {"account": "nora-301", "organisation": NORA}, {"owner": ANNA}),
    (
        "extensions",
        {"number": "315", "organisation": NORA, "kind": "person", "target": ANNA},
        {"target": OLLE},
    ),
    ("numbers", {"number": "+46980319233", "kind": "person", "target": ANNA}, {"confidential": True}),
]


async def makes(town: Town, path: str, **fields: Any) -> Any:
    return await answer(await town.ask("POST", f"/{path}", fields), 201)


async def ends(town: Town, path: str, status: int = 200) -> Any:
    tag = (await town.ask("GET", path)).headers["ETag"]
    response = await town.ask("DELETE", path, if_match=tag)
    return await (answer(response, status) if status == 200 else problem(response, status))


def shown_as(value: Any) -> Any:
    """A reference is answered with its name."""
    match value:
        case {"id": id_, "name": _}:
            return id_
        case list():
            return [{name: shown_as(one) for name, one in item.items()} for item in value]
        case _:
            return value


@pytest.mark.parametrize(("path", "fields", "change"), MADE, ids=[path for path, *_ in MADE])
async def test_it_is_made_changed_ended_and_the_trail_tells(
    town: Town, path: str, fields: dict[str, Any], change: dict[str, Any]
) -> None:
    response = await town.ask("POST", f"/{path}", fields)
    made = await answer(response, 201)
    at = f"/{path}/{made['id']}"
    assert (response.headers["Location"], response.headers["ETag"]) == (f"/api/v1{at}", '"1"')
    assert {name: shown_as(made[name]) for name in fields} == fields
    assert await town.get(at) == made

    await problem(await town.ask("PATCH", at, change), 428)
    response = await town.ask("PATCH", at, change, if_match='"1"')
    changed = await answer(response, 200)
    assert {name: shown_as(changed[name]) for name in change} == change
    assert {name: changed[name] for name in fields if name not in change} == {
        name: made[name] for name in fields if name not in change
    }
    await problem(await town.ask("PATCH", at, change, if_match='"1"'), 412)

    ended = await ends(town, at)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert made["id"] not in [one["id"] for one in (await town.get(f"/{path}"))["items"]]
    assert ended in (await town.get(f"/{path}?ended=true&limit=200"))["items"]
    again = await problem(await town.ask("PATCH", at, change, if_match="*"), 409)
    assert again["detail"].startswith("It has ended")
    trail = await Audit(town.database).list(table=path.replace("-", "_"), row_id=made["id"])
    assert [entry.action for entry in trail][-1] == "created"
    assert {entry.by for entry in trail} == {"admin"}
    assert trail[0].before == {"ended_at": None}


async def test_two_who_change_the_same_at_once_do_not_overwrite_each_other(town: Town) -> None:
    made = await makes(town, "sites", name="Tingshuset", organisation=NORA)
    at = f"/sites/{made['id']}"
    answers = await asyncio.gather(
        *(town.ask("PATCH", at, {"name": f"Tingshuset {one}"}, if_match='"1"') for one in range(5))
    )
    assert sorted(one.status for one in answers) == [200, 412, 412, 412, 412]


async def test_who_waits_too_long_for_others_is_told_so_and_not_of_a_dead_database(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_LONGEST", 0.1)
    async with turns.changing_register(town.database, Actor("import")):
        with capture_logs() as logged:
            response = await town.ask("POST", "/sites", {"name": "Tingshuset", "organisation": NORA})
    told = await problem(response, 503)
    assert told["error_id"] == "busy"
    assert told["detail"] == "Others are changing the register just now."
    assert told["what_to_do"] == "Try again in a while.", (
        "nothing is missing of which /health/ready would say"
    )
    assert response.headers["Retry-After"] == "5"
    assert [line["event"] for line in logged] == ["web.others_are_changing_the_register"]


async def test_a_change_counts_for_the_next_call(town: Town) -> None:
    """The register that calls are decided by has it before the answer comes."""
    await makes(town, "numbers", number="0980-31 92 33", kind="department", target=KYRK)
    found = town.directory.register.number("+46980319233")
    assert found is not None
    assert (found.kind, found.target_id) == (TargetKind.DEPARTMENT, id_of("Kyrkskolan"))
    phone = await makes(town, "phones", account="hallefors-299", organisation=HALLEFORS)
    assert town.directory.register.phone_of_account("hallefors-299") is not None
    await ends(town, f"/phones/{phone['id']}")
    assert town.directory.register.phone_of_account("hallefors-299") is None


@pytest.mark.parametrize(
    ("path", "fields", "where"),
    [
        ("operations", {"name": "Vård", "organisation": str(id_of("nowhere"))}, "organisation"),
        ("operations", {"name": "Vård", "organisation": HALLEFORS, "head": BOARD}, "head"),
        ("operations", {"name": " ", "organisation": HALLEFORS}, "name"),
        ("operations", {"name": "Vård\n", "organisation": HALLEFORS}, "name"),
        ("organisations", {"name": "Lindesbergs kommun", "prefix": "82"}, "prefix"),
        ("organisations", {"name": "Lindesbergs kommun", "prefix": "x"}, "prefix"),
        ("extensions", {"number": "112", "organisation": NORA, "kind": "person", "target": ANNA}, "number"),
        ("extensions", {"number": "012", "organisation": NORA, "kind": "person", "target": ANNA}, "number"),
        ("extensions", {"number": "315", "organisation": NORA, "kind": "group", "target": ANNA}, "target"),
        ("extensions", {"number": "81201", "organisation": NORA, "kind": "person", "target": ANNA}, "number"),
        ("numbers", {"number": "12", "kind": "person", "target": ANNA}, "number"),
        ("groups", {"name": "Jour", "organisation": NORA, "members": [{}]}, "members"),
        ("groups", {"name": "Jour", "organisation": NORA, "members": [{"person": BOARD}]}, "members"),
        ("codes", {"code": "23", "action": "set_absence"}, "code"),
        ("codes", {"code": "*23", "action": "dance"}, "action"),
        ("phones", {"account": "Nora 301", "organisation": NORA}, "account"),
        ("sites", {"name": "Rådhuset", "organisation": NORA, "telephone_hours": "8-9"}, "telephone_hours"),
    ],
)
async def test_what_can_not_be_is_refused_by_its_field(
    town: Town, path: str, fields: dict[str, Any], where: str
) -> None:
    refused = await problem(await town.ask("POST", f"/{path}", fields), 422)
    assert refused["errors"][0]["where"].split(".")[0] == where


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("extensions", {"number": "301", "organisation": NORA, "kind": "person", "target": ANNA}),
        ("numbers", {"number": "0980-31 92 01", "kind": "person", "target": OLLE}),
        ("phones", {"account": "anna", "organisation": HALLEFORS}),
    ],
)
async def test_what_is_taken_is_not_made_twice(town: Town, path: str, fields: dict[str, Any]) -> None:
    refused = await problem(await town.ask("POST", f"/{path}", fields), 409)
    assert "already" in refused["detail"]


async def test_an_ended_ones_number_can_be_given_to_another(town: Town) -> None:
    (of_nils,) = (await town.get(f"/extensions?organisation={NORA}"))["items"]
    await ends(town, f"/extensions/{of_nils['id']}")
    await makes(town, "extensions", number="301", organisation=NORA, kind="person", target=ANNA)


@pytest.mark.parametrize(
    ("path", "because"),
    [
        (f"/organisations/{HALLEFORS}", "The organisation is still needed, by "),
        (f"/operations/{SKOLA}", "The operation is still needed, by department Kyrkskolan."),
        (f"/departments/{KYRK}", "3 persons belong to the department. Move everybody first."),
        (f"/phones/{id_of('phone olle')}", "The phone is still needed, by operator Olle Ek."),
        (f"/switchboards/{BOARD}", "The switchboard is still needed, by number +46980319200."),
    ],
)
async def test_what_is_still_needed_is_not_ended(town: Town, path: str, because: str) -> None:
    refused = await ends(town, path, 409)
    assert refused["detail"].startswith(because)
    assert (await town.get(path))["ended_at"] is None


async def test_a_telephone_manager_is_of_the_organisation(town: Town) -> None:
    """T1, when an operation is made, when it is given one, and when it moves."""
    nils = str(id_of("nils"))
    body = {"name": "Vård", "organisation": HALLEFORS, "telephone_manager": nils}
    refused = await problem(await town.ask("POST", "/operations", body), 409)
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", ["T1"])
    assert refused["because"].startswith("Nils Öberg is of another organisation than Vård.")
    made = await makes(town, "operations", **{**body, "telephone_manager": ANNA})
    at = f"/operations/{made['id']}"
    for change in ({"telephone_manager": nils}, {"organisation": NORA}):
        refused = await problem(await town.ask("PATCH", at, change, if_match="*"), 409)
        assert refused["rules"] == ["T1"]
    moved = {"organisation": NORA, "telephone_manager": nils}
    assert (await answer(await town.ask("PATCH", at, moved, if_match="*"), 200))["telephone_manager"][
        "id"
    ] == nils
    without = await answer(await town.ask("PATCH", at, {"telephone_manager": None}, if_match="*"), 200)
    assert without["telephone_manager"] is None


async def test_nothing_stands_in_for_itself(town: Town) -> None:
    body = {"stand_in_department": KYRK}
    refused = await problem(await town.ask("PATCH", f"/departments/{KYRK}", body, if_match="*"), 422)
    assert refused["errors"][0] == {
        "where": "stand_in_department",
        "what": "Nothing can refer to itself here.",
    }


async def test_one_that_has_ended_is_referred_to_no_more(town: Town) -> None:
    site = await makes(town, "sites", name="Tingshuset", organisation=NORA)
    await ends(town, f"/sites/{site['id']}")
    body = {"account": "nora-301", "organisation": NORA, "site": site["id"]}
    refused = await problem(await town.ask("POST", "/phones", body), 422)
    assert refused["errors"][0]["where"] == "site"


async def test_a_group_is_rung_in_the_order_in_which_it_was_given(town: Town) -> None:
    members = [{"number": ANNA_MOBILE}, {"person": OLLE}, {"person": ANNA}]
    group = await makes(town, "groups", name="Jour", organisation=HALLEFORS, members=members)
    at = f"/groups/{group['id']}"
    body = {"members": [{"person": ANNA}, {"number": HEMLIG_MOBILE}, {"person": OLLE}]}
    changed = await answer(await town.ask("PATCH", at, body, if_match='"1"'), 200)
    assert [one["person"]["name"] if one["person"] else one["number"] for one in changed["members"]] == [
        "Anna Berg",
        HEMLIG_MOBILE,
        "Olle Ek",
    ]
    (known,) = town.directory.register.groups.rows
    assert known.member_ids == (id_of("anna"), id_of("olle"))
    hidden = await town.get(at, who="person")
    assert [one["number"] for one in hidden["members"]] == [None, "***", None]


async def test_no_group_has_a_number_of_ours_that_is_not_a_persons(town: Town) -> None:
    """It would ring nobody, and nobody was told."""
    where = {"name": "Jour", "organisation": HALLEFORS}
    persons = await makes(town, "groups", **where, members=[{"number": ANNA_DIRECT}, {"number": ANNA_MOBILE}])
    at = f"/groups/{persons['id']}"
    for answered in (
        await town.ask("POST", "/groups", {**where, "members": [{"number": MAIN}]}),
        await town.ask("PATCH", at, {"members": [{"person": OLLE}, {"number": MAIN}]}, if_match='"1"'),
    ):
        refused = await problem(answered, 422)
        assert refused["errors"] == [
            {
                "where": "members",
                "what": f"{MAIN} leads to a department, a group or a switchboard of ours, and does not ring in a"
                " group. Name the persons instead.",
            }
        ]
    assert [one["number"] for one in (await town.get(at))["members"]] == [ANNA_DIRECT, ANNA_MOBILE]


async def test_nor_does_a_number_become_one_while_a_group_has_it(town: Town) -> None:
    members = [{"number": "0980-31 92 33"}]
    group = await makes(town, "groups", name="Jour", organisation=HALLEFORS, members=members)
    number = {"number": "0980-31 92 33", "kind": "department", "target": KYRK}
    refused = await problem(await town.ask("POST", "/numbers", number), 422)
    assert refused["errors"][0]["where"] == "number"
    persons = await makes(town, "numbers", number="0980-31 92 33", kind="person", target=ANNA)
    body = {"kind": "department", "target": KYRK}
    await problem(await town.ask("PATCH", f"/numbers/{persons['id']}", body, if_match="*"), 422)
    await ends(town, f"/groups/{group['id']}")
    await answer(await town.ask("PATCH", f"/numbers/{persons['id']}", body, if_match="*"), 200)


async def test_a_reason_of_absence_is_changed_by_its_code(town: Town) -> None:
    body = {"spoken": {"sv": "har semester", "en": "is on holiday"}, "default_until": "next_working_day"}
    at = "/absence-reasons/6"
    tag = (await town.ask("GET", at)).headers["ETag"]
    changed = await answer(await town.ask("PATCH", at, body, if_match=tag), 200)
    assert (changed["code"], changed["spoken"], changed["private"]) == ("6", body["spoken"], False)
    known = town.directory.register.reason("6")
    assert known is not None
    assert (known.spoken.sv, known.default_until) == ("har semester", "next_working_day")
    for method in ("DELETE", "PUT"):
        refused = await problem(await town.ask(method, at, if_match=tag), 405)
        assert refused["detail"] == f"{method} is not possible here; GET, HEAD, PATCH is."


@pytest.mark.parametrize(
    ("q", "found"),
    [("hallefors", 0), ("hällefors", 1), ("HÄLLEFORS", 1), ("nora kommun", 1), ("ŋ đ", 1), ("ÞÓRÐUR", 1)],
)
async def test_they_are_found_by_words_in_any_case(town: Town, q: str, found: int) -> None:
    await makes(town, "organisations", name=LETTERS)
    response = await town.client.get(
        "/api/v1/organisations", params={"q": q}, headers={"Authorization": f"Bearer {town.tokens['admin']}"}
    )
    assert len((await answer(response, 200))["items"]) == found


async def test_a_letter_is_one_however_it_was_written(town: Town) -> None:
    made = await makes(town, "sites", name="A\u030asa", organisation=NORA)
    assert made["name"] == "Åsa"


async def test_they_come_page_by_page_and_by_what_they_belong_to(town: Town) -> None:
    for number in range(5):
        await makes(town, "sites", name=f"Plats {number}", organisation=NORA if number else HALLEFORS)
    names, path = [], f"/sites?organisation={NORA}&limit=3"
    while path:
        page = await town.get(path)
        names += [one["name"] for one in page["items"]]
        path = f"/sites?organisation={NORA}&limit=3&cursor={page['next']}" if page["next"] else ""
    assert names == ["Plats 1", "Plats 2", "Plats 3", "Plats 4"]


async def test_only_an_admin_reads_every_number(town: Town) -> None:
    """Protected persons' are among them."""
    for who in ("head", "manager", "operator", "superuser", "person"):
        for path in ("/numbers", "/extensions", "/phones"):
            await problem(await town.ask("GET", path, who=who), 403)
        assert (await town.get("/departments", who=who))["items"]


def test_each_resource_is_tried() -> None:
    tried = {f"/{path}" for path, *_ in MADE} | {"/absence-reasons"}
    assert {resource.path for resource in RESOURCES} == tried
