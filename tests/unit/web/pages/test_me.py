"""My page: absence, messages, forwarding, details and greeting, by what each shows and changes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from hanvisa.directory.repositories.audit import Audit
from hanvisa.policy.facts import MessageState
from unit.web.pages.visiting import Visitor
from unit.web.test_messages import leaves
from unit.web.town import NOW, Town, answer, id_of

ANNA, SIV, OLLE, HEMLIG = (str(id_of(name)) for name in ("anna", "siv", "olle", "hemlig"))


@pytest.fixture
async def anna(town: Town) -> Visitor:
    anna = await Visitor.known(town, "anna")
    await anna.signs_in()
    return anna


async def does(visitor: Visitor, path: str, status: int = 200, **form: str) -> str:
    """A change as the page's htmx asks for it; what is answered."""
    headers = {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}
    came = await visitor.post(path, headers, **form)
    assert came.status == status, await came.text()
    return await came.text()


async def draft(visitor: Visitor, **form: str) -> str:
    return await visitor.page(f"/me/draft?{urlencode(form)}")


async def heard(visitor: Visitor, **form: str) -> str:
    return await visitor.page(f"/me/heard?{urlencode(form)}")


# absence


async def test_who_writes_a_note_is_told_where_operators_do_not_see_it(anna: Visitor) -> None:
    assert "Telefonisterna ser den inte: orsaken är privat." in await draft(anna, reason="9")
    sees = await draft(anna, reason="1")
    assert "Notering till telefonisterna" in sees
    assert "ser den inte" not in sees


async def test_an_absence_is_two_clicks_and_its_end_is_the_reasons_own(anna: Visitor, town: Town) -> None:
    page = await anna.page("/me")
    assert "Du är på plats: telefonen ringer." in page
    assert (
        '<button class="secondary outline begins" hx-get="/me/draft?reason=0" hx-target="#draft">Åter' in page
    )
    chosen = await draft(anna, reason="0")
    assert "Din telefon ringer inte. Den som ringer hör:" in chosen
    assert 'src="/api/v1/absences/heard/' in chosen
    assert not town.directory.register.absences.rows
    changed = await does(anna, "/me/absences", reason="0", ends="own")
    assert "Frånvaron är sparad." in changed
    assert "till idag 10:45" in changed
    [absence] = town.directory.register.absences.rows
    assert (absence.person_id, absence.ends_at) == (id_of("anna"), NOW + timedelta(minutes=45))


@pytest.mark.parametrize(
    ("form", "starts_at", "ends_at"),
    [
        ({"reason": "1", "ends": "30"}, None, "2026-08-05T10:30:00+02:00"),
        ({"reason": "1", "ends": "lunch"}, None, "2026-08-05T13:00:00+02:00"),
        ({"reason": "1", "ends": "evening"}, None, "2026-08-05T17:00:00+02:00"),
        ({"reason": "1", "ends": "other", "back_clock": "15:15"}, None, "2026-08-05T15:15:00+02:00"),
        ({"reason": "6", "ends": "own"}, None, "2026-08-06T08:00:00+02:00"),
        ({"reason": "6", "ends": "monday"}, None, "2026-08-10T08:00:00+02:00"),
        ({"reason": "6", "ends": "later"}, None, "2026-08-17T08:00:00+02:00"),
        (  # Easter Monday is the Monday after next
            {"reason": "6", "ends": "later", "begins_day": "2027-03-15"},
            "2027-03-15T08:00:00+01:00",
            "2027-03-30T08:00:00+02:00",
        ),
        (  # it is the next Monday
            {"reason": "6", "ends": "later", "begins_day": "2027-03-22"},
            "2027-03-22T08:00:00+01:00",
            "2027-04-05T08:00:00+02:00",
        ),
        ({"reason": "6", "ends": "none"}, None, None),
        ({"reason": "6", "ends": "other", "back_day": "2026-08-20"}, None, "2026-08-20T08:00:00+02:00"),
        ({"reason": "9", "ends": "own"}, None, None),
        (
            {"reason": "1", "ends": "60", "begins_day": "2026-08-07", "begins_clock": "09:00"},
            "2026-08-07T09:00:00+02:00",
            "2026-08-07T10:00:00+02:00",
        ),
        (
            {"reason": "1", "ends": "other", "begins_day": "2026-08-07", "back_clock": "11:00"},
            "2026-08-07T08:00:00+02:00",
            "2026-08-07T11:00:00+02:00",
        ),
    ],
)
async def test_the_ends_that_are_offered(
    anna: Visitor, town: Town, form: dict[str, str], starts_at: str | None, ends_at: str | None
) -> None:
    await does(anna, "/me/absences", **form)
    [absence] = (await town.get("/absences"))["items"]
    assert absence["starts_at"] == (starts_at or "2026-08-05T10:00:00+02:00")
    assert absence["ends_at"] == ends_at


