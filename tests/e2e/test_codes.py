"""Codes dialled on real phones: carried out, confirmed by voice, followed by the next call (G1, M4)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from e2e.support.switchboard import LONG, ULLA, nobody_outside_was_rung, settled
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.waiting import until

ELSA, FREDRIK = "hallefors-205", "hallefors-206"
NOBODYS = "nora-399"
NINA, COLLEAGUES = "ljusnarsberg-403", ("ljusnarsberg-401", "ljusnarsberg-402", "ljusnarsberg-404")
LOCAL = ZoneInfo("Europe/Stockholm")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def in_use(world: World) -> AsyncIterator[None]:
    """The service has settled, and its directory has been written to: a process's first write takes the longest."""
    await settled(world)
    await world.given_absent("hallefors-209")
    yield
    for who in (ELSA, FREDRIK, NINA):
        for absence in await absences(world, who):
            await world.end("/absences", absence)


async def dials(world: World, account: str, code: str) -> Line:
    """On the small phone, which loses no first syllable."""
    return await (await world.siplet(account)).call(code.replace("#", "%23"))


async def absences(world: World, who: str) -> list[Any]:
    items: list[Any] = await world.api.items("/absences", person=str(world.person(who).id))
    return items


async def test_an_absence_is_set_told_followed_and_ended(world: World) -> None:
    dialling = await dials(world, ELSA, "*23*6#")
    await world.hears(dialling, "Det är noterat. Elsa Hedström har semester och är tillbaka", within=LONG)
    await dialling.until_ended(within=LONG)
    [absence] = await absences(world, ELSA)
    assert (absence["reason"], absence["source"]) == ("6", "phone")
    audit = (await world.api.get(f"/absences/{absence['id']}"))["ends_at"]
    assert datetime.fromisoformat(audit).astimezone(LOCAL).hour == 8

    caller = await world.citizen("0980319212", dials=world.direct_number(ELSA))
    await world.hears(caller, "Elsa Hedström har semester och är tillbaka", pieces=3, within=LONG)
    await caller.hangup()
    assert not (await world.siplet(ELSA)).has_rung

    dialling = await dials(world, ELSA, "*22#")
    await world.hears(dialling, "Elsa Hedström har semester", pieces=3, within=LONG)
    await dialling.until_ended(within=LONG)

    dialling = await dials(world, ELSA, "#23#")
    await world.hears(dialling, "Elsa Hedström är tillbaka", within=LONG)
    await dialling.until_ended(within=LONG)
    assert not await absences(world, ELSA)
    dialling = await dials(world, ELSA, "#21#")
    await world.hears(dialling, "Inget sådant var inställt", within=LONG)
    await dialling.until_ended(within=LONG)
    dialling = await dials(world, ELSA, "*22")  # as phones do that take # for "send"
    await world.hears(dialling, "Varken frånvaro eller vidarekoppling", within=LONG)


async def test_an_absence_until_a_time_of_the_day(world: World) -> None:
    """G1."""
    dialling = await dials(world, ELSA, "*23*2*2359#")
    await world.hears(dialling, "Elsa Hedström är på kurs och är tillbaka", within=LONG)
    await dialling.until_ended(within=LONG)
    [absence] = await absences(world, ELSA)
    ends_at = datetime.fromisoformat(absence["ends_at"]).astimezone(LOCAL)
    assert (ends_at.date(), f"{ends_at:%H:%M}") == (datetime.now(LOCAL).date(), "23:59")


async def test_a_reason_lasts_as_long_as_it_says_itself(world: World) -> None:
    dialling = await dials(world, ELSA, "*23*12#")
    await world.hears(dialling, "Elsa Hedström är på lunch", within=LONG)
    await dialling.until_ended(within=LONG)
    [absence] = await absences(world, ELSA)
    began, ends = (datetime.fromisoformat(absence[name]) for name in ("starts_at", "ends_at"))
    assert round((ends - began) / timedelta(seconds=1)) == 30 * 60


async def test_on_a_phone_that_is_nobodys_a_code_for_a_person_is_refused(world: World) -> None:
    dialling = await dials(world, NOBODYS, "*23*1#")
    await world.hears(dialling, "Telefonen tillhör ingen person", within=LONG)
    await dialling.until_ended(within=LONG)
    assert [one["why"] for one in (await world.story(dialling)).events("outcome")] == ["nobodys_phone"]


