"""Codes on the phone: what was understood, what is set, what was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hanvisa.policy.codes import CodeFault
from hanvisa.policy.facts import ForwardingKind


@dataclass(frozen=True, slots=True)
class Noted:
    """It is stored. What was understood is told next."""


@dataclass(frozen=True, slots=True)
class BackAgain:
    """The person is no longer absent."""

    name: str


@dataclass(frozen=True, slots=True)
class ForwardingTold:
    """Where the phone is forwarded, when, until when; ``days_left`` of the month, None where M3 sets no limit."""

    kind: ForwardingKind
    number: str
    until: datetime
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class ForwardingStopped:
    """The forwarding has ended."""


@dataclass(frozen=True, slots=True)
class NothingSet:
    """Neither absence nor forwarding."""


@dataclass(frozen=True, slots=True)
class CodeWrong:
    """What is wrong with what was dialled."""

    fault: CodeFault


@dataclass(frozen=True, slots=True)
class ConfidentialNow:
    """M4, to both who talk: the call is from now on; ``with_mobile``: and a mobile is on the line."""

    with_mobile: bool = False


@dataclass(frozen=True, slots=True)
class NextCallConfidential:
    """M4: the phone's next call will be."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """M4: the mobile is off the operator's confidential call, and nobody is left on it."""
