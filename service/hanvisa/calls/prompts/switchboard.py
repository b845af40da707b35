"""The switchboard: greetings, waiting, nobody there, and operators who open and close."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.facts import OperatorState
from hanvisa.policy.model import Text


@dataclass(frozen=True, slots=True)
class Greeting:
    """A switchboard's greeting in its organisation's own words."""

    text: Text


@dataclass(frozen=True, slots=True)
class Queued:
    """All operators are busy, or ``away`` for a while; wait, you are served in turn."""

    away: bool = False


@dataclass(frozen=True, slots=True)
class NoOperator:
    """No operator is open: said so, and what to do (dial the extension's direct number, ring again later)."""

    organisation: str


@dataclass(frozen=True, slots=True)
class OperatorStateSet:
    """Confirms `*27#` and `*270#`."""

    state: OperatorState
