"""`hanvisa import` over HTTP: the difference first, and then that difference and no other."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.tables import (
    DepartmentRow,
    GroupMemberRow,
    GroupRow,
    NumberRow,
    OperatorRow,
    OrganisationRow,
    SwitchboardRow,
)
from unit.web.town import ANNA_DIRECT, NOW, Town, answer, id_of, problem

ORGANISATIONS = "id,name,prefix\nbkt,Bergslagens Kommunalteknik,84\n"
PREVIEW, IMPORT = "/import-previews", "/imports"
MADE_BY_API = {
    "numbers": "number,kind,target\n0980-31 92 01,person,siv\n",
    "mobiles": "number,person,carrier,grounds,decided_by,decided_at\n"
    "070-174 06 05,anna,Bolaget,rör sig,chefen,2026-01-01T08:00\n",
    "carriers": "name,appointed\nUpphandlad operatör,no\n",
    "phones": "account,organisation,owner\nanna,hk,siv\n",
    "extensions": "number,organisation,kind,target\n201,hk,person,siv\n",
    "operators": "person,phone,switchboards\nolle,olle,vx\n",
    "roles": "user,role\nadmin,admin\n",
}
"""Files with what the town has, none of which came from a file."""


async def sends(
    town: Town,
    path: str,
    *,
    who: str = "admin",
    if_match: str | None = None,
    kind: str = "multipart",
    language: str = "en",
    **files: str,
) -> ClientResponse:
    headers = {"Authorization": f"Bearer {town.tokens[who]}", "Accept-Language": language}
    if if_match is not None:
        headers["If-Match"] = if_match
    data: Any = files
    if kind == "multipart":
        data = FormData(default_to_multipart=True)
        for name, text in files.items():
            data.add_field("file", io.BytesIO(text.encode()), filename=f"{name}.csv")
    return await town.client.post("/api/v1" + path, data=data, headers=headers)


async def test_what_would_change_is_shown_and_then_carried_out(town: Town) -> None:
    shown = await sends(town, PREVIEW, organisations=ORGANISATIONS)
    body = await answer(shown, 200)
    assert body["tables"] == [
        {"table": "organisations", "created": 1, "changed": 0, "ended": 0, "unchanged": 0}
    ]
    assert body["rows"] == [
        {
            "table": "organisations",
            "key": "bkt",
            "name": "Bergslagens Kommunalteknik",
            "what": "created",
            "values": [],
        }
    ]
    assert not (await town.get("/organisations?q=Bergslagens"))["items"], "nothing was changed"
    tag = shown.headers["ETag"]
    done = await answer(await sends(town, IMPORT, if_match=tag, organisations=ORGANISATIONS), 200)
    assert done == body
    (made,) = (await town.get("/organisations?q=Bergslagens"))["items"]
    (entry,) = (await town.get(f"/audit?row={made['id']}"))["items"]
    assert entry["by"] == "admin"


async def test_a_row_that_differs_shows_from_what_to_what(town: Town) -> None:
    tag = (await sends(town, PREVIEW, organisations=ORGANISATIONS)).headers["ETag"]
    await answer(await sends(town, IMPORT, if_match=tag, organisations=ORGANISATIONS), 200)
    other = ORGANISATIONS.replace("84", "85")
    body = await answer(await sends(town, PREVIEW, organisations=other), 200)
    assert body["rows"][0]["values"] == [{"column": "prefix", "before": "84", "after": "85"}]
    none = "id,name\n"
    body = await answer(await sends(town, f"{PREVIEW}?end_missing=true", organisations=none), 200)
    assert [(row["key"], row["what"]) for row in body["rows"]] == [("bkt", "ended")]


async def imports(town: Town, **files: str) -> dict[str, Any]:
    """What the preview says, which must be what is done."""
    shown = await sends(town, PREVIEW, **files)
    done = await sends(town, IMPORT, if_match=shown.headers["ETag"], **files)
    body: dict[str, Any] = await answer(done, 200)
    assert body == await answer(shown, 200)
    return body


@pytest.mark.parametrize("name", MADE_BY_API)
async def test_what_was_made_by_api_and_stands_in_a_file_is_the_same_row(town: Town, name: str) -> None:
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(OrganisationRow, id_of("Hällefors"))).external_id = "hk"
        (await session.get_one(SwitchboardRow, id_of("board"))).external_id = "vx"
    files = {name: MADE_BY_API[name]}
    body = await imports(town, **files)
    assert [(one["created"], one["changed"]) for one in body["tables"]] == [(0, 1)] * len(body["tables"])
    assert (await imports(town, **files))["rows"] == []


async def test_of_a_number_that_ended_and_one_that_is_in_use_the_file_has_the_latter(town: Town) -> None:
    async with town.database.changing(SYSTEM) as session:
        ended = NumberRow(
            number=ANNA_DIRECT, kind="person", target_id=id_of("olle"), external_id=ANNA_DIRECT, ended_at=NOW
        )
        session.add(ended)
    body = await imports(town, numbers=MADE_BY_API["numbers"])
    assert [row["what"] for row in body["rows"]] == ["changed"]
    async with town.database.reading() as session:
        rows = (await session.scalars(select(NumberRow).where(NumberRow.number == ANNA_DIRECT))).all()
    assert {(row.target_id, row.external_id, row.ended_at) for row in rows} == {
        (id_of("olle"), None, NOW),
        (id_of("siv"), ANNA_DIRECT, None),
    }


async def test_who_was_an_operator_is_one_again(town: Town) -> None:
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(SwitchboardRow, id_of("board"))).external_id = "vx"
        (await session.get_one(OperatorRow, id_of("operator"))).ended_at = NOW
    body = await imports(town, operators=MADE_BY_API["operators"])
    assert [(row["key"], row["what"]) for row in body["rows"]] == [("olle", "changed")]


async def test_a_department_may_have_the_number_of_a_group_that_ends(town: Town) -> None:
    """What a group has that stays, nobody would be rung by; of one that ends the members lead nowhere any more."""
    number = "+46980319277"
    async with town.database.changing(SYSTEM) as session:
        (await session.get_one(OrganisationRow, id_of("Hällefors"))).external_id = "hk"
        (await session.scalars(select(DepartmentRow).limit(1))).one().external_id = "avd"
        session.add(group := GroupRow(name="Jour", organisation_id=id_of("Hällefors"), external_id="jour"))
        await session.flush()
        session.add(GroupMemberRow(group_id=group.id, position=1, number=number))
    files = {
        "groups": "id,name,organisation\nannan,Annan jour,hk\n",
        "numbers": f"number,kind,target\n{number},department,avd\n",
    }
    told = await problem(await sends(town, PREVIEW, **files), 422)
    assert [one["where"] for one in told["errors"]] == ["numbers.csv, line 2, column number"]
    body = await answer(await sends(town, f"{PREVIEW}?end_missing=true", **files), 200)
    assert ("jour", "ended") in [(row["key"], row["what"]) for row in body["rows"]]


@pytest.mark.parametrize("ends_at", ["2026-08-15T00:00", "2026-08-16T00:00"])
async def test_an_absence_that_does_not_end_after_it_begins_is_named(town: Town, ends_at: str) -> None:
    absences = f"id,person,reason,starts_at,ends_at\na1,anna,6,2026-08-16T00:00,{ends_at}\n"
    told = await problem(await sends(town, PREVIEW, absences=absences), 422)
    assert told["errors"] == [
        {"where": "absences.csv, line 2, column ends_at", "what": "it does not come after starts_at."}
    ]


async def test_another_difference_than_was_shown_is_not_carried_out(town: Town) -> None:
    tag = (await sends(town, PREVIEW, organisations=ORGANISATIONS)).headers["ETag"]
    await problem(await sends(town, IMPORT, organisations=ORGANISATIONS), 428)
    other = ORGANISATIONS.replace("84", "85")
    await problem(await sends(town, IMPORT, if_match=tag, organisations=other), 412)
    await problem(
        await sends(town, f"{IMPORT}?end_missing=true", if_match=tag, organisations=ORGANISATIONS), 412
    )
    assert not (await town.get("/organisations?q=Bergslagens"))["items"]


async def test_what_is_wrong_is_told_by_file_line_and_column(town: Town) -> None:
    wrong = "id,name,prefix\nbkt,,84\nxyz,Xyz,abc\n"
    told = await problem(await sends(town, PREVIEW, organisations=wrong, unknown="id\n1\n"), 422)
    assert [one["where"] for one in told["errors"]] == ["unknown.csv"]
    told = await problem(await sends(town, PREVIEW, organisations=wrong), 422)
    assert told["errors"] == [
        {"where": "organisations.csv, line 2, column name", "what": "it is empty."},
        {"where": "organisations.csv, line 3, column prefix", "what": "“abc” is not digits alone."},
    ]


async def test_what_is_wrong_is_told_in_the_askers_language(town: Town) -> None:
    wrong = "id,name,prefix\nbkt,,84\n"
    told = await problem(await sends(town, PREVIEW, language="sv", organisations=wrong), 422)
    assert told["detail"] == "Inget importerades: 1 fel i filerna."
    assert told["errors"] == [{"where": "organisations.csv, line 2, column name", "what": "den är tom."}]


async def test_what_is_no_files_is_refused(town: Town) -> None:
    told = await problem(await sends(town, PREVIEW, kind="form", organisations=ORGANISATIONS), 415)
    assert told["error_id"] == "not-files"
    await problem(await sends(town, PREVIEW), 422)
    large = "x" * (33 * 1024 * 1024)
    await problem(await sends(town, PREVIEW, organisations=large), 413)


async def test_a_form_that_can_not_be_read_is_refused(town: Town) -> None:
    for body in (
        b'--b\r\nContent-Disposition: form-data; name="\x00"\r\n\r\nx\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nid',
        b"something else",
    ):
        headers = {
            "Authorization": f"Bearer {town.tokens['admin']}",
            "Content-Type": "multipart/form-data; boundary=b",
        }
        response = await town.client.post(f"/api/v1{PREVIEW}", data=body, headers=headers)
        assert (await problem(response, 415))["error_id"] == "not-files"


async def test_only_who_may_change_the_register_imports(town: Town) -> None:
    for who in ("manager", "head", "operator", "superuser", "person"):
        for path in (PREVIEW, IMPORT):
            await problem(await sends(town, path, who=who, if_match="*", organisations=ORGANISATIONS), 403)
