"""The long run, for a few seconds: what it places is in the log, once each, and nothing is left."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import find_root
from hanvisa.lab.soak import is_met, soak, table

LONG_ONLY = "memory"  # after seconds it says nothing


@pytest.fixture
def settings() -> Iterator[Settings]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    yield Settings(state=state, asterisk_root=find_root(Settings()))
    shutil.rmtree(state)


async def test_every_call_is_logged_once_and_nothing_is_left(settings: Settings) -> None:
    soaked = await soak(settings, minutes=0.1, rate=2, talking=1)
    kept = {name: yes for name, yes in is_met(soaked).items() if not name.startswith(LONG_ONLY)}
    assert len(kept) == 4
    assert all(kept.values()), table(soaked)
    assert soaked.placed > 12
