"""The library: what is played, from where, and what happens when a synthesiser does not work."""

import io
import stat
import wave
from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from hanvisa.calls.prompts import Goodbye, Greeting, Offers, Referral, Why
from hanvisa.errors import SpeechError
from hanvisa.policy.facts import AbsenceReason, Department, Organisation, Person, Switchboard, TimeKind
from hanvisa.policy.model import Language, Text
from hanvisa.policy.register import Register
from hanvisa.speech import readymade
from hanvisa.speech.fakes import FailingSynthesiser, FakeSynthesiser, HangingSynthesiser
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.phrases import catalogue
from hanvisa.speech.store import SoundStore, name_of

AT = datetime(2026, 8, 3, 9, 0, tzinfo=UTC)
ID = UUID(int=1)
MEETING = Text(sv="är på sammanträde", en="is in a meeting")
REFERRAL = Referral("Anna Berg", Why.ABSENT, MEETING, datetime(2026, 8, 3, 11, tzinfo=UTC))


def wav(seconds: float = 0.2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(array("h", [8000, -8000] * round(4000 * seconds)).tobytes())
    return file.getvalue()


def record(state: Path, name: str, sound: bytes) -> None:
    file = state / "recordings" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(sound)


def sound(file: str) -> bytes:
    return Path(f"{file}.alaw").read_bytes()


def exist(files: tuple[str, ...]) -> bool:
    return all(Path(f"{file}.alaw").stat().st_size for file in files)


async def test_says_what_was_prepared_with_files_that_are_there(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL])
    for language in Language:
        spoken = library.say(REFERRAL, language, AT)
        assert "Anna Berg" in spoken.words
        assert exist(spoken.files)
        assert all(Path(file).parent == tmp_path / "sounds" for file in spoken.files)


async def test_speaks_each_piece_once_ever(tmp_path: Path) -> None:
    first, second = FakeSynthesiser(), FakeSynthesiser()
    await SpeechLibrary(tmp_path, first).prepare([REFERRAL, REFERRAL])
    assert len(first.spoken) == len(set(first.spoken))
    await SpeechLibrary(tmp_path, second).prepare([REFERRAL])
    assert second.spoken == []


async def test_another_engine_makes_its_own_files(tmp_path: Path) -> None:
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([REFERRAL])
    other = FakeSynthesiser("other")
    await SpeechLibrary(tmp_path, other).prepare([REFERRAL])
    assert ("Anna Berg", Language.SV) in other.spoken


async def test_a_failing_synthesiser_is_told_of_and_the_fixed_pieces_are_played(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FailingSynthesiser())
    with pytest.raises(SpeechError, match=r"“Anna Berg” can't be spoken"):
        await library.prepare([REFERRAL])
    spoken = library.say(REFERRAL, Language.SV, AT)
    assert spoken.words == "Den du söker är frånvarande och är tillbaka i dag klockan tretton."
    assert exist(spoken.files)


async def test_a_hanging_synthesiser_holds_up_nobody(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, HangingSynthesiser(), patience=0.05)
    with pytest.raises(SpeechError, match=r"was not spoken in 0\.05 s"):
        await library.prepare([REFERRAL])
    assert exist(library.say(REFERRAL, Language.EN, AT).files)
    assert exist((await library.announce_file(REFERRAL, Language.SV, AT),))


def test_at_the_first_start_everything_fixed_can_be_said(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FailingSynthesiser())
    for language in Language:
        assert exist(library.say(Goodbye(), language, AT).files)


def test_never_gives_nothing(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FailingSynthesiser())
    assert exist(library.say(Offers(()), Language.SV, AT).files)
    far = Referral("Anna Berg", Why.ABSENT, MEETING, datetime.max.replace(tzinfo=UTC))
    spoken = library.say(far, Language.SV, AT)
    assert spoken.words == "Tyvärr blev det något fel hos oss."
    assert exist(spoken.files)


def test_the_whole_catalogue_is_shipped_ready_made() -> None:
    wanted = {name_of(readymade.ENGINE, piece.language, piece.text) for piece in catalogue()}
    assert {file.stem for file in readymade.FOLDER.glob("*.alaw")} == wanted


