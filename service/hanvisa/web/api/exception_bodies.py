"""What exceptions look like in requests and answers."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from hanvisa.policy.facts import ScopeKind
from hanvisa.policy.model import Text
from hanvisa.web.fields import (
    Change,
    Dialled,
    Incoming,
    ListQuery,
    Moment,
    Named,
    Outgoing,
    Reason,
    Wrong,
    unset,
)
from hanvisa.web.windows import WeeklyWindow, Windows

Operators = Annotated[list[UUID], Field(min_length=1, max_length=200, description="persons")]
Uses = Annotated[int, Field(ge=1, le=10_000)]

_WITH_ID = (ScopeKind.ORGANISATION, ScopeKind.DEPARTMENT, ScopeKind.PERSON)


class ScopeGiven(Incoming):
    """`everyone` alone; `organisation`, `department` and `person` with `id`; `number` with `number`."""

    kind: ScopeKind
    id: UUID | None = None
    number: Dialled | None = None

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> Self:
        if (self.kind in _WITH_ID) != (self.id is not None):
            raise Wrong(
                Text(
                    sv="tar ett id för organisation, avdelning och person, annars inget",
                    en="takes an id for an organisation, department or person, else none",
                )
            )
        if (self.kind is ScopeKind.NUMBER) != (self.number is not None):
            raise Wrong(
                Text(
                    sv="tar ett nummer för kind number, annars inget",
                    en="takes a number for kind number, else none",
                )
            )
        return self


class ExceptionQuery(ListQuery):
    ended: bool = Field(default=False, description="show those that have ended or are revoked too")
    on_the_spot: bool | None = Field(
        default=None, description="only those that operators have made for one call, or only others"
    )
    since: Moment | None = Field(
        default=None, description="only those that began then or later, whether they have ended or not"
    )


class NewException(Incoming):
    scope: ScopeGiven
    reason: Reason
    starts_at: Moment | None = Field(default=None, description="none: now")
    ends_at: Moment = Field(
        description="at most so many days after the start as the setting exception_longest says (90)"
    )
    operators: Operators | None = Field(default=None, description="null: all")
    weekly: Windows = Field(default_factory=list)
    max_uses: Uses | None = Field(default=None, description="null: any number")


class OnTheSpot(Incoming):
    """For the call at hand, once; `scope` is a `person` or a `number`."""

    scope: ScopeGiven
    reason: Reason
    ends_at: Moment | None = Field(default=None, description="within an hour; none: in an hour")


class ExceptionChange(Change):
    """What is left out stays as it is. For another scope another exception is granted."""

    reason: Reason = unset()
    starts_at: Moment = unset()
    ends_at: Moment = unset()
    operators: Operators | None = unset()
    weekly: Windows = unset()
    max_uses: Uses | None = unset()


class ScopeShown(Outgoing):
    kind: ScopeKind
    id: UUID | None
    number: str | None = Field(description="E.164; stars for a protected one")
    name: str | None


class ExceptionShown(Outgoing):
    id: UUID
    scope: ScopeShown
    operators: list[UUID] | None = Field(description="null: all")
    reason: str
    granted_by: str
    starts_at: Moment
    ends_at: Moment
    weekly: list[WeeklyWindow]
    max_uses: int | None
    uses: int
    revoked_at: Moment | None
    revoked_by: str | None
    call: str | None = Field(description="the one call for which an operator has made it on the spot")


class ExceptionList(Outgoing):
    items: list[ExceptionShown]
    next: str | None


class LetThroughShown(Outgoing):
    person: Named | None = Field(description="null: nobody of ours has the number")
    number: str = Field(description="E.164; stars for a protected one")
    confidential: bool = Field(description="refused all the same (M4)")


class ExceptionPreview(Outgoing):
    """Whom an exception would let through, before it is granted."""

    persons: int = Field(description="whose mobiles they are")
    mobiles: int
    confidential: int = Field(description="of the mobiles: refused all the same (M4)")
    others: bool = Field(description="mobiles that nobody of ours has, too")
    operators: list[Named] = Field(description="who could put callers through")
    items: list[LetThroughShown] = Field(description="the first 200 of the mobiles")


class UseShown(Outgoing):
    call: str
    at: Moment


class UseList(Outgoing):
    items: list[UseShown]
