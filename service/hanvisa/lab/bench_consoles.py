"""``./dev bench consoles``: how soon a change shows in twenty open consoles, and in two hundred."""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_urlsafe
from time import perf_counter
from typing import Self, cast
from uuid import UUID

from sqlalchemy import select

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables import (
    OperatorRow,
    OperatorSwitchboardRow,
    PhoneRow,
    RoleAssignmentRow,
    SessionRow,
    SwitchboardRow,
    UserRow,
)
from hanvisa.directory.tables.base import Base
from hanvisa.ids import new_id
from hanvisa.lab.api import Api
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import Told, machine, met, milliseconds, say
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.crowd import add_people
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.sipp import percentile
from hanvisa.lab.system import System
from hanvisa.lab.town import make_token, web_of
from hanvisa.lab.waiting import until
from hanvisa.web.auth import hashed
from hanvisa.web.cookies import SESSION
from hanvisa.web.roles import Role

FEW, CONSOLES = 20, 200
SPARE = 30  # people more, for some have left
CALLERS = 10  # who wait meanwhile
ROUNDS = 20  # of each kind
START = 120.0  # seconds
WITHIN = 10.0  # seconds, after which a change has been missed
AIMS = {FEW: 0.2, CONSOLES: 0.5}  # seconds, the slowest
MAIN_NUMBER, PHONE = "0980319200", "hallefors-290"
PATH = "/switchboard/events"
PARTS = ("notices", "me", "waiting", "mine", "parked")


@dataclass(frozen=True, slots=True)
class Measured:
    """``waits`` are sorted, in seconds: of each change, until each console that shows it had it."""

    what: str
    rounds: int
    waits: Sequence[float]


class Console(asyncio.Protocol):
    """A browser's connection for events, with what has come since something is waited for."""

    def __init__(self, request: str) -> None:
        self._request = request
        self._wanted: tuple[bytes, ...] = ()
        self._said = b""
        self._came: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    @classmethod
    async def opened(cls, settings: Settings, cookie: str) -> Self:
        """One that has all parts as they are now."""
        loop = asyncio.get_running_loop()
        request = f"GET {PATH} HTTP/1.1\r\nHost: {settings.web_host}\r\nCookie: {cookie}\r\n\r\n"
        _, console = await loop.create_connection(lambda: cls(request), settings.web_host, settings.web_port)
        await asyncio.wait_for(console.gets(*(f"event: {name}\n" for name in PARTS)), WITHIN)
        return console

    def gets(self, *wanted: str) -> asyncio.Future[float]:
        """When all of it has come, from now on."""
        self._wanted, self._said = tuple(one.encode() for one in wanted), b""
        self._came = asyncio.get_running_loop().create_future()
        return self._came

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.WriteTransport", transport).write(self._request.encode())

    def data_received(self, data: bytes) -> None:
        self._said += data
        if not self._came.done() and all(one in self._said for one in self._wanted):
            self._came.set_result(perf_counter())


Change = Callable[[], Awaitable[object]]


async def bench_consoles(settings: Settings) -> str:
    """Measure and print; what was said of it, to be kept. Raises ConfigurationError, StorageError."""
    told = Told()
    told(_setting())
    own = own_settings(settings, "bench-consoles", whisper="never")
    say("Preparing: people, Asterisk, the service ...")
    await import_demo(own)
    people, cookies = await _add_operators(own)
    write_sounds(own.state)
    token = await make_token(own, "admin")
    system = System(own, service=COMMAND)
    try:
        await system.asterisk.start()
        await system.start_service(START)
        await _measure_all(own, token, people, cookies, told)
    finally:
        await system.stop()
    return told.kept()


async def _measure_all(
    own: Settings, token: str, people: Sequence[str], cookies: Sequence[str], told: Told
) -> None:
    async with Api(web_of(own), token) as api:
        await _pause(api)
        say("Callers ring ...")
        calls = await _let_wait(own, api)
        consoles: list[Console] = []
        for (number, aim), mark in zip(AIMS.items(), ("confidential", "threat"), strict=True):
            say("Consoles open ...")
            consoles += [await Console.opened(own, cookie) for cookie in cookies[len(consoles) : number]]
            say(f"{number} consoles are open, {len(calls)} callers wait. Measuring ...")
            marks = [partial(api.do, f"/live/calls/{call}/{mark}") for call in calls]
            told(table([await _measure(*kind) for kind in _kinds(api, consoles, marks, people)], aim))