async def test_a_recording_takes_precedence_piece_by_piece(tmp_path: Path) -> None:
    record(tmp_path, "sv/anna-berg.wav", wav())
    engine = FakeSynthesiser()
    library = SpeechLibrary(tmp_path, engine)
    await library.prepare_catalogue()
    await library.prepare([REFERRAL])
    assert ("Anna Berg", Language.SV) not in engine.spoken
    assert ("är på sammanträde", Language.SV) in engine.spoken
    recorded = library.say(REFERRAL, Language.SV, AT).files[0]
    assert len(sound(recorded)) == pytest.approx(1600, abs=200)
    assert SpeechLibrary(tmp_path, engine).say(REFERRAL, Language.SV, AT).files[0] == recorded


async def test_a_recording_that_is_replaced_or_removed_is_no_longer_played(tmp_path: Path) -> None:
    record(tmp_path, "sv/hej-då.wav", wav())
    greeting = Greeting(Text(sv="Hej då!", en="Bye!"))
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare_catalogue()
    await library.prepare([greeting])
    first = library.say(greeting, Language.SV, AT).files[0]
    record(tmp_path, "sv/hej-då.wav", wav(0.5))
    await library.prepare_catalogue()
    second = library.say(greeting, Language.SV, AT).files[0]
    (tmp_path / "recordings/sv/hej-då.wav").unlink()
    await library.prepare_catalogue()
    await library.prepare([greeting])
    assert len({first, second, library.say(greeting, Language.SV, AT).files[0]}) == 3


@pytest.mark.parametrize("words", ["Välkommen till Nora kommun.", "Välkommen. " * 80])
async def test_words_that_are_read_in_are_heard_at_once_until_the_voice_says_them_again(
    tmp_path: Path, words: str
) -> None:
    greeting = Greeting(Text(sv=words, en="Welcome."))
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare_catalogue()
    await library.prepare([greeting])
    voice = library.say(greeting, Language.SV, AT).files
    with pytest.raises(SpeechError):
        await library.recordings.keep(words, Language.SV, b"no sound")
    assert library.say(greeting, Language.SV, AT).files == voice
    await library.recordings.keep(words, Language.SV, wav(0.5))
    read_in = library.say(greeting, Language.SV, AT).files
    assert len(sound(read_in[0])) == pytest.approx(4000, abs=200)
    assert library.recordings.sound_of(words, Language.SV) == Path(read_in[0]).name
    (kept,) = (tmp_path / "recordings" / "sv").iterdir()
    assert [stat.S_IMODE(one.stat().st_mode) for one in (kept, kept.parent)] == [0o600, 0o700]
    assert library.say(greeting, Language.EN, AT).words == "Welcome."
    again = SpeechLibrary(tmp_path, FakeSynthesiser())
    await again.prepare_catalogue()
    assert again.say(greeting, Language.SV, AT).files == read_in
    await library.recordings.drop(words, Language.SV)
    assert library.say(greeting, Language.SV, AT).files == voice
    await library.recordings.drop(words, Language.SV)


