"""How long somebody waits after wrong passwords: longer with each, per account and per address, then locked out.

An address is here what :func:`hanvisa.policy.networks.network_of` makes of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanvisa.policy.facts import aware

FREE = 2  # wrong ones that cost no time: a slip of the finger, or the other of two passwords
_LONGEST = 6  # doublings of the first second: what comes after is the lock


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong passwords in a row, and when the last one was given."""

    wrong: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """Settings: how many wrong ones lock an account, or an address (which many may share), and for how long."""

    account: int = 10
    address: int = 100
    locked: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SignInFacts:
    account: Tries
    address: Tries
    now: datetime
    limits: SignInLimits = SignInLimits()


def wait_until(facts: SignInFacts) -> datetime | None:
    """When the next password may be tried; None: now."""
    limits = facts.limits
    # An address is slowed down as late as it is locked: there may be a whole town hall behind it.
    free_for_address = max(FREE, limits.address - limits.account + FREE)
    waits = [
        again
        for again in (
            _again(facts.account, FREE, limits.account, limits.locked),
            _again(facts.address, free_for_address, limits.address, limits.locked),
        )
        if again is not None and again > aware(facts.now)
    ]
    return max(waits, default=None)


def counted(tries: Tries, now: datetime, limits: SignInLimits) -> Tries:
    """The tries with one more; those of long ago are forgotten."""
    forgotten = tries.last_at is None or aware(now) - tries.last_at >= limits.locked
    return Tries(1 if forgotten else tries.wrong + 1, now)


def _again(tries: Tries, free: int, most: int, locked: timedelta) -> datetime | None:
    if tries.last_at is None or tries.wrong <= free:
        return None
    if tries.wrong >= most:
        return tries.last_at + locked
    seconds = 2 ** min(tries.wrong - free - 1, _LONGEST)
    return tries.last_at + min(timedelta(seconds=seconds), locked)


def account_key(name: str) -> str:
    """What tries are counted under: not the name itself, which may be a password in the wrong field."""
    return hashlib.sha256(name.casefold().encode(errors="surrogateescape")).hexdigest()
