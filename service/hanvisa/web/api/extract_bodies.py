"""What requests and answers about extracts hold (F2)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hanvisa.policy.extracts import ExtractState
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Outgoing, Reason

Substantial = Annotated[Reason, StringConstraints(min_length=15)]


class ExtractQuery(ListQuery):
    """The newest first."""

    person: UUID | None = None
    state: ExtractState | None = None


class NewExtract(Incoming):
    person: UUID = Field(description="whose calls")
    starts_at: Moment
    ends_at: Moment = Field(description="not included, and past")
    reason: Substantial = Field(description="what the suspicion is; the person may read it one day")


class RefusedExtract(Incoming):
    reason: Reason


class ExtractShown(Outgoing):
    id: UUID
    person: Named
    starts_at: Moment
    ends_at: Moment
    reason: str
    state: ExtractState
    requested_at: Moment
    requested_by: Named
    decided_at: Moment | None
    decided_by: Named | None
    refusal: str | None
    expires_at: Moment | None = Field(description="when its content is deleted")
    tell_at: Moment | None = Field(
        description="from when the person may know of it; none: not approved, or never"
    )
    told_at: Moment | None = Field(description="when the person had a mail of it")
    may_decide: bool = Field(description="whoever asks may approve or refuse it")
    may_open: bool = Field(description="whoever asks may open it, which is kept")


class ExtractList(Outgoing):
    items: list[ExtractShown]
    next: str | None


class ExtractedCallShown(Outgoing):
    started_at: Moment
    ended_at: Moment | None
    seconds: int | None
    part: Literal["caller", "called", "operator"] = Field(description="what the person was in the call")
    number: str = Field(description="the other one's; masked in a private call; stars: protected")
    outcome: str | None
    private: bool
    confidential: bool


class TrafficShown(Outgoing):
    person: Named
    starts_at: Moment
    ends_at: Moment
    items: list[ExtractedCallShown]


class OpeningShown(Outgoing):
    by: Named
    at: Moment
    address: str | None
    form: str = Field(description="json, csv or pdf")


class OpeningList(Outgoing):
    items: list[OpeningShown]
