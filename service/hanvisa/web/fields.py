"""The types that fields of requests and answers are made of.

Times come in as RFC 3339 with an offset and go out with Stockholm's. Text has no control characters, and is not blank.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from hanvisa.policy import model

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
YEARS = range(2000, 2200)
_LAZY = ConfigDict(frozen=True, defer_build=True)
"""A model is built when it is first used: all of them together keep the service from being ready."""


class Wrong(ValueError):  # noqa: N818 - "raise Wrong(...)" reads as what it says
    """A value that is wrong, said in both languages. Raised by validators of models."""

    def __init__(self, what: model.Text) -> None:
        super().__init__(what.en)
        self.what = what


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise Wrong(
            model.Text(
                sv="ska vara en tid med tidszon, som 2026-08-03T08:00:00+02:00",
                en="must be a time with its offset, such as 2026-08-03T08:00:00+02:00",
            )
        )
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Wrong(model.Text(sv="är ingen tid som finns", en="is no time that exists")) from None
    if moment.year not in YEARS:
        raise Wrong(
            model.Text(sv="ska ligga mellan år 2000 och 2199", en="must lie between the years 2000 and 2199")
        )
    return moment


def _in_stockholm(moment: datetime) -> str:
    return moment.astimezone(STOCKHOLM).isoformat()


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    PlainSerializer(_in_stockholm, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-08-03T08:00:00+02:00"]}),
]

_VISIBLE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_VISIBLE)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=_VISIBLE)]
Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Dialled = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=_VISIBLE),
    Field(description="a number in any usual spelling", examples=["0980-31 92 01", "+46980319201", "201"]),
]
LocalTime = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["08:00"])
]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO: 1 Monday to 7 Sunday")]


class Incoming(BaseModel):
    """The body or the query of a request: unknown fields are refused."""

    model_config = _LAZY | ConfigDict(extra="forbid")


def _without_defaults(schema: dict[str, Any]) -> None:
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class Change(Incoming):
    """The body of a PATCH: what is left out stays as it is; `model_fields_set` tells what was given."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)


def unset() -> Any:
    """The default of a field of a :class:`Change`: it is never read."""
    return Field(default=None)


class Outgoing(BaseModel):
    """The body of an answer."""

    model_config = _LAZY


class Words(Outgoing):
    """The same words in both languages."""

    sv: str
    en: str

    @classmethod
    def of(cls, text: model.Text) -> Words:
        return cls(sv=text.sv, en=text.en)


class Named(Outgoing):
    """Something else in the register, with its name so that it need not be looked up."""

    id: UUID
    name: str


class ListQuery(Incoming):
    """What every list takes."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500, description="`next` of the page before")
