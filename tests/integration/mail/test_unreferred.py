"""Mails about repeated unreferred absences (G1), to a real mail server: each once, what was not taken later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from hanvisa.ids import new_id
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.mail.smtp import MailServer
from hanvisa.mail.unreferred import UnreferredMails
from hanvisa.policy.model import Language
from hanvisa.policy.unreferred import Told, UnreferredLetter
from hanvisa.testing import FakeClock

SINCE = datetime(2026, 7, 23, 22, tzinfo=UTC)
ASA = UnreferredLetter(
    new_id(), Told.PERSON, new_id(), "asa.oberg@example.org", "Åsa", Language.SV, "Åsa Öberg", 4, SINCE
)
ABOUT_ASA = replace(
    ASA, told=Told.MANAGER, address="nils@example.org", name="Nils", language=Language.EN, calls=7
)
WRONG = replace(ASA, address="åsa\nBcc: x@example.org")
PAGE = "https://vaxel.example.org/me"


@dataclass
class Owed:
    letters: list[UnreferredLetter] = field(default_factory=lambda: [ASA])

    async def owed(self) -> list[UnreferredLetter]:
        return list(self.letters)

    async def are_there(self, letter: UnreferredLetter) -> bool:
        return letter in self.letters

    async def sent(self, letter: UnreferredLetter) -> None:
        self.letters.remove(letter)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_post(PostOffice()) as opened:
        yield opened


def mails(office: PostOffice, owed: Owed, code: str = "*23") -> UnreferredMails:
    server = MailServer("127.0.0.1", office.port, starttls=False)
    return UnreferredMails(
        owed, server, FakeClock(), sender="vaxel@example.org", page=PAGE, code=lambda: code
    )


def text_of(mail: EmailMessage) -> list[str]:
    body = mail.get_body()
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).splitlines()


async def test_the_person_is_told_how_many_and_what_to_do_in_their_language(office: PostOffice) -> None:
    owed = Owed()
    assert await mails(office, owed).send_owed() == {"sent": 1, "not_sent": 0}
    [mail] = office.mails
    assert (mail["To"], mail["Subject"]) == (ASA.address, "Samtal till dig när du inte var hänvisad")
    assert text_of(mail) == [
        "Hej Åsa,",
        "",
        "sedan 2026-07-24 har den som ringde dig inte nått dig, utan att någon frånvaro var satt: det var",
        "upptaget, ingen svarade eller telefonen var urkopplad. Antal samtal: 4.",
        "",
        "Hänvisa när du är borta (G1), så får den som ringer veta hur länge, och vad de kan göra:",
        "",
        "- på telefonen: *23*orsak*tid#",
        f"- på Min sida: {PAGE}",
        "- i kalendern, om den läses av växeln.",
    ]
    assert await mails(office, owed).send_owed() == {"sent": 0, "not_sent": 0}
    assert len(office.mails) == 1


async def test_the_telephone_manager_is_told_about_whom_and_of_no_code_where_there_is_none(
    office: PostOffice,
) -> None:
    await mails(office, Owed([ABOUT_ASA]), code="").send_owed()
    [mail] = office.mails
    assert (mail["To"], mail["Subject"]) == ("nils@example.org", "Unreferred absences: Åsa Öberg")
    text = text_of(mail)
    assert text[0] == "Hello Nils,"
    assert "Talk with Åsa Öberg about referring absences (G1). This is how it can be done:" in text
    assert "Number of calls: 7." in " ".join(text)
    assert text[-2:] == [
        f"- on My page: {PAGE}",
        "- in the calendar, where the switchboard reads it.",
    ]
    assert not any("reason" in line for line in text)


async def test_what_is_not_taken_is_owed_still_and_holds_nobody_else_up(office: PostOffice) -> None:
    owed = Owed([WRONG, ASA])
    assert await mails(office, owed).send_owed() == {"sent": 1, "not_sent": 1}
    office.refuses_with = "451 later"
    owed.letters.append(ASA)
    assert await mails(office, owed).send_owed() == {"sent": 0, "not_sent": 2}
    assert owed.letters == [WRONG, ASA]
