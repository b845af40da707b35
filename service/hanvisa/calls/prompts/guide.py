"""The superuser's spoken guide (O3)."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.facts import Code


@dataclass(frozen=True, slots=True)
class GuideBegins:
    """What it is, and the keys: one again, two on, star ends."""


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One function of the telephone, and its code."""

    code: Code


@dataclass(frozen=True, slots=True)
class GuideEnds:
    """All has been told, or that is enough."""


@dataclass(frozen=True, slots=True)
class GuideRefused:
    """To somebody who is no superuser: whom to ask, "" nobody in particular."""

    superuser: str = ""
