"""What the fallback says, as prompts: every absence, everybody who does not answer, and the fixed sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hanvisa.calls.prompts import (
    Barred,
    CallBarred,
    CodeRefused,
    DepartmentEmpty,
    DialRefused,
    Goodbye,
    NoOperator,
    OutsideFailed,
    Prompt,
    Referral,
    TryLater,
    UnknownNumber,
    Why,
)
from hanvisa.policy.absence import absence_at, compose_referral
from hanvisa.policy.facts import Absence, Person, Recording
from hanvisa.policy.register import Register

SENTENCES: dict[str, Prompt] = {
    "later": TryLater(),
    "unknown": UnknownNumber(),
    "code": CodeRefused(),
    "o2": DialRefused(""),  # not the words of O2: the operator may have no caller now
    "m4": DialRefused("M4"),
    "inside": CallBarred(Barred.OUTSIDE),
    "abroad": CallBarred(Barred.ABROAD),
    "premium": CallBarred(Barred.PREMIUM),
    "busy": OutsideFailed(Why.BUSY),
    "unanswered": OutsideFailed(Why.NO_ANSWER),
    "goodbye": Goodbye(),
}


@dataclass(frozen=True, slots=True)
class Announcement:
    """A prompt and its key below the family. ``start`` and ``end`` (None: no end) are when an absence is told so."""

    key: str
    prompt: Prompt
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpokenFamily:
    """A family of AstDB that names files, and the register's tables that it is made from."""

    name: str
    tables: tuple[str, ...]
    announcements: Callable[[Register, datetime], Iterator[Announcement]]


def _sentences(_: Register, __: datetime) -> Iterator[Announcement]:
    for name, prompt in SENTENCES.items():
        yield Announcement(name, prompt)


def _absences(register: Register, at: datetime) -> Iterator[Announcement]:
    """Of everybody, numbered from 1 in the order of time; what has ended is left out."""
    for person_id in dict.fromkeys(row.person_id for row in register.absences.rows):
        person = register.person(person_id)
        if person:
            recordings = register.recordings_of(person_id)
            spans = _spans(person, register.absences_of(person_id), recordings)
            still = [span for span in spans if span.end is None or span.end > at]
            for number, span in enumerate(still, start=1):
                yield Announcement(f"{person.id.hex}/{number}", span.prompt, span.start, span.end)


def _nobodies(register: Register, _: datetime) -> Iterator[Announcement]:
    """Who does not answer, the fewest first: switchboards, departments, persons."""
    for switchboard in register.switchboards.rows:
        organisation = register.organisation(switchboard.organisation_id)
        name = organisation.name if organisation else switchboard.name
        yield Announcement(switchboard.id.hex, NoOperator(name))
    for department in register.departments.rows:
        yield Announcement(department.id.hex, DepartmentEmpty(department.name))
    for person in register.persons.rows:
        prompt = Referral(person.name, Why.NO_ANSWER, best_reached=person.best_reached)
        yield Announcement(person.id.hex, prompt)


SPOKEN = (
    SpokenFamily("sentence", (), _sentences),
    SpokenFamily("absence", ("absences", "persons", "recordings"), _absences),
    SpokenFamily("nobody", ("switchboards", "organisations", "departments", "persons"), _nobodies),
)


def _spans(person: Person, all_: Iterable[Absence], recordings: Sequence[Recording]) -> list[Announcement]:
    """From each beginning and end of an absence to the next: what is told in between, if the phone is silent."""
    absences = tuple(all_)
    moments = {row.starts_at for row in absences} | {row.ends_at for row in absences if row.ends_at}
    spans: list[Announcement] = []
    for start, end in pairwise((*sorted(moments), None)):
        now = absence_at(absences, start) if start else None
        if now is None or now.reason.reachable:
            continue
        prompt = Referral.of(compose_referral(person, now, recordings=recordings))
        if spans and spans[-1].prompt == prompt and spans[-1].end == start:
            spans[-1] = Announcement("", prompt, spans[-1].start, end)
        else:
            spans.append(Announcement("", prompt, start, end))
    return spans
