"""``./dev bench register``: searching, departments, starting and memory with 100,000 people, on both databases."""

import platform
import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.spelling import folded, plain
from hanvisa.lab.api import Api
from hanvisa.lab.bench_service import COMMAND
from hanvisa.lab.bench_sounds import write_sounds
from hanvisa.lab.bench_words import Told, machine, met, milliseconds, say
from hanvisa.lab.crowd import Somebody, add_people
from hanvisa.lab.own import import_demo, own_settings
from hanvisa.lab.postgres import postgres_server
from hanvisa.lab.sipp import percentile
from hanvisa.lab.system import System
from hanvisa.lab.town import make_token, web_of
from hanvisa.progress import Progress

PEOPLE = 100_000
SOUGHT = 300  # of them
LOOKED_AT = 50  # departments, of some 140 people each
STARTS = 5
SEED = 2
FIRST_START = 600.0  # seconds; all that Asterisk must know is written then
PROJECTED = b"projection.ready"  # in the service's log
AIM_SEARCH = 0.020  # seconds, 99 % of searches
AIM_START = 5.0  # seconds
AIM_MEMORY = 500.0  # MB


@dataclass(frozen=True, slots=True)
class Measured:
    """``waits`` are sorted, in seconds; ``found`` of those ``sought`` were on the first page in the end."""

    database: str
    waits: Sequence[float]
    found: int
    sought: int
    start: float
    memory: float  # MB, at its highest
    weeks: Sequence[float]  # sorted, in seconds, for a department's week
    staffing: Sequence[float]  # the same for the departments of an operation


async def bench_register(settings: Settings) -> str:
    """Measure and print; what was said of it, to be kept. Raises ConfigurationError, StorageError."""
    told = Told()
    told(_setting())
    with postgres_server() as server:
        measured = [
            await _measure(settings, "SQLite", None),
            await _measure(settings, "PostgreSQL", server.new_database()),
        ]
    told(table(measured))
    return told.kept()


async def _measure(settings: Settings, name: str, database_url: str | None) -> Measured:
    own = own_settings(settings, "bench-register")
    if database_url is not None:
        own = own.model_copy(update={"database_url": database_url})
    say(f"{name}: making {PEOPLE:,} people ...".replace(",", " "))
    await import_demo(own)
    people = await _fill(own)
    write_sounds(own.state)
    system = System(own, service=COMMAND)
    try:
        await system.asterisk.start()
        say(f"{name}: the first start, at which Asterisk is told of them ...")
        await system.start_service(FIRST_START)
        await system.tells(PROJECTED, FIRST_START)
        say(f"{name}: starting, {STARTS} times ...")
        starts = [await _started(system) for _ in range(STARTS)]
        say(f"{name}: searching letter by letter ...")
        waits, found = await _search(own, random.Random(SEED).sample(people, SOUGHT))  # noqa: S311
        say(f"{name}: looking at departments ...")
        weeks, staffing = await _departments(own)
        return Measured(name, sorted(waits), found, SOUGHT, median(starts), _memory(system), weeks, staffing)
    finally:
        await system.stop()


async def _started(system: System) -> float:
    """Seconds until it was ready; what comes after that is over, too."""
    await system.stop_service()
    began = perf_counter()
    await system.start_service()
    took = perf_counter() - began
    await system.tells(PROJECTED, FIRST_START)
    return took


async def _fill(own: Settings) -> list[Somebody]:
    database = open_database(own.database_url)
    try:
        return await add_people(database, PEOPLE, Progress("people", PEOPLE, say).add)
    finally:
        await database.close()


async def _search(own: Settings, sought: Sequence[Somebody]) -> tuple[list[float], int]:
    """How long each letter waited, and how many of the persons were found."""
    token = await make_token(own, "operator", "ulla.brandt")
    waits: list[float] = []
    found = 0
    progress = Progress("people sought", len(sought), say)
    async with Api(web_of(own), token) as api:
        for number, somebody in enumerate(sought):
            page: list[dict[str, object]] = []
            for typed in letter_by_letter(WAYS[number % len(WAYS)](somebody)):
                began = perf_counter()
                page = (await api.get("/persons", q=typed))["items"]
                waits.append(perf_counter() - began)
            found += any(one["id"] == str(somebody.id) for one in page)
            progress.add(1)
    return waits, found


