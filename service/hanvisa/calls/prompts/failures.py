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
    """Something of ours failed; the caller is told so, and is not left in silence."""


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """A code that this phone may not use, or that is not understood."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Thanks and goodbye."""
