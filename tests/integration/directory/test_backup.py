"""Backups: taken while it runs, put back elsewhere, and the same."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import make_url, select, text

import hanvisa
from hanvisa.backup import postgres
from hanvisa.backup.archive import KEPT, LEFT_OUT
from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import Database, open_database
from hanvisa.directory.migrations import upgrade
from hanvisa.directory.repositories.signing_in import Sessions
from hanvisa.directory.repositories.users import UserFields, Users
from hanvisa.directory.tables import Base
from hanvisa.errors import Conflict, InvalidInput, StorageError
from hanvisa.web.finding import find_by_session
from integration.directory.on_disk import FILES, NOW, SECRET, furnish, make, restore


@pytest.fixture
async def here(demo: Database, demo_url: str, tmp_path: Path) -> Settings:
    return await furnish(demo, demo_url, tmp_path)


@pytest.fixture
async def there(here: Settings, templates: Any, tmp_path: Path) -> Settings:
    """An empty place for a database of the same kind."""
    folder = tmp_path / "there"
    is_sqlite = here.database_url.startswith("sqlite")
    url = f"sqlite+aiosqlite:///{folder / 'hanvisa.sqlite'}" if is_sqlite else templates.empty(folder)
    return Settings(state=folder, database_url=url)


def carry_out(told: str) -> None:
    """The command that stands in the last line."""
    subprocess.run(told.splitlines()[-1], shell=True, check=True)  # noqa: S602 - what an administrator would type


async def all_rows(url: str) -> dict[str, list[Any]]:
    database = open_database(url)
    try:
        async with database.reading() as session:
            return {
                table.name: sorted(map(repr, await session.execute(select(table))))
                for table in Base.metadata.sorted_tables
            }
    finally:
        await database.close()


def all_files(state: Path) -> dict[str, bytes]:
    return {
        file.relative_to(state).as_posix(): file.read_bytes()
        for file in state.rglob("*")
        if file.is_file() and not file.name.startswith("hanvisa.sqlite")
    }


async def test_what_is_restored_into_an_empty_place_is_the_same(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    made = make(here, file)
    if made.still_to_do:
        carry_out(made.still_to_do)
    restored = await restore(there, file)
    if restored.still_to_do:
        carry_out(restored.still_to_do)
    rows = await all_rows(here.database_url)
    assert len(rows["persons"]) > 10
    assert len(rows["call_events"]) == 3
    assert await all_rows(there.database_url) == rows
    assert all_files(there.state) == FILES
    assert restored.files == made.files
    assert not restored.passwords_changed
    assert bool(made.still_to_do) == bool(restored.still_to_do) == here.database_url.startswith("postgresql")


@pytest.mark.parametrize("templates", ["sqlite"], indirect=True)
async def test_a_backup_from_before_leads_back_from_a_newer_program(
    here: Settings, demo: Database, tmp_path: Path
) -> None:
    make(here, tmp_path / "backup")
    async with demo.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        await session.execute(text("CREATE TABLE newer (id INTEGER)"))
    await restore(here, tmp_path / "backup", over=True)
    await upgrade(here.database_url)


@pytest.mark.parametrize("templates", ["sqlite"], indirect=True)
async def test_the_database_may_be_on_another_file_system_than_the_state(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    is_a_disk_of_its_own(folder, monkeypatch)
    make(here, tmp_path / "backup")
    place = folder / "hanvisa.sqlite"
    there = Settings(state=tmp_path / "there", database_url=f"sqlite+aiosqlite:///{place}")
    await restore(there, tmp_path / "backup")
    assert list_of_files(folder) == []  # beside the database
    assert readable_by_others(place) == 0
    assert await all_rows(there.database_url) == await all_rows(here.database_url)


def is_a_disk_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is moved into it, or out of it."""
    move = Path.replace

    def across(path: Path, target: Path) -> Path:
        if (path.parent.resolve() == folder) != (target.parent.resolve() == folder):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return move(path, target)

    monkeypatch.setattr(Path, "replace", across)


