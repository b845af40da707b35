"""Folders in which a backup is made, or unpacked: gone when that ends, but for one that was killed."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

BACKUP, RESTORE = ".hanvisa-backup-", ".hanvisa-restore-"
LEFT_AFTER = timedelta(hours=1)  # since anything was written there: what goes on does not wait so long


@contextmanager
def unfinished(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder there, for its owner alone. What has been left there by others goes first. Raises OSError."""
    remove(left_behind(parent, datetime.now(UTC)))  # but root's: no backup fails over it
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def left_behind(parent: Path, now: datetime) -> list[Path]:
    """Those in ``parent`` that nobody works in any more. Links are not followed: others may write there."""
    found = (path for prefix in (BACKUP, RESTORE) for path in parent.glob(f"{prefix}*"))
    return [path for path in found if _is_left(path, (now - LEFT_AFTER).timestamp())]


def remove(folders: Sequence[Path]) -> list[Path]:
    """Those that are still there: root's is root's to remove."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder for folder in folders if folder.exists()]


def _is_left(folder: Path, since: float) -> bool:
    """Nothing in it has been written since."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        return all(path.lstat().st_mtime < since for path in (folder, *folder.rglob("*")))
    except OSError:  # somebody takes it away meanwhile, or keeps it from being looked into: it is theirs
        return False
