"""Mails to telephone managers: an absence that cannot wait leaves a department empty (G3). Each once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Protocol

import structlog

from hanvisa.calls.ports import AlarmLetter, Clock
from hanvisa.errors import MailError, StorageError
from hanvisa.mail.outbox import LOOK_EVERY
from hanvisa.mail.sending import Server, send
from hanvisa.policy.mail_addresses import recipients

log = structlog.get_logger(__name__)


class AlarmLetters(Protocol):
    """Which mails are owed: kept where they survive a restart."""

    async def owed(self) -> list[AlarmLetter]:
        """Raises StorageError."""
        ...

    async def sent(self, letter: AlarmLetter) -> None:
        """It is owed no more. Raises StorageError."""
        ...


class AlarmMails:
    """Run :meth:`run`. What the server does not take is tried again every ``look_every`` seconds."""

    def __init__(
        self,
        letters: AlarmLetters,
        server: Server,
        clock: Clock,
        *,
        sender: str,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._letters = letters
        self._server = server
        self._clock = clock
        self._sender = sender
        self._look_every = look_every
        self._due = asyncio.Event()

    def wake(self) -> None:
        """Something may be owed. Never waits."""
        self._due.set()

    async def run(self) -> None:
        while True:
            self._due.clear()
            try:
                await self.send_owed()
            except StorageError as error:
                log.warning("mail.alarms_not_known", why=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every):
                    await self._due.wait()

    async def send_owed(self) -> None:
        """Raises StorageError."""
        for letter in await self._letters.owed():
            try:
                await send(self._server, partial(compose, letter, self._sender, self._clock))
            except MailError as error:
                log.warning("mail.alarm_not_sent", alarm=str(letter.id), why=str(error))
                continue
            await self._letters.sent(letter)
            log.info("mail.alarm_sent", alarm=str(letter.id))


def compose(letter: AlarmLetter, sender: str, clock: Clock) -> EmailMessage:
    """Swedish first, then English. The reason of the absence is not in it.

    Raises ValueError for an address that is none.
    """
    days = f"{letter.first_day}" if letter.days == 1 else f"{letter.first_day} – {letter.last_day}"
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(letter.address)
    mail["Subject"] = f"{letter.department} är tom {days}"
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{letter.id}.alarm@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    sv = (
        f"{letter.person} är frånvarande, och då kan ingen på {letter.department} nås: {days}. "
        f"Arbetsdagar: {letter.days}.\n"
        "Ordna någon som kan nås, eller en avdelning som ersätter (G3), och markera larmet som sett."
    )
    en = (
        f"{letter.person} is absent, so nobody of {letter.department} can be reached: {days}. "
        f"Working days: {letter.days}.\n"
        "Arrange for somebody who can be reached, or for a stand-in (G3), and mark the alarm as seen."
    )
    mail.set_content(
        f"Hej {letter.name},\n\n{sv}\n\n-- \n{letter.department} is empty {days}\n\nHello {letter.name},\n\n{en}\n"
    )
    return mail