async def test_a_folder_may_be_a_link_to_a_disk_of_its_own(
    here: Settings, there: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an encrypted one for the evidence is, at both places; a link that leads back is not followed for ever."""
    disks = [tmp_path / "disk", tmp_path / "other disk"]
    (here.state / "recordings/threats").rename(disks[0])
    (disks[0] / "again").symlink_to(here.state / "recordings")
    disks[1].mkdir()
    (there.state / "recordings").mkdir(parents=True)
    for settings, disk in zip((here, there), disks, strict=True):
        (settings.state / "recordings/threats").symlink_to(disk)
        is_a_disk_of_its_own(disk, monkeypatch)
    make(here, tmp_path / "backup")
    await restore(there, tmp_path / "backup")
    assert list_of_files(disks[1]) == ["t.wav"]
    assert (disks[1] / "t.wav").read_bytes() == FILES["recordings/threats/t.wav"]
    assert readable_by_others(disks[1] / "t.wav") == 0


async def test_a_disk_that_is_not_there_is_told_of_and_left_out_of_no_backup(
    here: Settings, tmp_path: Path
) -> None:
    (here.state / "recordings/threats").rename(tmp_path / "disk")
    (here.state / "recordings/threats").symlink_to(tmp_path / "not mounted")
    with pytest.raises(StorageError, match=r"threats is a link to .*not mounted.*mount the disk"):
        make(here, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def is_roots_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Path.iterdir

    def refused(path: Path) -> Iterator[Path]:
        if path.resolve() == folder.resolve():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refused)


@pytest.mark.parametrize("is_link", [False, True], ids=["mounted there", "a link to it"])
async def test_what_the_file_system_has_found_on_a_disk_holds_no_backup_up(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_link: bool
) -> None:
    """`mkfs` makes the folder, which only root may read."""
    disk = threats = here.state / "recordings/threats"
    if is_link:
        disk = tmp_path / "disk"
        threats.rename(disk)
        threats.symlink_to(disk)
    (disk / "lost+found").mkdir()
    is_roots_alone(disk / "lost+found", monkeypatch)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == disk)
    make(here, tmp_path / "backup")
    with ZipFile(tmp_path / "backup") as archive:
        assert [name for name in archive.namelist() if "threats" in name] == ["recordings/threats/t.wav"]


@pytest.mark.parametrize("name", ["lost+found", "more"])
async def test_any_other_folder_that_cannot_be_read_is_told_of_and_left_out_of_no_backup(
    here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (folder := here.state / "recordings/threats" / name).mkdir()
    is_roots_alone(folder, monkeypatch)
    with pytest.raises(
        StorageError, match=rf"threats/{re.escape(name)} can't be read: Permission denied\. Give it"
    ):
        make(here, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


async def test_whoever_had_signed_in_when_a_backup_was_made_is_signed_out(
    demo: Database, here: Settings, there: Settings, tmp_path: Path
) -> None:
    user = await Users(demo).create(UserFields("ny"), None, SYSTEM)
    await Sessions(demo).begin(user.id, "s" * 64, NOW, NOW + timedelta(hours=1), SYSTEM)
    made = make(here, tmp_path / "backup")
    if made.still_to_do:
        carry_out(made.still_to_do)
    restored = await restore(there, tmp_path / "backup")
    if restored.still_to_do:
        carry_out(restored.still_to_do)
    database = open_database(there.database_url)
    assert await find_by_session(demo, "s" * 64, NOW, timedelta(hours=1)) is not None
    assert await find_by_session(database, "s" * 64, NOW, timedelta(hours=1)) is None
    await database.close()


async def test_only_its_owner_can_read_a_backup_and_what_is_restored(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    before = os.umask(0)
    try:
        made = make(here, file)
        if made.still_to_do:
            carry_out(made.still_to_do)
            assert readable_by_others(file.with_name("backup.pgdump")) == 0
        await restore(there, file)
    finally:
        os.umask(before)
    assert readable_by_others(file) == 0
    restored = [path for path in there.state.rglob("*") if path.is_file()]
    assert len(restored) >= len(FILES)
    assert {path: readable_by_others(path) for path in restored if readable_by_others(path)} == {}


def list_of_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file() and ".sqlite" not in path.name)


def readable_by_others(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


async def test_passwords_can_be_left_out_and_never_stand_in_what_is_told(
    here: Settings, tmp_path: Path
) -> None:
    whole, without = tmp_path / "whole", tmp_path / "without"
    told = f"{make(here, whole)} {make(here, without, secrets=False)}"
    assert SECRET not in told
    with ZipFile(whole) as one, ZipFile(without) as other:
        assert set(one.namelist()) - set(other.namelist()) == {"secrets.json"}


async def test_a_file_that_is_there_is_not_written_over(here: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("another")
    with pytest.raises(Conflict, match="there already"):
        make(here, file)
    assert file.read_text() == "another"


async def test_a_backup_that_fails_leaves_nothing(here: Settings, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be made"):
        make(here, tmp_path / "no such folder" / "backup")
    (here.state / "messages" / "m.wav").unlink()
    (here.state / "messages" / "m.wav").symlink_to(tmp_path)  # neither is a link followed
    file = tmp_path / "backup"
    make(here, file)
    with ZipFile(file) as archive:
        assert "messages/m.wav" not in archive.namelist()
    assert list_of_files(tmp_path) == ["backup"]


async def test_a_place_that_is_not_empty_is_left_alone_unless_asked(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    for name in FILES:
        kept = there.state / name
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"of this place")
        with pytest.raises(Conflict, match=rf"it has {re.escape(name.split('/')[0])}.*--over"):
            await restore(there, file)
        assert all_files(there.state) == {name: b"of this place"}
        shutil.rmtree(there.state)
    (there.state / "secrets.json").parent.mkdir()
    (there.state / "secrets.json").write_bytes(b"of this place")
    restored = await restore(there, file, over=True)
    assert restored.passwords_changed
    assert all_files(there.state) == FILES


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(b"hanvisa.json", b"hanvisa.jsox"),
        lambda _: b"",
        lambda _: b"not a backup at all",
    ],
    ids=["half of it", "no manifest", "nothing", "something else"],
)
async def test_a_backup_that_is_damaged_changes_nothing(
    spoil: Any, here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(InvalidInput, match="backup"):
        await restore(there, file)
    assert not there.state.exists() or not all_files(there.state)


async def test_one_byte_that_differs_is_seen(here: Settings, there: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    make(here, file)
    with ZipFile(file) as archive:
        member = archive.getinfo("recordings/threats/t.wav")
    spoilt = bytearray(file.read_bytes())
    spoilt[member.header_offset + 30 + len(member.filename) + len(member.extra) + 24] ^= 1
    file.write_bytes(spoilt)
    with pytest.raises(InvalidInput, match="Nothing was changed"):
        await restore(there, file)
    assert not all_files(there.state)


async def test_a_byte_that_can_not_be_decompressed_is_told_in_a_sentence(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    with ZipFile(file) as archive:
        member = archive.getinfo("recordings/threats/t.wav")
    spoilt = bytearray(file.read_bytes())
    more = int.from_bytes(spoilt[member.header_offset + 28 : member.header_offset + 30], "little")
    first = member.header_offset + 30 + len(member.filename) + more
    spoilt[first] |= 0b110  # a kind of block that there is not
    file.write_bytes(spoilt)
    with ZipFile(file) as archive, pytest.raises(zlib.error):
        archive.read(member)
    with pytest.raises(InvalidInput, match="Nothing was changed"):
        await restore(there, file)
    assert not all_files(there.state)


async def test_one_that_somebody_has_locked_with_a_password_is_refused(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    locked = bytearray(file.read_bytes())
    with ZipFile(file) as archive:
        last = archive.infolist()[-1]
    entry = locked.rindex(b"PK\x01\x02")
    locked[entry + 8] |= 1  # in the list of contents
    locked[last.header_offset + 6] |= 1
    file.write_bytes(locked)
    with pytest.raises(InvalidInput, match="locked with a password"):
        await restore(there, file)
    assert not there.state.exists()


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/outside", "asterisk/etc/pjsip.conf", "messages/../../o"]
)
async def test_no_backup_writes_anywhere_else(
    name: str, here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    with ZipFile(file, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(InvalidInput, match="no backup of hanvisa's"):
        await restore(there, file)
    assert not there.state.exists()


async def test_a_backup_of_a_newer_program_is_refused(
    here: Settings, there: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    make(here, file)
    with ZipFile(file) as archive:
        manifest = json.loads(archive.read("hanvisa.json"))
    with ZipFile(file, "w") as archive:
        archive.writestr("hanvisa.json", json.dumps({**manifest, "format": 99, "version": "9.9"}))
    with pytest.raises(InvalidInput, match=r"made by hanvisa 9\.9, which is newer"):
        await restore(there, file)


async def test_the_other_kind_of_database_is_refused(here: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    make(here, file)
    is_sqlite = here.database_url.startswith("sqlite")
    other = "postgresql+asyncpg://a@/b" if is_sqlite else f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite'}"
    with pytest.raises(InvalidInput, match="HANVISA_DATABASE_URL"):
        await restore(Settings(state=tmp_path / "there", database_url=other), file)


@pytest.mark.parametrize(
    ("given", "theirs"),
    [
        ("hanvisa:secret@127.0.0.1:1/hanvisa?ssl=require", "hanvisa@127.0.0.1:1/hanvisa?sslmode=require"),
        ("hanvisa@127.0.0.1:1/hanvisa?timeout=3", "hanvisa@127.0.0.1:1/hanvisa"),
        ("hanvisa@/hanvisa?host=/nowhere", "hanvisa@/hanvisa?host=%2Fnowhere"),
    ],
)
def test_what_is_to_be_typed_on_postgresql_is_what_its_programs_take(
    given: str, theirs: str, tmp_path: Path
) -> None:
    """The driver's own options are none of libpq's, and who has no password at hand is asked for it."""
    url = make_url(f"postgresql+asyncpg://{given}")
    for told in (postgres.how_to_back_up(url, tmp_path / "b"), postgres.how_to_restore(url, tmp_path / "b")):
        assert f"--dbname={shlex.quote(f'postgresql://{theirs}')}" in told
    command = postgres.how_to_back_up(url, tmp_path / "b").splitlines()[-1]
    said = subprocess.run(command, shell=True, check=False, capture_output=True, text=True)  # noqa: S602
    assert "connection to server" in said.stderr  # where nobody is: it is looked for


def test_every_folder_of_the_state_is_in_a_backup_or_left_out_for_a_reason() -> None:
    """`state / "name"` and `state / FOLDER` anywhere in the service; what the lab makes is for tests only."""
    package = Path(hanvisa.__file__).parent
    named = {
        name
        for file in package.rglob("*.py")
        if "lab" not in file.parts
        for name in _folders_of_state(ast.parse(file.read_text(encoding="utf-8")))
    }
    known = {name.split("/")[0] for name in (*KEPT, *LEFT_OUT)}
    assert {"messages", "recordings", "outbox", "texts", "asterisk", "sounds", "secrets.json"} <= named
    assert named <= known, f"say in backup/archive.py what becomes of {sorted(named - known)}"


def _folders_of_state(module: ast.Module) -> set[str]:
    constants = {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    named = set()
    for node in ast.walk(module):
        match node:
            case ast.BinOp(
                left=ast.Name("state" | "_state") | ast.Attribute(attr="state" | "_state"),
                op=ast.Div(),
                right=ast.Constant(str(name)),
            ):
                named.add(name)
            case ast.BinOp(
                left=ast.Name("state" | "_state") | ast.Attribute(attr="state" | "_state"),
                op=ast.Div(),
                right=ast.Name(constant),
            ) if constant in constants:
                named.add(str(constants[constant]))
    return named
