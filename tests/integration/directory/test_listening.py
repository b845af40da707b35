"""What the bench lets the dialplans play is what the service has played to who rang it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.errors import ConfigurationError
from hanvisa.lab.bench_calls import Sounds, listen, write_other_ways
from hanvisa.lab.loads import Loads
from hanvisa.lab.sipp import Load
from hanvisa.speech.joined import joined_file

NOW = datetime(2026, 8, 5, 8, 0, tzinfo=UTC)
ABSENT = "0980319201"


class OneCall(Loads):
    """A call to the service leaves this in its log."""

    def __init__(self, database: Database, played: tuple[tuple[str, ...], ...]) -> None:
        self._records = CallRecords(database)
        self._played = played
        self.dialled: list[str] = []

    async def place_beside(self, dialled: str, rate: float, seconds: float, lasts: float = 0) -> Load:
        self.dialled += [dialled] * round(rate * seconds)
        heard = [
            CallEntry("hv-k-1", 2 + number, NOW, "heard", {"words": "", "files": list(files)})
            for number, files in enumerate(self._played)
        ]
        await self._records.append(
            [
                CallEntry("hv-k-1", 1, NOW, "opened", {"caller": "+46980319244", "called": dialled}),
                *heard,
                CallEntry("hv-k-1", 9, NOW, "closed", {}),
            ]
        )
        return Load(rate, rate, 1, 0, (), failures=(str(seconds * lasts),))

    async def are_over(self) -> None:
        pass


def a_sound(file: Path, seconds: float) -> str:
    file.with_suffix(".alaw").write_bytes(b"\xd5" * int(8000 * seconds))
    return str(file)


async def test_the_files_are_those_of_the_log_put_together_and_as_long_as_they_are(
    database: Database, url: str, tmp_path: Path
) -> None:
    who, why, goodbye = (
        a_sound(tmp_path / name, seconds) for name, seconds in (("who", 1), ("why", 2), ("goodbye", 0.5))
    )
    (tmp_path / "joined").mkdir()
    said = a_sound(Path(joined_file((who, why))), 3)
    loads = OneCall(database, ((who, why), (goodbye,)))
    settings = Settings(state=tmp_path, database_url=url)
    sounds = await listen(settings, loads, ABSENT)
    assert sounds == Sounds(((said,), (goodbye,)), 3.5, pieces=3)
    assert sounds.files == (said, goodbye)
    assert loads.dialled == [ABSENT] * 2

    (tmp_path / "dialplan").mkdir()
    write_other_ways(settings, ABSENT, sounds)
    written = (tmp_path / "dialplan" / "other-ways.conf").read_text()
    assert written.count(f"Playback({said}&{goodbye})") == 2
    assert f"Set(DB(bench/absent/somebody)={said}&{goodbye})" in written


async def test_a_service_that_says_nothing_is_not_measured(
    database: Database, url: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="heard nothing"):
        await listen(Settings(state=tmp_path, database_url=url), OneCall(database, ()), ABSENT)