async def test_what_is_known_besides_is_kept(anna: Visitor, town: Town) -> None:
    more = {"substitute": SIV, "note": "ring Siv", "reached_from": "15:00", "reached_to": "16:00"}
    await does(anna, "/me/absences", reason="6", ends="own", **more)
    [absence] = (await town.get("/absences"))["items"]
    assert absence["substitute"]["name"] == "Siv Åkerström"
    assert absence["note"] == "ring Siv"
    assert absence["best_reached"] == [{"days": [1, 2, 3, 4, 5], "start": "15:00", "end": "16:00"}]


async def test_times_that_can_not_be_are_told_in_their_place(anna: Visitor) -> None:
    assert "Slutet har redan varit." in await heard(
        anna, reason="1", ends="other", back_clock="07:00", begins_clock="06:00"
    )
    assert "Säg vilken dag eller vilken tid" in await heard(anna, reason="1", ends="other")
    assert "Dagen eller klockslaget finns inte." in await heard(
        anna, reason="1", ends="other", back_day="soon"
    )
    assert (await anna.get("/me/draft")).status == 400
    assert (await anna.get("/me/draft?reason=a%2Fb")).status == 400


async def test_my_colleagues_may_be_substitutes_and_others_are_found(anna: Visitor) -> None:
    chosen = await draft(anna, reason="1")
    assert "Siv Åkerström</option>" in chosen
    assert "Olle Ek</option>" not in chosen
    found = await anna.page("/me/colleagues?q=olle")
    assert f'<option value="{OLLE}" >Olle Ek</option>' in found
    found = await anna.page(f"/me/colleagues?q=siv&substitute={OLLE}")
    assert "Siv Åkerström</option>" in found
    assert f'<option value="{OLLE}" selected>Olle Ek</option>' in found


async def test_who_is_back_early_ends_all_that_lasts(anna: Visitor, town: Town) -> None:
    await does(anna, "/me/absences", reason="1", ends="60")
    await does(anna, "/me/absences", reason="6", ends="own", begins_day="2026-08-10")
    assert "Du är tillbaka: telefonen ringer." in await does(anna, "/me/back")
    [left] = (await town.get("/absences"))["items"]
    assert left["starts_at"] == "2026-08-10T08:00:00+02:00"
    changed = await does(anna, f"/me/absences/{left['id']}/end")
    assert "Frånvaron är borttagen." in changed
    assert "Kommande frånvaro" not in changed


@pytest.fixture
async def alone(anna: Visitor, town: Town) -> Visitor:
    """Anna, whose colleagues are all away."""
    for person in (SIV, HEMLIG):
        body = {"person": person, "reason": "6", "ends_at": "2026-08-17T08:00:00+02:00"}
        await answer(await town.ask("POST", "/absences", body), 201)
    return anna


async def test_a_department_that_would_be_empty_is_told_in_place_with_who_is_away(alone: Visitor) -> None:
    refused = await does(alone, "/me/absences", 409, reason="6", ends="later")
    assert "Siv Åkerström" in refused
    assert "Regel G3" in refused
    assert "force_reason" not in refused


async def heads(town: Town, visitor: Visitor, operation: str) -> None:
    user = next(one for one in (await town.get("/users"))["items"] if one["name"] == visitor.name)
    role = {"role": "head", "scope": {"kind": "operation", "id": str(id_of(operation))}}
    await answer(await town.ask("PATCH", f"/users/{user['id']}", {"roles": [role]}, if_match='"1"'), 200)


