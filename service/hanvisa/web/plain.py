"""Plain resources of the register: from one description each come models, routes and their description.

    Resource("/sites", "site", SITES, Site, read=..., change=...)

What is answered has the names of what it refers to; ``DELETE`` ends, and what is still needed is not ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from hanvisa.directory.repositories.entries import Entries, Entry
from hanvisa.directory.repositories.kinds import Kind
from hanvisa.policy.facts import Window
from hanvisa.policy.model import Decision
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, ListQuery, Moment, Named, Outgoing, Words, unset
from hanvisa.web.masking import Mask
from hanvisa.web.paging import cut, id_after
from hanvisa.web.plain_fields import Member, Spoken
from hanvisa.web.problems import CONFLICT, REFUSED, refused
from hanvisa.web.problems import Kind as ProblemKind
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Handler, Route
from hanvisa.web.windows import WeeklyWindow, facts_of, shown

Model = type[BaseModel]
Rule = Callable[[Ask[Any, Any], Mapping[str, Any], Mapping[str, Any]], Decision | None]
"""What the policy says of a row as it is to be, and of what is given of it, both by column. None: nothing."""


class MemberShown(Outgoing):
    person: Named | None
    number: str | None = Field(description="E.164; stars for a protected one")


@dataclass(frozen=True)
class Resource:
    """``key`` is the column that addresses name. One that is not ``made`` here is changed only.

    ``rule`` is asked before a row is made or changed.
    """

    path: str
    noun: str
    kind: Kind
    fields: Model
    read: Action
    change: Action
    key: str = "id"
    made: bool = True
    rule: Rule | None = None

    @property
    def refusals(self) -> tuple[ProblemKind, ...]:
        return (CONFLICT, REFUSED) if self.rule else (CONFLICT,)

    @property
    def columns(self) -> Mapping[str, Any]:
        columns: Mapping[str, Any] = self.kind.table.__table__.c
        return columns

    def refers(self, name: str) -> bool:
        column = self.kind.column(name)
        return column == "target_id" or bool(column in self.columns and self.columns[column].foreign_keys)

    # to and from what is stored

    def stored(self, body: BaseModel, names: set[str]) -> dict[str, Any]:
        """By column, and what is listed by its name."""
        values: dict[str, Any] = {}
        for name in names:
            value = getattr(body, name)
            if f"{name}_sv" in self.columns:
                values[f"{name}_sv"] = value.sv if value else ""
                values[f"{name}_en"] = value.en if value else ""
            elif self.kind.listed is not None and name == self.kind.listed.name:
                values[name] = [{"person_id": one.person, "number": one.number} for one in value]
            elif isinstance(value, list):
                values[self.kind.column(name)] = facts_of(value)
            else:
                values[self.kind.column(name)] = value
        return values

    def told(self, entry: Entry, mask: Mask) -> dict[str, Any]:
        """The fields of the answer."""
        told = {name: self._told(entry, name, mask) for name in self.fields.model_fields}
        return {"id": entry.id, **told, **self._code(entry), "ended_at": entry.ended_at}

    def _code(self, entry: Entry) -> dict[str, Any]:
        return {} if self.key == "id" else {self.key: entry.values[self.key]}

    def _told(self, entry: Entry, name: str, mask: Mask) -> Any:
        if f"{name}_sv" in self.columns:
            words = Words(sv=entry.values[f"{name}_sv"], en=entry.values[f"{name}_en"])
            return words if words.sv or words.en else None
        if self.kind.listed is not None and name == self.kind.listed.name:
            return [_member(entry, item, mask) for item in entry.values[name]]
        value = entry.values[self.kind.column(name)]
        if self.refers(name):
            return None if value is None else Named(id=value, name=entry.names.get(value, ""))
        if isinstance(value, tuple) and all(isinstance(one, Window) for one in value):
            return shown(value)
        return value


def routes(resource: Resource) -> tuple[Route, ...]:
    """The resource's operations: list, read and change, and where it is made here, create and end."""
    made = _Models(resource)
    one = f"{resource.path}/{{{resource.key}}}"
    noun = resource.noun

    def route(verb: str, method: str, path: str, handler: Handler, summary: str, **more: Any) -> Route:
        handler.__name__ = f"{verb}_{noun.replace(' ', '_')}"  # by which the description calls the operation
        action = resource.read if method == "GET" else resource.change
        return Route(method, path, action, handler, summary, **more)

    listing = route(
        "list",
        "GET",
        resource.path,
        _list(resource, made),
        f"Each {noun}, in the order in which they were made",
        query=made.query,
        reply=made.list,
    )
    reading = route("read", "GET", one, _read(resource, made), f"One {noun}", reply=made.shown, etag=True)
    changing = route(
        "change",
        "PATCH",
        one,
        _change(resource, made),
        f"Change a {noun}: what is left out stays as it is",
        body=made.change,
        reply=made.shown,
        if_match=True,
        etag=True,
        refusals=resource.refusals,
    )
    if not resource.made:
        return listing, reading, changing
    return (
        listing,
        route(
            "create",
            "POST",
            resource.path,
            _create(resource, made),
            f"Make a {noun}",
            body=resource.fields,
            reply=made.shown,
            status=201,
            etag=True,
            refusals=resource.refusals,
        ),
        reading,
        changing,
        route(
            "end",
            "DELETE",
            one,
            _end(resource, made),
            f"End a {noun}: it stays known, and is in use no more",
            reply=made.shown,
            if_match=True,
            etag=True,
            refusals=(CONFLICT,),
        ),
    )