def _kinds(
    api: Api, consoles: Sequence[Console], marks: Sequence[Change], people: Sequence[str]
) -> Iterator[tuple[str, Sequence[Console], str, Sequence[Change]]]:
    """What is changed, who shows it, in which part, and the changes."""
    yield "a call", consoles, "event: waiting\n", marks
    texts = [f"Bänken har flyttat till rum {len(consoles) + number}." for number in range(ROUNDS)]
    yield (
        "a notice",
        consoles,
        "event: notices\n",
        [partial(api.post, "/notices", {"text": text}) for text in texts],
    )
    states = ("paused", "closed") * (ROUNDS // 2)
    path = f"/operators/{people[0]}/state"
    yield (
        "one's own state",
        consoles[:1],
        "event: me\n",
        [partial(api.post, path, {"state": state}) for state in states],
    )


async def _measure(
    what: str, consoles: Sequence[Console], marker: str, changes: Sequence[Change]
) -> Measured:
    """One change after the other, each when all have the one before."""
    waits: list[float] = []
    for change in changes:
        coming = [console.gets(marker) for console in consoles]
        began = perf_counter()
        await change()
        waits += [at - began for at in await asyncio.wait_for(asyncio.gather(*coming), WITHIN)]
    return Measured(what, len(changes), sorted(waits))


async def _add_operators(own: Settings) -> tuple[list[str], list[str]]:
    """People who are operators at the first one's phone, and have signed in: their ids and cookies."""
    database = open_database(own.database_url)
    try:
        people = (await add_people(database, CONSOLES + SPARE, lambda _: None))[:CONSOLES]
        async with database.changing(SYSTEM) as session:
            phone = await session.scalar(select(PhoneRow.id).where(PhoneRow.account == PHONE))
            switchboards = list(await session.scalars(select(SwitchboardRow.id)))
            made = [_operator(one.id, cast("UUID", phone), switchboards) for one in people]
            for rows in zip(*(rows for rows, _ in made), strict=True):
                session.add_all(rows)
                await session.flush()
    finally:
        await database.close()
    return [str(one.id) for one in people], [cookie for _, cookie in made]


def _operator(person: UUID, phone: UUID, switchboards: Sequence[UUID]) -> tuple[tuple[Base, ...], str]:
    """The rows, each after what it belongs to, and the cookie."""
    now, secret = datetime.now(UTC), token_urlsafe(32)
    user = UserRow(id=new_id(), name=str(person), person_id=person)
    operator = OperatorRow(id=new_id(), person_id=person, phone_id=phone, state="closed", since=now)
    rows = (
        user,
        operator,
        RoleAssignmentRow(user_id=user.id, role=Role.OPERATOR),
        SessionRow(
            user_id=user.id,
            hash=hashed(secret),
            created_at=now,
            used_at=now,
            expires_at=now + timedelta(hours=1),
        ),
        *(OperatorSwitchboardRow(operator_id=operator.id, switchboard_id=one) for one in switchboards),
    )
    return rows, f"{SESSION}={secret}"


async def _pause(api: Api) -> None:
    """The demo's operator: callers wait for who is paused, and nobody's phone rings."""
    [person] = [one["person"]["id"] for one in await api.items("/operators") if one["state"] == "open"]
    await api.post(f"/operators/{person}/state", {"state": "paused"})


async def _let_wait(own: Settings, api: Api) -> list[str]:
    """Ring the main number until enough callers wait: their calls."""
    switch = f"{own.sip_host}:{own.sip_port}"
    carrier = await Carrier.start(own.carrier_host, own.carrier_port, switch=switch)
    for number in range(CALLERS):
        await carrier.call(MAIN_NUMBER, from_=f"09803192{number + 50}")

    async def all_wait() -> list[str] | None:
        calls = (await api.get("/live/calls"))["items"]
        waiting = [str(call["id"]) for call in calls if call["stage"] == "AtSwitchboard"]
        return waiting if len(waiting) == CALLERS else None

    return await until(all_wait, within=30.0, what=f"{CALLERS} callers wait")


def table(measured: Sequence[Measured], aim: float) -> str:
    """What was measured, beside what is aimed at."""
    heading = f"{'':16}  {'changes':>7}  {'median':>9}  {'99 %':>9}  {'slowest':>9}"
    return "\n".join(["", heading, *map(_row, measured), "", _verdict(measured, aim)])


def _row(one: Measured) -> str:
    times = (percentile(one.waits, 0.5), percentile(one.waits, 0.99), one.waits[-1])
    return f"{one.what:16}  {one.rounds:7}  {'  '.join(map(milliseconds, times))}"


def _verdict(measured: Sequence[Measured], aim: float) -> str:
    slowest = max(one.waits[-1] for one in measured)
    return f"the slowest of all under {aim * 1000:g} ms: {met(slowest < aim)}"


def _setting() -> str:
    return f"""
machine        {machine()}
versions       Python {platform.python_version()}
consoles       {FEW}, then {CONSOLES}, each of an operator who has signed in, with one connection for events
callers        {CALLERS} wait; no phone rings
a change       over the API: a caller who waits is marked (a call), a notice is written, an operator pauses or closes
               (which only their own console shows, though all look); from the request to the event's arrival
"""
