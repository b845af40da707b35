"""Sending a mail by SMTP."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from hanvisa.errors import ConfigurationError, MailError

TIMEOUT = 20.0  # seconds for each step of the conversation


@dataclass(frozen=True, slots=True)
class MailServer:
    """``starttls``: nothing is sent to a server that does not encrypt, with a certificate that ``trusted`` trusts.

    ``trusted`` None trusts what the machine does. ``user`` "" does not log in.
    """

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    trusted: ssl.SSLContext | None = None

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
                tls_context=self.trusted,
                timeout=TIMEOUT,
            )
        except ssl.SSLCertVerificationError as error:
            raise MailError(
                f"{self.host}:{self.port} was sent no mail: its certificate is not trusted ({error.verify_message}). "
                "Set HANVISA_SMTP_CA to a file with the certificate of whoever has issued it."
            ) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: of an address
            raise MailError(f"{self.host}:{self.port} did not take a mail: {error}") from error


def trusting(issuers: Path) -> ssl.SSLContext:
    """Trusts these certificates (a PEM file) besides those that the machine does.

    Raises:
        ConfigurationError: there are none in the file.
    """
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(issuers)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"HANVISA_SMTP_CA is “{issuers}”, which has no certificates: {error}. Set it to a file with some (PEM), or "
            "leave it out to trust those that the machine does."
        ) from error
    return context
