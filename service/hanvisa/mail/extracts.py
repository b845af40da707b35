"""Persons are told by mail that an extract of their calls was made (F2), when the time for it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from hanvisa.calls.ports import Clock
from hanvisa.errors import MailError, StorageError
from hanvisa.mail.sending import Server, send
from hanvisa.policy.extracts import OwedNotice
from hanvisa.policy.mail_addresses import recipients
from hanvisa.policy.swedish_time import LOCAL

log = structlog.get_logger(__name__)

LOOK_EVERY = 60.0  # seconds
_SIGNATURE = "-- "  # what follows is the other language, as in the mails of messages


class Notices(Protocol):
    """Who is owed a notice: kept where it survives a restart."""

    async def owed_notices(self, now: datetime, /) -> Sequence[OwedNotice]:
        """Raises StorageError."""
        ...

    async def told(self, id_: UUID, at: datetime, /) -> None:
        """It is owed no more. Raises StorageError."""
        ...


class ExtractNotices:
    """Run :meth:`run`. What a server does not take is tried again a minute later, for as long as it takes."""

    def __init__(self, notices: Notices, server: Server, clock: Clock, *, sender: str) -> None:
        self._notices = notices
        self._server = server
        self._clock = clock
        self._sender = sender

    async def run(self) -> None:
        while True:
            try:
                await self.send_owed()
            except StorageError as error:
                log.warning("mail.extracts_not_known", why=str(error), again_in=LOOK_EVERY)
            await asyncio.sleep(LOOK_EVERY)

    async def send_owed(self) -> None:
        """Raises StorageError."""
        for notice in await self._notices.owed_notices(self._clock.now()):
            try:
                await send(
                    self._server,
                    partial(compose, notice, sender=self._sender, at=self._clock.now()),
                )
            except MailError as error:
                log.warning("mail.extract_not_told", extract=str(notice.extract_id), why=str(error))
                continue
            await self._notices.told(notice.extract_id, self._clock.now())


def compose(notice: OwedNotice, *, sender: str, at: datetime) -> EmailMessage:
    """Swedish first, then English. Raises ValueError for an address that is none."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(notice.address)
    mail["Subject"] = "Ett utdrag av dina telefonsamtal har gjorts"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{notice.extract_id}.extract@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    period = f"{_day(notice.starts_at)} – {_day(notice.ends_at)}"
    mail.set_content(
        f"""Hej {notice.name},

ett specificerat utdrag av dina samtal {period} har gjorts vid misstanke om
missbruk. Det begärdes av {notice.requester} och godkändes av {notice.approver}.

Under Utdrag ser du skälet och vem som har öppnat det, och när.

{_SIGNATURE}
An itemised extract of your calls has been made

An itemised extract of your calls, {period}, was made on suspicion of misuse.
It was asked for by {notice.requester} and approved by {notice.approver}.

Under Extracts you see the reason, and who has opened it and when.
"""
    )
    return mail


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"
