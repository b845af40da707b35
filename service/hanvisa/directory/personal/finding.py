"""All that is held on one person, found and given out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, inspect, or_, select
from sqlalchemy.orm import aliased

from hanvisa.directory.auditing import as_json
from hanvisa.directory.personal.held import Held
from hanvisa.directory.personal.whose import TheirNumber, Whose
from hanvisa.directory.tables import MobileRow, PersonRow, UserRow
from hanvisa.errors import NotFound
from hanvisa.policy.numbers import normalise_caller
from hanvisa.policy.spelling import is_one_number

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Row = dict[str, Any]

_OF_HANDLING = ("id", "state", "handled_at", "handled_by")


async def find_whose(session: AsyncSession, id_: str) -> Whose:
    """``id_`` is a person's id or key in the import, or a caller's number (+46…, however spaced). Raises NotFound."""
    if id_.startswith("+"):
        return _caller(id_)
    query = select(PersonRow.id)
    try:
        query = query.where(PersonRow.id == UUID(id_))
    except ValueError:
        query = query.where(PersonRow.external_id == id_)
    person = await session.scalar(query)
    if person is None:
        raise NotFound(
            f"There is nobody with the id {id_}. Give a person's id, as GET /api/v1/persons lists it, their key in the "
            "import, or a caller's number, as +46980319244."
        )
    return await whose_is(session, person)


def _caller(written: str) -> Whose:
    """Read as a call's is, for that is how it is kept: one that nobody can have rung from holds nothing."""
    number = normalise_caller(written) if is_one_number(written) else None
    if number is None:
        raise NotFound(
            f"{written} is not one telephone number. Write it with the country's code, as +46980319244."
        )
    return Whose(None, (TheirNumber(number),))


async def whose_is(session: AsyncSession, person: UUID) -> Whose:
    """A mobile's number is theirs from when it was decided on until it is ended: then it may be another's.

    Who had it before had it until then, whenever the next one was decided on.
    """
    row, earlier = MobileRow, aliased(MobileRow)
    handed_over = select(func.max(earlier.ended_at)).where(
        earlier.number == row.number,
        earlier.person_id != row.person_id,
        or_(row.ended_at.is_(None), earlier.ended_at < row.ended_at),
    )
    mobiles = await session.execute(
        select(row.number, row.decided_at, handed_over.scalar_subquery(), row.ended_at).where(
            row.person_id == person, row.number != ""
        )
    )
    numbers = (
        TheirNumber(number, max(decided_at, handed_over_at or decided_at), ended_at)
        for number, decided_at, handed_over_at, ended_at in mobiles
    )
    users = await session.scalars(select(UserRow.name).where(UserRow.person_id == person))
    return Whose(person, tuple(numbers), tuple(users))


async def rows_of(session: AsyncSession, held: Held, whose: Whose) -> AsyncIterator[Row]:
    """Without what is secret. In the order of their keys."""
    async for row in await session.stream(_query(held, whose)):
        yield _plain(row)


async def page_of(session: AsyncSession, held: Held, whose: Whose, first: int, number: int) -> list[Row]:
    """So many rows from the ``first`` one, counted from 0."""
    found = await session.execute(_query(held, whose).offset(first).limit(number))
    return [_plain(row) for row in found]


def files_named(table: str, row: Row) -> Iterator[str]:
    """The sounds that a row names, as paths in the state folder."""
    match table, row:
        case "messages", {"recording": str(file)}:
            yield file
        case "recordings", {"sound": str(sound)}:
            yield f"recordings/own/{sound}.wav"
        case "greeting_checks", {"file": str(file)}:
            yield f"recordings/greetings/{file}"
        case "call_events", {"data": {"type": "threat_recorded", "file": str(file)}}:
            yield f"recordings/threats/{file}"


def may_be_told(table: str, row: Row, now: datetime) -> bool:
    """To the person whose row it is: not of an extract before its time (F2), nor what the trail has of it."""
    match table, row:
        case "extracts", {"tell_at": tell_at}:
            return tell_at is not None and datetime.fromisoformat(tell_at) <= now
        case "audit", {"table_name": "extracts"}:
            return False
    return True


def as_theirs(table: str, row: Row, whose: Whose) -> Row:
    """As the person is given it: of a message that they handled for others that they did, and no more (M4)."""
    match table, row:
        case "messages", {"person_id": person, "caller": caller, "created_at": str(at)}:
            left_at = datetime.fromisoformat(at)
            theirs = any(one.number == caller and one.theirs_at(left_at) for one in whose.numbers)
            if person != str(whose.person) and not theirs:
                return {name: row[name] for name in _OF_HANDLING}
    return row


def _query(held: Held, whose: Whose) -> Any:
    table = held.table.__table__
    return select(table).where(held.of(whose)).order_by(*inspect(table).primary_key)


def _plain(row: Any) -> Row:
    return as_json(row._mapping) or {}  # noqa: SLF001 - public in all but name