async def _departments(own: Settings) -> tuple[list[float], list[float]]:
    """How long their weeks waited, and the empty days of one operation's; each sorted."""
    admin = await make_token(own, "admin", name="bench")
    async with Api(web_of(own), admin) as api:
        departments = (await api.items("/departments"))[-LOOKED_AT:]
        weeks = [await _waited(api, f"/departments/{one['id']}/week") for one in departments]
    operation = departments[-1]["operation"]["id"]
    manager = await make_token(own, "telephone_manager", operation, name="bench manager")
    async with Api(web_of(own), manager) as api:
        staffing = [await _waited(api, "/staffing") for _ in range(LOOKED_AT)]
    return sorted(weeks), sorted(staffing)


async def _waited(api: Api, path: str) -> float:
    began = perf_counter()
    await api.get(path)
    return perf_counter() - began


WAYS: tuple[Callable[[Somebody], str], ...] = (
    lambda one: f"{one.given} {one.family}",
    lambda one: f"{one.family} {one.given}",
    lambda one: f"{one.family[:6]} {one.given[:3]} {one.department[:5]}",
    lambda one: f"{one.department} {one.given} {one.family}",
    lambda one: plain(folded(f"{one.given} {one.family}")),
    lambda one: one.direct,
    lambda one: one.extension,
)
"""What an operator types of somebody."""


def letter_by_letter(words: str) -> Iterator[str]:
    """A space alone is not sought."""
    return (words[:end] for end in range(1, len(words) + 1) if not words[:end].endswith(" "))


def table(measured: Sequence[Measured]) -> str:
    """What was measured, beside what is aimed at."""
    heading = (
        f"{'':12}  {'median':>9}  {'99 %':>9}  {'slowest':>9}  {'found':>9}  {'start':>8}  {'memory':>8}"
    )
    looked = [row for one in measured for row in _looked(one)]
    return "\n".join(
        ["", heading, *map(_row, measured), "", *looked, "", *(_verdict(one) for one in measured)]
    )


def _looked(one: Measured) -> Iterator[str]:
    for what, waits in (("a department's week", one.weeks), ("an operation's empty days", one.staffing)):
        times = (percentile(waits, 0.5), percentile(waits, 0.99), waits[-1])
        yield f"{one.database:12}  {'  '.join(map(milliseconds, times))}  {what}"


def _row(one: Measured) -> str:
    times = (percentile(one.waits, 0.5), percentile(one.waits, 0.99), one.waits[-1])
    return (
        f"{one.database:12}  {'  '.join(map(milliseconds, times))}  {f'{one.found} of {one.sought}':>9}  "
        f"{one.start:6.1f} s  {one.memory:5.0f} MB"
    )


def _verdict(one: Measured) -> str:
    return (
        f"{one.database:12}  99 % under {AIM_SEARCH * 1000:g} ms: {met(percentile(one.waits, 0.99) < AIM_SEARCH)}; "
        f"start under {AIM_START:g} s: {met(one.start < AIM_START)}; "
        f"under {AIM_MEMORY:g} MB: {met(one.memory < AIM_MEMORY)}"
    )


def _memory(system: System) -> float:
    """The most that the service has had in memory since it was started."""
    status = Path(f"/proc/{system.service_pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else float("inf")


def _setting() -> str:
    return f"""
machine        {machine()}
versions       Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL as Debian has it
register       {PEOPLE:,} people beside the demo directory, each with an extension and a direct number, three of ten
               with a mobile, one of twenty absent; 2 % have left, 1 % are protected; no phones
search         GET /persons?q=… over HTTP, one at a time, for each letter of what an operator types of {SOUGHT} people
departments    GET /departments/…/week of {LOOKED_AT} departments of some 140 people, and GET /staffing as the telephone
               manager of one operation, as often, one at a time
start          from the process's start until /health/ready says so, the median of {STARTS}; all is in the database and
               in Asterisk already
memory         the service's, at its highest (VmHWM), from the last start to the end of the search
"""
