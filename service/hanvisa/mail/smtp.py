"""Sending a mail by SMTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage

import aiosmtplib

from hanvisa.errors import MailError

TIMEOUT = 20.0  # seconds for each step of the conversation


@dataclass(frozen=True, slots=True)
class MailServer:
    """``starttls``: nothing is sent to a server that does not encrypt. ``user`` "" does not log in."""

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True

    async def send(self, mail: EmailMessage) -> None:
        """Returns when the server has taken it. Raises MailError when it has not, as far as is known."""
        # In a task of its own: the library waits with `asyncio.wait_for`, which in Python 3.11 swallows a
        # cancellation that comes in the moment of the answer, and a service that is told to stop would go on.
        sending = asyncio.create_task(self._send(mail))
        try:
            await asyncio.wait({sending})
        finally:
            sending.cancel()
        await sending

    async def _send(self, mail: EmailMessage) -> None:
        try:
            await aiosmtplib.send(
                mail,
                hostname=self.host,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                start_tls=self.starttls,
                timeout=TIMEOUT,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: of an address
            raise MailError(f"{self.host}:{self.port} did not take a mail: {error}") from error
