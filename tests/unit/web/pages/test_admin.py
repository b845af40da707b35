"""The administration: one list and one form for all of the register; nothing typed is lost, nobody is overwritten."""

from __future__ import annotations

import re

import pytest

from hanvisa.web.pages.admin.sections import SECTIONS
from unit.web.pages.administering import ADMIN, form_in, send, signed_in
from unit.web.pages.visiting import Visitor
from unit.web.town import Town, answer, id_of

PHONE = f"/admin/phones/{id_of('phone anna')}"
REASON = "jouren behöver nås i kväll"
ANNA = f"/admin/persons/{id_of('anna')}"


@pytest.fixture
async def admin(town: Town) -> Visitor:
    return await signed_in(town, "siv", ADMIN)


async def test_everything_has_its_list_and_its_forms(admin: Visitor) -> None:
    for section in SECTIONS:
        page = await admin.page(section.address)
        assert 'aria-current="page"' in page
        if section.making is not None:
            assert "hx-post" in await admin.page(f"{section.address}/new"), section.path
        for address in re.findall(rf'<th scope="row">\s*<a href="({section.address}/[^"]+)"', page)[:1]:
            assert "hx-patch" in await admin.page(address), address


async def test_what_is_made_by_the_form_is_in_the_register(admin: Visitor, town: Town) -> None:
    page = await admin.page("/admin/groups/new")
    made = await send(
        admin,
        "POST",
        "/admin/groups",
        form_in(page),
        name="Jourhavande",
        organisation=str(id_of("Hällefors")),
        ringing="in_turn",
        members=[f"person:{id_of('siv')}", f"person:{id_of('anna')}", "number:0980-31 92 44"],
    )
    assert made.status == 204, await made.text()
    (group,) = (await town.get("/groups"))["items"]
    assert made.headers["HX-Redirect"] == f"/admin/groups/{group['id']}?done=made"
    assert [one["person"] and one["person"]["name"] for one in group["members"]] == [
        "Siv Åkerström",
        "Anna Berg",
        None,
    ]
    page = await admin.page(made.headers["HX-Redirect"])
    assert "It has been made." in page
    assert "Siv Åkerström, Kyrkskolan, 202" in page
    assert "0980-31 92 44" in page


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(admin: Visitor) -> None:
    told = await send(
        admin,
        "POST",
        "/admin/switchboards",
        form_in(await admin.page("/admin/switchboards/new")),
        name="Natten",
        organisation=str(id_of("Nora")),
        greeting=["Hej", "Hello"],
        hours="mån-fre 8 till 16",
    )
    page = await told.text()
    assert told.status == 422
    assert re.search(r'id="f-hours"[^>]*aria-invalid="true"[^>]*aria-describedby="d-hours"', page)
    assert "is no time of the week" in page
    assert ("name", "Natten") in form_in(page)
    assert ("hours", "mån-fre 8 till 16") in form_in(page)
    assert [value for name, value in form_in(page) if name == "greeting"] == ["Hej", "Hello"]
    told = await send(admin, "POST", "/admin/switchboards", form_in(page), hours="Mon-Fri 8:00-16:00")
    assert told.status == 204


async def test_what_the_api_refuses_stands_beside_its_field(admin: Visitor) -> None:
    told = await send(
        admin,
        "POST",
        "/admin/phones",
        form_in(await admin.page("/admin/phones/new")),
        account="Not an Account",
        organisation=str(id_of("Nora")),
    )
    assert told.status == 422
    assert re.search(r'id="f-account"[^>]*aria-invalid="true"', await told.text())


async def test_only_what_differs_is_changed(admin: Visitor, town: Town) -> None:
    changed = await send(admin, "PATCH", PHONE, form_in(await admin.page(PHONE)), account="anna-new")
    assert changed.headers["HX-Redirect"] == f"{PHONE}?done=changed"
    (entry,) = (await town.get(f"/audit?table=phones&action=changed&row={id_of('phone anna')}"))["items"]
    assert entry["after"] == {"account": "anna-new"}


