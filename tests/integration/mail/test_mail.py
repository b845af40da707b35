"""Mails about messages, to a real mail server: with the sound, tried again, and each once (S1, M4)."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hanvisa.calls.ports import NewMessage
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.repositories.letters import Letters
from hanvisa.directory.repositories.messages import Messages, Written
from hanvisa.directory.tables import DepartmentRow, MembershipRow, OperationRow, OrganisationRow, PersonRow
from hanvisa.errors import ConfigurationError, MailError, StorageError
from hanvisa.ids import new_id
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.waiting import until
from hanvisa.mail.outbox import MailOutbox
from hanvisa.mail.smtp import MailServer, trusting
from hanvisa.policy.facts import MessageState
from hanvisa.testing import FakeClock

WEDNESDAY = datetime(2026, 8, 5, 8, tzinfo=UTC)
DUE = datetime(2026, 8, 7, 15, tzinfo=UTC)
SOUND = b"RIFF a sound"
TORA = "tora.lindmark@example.org"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_post(PostOffice()) as opened:
        yield opened


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hanvisa.sqlite'}"
    await upgrade(url)
    database = open_database(url)
    yield database
    await database.close()


@pytest.fixture
async def tora(database: Database) -> UUID:
    async with database.changing(SYSTEM) as session:
        person = PersonRow(given_name="Tora", family_name="Lindmark", email=TORA)
        session.add(person)
        await session.flush()
        return person.id


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(WEDNESDAY)


@dataclass
class Desk:
    """What the service has of mails, as after a start."""

    database: Database
    clock: FakeClock
    state: Path
    port: int
    protected: frozenset[str] = frozenset()

    def outbox(self, server: MailServer | None = None, letters: Letters | None = None) -> MailOutbox:
        return MailOutbox(
            letters or Letters(self.database, self.clock.now),
            server or MailServer("127.0.0.1", self.port, starttls=False),
            self.clock,
            sender="vaxel@example.org",
            state=self.state,
            code=lambda: "*26",
            is_protected=self.protected.__contains__,
            retry=0.05,
            retry_most=0.2,
        )

    async def leaves(self, person: UUID | None, **fields: object) -> NewMessage:
        message = NewMessage(
            new_id(), person, "+46980319244", "hv-k-1", "hv-rec-1", False, self.clock.now(), DUE
        )
        message = replace(message, **fields)  # type: ignore[arg-type]
        file = f"messages/{message.id}.wav" if message.recording else None
        if file:
            (self.state / "messages").mkdir(exist_ok=True)
            (self.state / file).write_bytes(SOUND)
        await Messages(self.database).create(message, file, SYSTEM)
        return message


@pytest.fixture
def desk(database: Database, clock: FakeClock, tmp_path: Path, office: PostOffice) -> Desk:
    return Desk(database, clock, tmp_path, office.port)


@asynccontextmanager
async def running(outbox: MailOutbox) -> AsyncIterator[MailOutbox]:
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.wait([task])


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


async def test_a_message_is_mailed_with_its_sound_in_swedish_and_english_and_once(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    message = await desk.leaves(tora)
    await desk.outbox().send_owed()
    [mail] = office.mails
    assert (mail["From"], mail["To"]) == ("vaxel@example.org", TORA)
    assert mail["Subject"] == "Nytt meddelande från 0980-31 92 44"
    assert mail["Message-ID"] == f"<{message.id}.message@hanvisa>"
    assert text_of(mail).splitlines() == [
        "Hej Tora,",
        "",
        "2026-08-05 10:00 lämnade 0980-31 92 44 ett meddelande till dig. Det ska besvaras senast 2026-08-07 17:00.",
        "Ljudet är bifogat.",
        "Slå *26# på din telefon för att höra det, ringa upp (5) och markera det som besvarat (7).",
        "",
        "-- ",
        "A new message from 0980-31 92 44",
        "",
        "Hello Tora,",
        "",
        "At 2026-08-05 10:00 a message was left for you by 0980-31 92 44. It is to be answered by 2026-08-07 17:00.",
        "The sound is attached.",
        "Dial *26# on your phone to hear it, to call back (5) and to mark it as answered (7).",
    ]
    [sound] = mail.iter_attachments()
    assert (sound.get_content_type(), sound.get_filename()) == (
        "audio/wav",
        "meddelande-2026-08-05-1000.wav",
    )
    assert sound.get_payload(decode=True) == SOUND
    await desk.outbox().send_owed()  # as after a restart
    assert len(office.mails) == 1


async def test_who_wants_to_be_rung_back_and_withheld_numbers(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    await desk.leaves(tora, recording=None)
    await desk.leaves(tora, caller="")
    await desk.outbox().send_owed()
    wish, withheld = office.mails
    assert "Den som ringde vill bli uppringd." in text_of(wish)
    assert not list(wish.iter_attachments())
    assert withheld["Subject"] == "Nytt meddelande från hemligt nummer"


async def test_a_protected_number_is_in_no_mail_but_where_somebody_wrote_it(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    """M1: it is stars on the page. What was written is shown as it was, by either."""
    desk.protected = frozenset({"+46701740606"})
    await desk.leaves(tora, caller="+46701740606")
    written = Written(tora, None, "+46701740606", "Ring mig", False, DUE)
    await Messages(desk.database).write(written, WEDNESDAY + timedelta(minutes=1), SYSTEM)
    await desk.outbox().send_owed()
    left, wrote = office.mails
    assert left["Subject"] == "Nytt meddelande från skyddat nummer"
    assert "by a protected number" in text_of(left)
    assert "174" not in text_of(left)
    assert wrote["Subject"] == "Nytt meddelande från 070-174 06 06"


async def test_of_a_confidential_message_nothing_is_told_but_that_it_is_there(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    """M4."""
    await desk.leaves(tora, confidential=True)
    await desk.outbox().send_owed()
    [mail] = office.mails
    assert mail["Subject"] == "Nytt meddelande"
    assert "Det omfattas av sekretess, och kan bara höras på telefonen." in text_of(mail)
    assert "92 44" not in mail.as_string()
    assert not list(mail.iter_attachments())


async def test_a_server_that_is_away_or_refuses_is_tried_again_also_after_a_restart(
    desk: Desk, tora: UUID, office: PostOffice
) -> None:
    office.refuses_with = "451 try again later"
    await desk.leaves(tora)
    async with running(desk.outbox()):
        await until(lambda: office.asked >= 3, what="tried three times")
    assert not office.mails
    office.refuses_with = ""
    async with running(desk.outbox()) as outbox:
        await until(lambda: office.mails, what="the mail is taken")
        await desk.leaves(tora, caller="202")
        outbox.wake()
        await until(lambda: len(office.mails) == 2, what="the second mail is taken")
    assert office.mails[1]["Subject"] == "Nytt meddelande från 202"


@pytest.mark.parametrize("greets", [b"", b"220 post\r\n"], ids=["silent", "half-open"])
async def test_a_server_that_hangs_keeps_nothing_else_and_each_mail_is_sent_once_when_it_is_back(
    desk: Desk, tora: UUID, office: PostOffice, greets: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection, and says nothing more. Mails wait in the database, one on its way at a time."""
    monkeypatch.setattr("hanvisa.mail.smtp.TIMEOUT", 0.2)
    asked: list[asyncio.StreamWriter] = []

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer)
        writer.write(greets)

    hanging = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = hanging.sockets[0].getsockname()[1]
    for caller in ("201", "202", "203"):
        await desk.leaves(tora, caller=caller)
    before = len(asyncio.all_tasks())
    async with running(desk.outbox(MailServer("127.0.0.1", port, starttls=False))):
        await until(lambda: len(asked) >= 6, what="each was tried twice")
        assert len(asyncio.all_tasks()) - before < 10
    hanging.close()
    for writer in asked:
        writer.close()
    async with running(desk.outbox()):
        await until(lambda: len(office.mails) == 3, what="all are taken")
    assert sorted(str(mail["Subject"]) for mail in office.mails) == [
        f"Nytt meddelande från {caller}" for caller in ("201", "202", "203")
    ]


