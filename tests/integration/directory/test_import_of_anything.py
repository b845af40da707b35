"""Whatever stands in a file: it is imported, or refused with the place, and nothing is half done."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.imports import ImportRefused, import_folder
from hanvisa.directory.imports.people import TooManyEnded, import_people
from hanvisa.directory.imports.sheets import SHEETS
from hanvisa.directory.tables import Base, PersonRow
from hanvisa.ldap.client import entry_of
from hanvisa.people import BY, told_of
from hanvisa.policy.model import Language

DEMO = {
    path.name: list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    for path in (Path(__file__).parents[3] / "demo" / "directory").glob("*.csv")
}
FILES = sorted({sheet.file for sheet in SHEETS})
FEW = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = {sheet.file: [column.name for column in sheet.columns] for sheet in SHEETS}
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "0",
            "-",
            "ja",
            "p1",
            "nora",
            "9" * 5000,
            "٣٤٥",
            "980319231",
            "+46980319231",
            "4,6E+10",
            "today 08:00",
            "+9999w 08:00",
            "9999-12-31T23:59",
            "0001-01-01T00:00+14:00",
            "mon-fri 24:00-25:00",
            "=1+1",
            "a | b | |",
            "\r",
            "x" * 300,
            "https://[",
            "ŋ\u0301",
        ]
    ),
    st.text(max_size=12),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


async def rows(database: Database) -> dict[str, int | None]:
    """How many there are of each table."""
    async with database.reading() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


async def import_or_be_told(database: Database, folder: Path, file: str, raw: bytes) -> None:
    """Every sentence of a refusal begins with the file; what was refused has left no trace."""
    put(folder, file, raw)
    before = await rows(database)
    try:
        await import_folder(database, folder)
    except ImportRefused as refused:
        problems = [fault.in_(language) for fault in refused.faults for language in Language]
    else:
        return
    assert all(problem.startswith(file) for problem in problems)
    assert await rows(database) == before


def put(folder: Path, file: str, raw: bytes) -> None:
    """Nothing but this file."""
    for other in folder.iterdir():
        other.unlink()
    (folder / file).write_bytes(raw)


def written(lines: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode(errors="replace")


ATTRIBUTES = Settings().ldap_attributes
VALUES = st.one_of(
    st.sampled_from(["", "e1", "e2", "e3", "Anna", "hallefors-bygg", "x" * 300, "\0"]).map(str.encode),
    st.binary(max_size=12),
)
ENTRIES = st.dictionaries(st.sampled_from(sorted(ATTRIBUTES.values())), st.lists(VALUES, max_size=2))


@FEW
@given(raw=st.lists(ENTRIES, max_size=6))
async def test_any_entries_of_a_directory(demo: Database, raw: list[dict[str, list[bytes]]]) -> None:
    """Each is brought, or left out and named; one that would end too many changes nothing."""
    people = [told_of(entry_of(f"uid={n}", one), ATTRIBUTES) for n, one in enumerate(raw)]
    before = await rows(demo)
    try:
        report = await import_people(demo, people, BY, departments={}, most_ended=10)
    except TooManyEnded:
        assert await rows(demo) == before
        return
    left_out = {why.partition(":")[0] for why in report.left_out}
    assert left_out <= {one.where for one in people}
    async with demo.reading() as session:
        brought = await session.scalar(
            select(func.count())
            .select_from(PersonRow)
            .where(PersonRow.from_ldap.is_(True), PersonRow.ended_at.is_(None))
        )
    counts = report.report.tables["persons"]
    assert counts.created + counts.changed + counts.unchanged == len(people) - len(left_out)
    assert (brought or 0) >= len(people) - len(left_out)


@FEW
@given(raw=st.binary(max_size=400), file=st.sampled_from(FILES))
async def test_any_bytes(demo: Database, folder: Path, raw: bytes, file: str) -> None:
    await import_or_be_told(demo, folder, file, raw)


@FEW
@given(data=st.data(), file=st.sampled_from(FILES))
async def test_any_cells(demo: Database, folder: Path, data: st.DataObject, file: str) -> None:
    columns = COLUMNS[file]
    lines = data.draw(st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), max_size=3))
    await import_or_be_told(demo, folder, file, written([columns, *lines]))


@FEW
@given(data=st.data(), file=st.sampled_from(sorted(DEMO)))
async def test_any_cell_of_the_demo(demo: Database, folder: Path, data: st.DataObject, file: str) -> None:
    lines = [list(line) for line in DEMO[file]]
    line = data.draw(st.integers(0, len(lines) - 1))
    lines[line][data.draw(st.integers(0, len(lines[line]) - 1))] = data.draw(CELLS)
    await import_or_be_told(demo, folder, file, written(lines))
