"""Whatever comes in a page's address or form, the answer is a page or a sentence, never a fault of ours."""

from __future__ import annotations

import asyncio

import pytest
from yarl import URL

from unit.web.pages.test_switchboard import CALL, OLLE
from unit.web.pages.visiting import Visitor
from unit.web.test_confirming import sent
from unit.web.town import Engaged, Town, id_of

ANNA, SIV, SCHOOL = (str(id_of(name)) for name in ("anna", "siv", "Kyrkskolan"))


@pytest.fixture
async def anna(town: Town) -> Visitor:
    anna = await Visitor.known(town, "anna", {"role": "admin"})
    await anna.signs_in()
    return anna


@pytest.fixture
async def olle(town: Town) -> Visitor:
    olle = await Visitor.known(town, "olle", {"role": "operator"})
    await olle.signs_in()
    return olle


async def means(visitor: Visitor, path: str, **form: str) -> tuple[int, str]:
    came = await visitor.post(path, {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}, **form)
    return came.status, await came.text()


@pytest.mark.parametrize(
    "path",
    [
        f"{page}{day}"
        for day in ("0001-01-01", "9999-12-31")
        for page in (
            "/me?week=",
            "/me/week?week=",
            "/me/ends?reason=6&begins_day=",
            "/me/heard?reason=6&ends=other&back_day=",
            "/admin/audit?since=",
            "/admin/audit?until=",
            "/calls?since=",
            "/calls?until=",
        )
    ],
)
async def test_a_day_out_of_all_time_is_no_day(anna: Visitor, path: str) -> None:
    assert (await anna.get(path)).status == 200


async def test_nothing_is_changed_for_a_day_out_of_all_time(anna: Visitor) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        for path, form in (
            ("/extracts", {"person": SIV, "reason": "rings all night", "first": day, "last": day}),
            (f"/departments/{SCHOOL}/absences", {"person": SIV, "reason": "1", "begins_day": day}),
            ("/me/absences", {"reason": "6", "begins_day": day}),
            ("/me/forwardings", {"target": "202", "until_day": day}),
        ):
            assert (await means(anna, path, **form))[0] == 422, (path, day)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/departments/{SCHOOL}?for={SIV}/presence", 400),
        (f"/departments/{SCHOOL}?absence=a/heard", 400),
        (f"/switchboard/found?person={SIV}/held", 400),
        ("/switchboard/found?q=siv&call=hv-k-1/recent", 400),
        (f"/admin/persons/{SIV}%2Fheld", 404),
        ("/calls/hv-k-1%2Fstory", 404),
        (f"/departments/{SCHOOL}%0d%0aSet-Cookie:%20a/people", 404),
    ],
)
async def test_what_stands_in_an_address_leads_to_no_other_route_of_the_api(
    anna: Visitor, path: str, status: int
) -> None:
    assert (await anna.get(path)).status == status


async def test_nor_does_what_stands_in_a_form(anna: Visitor) -> None:
    for path, form in (
        ("/switchboard/transfer", {"call": "hv-k-1/hold", "to": "202"}),
        ("/switchboard/transfer", {"call": "hv-k-1", "to": "202", "person": f"{SIV}/held"}),
        ("/switchboard/message", {"call": "hv-k-1/hold", "person": SIV}),
        ("/me/messages/a%2Fb/read", {}),
    ):
        assert (await means(anna, path, **form))[0] in (400, 404), path


async def test_a_form_ends_no_header(anna: Visitor) -> None:
    away = {"person": SIV, "reason": "1", "begins_day": "2026-08-10", "ends_day": "2026-08-12"}
    headers = {"X-CSRF-Token": await anna.csrf(), "HX-Request": "true"}
    came = await anna.post(
        f"/departments/{SCHOOL}/absences", headers, **away, week="2026-W33\r\nSet-Cookie: a=b"
    )
    assert (came.status, came.headers["HX-Redirect"]) == (204, f"/departments/{SCHOOL}?week=2026-W32")


async def test_a_number_of_any_length_is_one_too_many(anna: Visitor) -> None:
    body = {"kind": "person", "person": ANNA, "reason": "jour i kväll", "ends_at": "2026-08-05T17:00"}
    assert (await means(anna, "/admin/exceptions/preview", **body, max_uses="9" * 5000))[0] == 422


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("application/x-www-form-urlencoded; charset=none", b"name=x"),
        ("application/x-www-form-urlencoded", b"name=\xff"),
        ("multipart/form-data", b"name"),
        ("multipart/form-data; boundary=x", b"name"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nname\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n",
        ),
    ],
)
async def test_what_is_no_form_is_told(anna: Visitor, kind: str, form: bytes) -> None:
    headers = {"X-CSRF-Token": await anna.csrf(), "Content-Type": kind}
    paths = (
        "/sign-in",
        "/language",
        "/me/absences",
        "/admin/persons",
        f"/details/{(await sent(anna.town)).token}",
    )
    for path in paths:
        came = await anna.town.client.post(URL(path), data=form, headers=headers)
        assert came.status == 400, path


async def test_who_has_to_sign_in_comes_from_an_address_that_can_be_written(town: Town) -> None:
    at = town.client.make_url("/")
    reader, writer = await asyncio.open_connection(at.host, at.port)
    writer.write(b"GET /me HTTP/1.1\r\nHost: x\r\nHX-Request: true\r\nHX-Current-URL: http://x/\xff\r\n\r\n")
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert b"204 No Content" in answer
    assert b"HX-Redirect: /sign-in?to=/\r\n" in answer


async def test_the_search_goes_on_when_the_caller_has_hung_up(olle: Visitor, town: Town) -> None:
    assert "Anna Berg" in await olle.page("/switchboard/found?q=anna&call=hv-k-1")
    assert (await means(olle, "/switchboard/ring", call="hv-k-1", to="201"))[0] == 200
    assert town.live.dialled == [(OLLE, "201")]


async def test_the_console_is_shown_when_a_call_ends_while_it_is_made(
    olle: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.live.up = [CALL]
    monkeypatch.setattr(town.live, "call", Engaged().call)
    assert 'value="hv-k-1"' in await olle.page("/switchboard")