async def test_who_stops_in_the_moment_of_the_answer_has_stopped(office: PostOffice) -> None:
    server = MailServer("127.0.0.1", office.port, starttls=False)
    mail = EmailMessage()
    mail["From"], mail["To"] = "hanvisa@example.org", TORA
    mail.set_content("Hej")
    for taken in range(1, 21):
        sending = asyncio.create_task(server.send(mail))
        while len(office.mails) < taken:  # noqa: ASYNC110 - to meet the very moment
            await asyncio.sleep(0)
        if sending.cancel():
            await asyncio.wait([sending])
            assert sending.cancelled()


@pytest.mark.parametrize(
    "address",
    [
        "not an address",
        "n@example.org\nBcc: somebody@example.org",
        ",@;b",  # the library raises something else for each of these
        "().b@x",
        ":b;@x",
        "=?utf-8?q?@?==?utf-8?q?",
    ],
)
async def test_a_mail_that_can_not_be_sent_holds_up_no_other(
    desk: Desk, office: PostOffice, tora: UUID, address: str
) -> None:
    async with desk.database.changing(SYSTEM) as session:
        nobody = PersonRow(given_name="Nils", family_name="N", email=address)
        session.add(nobody)
    await desk.leaves(nobody.id)
    await desk.leaves(tora)
    await desk.outbox().send_owed()
    assert [mail["To"] for mail in office.mails] == [TORA]


