"""Folders of CSV files: taken whole, or refused with all that is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from sqlalchemy import func, select

from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.existing import has_tables
from hanvisa.directory.imports import ImportRefused, import_folder
from hanvisa.directory.imports.report import Counts
from hanvisa.directory.repositories.audit import Audit
from hanvisa.directory.repositories.operators import Operators
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.directory.tables import MembershipRow, OperationRow, PersonRow, RoleAssignmentRow, UserRow
from hanvisa.policy.facts import OperatorState, TargetKind
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register
from hanvisa.policy.telephone_managers import without_telephone_manager
from integration.directory.conftest import Templates

DEMO = Path(__file__).parents[3] / "demo" / "directory"

ORGANISATIONS = "id,name,prefix\nnora,Nora kommun,82\n"
OPERATIONS = "id,name,organisation\nteknik,Teknik,nora\n"
DEPARTMENTS = "id,name,operation,stand_in\ngata,Gatukontoret,teknik,park\npark,Parkkontoret,teknik,gata\n"
PERSONS = "id,given_name,family_name,department,functions\np1,Anna,Ek,gata,snö | is\np2,Bo,Alm,gata,\n"
REASONS = (
    "code,name_sv,name_en,spoken_sv,spoken_en,time_kind\n1,möte,meeting,är på möte,is in a meeting,time\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small directory: one organisation, two departments that stand in for each other, two persons."""
    folder = tmp_path / "files"
    folder.mkdir()
    write(
        folder, organisations=ORGANISATIONS, operations=OPERATIONS, departments=DEPARTMENTS, persons=PERSONS
    )
    return folder


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


async def register_of(database: Database) -> Register:
    directory = SnapshotDirectory(database)
    await directory.refresh()
    return directory.register


async def test_a_first_import_that_is_refused_makes_no_tables(
    templates: Templates, tmp_path: Path, folder: Path
) -> None:
    database = open_database(templates.empty(tmp_path))
    try:
        write(folder, departments="id,name,operation\ngata,Gatukontoret,\n")
        with pytest.raises(ImportRefused, match=r"departments\.csv, line 2"):
            await import_folder(database, folder)
        assert not await has_tables(database)
        write(folder, departments=DEPARTMENTS)
        await import_folder(database, folder)
        assert await has_tables(database)
    finally:
        await database.close()


async def test_a_telephone_manager_of_another_organisation_is_refused(
    database: Database, folder: Path
) -> None:
    """T1."""
    write(
        folder,
        organisations=ORGANISATIONS + "bkt,Bergslagens Kommunalteknik,84\n",
        operations="id,name,organisation,telephone_manager\nteknik,Teknik,nora,p1\nvatten,Vatten,bkt,p2\n",
    )
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert "operations.csv, line 3, column telephone_manager: Bo Alm is of another organisation" in str(
        refused.value
    )
    write(
        folder,
        operations="id,name,organisation,telephone_manager\nteknik,Teknik,nora,p2\nvatten,Vatten,bkt,\n",
    )
    await import_folder(database, folder)
    without = without_telephone_manager(await register_of(database))
    assert [operation.name for operation in without] == ["Vatten"]


async def test_the_demo_is_imported_and_the_second_time_unchanged(database: Database) -> None:
    first = await import_folder(database, DEMO)
    assert first.tables["persons"] == Counts(created=60)
    again = await import_folder(database, DEMO, end_missing=True)
    assert {
        name: (one.created, one.changed, one.ended) for name, one in again.tables.items()
    } == dict.fromkeys(first.tables, (0, 0, 0))
    register = await register_of(database)
    assert len(register.persons.rows) == 60
    assert len(register.switchboards.rows) == 5


async def test_a_dry_run_says_what_would_change_and_changes_nothing(database: Database, folder: Path) -> None:
    report = await import_folder(database, folder, dry_run=True)
    assert report.tables["persons"] == Counts(created=2)
    assert "persons p1: created" in str(report)
    assert not (await register_of(database)).organisations.rows
    await import_folder(database, folder)
    write(folder, persons=PERSONS.replace("Anna", "Annika"))
    report = await import_folder(database, folder, dry_run=True)
    assert report.tables["persons"] == Counts(changed=1, unchanged=1)
    assert "persons p1: given_name Anna -> Annika" in report.details
    assert (await register_of(database)).persons.rows[-1].given_name == "Anna"


