"""Mails that ask persons to confirm their details (S2), with a link. What is not taken goes the next night."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

import structlog

from hanvisa.calls.ports import Clock
from hanvisa.errors import MailError
from hanvisa.mail.sending import Letters, Server, send_owed
from hanvisa.policy.details import DetailsLetter
from hanvisa.policy.mail_addresses import recipients

log = structlog.get_logger(__name__)

_SIGNATURE = "-- "  # what follows is the other language, as in the mails of messages


class DetailsMails:
    """``page`` is the address of the page, without what opens it."""

    def __init__(
        self, letters: Letters[DetailsLetter], server: Server, clock: Clock, *, sender: str, page: str
    ) -> None:
        self._letters = letters
        self._server = server
        self._clock = clock
        self._sender = sender
        self._page = page

    async def send_owed(self) -> dict[str, int]:
        """How many were sent, and how many not. Raises StorageError."""
        return await send_owed(
            self._server,
            self._letters,
            lambda letter: compose(letter, self._page, self._sender, self._clock),
            refused=_not_sent,
        )


def _not_sent(letter: DetailsLetter, error: MailError) -> None:
    log.warning("mail.details_not_sent", person=str(letter.person_id), why=str(error))


def compose(letter: DetailsLetter, page: str, sender: str, clock: Clock) -> EmailMessage:
    """Swedish first, then English. The details are on the page alone. Raises ValueError for an address that is none."""
    link, until = f"{page}/{letter.token}", f"{letter.last_day:%Y-%m-%d}"
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(letter.address)
    mail["Subject"] = "Stämmer dina uppgifter i växeln?"
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{letter.person_id}.{clock.now():%Y%m%d%H%M%S}.details@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(
        f"""Hej {letter.name},

växeln behöver kunna ge rätt besked om din titel, vad du arbetar med och var du hör hemma.
Se efter om uppgifterna stämmer, och bekräfta dem till och med {until}:

{link}

{_SIGNATURE}
Are your details at the switchboard right?

Hello {letter.name},

the switchboard needs to give correct information on your title, what you work with, and where
you belong. See whether the details are right, and confirm them by {until}:

{link}
"""
    )
    return mail
