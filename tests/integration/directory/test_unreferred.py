"""Whom repeated unreferred absences are put to (G1), counted from the call log. On both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.personal.removing import remove_person
from hanvisa.directory.repositories.settings import KeptSettings
from hanvisa.directory.repositories.unreferred import UnreferredLetters
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import CodeRow, PersonRow, UnreferredMailRow
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.waiting import until
from hanvisa.mail.smtp import MailServer
from hanvisa.mail.unreferred import UnreferredMails
from hanvisa.mailing import telling_of_unreferred
from hanvisa.policy.facts import CodeAction
from hanvisa.policy.model import Language
from hanvisa.policy.unreferred import Told, UnreferredLimits
from hanvisa.testing import FakeClock
from hanvisa.web.origin import origin
from integration.directory.followed_up import AT, call, founded, id_of, referred

DAY = timedelta(days=1)
FRIDAY_NIGHT = datetime(2026, 8, 7, 1, 15, tzinfo=UTC)
LIMITS = UnreferredLimits(person=2, manager=3, working_days=10)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(FRIDAY_NIGHT)


@pytest.fixture
async def letters(database: Database, clock: FakeClock) -> UnreferredLetters:
    """Áilu was not to be had in two calls on Wednesday and Thursday, and referred in a third; Čeárru in one.

    In a fourth Áilu did not answer, working from home. The same was tried twice in a call, and before
    the ten days there was one more.
    """
    await founded(database)
    async with database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("asa"))).language = "en"
    await call(database, "one", (0, "outcome", referred("ailu")))
    twice = ((0, "outcome", referred("ailu", "busy")), (20, "outcome", referred("ailu")))
    await call(database, "two", *twice, (40, "outcome", referred("cearru")), at=AT + DAY)
    await call(database, "three", (0, "outcome", referred("ailu", "absent")), at=AT + DAY)
    at_home = {**referred("ailu"), "unreferred": False}
    await call(database, "at home", (0, "outcome", at_home), at=AT + DAY)
    await call(database, "before", (0, "outcome", referred("ailu")), at=AT - 14 * DAY)
    return UnreferredLetters(database, clock.now, lambda: LIMITS)


async def told(letters: UnreferredLetters) -> list[tuple[str, Told, str, int]]:
    """To whom, as what, about whom, and how many calls; each is sent."""
    owed = await letters.owed()
    for one in owed:
        await letters.sent(one)
    return [(one.address, one.told, one.about, one.calls) for one in owed]


async def test_they_are_put_to_the_person_and_then_to_the_telephone_manager_each_once(
    database: Database, letters: UnreferredLetters, clock: FakeClock
) -> None:
    [owed] = await letters.owed()
    assert owed == (await letters.owed())[0]  # no server took it
    assert (owed.name, owed.language, owed.since) == (
        "Áilu",
        Language.SV,
        datetime(2026, 7, 23, 22, tzinfo=UTC),
    )
    assert await told(letters) == [("ailu@example.org", Told.PERSON, "Áilu Ŋáhkká", 2)]
    assert await told(letters) == []
    await call(database, "four", (0, "outcome", referred("ailu")), at=AT + 2 * DAY)
    clock.advance(DAY)
    [owed] = await letters.owed()
    assert owed.language is Language.EN
    assert await told(letters) == [("asa@example.org", Told.MANAGER, "Áilu Ŋáhkká", 3)]
    clock.advance(DAY)
    assert await told(letters) == []


async def test_they_are_told_again_when_the_days_have_gone_by_since(
    database: Database, letters: UnreferredLetters, clock: FakeClock
) -> None:
    await told(letters)
    for name, days in (("later", 14), ("and later", 15)):
        await call(database, name, (0, "outcome", referred("ailu")), at=AT + days * DAY)
    clock.at = FRIDAY_NIGHT + 14 * DAY
    assert await told(letters) == []
    clock.at = FRIDAY_NIGHT + 17 * DAY  # a Monday: counted from the Monday after they were told
    assert await told(letters) == [("ailu@example.org", Told.PERSON, "Áilu Ŋáhkká", 2)]


async def test_who_has_left_or_has_no_address_is_not_told_and_no_manager_of_themselves(
    database: Database, letters: UnreferredLetters, clock: FakeClock
) -> None:
    for name in ("five", "six", "seven"):
        events = ((0, "outcome", referred("asa")), (1, "outcome", referred("cearru")))
        await call(database, name, *events, at=AT + DAY)
    async with database.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, id_of("ailu"))).ended_at = FRIDAY_NIGHT
        (await session.get_one(PersonRow, id_of("cearru"))).email = None
    assert await told(letters) == [("asa@example.org", Told.PERSON, "Åsa Öberg", 3)]


class Removing:
    """A mail server that is so slow with its first mail that somebody has left, and is removed, before it is taken."""

    def __init__(self, database: Database, state: Path, who: str) -> None:
        self.taken: list[str] = []
        self._database = database
        self._state = state
        self._who = id_of(who)

    async def send(self, mail: EmailMessage) -> None:
        self.taken.append(str(mail["To"]))
        if len(self.taken) > 1:
            return
        async with self._database.changing(SYSTEM) as session:
            (await session.get_one(PersonRow, self._who)).ended_at = FRIDAY_NIGHT
        await remove_person(
            self._database, self._state, self._who, FRIDAY_NIGHT, SYSTEM, forget=lambda _: None
        )


@pytest.mark.parametrize(
    ("who", "kept"), [("ailu", []), ("asa", [(FRIDAY_NIGHT, None)])], ids=["the person", "the manager"]
)
async def test_to_and_about_whom_is_removed_meanwhile_no_mail_goes_any_more_and_nothing_is_kept(
    database: Database,
    letters: UnreferredLetters,
    clock: FakeClock,
    tmp_path: Path,
    *,
    who: str,
    kept: list[tuple[datetime, None]],
) -> None:
    await call(database, "four", (0, "outcome", referred("ailu")), at=AT + DAY)
    assert [one.told for one in await letters.owed()] == [Told.PERSON, Told.MANAGER]
    server = Removing(database, tmp_path, who)
    mails = UnreferredMails(letters, server, clock, sender="v@example.org", page="", code=lambda: "")
    assert await mails.send_owed() == {"sent": 1, "not_sent": 0}
    assert server.taken == ["ailu@example.org"]
    async with database.reading() as session:
        rows = (await session.scalars(select(UnreferredMailRow))).all()
    assert [(one.person_told_at, one.manager_told_at) for one in rows] == kept


async def test_at_night_the_mails_go_as_the_settings_in_force_say(
    database: Database, letters: UnreferredLetters, clock: FakeClock
) -> None:
    """An admin has changed how many calls are put to the person; the code is the register's."""
    settings = Settings()
    await KeptSettings(database).change("unreferred_person", 1, 0, clock.now(), SYSTEM)
    async with database.changing(SYSTEM) as session:
        session.add(CodeRow(code="*73", action=CodeAction.SET_ABSENCE))
    directory = SnapshotDirectory(database, clock.now)
    await directory.refresh()
    clock.at -= timedelta(milliseconds=10)  # 03:15 is HANVISA_PURGE_AT
    async with open_post(PostOffice()) as office:
        server = MailServer("127.0.0.1", office.port, starttls=False)
        night = asyncio.create_task(telling_of_unreferred(settings, server, database, directory, clock).run())
        await asyncio.sleep(0)  # it waits for the night
        clock.at = FRIDAY_NIGHT
        await until(lambda: len(office.mails) == 2, what="both mails")
        night.cancel()
        await asyncio.wait({night})
    assert {mail["To"] for mail in office.mails} == {"ailu@example.org", "cearru@example.org"}
    body = office.mails[0].get_body()
    assert isinstance(body, EmailMessage)
    assert "*73*orsak*tid#" in body.get_content()
    assert f"{origin(settings)}/me" in body.get_content()
