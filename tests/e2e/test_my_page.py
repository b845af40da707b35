"""My page with real phones: what it says that callers will hear they hear, and it rings them back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab.api import Json

TORA, SVEN = "hallefors-219", "hallefors-218"
WORD = "not a secret of anybody"


@dataclass(frozen=True)
class Browser:
    session: aiohttp.ClientSession
    csrf: str

    async def get(self, path: str) -> Json:
        async with self.session.get(path) as answer:
            return dict(await answer.json())

    async def does(self, path: str, **form: str) -> str:
        headers = {"X-CSRF-Token": self.csrf, "HX-Request": "true"}
        async with self.session.post(path, data=form, headers=headers) as answer:
            told = await answer.text()
            assert answer.status == 200, told
            return told


@asynccontextmanager
async def signed_in(world: World, who: str) -> AsyncIterator[Browser]:
    """With an account that is made for it and ends with it."""
    account = {"name": f"{who}@page", "password": WORD, "person": str(world.person(who).id)}
    user = await world.api.post("/users", account)
    base = f"http://127.0.0.1:{world.settings.web_port}"
    jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
    async with aiohttp.ClientSession(base, cookie_jar=jar) as session:
        form = {"name": account["name"], "password": WORD}
        async with session.post("/sign-in", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
        async with session.get("/api/v1/session") as answer:
            yield Browser(session, (await answer.json())["csrf"])
    await world.api.act_on(f"/users/{user['id']}", "end")


async def test_a_person_sets_an_absence_and_the_next_caller_hears_what_the_page_said(world: World) -> None:
    """G1."""
    await world.siplet(TORA)
    async with signed_in(world, TORA) as page:
        assert "Frånvaron är sparad." in await page.does("/me/absences", reason="1", ends="120")
        [absence] = (await page.get(f"/api/v1/absences?person={world.person(TORA).id}"))["items"]
        told = (await page.get(f"/api/v1/absences/{absence['id']}/heard"))["words"]["sv"]
        caller = await world.citizen("0980319251", dials=world.direct_number(TORA))
        await world.hears(caller, "Tora Lindmark är på sammanträde och är tillbaka", pieces=3, within=LONG)
        offered = await world.commanded(caller, "Tryck ett för att lämna ett meddelande", within=LONG)
        assert told.startswith("Tora Lindmark är på sammanträde och är tillbaka")
        assert offered.words in told
        await caller.hangup()
        assert "Du är tillbaka: telefonen ringer." in await page.does("/me/back")


async def test_who_left_a_message_is_rung_back_through_the_persons_own_phone(world: World) -> None:
    """S1."""
    sven = await world.phone(SVEN)
    body = {"person": str(world.person(SVEN).id), "caller": "+46980319253"}
    message = await world.api.post("/messages", body)
    async with signed_in(world, SVEN) as page:
        told = await page.does(f"/me/messages/{message['id']}/ring-back")
        assert "Din telefon ringer: svara, så rings 0980-31 92 53 upp." in told
        own = await sven.rings(within=LONG)
        await own.answer()
        rung = await world.mobile("0980319253", within=LONG)
        await rung.answer()
        await own.talks_to(rung, within=LONG)
        await own.hangup()
        assert "Meddelandet är besvarat." in await page.does(f"/me/messages/{message['id']}/handled")
