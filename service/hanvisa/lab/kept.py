"""What is left of calls that are over: log entries, mails of messages, text messages, uses of exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from sqlalchemy import func, select

from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.tables import CallEventRow, CallRow, ExceptionUseRow, MessageRow
from hanvisa.lab.bench_words import say
from hanvisa.lab.stand import Stand
from hanvisa.lab.waiting import NeverHappenedError, until
from hanvisa.texts.spool import SENDING, WAITING

WITHIN = 60.0  # seconds from when the last has hung up


@dataclass(frozen=True, slots=True)
class Promise:
    """Whom something was promised, and how often each has it: callers' numbers (E.164)."""

    what: str
    promised: frozenset[str]
    had: Counter[str]

    @property
    def once(self) -> int:
        return sum(self.had[number] == 1 for number in self.promised)

    @property
    def is_kept(self) -> bool:
        """To everybody once, and to nobody else."""
        return self.had == Counter(self.promised)

    def of(self, callers: Collection[str]) -> Promise:
        """As far as it concerns them."""
        had = Counter({number: times for number, times in self.had.items() if number in callers})
        return Promise(self.what, self.promised.intersection(callers), had)


@dataclass(frozen=True, slots=True)
class Kept:
    """``times``: how often each caller's number is logged; ``ended``: how often as ended.

    ``adopted`` is when the last call was taken on, None where none was.
    """

    times: Counter[str]
    ended: Counter[str]
    adopted: datetime | None
    promises: tuple[Promise, ...]


async def kept(
    stand: Stand, up: Collection[str], exception: UUID, through: Collection[str], since: datetime
) -> Kept:
    """When all calls that were up (callers' numbers, E.164) are logged as ended, and nothing is owed any more.

    Or never will be. ``through`` are the callers whom the exception let through. Calls are taken on after ``since``.
    """
    async with _database(stand) as database:

        async def all_is_done() -> bool:
            _, ended = await _counted(database)
            return all(ended[number] for number in up) and not await _owed(database) and not _queued(stand)

        try:
            await until(all_is_done, within=WITHIN, what="all that was promised")
        except NeverHappenedError:  # then the figures say so
            say("Not every call has ended in the log, or something is owed yet.")
        times, ended = await _counted(database)
        return Kept(
            times,
            ended,
            await _taken_on(database, since),
            (
                await _messages(stand, database),
                await _texts(stand, database),
                Promise("uses", frozenset(through), await _uses(database, exception)),
            ),
        )


@asynccontextmanager
async def _database(stand: Stand) -> AsyncIterator[Database]:
    database = open_database(stand.own.database_url)
    try:
        yield database
    finally:
        await database.close()


async def _counted(database: Database) -> tuple[Counter[str], Counter[str]]:
    counted = select(CallRow.caller, func.count(), func.count(CallRow.ended_at)).group_by(CallRow.caller)
    async with database.reading() as session:
        rows = (await session.execute(counted)).all()
    return Counter({one: times for one, times, _ in rows}), Counter({one: ended for one, _, ended in rows})


async def _taken_on(database: Database, since: datetime) -> datetime | None:
    last = (
        select(func.max(CallEventRow.at))
        .where(CallEventRow.at >= since)
        .where(CallEventRow.data["type"].as_string() == "adopted")
    )
    async with database.reading() as session:
        at: datetime | None = (await session.execute(last)).scalar_one()
        return at


async def _owed(database: Database) -> int:
    """Mails of messages that no server has taken."""
    async with database.reading() as session:
        owed = select(func.count()).select_from(MessageRow).where(MessageRow.mailed_at.is_(None))
        return (await session.execute(owed)).scalar_one()


def _queued(stand: Stand) -> bool:
    """Whether text messages wait, or are on their way."""
    return any(file.suffix in (WAITING, SENDING) for file in (stand.own.state / "texts").iterdir())


async def _messages(stand: Stand, database: Database) -> Promise:
    """Who was told that they will be rung back, and the mails of that."""
    mails = Counter(map(_message_of, stand.post.mails))
    async with database.reading() as session:
        rows = (await session.execute(select(MessageRow.id, CallRow.caller).join(CallRow, _OF_CALL))).all()
    had: Counter[str] = Counter()
    for message, caller in rows:
        had[caller] += mails[str(message)]
    return Promise("messages", await _who_was_told(database, "outcome", "ring_back"), had)


async def _texts(stand: Stand, database: Database) -> Promise:
    had = Counter(str(request.fields["to"]) for request in stand.texts.requests)
    return Promise("texts", await _who_was_told(database, "type", "texted"), had)


async def _who_was_told(database: Database, key: str, value: str) -> frozenset[str]:
    told = (
        select(CallRow.caller)
        .join(CallEventRow, CallEventRow.call_id == CallRow.id)
        .where(CallEventRow.data[key].as_string() == value)
    )
    async with database.reading() as session:
        return frozenset((await session.scalars(told)).all())


async def _uses(database: Database, exception: UUID) -> Counter[str]:
    users = (
        select(CallRow.caller)
        .join(ExceptionUseRow, ExceptionUseRow.call_id == CallRow.id)
        .where(ExceptionUseRow.exception_id == exception)
    )
    async with database.reading() as session:
        return Counter((await session.scalars(users)).all())


def _message_of(mail: EmailMessage) -> str:
    """The id of the message that the mail is about."""
    return str(mail["Message-ID"]).strip("<>").partition(".")[0]


_OF_CALL = MessageRow.call_id == CallRow.id