async def test_an_operator_sets_and_ends_the_absence_of_somebody(world: World) -> None:
    back = datetime.now(LOCAL) + timedelta(days=20)
    dialling = await dials(world, ULLA, f"*230*206*6*{back:%m%d}#")
    await world.hears(dialling, "Fredrik Ståhl har semester och är tillbaka", pieces=4, within=LONG)
    await dialling.until_ended(within=LONG)
    [absence] = await absences(world, FREDRIK)
    ends_at = datetime.fromisoformat(absence["ends_at"]).astimezone(LOCAL)
    assert (ends_at.date(), ends_at.hour) == (back.date(), 8)

    dialling = await dials(world, ULLA, "#230*206#")
    await world.hears(dialling, "Fredrik Ståhl är tillbaka", within=LONG)
    assert not await absences(world, FREDRIK)


async def test_an_absence_that_would_empty_the_department_is_refused_and_sickness_alarms(
    world: World,
) -> None:
    """G3: the others of it are away for a week. The telephone manager gets a mail."""
    back = datetime.now(LOCAL) + timedelta(days=8)
    for colleague in COLLEAGUES:
        await world.given_absent(colleague, reason="semester", until=back)
    dialling = await dials(world, NINA, f"*23*6*{back:%m%d}#")
    await world.hears(dialling, "Då kan ingen på avdelningen nås på en hel dag", within=LONG)
    await dialling.until_ended(within=LONG)
    assert [one["why"] for one in (await world.story(dialling)).events("outcome")] == ["empty_department"]
    assert not await absences(world, NINA)

    async with open_post(PostOffice(port=world.settings.smtp_port)) as post:
        dialling = await dials(world, NINA, "*23*9#")
        await world.hears(dialling, "Det är noterat", within=LONG)
        await dialling.until_ended(within=LONG)
        await until(lambda: post.mails, within=LONG, what="a mail to the telephone manager")
    [mail] = post.mails
    assert mail["To"] == "mats.hornell@example.org"
    assert str(mail["Subject"]).startswith("Ekonomikontoret är tom ")


@pytest.mark.parametrize(
    ("code", "words", "why"),
    [
        ("*230*206*1#", "Bara telefonister kan göra det för någon annan", "operators_only"),
        ("*23*1*2575#", "Det är inget klockslag. Slå timme och minut med fyra siffror", "not_a_time"),
        ("*23*77#", "Det finns ingen frånvaroorsak med den siffran", "no_reason"),
        ("*99#", "Det finns ingen sådan kod", "unknown_code"),
    ],
)
async def test_a_wrong_code_says_what_is_wrong_and_changes_nothing(
    world: World, code: str, words: str, why: str
) -> None:
    dialling = await dials(world, ELSA, code)
    await world.hears(dialling, words, within=LONG)
    await dialling.until_ended(within=LONG)
    story = await world.story(dialling)
    assert [(outcome["outcome"], outcome["why"]) for outcome in story.events("outcome")] == [
        ("code_wrong", why)
    ]
    assert not await absences(world, ELSA)
    assert not await absences(world, FREDRIK)


async def test_the_next_call_of_the_phone_is_confidential(world: World) -> None:
    """It reaches no mobile, a colleague all the same; the call after it is as any other."""
    dialling = await dials(world, ELSA, "*28#")
    await world.hears(dialling, "Nästa samtal från den här telefonen omfattas av sekretess", within=LONG)
    await dialling.until_ended(within=LONG)
    calling = await dials(world, ELSA, "0701740626")
    await world.hears(calling, "Ett sekretessamtal kopplas aldrig till mobil", within=LONG)
    await calling.until_ended(within=LONG)
    story = await world.story(calling)
    assert story.rules == ["M4"]
    assert story.told["confidential"]
    await nobody_outside_was_rung(world)

    calling = await dials(world, ELSA, "0701740626")
    mobile = await world.mobile("0701740626", LONG)
    await mobile.answer()
    await calling.talks_to(mobile, within=LONG)
