"""Whose something is: a person of the register, or a caller, and the numbers that are or were theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, true


@dataclass(frozen=True, slots=True)
class TheirNumber:
    """E.164, from when until when it is theirs; None: always. What came before and after is another's."""

    number: str
    since: datetime | None = None
    until: datetime | None = None

    def theirs_at(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at <= self.until)

    def theirs_then(self, at: Any) -> ColumnElement[bool]:
        """The same of a column."""
        return and_(
            true() if self.since is None else at >= self.since,
            true() if self.until is None else at <= self.until,
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """A person of the register, by id, or a caller, by number.

    ``users`` are the names of their users: what they do is kept under these.
    """

    person: UUID | None
    numbers: tuple[TheirNumber, ...] = ()
    users: tuple[str, ...] = ()


def is_of(person: Any) -> Callable[[Whose], ColumnElement[bool]]:
    return lambda whose: person == whose.person if whose.person else false()


def is_theirs(number: Any, at: Any, numbers: Iterable[TheirNumber]) -> ColumnElement[bool]:
    """A column has a number that was theirs at the time that another column has."""
    return or_(false(), *(and_(number == one.number, one.theirs_then(at)) for one in numbers))
