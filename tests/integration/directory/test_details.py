"""Who is asked by mail to confirm their details (S2), and what their links are good for. On both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.details import DetailsRequests
from hanvisa.directory.repositories.flags import Flags
from hanvisa.directory.repositories.persons import Persons
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import DetailsRequestRow, PersonRow
from hanvisa.errors import Conflict, NotFound
from hanvisa.mail.details import DetailsMails
from hanvisa.policy.details import DetailsLetter
from hanvisa.policy.facts import Person
from hanvisa.testing import FakeClock

NOW = datetime.now(UTC).replace(
    microsecond=0
)  # the demo's persons belong somewhere from the day of the import
DAY = timedelta(days=1)
EVERY, HOLDS = 180, 30
BY = Actor("mail link", None, "192.0.2.7")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def requests(demo: Database, clock: FakeClock) -> DetailsRequests:
    return DetailsRequests(demo, clock.now, lambda: EVERY, HOLDS)


@pytest.fixture
async def anna(demo: Database, directory: SnapshotDirectory) -> Person:
    """The only one whose details are stale, and who has an address."""
    anna = next(row for row in directory.register.persons.rows if row.given_name == "Anna")
    async with demo.changing(SYSTEM) as session:
        for row in await session.scalars(select(PersonRow)):
            row.email = "anna@example.org" if row.id == anna.id else row.email
            row.details_confirmed_at = NOW + (-EVERY - 1 if row.id == anna.id else 2 * EVERY) * DAY
    return anna


async def asked(requests: DetailsRequests) -> DetailsLetter:
    (letter,) = await requests.owed()
    await requests.sent(letter)
    return letter


class Leaving:
    """A mail server that is so slow that everybody has left before it has taken its first mail."""

    def __init__(self, database: Database) -> None:
        self.taken: list[str] = []
        self._database = database

    async def send(self, mail: EmailMessage) -> None:
        self.taken.append(str(mail["To"]))
        async with self._database.changing(SYSTEM) as session:
            for row in await session.scalars(select(PersonRow)):
                row.ended_at = NOW


async def test_who_has_left_meanwhile_is_asked_no_more_and_no_request_is_kept(
    demo: Database, requests: DetailsRequests, clock: FakeClock, anna: Person
) -> None:
    async with demo.changing(SYSTEM) as session:
        for row in await session.scalars(select(PersonRow).where(PersonRow.id != anna.id)):
            row.email, row.details_confirmed_at = "others@example.org", None
    server = Leaving(demo)
    assert len(await requests.owed()) > 1
    mails = DetailsMails(requests, server, clock, sender="v@example.org", page="")
    assert await mails.send_owed() == {"sent": 1, "not_sent": 0}
    assert len(server.taken) == 1
    async with demo.reading() as session:
        assert (await session.scalars(select(DetailsRequestRow))).all() == []


async def version_of(demo: Database, anna: Person) -> int:
    return (await Persons(demo, NOW).get(anna.id)).details.version


async def test_one_is_asked_once_and_again_when_the_link_has_ended(
    requests: DetailsRequests, clock: FakeClock, anna: Person
) -> None:
    (letter,) = await requests.owed()
    assert (letter.person_id, letter.address, letter.ends_at) == (anna.id, "anna@example.org", NOW + 30 * DAY)
    (again,) = await requests.owed()  # no server took the mail
    await requests.sent(again)
    assert await requests.owed() == []
    with pytest.raises(NotFound):
        await requests.person_of(letter.token)
    clock.advance(30 * DAY)
    with pytest.raises(NotFound):
        await requests.person_of(again.token)
    newer = await asked(requests)
    assert await requests.person_of(newer.token) == anna.id


async def test_a_link_confirms_once_and_says_so_in_the_trail(
    demo: Database, requests: DetailsRequests, clock: FakeClock, anna: Person
) -> None:
    flag = await Flags(demo).flag(anna.id, "title", "", NOW, SYSTEM)
    letter = await asked(requests)
    clock.advance(DAY)
    await requests.confirm(letter.token, await version_of(demo, anna), BY)
    assert (await Persons(demo, NOW).get(anna.id)).details.details_confirmed_at == NOW + DAY
    assert (await Flags(demo).get(flag.id)).closed_by == "mail link"
    (entry, *_) = await Audit(demo).list(table="persons", row_id=str(anna.id))
    assert (entry.by, entry.address) == ("mail link", "192.0.2.7")
    trail = await Audit(demo).list(table="details_requests", row_id=str(anna.id))
    assert all("hash" not in (one.after or {}) for one in trail)
    with pytest.raises(NotFound):
        await requests.confirm(letter.token, await version_of(demo, anna), BY)
    clock.advance(EVERY * DAY)
    assert await asked(requests) != letter


async def test_what_has_changed_since_is_not_confirmed(
    demo: Database, requests: DetailsRequests, anna: Person
) -> None:
    letter, version = await asked(requests), await version_of(demo, anna)
    await Persons(demo, NOW).change(
        anna.id, {"title": "rektor"}, None, NOW.date(), version=version, by=SYSTEM
    )
    with pytest.raises(Conflict):
        await requests.confirm(letter.token, version, BY)
    await requests.confirm(letter.token, version + 1, BY)


async def test_two_presses_at_once_confirm_once(
    demo: Database, other: Database, requests: DetailsRequests, clock: FakeClock, anna: Person
) -> None:
    letter, version = await asked(requests), await version_of(demo, anna)
    second = DetailsRequests(other, clock.now, lambda: EVERY, HOLDS)
    came = await asyncio.gather(
        requests.confirm(letter.token, version, BY),
        second.confirm(letter.token, version, BY),
        return_exceptions=True,
    )
    (refused,) = (one for one in came if one is not None)
    assert isinstance(refused, Conflict | NotFound)


async def test_who_has_left_or_has_no_address_is_not_asked(
    demo: Database, requests: DetailsRequests, anna: Person
) -> None:
    letter = await asked(requests)
    async with demo.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, anna.id)).ended_at = NOW
    with pytest.raises(NotFound):
        await requests.person_of(letter.token)
    async with demo.changing(SYSTEM) as session:
        row = await session.get_one(PersonRow, anna.id)
        row.ended_at, row.email = None, None
    requests_of_later = DetailsRequests(demo, lambda: NOW + 60 * DAY, lambda: EVERY, HOLDS)
    assert await requests_of_later.owed() == []
