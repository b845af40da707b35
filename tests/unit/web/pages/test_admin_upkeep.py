"""Imports, recordings, settings and the audit trail on the pages."""

from __future__ import annotations

import io
import re

import pytest
from aiohttp import ClientResponse, FormData

from unit.web.pages.administering import ADMIN, form_in, send, signed_in
from unit.web.pages.visiting import Visitor
from unit.web.test_recordings import spoken
from unit.web.town import Town, answer, id_of, problem

ORGANISATIONS = "id,name,prefix\nbkt,Bergslagens Kommunalteknik,84\n"


@pytest.fixture
async def admin(town: Town) -> Visitor:
    return await signed_in(town, "siv", ADMIN)


async def upload(visitor: Visitor, path: str, name: str, content: bytes, **fields: str) -> ClientResponse:
    form = FormData(default_to_multipart=True)
    form.add_field("file", io.BytesIO(content), filename=name)
    for field, value in fields.items():
        form.add_field(field, value)
    headers = {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}
    return await visitor.town.client.post(path, data=form, headers=headers)


def seen_in(page: str) -> str:
    """What of it the page's forms start from."""
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


async def test_an_import_shows_the_difference_and_then_carries_it_out(admin: Visitor, town: Town) -> None:
    assert 'type="file"' in await admin.page("/admin/imports")
    content = ORGANISATIONS.encode()
    shown = await upload(admin, "/admin/imports/preview", "organisations.csv", content)
    page = await shown.text()
    assert "<strong>Bergslagens Kommunalteknik</strong> (bkt)" in page
    seen = seen_in(page)
    other = content.replace(b"84", b"85")
    again = await upload(admin, "/admin/imports", "organisations.csv", other, seen=seen)
    assert again.status == 409
    assert "have changed since you saw this" in await again.text()
    assert not (await town.get("/organisations?q=Bergslagens"))["items"]
    done = await upload(admin, "/admin/imports", "organisations.csv", content, seen=seen)
    assert done.headers["HX-Redirect"] == "/admin/imports?done=imported"
    assert (await town.get("/organisations?q=Bergslagens"))["items"][0]["prefix"] == "84"


async def test_what_is_wrong_in_the_files_is_told_line_by_line(admin: Visitor) -> None:
    told = await upload(admin, "/admin/imports/preview", "organisations.csv", b"id,name\nbkt,\n")
    assert told.status == 422
    assert "<strong>organisations.csv, line 2, column name</strong>: it is empty." in await told.text()
    await admin.post("/language", language="sv", to="/")
    told = await upload(admin, "/admin/imports/preview", "organisations.csv", b"id,name\nbkt,\n")
    assert "<strong>organisations.csv, rad 2, kolumn name</strong>: den är tom." in await told.text()


async def test_a_recording_is_uploaded_heard_and_ended(admin: Visitor, town: Town) -> None:
    at = f"/admin/recordings?person={id_of('anna')}"
    assert "Recordings of Anna Berg" in await admin.page(at)
    given = {"person": str(id_of("anna")), "what": "name"}
    long = await upload(admin, "/admin/recordings", "anna.wav", spoken(7.0), **given)
    assert long.status == 422
    assert re.search(r'id="f-file"[^>]*aria-invalid="true"', await long.text())
    assert "longer than 6 seconds" in await long.text()
    done = await upload(admin, "/admin/recordings", "anna.wav", spoken(1.0), **given)
    assert done.headers["HX-Redirect"] == f"{at}&done=changed"
    page = await admin.page(at)
    sound = re.findall(r'src="(/api/v1/recordings/[^"]+/sound)"', page)[0]
    assert (await admin.get(sound)).status == 200
    recording = sound.split("/")[4]
    await send(admin, "POST", f"/admin/recordings/{recording}/end", [])
    assert not (await town.get("/recordings"))["items"]


async def test_a_switchboards_greeting_is_heard_read_in_and_given_back_to_the_voice(
    admin: Visitor, town: Town
) -> None:
    at = f"/admin/switchboards/{id_of('board')}"
    page = await admin.page(at)
    assert page.count("The voice says it.") == 2
    sounds = re.findall(r'<audio[^>]*src="([^"]+)"', page)
    assert [(await admin.get(sound)).status for sound in sounds] == [200, 200]
    seen = seen_in(page)
    told = await upload(admin, f"{at}/greeting/sv", "hej.wav", spoken(61.0), seen=seen)
    assert told.status == 422
    part = await told.text()
    assert re.search(r'id="f-file-sv"[^>]*aria-invalid="true"', part)
    assert not re.search(r'id="f-file-en"[^>]*aria-invalid="true"', part)
    assert "longer than 60 seconds" in part
    done = await upload(admin, f"{at}/greeting/sv", "hej.wav", spoken(1.0), seen=seen_in(part))
    assert done.headers["HX-Redirect"] == f"{at}?done=changed"
    page = await admin.page(at)
    assert (page.count("Somebody has read it in."), page.count("The voice says it.")) == (1, 1)
    assert (await town.get(f"/switchboards/{id_of('board')}/greeting"))["read_in"] == ["sv"]
    for meanwhile in (
        await upload(admin, f"{at}/greeting/sv", "hej.wav", spoken(2.0), seen=seen),
        await send(admin, "DELETE", f"{at}/greeting/sv?seen={seen}", []),
    ):
        assert meanwhile.status == 412
    [ends] = re.findall(r'hx-delete="([^"]+)"', page)
    done = await send(admin, "DELETE", ends, [])
    assert done.headers["HX-Redirect"] == f"{at}?done=changed"
    assert (await admin.page(at)).count("The voice says it.") == 2


