"""For all tests."""

import asyncio
import faulthandler
import fcntl
import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import searching
from compiling import compile_once
from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.imports import import_folder
from hanvisa.directory.migrations import upgrade
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.speaking import speak_beforehand
from printing import print_once

DEMO = REPOSITORY / "demo" / "directory"
# What no municipality has but a test needs: a group of nothing but mobiles, a confidential line,
# a department without people.
ODDITIES = Path(__file__).parent / "e2e" / "directory"
SPEECH = REPOSITORY / ".state" / "cache" / "speech"

# Longer than pytest-timeout's limit, which raises in the test: a test that stands still after that, or in a library's
# native code, takes its whole process with it, so that the others go on and the run ends.
STANDS_STILL_AFTER = 180.0
_STDERR = os.dup(2)  # before pytest captures it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="search all there is, for hours, and not samples of it"
    )


def pytest_configure(config: pytest.Config) -> None:
    """SIGTERM ends a run as Ctrl-C does: what the tests have made and started is taken away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.disable()
    searching.is_long = config.getoption("--long")
    compile_once()
    print_once()


def pytest_collection_finish() -> None:
    """What has been collected stays: to look through it for garbage took a tenth of the tests' processor time.

    Also what of it is garbage already: to find that takes each process a second.
    """
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


def _ends_in_time() -> Iterator[None]:
    faulthandler.dump_traceback_later(STANDS_STILL_AFTER, exit=True, file=_STDERR)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    return (yield from _ends_in_time())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    return (yield from _ends_in_time())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    return (yield from _ends_in_time())


@pytest.fixture(scope="session")
def spoken(testrun_uid: str) -> Path:
    """A state folder with the tests' directories in its database, and all that can be said about them.

    Speech is named by its content, so what this machine has made once need not be made again. Of several processes
    the first makes it, and the others wait; whoever copies the database meanwhile has the whole one of before.
    """
    SPEECH.mkdir(parents=True, exist_ok=True)
    made_for, new = SPEECH / "made-for", SPEECH / "new.sqlite"
    with (SPEECH / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made_for.exists() and made_for.read_text() == testrun_uid:
            return SPEECH
        for old in SPEECH.glob("new.sqlite*"):
            old.unlink()
        settings = Settings(state=SPEECH, database_url=f"sqlite+aiosqlite:///{new}")
        asyncio.run(_speak(settings))
        new.replace(SPEECH / "hanvisa.sqlite")
        made_for.write_text(testrun_uid)
    return SPEECH


async def _speak(settings: Settings) -> None:
    """As `hanvisa import` and `hanvisa speak` do, without the time that programs take to read their modules."""
    await upgrade(settings.database_url)
    database = open_database(settings.database_url)
    try:
        for folder in (DEMO, ODDITIES):
            await import_folder(database, folder)
    finally:
        await database.close()
    assert await speak_beforehand(settings, lambda _done, _of: None) == 0
