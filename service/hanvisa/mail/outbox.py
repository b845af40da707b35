"""The mails that persons are owed for their messages: tried again until a server takes them, each once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from hanvisa.calls.ports import Clock, Letter
from hanvisa.errors import MailError, StorageError
from hanvisa.mail.letters import compose
from hanvisa.mail.sending import Server, send
from hanvisa.policy.mail_addresses import is_mail_address

log = structlog.get_logger(__name__)

LOOK_EVERY = 60.0  # seconds: a reminder is due by the clock


class Letters(Protocol):
    """Which mails are owed: kept where they survive a restart."""

    async def owed(self) -> list[Letter]:
        """Raises StorageError."""
        ...

    async def sent(self, letter: Letter) -> None:
        """It is owed no more. Raises StorageError."""
        ...


class MailOutbox:
    """Run :meth:`run`. ``code`` tells what is dialled to hear messages; ``state`` is the folder with the sounds.

    ``is_protected`` tells of a number that is told to nobody by mail (M1).
    ``retry`` is the first delay after a mail was not taken, which doubles up to ``retry_most`` (seconds). A mail is
    sent twice only where the service dies between the server's answer and the note of it.
    """

    def __init__(
        self,
        letters: Letters,
        server: Server,
        clock: Clock,
        *,
        sender: str,
        state: Path,
        code: Callable[[], str],
        is_protected: Callable[[str], bool],
        retry: float = 5.0,
        retry_most: float = 900.0,
    ) -> None:
        self._letters = letters
        self._server = server
        self._clock = clock
        self._sender = sender
        self._state = state
        self._code = code
        self._is_protected = is_protected
        self._retry = retry
        self._retry_most = retry_most
        self._due = asyncio.Event()
        self._due.set()
        self._delays: dict[str, float] = {}  # by mail: those that were not taken, and are not to be tried yet
        self._resting: set[str] = set()
        self._taken: set[str] = set()  # by a server, though not noted as sent yet

    def wake(self) -> None:
        """Something may be owed. Never waits."""
        self._due.set()

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._due.wait()
            except TimeoutError:
                """Time for reminders."""
            self._due.clear()
            try:
                await self.send_owed()
            except StorageError as error:
                log.warning("mail.not_known", why=str(error), again_in=self._retry)
                asyncio.get_running_loop().call_later(self._retry, self._due.set)

    async def send_owed(self) -> None:
        """Send all that are owed and not resting. Raises StorageError."""
        for letter in await self._letters.owed():
            if _key(letter) not in self._resting:
                await self._send(letter)

    async def _send(self, letter: Letter) -> None:
        key = _key(letter)
        if key not in self._taken:
            try:
                await send(self._server, partial(self._compose, letter))
            except MailError as error:
                self._rest(key, error)
                return
            self._taken.add(key)
            log.info("mail.sent", message=str(letter.id), reminder=letter.reminder)
        await self._letters.sent(letter)
        self._taken.discard(key)
        self._delays.pop(key, None)

    def _compose(self, letter: Letter) -> EmailMessage:
        """Raises ValueError where nobody has an address that is one."""
        sound = None
        if letter.recording is not None:
            try:
                sound = (self._state / letter.recording).read_bytes()
            except OSError as error:  # the mail goes without it
                log.warning("mail.no_sound", message=str(letter.id), why=str(error))
        addresses = tuple(filter(is_mail_address, letter.addresses))
        if left_out := len(letter.addresses) - len(addresses):
            log.warning("mail.addresses_left_out", message=str(letter.id), addresses=left_out)
        letter = replace(letter, addresses=addresses)
        return compose(
            letter,
            sender=self._sender,
            code=self._code(),
            sound=sound,
            at=self._clock.now(),
            hidden=not letter.written and self._is_protected(letter.caller),
        )

    def _rest(self, key: str, error: MailError) -> None:
        delay = min(self._delays.get(key, self._retry / 2) * 2, self._retry_most)
        self._delays[key] = delay
        self._resting.add(key)
        log.warning("mail.not_sent", mail=key, why=str(error), again_in=delay)
        asyncio.get_running_loop().call_later(delay, self._again, key)

    def _again(self, key: str) -> None:
        self._resting.discard(key)
        self._due.set()


def _key(letter: Letter) -> str:
    return f"{letter.id} {'reminder' if letter.reminder else 'message'}"