async def test_what_the_files_say_is_in_the_register(database: Database, folder: Path) -> None:
    await import_folder(database, folder)
    register = await register_of(database)
    bo, anna = register.persons.rows
    assert (anna.name, anna.functions, bo.functions) == ("Anna Ek", ("snö", "is"), ())
    gata, park = register.departments.rows
    assert (gata.stand_in_id, park.stand_in_id) == (park.id, gata.id)
    assert anna.department_id == gata.id


async def test_semicolons_and_a_byte_order_mark_do_as_well(database: Database, folder: Path) -> None:
    (folder / "persons.csv").write_bytes(PERSONS.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"))
    report = await import_folder(database, folder)
    assert report.tables["persons"].created == 2


async def test_a_file_as_excel_writes_it(database: Database, folder: Path) -> None:
    """With its own hint of the separator, and empty columns and rows beside what is written."""
    rows = "".join(f"{line.replace(',', ';')};;\r\n" for line in PERSONS.splitlines())
    (folder / "persons.csv").write_bytes(f"sep=;\r\n{rows};;;;;;\r\n".encode("utf-8-sig"))
    report = await import_folder(database, folder)
    assert report.tables["persons"].created == 2
    (folder / "persons.csv").write_bytes(f"sep=;\r\n{rows}p3;;;;;;\r\n".encode("utf-8-sig"))
    with pytest.raises(ImportRefused, match=r"persons\.csv, line 5, column given_name: it is empty"):
        await import_folder(database, folder)


async def test_a_key_that_has_lost_its_zeros_is_no_new_person(database: Database, folder: Path) -> None:
    write(folder, persons=PERSONS.replace("p1", "0042").replace("p2", "0043"))
    await import_folder(database, folder)
    write(folder, persons=PERSONS.replace("p1", "42").replace("p2", "0043"))
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder, end_missing=True)
    assert tuple(map(str, refused.value.faults)) == (
        "persons.csv, line 2: “42” is new, and “0042” is known: a spreadsheet takes leading zeros. Write 0042.",
    )
    write(folder, persons=PERSONS.replace("p1", "42").replace("p2", "0042"))
    assert (await import_folder(database, folder)).tables["persons"] == Counts(created=1, changed=1)


async def test_what_differs_is_changed_and_audited(database: Database, folder: Path) -> None:
    await import_folder(database, folder)
    before = (await register_of(database)).persons.rows
    write(folder, persons=PERSONS.replace("snö | is", "is"))
    report = await import_folder(database, folder)
    assert report.tables["persons"] == Counts(changed=1, unchanged=1)
    after = (await register_of(database)).persons.rows
    assert (after[0], after[1].id, after[1].functions) == (before[0], before[1].id, ("is",))
    entry = (await Audit(database).list(table="persons", row_id=str(after[1].id)))[0]
    assert (entry.by, entry.action, entry.after) == (
        "import",
        "changed",
        {"functions": ["is"]},
    )


async def test_a_column_that_is_left_out_leaves_what_is_stored(database: Database, folder: Path) -> None:
    await import_folder(database, folder)
    write(folder, persons="id,given_name,family_name,department,title\np1,Anna,Ek,gata,ingenjör\n")
    await import_folder(database, folder)
    anna = (await register_of(database)).persons.rows[-1]
    assert (anna.title, anna.functions) == ("ingenjör", ("snö", "is"))


async def test_a_person_who_moves_keeps_the_days_of_both_departments(
    database: Database, folder: Path
) -> None:
    await import_folder(database, folder)
    async with database.writing() as session:  # as if it had been imported long ago
        for row in await session.scalars(select(MembershipRow)):
            row.starts_on = datetime(2020, 1, 1, tzinfo=UTC).date()
    write(folder, persons=PERSONS.replace("Ek,gata", "Ek,park"))
    await import_folder(database, folder)
    register = await register_of(database)
    bo, anna = register.persons.rows
    assert anna.department_id != bo.department_id
    async with database.reading() as session:
        days = (
            await session.execute(
                select(MembershipRow.starts_on, MembershipRow.ends_on)
                .where(MembershipRow.person_id == anna.id)
                .order_by(MembershipRow.starts_on)
            )
        ).all()
    assert [row.ends_on for row in days] == [days[1].starts_on, None]


async def test_a_row_that_is_gone_is_ended_only_when_asked_for_and_may_come_back(
    database: Database, folder: Path
) -> None:
    await import_folder(database, folder)
    anna = (await register_of(database)).persons.rows[-1]
    write(folder, persons="".join(line for line in PERSONS.splitlines(keepends=True) if "Anna" not in line))
    report = await import_folder(database, folder)
    assert report.tables["persons"].ended == 0
    assert len((await register_of(database)).persons.rows) == 2
    report = await import_folder(database, folder, end_missing=True)
    assert report.tables["persons"].ended == 1
    assert [row.given_name for row in (await register_of(database)).persons.rows] == ["Bo"]
    write(folder, persons=PERSONS)
    await import_folder(database, folder)
    assert (await register_of(database)).persons.rows[-1] == anna


