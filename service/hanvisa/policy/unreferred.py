"""G1: unreferred absences that come again and again are put to the person, then to their telephone manager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.facts import aware
from hanvisa.policy.model import Language
from hanvisa.policy.swedish_time import LOCAL, local_time
from hanvisa.policy.workdays import last_working_day


class Told(StrEnum):
    """To whom they are put."""

    PERSON = "person"
    MANAGER = "telephone_manager"


@dataclass(frozen=True, slots=True)
class UnreferredLimits:
    """Settings: how many of a person's calls, within how many working days, are put to whom."""

    person: int = 3
    manager: int = 6
    working_days: int = 10


@dataclass(frozen=True, slots=True)
class UnreferredFacts:
    """``calls`` to a person since then that met an unreferred absence, and when each was ``told`` last of such ones."""

    calls: int
    since: datetime
    told: Mapping[Told, datetime] = field(default_factory=dict)
    limits: UnreferredLimits = UnreferredLimits()


@dataclass(frozen=True, slots=True)
class UnreferredLetter:
    """``name``, ``address`` and ``language`` are those of the reader; ``about`` is who the person is."""

    person_id: UUID
    told: Told
    reader_id: UUID
    address: str
    name: str
    language: Language
    about: str
    calls: int
    since: datetime


def counted_since(now: datetime, working_days: int) -> datetime:
    """When the last so many working days before today began, in Sweden; what came today counts as well."""
    day = aware(now).astimezone(LOCAL).date()
    for _ in range(working_days):
        day = last_working_day(day)
    return local_time(day, time())


def to_be_told(facts: UnreferredFacts) -> tuple[Told, ...]:
    """Whom they are put to now: each who was not told already of calls of these days."""
    least = {Told.PERSON: facts.limits.person, Told.MANAGER: facts.limits.manager}
    return tuple(
        one
        for one in Told
        if facts.calls >= least[one] and (one not in facts.told or facts.told[one] < facts.since)
    )
