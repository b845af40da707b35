"""Mails that ask persons to confirm their details (S2), to a real mail server: each once, what was not taken later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from hanvisa.ids import new_id
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.mail.details import DetailsMails
from hanvisa.mail.smtp import MailServer
from hanvisa.policy.details import DetailsLetter
from hanvisa.testing import FakeClock

ENDS = datetime(2026, 9, 4, 8, tzinfo=UTC)
LETTER = DetailsLetter(new_id(), "asa.oberg@example.org", "Åsa", "a-token", ENDS)
WRONG = DetailsLetter(new_id(), "åsa\nBcc: x@example.org", "Åsa", "another", ENDS)
GARBLED = DetailsLetter(new_id(), "().b@x", "Åsa", "a third", ENDS)


@dataclass
class Owed:
    letters: list[DetailsLetter] = field(default_factory=lambda: [LETTER])

    async def owed(self) -> list[DetailsLetter]:
        return list(self.letters)

    async def are_there(self, letter: DetailsLetter) -> bool:
        return letter in self.letters

    async def sent(self, letter: DetailsLetter) -> None:
        self.letters.remove(letter)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_post(PostOffice()) as opened:
        yield opened


def mails(office: PostOffice, owed: Owed) -> DetailsMails:
    server = MailServer("127.0.0.1", office.port, starttls=False)
    page = "https://vaxel.example.org/details"
    return DetailsMails(owed, server, FakeClock(), sender="vaxel@example.org", page=page)


async def test_the_mail_has_the_link_and_until_when_it_holds(office: PostOffice) -> None:
    owed = Owed()
    assert await mails(office, owed).send_owed() == {"sent": 1, "not_sent": 0}
    (mail,) = office.mails
    assert (mail["To"], mail["Subject"]) == ("asa.oberg@example.org", "Stämmer dina uppgifter i växeln?")
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    assert text.count("https://vaxel.example.org/details/a-token") == 2
    assert "bekräfta dem till och med 2026-09-03" in text
    assert await mails(office, owed).send_owed() == {"sent": 0, "not_sent": 0}


async def test_what_is_not_taken_is_owed_still_and_holds_nobody_else_up(office: PostOffice) -> None:
    owed = Owed([WRONG, GARBLED, LETTER])
    assert await mails(office, owed).send_owed() == {"sent": 1, "not_sent": 2}
    office.refuses_with = "451 later"
    owed.letters.append(LETTER)
    assert await mails(office, owed).send_owed() == {"sent": 0, "not_sent": 3}
    assert owed.letters == [WRONG, GARBLED, LETTER]
