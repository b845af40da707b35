"""The inputs of a form, made of the model that the API takes: each field as what people fill in, and back again.

What is typed is text, several of it where an input has several parts. It is kept as it was typed until it is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.fields import Named, Words
from hanvisa.web.pages.admin import numbers, weekly
from hanvisa.web.pages.admin.unread import Unread
from hanvisa.web.plain_fields import Member, Spoken
from hanvisa.web.windows import WeeklyWindow

Typed = tuple[str, ...]
NOTHING: Typed = ()

REFERS = {
    "organisation": "/organisations",
    "operation": "/operations",
    "department": "/departments",
    "stand_in_department": "/departments",
    "cost_centre": "/cost-centres",
    "site": "/sites",
    "night_group": "/groups",
    "phone": "/phones",
    "switchboards": "/switchboards",
    "operators": "/operators",
}
"""By field: the list out of which it is chosen. Persons are searched for."""


class Widget(StrEnum):
    LINE = "line"
    TEXT = "text"
    WORDS = "words"  # in both languages
    FLAG = "flag"
    CHOICE = "choice"
    REFERENCE = "reference"  # one of a list
    REFERENCES = "references"  # several of a list
    PERSON = "person"
    TARGET = "target"  # what a number leads to, with its kind
    MEMBERS = "members"  # persons and numbers, in order
    WEEKLY = "weekly"
    NAMES = "names"  # one a line
    DAY = "day"
    MOMENT = "moment"
    WHOLE = "whole"
    ROLES = "roles"
    PASSWORD = "password"  # noqa: S105 - the kind of input


@dataclass(frozen=True, slots=True)
class Input:
    """``options`` are the values of a choice."""

    name: str
    widget: Widget
    required: bool = False
    may_be_null: bool = False
    options: tuple[str, ...] = ()

    @property
    def among(self) -> str:
        """The list that it is chosen from."""
        return REFERS.get(self.name, "")

    def written(self, shown: Any) -> Typed:
        """What stands in the input for what the API shows."""
        value: Any = getattr(shown, self.name, None)
        match self.widget:
            case Widget.TARGET:
                return (f"{shown.kind}:{shown.target.id}",)
            case Widget.MEMBERS:
                return tuple(
                    f"person:{one.person.id}" if one.person else f"number:{one.number}" for one in value
                )
            case Widget.WORDS:
                return (value.sv, value.en) if value else ("", "")
            case Widget.WEEKLY:
                return (weekly.written(value),)
            case Widget.ROLES:
                return tuple(_role(one) for one in value)
        return _written(value)

    def read(self, typed: Typed) -> Any:
        """What the API is sent. Raises Unread."""
        value = _READERS.get(self.widget, _text)(typed)
        if value == "":
            return None if self.may_be_null or self.widget is not Widget.LINE else ""
        return None if value == [] and self.widget is Widget.REFERENCES and self.may_be_null else value


def inputs_of(model: type[BaseModel], without: frozenset[str] = frozenset()) -> tuple[Input, ...]:
    """In the order of the model, the key in imports last. The kind of a target stands with the target."""
    hints = get_type_hints(model, include_extras=True)
    told = set(model.model_fields) - without
    return tuple(
        _input(name, hints[name], model.model_fields[name].is_required())
        for name in sorted(model.model_fields, key=lambda name: name == "external_id")
        if name in told and not (name == "kind" and "target" in told)
    )


def _input(name: str, hint: Any, required: bool) -> Input:
    bare, may_be_null = _bare(hint)
    widget, options = _widget(name, bare)
    return Input(name, widget, required, may_be_null, options)


def _widget(name: str, bare: Any) -> tuple[Widget, tuple[str, ...]]:
    by_name = {"target": Widget.TARGET, "roles": Widget.ROLES}
    if name in by_name:
        return by_name[name], ()
    if bare is UUID:
        return (Widget.REFERENCE if name in REFERS else Widget.PERSON), ()
    if isinstance(bare, type) and issubclass(bare, Enum):
        return Widget.CHOICE, tuple(str(one.value) for one in bare)
    if get_origin(bare) is list:
        item, _ = _bare(get_args(bare)[0])
        lists = {WeeklyWindow: Widget.WEEKLY, Member: Widget.MEMBERS, UUID: Widget.REFERENCES}
        return lists.get(item, Widget.NAMES), ()
    if name == "password":
        return Widget.PASSWORD, ()
    plain = {
        bool: Widget.FLAG,
        int: Widget.WHOLE,
        date: Widget.DAY,
        datetime: Widget.MOMENT,
        Spoken: Widget.WORDS,
    }
    return plain.get(bare, Widget.TEXT if name in ("reason", "note") else Widget.LINE), ()


def _bare(hint: Any) -> tuple[Any, bool]:
    """The type itself, and whether it may be null."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        parts = [one for one in get_args(hint) if one is not type(None)]
        return _bare(parts[0])[0], len(parts) < len(get_args(hint))
    if get_origin(hint) is Literal:
        return StrEnum("Choice", {one: one for one in get_args(hint)}), False
    return hint, False


