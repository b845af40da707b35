"""Recordings kept as evidence (M2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanvisa.errors import SpeechError
from hanvisa.speech.evidence import GreetingEvidence
from unit.speech.test_library import wav
from unit.speech.test_own import NAME, spool


async def test_what_is_spoken_is_measured_kept_and_discarded(tmp_path: Path) -> None:
    evidence = GreetingEvidence(tmp_path)
    assert await evidence.spoken(NAME) == 0.0
    recorded = spool(tmp_path, wav(5.0))
    assert await evidence.spoken(NAME) == pytest.approx(5.0, abs=0.1)
    file = await evidence.keep(NAME, "check")
    assert (evidence.folder / file).read_bytes() == recorded.read_bytes()
    assert (evidence.folder / file).stat().st_mode & 0o777 == 0o600
    await evidence.discard(NAME)
    assert not recorded.exists()
    with pytest.raises(SpeechError, match="can't be kept"):
        await evidence.keep(NAME, "again")


async def test_silence_is_nothing_spoken(tmp_path: Path) -> None:
    spool(tmp_path, wav(0.0))
    assert await GreetingEvidence(tmp_path).spoken(NAME) == 0.0
