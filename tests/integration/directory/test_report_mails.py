"""The month's reports by mail, to a real mail server: to those responsible, of what is theirs, each once (F1)."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import PersonRow
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.mail.smtp import MailServer
from hanvisa.policy.numbers import NumberPlan
from hanvisa.reports.making import NEEDED, Maker
from hanvisa.reports.monthly import Mailed, mail_reports
from hanvisa.reports.reading.source import Limits
from integration.directory.followed_up import AUGUST, NOW, call, founded, id_of, referred


@pytest.fixture
async def town(database: Database) -> Database:
    """Áilu is head of the school, Åsa manages its cost centre, Čeárru is head of the care, where one met nobody."""
    await founded(database)
    await call(database, "one", (0, "outcome", referred("cearru")))
    return database


async def send(database: Database, port: int) -> list[Mailed]:
    directory = SnapshotDirectory(database, lambda: NOW)
    await directory.refresh(NEEDED)
    maker = Maker(database, directory.register, NumberPlan(), Limits())
    server = MailServer("127.0.0.1", port, starttls=False)
    return await mail_reports(maker, server, "hanvisa@example.org", AUGUST, NOW)


async def test_each_has_what_is_theirs_once(town: Database) -> None:
    """F1."""
    async with open_post(PostOffice()) as office:
        mailed = await send(town, office.port)
        assert {one.who.name: (one.reports, one.why) for one in mailed} == {
            "Čeárru Đuottar": (5, ""),
            "Áilu Ŋáhkká": (1, ""),
            "Åsa Öberg": (1, ""),
        }
        assert await send(town, office.port) == []
    mails = {mail["To"]: mail for mail in office.mails}
    assert set(mails) == {"cearru@example.org", "ailu@example.org", "asa@example.org"}
    mail = mails["cearru@example.org"]
    assert mail["Subject"] == "Uppföljning av telefonin 2026-08"
    text = mail.get_body().get_content()
    assert "Hej Čeárru Đuottar," in text
    assert "Ohänvisad frånvaro: Ohänvisade 1" in text
    assert "Unreferred absences: Unreferred 1" in text
    assert "Referred share: Referred share 0,0, Referred 0, Unreferred 1" in text
    assert "Stale details" not in text
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "telefoni-2026-08.pdf"
    pages = PdfReader(io.BytesIO(attached.get_content())).pages
    printed = "\n".join(page.extract_text() for page in pages)
    assert "Ohänvisad frånvaro" in printed
    assert "Åsa Öberg" not in printed, "whose details are stale is the school's matter"


async def test_what_a_server_does_not_take_is_owed_still(town: Database) -> None:
    async with town.changing(SYSTEM) as session:
        await session.execute(update(PersonRow).where(PersonRow.id != id_of("ailu")).values(email=None))
    async with open_post(PostOffice(refuses_with="451 later")) as office:
        assert "451" in (await sent_to_ailu(town, office)).why
        office.refuses_with = ""
        assert (await sent_to_ailu(town, office)).why == ""
    assert [mail["To"] for mail in office.mails] == ["ailu@example.org"]


async def test_an_address_that_is_none_keeps_nobody_else_waiting(town: Database) -> None:
    async with town.changing(SYSTEM) as session:
        await session.execute(update(PersonRow).where(PersonRow.id == id_of("ailu")).values(email="().b@x"))
    async with open_post(PostOffice()) as office:
        mailed = await send(town, office.port)
    assert [one.who.name for one in mailed if one.why] == ["Áilu Ŋáhkká"]
    assert {mail["To"] for mail in office.mails} == {"cearru@example.org", "asa@example.org"}


async def sent_to_ailu(town: Database, office: PostOffice) -> Mailed:
    [mailed] = [one for one in await send(town, office.port) if one.who.name == "Áilu Ŋáhkká"]
    return mailed
