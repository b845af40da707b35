"""Where there is nothing to save a backup is refused; where nothing but a register is, it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanvisa.backup.making import make_backup
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.errors import HanvisaError, StorageError
from integration.directory.on_disk import NOW, furnish, make


@pytest.fixture
async def here(demo: Database, demo_url: str, tmp_path: Path) -> Settings:
    return await furnish(demo, demo_url, tmp_path)


async def test_there_is_nothing_to_save_where_there_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(HanvisaError, match="There is no database"):
        make(Settings(state=tmp_path), tmp_path / "backup")


async def test_there_is_nothing_to_save_where_the_state_folder_is_none(
    here: Settings, tmp_path: Path
) -> None:
    with pytest.raises(StorageError, match="misspelt is no state folder of hanvisa's"):
        make(here.model_copy(update={"state": tmp_path / "misspelt"}), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


async def test_where_no_service_has_started_a_register_on_sqlite_is_saved(
    here: Settings, tmp_path: Path
) -> None:
    """A folder without passwords may be another's: that the backup has none of its files is said."""
    (tmp_path / "empty").mkdir()
    settings, told = here.model_copy(update={"state": tmp_path / "empty"}), list[str]()
    if here.database_url.startswith("postgresql"):
        with pytest.raises(StorageError, match="empty is no state folder of hanvisa's"):
            make_backup(settings, tmp_path / "backup", NOW, told.append)
        assert not (tmp_path / "backup").exists()
        return
    made = make_backup(settings, tmp_path / "backup", NOW, told.append)
    assert made.files == 1
    (said,) = told
    assert said.startswith(f"There is no secrets.json in {settings.state} yet.")