async def test_the_head_of_another_operation_is_not_told_that_they_may_decide(
    alone: Visitor, town: Town
) -> None:
    await heads(town, alone, "Omsorg")
    assert "force_reason" not in await does(alone, "/me/absences", 409, reason="6", ends="later")


async def test_who_may_leaves_it_empty_with_a_reason(alone: Visitor, town: Town) -> None:
    await heads(town, alone, "Skola")
    assert "force_reason" in await does(alone, "/me/absences", 409, reason="6", ends="later")
    refused = await does(alone, "/me/absences", 422, reason="6", ends="later", force_reason="därför")
    assert "Skälet säger för lite." in refused
    assert "force_reason" in refused
    kept = [one.after or {} for one in await Audit(town.database).list(action="refused")]
    assert "refused-by-policy" in [one["error_id"] for one in kept]
    why = "Skolan är stängd hela veckan"
    assert "Frånvaron är sparad." in await does(
        alone, "/me/absences", reason="6", ends="later", force_reason=why
    )


async def test_my_week_has_when_i_am_away(anna: Visitor) -> None:
    await does(anna, "/me/absences", reason="1", ends="60")
    await does(anna, "/me/absences", reason="6", ends="own", begins_day="2026-08-10")
    page = await anna.page("/me")
    assert "Vecka 32" in page
    assert "10:00–11:00" in page
    after = await anna.page("/me/week?week=2026-08-12")
    assert "Vecka 33" in after
    assert "från 08:00" in after
    assert "hela dagen" not in after
    assert "Vecka 32" in await anna.page("/me/week?week=never")


async def test_my_week_has_when_i_was_away(anna: Visitor, town: Town) -> None:
    await does(anna, "/me/absences", reason="1", ends="120")
    town.clock.advance(timedelta(minutes=90))
    await does(anna, "/me/back")
    await does(anna, "/me/absences", reason="6", begins_day="2026-08-07", ends="own")
    (coming,) = (await town.get(f"/absences?person={id_of('anna')}"))["items"]
    await does(anna, f"/me/absences/{coming['id']}/end")
    week = (await anna.page("/me")).partition('id="week"')[2].partition("</section>")[0]
    assert "10:00–11:30" in week
    assert "Semester" not in week, "it was taken back before it began"
    town.clock.advance(timedelta(days=1))
    await anna.signs_in()
    page = await anna.page("/me")
    assert "10:00–11:30" in page.partition('id="week"')[2].partition("</section>")[0]
    assert "10:00–11:30" not in await anna.page("/me/week?week=2026-08-10")
    town.clock.advance(timedelta(days=7))
    await anna.signs_in()
    assert "10:00–11:30" in await anna.page("/me/week?week=2026-08-05")


# messages


async def test_a_message_is_heard_and_handled(anna: Visitor, town: Town) -> None:
    id_ = await leaves(town)
    page = await anna.page("/me")
    assert "0980-31 92 44" in page
    assert f'src="/api/v1/messages/{id_}/sound"' in page
    assert "(1 nytt)" in page
    await does(anna, f"/me/messages/{id_}/read")
    await does(anna, f"/me/messages/{id_}/read")
    assert (await town.get(f"/messages/{id_}"))["state"] == MessageState.READ
    assert "Inga meddelanden väntar" in await does(anna, f"/me/messages/{id_}/handled")
    handled = await town.get(f"/messages/{id_}")
    assert (handled["state"], handled["handled_by"]) == (MessageState.HANDLED, anna.name)


async def test_who_left_a_message_is_rung_through_my_phone(anna: Visitor, town: Town) -> None:
    id_ = await leaves(town)
    changed = await does(anna, f"/me/messages/{id_}/ring-back")
    assert "Din telefon ringer: svara, så rings 0980-31 92 44 upp." in changed
    assert town.live.dialled == [(id_of("anna"), "+46980319244")]
    assert f"/me/messages/{id_}/handled" in changed, "whether that was all, only I know"


async def test_my_departments_messages_are_mine_to_handle_too(anna: Visitor, town: Town) -> None:
    await leaves(town, department=True)
    assert "till Kyrkskolan: den som hinner först svarar" in await anna.page("/me")


# forwarding