async def test_the_account_ends_with_who_is_gone_and_comes_back_with_them(
    database: Database, folder: Path
) -> None:
    await import_folder(database, folder)
    async with database.changing(SYSTEM) as session:
        persons = (await session.scalars(select(PersonRow).order_by(PersonRow.external_id))).all()
        session.add_all(UserRow(name=row.given_name.lower(), person_id=row.id) for row in persons)
        session.add(UserRow(name="annas gamla", person_id=persons[0].id, ended_at=datetime.now(UTC)))

    async def in_use() -> list[str]:
        async with database.reading() as session:
            names = select(UserRow.name).where(UserRow.ended_at.is_(None)).order_by(UserRow.name)
            return list(await session.scalars(names))

    write(folder, persons="".join(line for line in PERSONS.splitlines(keepends=True) if "Anna" not in line))
    await import_folder(database, folder, end_missing=True)
    assert await in_use() == ["bo"]
    [ended] = [entry for entry in await Audit(database).list(action="changed") if entry.table == "users"]
    assert ended.after is not None
    assert list(ended.after) == ["ended_at"]
    write(folder, persons=PERSONS)
    await import_folder(database, folder)
    assert await in_use() == ["anna", "bo"]


async def test_a_role_that_is_gone_is_taken_away(database: Database, folder: Path) -> None:
    roles = "user,person,role,scope_kind,scope\nanna,p1,head,operation,teknik\nanna,p1,admin,,\n"
    write(folder, roles=roles)
    await import_folder(database, folder)
    async with database.reading() as session:
        user = (await session.scalars(select(UserRow))).one()
        head = (
            await session.scalars(select(RoleAssignmentRow).where(RoleAssignmentRow.role == "head"))
        ).one()
        operation = (await session.scalars(select(OperationRow))).one()
    assert (head.user_id, head.scope_kind, head.scope_id) == (user.id, "operation", operation.id)
    write(folder, roles=roles.replace("anna,p1,admin,,\n", ""))
    await import_folder(database, folder, end_missing=True)
    async with database.reading() as session:
        assert (await session.scalars(select(RoleAssignmentRow.role))).all() == ["head"]


async def test_operators_keep_the_state_that_they_set(demo: Database) -> None:
    operator = (await register_of(demo)).operators.rows[0].person_id
    directory = SnapshotDirectory(demo)
    await directory.set_operator_state(operator, OperatorState.PAUSED)
    await import_folder(demo, DEMO)
    assert (await Operators(demo).get(operator)).operator.state is OperatorState.PAUSED