def _written(value: Any) -> Typed:
    match value:
        case False:
            return NOTHING
        case list() if not all(isinstance(one, str) for one in value):
            return tuple(str(getattr(one, "id", one)) for one in value)
        case Words():
            return value.sv, value.en
    return (_as_text(value),)


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case True:
            return "yes"
        case Named():
            return str(value.id)
        case datetime():
            return value.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")
        case list():
            return "\n".join(value)
    return str(value)


def _text(typed: Typed) -> str:
    return typed[0].strip() if typed else ""


def _words(typed: Typed) -> dict[str, str] | None:
    sv, en = (part.strip() for part in (*typed, "", "")[:2])
    return {"sv": sv, "en": en} if sv or en else None


def _names(typed: Typed) -> list[str]:
    return [line.strip() for line in _text(typed).splitlines() if line.strip()]


def _whole(typed: Typed) -> int | str:
    """What is no number, or longer than any that is counted, is sent as it is, and refused."""
    text = _text(typed)
    number = numbers.whole(text)
    return text if number is None else number


def _moment(typed: Typed) -> str:
    """A time in Sweden with its offset, as the API takes it."""
    text = _text(typed)
    try:
        return text and datetime.fromisoformat(text).replace(tzinfo=LOCAL).isoformat()
    except ValueError:
        raise Unread(Text(sv="är inget datum och klockslag", en="is no date and time")) from None


def _role(given: Any) -> str:
    return json.dumps([given.role, *([given.scope.kind, str(given.scope.id)] if given.scope else [])])


def _role_read(typed: str) -> Mapping[str, Any]:
    try:
        role, *scope = _ROLE.validate_json(typed)
    except ValidationError:
        raise Unread(Text(sv="är ingen roll", en="is no role")) from None
    return {"role": role, **({"scope": {"kind": scope[0], "id": scope[-1]}} if scope else {})}


def _member(typed: str) -> dict[str, str]:
    kind, _, value = typed.partition(":")
    return {kind: value}


_ROLE = TypeAdapter(Annotated[list[str], Field(min_length=1, max_length=3)])

_READERS: Mapping[Widget, Callable[[Typed], Any]] = {
    Widget.FLAG: lambda typed: bool(_text(typed)),
    Widget.WORDS: _words,
    Widget.REFERENCES: lambda typed: [one for one in typed if one],
    Widget.MEMBERS: lambda typed: [_member(one) for one in typed if one],
    Widget.ROLES: lambda typed: [_role_read(one) for one in typed if one],
    Widget.TARGET: lambda typed: _text(typed).partition(":")[2],
    Widget.WEEKLY: lambda typed: weekly.read(_text(typed)),
    Widget.NAMES: _names,
    Widget.MOMENT: _moment,
    Widget.WHOLE: _whole,
}