async def test_a_setting_is_changed_and_brought_back(admin: Visitor, town: Town) -> None:
    at = "/admin/settings/exception_longest"
    assert "An exception lasts at most (days)" in await admin.page("/admin/settings")
    form = form_in(await admin.page(at))
    told = await send(admin, "PATCH", at, form, value="many")
    assert told.status == 422
    assert re.search(r'id="f-value"[^>]*value="many"[^>]*aria-invalid="true"', await told.text())
    assert (await send(admin, "PATCH", at, form, value="30")).status == 204
    assert (await town.get("/settings/exception_longest"))["value"] == 30
    meanwhile = await send(admin, "PATCH", at, form, value="45")
    page = await meanwhile.text()
    assert meanwhile.status == 412
    assert "Somebody else has changed this meanwhile." in page
    assert ("value", "45") in form_in(page)
    assert (await send(admin, "PATCH", at, form_in(page), back="yes")).status == 204
    assert (await town.get("/settings/exception_longest"))["value"] == 90
    flag = "/admin/settings/record_threats"
    await send(admin, "PATCH", flag, form_in(await admin.page(flag)), value="true")
    assert (await town.get("/settings/record_threats"))["value"] is True


@pytest.mark.parametrize("key", ["exception_longest", "ring_person"])
@pytest.mark.parametrize("typed", ["1_0", "١٢", "１２", "1e1", "nan", "+12", "12 000", "9" * 30])
async def test_a_number_is_of_ordinary_digits(admin: Visitor, town: Town, key: str, typed: str) -> None:
    at = f"/admin/settings/{key}"
    before = (await town.get(f"/settings/{key}"))["value"]
    told = await send(admin, "PATCH", at, form_in(await admin.page(at)), value=typed)
    assert (told.status, f'value="{typed}"' in await told.text()) == (422, True)
    assert (await town.get(f"/settings/{key}"))["value"] == before


async def test_a_setting_in_parts_of_a_second_stands_as_it_was_typed(admin: Visitor, town: Town) -> None:
    at = "/admin/settings/held_remind"
    assert (await send(admin, "PATCH", at, form_in(await admin.page(at)), value=" 1234,5678 ")).status == 204
    assert (await town.get("/settings/held_remind"))["value"] == 1234.5678
    assert ("value", "1234.5678") in form_in(await admin.page(at))


async def test_the_audit_trail_is_searched(admin: Visitor, town: Town) -> None:
    await answer(await town.ask("POST", "/carriers", {"name": "Nya bolaget"}), 201)
    await problem(await town.ask("GET", "/users", who="person"), 403)
    page = await admin.page("/admin/audit?by=admin&table=carriers")
    assert "Nya bolaget" in page
    assert '<option value="carriers" selected>' in page
    assert "Nya bolaget" not in await admin.page("/admin/audit?by=admin&until=2026-08-04")
    (entry,) = (await town.get("/audit?by=admin&table=carriers"))["items"]
    day = entry["at"][:10]
    assert "Nya bolaget" in await admin.page(f"/admin/audit?by=admin&since={day}&until={day}")
    assert "request</a>" in await admin.page("/admin/audit?action=refused")


async def test_who_guessed_phones_passwords_stands_above_the_audit_trail(admin: Visitor, town: Town) -> None:
    assert "wrong passwords" not in await admin.page("/admin/audit")
    town.guessers.failed(
        {"Service": "PJSIP", "RemoteAddress": "IPV4/UDP/192.0.2.7/5060", "AccountID": "hallefors-201"}
    )
    page = await admin.page("/admin/audit")
    assert "1 address gave wrong passwords for phones" in page
    assert re.search(r"192\.0\.2\.7</td>\s*<td>1</td>\s*<td>hallefors-201</td>", page)


async def test_who_may_not_change_settings_only_reads_them(town: Town) -> None:
    scope = {"kind": "operation", "id": str(id_of("Skola"))}
    manager = await signed_in(town, "anna", {"role": "telephone_manager", "scope": scope})
    page = await manager.page("/admin/settings/exception_longest")
    assert "Save" not in page
    told = await send(manager, "PATCH", "/admin/settings/exception_longest", form_in(page), value="1")
    assert told.status == 403
