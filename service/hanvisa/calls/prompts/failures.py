"""What did not come off, and goodbye."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts.whys import Why


@dataclass(frozen=True, slots=True)
class UnknownNumber:
    """The number dialled leads nowhere."""


@dataclass(frozen=True, slots=True)
class OutsideFailed:
    """An outside number was busy or did not answer."""

    why: Why


@dataclass(frozen=True, slots=True)
class TryLater:
    """Something of ours failed, and the call ends with it: whoever hears it is told so, and to ring again."""


@dataclass(frozen=True, slots=True)
class WentWrong:
    """Something of ours failed, and ends nothing. ``holds``: an operator will have them, if they hold the line."""

    holds: bool = False


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code that this phone may not use, or that is not understood."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Thanks and goodbye."""
