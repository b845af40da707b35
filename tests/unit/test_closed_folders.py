"""The commands where another account's folder is closed to them: what goes wrong is a sentence, never a trace."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from hanvisa.cli import app
from hanvisa.lab.asterisk import REPOSITORY

ON_POSTGRESQL = "postgresql+asyncpg://hanvisa:x@localhost:1/hanvisa"


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that root alone may enter."""
    folder = tmp_path / "closed"
    folder.mkdir()
    usual = Path.exists

    def refused(path: Path) -> bool:
        if path.parent == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return usual(path)

    monkeypatch.setattr(Path, "exists", refused)
    yield folder
    structlog.reset_defaults()


def hanvisa(state: Path, *words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, words, env={"HANVISA_STATE": str(state), **variables})


@pytest.mark.parametrize(
    "words",
    [
        ("user", "list"),
        ("purge",),
        ("backup", "x"),
        ("import", str(REPOSITORY / "demo" / "directory")),
        ("import", str(REPOSITORY / "demo" / "directory"), "--dry-run"),
    ],
    ids=["user list", "purge", "backup", "import", "import --dry-run"],
)
def test_a_state_folder_that_may_not_be_entered_is_told_of(words: tuple[str, ...], closed: Path) -> None:
    ran = hanvisa(closed, *words)
    assert ran.exit_code == 1
    assert ran.stderr == (
        f"The database can't be reached: [Errno 13] Permission denied: '{closed / 'hanvisa.sqlite'}'.\n"
    )


def test_a_backup_on_postgresql_tells_of_it_too(closed: Path, tmp_path: Path) -> None:
    """Its database lies elsewhere, its files are there."""
    file = tmp_path / "backup"
    ran = hanvisa(closed, "backup", str(file), HANVISA_DATABASE_URL=ON_POSTGRESQL)
    assert ran.exit_code == 1
    assert ran.stderr == (
        f"The backup {file} can't be made: [Errno 13] Permission denied: '{closed / 'secrets.json'}'.\n"
    )


def test_a_place_for_the_backup_that_may_not_be_entered_is_told_of(closed: Path, tmp_path: Path) -> None:
    ran = hanvisa(tmp_path, "backup", str(closed / "backup"))
    assert ran.exit_code == 1
    assert ran.stderr.startswith(
        f"The backup {closed / 'backup'} can't be made: [Errno 13] Permission denied"
    )
