"""What is said again and again, as one file: from when on, of what, for how long, and where it can't be written."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import NoReturn
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from hanvisa.calls.prompts import Goodbye, Greeting, Offers
from hanvisa.lab.waiting import until
from hanvisa.policy.model import Language, Text
from hanvisa.speech.fakes import FakeSynthesiser
from hanvisa.speech.joined import JoinedSounds
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.store import SoundStore
from unit.speech.test_library import AT, REFERRAL, sound

SAID = {name: bytes([number]) * 400 for number, name in enumerate(("who", "why", "when"), start=1)}


@pytest.fixture
def pieces(tmp_path: Path) -> SoundStore:
    store = SoundStore(tmp_path / "sounds")
    for name, content in SAID.items():
        store.put(name, content)
    return store


@asynccontextmanager
async def running(pieces: SoundStore, kept: float = 60.0, most: int = 9) -> AsyncIterator[JoinedSounds]:
    joined = JoinedSounds(pieces, kept=kept, most=most)
    task = asyncio.create_task(joined.run())
    try:
        yield joined
    finally:
        task.cancel()


def one_of(joined: JoinedSounds, files: tuple[str, ...]) -> Callable[[], str | None]:
    """The one file in which they are, when they are."""

    def look() -> str | None:
        played = joined.in_one(files)
        return played[0] if len(played) == 1 else None

    return look


def made_older(file: Path) -> None:
    """As if it had been made, or played last, long ago."""
    os.utime(file, (0, 0))


def remove(file: str) -> None:
    Path(f"{file}.alaw").unlink()


def no_space(_: int) -> NoReturn:
    raise OSError(28, "No space left on device")


def files_of(pieces: SoundStore, *names: str) -> tuple[str, ...]:
    return tuple(map(pieces.path, names))


async def test_what_is_said_twice_is_one_file_from_then_on_and_sounds_the_same(pieces: SoundStore) -> None:
    said, other = files_of(pieces, "who", "why"), files_of(pieces, "why", "who")
    async with running(pieces) as joined:
        assert joined.in_one(said) == said
        assert joined.in_one(said) == said
        one = await until(one_of(joined, said), what="they are put together")
        assert sound(one) == SAID["who"] + SAID["why"]
        assert joined.in_one(other) == other
        assert len(list((pieces.folder / "joined").iterdir())) == 1


async def test_what_is_said_once_and_a_single_file_stay_as_they_are(pieces: SoundStore) -> None:
    once, single, twice = (
        files_of(pieces, "who", "why"),
        files_of(pieces, "when"),
        files_of(pieces, "when", "who"),
    )
    async with running(pieces) as joined:
        joined.in_one(once)
        for _ in range(2):
            assert joined.in_one(single) == single
            joined.in_one(twice)
        await until(one_of(joined, twice), what="another is put together")
        assert len(list((pieces.folder / "joined").iterdir())) == 1


async def test_a_message_is_never_put_together(pieces: SoundStore, tmp_path: Path) -> None:
    message = tmp_path / "messages" / "who"  # even one whose name a piece has
    reviewed, said = (str(message), pieces.path("why")), files_of(pieces, "who", "why")
    async with running(pieces) as joined:
        for _ in range(3):
            assert joined.in_one(reviewed) == reviewed
            joined.in_one(said)
        await until(one_of(joined, said), what="the pieces are put together")
        assert joined.in_one(reviewed) == reviewed


async def test_what_was_not_played_for_long_is_forgotten_and_its_file_removed(pieces: SoundStore) -> None:
    folder = pieces.folder / "joined"
    played, silent = files_of(pieces, "who", "why"), files_of(pieces, "why", "when")
    async with running(pieces) as joined:
        for _ in range(2):
            joined.in_one(played)
            joined.in_one(silent)
        one = await until(one_of(joined, played), what="they are put together")
        other = await until(one_of(joined, silent), what="the others too")
        with patch("hanvisa.speech.joined.monotonic", lambda: monotonic() + 40):
            joined.in_one(played)
        with patch("hanvisa.speech.joined.monotonic", lambda: monotonic() + 70):
            await joined.tend()
            assert joined.in_one(played) == (one,)
            assert joined.in_one(silent) == silent
        assert len(list(folder.iterdir())) == 2, "somebody may still hear it"
        for name in (one, other):
            made_older(Path(f"{name}.alaw"))
        await joined.tend()
        assert [file.stem for file in folder.iterdir()] == [Path(one).name]


async def test_what_another_process_has_left_or_made_long_ago_is_removed(pieces: SoundStore) -> None:
    folder = SoundStore(pieces.folder / "joined").folder
    for name in ("left.alaw", "new-x", "fresh.alaw"):
        (folder / name).write_bytes(b"sound")
    for name in ("left.alaw", "new-x"):
        made_older(folder / name)
    async with running(pieces):
        await until(
            lambda: [file.name for file in folder.iterdir()] == ["fresh.alaw"], what="they are removed"
        )


async def test_what_is_taken_away_behind_our_back_is_played_in_its_pieces(pieces: SoundStore) -> None:
    said = files_of(pieces, "who", "why")
    async with running(pieces) as joined:
        for _ in range(2):
            joined.in_one(said)
        one = await until(one_of(joined, said), what="they are put together")
        remove(one)
        await joined.tend()
        assert joined.in_one(said) == said


async def test_a_folder_that_can_not_be_tended_is_logged(
    pieces: SoundStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(pieces) as joined:
        with monkeypatch.context() as broken, capture_logs() as logged:
            broken.setattr("os.scandir", lambda _: no_space(0))
            await joined.tend()
        assert {entry["event"] for entry in logged} == {"speech.not_tended"}


async def test_no_more_than_so_many_are_kept(pieces: SoundStore) -> None:
    first, second = files_of(pieces, "who", "why"), files_of(pieces, "why", "when")
    async with running(pieces, most=1) as joined:
        for files in (first, first, second, second):
            joined.in_one(files)
        await until(one_of(joined, first), what="the first")  # the second's turn is in the same moment
        await joined.tend()
        assert joined.in_one(second) == second
        assert len(list((pieces.folder / "joined").iterdir())) == 1


async def test_where_it_can_not_be_written_it_is_played_in_its_pieces_and_tried_again_later(
    pieces: SoundStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, other = files_of(pieces, "who", "why"), files_of(pieces, "why", "when")
    async with running(pieces) as joined:
        with monkeypatch.context() as full, capture_logs() as logged:
            full.setattr("os.fsync", no_space)
            for _ in range(9):
                assert joined.in_one(said) == said
            await until(lambda: logged, what="it is tried")
            assert joined.in_one(said) == said
        for _ in range(2):
            joined.in_one(other)
        await until(one_of(joined, other), what="another is put together")
        assert [entry["event"] for entry in logged] == ["speech.not_joined"], "it is not tried each time"
        assert joined.in_one(said) == said
        with patch("hanvisa.speech.joined.monotonic", lambda: monotonic() + 70):
            await joined.tend()
        for _ in range(2):
            joined.in_one(said)
        await until(one_of(joined, said), what="it is put together after all")


async def test_the_library_says_a_referral_in_one_file_when_it_has_said_it_twice(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL, Goodbye(), Offers(()), Greeting(Text(sv="Hej.", en="Hello."))])
    files = library.say(REFERRAL, Language.SV, AT).files
    task = asyncio.create_task(library.said_again.run())
    try:
        assert library.in_one(files) == files

        def one() -> str | None:
            played = library.in_one(files)
            return played[0] if len(played) == 1 else None

        whole = await until(one, what="the referral in one")
        assert sound(whole) == b"".join(map(sound, files))
        assert library.say(REFERRAL, Language.SV, AT).files == files, "what is logged stays"
    finally:
        task.cancel()
