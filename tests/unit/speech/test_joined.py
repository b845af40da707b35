"""What is said again and again, as one file: from when on, of what, for how long, and where it can't be written."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

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
async def running(pieces: SoundStore, every: float = 60.0, most: int = 9) -> AsyncIterator[JoinedSounds]:
    joined = JoinedSounds(pieces, every, most)
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


async def test_what_was_not_played_between_two_sweeps_is_removed(pieces: SoundStore) -> None:
    folder = pieces.folder / "joined"
    played, silent = files_of(pieces, "who", "why"), files_of(pieces, "why", "when")
    async with running(pieces) as joined:
        for _ in range(2):
            joined.in_one(played)
            joined.in_one(silent)
        one = await until(one_of(joined, played), what="they are put together")
        await until(one_of(joined, silent), what="the others too")
        await joined.sweep()
        assert len(list(folder.iterdir())) == 2, "both were played"
        joined.in_one(played)
        await joined.sweep()
        assert [file.stem for file in folder.iterdir()] == [Path(one).name]
        assert joined.in_one(played) == (one,)
        assert joined.in_one(silent) == silent


async def test_what_an_earlier_process_has_left_is_removed_by_the_first_sweep(pieces: SoundStore) -> None:
    left = SoundStore(pieces.folder / "joined")
    left.put("left", b"sound")
    async with running(pieces, every=0.05):
        await until(lambda: not left.is_whole("left"), what="it is removed")


async def test_no_more_than_so_many_are_kept(pieces: SoundStore) -> None:
    first, second, third = (
        files_of(pieces, *names) for names in (("who", "why"), ("why", "when"), ("when", "who"))
    )
    async with running(pieces, most=1) as joined:
        for files in (first, first, second, second):
            joined.in_one(files)
        await until(one_of(joined, first), what="the first")
        await joined.sweep()
        await joined.sweep()
        for _ in range(2):
            joined.in_one(third)
        await until(one_of(joined, third), what="there is room again, and the second had its turn before")
        assert joined.in_one(second) == second


async def test_where_it_can_not_be_written_it_is_played_in_its_pieces_and_tried_again(
    pieces: SoundStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = files_of(pieces, "who", "why")
    tried: list[int] = []

    def no_space(_: int) -> None:
        tried.append(1)
        raise OSError(28, "No space left on device")

    async with running(pieces) as joined:
        with monkeypatch.context() as full:
            full.setattr("os.fsync", no_space)
            for _ in range(2):
                assert joined.in_one(said) == said
            await until(lambda: tried, what="it is tried")
            assert joined.in_one(said) == said
        await until(one_of(joined, said), what="it is put together after all")


async def test_the_library_says_a_referral_in_one_file_when_it_has_said_it_twice(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL, Goodbye(), Offers(()), Greeting(Text(sv="Hej.", en="Hello."))])
    files = library.say(REFERRAL, Language.SV, AT).files
    task = asyncio.create_task(library.joined.run())
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
