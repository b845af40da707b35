"""What the machine's tests share: provisioning on the path, free ports, and a folder short enough for a socket."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import CONFIGURATION, find_root
from hanvisa.lab.ports import lent_base_port

sys.path[:0] = [str(CONFIGURATION), str(Path(__file__).parent)]


@pytest.fixture
def base_port() -> Iterator[int]:
    with lent_base_port() as base:
        yield base


@pytest.fixture
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hanvisa-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def settings(state: Path, base_port: int) -> Settings:
    return Settings(state=state, base_port=base_port)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root file system with an Asterisk that ./dev test has made."""
    found = find_root(Settings(state=Path("/nonexistent")))
    assert found is not None, "no root file system with Asterisk: ./dev test makes one"
    return found


@pytest.fixture
def dialplan(tmp_path: Path) -> Path:
    """A small dialplan, so that these tests stand on their own."""
    folder = tmp_path / "dialplan"
    folder.mkdir()
    (folder / "hello.conf").write_text("[from-carrier]\nexten => 100,1,Answer()\n same => n,Hangup()\n")
    return folder
