"""What is going on while the pictures are taken: people sign in, ask and wait."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from hanvisa.directory.spelling import folded, plain
from hanvisa.lab.api import Api
from hanvisa.lab.pictures.history import ANNA
from hanvisa.lab.town import Town, make_token, web_of
from hanvisa.reports.months import Month

PASSWORD = "for pictures alone"  # noqa: S105 - of a system that lives for a minute
MAIN = "0980319200"
SEAT = "hallefors-290"  # the operator's phone
_WAITING = ("0980319245", "0980319246")


async def let_in(api: Api, users: Iterable[str]) -> None:
    """Each of the users has the password."""
    wanted = set(users)
    for user in await api.items("/users"):
        if user["name"] in wanted:
            await api.ask("POST", f"/users/{user['id']}/password", {"password": PASSWORD})


async def keep_the_switchboard_busy(people: Town) -> None:
    """One caller talks with the operator, and others wait."""
    seat = await people.siplet(SEAT)
    caller = await people.citizen("0980319244", dials=MAIN)
    line = await seat.rings(within=20.0)
    await line.answer()
    await caller.until_up(within=10.0)
    for number in _WAITING:
        waiting = await people.citizen(number, dials=MAIN)
        await waiting.until_up(within=10.0)


async def ask_for_extracts(people: Town, month: Month) -> dict[str, str]:
    """Two of one person's calls, of which one is approved; their ids."""
    anna = people.person(ANNA)
    body = {
        "person": str(anna.id),
        "starts_at": month.starts_at.isoformat(),
        "ends_at": month.ends_at.isoformat(),
        "reason": "Många och långa samtal till utlandet på kvällarna.",
    }
    async with _api_of(people, "Bertil Åkesson") as asks, _api_of(people, "Elsa Hedström") as decides:
        asked, approved = [(await asks.post("/extracts", body))["id"] for _ in range(2)]
        await decides.act_on(f"/extracts/{approved}", "approve")
    return {"asked": str(asked), "approved": str(approved)}


@asynccontextmanager
async def _api_of(people: Town, name: str) -> AsyncIterator[Api]:
    """The API as the user of the demo directory has it."""
    user = plain(folded(name)).replace(" ", ".")
    token = await make_token(people.settings, "person", str(people.person(name).id), user)
    async with Api(web_of(people.settings), token) as api:
        yield api