@pytest.mark.parametrize(
    ("files", "because"),
    [
        ({"persons": PERSONS.replace("p2,Bo", "p1,Bo")}, "persons.csv, line 3: “p1” is on line 2 already."),
        (
            {"persons": PERSONS.replace("Bo,Alm", ",Alm")},
            "persons.csv, line 3, column given_name: it is empty.",
        ),
        (
            {"persons": PERSONS.replace("Ek,gata", "Ek,väg")},
            "persons.csv, line 2, column department: there is no “väg”",
        ),
        (
            {"persons": PERSONS.replace("functions", "telefontider")},
            "persons.csv, line 1, column telefontider: there are no telephone hours (rule G2",
        ),
        (
            {"persons": PERSONS.replace("functions", "phone hours")},
            "column phone hours: there are no telephone hours (rule G2",
        ),
        (
            {"persons": PERSONS.replace("functions", "colour")},
            "persons.csv, line 1, column colour: this column is not known.",
        ),
        (
            {"persons": PERSONS.replace("department,", "")},
            "persons.csv, line 1, column department: the column is missing.",
        ),
        (
            {"persons": PERSONS.replace("gata,\n", "gata\n")},
            "persons.csv, line 3: it has 4 fields, the header has 5.",
        ),
        ({"persons": ""}, "persons.csv: it is empty"),
        (
            {"persons": PERSONS.replace("functions", "id")},
            "persons.csv, line 1, column id: the column is there more than once.",
        ),
        ({"persons": "\0\1\2"}, "persons.csv: it is no text"),
        ({"persons": '"' + PERSONS}, "persons.csv, line"),
        ({"people": PERSONS}, "people.csv: this file is not known."),
        (
            {"numbers": "number,kind,target\n12,person,p1\n"},
            "numbers.csv, line 2, column number: “12” is no telephone number",
        ),
        (
            {"numbers": "number,kind,target\n0980-319231,boat,p1\n"},
            "numbers.csv, line 2, column kind: “boat” is none of person",
        ),
        (
            {"numbers": "number,kind,target\n980319231,person,p1\n"},
            (
                "numbers.csv, line 2, column number: “980319231” has lost its leading 0, as numbers do in a"
                " spreadsheet. Format the column as text and write 0980319231."
            ),
        ),
        (
            {"numbers": "number,kind,target\n46980319231.0,person,p1\n"},
            (
                "“46980319231.0” has lost its +, as numbers do in a spreadsheet. Format the column as text and"
                " write +46980319231."
            ),
        ),
        (
            {"numbers": 'number,kind,target\n"4,698E+10",person,p1\n'},
            "“4,698E+10” is how a spreadsheet shows a long number, and digits are lost.",
        ),
        (
            {"organisations": "id,name,area_code\nnora,Nora kommun,980\n"},
            "organisations.csv, line 2, column area_code: “980” has lost its leading 0",
        ),
        (
            {"persons": PERSONS.replace("p1", "007"), "phones": "account,organisation,owner\nn-1,nora,7\n"},
            (
                "phones.csv, line 2, column owner: there is no “7” in persons.csv or the database. Is it “007”,"
                " whose leading zeros a spreadsheet took?"
            ),
        ),
        ({"persons": PERSONS.replace("p1", "p" * 201)}, "line 2: its key is longer than 200 letters."),
        (
            {"absence_reasons": REASONS, "absences": "id,person,reason,starts_at\na,p1,1,0001-01-01T00:00\n"},
            "absences.csv, line 2, column starts_at: “0001-01-01T00:00” is no time.",
        ),
        (
            {"absence_reasons": REASONS, "absences": "id,person,reason,starts_at\na,p1,1,+99999d 08:00\n"},
            "absences.csv, line 2, column starts_at: “+99999d 08:00” is no time.",
        ),
        (
            {"extensions": "number,organisation,kind,target\n112,nora,person,p1\n"},
            "column number: 112 is the emergency number.",
        ),
        (
            {"extensions": "number,organisation,kind,target\n301,nora,person,p1\n82301,nora,person,p2\n"},
            "extensions.csv, line 3, column number: 82301 is also an organisation's prefix",
        ),
        (
            {"departments": DEPARTMENTS.replace("teknik,park", "teknik,gata")},
            "line 2: a department can't stand in for itself.",
        ),
        ({"roles": "user,role\nanna,head\n"}, "roles.csv, line 2: the role head needs scope_kind and scope."),
        (
            {"phones": "account,organisation\nNora 301,nora\n"},
            "phones.csv, line 2, column account: “Nora 301” is no account",
        ),
    ],
)
async def test_what_is_wrong_is_named(
    database: Database, folder: Path, files: dict[str, str], because: str
) -> None:
    write(folder, **files)
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert because in str(refused.value)
    assert not (await register_of(database)).organisations.rows


OURS = "number,kind,target\n0980-31 92 31,person,p1\n0980-31 92 32,department,gata\n"
GROUPS = "id,name,organisation\njour,Jour,nora\n"
MEMBERS = "group,person,number\njour,p1,\njour,,0980-31 92 31\njour,,070-174 06 12\n"
NO_MEMBER = (
    "column number: +46980319232 leads to a department, a group or a switchboard of ours, and does not ring"
)


async def test_a_number_of_ours_that_is_no_persons_is_in_no_group(database: Database, folder: Path) -> None:
    """Whichever of the two is new, and what a later import has taken away is in nobody's way."""
    write(folder, numbers=OURS, groups=GROUPS, group_members=MEMBERS)
    await import_folder(database, folder)
    write(folder, group_members=f"{MEMBERS}jour,,0980-31 92 32\n")
    await refuses(database, folder, f"group_members.csv, line 5, {NO_MEMBER}")
    (folder / "numbers.csv").unlink()
    await refuses(database, folder, f"group_members.csv, line 5, {NO_MEMBER}")
    write(folder, numbers=OURS.replace("department,gata", "person,p2"))
    await import_folder(database, folder)
    write(folder, numbers=OURS)
    (folder / "group_members.csv").unlink()
    await refuses(database, folder, f"numbers.csv, line 3, {NO_MEMBER}")
    write(folder, group_members=MEMBERS)
    await import_folder(database, folder, end_missing=True)
    (group,) = (await register_of(database)).groups.rows
    assert group.numbers == ("+46980319231", "+46701740612")


