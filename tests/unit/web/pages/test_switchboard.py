"""The attendant console: what it shows, what its keys do, and how a refusal is told in place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.calls.live_ports import LiveCall, LiveParty, Outcome, Wish
from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Language, Text
from hanvisa.web.pages import translating
from hanvisa.web.pages.switchboard.keys import keys
from hanvisa.web.pages.switchboard.parts import PARTS
from unit.web.pages.visiting import Visitor
from unit.web.town import ANNA_DIRECT, ANNA_MOBILE, HEMLIG_MOBILE, NOW, Town, answer, id_of

OLLE = id_of("olle")
CALL = LiveCall(
    id="hv-k-1",
    caller=LiveParty("+46980319244", None),
    other=LiveParty("200", OLLE),
    dialled="+46980319200",
    stage="Talking",
    operator=OLLE,
    organisation=id_of("Hällefors"),
    held=False,
    confidential=False,
    threat=False,
    since=NOW,
)
WAITS = replace(CALL, id="hv-k-2", caller=LiveParty("+46980319245", None), other=None, stage="AtSwitchboard")


@pytest.fixture
async def olle(town: Town) -> Visitor:
    """An operator who has signed in."""
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    return olle


async def test_the_console_shows_who_waits_whom_one_has_and_who_is_parked(olle: Visitor, town: Town) -> None:
    parked = replace(CALL, id="hv-k-3", other=None, stage="Parked", parked_for=id_of("anna"), held=True)
    town.live.up = [CALL, WAITS, parked]
    page = await olle.page("/switchboard")
    assert all(f'id="part-{name}"' in page for name in PARTS)
    assert 'id="answer-hv-k-2"' in page
    assert 'id="hold-hv-k-1"' in page
    assert "för Anna Berg" in page
    assert "Hällefors kommun" in page
    assert "0980-31 92 45" in page


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("busy", "upptagen"),
        ("no_answer", "svarar inte"),
        ("unplugged", "kan inte nås"),
        ("not_rung", "kunde inte ringas upp"),
    ],
)
async def test_it_says_of_a_caller_who_is_back_why_whom_they_sought_was_not_had(
    olle: Visitor, town: Town, why: str, words: str
) -> None:
    town.live.up = [replace(CALL, sought=id_of("siv"), why=why)]
    page = await olle.page("/switchboard")
    assert re.search(rf"åter från [\w ]+ \({words}\)", page)


O2 = Decision(
    Effect.REFUSE,
    ("O2",),
    Text(sv="Koppling till mobil är inte tillåten (O2).", en="Not allowed (O2)."),
    (
        Alternative(AlternativeKind.TELL_MOBILE_NUMBER, Text(sv="", en=""), ANNA_MOBILE),
        Alternative(AlternativeKind.GIVE_DIRECT_NUMBER, Text(sv="", en=""), ANNA_DIRECT),
        Alternative(AlternativeKind.TAKE_MESSAGE, Text(sv="", en="")),
    ),
)


async def does(visitor: Visitor, path: str, **form: str) -> tuple[int, str]:
    """A change as the page asks for it."""
    headers = {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}
    came = await visitor.post(path, headers, **form)
    return came.status, await came.text()


async def test_nobody_sees_the_console_who_may_not_and_nobody_acts_without_meaning_it(town: Town) -> None:
    anna = await Visitor.known(town, "anna")
    await anna.signs_in()
    assert (await anna.get("/switchboard")).status == 403
    assert 'href="/switchboard"' not in await (await anna.get("/switchboard")).text()
    assert (await does(anna, "/switchboard/calls/hv-k-1/hold"))[0] == 403
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    assert (await olle.post("/switchboard/calls/hv-k-1/hold")).status == 403
    assert town.live.asked == []


async def test_who_rings_at_ones_own_phone_stands_first_and_has_the_first_key(
    olle: Visitor, town: Town
) -> None:
    longest = replace(WAITS, id="hv-k-3", since=NOW - timedelta(minutes=2))
    town.live.up = [longest, replace(WAITS, rings=(OLLE,))]
    page = await olle.page("/switchboard")
    assert page.index('id="answer-hv-k-2"') < page.index('id="answer-hv-k-3"')
    assert "ringer hos dig" in page


async def test_whoever_is_talked_to_is_held_before_another_is_answered(olle: Visitor, town: Town) -> None:
    town.live.up = [CALL, WAITS]
    assert (await does(olle, "/switchboard/calls/hv-k-2/answer", call="hv-k-1"))[0] == 200
    assert [(call, wish) for call, wish, *_ in town.live.asked] == [
        ("hv-k-1", Wish.HOLD),
        ("hv-k-2", Wish.ANSWER),
    ]


@pytest.mark.parametrize(
    "wish", ["hold", "retrieve", "queue", "confidential", "takeback", "threat", "hangup"]
)
async def test_a_key_does_what_the_api_does(olle: Visitor, town: Town, wish: str) -> None:
    town.live.up = [CALL]
    assert (await does(olle, f"/switchboard/calls/hv-k-1/{wish}"))[0] == 200
    assert [(call, str(asked)) for call, asked, *_ in town.live.asked] == [("hv-k-1", wish)]


async def test_the_consulted_one_and_the_caller_are_joined(olle: Visitor, town: Town) -> None:
    held = replace(CALL, held=True, stage="OnHold")
    asks = replace(
        CALL, id="hv-k-5", caller=LiveParty("200", OLLE), other=LiveParty("201", id_of("anna")), dialled="201"
    )
    town.live.up = [held, asks]
    page = await olle.page("/switchboard")
    assert "Koppla ihop med Anna Berg" in page
    assert 'name="call" value="hv-k-1"' in page
    status, part = await does(olle, "/switchboard/calls/hv-k-1/join", consultation="hv-k-5")
    assert (status, "Kopplat till Anna Berg." in part) == (200, True)
    assert town.live.asked == [("hv-k-1", Wish.TRANSFER, OLLE, "", "hv-k-5")]
    mobile = replace(asks, other=LiveParty("+46701740607", None), dialled="0701740607")
    town.live.up = [held, mobile]
    _, part = await does(olle, "/switchboard/calls/hv-k-1/join", consultation="hv-k-5")
    assert "Kopplat till 070-174 06 07." in part
    town.live.outcome = Outcome("refused", O2)
    status, part = await does(olle, "/switchboard/calls/hv-k-1/join", consultation="hv-k-5")
    assert (status, "Inte kopplat: 070-174 06 07" in part) == (409, True)
    assert "spot-reason" not in part


PARKED = replace(CALL, id="hv-k-3", other=None, stage="Parked", parked_for=id_of("anna"), held=True)


async def a_colleague(town: Town) -> None:
    """Siv is an operator too, and closed yet."""
    body = {
        "person": str(id_of("siv")),
        "phone": str(id_of("phone siv")),
        "switchboards": [str(id_of("board"))],
    }
    await answer(await town.ask("POST", "/operators", body), 201)


async def opens(town: Town, person: str) -> None:
    await answer(await town.ask("POST", f"/operators/{id_of(person)}/state", {"state": "open"}), 200)


@pytest.mark.parametrize(("call", "key"), [(CALL, "Shift+F7"), (PARKED, "Ctrl+F7")], ids=["talks", "parked"])
async def test_a_caller_is_handed_over_to_a_colleague_who_is_open_and_free(
    olle: Visitor, town: Town, call: LiveCall, key: str
) -> None:
    await a_colleague(town)
    town.live.up = [call]
    assert f"<kbd>{key}</kbd>" not in (await olle.page("/switchboard")).partition('<dialog id="keys"')[0]
    await opens(town, "siv")
    page = (await olle.page("/switchboard")).partition('<dialog id="keys"')[0]
    assert "Siv Åkerström" in page
    assert f"<kbd>{key}</kbd>" in page
    path = f"/switchboard/calls/{call.id}/handover"
    assert f'hx-post="{path}"' in page
    assert (await does(olle, path, operator=str(id_of("siv"))))[0] == 200
    assert town.live.asked == [(call.id, Wish.HAND_OVER, OLLE, "", "")]


async def test_who_wraps_up_is_shown_so_and_may_be_handed_a_caller(olle: Visitor, town: Town) -> None:
    await a_colleague(town)
    await opens(town, "siv")
    town.live.up = [CALL]
    town.live.wrapping_up = {id_of("siv")}
    assert "Siv Åkerström (efterarbete)" in await olle.page("/switchboard")
    town.live.wrapping_up = {OLLE}
    page = await olle.page("/switchboard")
    assert '<span class="state paused">Efterarbete</span>' in page
    assert 'id="state-paused"' in page
    assert 'id="state-open"' not in page
    assert "(efterarbete)" not in page


async def test_whom_a_colleague_has_parked_is_fetched_and_not_handed_over(olle: Visitor, town: Town) -> None:
    await a_colleague(town)
    await opens(town, "siv")
    town.live.up = [replace(PARKED, operator=id_of("siv"))]
    page = await olle.page("/switchboard")
    assert 'id="answer-hv-k-3"' in page
    assert "/switchboard/calls/hv-k-3/handover" not in page


async def test_whom_a_colleague_hands_over_is_shown_with_whom_they_were_for(
    olle: Visitor, town: Town
) -> None:
    town.live.up = [replace(WAITS, stage="BackToOperator", rings=(OLLE,), sought=id_of("anna"))]
    page = await olle.page("/switchboard")
    assert "för Anna Berg" in page
    assert "åter från" not in page


async def test_a_confidential_call_with_a_mobile_is_taken_back_from_it(olle: Visitor, town: Town) -> None:
    """M4. Who put it through may mark it still."""
    through = replace(CALL, id="hv-k-7", other=LiveParty(ANNA_MOBILE, id_of("anna")), on_mobile=True)
    town.live.up = [through, replace(through, id="hv-k-8", operator=id_of("siv"))]
    page = await olle.page("/switchboard")
    assert "Kopplade till mobil" in page
    assert 'id="confidential-hv-k-7"' in page
    assert 'id="back-hv-k-7"' not in page
    assert "hv-k-8" not in page
    town.live.up = [replace(through, confidential=True)]
    page = await olle.page("/switchboard")
    assert 'hx-post="/switchboard/calls/hv-k-7/takeback"' in page
    assert "<kbd>Ctrl+F11</kbd>" in page


async def test_every_key_that_a_button_shows_is_in_the_list(olle: Visitor, town: Town) -> None:
    await a_colleague(town)
    await opens(town, "siv")
    through = replace(CALL, id="hv-k-7", other=LiveParty(ANNA_MOBILE, id_of("anna")), on_mobile=True)
    town.live.up = [
        replace(CALL, sought=id_of("siv"), why="busy"),
        WAITS,
        PARKED,
        replace(through, confidential=True),
    ]
    await answer(await town.ask("POST", "/notices", {"text": "Skolan har flyttat."}), 201)
    await answer(await town.ask("POST", "/absences", {"person": str(id_of("anna")), "reason": "1"}), 201)
    shown = await olle.page("/switchboard") + await olle.page("/switchboard/found?q=anna&call=hv-k-1")
    on_buttons = set(re.findall(r'data-key="([^"]+)"', shown))
    assert {"Ctrl+F6", "Ctrl+F7", "Ctrl+F11", "Ctrl+F12", "Shift+F7", "Shift+F12"} <= on_buttons
    translating.language.set(Language.SV)
    assert on_buttons - {key for key, _ in keys()} == set()


async def test_the_search_shows_at_once_who_is_where_and_how_they_are_had(olle: Visitor, town: Town) -> None:
    body = {
        "person": str(id_of("anna")),
        "reason": "1",
        "ends_at": (NOW + timedelta(hours=2)).isoformat(),
        "substitute": str(id_of("siv")),
        "best_reached": [{"days": [1, 2], "start": "08:00", "end": "09:00"}],
        "note": "Fråga efter Siv om det gäller skolskjutsen",
    }
    await answer(await town.ask("POST", "/absences", body), 201)
    await answer(await town.ask("POST", "/forwardings", {"person": str(id_of("anna")), "target": "202"}), 201)
    town.live.persons = {id_of("siv")}
    found = await olle.page("/switchboard/found?q=rektor&call=")
    for words in (
        "Anna Berg",
        "Sammanträde, till idag 12:00",
        "Fråga efter Siv om det gäller skolskjutsen",
        "mån, tis 08:00–09:00",
        "0980-31 92 01",
        "070-174 06 05",
        "får lämnas ut",
        "till 202 till idag 17:00",
        "i telefon",
        "Hanna Lind",
    ):
        assert words in found, words
    assert "Ersättare" in found


async def test_the_note_of_a_private_reason_is_not_shown(olle: Visitor, town: Town) -> None:
    body = {"person": str(id_of("anna")), "reason": "9", "note": "Magsjuk"}
    await answer(await town.ask("POST", "/absences", body), 201)
    found = await olle.page("/switchboard/found?q=rektor&call=")
    assert "Frånvarande" in found
    assert "Magsjuk" not in found


async def test_a_protected_number_is_not_shown_and_one_is_not_to_be_told_in_a_confidential_call(
    olle: Visitor, town: Town
) -> None:
    assert "070-174 06 06" not in await olle.page("/switchboard/found?q=hanna")
    assert "inget att lämna ut" in await olle.page("/switchboard/found?q=hanna")
    town.live.up = [replace(CALL, confidential=True)]
    found = await olle.page("/switchboard/found?q=anna&call=hv-k-1")
    assert "får inte lämnas ut" in found


async def test_the_search_goes_on_when_the_call_is_over(olle: Visitor) -> None:
    assert "Anna Berg" in await olle.page("/switchboard/found?q=anna&call=hv-k-1")
    assert (await does(olle, "/switchboard/ring", call="hv-k-1", to="201"))[0] == 200


async def test_a_number_is_offered_as_it_is(olle: Visitor, town: Town) -> None:
    found = await olle.page("/switchboard/found?q=0980-31%2092%2044")
    assert 'id="transfer-number"' in found
    assert "Ingen hittades" in await olle.page("/switchboard/found?q=zzz")
    town.live.up = [CALL]
    assert (await does(olle, "/switchboard/transfer", call="hv-k-1", to="0980-31 92 44"))[0] == 200
    assert town.live.asked == [("hv-k-1", Wish.TRANSFER, OLLE, "0980-31 92 44", "")]


async def test_a_refusal_is_told_in_place_with_rule_sentence_and_what_is_allowed_a_key_each(
    olle: Visitor, town: Town
) -> None:
    body = {"person": str(id_of("anna")), "reason": "1", "substitute": str(id_of("siv"))}
    await answer(await town.ask("POST", "/absences", body), 201)
    town.live.up, town.live.outcome = [CALL], Outcome("refused", O2)
    anna = str(id_of("anna"))
    status, part = await does(olle, "/switchboard/transfer", call="hv-k-1", to=ANNA_MOBILE, person=anna)
    assert status == 409
    assert "Koppling till mobil är inte tillåten (O2)." in part
    assert "Regel O2" in part
    ways = ["Lämna direktnumret", "Lämna mobilnumret", "Ta ett meddelande", "Till ersättaren Siv Åkerström"]
    assert [f"<kbd>{key}</kbd> {way}" in part for key, way in enumerate(ways, 1)] == [True] * 4
    assert "0980-31 92 01" in part
    assert "/switchboard/exception" not in part, "the setting does not let operators"
    [refusal] = await Audit(town.database).list(action="refused")
    assert (refusal.after or {})["rules"] == ["O2"]


async def test_a_message_parking_ringing_and_a_wrong_detail_are_a_key_each(olle: Visitor, town: Town) -> None:
    town.live.up, anna = [CALL], str(id_of("anna"))
    await answer(await town.ask("POST", "/codes", {"code": "*68", "action": "park"}), 201)
    assert (await does(olle, "/switchboard/message", call="hv-k-1", person=anna))[0] == 200
    status, part = await does(olle, "/switchboard/park", call="hv-k-1", to="201")
    assert (status, "Parkerat." in part) == (200, True)
    assert (await does(olle, "/switchboard/ring", call="hv-k-1", to="201"))[0] == 200
    assert [(wish, to) for _, wish, _, to, _ in town.live.asked] == [
        (Wish.MESSAGE, ""),
        (Wish.TRANSFER, "*68*201"),
        (Wish.HOLD, ""),
    ]
    assert town.live.dialled == [(OLLE, "201")]
    assert (await does(olle, f"/switchboard/persons/{anna}/flag"))[0] == 200
    [flag] = (await town.get("/flags"))["items"]
    assert flag["person"]["name"] == "Anna Berg"


async def test_a_message_is_written_for_who_was_found_also_without_a_caller(
    olle: Visitor, town: Town
) -> None:
    """S1."""
    path, anna = f"/switchboard/persons/{id_of('anna')}/message", str(id_of("anna"))
    assert path in await olle.page("/switchboard/found?q=anna&call=")
    form = await olle.page(f"{path}?call=")
    assert "Meddelande till Anna Berg" in form
    status, part = await does(
        olle, "/switchboard/messages", person=anna, text="Ring rektorn i Nora.\r\nDet är bråttom."
    )
    assert (status, "Meddelandet till Anna Berg är skickat." in part) == (200, True)
    assert (await does(olle, "/switchboard/messages", person=anna))[0] == 422
    [message] = (await town.get("/messages"))["items"]
    assert message["person"]["name"] == "Anna Berg"
    assert (message["text"], message["caller"]) == ("Ring rektorn i Nora.\nDet är bråttom.", "")
    assert (message["confidential"], message["call"]) == (False, None)


async def test_a_message_knows_of_the_caller_whom_to_ring_back_and_that_it_is_confidential(
    olle: Visitor, town: Town
) -> None:
    path, anna = f"/switchboard/persons/{id_of('anna')}/message?call=hv-k-1", str(id_of("anna"))
    town.live.up = [replace(CALL, confidential=True)]
    form = await olle.page(path)
    assert 'value="0980-31 92 44"' in form
    assert 'name="confidential" checked' in form
    sent = {"person": anna, "caller": "0980-31 92 44", "confidential": "on", "call": "hv-k-1"}
    assert (await does(olle, "/switchboard/messages", **sent))[0] == 200
    [message] = (await town.get("/messages"))["items"]
    assert message["confidential"]
    town.live.up = [replace(CALL, caller=LiveParty(HEMLIG_MOBILE, None))]
    assert "***" not in await olle.page(path), "what is hidden is no number to ring"


async def test_who_has_no_caller_is_told_so(olle: Visitor) -> None:
    status, part = await does(olle, "/switchboard/transfer", to="201")
    assert status == 409
    assert "Du har ingen som ringer just nu." in part


async def test_operators_open_pause_and_close_themselves(olle: Visitor, town: Town) -> None:
    assert "Öppen" in await olle.page("/switchboard")
    assert (await does(olle, "/switchboard/state", state="paused"))[0] == 200
    assert "Pausad" in await olle.page("/switchboard")
    assert (await town.get(f"/operators/{OLLE}"))["state"] == "paused"


async def test_a_notice_stands_there_until_it_is_read(olle: Visitor, town: Town) -> None:
    notice = await answer(await town.ask("POST", "/notices", {"text": "Skolan har flyttat."}), 201)
    assert "Skolan har flyttat." in await olle.page("/switchboard")
    read = f"/switchboard/notices/{notice['id']}/read"
    text = {"text": "Skolan har flyttat till Nora."}
    await answer(await town.ask("PATCH", f"/notices/{notice['id']}", text, if_match='"1"'), 200)
    assert (await does(olle, read, version="1"))[0] == 412, "it says something else by now"
    assert """hx-vals='{"version": 2}'""" in await olle.page("/switchboard")
    assert (await does(olle, read, version="2"))[0] == 200
    assert "Skolan har flyttat" not in await olle.page("/switchboard")
    [reader] = (await town.get(f"/notices/{notice['id']}"))["acknowledged"]
    assert reader["person"]["name"] == "Olle Ek"


async def test_an_admin_who_is_no_operator_sees_the_calls(town: Town) -> None:
    siv = await Visitor.known(town, "siv", {"role": "admin"})
    await siv.signs_in()
    town.live.up = [WAITS]
    page = await siv.page("/switchboard")
    assert "Du är inte telefonist" in page
    assert "0980-31 92 45" in page


async def test_whom_the_caller_rang_lately_is_a_key_away(olle: Visitor, town: Town) -> None:
    told = (
        ("opened", {"side": "carrier", "caller": "+46980319244", "called": "200"}),
        ("outcome", {"outcome": "referred", "operator": str(OLLE), "person": str(id_of("anna"))}),
    )
    entries = [CallEntry("hv-k-0", seq, NOW, kind, data) for seq, (kind, data) in enumerate(told)]
    await CallRecords(town.database).append(entries)
    town.live.up = [CALL]
    page = await olle.page("/switchboard")
    assert "Har ringt nyligen:" in page
    assert f"/switchboard/found?person={id_of('anna')}" in page


async def test_where_the_setting_lets_them_an_operator_makes_an_exception_in_place_and_puts_through(
    olle: Visitor, town: Town
) -> None:
    await answer(
        await town.ask("PATCH", "/settings/exceptions_on_the_spot", {"value": True}, if_match="*"), 200
    )
    town.live.up, town.live.outcome, anna = [CALL], Outcome("refused", O2), str(id_of("anna"))
    asked = {"call": "hv-k-1", "to": ANNA_MOBILE, "person": anna}
    assert "/switchboard/exception" in (await does(olle, "/switchboard/transfer", **asked))[1]
    town.live.outcome = Outcome("done")
    status, part = await does(olle, "/switchboard/exception", **asked, reason="Läckan måste stoppas nu")
    assert (status, "Kopplat till Anna Berg." in part) == (200, True)
    [exception] = town.directory.register.exceptions.rows
    assert (exception.scope_id, exception.call) == (id_of("anna"), "hv-k-1")


async def test_a_transfer_that_failed_is_tried_again_with_the_exception_that_was_made_for_it(
    olle: Visitor, town: Town
) -> None:
    await answer(
        await town.ask("PATCH", "/settings/exceptions_on_the_spot", {"value": True}, if_match="*"), 200
    )
    asked = {
        "call": "hv-k-1",
        "to": ANNA_MOBILE,
        "person": str(id_of("anna")),
        "reason": "Läckan måste stoppas nu",
    }
    town.live.up, town.live.outcome = [CALL], Outcome("not_now")
    assert (await does(olle, "/switchboard/exception", **asked))[0] == 409
    town.clock.advance(timedelta(seconds=10))
    town.live.outcome = Outcome("done")
    status, part = await does(olle, "/switchboard/exception", **asked)
    assert (status, "Kopplat till Anna Berg." in part) == (200, True)
    assert len(town.directory.register.exceptions.rows) == 1
