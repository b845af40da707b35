"""From a call's entries to the call's row: who, whom, where in the organisation, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from hanvisa.calls.ports import CallEntry
from hanvisa.directory.repositories.placing import Place, Places, look_up_places
from hanvisa.directory.tables import CallRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Call = dict[str, Any]
"""A call's row as a plain dict: an object of the session costs several times as much."""

_COLUMNS = CallRow.__table__.columns
_UNTOLD: Call = dict.fromkeys(_COLUMNS.keys()) | {
    "side": "",
    "caller": "",
    "called": "",
    "unreferred": False,
    "confidential": False,
    "threat": False,
    "private": False,
}
_CHANGE = update(CallRow).where(CallRow.id == bindparam("known_id"))


async def fold_into_calls(connection: AsyncConnection, entries: Sequence[CallEntry]) -> None:
    """Bring the rows of the entries' calls up to date, making those that are missing."""
    known = await _known_calls(connection, {entry.call_id for entry in entries})
    places = await _places_in(connection, entries)
    calls: dict[str, Call] = {}
    for entry in entries:
        if entry.call_id not in calls:
            untold = {**_UNTOLD, "id": entry.call_id, "started_at": entry.at}
            calls[entry.call_id] = dict(known.get(entry.call_id, untold))
        _fold(calls[entry.call_id], entry, places)
    new = [call for call in calls.values() if call["id"] not in known]
    changed = [call for call in calls.values() if call["id"] in known and call != known[call["id"]]]
    if new:
        await connection.execute(insert(CallRow), new)
    if changed:
        await connection.execute(_CHANGE, [{**call, "known_id": call["id"]} for call in changed])


async def _known_calls(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Call]:
    """Locked, for another process may tell of the same calls; in order, so that two never wait for each other."""
    query = select(*_COLUMNS).where(CallRow.id.in_(ids)).order_by(CallRow.id).with_for_update()
    return {row["id"]: dict(row) for row in (await connection.execute(query)).mappings()}


async def _places_in(connection: AsyncConnection, entries: Sequence[CallEntry]) -> Places:
    """The places of all that :func:`_fold` may ask for."""
    opened = [entry.data for entry in entries if entry.kind == "opened"]
    outcomes = [entry.data for entry in entries if entry.kind == "outcome"]
    persons = {_id(data, "caller_person") for data in opened} | {_id(data, "person") for data in outcomes}
    departments = {_id(data, "department") for data in outcomes}
    return await look_up_places(connection, _known(persons), _known(departments))


def _fold(call: Call, entry: CallEntry, places: Places) -> None:
    data = entry.data
    match entry.kind:
        case "opened":
            call["started_at"] = entry.at
            call["side"] = _text(data, "side")
            call["caller"] = _text(data, "caller")
            call["called"] = _text(data, "called")
            call["organisation_id"] = _id(data, "organisation")
            call["caller_person_id"] = _id(data, "caller_person")
            _place(call, places.of_person(call["caller_person_id"], entry.at))
        case "outcome":
            call["outcome"] = _text(data, "outcome")
            call["operator_id"] = _id(data, "operator") or call["operator_id"]
            call["person_id"] = _id(data, "person") or call["person_id"]
            call["unreferred"] = call["unreferred"] or bool(data.get("unreferred"))
            _place(call, places.of_person(_id(data, "person"), entry.at))
            _place(call, places.of_department(_id(data, "department")))
        case "closed":
            call["ended_at"] = call["ended_at"] or entry.at  # told once more where the service died meanwhile
    call["confidential"] = call["confidential"] or bool(data.get("confidential"))
    call["threat"] = call["threat"] or bool(data.get("threat"))
    call["private"] = call["private"] or bool(data.get("private"))


def _place(call: Call, place: Place | None) -> None:
    if place is not None:
        call.update(place)


def _known(ids: Iterable[UUID | None]) -> set[UUID]:
    return {one for one in ids if one is not None}


def _text(data: Mapping[str, Any], field: str) -> str:
    return str(data.get(field) or "")


def _id(data: Mapping[str, Any], field: str) -> UUID | None:
    """None as well for what is no id: a story with a slip in it is kept all the same."""
    try:
        return UUID(str(data.get(field) or ""))
    except ValueError:
        return None