async def test_what_has_no_words_is_not_read_in(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no words"):
        await SpeechLibrary(tmp_path, FakeSynthesiser()).recordings.keep("…", Language.SV, wav())


async def test_a_recording_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    record(tmp_path, "sv/anna-berg.wav", b"no sound")
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare_catalogue()
    await library.prepare([REFERRAL])
    assert library.say(REFERRAL, Language.SV, AT).words.startswith("Anna Berg")


async def test_an_announcement_is_one_file_of_all_its_pieces(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    file = await library.announce_file(REFERRAL, Language.SV, AT)
    again = await library.announce_file(REFERRAL, Language.SV, AT + timedelta(hours=1))
    assert file == again
    later = library.say(REFERRAL, Language.SV, AT - timedelta(days=3))  # the days are named by date
    assert sound(file) == b"".join(map(sound, later.files))


async def test_prepares_the_names_reasons_and_greetings_of_a_register(tmp_path: Path) -> None:
    engine = FakeSynthesiser()
    seen: list[tuple[int, int]] = []
    reasons = [
        AbsenceReason("1", MEETING, MEETING, TimeKind.TIME),
        AbsenceReason("2", MEETING, Text(sv="är sjuk", en="is ill"), TimeKind.NONE, private=True),
    ]
    register = Register().replace(
        persons=[Person(ID, "Anna", "Berg", ID, ID, ID)],
        departments=[Department(ID, "Bygglov", ID, ID)],
        organisations=[Organisation(ID, "Nora kommun")],
        switchboards=[Switchboard(ID, "Nora", ID, Text(sv="Välkommen till Nora.", en="Welcome to Nora."))],
        reasons=reasons,
    )
    library = SpeechLibrary(tmp_path, engine)
    assert await library.prepare_register(register, lambda done, of: seen.append((done, of))) == 0
    texts = {text for text, _ in engine.spoken}
    assert {"Anna Berg", "Bygglov", "Nora kommun", "Välkommen till Nora", "är på sammanträde"} <= texts
    assert "är sjuk" not in texts
    assert seen[-1] == (len(engine.spoken), len(engine.spoken))
    assert await SpeechLibrary(tmp_path, FailingSynthesiser()).prepare_register(register) > 0


async def test_what_was_said_a_moment_ago_is_said_anew_on_the_next_day_and_where_a_sound_has_come(
    tmp_path: Path,
) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    before = library.say(REFERRAL, Language.SV, AT)
    assert "Anna Berg" not in before.words
    await library.prepare([REFERRAL])
    today = library.say(REFERRAL, Language.SV, AT)
    assert "Anna Berg" in today.words
    assert library.say(REFERRAL, Language.SV, AT) is today
    assert library.say(REFERRAL, Language.EN, AT) != today
    assert library.say(REFERRAL, Language.SV, AT - timedelta(days=1)).words != today.words


async def test_prunes_only_what_nobody_wants(tmp_path: Path) -> None:
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([REFERRAL, Referral("Bo Ek", Why.BUSY)])
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL])
    assert library.prune(datetime.now(UTC) - timedelta(days=1)) == 0
    assert library.prune(datetime.now(UTC) + timedelta(days=1)) > 0
    assert exist(library.say(REFERRAL, Language.SV, AT).files)
    assert library.say(Referral("Bo Ek", Why.BUSY), Language.SV, AT).words.startswith("Den du söker")


async def test_what_was_pruned_while_it_stood_by_is_made_anew(tmp_path: Path) -> None:
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([REFERRAL])
    stands_by, serves = (SpeechLibrary(tmp_path, FakeSynthesiser()) for _ in range(2))
    before = stands_by.say(REFERRAL, Language.SV, AT).files
    assert serves.prune(datetime.now(UTC) + timedelta(days=1)) > 0
    assert not all(stands_by.store.is_whole(Path(file).name) for file in before)
    await stands_by.prepare([REFERRAL])
    assert stands_by.say(REFERRAL, Language.SV, AT).files == before
    assert exist(before)


def _dumb() -> FailingSynthesiser:
    """Makes nothing, and has the name of the one that has."""
    synthesiser = FailingSynthesiser()
    synthesiser.name = FakeSynthesiser().name
    return synthesiser


async def test_what_others_have_made_and_pruned_meanwhile_is_seen_when_it_begins_to_serve(
    tmp_path: Path,
) -> None:
    gone, come = Referral("Bo Ek", Why.BUSY), REFERRAL
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([gone])
    stands_by = SpeechLibrary(tmp_path, _dumb())
    serves = SpeechLibrary(tmp_path, FakeSynthesiser())
    serves.prune(datetime.now(UTC) + timedelta(days=1))
    await serves.prepare([come])
    assert "Bo Ek" in stands_by.say(gone, Language.SV, AT).words
    await stands_by.prepare_catalogue()
    assert "Bo Ek" not in stands_by.say(gone, Language.SV, AT).words
    assert "Anna Berg" in stands_by.say(come, Language.SV, AT).words
    assert stands_by.prune(datetime.now(UTC) - timedelta(days=1)) == 0


async def test_what_is_gone_already_is_pruned_without_a_fault(tmp_path: Path) -> None:
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([REFERRAL])
    first, second = (SpeechLibrary(tmp_path, FakeSynthesiser()) for _ in range(2))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert second.prune(tomorrow) == first.prune(tomorrow) > 0


async def test_a_sound_of_another_user_is_played_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await SpeechLibrary(tmp_path, FakeSynthesiser()).prepare([REFERRAL])
    library = SpeechLibrary(tmp_path, _dumb())

    def not_permitted(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.utime", not_permitted)
    await library.prepare([REFERRAL])
    assert "Anna Berg" in library.say(REFERRAL, Language.SV, AT).words


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SoundStore(tmp_path)

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("os.fsync", no_space)
        with pytest.raises(OSError, match="No space"):
            store.put("one", b"sound")
    assert "one" not in store
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.alaw").touch()
    assert "empty" not in SoundStore(tmp_path)
