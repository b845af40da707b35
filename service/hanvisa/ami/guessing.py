"""Wrong passwords from phones: counted by address, and an address that goes on is shut out of SIP for a while.

Asterisk tells of them by its security events, and shuts out by the access list ``denied`` (asterisk-conf/acl.conf),
which is written here. An address from which a phone is registered is shown but not shut out: a whole site may stand
behind it, and 112 with it. An address of IPv6 is counted and shut out with its whole /64.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog

from hanvisa.ami.secrets import replace_if_other
from hanvisa.policy.networks import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hanvisa.ami.manager import Manager
    from hanvisa.ami.wire import Message

log = structlog.get_logger(__name__)

_MOST = 1000  # addresses that are counted at a time
_MOST_ACCOUNTS = 20  # that are told of one of them
_HOST = re.compile(r"@(?:\[([^\]]+)\]|([^:;>]+))")
HEAD = "; Written by the service: addresses that gave wrong passwords. Changes made here are lost.\n"


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """After ``tries`` wrong passwords, with never ``forgotten_after`` between two, an address is shut out as long."""

    tries: int = 20
    forgotten_after: timedelta = timedelta(minutes=15)


@dataclass(slots=True)
class Guesser:
    """An address, or a network of IPv6, that gave wrong passwords, and the accounts that it gave them for."""

    address: str
    first_at: datetime
    last_at: datetime
    tries: int = 0
    accounts: dict[str, None] = field(default_factory=dict)
    shut_out_until: datetime | None = None


class Guessers:
    """``trusted`` are addresses that are never shut out."""

    def __init__(
        self,
        state: Path,
        manager: Manager,
        clock: Clock,
        limits: Limits = Limits(),
        *,
        trusted: Sequence[str] = (),
        node: str = "",
    ) -> None:
        self._file = state / "asterisk" / node / "etc" / "acl_denied.conf"
        self._manager = manager
        self._clock = clock
        self._limits = limits
        self._due: Callable[[], None] = lambda: None
        self._trusted = frozenset(map(network_of, trusted))
        self._by_address: dict[str, Guesser] = {}
        self._reload_owed = False
        self.counted = 0
        manager.on_event("ChallengeResponseFailed", self.failed)

    def on_due(self, callback: Callable[[], None]) -> None:
        """Call back when there is something to publish."""
        self._due = callback

    def recent(self) -> tuple[Guesser, ...]:
        """Those that are not forgotten yet, the last one first."""
        self._forget()
        return tuple(reversed(self._by_address.values()))

    async def publish(self) -> timedelta | None:
        """Have Asterisk shut out those that are due, and let in the others; how long until there is more to do.

        Raises:
            TelephonyError: Asterisk can't be told, or not yet.
            OSError: the list can't be written.
        """
        self._forget()
        await self._shut_out([one for one in self._by_address.values() if one.tries >= self._limits.tries])
        denied = [one for one in self._by_address.values() if one.shut_out_until]
        text = HEAD + "".join(f"deny = {one.address}\n" for one in denied)
        if await asyncio.to_thread(replace_if_other, self._file, text):
            self._reload_owed = True
        if self._reload_owed:
            await self._manager.command("module reload acl")
            self._reload_owed = False
        untils = [one.shut_out_until for one in denied if one.shut_out_until]
        return min(untils) - self._clock.now() if untils else None

    async def _shut_out(self, due: Sequence[Guesser]) -> None:
        new = [one for one in due if one.shut_out_until is None and one.address not in self._trusted]
        if not new:
            return
        registered = set(map(network_of, _hosts(await self._manager.listing("PJSIPShowContacts"))))
        for one in new:
            if one.address not in registered:
                one.shut_out_until = self._clock.now() + self._limits.forgotten_after
                log.warning("phones.shut_out", address=one.address, tries=one.tries)

    def failed(self, event: Message) -> None:
        """Asterisk tells of a wrong password."""
        address = network_of(address_in(event))
        if event.get("Service") != "PJSIP" or not address:
            return
        now = self._clock.now()
        # Put last again: those that have been quiet longest are forgotten first.
        one = self._by_address.pop(address, None)
        if one is None or self._is_over(one):
            one = Guesser(address, now, now)
        if len(self._by_address) >= _MOST:
            del self._by_address[next(iter(self._by_address))]
        self._by_address[address] = one
        self.counted += 1
        one.tries, one.last_at = one.tries + 1, now
        if len(one.accounts) < _MOST_ACCOUNTS:
            one.accounts.setdefault(event.get("AccountID", ""))
        if one.tries % self._limits.tries == 0:
            log.warning("phones.wrong_passwords", address=address, tries=one.tries)
            self._due()

    def _forget(self) -> None:
        self._by_address = {
            address: one for address, one in self._by_address.items() if not self._is_over(one)
        }

    def _is_over(self, one: Guesser) -> bool:
        """A message that was on its way when its address was shut out does not lengthen that."""
        until = one.shut_out_until or one.last_at + self._limits.forgotten_after
        return until <= self._clock.now()


def address_in(event: Message) -> str:
    """The address that an event came from, "" where it has none. Asterisk writes ``IPV4/UDP/192.0.2.1/5060``."""
    parts = event.get("RemoteAddress", "").split("/")
    try:
        address = ip_address(parts[2]) if len(parts) == 4 else None
    except ValueError:
        return ""
    # Behind a % may stand anything, and Asterisk's lists have no addresses of a link alone.
    return str(address) if address and not getattr(address, "scope_id", None) else ""


def _hosts(contacts: Sequence[Message]) -> Iterator[str]:
    """Where phones are registered from: Asterisk has put that into their contacts."""
    for contact in contacts:
        if found := _HOST.search(contact["Uri"]):
            yield found[1] or found[2]
