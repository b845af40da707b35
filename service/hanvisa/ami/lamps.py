"""The message lamps of the phones: lit while the person has messages that are still to be handled (S1)."""

from __future__ import annotations

import asyncio
import math

import structlog

from hanvisa.ami.manager import Manager
from hanvisa.policy.facts import MessageState, Phone
from hanvisa.policy.messages import heard_by
from hanvisa.policy.register import Register

log = structlog.get_logger(__name__)

MAILBOXES = "hanvisa"  # the context of the phones' mailboxes in pjsip.conf
_SHOWN = "hanvisa-lamp"  # AstDB's family: which lamps were lit last, by account

# Asterisk carries out each on a thread of its own: of two in the same moment the older may be told last (seen).
APART = 0.2  # seconds

Counts = tuple[int, int]  # messages that are new, and that were heard
DARK = (0, 0)


class Lamps:
    """Has Asterisk tell the phones (message-summary, RFC 3842) whenever their counts differ from what they show.

    Asterisk forgets when it ends what AstDB keeps: what was lit before is told anew after each new connection.
    """

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._shown: dict[str, Counts] | None = None
        self._told_at = -math.inf  # of the event loop's clock
        manager.on_connected(self._start_over)

    async def publish(self, register: Register) -> None:
        """Raises `Unavailable` or `Refused`; what was not told by then is told the next time."""
        await asyncio.sleep(self._told_at + APART - asyncio.get_running_loop().time())
        wanted = {phone.account: counts_of(register, phone) for phone in register.phones.rows}
        if self._shown is None:
            lit = {key.rpartition("/")[2] for key in await self._manager.db_tree(_SHOWN)}
            self._shown = dict.fromkeys(lit, (-1, -1))
        shown = self._shown
        for account in sorted(wanted.keys() | shown.keys()):
            counts = wanted.get(account, DARK)
            if shown.get(account, DARK) != counts:
                await self._show(account, counts)
                shown[account] = counts
                log.info("lamps.shown", account=account, new=counts[0], heard=counts[1])

    async def _show(self, account: str, counts: Counts) -> None:
        new, heard = counts
        await self._manager.db_put(_SHOWN, account, f"{new}/{heard}")
        await self._manager.action(
            "Originate",
            Channel="Local/s@message-lamp",
            Application="MinivmMWI",
            Data=f"{account}@{MAILBOXES},0,{new},{heard}",
            Async="true",
        )
        self._told_at = asyncio.get_running_loop().time()
        if counts == DARK:
            await self._manager.db_del(_SHOWN, account)

    def _start_over(self) -> None:
        self._shown = None


def counts_of(register: Register, phone: Phone) -> Counts:
    """Those of whoever has the phone, or sits at it, and of their department."""
    user = register.user_of(phone)
    own, departments = heard_by(register, user) if user else ([], [])
    messages = own + departments
    new = sum(message.state is MessageState.NEW for message in messages)
    return new, len(messages) - new