class _Models:
    """The models that follow from the fields of a resource."""

    def __init__(self, resource: Resource) -> None:
        fields = resource.fields
        hints = {name: get_type_hints(fields, include_extras=True)[name] for name in fields.model_fields}
        make: Any = create_model
        self.change: Model = make(
            f"{fields.__name__}Change",
            __base__=Change,
            **{name: (hint, unset()) for name, hint in hints.items()},
        )
        told = {name: _shown_as(resource, name, hint) for name, hint in hints.items()}
        code = {} if resource.key == "id" else {resource.key: (str, ...)}
        self.shown: Model = make(
            f"{fields.__name__}Shown",
            __base__=Outgoing,
            id=(UUID, ...),
            **code,
            **told,
            ended_at=(Moment | None, ...),
        )
        self.list: Model = make(
            f"{fields.__name__}List",
            __base__=Outgoing,
            items=(_list_of(self.shown), ...),
            next=(str | None, ...),
        )
        filters = {name: (UUID | None, None) for name in hints if resource.refers(name)}
        self.query: Model = make(
            f"{fields.__name__}Query",
            __base__=ListQuery,
            q=(
                str | None,
                Field(default=None, max_length=100, description="words: " + ", ".join(resource.kind.sought)),
            ),
            ended=(bool, Field(default=False, description="show those of the past too")),
            **filters,
        )


def _shown_as(resource: Resource, name: str, hint: Any) -> tuple[Any, Any]:
    description = resource.fields.model_fields[name].description
    bare = _bare(hint)
    if resource.refers(name):
        bare = bare if bare == UUID | None else UUID
        bare = Named if bare is UUID else Named | None
    return bare, Field(description=description)


def _bare(hint: Any) -> Any:
    """The type without what only what comes in must keep to: an import may have stored what is longer."""
    if get_origin(hint) is Annotated:
        return _bare(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(_bare(one) for one in get_args(hint))]  # noqa: UP007 - made while running
    if get_origin(hint) is list:
        return _list_of(_bare(get_args(hint)[0]))
    return {Spoken: Words, Member: MemberShown, WeeklyWindow: WeeklyWindow}.get(hint, hint)


def _list_of(type_: Any) -> Any:
    return list[type_]


def _list(resource: Resource, made: _Models) -> Handler:
    async def handle(ask: Ask[None, Any]) -> Answer:
        query = ask.query
        where = {
            resource.kind.column(name): getattr(query, name)
            for name in made.query.model_fields
            if name in resource.fields.model_fields and getattr(query, name) is not None
        }
        found = await _entries(ask, resource).list(
            where=where, q=query.q, ended=query.ended, after=id_after(query.cursor), limit=query.limit + 1
        )
        page = cut(tuple(found), lambda entry: (str(entry.id),), query.limit)
        mask = _mask(ask)
        items = [made.shown(**resource.told(entry, mask)) for entry in page.items]
        return Answer(made.list(items=items, next=page.next))

    return handle


def _read(resource: Resource, made: _Models) -> Handler:
    async def handle(ask: Ask[None, None]) -> Answer:
        return _answer(ask, resource, made, await _find(ask, resource))

    return handle


def _create(resource: Resource, made: _Models) -> Handler:
    async def handle(ask: Ask[Any, None]) -> Answer:
        values = resource.stored(ask.body, set(resource.fields.model_fields))
        _must_be_allowed(ask, resource, values, values)
        entry = await _entries(ask, resource).create(values, ask.who.actor)
        return _answer(ask, resource, made, entry, status=201, location=f"{resource.path}/{entry.id}")

    return handle


def _change(resource: Resource, made: _Models) -> Handler:
    async def handle(ask: Ask[Any, None]) -> Answer:
        entry = await _find(ask, resource)
        version = must_match(ask.if_match, entry.version)
        values = resource.stored(ask.body, ask.body.model_fields_set)
        _must_be_allowed(ask, resource, {**entry.values, **values}, values)
        with against_others():
            entry = await _entries(ask, resource).change(entry.id, values, version, ask.who.actor)
        return _answer(ask, resource, made, entry)

    return handle


def _end(resource: Resource, made: _Models) -> Handler:
    async def handle(ask: Ask[None, None]) -> Answer:
        entry = await _find(ask, resource)
        version = must_match(ask.if_match, entry.version)
        with against_others():
            entry = await _entries(ask, resource).end(entry.id, ask.now, version, ask.who.actor)
        return _answer(ask, resource, made, entry)

    return handle


def _must_be_allowed(
    ask: Ask[Any, Any], resource: Resource, row: Mapping[str, Any], given: Mapping[str, Any]
) -> None:
    """Raises Problem for what the policy refuses."""
    decision = resource.rule(ask, row, given) if resource.rule else None
    if decision is not None and not decision.allowed:
        raise refused(decision)


async def _find(ask: Ask[Any, Any], resource: Resource) -> Entry:
    return await _entries(ask, resource).get(ask.path[resource.key], by=resource.key)


def _entries(ask: Ask[Any, Any], resource: Resource) -> Entries:
    return Entries(ask.services.database, resource.kind)


def _answer(ask: Ask[Any, Any], resource: Resource, made: _Models, entry: Entry, **more: Any) -> Answer:
    return Answer(made.shown(**resource.told(entry, _mask(ask))), etag=str(entry.version), **more)


def _mask(ask: Ask[Any, Any]) -> Mask:
    return Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))


def _member(entry: Entry, item: Mapping[str, Any], mask: Mask) -> MemberShown:
    person, number = item["person_id"], item["number"]
    return MemberShown(
        person=Named(id=person, name=entry.names.get(person, "")) if person else None,
        number=mask.number(number) if number else None,
    )
