"""One who is removed is taken out of calls, which are others' too: they stay, and are counted as before.

Of what happened in a call stay the steps that reports count, and of the facts of its decisions what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update

from hanvisa.directory.personal.whose import (
    TheirNumber,
    Whose,
    as_dialled,
    within_its_area,
)
from hanvisa.directory.repositories.placing import Places, look_up_places
from hanvisa.directory.tables import CallEventRow, CallRow, DecisionRow, ExtensionRow, NumberRow
from hanvisa.policy import spelling

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

ONLY_COUNTED = 0
"""The version of facts that are no longer whole, so that nothing can be decided from them."""

_STEPS = ("opened", "stage", "outcome", "closed")
_ON_MOBILES = ("with_mobile", "without_mobile")


@dataclass(frozen=True, slots=True)
class Removal:
    """``numbers`` led to them here, ``outside`` are theirs in the public network, both as a call may have them."""

    whose: Whose
    numbers: frozenset[str]
    outside: tuple[TheirNumber, ...]
    places: Places

    def without(self, value: Any, at: datetime) -> Any:
        """The JSON of that time without them."""
        match value:
            case dict():
                return {key: self.without(one, at) for key, one in value.items()}
            case list():
                return [self.without(one, at) for one in value]
            case str() if self._names(value, at):
                return ""
        return value

    def department(self, at: datetime) -> str:
        """Where they belonged then."""
        place = self.places.of_person(self.whose.person, at)
        return str(place["department_id"]) if place else ""

    def is_of(self, id_: Any) -> bool:
        return self.whose.person is not None and id_ == str(self.whose.person)

    def _names(self, text: str, at: datetime) -> bool:
        dialled = spelling.plain(text).text or text  # in whatever spelling
        return (
            dialled in self.numbers
            or text in self.whose.users
            or (self.whose.person is not None and str(self.whose.person) in text)
            or any(one.number in dialled and one.theirs_at(at) for one in self.outside)
        )


async def removal_of(session: AsyncSession, whose: Whose) -> Removal:
    numbers = {local for one in whose.numbers for local in within_its_area(one.number)}
    if whose.person is not None:
        for row in (ExtensionRow, NumberRow):
            numbers |= set(await session.scalars(select(row.number).where(row.target_id == whose.person)))
    persons = {whose.person} if whose.person else set[UUID]()
    places = await look_up_places(await session.connection(), persons, set())
    return Removal(whose, frozenset(numbers), as_dialled(whose.numbers), places)


async def take_out(session: AsyncSession, ids: Collection[str], removal: Removal) -> None:
    """Of these calls."""
    await _from_the_calls(session, ids, removal)
    await _from_what_happened(session, ids, removal)
    await _from_the_facts(session, ids, removal)


async def _from_the_calls(session: AsyncSession, ids: Collection[str], removal: Removal) -> None:
    call, person = CallRow, removal.whose.person
    rows = await session.execute(
        select(call.id, call.started_at, call.caller, call.called).where(call.id.in_(ids))
    )
    changed = []
    for id_, at, caller, called in rows.all():
        numbers = {"caller": caller, "called": called}
        after = removal.without(numbers, at)
        if after != numbers:
            changed.append({"the_call": id_, **after})
    await _store(session, call, {"the_call": call.id}, changed)
    if person is not None:
        theirs: tuple[tuple[Any, dict[str, Any]], ...] = (
            (call.caller_person_id, {"caller_person_id": None, "caller": ""}),
            (call.person_id, {"person_id": None}),
            (call.operator_id, {"operator_id": None}),
        )
        for column, values in theirs:
            await session.execute(update(call).where(call.id.in_(ids), column == person).values(values))


async def _from_what_happened(session: AsyncSession, ids: Collection[str], removal: Removal) -> None:
    event = CallEventRow
    counted = or_(
        event.kind.in_(_STEPS),
        and_(event.kind == "signal", event.data["type"].as_string().in_(_ON_MOBILES)),
    )
    await session.execute(delete(event).where(event.call_id.in_(ids), ~counted))
    rows = await session.execute(
        select(event.call_id, event.seq, event.at, event.data).where(event.call_id.in_(ids))
    )
    changed = []
    for call_id, seq, at, data in rows.all():
        after = removal.without(data, at)
        if removal.is_of(data.get("person")):
            after["person_in"] = removal.department(at)
        if after != data:
            changed.append({"the_call": call_id, "the_seq": seq, "data": after})
    await _store(session, event, {"the_call": event.call_id, "the_seq": event.seq}, changed)


async def _from_the_facts(session: AsyncSession, ids: Collection[str], removal: Removal) -> None:
    decision = DecisionRow
    rows = await session.execute(
        select(decision.call_id, decision.seq, decision.at, decision.facts).where(decision.call_id.in_(ids))
    )
    changed = [
        {
            "the_call": call_id,
            "the_seq": seq,
            "facts": removal.without(_counted(facts, at, removal), at),
            "schema_version": ONLY_COUNTED,
        }
        for call_id, seq, at, facts in rows.all()
    ]
    await _store(session, decision, {"the_call": decision.call_id, "the_seq": decision.seq}, changed)


async def _store(
    session: AsyncSession, row: Any, key: Mapping[str, Any], changed: list[dict[str, Any]]
) -> None:
    """``key``: the columns that say which row, by the names of their values in ``changed``."""
    if changed:
        statement = (
            update(row.__table__)
            .where(*(column == bindparam(name) for name, column in key.items()))
            .values({name: bindparam(name) for name in set(changed[0]) - set(key)})
        )
        await (await session.connection()).execute(statement, changed)


def _counted(facts: Any, at: datetime, removal: Removal) -> dict[str, Any]:
    """What reports read of facts."""
    if not isinstance(facts, Mapping):
        return {}
    counted = {name: facts[name] for name in ("via", "touched_by") if facts.get(name)}
    if isinstance(facts.get("join"), Mapping):
        counted["join"] = _counted(facts["join"], at, removal)
    if isinstance(person := facts.get("person"), Mapping):
        theirs = removal.is_of(person.get("id"))
        counted["person"] = (
            {"in": removal.department(at)}
            if theirs
            else {key: person[key] for key in ("id", "in") if key in person}
        )
    if facts.get("chain"):
        counted["chain"] = [{"department": {"id": facts["chain"][0]["department"]["id"]}}]
    return counted