async def test_a_forwarding_tells_what_is_left_of_the_month(anna: Visitor, town: Town) -> None:
    assert "10 dagar av 10 är kvar" in await anna.page("/me")
    changed = await does(
        anna, "/me/forwardings", target="070-174 06 05", kind="no_answer", until_day="2026-08-07"
    )
    assert "när ingen svarar" in changed
    assert "7 dagar av 10 är kvar" in changed
    [one] = (await town.get("/forwardings"))["items"]
    assert "Din telefon är inte vidarekopplad." in await does(anna, f"/me/forwardings/{one['id']}/end")


async def test_whose_phone_is_always_forwarded_is_not_told_that_it_rings(anna: Visitor, town: Town) -> None:
    rings, elsewhere = "telefonen ringer.", "telefonen är vidarekopplad till 070-174 06 05."
    await does(anna, "/me/forwardings", target="205", kind="no_answer")
    assert f"Du är på plats: {rings}" in await anna.page("/me")
    said = await does(anna, "/me/forwardings", target="070-174 06 05")
    assert f'<p id="there" hx-swap-oob="innerHTML">Du är på plats, och {elsewhere}' in said
    shown = await anna.page("/me")
    assert f"Du är på plats, och {elsewhere}" in shown
    assert rings not in shown
    await does(anna, "/me/absences", reason="1", ends="60")
    assert 'id="there"' not in await does(anna, "/me/forwardings", target="205", kind="busy")
    assert f"Du är tillbaka, och {elsewhere}" in await does(anna, "/me/back")
    [always] = [one for one in (await town.get("/forwardings"))["items"] if one["kind"] == "always"]
    assert f"Du är på plats: {rings}" in await does(anna, f"/me/forwardings/{always['id']}/end")


async def test_a_forwarding_that_is_there_already_is_told_to_be(anna: Visitor) -> None:
    await does(anna, "/me/forwardings", target="205")
    assert "Samma vidarekoppling finns redan" in await does(anna, "/me/forwardings", 409, target="205")


async def test_a_forwarding_that_m3_refuses_is_told_with_its_rule(anna: Visitor) -> None:
    refused = await does(anna, "/me/forwardings", 409, target="070-174 06 05", until_day="2026-09-07")
    assert "högst 5 dagar" in refused
    assert "Regel M3" in refused


# details


async def test_details_are_confirmed_as_they_were_seen(anna: Visitor, town: Town) -> None:
    page = await anna.page("/me")
    version = page.partition('name="version" value="')[2].partition('">')[0].replace("&#34;", '"')
    changed = await does(
        anna,
        "/me/details",
        version=version,
        title="lärare",
        functions="matematik\nfysik\n",
        email="anna@kommunen.test",
    )
    assert "matematik, fysik" in changed
    await does(anna, "/me/details/confirm", 412, version=version)
    version = changed.partition('name="version" value="')[2].partition('">')[0].replace("&#34;", '"')
    assert "Tack, dina uppgifter är bekräftade." in await does(anna, "/me/details/confirm", version=version)
    person = await town.get(f"/persons/{ANNA}")
    assert (person["title"], person["functions"]) == ("lärare", ["matematik", "fysik"])
    assert not person["details_stale"]


async def test_what_an_operator_flagged_is_shown(anna: Visitor, town: Town) -> None:
    await town.ask("POST", f"/persons/{ANNA}/flags", {"what": "title", "note": "inte rektor längre"})
    assert "admin säger att det här är fel: titel. inte rektor längre" in await anna.page("/me")


async def test_a_greeting_is_confirmed(anna: Visitor, town: Town) -> None:
    [mobile] = (await town.get(f"/mobiles?person={ANNA}"))["items"]
    assert "Inte kontrollerad än." in await anna.page("/me")
    assert "Kontrollerad idag." in await does(anna, f"/me/mobiles/{mobile['id']}/greeting")


# who


async def test_nothing_of_another_person_is_changed_here(anna: Visitor, town: Town) -> None:
    body = {"person": SIV, "reason": "1"}
    absence = await answer(await town.ask("POST", "/absences", body), 201)
    await does(anna, f"/me/absences/{absence['id']}/end", 403)
    [mobile] = (await town.get(f"/mobiles?person={HEMLIG}"))["items"]
    await does(anna, f"/me/mobiles/{mobile['id']}/greeting", 403)
