"""Mails about departments that are left empty (G3), to a real mail server: tried again, and each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from hanvisa.calls.ports import AlarmLetter
from hanvisa.errors import StorageError
from hanvisa.ids import new_id
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.waiting import until
from hanvisa.mail.alarms import AlarmMails
from hanvisa.mail.smtp import MailServer
from hanvisa.testing import FakeClock

LETTER = AlarmLetter(
    id=new_id(),
    address="maja.ros@example.org",
    name="Maja",
    department="Biblioteket",
    person="Åke Öberg",
    first_day=date(2026, 8, 10),
    last_day=date(2026, 8, 12),
    days=3,
)


@dataclass
class Owed:
    """What is owed, in memory; ``gone`` is a database that does not answer."""

    letters: list[AlarmLetter] = field(default_factory=list)
    gone: bool = False
    asked: int = 0

    async def owed(self) -> list[AlarmLetter]:
        self.asked += 1
        if self.gone:
            raise StorageError("The database does not answer.")
        return list(self.letters)

    async def sent(self, letter: AlarmLetter) -> None:
        self.letters.remove(letter)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_post(PostOffice()) as opened:
        yield opened


@pytest.fixture
async def owed() -> Owed:
    return Owed()


@pytest.fixture
async def mails(office: PostOffice, owed: Owed) -> AsyncIterator[AlarmMails]:
    server = MailServer("127.0.0.1", office.port, starttls=False)
    mails = AlarmMails(owed, server, FakeClock(), sender="vaxel@example.org", look_every=0.05)
    task = asyncio.create_task(mails.run())
    yield mails
    task.cancel()
    await asyncio.wait([task])


async def test_the_mail_says_who_where_and_when_and_not_why(
    mails: AlarmMails, office: PostOffice, owed: Owed
) -> None:
    owed.letters.append(LETTER)
    mails.wake()
    await until(lambda: office.mails)
    (mail,) = office.mails
    assert (mail["To"], mail["From"]) == ("maja.ros@example.org", "vaxel@example.org")
    assert mail["Subject"] == "Biblioteket är tom 2026-08-10 – 2026-08-12"
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    assert "Åke Öberg är frånvarande, och då kan ingen på Biblioteket nås" in text
    assert "Åke Öberg is absent, so nobody of Biblioteket can be reached" in text


async def test_it_is_sent_once_and_again_where_it_was_not_taken(
    mails: AlarmMails, office: PostOffice, owed: Owed
) -> None:
    office.refuses_with = "451 later"
    owed.letters.append(LETTER)
    mails.wake()
    await until(lambda: office.asked > 1)
    assert owed.letters == [LETTER]
    office.refuses_with = ""
    await until(lambda: not owed.letters)
    asked = office.asked
    mails.wake()
    owed.letters.append(ANOTHER)
    await until(lambda: not owed.letters)
    assert (len(office.mails), office.asked) == (2, asked + 1)


async def test_an_address_that_is_none_holds_nobody_else_up(
    mails: AlarmMails, office: PostOffice, owed: Owed
) -> None:
    owed.letters += [WRONG, GARBLED, LETTER]
    mails.wake()
    await until(lambda: owed.letters == [WRONG, GARBLED])
    assert [mail["To"] for mail in office.mails] == [LETTER.address]


async def test_a_database_that_does_not_answer_is_asked_again(
    mails: AlarmMails, office: PostOffice, owed: Owed
) -> None:
    owed.gone = True
    owed.letters.append(LETTER)
    mails.wake()
    await until(lambda: owed.asked > 1)
    owed.gone = False
    await until(lambda: office.mails)


ANOTHER = replace(LETTER, id=new_id(), days=1)
WRONG = replace(LETTER, id=new_id(), address="maja\nBcc: x@example.org")
GARBLED = replace(LETTER, id=new_id(), address="().b@x")
