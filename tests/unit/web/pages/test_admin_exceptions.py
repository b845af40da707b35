"""Exceptions on the pages: seen before they are granted, listed with their uses, revoked."""

from __future__ import annotations

import re

import pytest

from unit.web.pages.administering import ADMIN, form_in, send, signed_in
from unit.web.pages.visiting import Visitor
from unit.web.town import Town, answer, id_of

NEW = "/admin/exceptions/new"
REASON = "jouren behöver nås i kväll"


@pytest.fixture
async def admin(town: Town) -> Visitor:
    return await signed_in(town, "siv", ADMIN)


async def test_an_exception_is_granted_when_whom_it_touches_has_been_seen(admin: Visitor, town: Town) -> None:
    form = form_in(await admin.page(NEW))
    assert ("ends_at", "2026-08-05T17:00") in form
    typed = {"kind": "department", "department": str(id_of("Kyrkskolan")), "reason": REASON, "max_uses": "3"}
    assert (await send(admin, "POST", "/admin/exceptions", form, **typed)).status == 200
    assert not (await town.get("/exceptions"))["items"], "nobody had seen it"
    seen = await send(admin, "POST", "/admin/exceptions/preview", form, **typed)
    assert seen.headers["HX-Retarget"] == "#preview"
    preview = await seen.text()
    for touched in ("2 mobiles", "2 persons", "Anna Berg", "070-174 06 05", "Hanna Lind", "Olle Ek"):
        assert touched in preview, touched
    typed["seen"] = re.findall(r'name="seen" value="(\w+)"', preview)[0]
    granted = await send(admin, "POST", "/admin/exceptions", form, **typed)
    assert granted.headers["HX-Redirect"] == "/admin/exceptions?done=granted"
    (one,) = (await town.get("/exceptions"))["items"]
    assert (one["scope"]["name"], one["reason"], one["max_uses"]) == ("Kyrkskolan", REASON, 3)
    assert one["ends_at"] == "2026-08-05T17:00:00+02:00"
    page = await admin.page("/admin/exceptions?done=granted")
    assert "The exception counts from the next transfer." in page
    assert "0 / 3" in page


async def test_one_that_was_changed_after_it_was_seen_is_seen_anew(admin: Visitor, town: Town) -> None:
    form = form_in(await admin.page(f"{NEW}?kind=person&person={id_of('anna')}"))
    seen = await (await send(admin, "POST", "/admin/exceptions/preview", form, reason=REASON)).text()
    digest = re.findall(r'name="seen" value="(\w+)"', seen)[0]
    again = await send(admin, "POST", "/admin/exceptions", form, reason=REASON, kind="everyone", seen=digest)
    page = await again.text()
    assert "You have changed the form since you saw this." in page
    assert "Mobiles that nobody of ours has, too." in page
    assert not (await town.get("/exceptions"))["items"]


async def test_what_is_wrong_stands_in_its_place(admin: Visitor) -> None:
    form = form_in(await admin.page(NEW))
    for typed, name in (
        ({"kind": "person", "reason": REASON}, "person"),
        ({"kind": "number", "number": "0980-31 92 01", "reason": REASON}, "number"),
        ({"kind": "everyone", "reason": ""}, "reason"),
        ({"kind": "everyone", "reason": REASON, "ends_at": "2027-08-05T17:00"}, "ends_at"),
    ):
        told = await send(admin, "POST", "/admin/exceptions/preview", form, **typed)
        page = await told.text()
        assert told.status == 422, typed
        assert re.search(rf'id="f-{name}"[^>]*\s+aria-invalid="true"', page), page


async def test_one_is_changed_and_revoked_and_shows_who_has_used_it(admin: Visitor, town: Town) -> None:
    given = {"scope": {"kind": "person", "id": str(id_of("anna"))}, "reason": REASON, "max_uses": 2}
    made = await answer(
        await town.ask("POST", "/exceptions", {**given, "ends_at": "2026-08-06T17:00:00+02:00"}), 201
    )
    at = f"/admin/exceptions/{made['id']}"
    page = await admin.page(at)
    assert "Exception for Anna Berg" in page
    assert "It has not been used yet." in page
    changed = await send(admin, "PATCH", at, form_in(page), ends_at="2026-08-05T12:00", max_uses="1")
    assert changed.status == 204, await changed.text()
    assert "0 / 1" in await admin.page("/admin/exceptions")
    assert "There is nothing of the kind." in await admin.page("/admin/exceptions?on_the_spot=true")
    revoked = await send(admin, "POST", f"{at}/end", form_in(await admin.page(at)))
    assert revoked.headers["HX-Redirect"] == "/admin/exceptions?done=revoked"
    assert REASON not in await admin.page("/admin/exceptions")
    past = await admin.page("/admin/exceptions?ended=true")
    assert REASON in past
    assert "revoked" in past


async def test_a_head_grants_within_their_own_operation_alone(town: Town) -> None:
    scope = {"kind": "operation", "id": str(id_of("Skola"))}
    head = await signed_in(town, "anna", {"role": "head", "scope": scope})
    form = form_in(await head.page(NEW))
    own = {"kind": "person", "person": str(id_of("siv")), "reason": REASON}
    assert (await send(head, "POST", "/admin/exceptions/preview", form, **own)).status == 200
    told = await send(head, "POST", "/admin/exceptions/preview", form, kind="everyone", reason=REASON)
    assert told.status == 403
    assert "reaches beyond your own operation" in await told.text()