async def test_what_somebody_else_changed_meanwhile_is_told_and_nothing_typed_is_lost(
    admin: Visitor, town: Town
) -> None:
    before = form_in(await admin.page(ANNA))
    person = await town.ask("GET", f"/persons/{id_of('anna')}")
    other = {"title": "skolchef", "family_name": "Berg Ek"}
    await answer(
        await town.ask("PATCH", f"/persons/{id_of('anna')}", other, if_match=person.headers["ETag"]), 200
    )
    told = await send(
        admin, "PATCH", ANNA, before, title="biträdande rektor", email="anna.berg@kommunen.test"
    )
    page = await told.text()
    assert told.status == 412
    assert "Somebody else has changed this meanwhile." in page
    assert '<a href="#f-title">Title</a>: skolchef' in page
    assert '<a href="#f-family_name">Family name</a>: Berg Ek' in page
    now = dict(form_in(page))
    assert (now["title"], now["family_name"]) == ("biträdande rektor", "Berg Ek")
    again = await send(admin, "PATCH", ANNA, form_in(page))
    assert again.status == 204, await again.text()
    anna = await town.get(f"/persons/{id_of('anna')}")
    assert (anna["title"], anna["family_name"], anna["email"]) == (
        "biträdande rektor",
        "Berg Ek",
        "anna.berg@kommunen.test",
    )


async def test_what_is_still_needed_is_not_ended_and_the_page_says_by_what(admin: Visitor) -> None:
    at = f"/admin/operations/{id_of('Skola')}"
    told = await send(admin, "POST", f"{at}/end", form_in(await admin.page(at)))
    assert told.status == 409
    assert "Kyrkskolan" in await told.text()


async def test_the_filters_of_a_list_stand_in_its_address(admin: Visitor) -> None:
    page = await admin.page("/admin/persons?q=rektor")
    assert "Anna Berg" in page
    assert "Olle Ek" not in page
    assert 'name="q" value="rektor"' in page
    at_nora = await admin.page(f"/admin/departments?operation={id_of('Nora skola')}")
    assert "Noraskolan" in at_nora
    assert "Kyrkskolan</a>" not in at_nora


async def test_a_long_list_goes_on_on_the_next_page(admin: Visitor, town: Town) -> None:
    for number in range(51):
        made = {"name": f"Bolag {number:02}"}
        await answer(await town.ask("POST", "/carriers", made), 201)
    page = await admin.page("/admin/carriers?q=Bolag")
    more = re.search(r'<a href="(/admin/carriers\?q=Bolag&amp;cursor=[^"]+)">More', page)
    assert more is not None
    assert "Bolag 50" not in page
    assert "Bolag 50" in await admin.page(more[1].replace("&amp;", "&"))


async def test_persons_are_searched_in_the_form_and_what_is_chosen_stays(admin: Visitor) -> None:
    found = await admin.page(f"/admin/choose?for=owner&as=person&q=nils&owner={id_of('anna')}")
    assert "1 found" in found
    assert f'value="{id_of("anna")}" checked> Anna Berg, rektor, Kyrkskolan, 201' in " ".join(found.split())
    assert f'value="{id_of("nils")}"> Nils Öberg' in found
    leads = await admin.page("/admin/choose?for=target&as=target&q=v%C3%A4xeln")
    assert f'value="switchboard:{id_of("board")}"' in leads
    assert f'value="department:{id_of("Växeln")}"' in leads


async def test_a_persons_page_has_everything_of_theirs(admin: Visitor, town: Town) -> None:
    absence = {"person": str(id_of("anna")), "reason": "6", "ends_at": "2026-08-10T00:00:00+02:00"}
    await answer(
        await town.ask("POST", "/absences", {**absence, "force_reason": "planerat sedan i våras"}), 201
    )
    page = await admin.page(ANNA)
    for theirs in ("0980-31 92 01", "070-174 06 05", ">201<", "Bolaget, rör sig (chefen", "Holiday, today"):
        assert theirs in page, theirs


async def test_a_mobile_is_refused_in_place_by_the_rules(admin: Visitor) -> None:
    told = await send(
        admin,
        "POST",
        "/admin/mobiles",
        form_in(await admin.page(f"/admin/mobiles/new?person={id_of('siv')}")),
        number="070-174 06 07",
        carrier="Bolaget",
    )
    page = await told.text()
    assert told.status == 409
    for name in ("carrier", "grounds", "decided_by", "decided_at"):
        assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', page), name
    assert ("number", "070-174 06 07") in form_in(page)


async def test_a_user_gets_and_loses_roles(admin: Visitor, town: Town) -> None:
    page = await admin.page("/admin/users/new")
    made = await send(
        admin,
        "POST",
        "/admin/users",
        form_in(page),
        name="chefen@kommunen.test",
        password="not a secret of anybody",
        roles=['["operator"]', f'["head", "operation", "{id_of("Skola")}"]'],
    )
    assert made.status == 204, await made.text()
    at = made.headers["HX-Redirect"].partition("?")[0]
    page = await admin.page(at)
    assert "head: Skola" in page
    assert "password" not in dict(form_in(page))
    await send(admin, "PATCH", at, form_in(page), roles=['["superuser"]'])
    (user,) = (await town.get("/users?q=chefen"))["items"]
    assert [one["role"] for one in user["roles"]] == ["superuser"]


