"""A real mail server for the tests and the demo, on a free port."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class PostOffice:
    """Takes mails, or answers ``refuses_with``. ``lets_in`` are the users with their passwords.

    With a ``certificate`` it offers STARTTLS; ``encrypted`` tells of each mail whether it came so.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    refuses_with: str = ""
    lets_in: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    logged_in: list[str] = field(default_factory=list)
    port: int = 0
    certificate: ssl.SSLContext | None = None
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.asked += 1
        if self.refuses_with:
            return self.refuses_with
        self.encrypted.append(session.ssl is not None)
        written = envelope.original_content or b""
        self.mails.append(message_from_bytes(written, _class=EmailMessage, policy=policy.default))
        return "250 OK"

    def mail_to(self, address: str) -> EmailMessage | None:
        """The last one."""
        return next((mail for mail in reversed(self.mails) if mail["To"] == address), None)

    def lets(self, _: SMTP, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
        self.logged_in.append(given.login.decode())
        return AuthResult(
            success=self.lets_in.get(given.login.decode()) == given.password.decode(), handled=False
        )


@asynccontextmanager
async def open_post(office: PostOffice) -> AsyncIterator[PostOffice]:
    def serve() -> SMTP:
        return SMTP(
            office,
            hostname="post",
            authenticator=office.lets,
            auth_require_tls=False,
            tls_context=office.certificate,
        )

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", office.port)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