async def test_whatever_a_server_or_its_library_raises_holds_up_no_other(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    class Failing(MailServer):
        async def send(self, mail: EmailMessage) -> None:
            if mail["Subject"].endswith("201"):
                raise LookupError("of the library's own")
            await super().send(mail)

    for caller in ("201", "202"):
        await desk.leaves(tora, caller=caller)
    await desk.outbox(Failing("127.0.0.1", office.port, starttls=False)).send_owed()
    assert [mail["Subject"] for mail in office.mails] == ["Nytt meddelande från 202"]


async def test_it_is_sent_once_where_the_note_of_it_has_to_be_tried_again(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    class Failing(Letters):
        fails = 2

        async def sent(self, letter: object) -> None:
            if self.fails:
                self.fails -= 1
                raise StorageError("The database does not answer.")
            await super().sent(letter)  # type: ignore[arg-type]

    letters = Failing(desk.database, desk.clock.now)
    await desk.leaves(tora)
    async with running(desk.outbox(letters=letters)):

        async def noted() -> bool:
            return not await letters.owed()

        await until(noted, what="noted as sent")
    assert len(office.mails) == 1


async def test_a_person_is_reminded_once_until_it_is_handled(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    message = await desk.leaves(tora)
    outbox = desk.outbox()
    await outbox.send_owed()
    desk.clock.advance(timedelta(days=1, hours=21, minutes=59))
    await outbox.send_owed()
    assert len(office.mails) == 1
    desk.clock.advance(timedelta(minutes=1))  # Friday, eight in the morning
    await outbox.send_owed()
    await outbox.send_owed()
    assert [mail["Subject"] for mail in office.mails[1:]] == ["Påminnelse: meddelande från 0980-31 92 44"]

    again = await desk.leaves(tora)
    for each in (message, again):
        await Messages(desk.database).mark(each.id, MessageState.HANDLED, desk.clock.now(), SYSTEM)
    desk.clock.advance(timedelta(days=9))
    await outbox.send_owed()
    assert len(office.mails) == 2


async def test_what_was_written_is_in_the_mail_unless_it_is_confidential(
    desk: Desk, office: PostOffice, tora: UUID
) -> None:
    for confidential in (False, True):
        written = Written(tora, None, "+46980319244", "Ring om bygglovet", confidential, DUE)
        await Messages(desk.database).write(written, WEDNESDAY, SYSTEM)
    await desk.outbox().send_owed()
    open_, kept = (text_of(mail) for mail in office.mails)
    assert open_.count("Ring om bygglovet") == 2  # Swedish and English
    assert "bygglovet" not in kept


async def test_it_logs_in_and_sends_nothing_to_a_server_that_does_not_encrypt(office: PostOffice) -> None:
    office.lets_in = {"hanvisa": "secret"}
    mail = EmailMessage()
    mail["From"], mail["To"] = "vaxel@example.org", TORA
    server = MailServer("127.0.0.1", office.port, "hanvisa", "secret", starttls=False)
    await server.send(mail)
    assert (len(office.mails), office.logged_in) == (1, ["hanvisa"])
    for refused in (replace(server, password="wrong"), replace(server, starttls=True)):
        with pytest.raises(MailError, match="did not take a mail"):
            await refused.send(mail)
    assert "secret" not in repr(server)
    assert len(office.mails) == 1


async def test_a_departments_message_is_mailed_once_to_all_of_it_who_have_an_address(
    desk: Desk, database: Database, office: PostOffice, tora: UUID
) -> None:
    department = await a_department(database, tora)
    await desk.leaves(None, department_id=department)
    await desk.outbox().send_owed()
    await desk.outbox().send_owed()
    [mail] = office.mails
    assert mail["To"] == f"anna@example.org, {TORA}"
    assert text_of(mail).startswith("Hej Hemtjänsten,")
    assert "lämnade 0980-31 92 44 ett meddelande till er." in text_of(mail)


async def test_an_address_of_a_colleague_that_is_none_keeps_the_mail_from_nobody_else(
    desk: Desk, database: Database, office: PostOffice, tora: UUID
) -> None:
    department = await a_department(database, tora)
    async with database.changing(SYSTEM) as session:
        anna = (await session.scalars(select(PersonRow).where(PersonRow.given_name == "Anna"))).one()
        anna.email = "a(@x"  # opens a comment, and sorts before Tora's
    await desk.leaves(None, department_id=department)
    with capture_logs() as logged:
        await desk.outbox().send_owed()
    assert [mail["To"] for mail in office.mails] == [TORA]
    assert [one["addresses"] for one in logged if one["event"] == "mail.addresses_left_out"] == [1]


async def test_a_department_without_any_address_is_owed_nothing(
    desk: Desk, database: Database, office: PostOffice, tora: UUID
) -> None:
    department = await a_department(database, tora)
    async with database.changing(SYSTEM) as session:
        for person in await session.scalars(select(PersonRow)):
            person.email = None
    await desk.leaves(None, department_id=department)
    await desk.outbox().send_owed()
    assert not office.mails


async def a_department(database: Database, tora: UUID) -> UUID:
    """Hemtjänsten, to which Tora and Anna belong today; Bo has left it, and has an address."""
    async with database.changing(SYSTEM) as session:
        organisation = OrganisationRow(name="Hällefors kommun")
        session.add(organisation)
        await session.flush()
        operation = OperationRow(name="Vård", organisation_id=organisation.id)
        session.add(operation)
        await session.flush()
        department = DepartmentRow(name="Hemtjänsten", operation_id=operation.id)
        anna = PersonRow(given_name="Anna", family_name="Berg", email="anna@example.org")
        bo = PersonRow(given_name="Bo", family_name="Ek", email="bo@example.org")
        session.add_all([department, anna, bo])
        await session.flush()
        for person, until in ((tora, None), (anna.id, None), (bo.id, date(2026, 8, 1))):
            session.add(
                MembershipRow(
                    person_id=person,
                    department_id=department.id,
                    starts_on=date(2026, 1, 1),
                    ends_on=until,
                )
            )
        return department.id


async def test_it_encrypts_for_a_server_with_a_trusted_certificate_and_sends_nothing_to_any_other(
    tmp_path: Path,
) -> None:
    issuer, office = tmp_path / "post.pem", PostOffice(certificate=certificate(tmp_path / "post.pem"))
    mail = EmailMessage()
    mail["From"], mail["To"] = "vaxel@example.org", TORA
    async with open_post(office):
        server = MailServer("127.0.0.1", office.port, trusted=trusting(issuer))
        await server.send(mail)
        assert office.encrypted == [True]
        with pytest.raises(MailError, match=r"certificate is not trusted \(self.signed certificate\)"):
            await replace(server, trusted=None).send(mail)
        with pytest.raises(MailError, match=r"certificate is not trusted \(Hostname mismatch"):
            await replace(server, host="localhost").send(mail)
    assert len(office.mails) == 1
    with pytest.raises(ConfigurationError, match="no certificates"):
        trusting(tmp_path / "none.pem")


def certificate(file: Path) -> ssl.SSLContext:
    """A server's at 127.0.0.1, signed by itself and written with its key to the file."""
    made = file.with_suffix(".crt")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=post"
    )
    alternative = ("-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(  # noqa: S603 - our own words
        (*command.split(), *alternative, "-keyout", file, "-out", made), check=True, capture_output=True
    )
    with file.open("a") as both:
        both.write(made.read_text())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
