"""Extracts on the pages (F2): one asks, another decides, both look, and every look is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.calls import CallRecords
from unit.web.pages.test_follow_up import head_of, signed_in
from unit.web.pages.visiting import Visitor
from unit.web.town import NOW, Town, answer, id_of

REASON = "Många och långa samtal till utlandet"
MANAGER = {"role": "telephone_manager", "scope": {"kind": "operation", "id": str(id_of("Skola"))}}


@pytest.fixture
async def calls(town: Town) -> None:
    """Anna called abroad, and somebody in private."""
    at = NOW - timedelta(days=20)
    opened = {"side": "phone", "caller": "201", "caller_person": str(id_of("anna"))}
    entries = []
    for number, data in enumerate(({"called": "+442079460000"}, {"called": "+4670xxxxxxx", "private": True})):
        entries += [
            CallEntry(f"hv-{number}", 1, at + timedelta(minutes=number), "opened", {**opened, **data}),
            CallEntry(f"hv-{number}", 2, at + timedelta(minutes=number, seconds=90), "closed", {}),
        ]
    await CallRecords(town.database).append(entries)


async def changes(visitor: Visitor, path: str, **form: str) -> Any:
    headers = {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}
    return await visitor.post(path, headers, **form)


async def asks(visitor: Visitor, **form: str) -> Any:
    given = {"person": str(id_of("anna")), "first": "2026-07-01", "last": "2026-07-31", "reason": REASON}
    return await changes(visitor, "/extracts", **(given | form))


async def asked(town: Town) -> str:
    """The address of an extract that Olle, telephone manager of the school, has asked for."""
    olle = await signed_in(town, "olle", MANAGER)
    return str((await asks(olle)).headers["HX-Redirect"])


def version(page: str) -> str:
    return re.findall(r'name="version" value="&#34;(\d+)&#34;"', page)[0]


async def test_one_asks(town: Town) -> None:
    olle = await signed_in(town, "olle", MANAGER)
    assert 'href="/extracts"' in await olle.page("/extracts")
    assert "Högst 92 dagar." in await olle.page("/extracts/new")
    found = await olle.page("/extracts/persons?q=anna%20berg")
    assert f'value="{id_of("anna")}" required checked' in found
    assert "1 person hittades" in found
    assert "Ingen heter så." in await olle.page("/extracts/persons?q=zzz")
    came = await asks(olle)
    assert came.status == 204
    page = await olle.page(came.headers["HX-Redirect"])
    assert REASON in page
    assert "onsdag 1 juli 00:00 – lördag 1 augusti 00:00" in page
    assert "den som begär ett utdrag godkänner det inte" in page
    assert "Godkänn</button>" not in page


async def test_until_today_is_until_now(town: Town) -> None:
    olle = await signed_in(town, "olle", MANAGER)
    came = await asks(olle, last="2026-08-05")
    assert "idag 10:00" in await olle.page(came.headers["HX-Redirect"])


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"last": ""}, 422, "Ange den första och den sista dagen."),
        ({"first": "2026-01-01"}, 409, "Ett utdrag får omfatta högst 92 dagar"),
        ({"last": "2026-08-09"}, 409, "Ange en tid som har varit."),
        ({"person": str(id_of("nils"))}, 403, "utanför det som dina roller omfattar"),
        ({"person": ""}, 422, "person"),
        ({"reason": "misstanke"}, 422, "reason"),
    ],
)
async def test_what_can_not_be_asked_for_is_told_in_place(
    town: Town, form: dict[str, str], status: int, told: str
) -> None:
    olle = await signed_in(town, "olle", MANAGER)
    refused = await asks(olle, **form)
    assert (refused.status, refused.headers["HX-Retarget"]) == (status, "#problem")
    assert told in await refused.text()


async def test_another_approves_and_both_look_which_is_kept(town: Town, calls: None) -> None:
    path = await asked(town)
    siv = await signed_in(town, "siv", head_of("Skola"))
    assert "du kan avgöra det" in await siv.page("/extracts?state=requested")
    page = await siv.page(path)
    came = await changes(siv, f"{path}/approve", version=f'"{version(page)}"')
    part = await came.text()
    assert came.status == 200
    assert "Utdraget är godkänt." in part
    assert "Ingen har öppnat det ännu." in part
    again = await changes(siv, f"{path}/approve", version=f'"{version(page)}"')
    assert again.status == 412
    opened = await siv.page(f"{path}/traffic")
    assert "+44 20 7946 0000" in opened
    assert "+4670xxxxxxx" in opened
    assert opened.count("1:30") == 2
    csv = await siv.get(f"{path}/traffic.csv")
    assert csv.content_type == "text/csv"
    page = await siv.page(path)
    assert "<td>på skärmen</td><td>127.0.0.1</td>" in page
    assert "<td>CSV</td><td>127.0.0.1</td>" in page
    assert "Det finns inga utdrag." in await siv.page("/extracts?state=refused")


async def test_another_refuses_and_says_why(town: Town) -> None:
    path = await asked(town)
    siv = await signed_in(town, "siv", head_of("Skola"))
    page = await siv.page(path)
    came = await changes(siv, f"{path}/refuse", version=f'"{version(page)}"', reason="Skälet räcker inte")
    part = await came.text()
    assert "Begäran är avslagen." in part
    assert "Skälet räcker inte" in part
    assert "Se samtalen" not in part


async def test_who_asks_is_told_that_the_person_is_told_only_where_they_are(town: Town) -> None:
    olle, told = await signed_in(town, "olle", MANAGER), "Personen får senare veta att utdraget gjorts"
    assert told in await olle.page("/extracts/new")
    await answer(await town.ask("PATCH", "/settings/extract_tell", {"value": 0}, if_match="*"), 200)
    form = await olle.page("/extracts/new")
    assert "Någon annan avgör." in form
    assert told not in form


async def test_nobody_decides_or_looks_by_a_page_who_may_not(town: Town, calls: None) -> None:
    path = await asked(town)
    olle = await signed_in(town, "nils", MANAGER)
    assert (await changes(olle, f"{path}/approve", version='"1"')).status == 403
    assert (await olle.get(f"{path}/traffic")).status == 409
    assert "Se samtalen" not in await olle.page(path)
    anna = await signed_in(town, "anna")
    assert (await anna.get("/extracts/new")).status == 403
    assert (await anna.get(path)).status == 404, "she does not know of it yet"
