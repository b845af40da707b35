"""What people record of themselves: kept, found again, and heard in the referral."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hanvisa.errors import SpeechError
from hanvisa.policy.facts import Recording, RecordingKind
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register, Table
from hanvisa.speech.fakes import FakeSynthesiser
from hanvisa.speech.library import SpeechLibrary
from unit.speech.test_library import AT, ID, REFERRAL, wav

NAME = "hv-rec-1"


def spool(state: Path, content: bytes, name: str = NAME) -> Path:
    file = state / "asterisk" / "spool" / "recording" / f"{name}.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


async def test_how_long_it_sounds(tmp_path: Path) -> None:
    own = SpeechLibrary(tmp_path, FakeSynthesiser()).own
    assert await own.seconds(NAME) is None
    spool(tmp_path, wav(0.5))
    assert await own.seconds(NAME) == 0.5
    spool(tmp_path, wav(0.1))
    assert await own.seconds(NAME) == 0.0
    spool(tmp_path, b"RIFF")
    assert await own.seconds(NAME) is None


async def test_a_name_and_a_greeting_are_heard_in_the_referral_and_the_facts_follow(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL])
    spool(tmp_path, wav(0.5))
    name = await library.own.keep(NAME)
    spool(tmp_path, wav(0.8))
    greeting = await library.own.keep(NAME)
    plain = library.say(REFERRAL, Language.SV, AT)
    told = library.say(replace(REFERRAL, recorded_name=name, greeting=greeting), Language.SV, AT)
    played = [Path(file).name for file in told.files]
    assert (played[0], played[2]) == (greeting, name)
    assert told.files[3:] == plain.files[1:]
    assert told.words == f"♬. {plain.words}"


async def test_one_that_is_gone_is_spoken_by_the_voice_and_a_greeting_left_out(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    await library.prepare([REFERRAL])
    plain = library.say(REFERRAL, Language.SV, AT)
    told = library.say(replace(REFERRAL, recorded_name="gone", greeting="gone"), Language.SV, AT)
    assert told.words.endswith(plain.words)
    assert told.files[-len(plain.files) :] == plain.files


async def test_the_sounds_are_made_anew_where_they_are_lost(tmp_path: Path) -> None:
    library = SpeechLibrary(tmp_path, FakeSynthesiser())
    spool(tmp_path, wav(0.5))
    sound = await library.own.keep(NAME)
    (tmp_path / "sounds" / f"{sound}.alaw").unlink()
    again = SpeechLibrary(tmp_path, FakeSynthesiser())
    rows = (Recording(ID, RecordingKind.NAME, sound), Recording(ID, RecordingKind.NAME, "none"))
    await again.prepare_register(Register(recordings=Table(rows)))
    assert sound in again.store
    assert "none" not in again.store


async def test_what_is_not_there_can_not_be_kept(tmp_path: Path) -> None:
    own = SpeechLibrary(tmp_path, FakeSynthesiser()).own
    await own.discard(NAME)
    with pytest.raises(SpeechError, match="can't be kept"):
        await own.keep(NAME)
