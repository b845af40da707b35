"""Mails, from their letters to the server: what is wrong with one is nothing to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from functools import partial
from typing import Protocol, TypeVar

from hanvisa.errors import MailError

Letter = TypeVar("Letter")


class Server(Protocol):
    async def send(self, mail: EmailMessage) -> None:
        """Raises MailError."""
        ...


class Letters(Protocol[Letter]):
    """A night's: kept where they survive a restart."""

    async def owed(self) -> Sequence[Letter]:
        """Raises StorageError."""
        ...

    async def are_there(self, letter: Letter) -> bool:
        """Nobody who would be written to or about has left the register meanwhile. Raises StorageError."""
        ...

    async def sent(self, letter: Letter) -> None:
        """A server has taken the mail. Raises StorageError."""
        ...


async def send(server: Server, compose: Callable[[], EmailMessage]) -> None:
    """``compose`` runs in a thread. Raises MailError, whatever stands in the way."""
    try:
        await server.send(await asyncio.to_thread(compose))
    except MailError:
        raise
    except Exception as error:  # the library raises what it meets in an address or a name
        raise MailError(f"A mail can't be written or sent: {type(error).__name__}: {error}") from error


async def send_owed(
    server: Server,
    letters: Letters[Letter],
    compose: Callable[[Letter], EmailMessage],
    *,
    refused: Callable[[Letter, MailError], None],
) -> dict[str, int]:
    """A night's letters, one after the other, each told as sent or ``refused``. How many were sent, and not.

    A slow server makes the last of them late: each is asked for once more. Raises StorageError.
    """
    done = {"sent": 0, "not_sent": 0}
    for letter in await letters.owed():
        if not await letters.are_there(letter):
            continue
        try:
            await send(server, partial(compose, letter))
        except MailError as error:
            refused(letter, error)
            done["not_sent"] += 1
            continue
        await letters.sent(letter)
        done["sent"] += 1
    return done
