"""One mail, from its letter to the server: what is wrong with one is nothing to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email.message import EmailMessage
from typing import Protocol

from hanvisa.errors import MailError


class Server(Protocol):
    async def send(self, mail: EmailMessage) -> None:
        """Raises MailError."""
        ...


async def send(server: Server, compose: Callable[[], EmailMessage]) -> None:
    """``compose`` runs in a thread. Raises MailError, whatever stands in the way."""
    try:
        await server.send(await asyncio.to_thread(compose))
    except MailError:
        raise
    except Exception as error:  # the library raises what it meets in an address or a name
        raise MailError(f"A mail can't be written or sent: {type(error).__name__}: {error}") from error