async def refuses(database: Database, folder: Path, because: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert [because in str(fault) for fault in str(refused.value).splitlines()[1:]] == [True]


async def test_what_is_wrong_is_told_in_swedish_too(database: Database, folder: Path) -> None:
    write(
        folder,
        persons=PERSONS.replace("gata", "väg").replace("p2,Bo", "p1,"),
        organisations="id,name,prefix,area_code\nnora,Nora kommun,82,587\n",
    )
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    told = refused.value.in_(Language.SV).splitlines()
    assert told[0] == f"Inget importerades: {len(told) - 1} fel."
    assert {
        "persons.csv, rad 2, kolumn department: ”väg” finns inte i departments.csv eller databasen.",
        "persons.csv, rad 3: ”p1” finns redan på rad 2.",
        "persons.csv, rad 3, kolumn given_name: den är tom.",
        (
            "organisations.csv, rad 2, kolumn area_code: ”587” har förlorat sin inledande nolla, som tal gör i ett"
            " kalkylblad. Formatera kolumnen som text och skriv 0587."
        ),
    } <= set(told)


async def test_everything_that_is_wrong_is_named_at_once(database: Database, folder: Path) -> None:
    write(folder, persons=PERSONS.replace("gata", "väg"), operations=OPERATIONS.replace("nora", "kumla"))
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert len(refused.value.faults) == 3
    assert str(refused.value).startswith("Nothing was imported: 3 things are wrong.\n")


def latin_1(folder: Path) -> None:
    (folder / "persons.csv").write_bytes(PERSONS.encode("latin-1"))


def utf_16(folder: Path) -> None:
    (folder / "persons.csv").write_bytes(PERSONS.encode("utf-16"))


def neither(folder: Path) -> None:
    (folder / "persons.csv").write_bytes(PERSONS.encode("latin-1").replace(b"\xf6", b"\x80"))


def missing(folder: Path) -> None:
    shutil.rmtree(folder)


def without_files(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("spoil", "because"),
    [
        (
            latin_1,
            (
                "persons.csv, line 2: it is not UTF-8 but Latin-1, as Excel saves “CSV” (byte 0xf6 in “snö”)."
                " Save it as “CSV UTF-8”."
            ),
        ),
        (utf_16, "persons.csv, line 1: it is UTF-16, as Excel saves “Unicode text”. Save it as “CSV UTF-8”."),
        (neither, "persons.csv, line 2: it is not UTF-8 (byte 0x80). Save it as UTF-8."),
        (missing, "there is no such folder."),
        (without_files, "there are no CSV files in it."),
    ],
)
async def test_a_folder_that_makes_no_sense_gives_one_error(
    database: Database, folder: Path, spoil: Callable[[Path], None], because: str
) -> None:
    spoil(folder)
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert len(refused.value.faults) == 1
    assert because in str(refused.value.faults[0])


async def test_one_wrong_row_of_ten_thousand_is_named_and_nothing_is_imported(
    database: Database, folder: Path
) -> None:
    lines = "".join(f"q{n},Given{n},Family{n},gata,\n" for n in range(10_000))
    write(folder, persons=f"{PERSONS}{lines}q,Last,One,väg,\n")
    before = process_time()
    with pytest.raises(ImportRefused) as refused:
        await import_folder(database, folder)
    assert process_time() - before < 30
    assert len(refused.value.faults) == 1
    assert str(refused.value.faults[0]).startswith(
        "persons.csv, line 10004, column department: there is no “väg”"
    )
    assert not (await register_of(database)).organisations.rows


async def test_ten_thousand_persons_take_seconds(database: Database, folder: Path) -> None:
    numbers = range(10_000, 20_000)
    lines = (f"q{n},Given{n},Family{n},gata,f{n % 7}\n" for n in numbers)
    write(
        folder,
        persons=PERSONS + "".join(lines),
        phones="account,organisation,owner\n" + "".join(f"nora-{n},nora,q{n}\n" for n in numbers),
        extensions="number,organisation,kind,target\n" + "".join(f"{n},nora,person,q{n}\n" for n in numbers),
    )
    before = process_time()
    await import_folder(database, folder)
    register = await register_of(database)
    assert process_time() - before < 30
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(PersonRow)) == 10_002
    last = register.extensions.rows[-1]
    assert (last.number, last.kind) == ("19999", TargetKind.PERSON)
    owner = register.person(last.target_id)
    assert owner is not None
    assert owner.given_name == "Given19999"