async def test_a_user_is_signed_out_everywhere(admin: Visitor, town: Town) -> None:
    jar = town.client.session.cookie_jar
    admins = {cookie.key: cookie.value for cookie in jar}
    jar.clear()
    anna = await Visitor.known(town, "anna")
    await anna.signs_in()
    annas = {cookie.key: cookie.value for cookie in jar}
    jar.clear()
    jar.update_cookies(admins, town.client.make_url("/"))
    (user,) = (await town.get("/users?q=anna@"))["items"]
    at = f"/admin/users/{user['id']}"
    page = await admin.page(at)
    assert '<th scope="row" class="whole">today 10:00</th><td>127.0.0.1</td>' in page
    done = await send(admin, "DELETE", f"{at}/sessions", [])
    assert done.headers["HX-Redirect"] == f"{at}?done=signed-out"
    page = await admin.page(f"{at}?done=signed-out")
    assert "They are signed out everywhere." in page
    assert "They are signed in nowhere." in page
    jar.clear()
    jar.update_cookies(annas, town.client.make_url("/"))
    assert (await anna.get("/me")).headers["Location"].startswith("/sign-in")


async def test_a_user_gets_a_new_password(admin: Visitor, town: Town) -> None:
    made = await answer(await town.ask("POST", "/users", {"name": "ny@kommunen.test"}), 201)
    at = f"/admin/users/{made['id']}"
    page = await admin.page(at)
    assert "They have none: they sign in elsewhere." in page
    form = form_in(page.partition('id="password-form"')[2])
    told = await send(admin, "POST", f"{at}/password", form, password="short")
    assert told.status == 422
    page = await told.text()
    assert re.search(r'id="f-password"[^>]*aria-invalid="true"', page)
    assert "short" not in dict(form_in(page)).values(), "a password is never sent back"
    password = "a long one that nobody knows"  # noqa: S105
    done = await send(admin, "POST", f"{at}/password", form_in(page), password=password)
    assert done.headers["HX-Redirect"] == f"{at}?done=changed"
    assert (await town.get("/users?q=ny@"))["items"][0]["has_password"]


async def test_what_no_form_of_ours_sends_is_refused_and_nothing_breaks(admin: Visitor) -> None:
    for path, typed in (
        ("/admin/groups", {"name": "x", "organisation": "y", "members": "z", "was": "[", "version": "1"}),
        ("/admin/users", {"name": "x", "roles": "nobody"}),
        ("/admin/extensions", {"number": "abc", "target": "x", "organisation": "y"}),
        ("/admin/exceptions/preview", {"kind": "x", "reason": REASON, "ends_at": "soon"}),
        ("/admin/exceptions/preview", {"kind": "", "reason": REASON, "ends_at": "2026-08-05T17:00"}),
    ):
        assert (await send(admin, "POST", path, [], **typed)).status == 422, path
    for path in (
        "/admin/choose?as=x&for=y&q=anna&y=z",
        f"/admin/choose?as=target&q=a&target={id_of('anna')}",
    ):
        assert (await admin.get(path)).status == 200, path
    assert (await admin.get("/admin/recordings?person=a/b")).status == 400
    assert (await admin.get("/admin/persons?cursor=x")).status == 422


async def test_heads_and_telephone_managers_have_what_is_theirs(town: Town) -> None:
    scope = {"kind": "operation", "id": str(id_of("Skola"))}
    manager = await signed_in(town, "anna", {"role": "telephone_manager", "scope": scope})
    page = await manager.page("/admin/exceptions")
    for theirs in ("/admin/persons", "/admin/mobiles", "/admin/recordings"):
        assert f'href="{theirs}"' in page
    for others in ("/admin/phones", "/admin/departments", "/admin/users", "/admin/imports", "/admin/audit"):
        assert f'href="{others}"' not in page
        assert (await manager.get(others)).status == 403
    assert "Anna Berg" in await manager.page(ANNA)
    await send(manager, "PATCH", ANNA, form_in(await manager.page(ANNA)), title="rektor F-6")
    assert (await town.get(f"/persons/{id_of('anna')}"))["title"] == "rektor F-6"
    nils = f"/admin/persons/{id_of('nils')}"
    assert (await send(manager, "PATCH", nils, form_in(await manager.page(nils)), title="x")).status == 403


async def test_others_have_no_administration(town: Town) -> None:
    person = await signed_in(town, "anna")
    assert "/admin" not in await person.page("/sign-in")
    for path in ("/admin", "/admin/exceptions", "/admin/persons", ANNA):
        assert (await person.get(path)).status == 403
