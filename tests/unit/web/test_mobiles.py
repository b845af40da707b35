"""Mobiles over REST (H1, B1, M1, P1): registered with all that the rules ask for, changed, ended, shown to who may."""

from __future__ import annotations

from typing import Any

import pytest

from hanvisa.directory.repositories.audit import Audit
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, Town, answer, id_of, problem

ANNA, SIV, HEMLIG, OLLE, NILS = (str(id_of(name)) for name in ("anna", "siv", "hemlig", "olle", "nils"))
WHOLE = {
    "person": SIV,
    "number": "070-174 06 90",
    "carrier": "Upphandlad operatör",
    "grounds": "Arbetar ofta utanför skolan",
    "decided_by": "Maria Ek, verksamhetschef",
    "decided_at": "2026-08-03T09:00:00+02:00",
}


async def registers(town: Town, who: str = "admin", **fields: Any) -> Any:
    return await answer(await town.ask("POST", "/mobiles", {**WHOLE, **fields}, who=who), 201)


async def test_a_whole_registration_is_in_the_register_when_it_is_answered(town: Town) -> None:
    response = await town.ask("POST", "/mobiles", WHOLE, who="head")
    mobile = await answer(response, 201)
    assert response.headers["Location"] == f"/api/v1/mobiles/{mobile['id']}"
    assert response.headers["ETag"] == '"1"'
    assert mobile == {
        **WHOLE,
        "id": mobile["id"],
        "person": {"id": SIV, "name": "Siv Åkerström"},
        "number": "+46701740690",
        "itemised_invoice": False,
        "private_use": False,
        "protected": False,
        "greeting_checked_at": None,
        "ended_at": None,
    }
    known = town.directory.register.mobile("+46701740690")
    assert known is not None
    assert known.person_id == id_of("siv")
    assert [entry.by for entry in await Audit(town.database).list(table="mobiles", row_id=mobile["id"])] == [
        "head"
    ]


@pytest.mark.parametrize(
    ("fields", "rule", "where"),
    [
        ({"person": None}, "M1", "person"),
        ({"number": None}, "M1", "number"),
        ({"number": "201"}, "M1", "number"),
        ({"number": ANNA_MOBILE}, "M1", "number"),
        ({"carrier": None}, "B1", "carrier"),
        ({"carrier": "Billigast Mobil"}, "B1", "carrier"),
        ({"grounds": None}, "H1", "grounds"),
        ({"grounds": "ja"}, "H1", "grounds"),
        ({"decided_by": None}, "H1", "decided_by"),
        ({"decided_by": "Siv Åkerström"}, "H1", "decided_by"),
        ({"decided_at": None}, "H1", "decided_at"),
        ({"decided_at": "2026-08-06T09:00:00+02:00"}, "H1", "decided_at"),
        ({"private_use": True}, "P1", "private_use"),
    ],
)
async def test_what_the_rules_ask_for_is_missed(
    town: Town, fields: dict[str, Any], rule: str, where: str
) -> None:
    """H1, B1, M1 and P1: by which rule, why, and what to do."""
    refused = await problem(await town.ask("POST", "/mobiles", {**WHOLE, **fields}), 409)
    assert (refused["error_id"], refused["rules"]) == ("refused-by-policy", [rule])
    assert [fault["where"] for fault in refused["errors"]] == [where]
    assert refused["because"] == refused["errors"][0]["what"]
    assert town.directory.register.mobile("+46701740690") is None


async def test_the_appointed_carriers_are_the_registers(town: Town) -> None:
    """B1: who is appointed, and no more, is said in one place, and counts at once."""
    (appointed,) = (await town.get("/carriers"))["items"]
    at = f"/carriers/{appointed['id']}"
    await answer(await town.ask("PATCH", at, {"appointed": False}, if_match="*"), 200)
    refused = await problem(await town.ask("POST", "/mobiles", WHOLE), 409)
    assert refused["because"].startswith("IT has appointed no carrier yet.")
    for name in ("Norrskensmobil", "Fjälltelefon"):
        await answer(await town.ask("POST", "/carriers", {"name": name, "appointed": True}), 201)
    refused = await problem(await town.ask("POST", "/mobiles", WHOLE), 409)
    assert "Appointed is: Norrskensmobil, Fjälltelefon (B1)." in refused["because"]
    mobile = await registers(town, carrier="fjälltelefon")
    assert mobile["carrier"] == "fjälltelefon"


async def test_an_empty_registration_is_told_all_at_once(town: Town) -> None:
    refused = await problem(await town.ask("POST", "/mobiles", {}, language="sv"), 409)
    assert refused["rules"] == ["M1", "B1", "H1"]
    assert [fault["where"] for fault in refused["errors"]] == [
        "person",
        "number",
        "carrier",
        "grounds",
        "decided_by",
        "decided_at",
    ]
    assert refused["because"].startswith("En mobil har en innehavare. Ange en person i registret (M1).")


