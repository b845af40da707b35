"""The program that takes a hundred calls through each fault, with six calls through two."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import find_root
from hanvisa.lab.faults import FAULTS
from hanvisa.lab.own import take_speech
from hanvisa.lab.soak_faults import soak_faults, table

HELD = 3.0  # seconds: long enough that who listens is brought out
SHORT = ("the service killed, and started again by its keeper", "ARI's line cut")


@pytest.fixture
def settings(spoken: Path) -> Iterator[Settings]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    take_speech(spoken, state)
    yield Settings(state=state, asterisk_root=find_root(Settings()))
    shutil.rmtree(state)


async def test_calls_go_through_faults(settings: Settings) -> None:
    faults = [fault for fault in FAULTS if fault.name in SHORT]
    assert len(faults) == len(SHORT)
    passed = await soak_faults(settings, faults, calls=6, held=HELD, in_queue=0)
    assert all((one.cut, one.dropped, one.wrong, one.logged_once) == (0, 0, 0, 6) for one in passed), table(
        passed, HELD
    )
    assert all(one.decided is not None for one in passed), table(passed, HELD)
    assert all(promise.is_kept for one in passed for promise in one.promises), table(passed, HELD)
    assert all(one.sent_on == one.to_send == 1 for one in passed), table(passed, HELD)
