"""The pages of departments: the week, absences of others, training, notices, wrong details and people."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from unit.web.pages.visiting import Visitor
from unit.web.town import ANNA_MOBILE, HEMLIG_MOBILE, Town, answer, id_of

SCHOOL, NORA, SWITCHBOARD = (str(id_of(name)) for name in ("Kyrkskolan", "Noraskolan", "Växeln"))
ANNA, SIV, HEMLIG, NILS = (str(id_of(name)) for name in ("anna", "siv", "hemlig", "nils"))
OF_THE_SCHOOL: dict[str, object] = {
    "role": "telephone_manager",
    "scope": {"kind": "operation", "id": str(id_of("Skola"))},
}


async def sets(town: Town, person: str, **fields: Any) -> Any:
    thursday = {"starts_at": "2026-08-06T00:00:00+02:00", "ends_at": "2026-08-07T08:00:00+02:00"}
    body = {"person": person, "reason": "6", **thursday, **fields}
    return await answer(await town.ask("POST", "/absences", body), 201)


async def changes(who: Visitor, path: str, **form: str) -> tuple[int, str, str]:
    """By htmx, as the pages do: the status, where it leads, and what comes."""
    headers = {"HX-Request": "true", "X-CSRF-Token": await who.csrf()}
    came = await who.post(path, headers, **form)
    return came.status, came.headers.get("HX-Redirect", ""), await came.text()


@pytest.fixture
async def manager(town: Town) -> Visitor:
    """Hanna is the telephone manager of the school; her pages are in English."""
    visitor = await Visitor.known(town, "hemlig", OF_THE_SCHOOL)
    await visitor.signs_in()
    await visitor.post("/language", language="en", to="/")
    return visitor


@pytest.fixture
async def empty_thursday(town: Town) -> None:
    """Two of the school are on holiday; Anna is ill."""
    for person in (SIV, HEMLIG):
        await sets(town, person)
    await sets(
        town, ANNA, reason="9", starts_at="2026-08-05T12:00:00+02:00", ends_at="2026-08-07T10:00:00+02:00"
    )


async def test_the_overview_warns_of_empty_days_and_leads_to_their_week(
    manager: Visitor, empty_thursday: None
) -> None:
    page = await manager.page("/departments")
    assert "1 department has a day in the coming four weeks on which nobody can be reached." in page
    assert f'href="/departments/{SCHOOL}?week=2026-W32"' in page
    assert "Thu 6 Aug" in page
    assert "Noraskolan" not in page
    assert "Anna Berg is away, and it could not wait." in page


async def test_the_menu_leads_only_telephone_managers_and_heads_there(town: Town, manager: Visitor) -> None:
    assert 'href="/departments"' in await manager.page("/rules")
    anna = await Visitor.known(town, "anna")
    await anna.signs_in()
    assert 'href="/departments"' not in await anna.page("/rules")
    for path in ("/departments", f"/departments/{SCHOOL}", f"/departments/{SCHOOL}/people"):
        assert (await anna.get(path)).status == 403, path


async def test_an_alarm_is_seen_to(town: Town, manager: Visitor, empty_thursday: None) -> None:
    (alarm,) = (await town.get("/coverage-alarms"))["items"]
    status, _, part = await changes(manager, f"/departments/alarms/{alarm['id']}/seen")
    assert (status, "The alarm is seen to." in part) == (200, True)
    assert (await town.get("/coverage-alarms"))["items"] == []


async def test_a_week_says_who_is_away_and_what_can_be_done_about_an_empty_day(
    manager: Visitor, empty_thursday: None
) -> None:
    page = await manager.page(f"/departments/{SCHOOL}?week=2026-W32")
    assert page.count("Nobody can be reached") == 1
    assert "3 of 3 can be reached" in page
    assert "What can be done" in page
    assert "Let it stand in" in page
    assert f'href="tel:{ANNA_MOBILE}"' in page
    assert "Sick" in page
    assert "until Fri 7 Aug 08:00" in page
    after = await manager.page(f"/departments/{SCHOOL}?week=2026-W33")
    assert "Nobody can be reached" not in after
    assert "This week" in after
    assert (await manager.page(f"/departments/{SCHOOL}?week=nonsense")).count("Week 32") == 1


async def test_an_open_week_asks_anew_and_is_sent_what_is_another(manager: Visitor, town: Town) -> None:
    page = await manager.page(f"/departments/{SCHOOL}?week=2026-W32&show=away")
    assert 'sse-connect="/departments/events"' in page
    (again,) = (html.unescape(one) for one in re.findall(r'hx-get="([^"]+)" hx-trigger="sse:absences"', page))
    assert again.startswith(f"/departments/{SCHOOL}/now?week=2026-W32&show=away&seen=")
    assert (await manager.get(again)).status == 204
    await sets(town, SIV)
    changed = await manager.page(again)
    assert "Siv Åkerström" in changed
    assert '<div id="said" role="status" hx-swap-oob="true">The week has changed.</div>' in changed
    (again,) = (html.unescape(one) for one in re.findall(r'hx-get="([^"]+)" hx-trigger', changed))
    assert (await manager.get(again)).status == 204
    assert (await manager.get(f"/departments/{NORA}/now")).status == 403


async def test_an_operator_sees_the_week_without_private_reasons_and_protected_numbers(
    town: Town, empty_thursday: None
) -> None:
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    page = await olle.page(f"/departments/{SCHOOL}?week=2026-W32")
    assert "Ingen kan nås" in page
    assert "Frånvarande" in page
    assert "Sjuk" not in page
    assert HEMLIG_MOBILE not in page
    assert "Be den telefonansvarige ange en avdelning som ersätter." in page


async def test_another_department_is_named_that_stands_in(
    town: Town, manager: Visitor, empty_thursday: None
) -> None:
    page = await manager.page(f"/departments/{SCHOOL}?week=2026-W32")
    assert f'<option value="{SWITCHBOARD}"' in page
    assert f'<option value="{NORA}"' not in page
    status, to, _ = await changes(
        manager, f"/departments/{SCHOOL}/stand-in", department=SWITCHBOARD, week="2026-W32"
    )
    assert (status, to) == (204, f"/departments/{SCHOOL}?week=2026-W32")
    page = await manager.page(to)
    assert "Nobody is there; Växeln answers" in page
    assert "What can be done" not in page


async def test_an_absence_is_set_for_somebody(town: Town, manager: Visitor) -> None:
    page = await manager.page(f"/departments/{SCHOOL}?week=2026-W33&for={ANNA}")
    assert "Anna Berg is going to be away" in page
    assert 'name="begins_day" value="2026-08-10"' in page
    assert "Operators don't see it when the reason is private: Sick." in page
    form = {
        "person": ANNA,
        "reason": "6",
        "begins_day": "2026-08-10",
        "ends_day": "2026-08-12",
        "week": "2026-W33",
    }
    status, to, _ = await changes(
        manager, f"/departments/{SCHOOL}/absences", substitute=SIV, note="ring Siv", **form
    )
    assert (status, to) == (204, f"/departments/{SCHOOL}?week=2026-W33")
    (absence,) = (await town.get(f"/absences?person={ANNA}"))["items"]
    assert absence["starts_at"] == "2026-08-10T00:00:00+02:00"
    assert absence["ends_at"] == "2026-08-12T08:00:00+02:00"
    assert (absence["substitute"]["id"], absence["note"]) == (SIV, "ring Siv")


async def test_one_that_begins_today_begins_now_and_lasts_until_cancelled_without_a_day(
    town: Town, manager: Visitor
) -> None:
    form = {"person": ANNA, "reason": "6", "begins_day": "2026-08-05"}
    assert (await changes(manager, f"/departments/{SCHOOL}/absences", **form))[0] == 204
    (absence,) = (await town.get(f"/absences?person={ANNA}"))["items"]
    assert (absence["starts_at"], absence["ends_at"]) == ("2026-08-05T10:00:00+02:00", None)


async def test_what_would_empty_the_department_is_refused_in_place_and_may_be_decided_with_a_reason(
    town: Town, manager: Visitor
) -> None:
    for person in (SIV, HEMLIG):
        await sets(town, person)
    form = {
        "person": ANNA,
        "reason": "6",
        "begins_day": "2026-08-06",
        "ends_day": "2026-08-07",
        "week": "2026-W32",
    }
    status, _, part = await changes(manager, f"/departments/{SCHOOL}/absences", note="bröllop", **form)
    assert status == 409
    assert part.lstrip().startswith('<section id="set"')
    assert "Kyrkskolan would have nobody who can be reached: 2026-08-06 (G3)." in part
    assert 'value="bröllop"' in part
    assert "Why the department is left empty all the same" in part
    kept = (await town.get("/audit?action=refused"))["items"]
    assert [one["after"]["rules"] for one in kept] == [["G3"]]
    forced = await changes(
        manager, f"/departments/{SCHOOL}/absences", force_reason="Det är bara en halvdag för oss.", **form
    )
    assert forced[0] == 204
    week = await manager.page(f"/departments/{SCHOOL}?week=2026-W32")
    assert "hemlig@kommunen.test has decided it all the same: Det är bara en halvdag för oss." in week


async def test_who_may_not_decide_it_is_not_asked_for_a_reason(town: Town) -> None:
    """Nor is an operator who is a telephone manager elsewhere."""
    for person in (SIV, HEMLIG):
        await sets(town, person)
    elsewhere = {"kind": "operation", "id": str(id_of("Omsorg"))}
    olle = await Visitor.known(
        town, "olle", {"role": "operator"}, {"role": "telephone_manager", "scope": elsewhere}
    )
    await olle.signs_in()
    form = {"person": ANNA, "reason": "6", "begins_day": "2026-08-06", "ends_day": "2026-08-07"}
    status, _, part = await changes(olle, f"/departments/{SCHOOL}/absences", **form)
    assert (status, 'force_reason"' in part) == (409, False)


@pytest.mark.parametrize(
    "wrong", [{"begins_day": "never"}, {"ends_day": "2026-02-30"}, {"ends_time": "25:00"}, {"reason": "77"}]
)
async def test_what_is_wrong_with_the_form_is_told_in_it(manager: Visitor, wrong: dict[str, str]) -> None:
    form = {"person": ANNA, "reason": "6", "begins_day": "2026-08-06", "ends_day": "2026-08-07", **wrong}
    status, _, part = await changes(manager, f"/departments/{SCHOOL}/absences", **form)
    assert (status, 'role="alert"' in part) == (422, True)


async def test_an_absence_of_another_operation_is_not_the_manager_s_to_set(manager: Visitor) -> None:
    form = {"person": NILS, "reason": "6", "begins_day": "2026-08-06"}
    assert (await changes(manager, f"/departments/{SCHOOL}/absences", **form))[0] == 403
    assert (await manager.get(f"/departments/{NORA}")).status == 403


async def test_an_absence_is_changed_and_ended(town: Town, manager: Visitor) -> None:
    absence = await sets(town, ANNA)
    path = f"/departments/{SCHOOL}/absences/{absence['id']}"
    page = await manager.page(f"/departments/{SCHOOL}?week=2026-W32&absence={absence['id']}")
    assert 'name="ends_day" value="2026-08-07"' in page
    assert "Take it back" in page
    form = {"version": "1", "ends_day": "2026-08-08", "ends_time": "12:00", "week": "2026-W32"}
    assert (await changes(manager, path, **form))[0] == 204
    (changed,) = (await town.get(f"/absences?person={ANNA}"))["items"]
    assert changed["ends_at"] == "2026-08-08T12:00:00+02:00"
    late = await changes(manager, path, **form)
    assert (late[0], 'role="alert"' in late[2]) == (412, True)
    assert (await changes(manager, f"{path}/end", version="2"))[0] == 204
    (taken_back,) = (await town.get(f"/absences?person={ANNA}&ended=true"))["items"]
    assert taken_back["ends_at"] == taken_back["starts_at"]
    assert "Holiday" not in await manager.page(f"/departments/{SCHOOL}?week=2026-W32")


async def test_the_note_of_a_private_absence_stays_when_an_operator_moves_its_end(town: Town) -> None:
    """Who does not see the note is not asked for it; the head is."""
    absence = await sets(town, ANNA, reason="9", ends_at=None, note="Ring min man, 0980-31 92 44")
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    week = f"/departments/{SCHOOL}?week=2026-W32&absence={absence['id']}"
    assert 'name="ends_day"' in (page := await olle.page(week))
    assert 'name="note"' not in page
    form = {"version": "1", "ends_day": "2026-08-08", "week": "2026-W32"}
    status = (await changes(olle, f"/departments/{SCHOOL}/absences/{absence['id']}", **form))[0]
    after = await town.get(f"/absences/{absence['id']}")
    assert (status, after["note"]) == (204, absence["note"])
    assert after["ends_at"] == "2026-08-08T08:00:00+02:00"


async def test_the_training_list_is_ticked_off(town: Town, manager: Visitor) -> None:
    added = await changes(manager, "/departments/training", person=ANNA, note="ny telefon")
    assert "Anna Berg is on the list." in added[2]
    assert "ny telefon" in await manager.page("/departments/training")
    (training,) = (await town.get("/trainings"))["items"]
    _, _, part = await changes(manager, f"/departments/training/{training['id']}/done")
    assert "Anna Berg is ticked off." in part
    assert "ny telefon" not in part
    assert "ticked off today by hemlig@kommunen.test" in await manager.page("/departments/training?done=true")


async def test_who_is_put_on_the_list_is_chosen_by_name(manager: Visitor) -> None:
    assert f'<option value="{ANNA}" selected>Anna Berg, Kyrkskolan' in await manager.page(
        "/departments/choices?q=anna+b"
    )
    assert "Nobody has that name." in await manager.page("/departments/choices?q=nobody")


async def test_a_notice_is_written_changed_and_ended_and_tells_who_has_not_read_it(
    town: Town, manager: Visitor
) -> None:
    skola = str(id_of("Skola"))
    page = await manager.page("/departments/notices")
    assert f'<option value="{skola}"' in page
    assert "It concerns all" not in page
    text = "Det händer:\r\nVi flyttar <i>nu</i>"
    written = await changes(manager, "/departments/notices", text=text, operation=skola)
    assert "Det händer:\nVi flyttar &lt;i&gt;nu&lt;/i&gt;" in written[2]
    assert "0 of 2 have acknowledged it" in written[2]
    assert "Not yet: Olle Ek, Siv Åkerström" in written[2]
    (notice,) = (await town.get("/notices"))["items"]
    path = f"/departments/notices/{notice['id']}"
    changed = await changes(manager, path, text="Vi flyttar i morgon", version="1")
    assert "The notice is to be acknowledged anew." in changed[2]
    ended = await changes(manager, f"{path}/end", version="2")
    assert "No notices." in ended[2]
    assert "Vi flyttar i morgon" in await manager.page("/departments/notices?ended=true")
    refused = await changes(manager, "/departments/notices", text="Annat", operation=str(id_of("Omsorg")))
    assert refused[0] == 403


async def test_a_notice_that_another_has_changed_keeps_what_was_typed_and_can_be_saved(
    town: Town, manager: Visitor
) -> None:
    body = {"text": "Vi flyttar", "operation": str(id_of("Skola"))}
    id_ = (await answer(await town.ask("POST", "/notices", body), 201))["id"]
    path = f"/departments/notices/{id_}"
    await answer(await town.ask("PATCH", f"/notices/{id_}", {"text": "Vi flyttar inte"}, if_match='"1"'), 200)
    for sent_to in (path, f"{path}/end"):
        status, _, stale = await changes(manager, sent_to, text="Vi flyttar i morgon", version="1")
        assert status == 412
        assert "Somebody else has changed this meanwhile." in stale
        assert '<a href="#f-text">What has changed</a>: Vi flyttar inte' in stale
        assert ">Vi flyttar i morgon</textarea>" in stale
        assert 'name="version" value="2"' in stale
    assert (await changes(manager, path, text="Vi flyttar i morgon", version="2"))[0] == 200
    assert (await changes(manager, f"{path}/end", version="3"))[0] == 200
    status, _, over = await changes(manager, path, text="Vi är kvar", version="3")
    assert (status, "This has changed since you read it." in over) == (412, True)
    assert "<form" not in over, "the one on the page keeps what was typed"


async def test_a_notice_of_another_operation_is_read_and_not_changed(town: Town, manager: Visitor) -> None:
    body = {"text": "Omsorgen har bytt nummer", "operation": str(id_of("Omsorg"))}
    await answer(await town.ask("POST", "/notices", body), 201)
    page = await manager.page("/departments/notices")
    assert "Omsorgen har bytt nummer" in page
    assert "Change or end" not in page


async def test_a_flag_on_a_wrong_detail_is_settled(town: Town, manager: Visitor) -> None:
    for person in (SIV, NILS):
        body = {"what": "title", "note": "är lärare"}
        await answer(await town.ask("POST", f"/persons/{person}/flags", body, who="operator"), 201)
    page = await manager.page("/departments/flags")
    assert "Siv Åkerström" in page
    assert "är lärare" in page
    assert "Nils" not in page
    assert "wrong: title, är lärare" in await manager.page(f"/departments/{SCHOOL}/people")
    flag = next(one for one in (await town.get("/flags"))["items"] if one["person"]["id"] == SIV)
    _, _, part = await changes(manager, f"/departments/flags/{flag['id']}/close")
    assert "The flag on Siv Åkerström is settled." in part
    assert "No details are flagged as wrong." in part


async def test_details_are_confirmed_and_changed(town: Town, manager: Visitor) -> None:
    path = f"/departments/{SCHOOL}/people"
    assert (await manager.page(f"{path}?stale=true")).count("to be confirmed</span>") == 3
    await answer(await town.ask("POST", f"/persons/{ANNA}/flags", {"what": "title"}, who="operator"), 201)
    confirm = f"{path}/{ANNA}/confirm?stale=true"
    assert (await changes(manager, confirm, version="1"))[0] == 412, "flagged since it was shown"
    assert """hx-vals='{"version": 2}'""" in await manager.page(path)
    _, _, part = await changes(manager, confirm, version="2")
    assert "Confirmed: Anna Berg" in part
    assert part.count("to be confirmed</span>") == 2
    form = await manager.page(f"{path}/{SIV}")
    assert 'name="title"' in form
    version = form.partition('name="version" value="')[2].partition('"')[0]
    changed = await changes(
        manager,
        f"{path}/{SIV}",
        title="lärare",
        functions="bild\n\nslöjd\n",
        version=version,
        email="siv@x.test",
    )
    assert "Changed: Siv Åkerström" in changed[2]
    siv = await town.get(f"/persons/{SIV}")
    assert (siv["title"], siv["functions"], siv["email"]) == ("lärare", ["bild", "slöjd"], "siv@x.test")
    status, _, stale = await changes(manager, f"{path}/{SIV}", title="rektor", version=version)
    assert (status, "Title</a>: lärare" in stale, 'value="rektor"' in stale) == (412, True, True)
    assert (await changes(manager, f"{path}/{NILS}", title="x", version="1"))[0] == 403
