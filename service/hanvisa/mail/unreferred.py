"""Mails about unreferred absences that come again and again (G1). What is not taken goes the next night."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from hanvisa.calls.ports import Clock
from hanvisa.errors import MailError
from hanvisa.mail.sending import Letters, Server, send_owed
from hanvisa.policy.mail_addresses import recipients
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.policy.unreferred import Told, UnreferredLetter

log = structlog.get_logger(__name__)


class UnreferredMails:
    """``page`` is the address of one's own page; ``code`` tells what is dialled to set an absence, "" nothing."""

    def __init__(
        self,
        letters: Letters[UnreferredLetter],
        server: Server,
        clock: Clock,
        *,
        sender: str,
        page: str,
        code: Callable[[], str],
    ) -> None:
        self._letters = letters
        self._server = server
        self._clock = clock
        self._sender = sender
        self._page = page
        self._code = code

    async def send_owed(self) -> dict[str, int]:
        """How many were sent, and how many not. Raises StorageError."""
        code = self._code()
        return await send_owed(
            self._server,
            self._letters,
            lambda letter: compose(letter, self._sender, self._page, code, self._clock),
            refused=_not_sent,
        )


def _not_sent(letter: UnreferredLetter, error: MailError) -> None:
    person = str(letter.person_id)
    log.warning("mail.unreferred_not_sent", person=person, told=letter.told, why=str(error))


def compose(letter: UnreferredLetter, sender: str, page: str, code: str, clock: Clock) -> EmailMessage:
    """In the reader's language. Who rang is not in it. Raises ValueError for an address that is none."""
    subject, said = (_SUBJECTS[letter.told], _SAYS[letter.told])
    since = f"{letter.since.astimezone(LOCAL):%Y-%m-%d}"
    ways = [_BY_CODE] * bool(code) + [_BY_PAGE, _BY_CALENDAR]
    text = "\n".join(
        one.in_(letter.language).format(
            name=letter.name, about=letter.about, calls=letter.calls, since=since, page=page, code=code
        )
        for one in (_HELLO, said, *ways)
    )
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(letter.address)
    mail["Subject"] = subject.in_(letter.language).format(about=letter.about)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{letter.person_id}.{clock.now():%Y%m%d%H%M%S}.{letter.told}@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{text}\n")
    return mail


_SUBJECTS = {
    Told.PERSON: Text(
        sv="Samtal till dig när du inte var hänvisad", en="Calls to you while no absence was set"
    ),
    Told.MANAGER: Text(sv="Ohänvisad frånvaro: {about}", en="Unreferred absences: {about}"),
}
_HELLO = Text(sv="Hej {name},\n", en="Hello {name},\n")
_SAYS = {
    Told.PERSON: Text(
        sv="""sedan {since} har den som ringde dig inte nått dig, utan att någon frånvaro var satt: det var
upptaget, ingen svarade eller telefonen var urkopplad. Antal samtal: {calls}.

Hänvisa när du är borta (G1), så får den som ringer veta hur länge, och vad de kan göra:
""",
        en="""since {since} who rang you did not reach you, and no absence was set: you were on the line, did not
answer, or your phone was unplugged. Number of calls: {calls}.

Refer your calls while you are away (G1), and callers are told for how long, and what they can do:
""",
    ),
    Told.MANAGER: Text(
        sv="""sedan {since} har den som ringde {about} inte nått fram, utan att någon frånvaro var satt: det var
upptaget, ingen svarade eller telefonen var urkopplad. Antal samtal: {calls}.

Tala med {about} om att hänvisa vid frånvaro (G1). Så kan det göras:
""",
        en="""since {since} who rang {about} did not get through, and no absence was set: it was busy, nobody
answered, or the phone was unplugged. Number of calls: {calls}.

Talk with {about} about referring absences (G1). This is how it can be done:
""",
    ),
}
_BY_CODE = Text(sv="- på telefonen: {code}*orsak*tid#", en="- on the phone: {code}*reason*time#")
_BY_PAGE = Text(sv="- på Min sida: {page}", en="- on My page: {page}")
_BY_CALENDAR = Text(
    sv="- i kalendern, om den läses av växeln.", en="- in the calendar, where the switchboard reads it."
)
