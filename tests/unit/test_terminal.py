"""The command line in a process of its own: what it can't read, and where it can't write, it tells in a sentence."""

import asyncio
import errno
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from hanvisa.directory.migrations import upgrade
from hanvisa.lab.waiting import until

UTF_8 = {"PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{folder / 'hanvisa.sqlite'}"))
    return folder


def hanvisa(
    state: Path,
    *words: str | bytes,
    keyed: bytes = b"",
    into: IO[Any] | int = subprocess.PIPE,
    **variables: str,
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "hanvisa", *words],
        input=keyed,
        env={**os.environ, **UTF_8, "HANVISA_STATE": str(state), **variables},
        stdout=into,
        stderr=subprocess.PIPE,
        check=False,
        start_new_session=True,  # a password is read from here, and from no terminal
    )


@pytest.mark.parametrize(
    "words",
    [("user", "create", "siv"), ("calendars", "password", "hanvisa@kalender.example.org")],
    ids=" ".join,
)
def test_a_password_that_is_not_utf_8_is_told_of_and_not_shown(words: tuple[str, ...], state: Path) -> None:
    ran = hanvisa(state, *words, keyed="grön häst batteri\n".encode("latin-1") * 2)
    assert ran.returncode == 1
    said = ran.stderr.decode()
    assert "The password is not UTF-8. Set the terminal to UTF-8" in said
    assert "Traceback" not in said
    assert "batteri" not in said


@pytest.mark.parametrize(
    "words",
    [
        ("user", "create", "tor"),
        ("user", "password", "maj"),
        ("calendars", "password", "hanvisa@kalender.example.org"),
    ],
    ids=" ".join,
)
def test_ctrl_c_at_the_question_for_a_password_ends_the_command(words: tuple[str, ...], state: Path) -> None:
    hanvisa(state, "user", "create", "maj", "--no-password")
    ours, its = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "hanvisa", *words],
        env={**os.environ, **UTF_8, "HANVISA_STATE": str(state)},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    ) as running:
        os.close(its)
        try:
            while b"Password" not in os.read(ours, 1000):
                pass
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=20) == 1
        finally:
            running.kill()
            os.close(ours)


@pytest.mark.parametrize(
    "words",
    [
        ("user", "create", b"\xe5sa", "--no-password"),
        ("user", "end", b"\xe5sa"),
        ("token", "create", "--role", "admin", "--name", b"\xe5sa"),
        ("explain", b"\xe5sa"),
        ("remove-person", b"\xe5sa"),
        ("export-person", b"\xe5sa", "x"),
    ],
)
def test_a_word_that_is_not_utf_8_is_told_of(words: tuple[str | bytes, ...], state: Path) -> None:
    ran = hanvisa(state, *words)
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert ran.stderr.decode().startswith(
        "“\N{REPLACEMENT CHARACTER}sa” is not UTF-8. Set the terminal to UTF-8"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("report", "refusals"),
        ("report", "refusals", "--format", "pdf"),  # more than fits into the buffer
        ("report",),
        ("user", "list"),
        ("replay", "--since", "2026-08-01"),
        ("purge", "--dry-run"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_what_a_full_disk_does_not_take_is_told_of(words: tuple[str, ...], state: Path) -> None:
    hanvisa(state, "user", "create", "anna", "--no-password")
    with Path("/dev/full").open("wb") as full:
        ran = hanvisa(state, *words, into=full)
    assert ran.returncode == 1
    assert ran.stderr.decode().splitlines()[-1] == (
        "Standard output can't be written: No space left on device. What the command has done stays done."
    )
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("import", "FOLDER"),
        ("export-person", "+46980319244", "FOLDER/theirs.zip"),
        ("remove-person", "+46980319244"),
    ],
    ids=" ".join,
)
async def test_who_is_told_to_stop_does_not_wait_for_a_folder_that_hangs(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    """As one on a file server that is silent: whoever reads a file there stands still in a thread."""
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'hanvisa.sqlite'}")
    (tmp_path / "texts").mkdir()
    pipe = tmp_path / ("organisations.csv" if words[0] == "import" else "texts/1.json")
    os.mkfifo(pipe)
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa", *(word.replace("FOLDER", str(tmp_path)) for word in words)),
        env={**os.environ, **UTF_8, "HANVISA_STATE": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )
    writer = await until(lambda: writer_of(pipe), within=20, what="a reader")
    try:
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            _, said = await running.communicate()
    finally:
        os.close(writer)
    assert running.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in said
    assert not (tmp_path / "theirs.zip").exists()


_STOPPED_AS_THE_DATABASE_HANGS = """
import asyncio, signal, sys, time
from hanvisa import running
from hanvisa.cli import app
from hanvisa.directory.sqlite import SqliteConnection

when, asked, usual = sys.argv.pop(1), [], SqliteConnection.execute_on

def stop():
    signal.raise_signal(signal.SIGTERM)

async def hang(self, cursor, execute):
    asked.append(execute)
    if len(asked) == 4:
        self._tx.put_nowait((None, lambda: time.sleep(60)))
        if when == "at work":
            stop()
        asyncio.get_running_loop().call_soon(stop)
        if when == "twice":
            asyncio.get_running_loop().call_soon(stop)
    return await usual(self, cursor, execute)

SqliteConnection.execute_on = hang
running.UNDONE_WITHIN = 1
app()
"""


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("at work", ("purge",)),
        ("waiting", ("purge",)),
        ("twice", ("purge",)),
        ("waiting", ("remove-person", "+46980319244")),
        ("waiting", ("replay", "--since", "2026-08-01")),
        ("waiting", ("export-person", "+46980319244", "FOLDER/theirs.zip")),
    ],
    ids=str,
)
async def test_who_is_told_to_stop_does_not_wait_for_a_database_that_hangs(
    when: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    """Undoing what was begun waits for it too: SQLite's file may be on a file server that is silent."""
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'hanvisa.sqlite'}")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _STOPPED_AS_THE_DATABASE_HANGS, when),
        *(word.replace("FOLDER", str(tmp_path)) for word in words),
        env={**os.environ, **UTF_8, "HANVISA_STATE": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(20):
            logged, said = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode == 128 + signal.SIGTERM
    assert b"Traceback" not in said
    assert b"It waits for a folder or a database that hangs." in logged + said


def writer_of(pipe: Path) -> int | None:
    """None where nobody reads."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise


def test_a_token_that_nobody_has_seen_is_told_of(state: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = hanvisa(state, "token", "create", "--role", "admin", "--name", "anna", into=full)
    assert ran.returncode == 1
    unseen, why = ran.stderr.decode().splitlines()
    assert unseen.startswith("“anna” has a token now that nobody has seen: revoke it")
    assert why.startswith("Standard output can't be written: No space left on device.")


def test_a_reader_who_has_gone_is_no_trace(state: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        ran = hanvisa(state, "report", into=gone)
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_what_a_terminal_has_no_letter_for_is_shown_as_a_question(state: Path) -> None:
    ran = hanvisa(state, "user", "create", "anna → olle", "--no-password", PYTHONIOENCODING="latin-1")
    assert (ran.returncode, ran.stdout) == (0, b"anna ? olle is a user now.\n")
