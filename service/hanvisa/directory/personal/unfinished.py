"""Folders in which a backup is made, or unpacked: gone when that ends, but for one that was killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

BACKUP, RESTORE = ".hanvisa-backup-", ".hanvisa-restore-"
LEFT_AFTER = timedelta(hours=1)  # since anything was written there: what goes on does not wait so long


@contextmanager
def unfinished(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder there, for its owner alone. What has been left there by others goes first. Raises OSError."""
    remove(left_behind(parent, datetime.now(UTC)))
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def left_behind(parent: Path, now: datetime) -> list[Path]:
    """Those in ``parent`` that nobody works in any more."""
    found = (path for prefix in (BACKUP, RESTORE) for path in parent.glob(f"{prefix}*"))
    return [path for path in found if _last_written(path) < (now - LEFT_AFTER).timestamp()]


def remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)  # root's is root's to remove: no backup fails over it


def _last_written(folder: Path) -> float:
    """Of all in it; those that are being taken away do not count."""
    last = folder.stat().st_mtime
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            last = max(last, path.stat().st_mtime)
    return last