async def test_private_use_goes_with_an_itemised_invoice_and_not_without(town: Town) -> None:
    mobile = await registers(town, private_use=True, itemised_invoice=True)
    path = f"/mobiles/{mobile['id']}"
    refused = await problem(await town.ask("PATCH", path, {"itemised_invoice": False}, if_match="*"), 409)
    assert refused["rules"] == ["P1"]
    body = {"itemised_invoice": False, "private_use": False}
    changed = await answer(await town.ask("PATCH", path, body, if_match='"1"'), 200)
    assert (changed["itemised_invoice"], changed["private_use"]) == (False, False)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("admin", {SIV, OLLE, NILS}),
        ("head", {SIV}),
        ("manager", {SIV}),
        ("operator", set()),
        ("superuser", set()),
        ("person", set()),
    ],
)
async def test_who_may_register_whose(town: Town, who: str, allowed: set[str]) -> None:
    for number, person in enumerate((SIV, OLLE, NILS)):
        body = {**WHOLE, "person": person, "number": f"070-174 06 9{number}"}
        response = await town.ask("POST", "/mobiles", body, who=who)
        assert response.status == (201 if person in allowed else 403), person


async def test_a_mobile_is_not_moved_to_somebody_out_of_reach(town: Town) -> None:
    mobile = await registers(town)
    path = f"/mobiles/{mobile['id']}"
    await problem(await town.ask("PATCH", path, {"person": OLLE}, who="head", if_match="*"), 403)
    decision = {name: WHOLE[name] for name in ("grounds", "decided_by", "decided_at")}
    body = {"person": ANNA, **decision}
    moved = await answer(await town.ask("PATCH", path, body, who="head", if_match="*"), 200)
    assert moved["person"]["id"] == ANNA


async def test_who_takes_over_a_mobile_has_grounds_and_a_decision_of_their_own(town: Town) -> None:
    """H1: the old holder's are not theirs."""
    mobile = await registers(town)
    path = f"/mobiles/{mobile['id']}"
    refused = await problem(await town.ask("PATCH", path, {"person": ANNA}, if_match="*"), 409)
    assert refused["rules"] == ["H1"]
    assert [fault["where"] for fault in refused["errors"]] == ["grounds", "decided_by", "decided_at"]
    await answer(await town.ask("PATCH", path, {"person": SIV, "protected": True}, if_match="*"), 200)


async def test_a_protected_number_is_for_those_who_may_see_it(town: Town) -> None:
    own = await registers(town, person=SIV, protected=True)
    seen = {}
    for who in ("admin", "head", "operator"):
        items = (await town.get("/mobiles", who=who))["items"]
        seen[who] = {one["person"]["id"]: one["number"] for one in items}
    everything = {ANNA: ANNA_MOBILE, HEMLIG: HEMLIG_MOBILE, SIV: "+46701740690"}
    assert seen["admin"] == seen["head"] == everything
    assert seen["operator"] == {ANNA: ANNA_MOBILE, HEMLIG: "***", SIV: "***"}
    assert [one["id"] for one in (await town.get("/mobiles", who="superuser"))["items"]] == [own["id"]]
    assert (await town.get(f"/mobiles/{own['id']}", who="superuser"))["number"] == "+46701740690"
    await problem(await town.ask("GET", f"/mobiles/{own['id']}", who="person"), 403)


async def test_a_change_needs_the_newest_version(town: Town) -> None:
    mobile = await registers(town)
    path = f"/mobiles/{mobile['id']}"
    await problem(await town.ask("PATCH", path, {"protected": True}), 428)
    await problem(await town.ask("PATCH", path, {"protected": True}, if_match='"7"'), 412)
    changed = await answer(
        await town.ask("PATCH", path, {"number": "0701740691"}, if_match='"1"', who="manager"), 200
    )
    assert (changed["number"], changed["grounds"]) == ("+46701740691", WHOLE["grounds"])
    taken = await problem(await town.ask("PATCH", path, {"number": ANNA_MOBILE}, if_match="*"), 409)
    assert taken["rules"] == ["M1"]
    await answer(await town.ask("PATCH", path, {"number": "070-1740691"}, if_match="*"), 200)


async def test_one_that_is_ended_is_in_use_no_more_and_kept(town: Town) -> None:
    mobile = await registers(town)
    path = f"/mobiles/{mobile['id']}"
    ended = await answer(await town.ask("POST", f"{path}/end", if_match='"1"', who="head"), 200)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert town.directory.register.mobile("+46701740690") is None
    assert mobile["id"] not in [one["id"] for one in (await town.get("/mobiles"))["items"]]
    (kept,) = (await town.get(f"/mobiles?ended=true&person={SIV}"))["items"]
    assert kept == ended
    await problem(await town.ask("PATCH", path, {"protected": True}, if_match="*"), 409)
    again = await registers(town)
    assert again["id"] != mobile["id"]


async def test_the_holder_says_that_it_greets_personally(town: Town) -> None:
    """M2."""
    (own,) = (await town.get("/mobiles", who="person"))["items"]
    path = f"/mobiles/{own['id']}/greeting"
    await problem(await town.ask("POST", path, who="superuser", if_match="*"), 403)
    await problem(await town.ask("POST", path, who="person"), 428)
    said = await answer(await town.ask("POST", path, who="person", if_match='"1"'), 200)
    assert said["greeting_checked_at"] == "2026-08-05T10:00:00+02:00"
    await problem(await town.ask("POST", path, who="person", if_match='"1"'), 412)
    await answer(await town.ask("POST", f"/mobiles/{own['id']}/end", if_match="*"), 200)
    await problem(await town.ask("POST", path, who="person", if_match="*"), 409)


async def test_a_list_goes_on_page_by_page(town: Town) -> None:
    await registers(town)
    first = await town.get("/mobiles?limit=2")
    second = await town.get(f"/mobiles?limit=2&cursor={first['next']}")
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
