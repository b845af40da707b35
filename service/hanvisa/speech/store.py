"""Sound files by name, in one folder: written whole or not at all, and known without asking the disk."""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

SUFFIX = ".alaw"


@lru_cache(maxsize=65536)
def name_of(*content: str) -> str:
    """The file name (without suffix) that stands for the content."""
    return sha256("\0".join(content).encode()).hexdigest()[:32]


class SoundStore:
    """Files ``<name>.alaw`` in ``folder``. A name that is `in` the store is a whole file.

    ``changes`` counts those that have come and gone.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # what is said of people is for nobody else on the machine
        self.folder = folder.absolute()
        self._beginning = f"{self.folder}/"
        self._names = self._on_disk()
        self._wanted: set[str] = set()
        self.changes = 0

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def is_whole(self, name: str) -> bool:
        """Whether the disk has it too."""
        return self._file(name).is_file()

    def path(self, name: str) -> str:
        """As Asterisk wants it: absolute, without suffix."""
        return self._beginning + name

    def holds(self, path: str) -> bool:
        """Whether what Asterisk knows by this path is a file of the store."""
        folder, _, name = path.rpartition("/")
        return name in self._names and f"{folder}/" == self._beginning

    def read(self, name: str) -> bytes:
        return self._file(name).read_bytes()

    def put(self, name: str, sound: bytes) -> None:
        """Write the file by way of a temporary one beside it, so that a half one is never played."""
        with NamedTemporaryFile(dir=self.folder, prefix="new-", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(sound)
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(self._file(name))
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        self._names.add(name)
        self._wanted.add(name)
        self.changes += 1

    def want(self, name: str) -> bool:
        """Whether the file is there; if so it is kept from `prune` and counts as used today."""
        if name not in self._names:
            return False
        if name not in self._wanted:
            if not self.touch(name):  # whoever had the calls while we stood by has pruned it
                self._forget(name)
                return False
            self._wanted.add(name)
        return True

    def touch(self, name: str) -> bool:
        """Let the file count as used now. False when it is not there."""
        try:
            os.utime(self._file(name))
        except FileNotFoundError:
            return False
        except OSError as error:  # another user's: it can be played all the same
            log.info("speech.not_touched", file=name, why=str(error))
        return True

    def look_again(self) -> None:
        """What is there may have been made, or taken away, by another process."""
        for name in self._on_disk() ^ self._names:
            if not self.is_whole(name):
                self._forget(name)
            elif name not in self._names:
                self._names.add(name)
                self.changes += 1

    def prune(self, before: datetime) -> int:
        """Remove what nobody has wanted since the start nor since ``before``; the number removed."""
        old = [name for name in self._names - self._wanted if self._is_older(name, before)]
        for name in old:
            self._forget(name)
            self._file(name).unlink(missing_ok=True)
        return len(old)

    def _forget(self, name: str) -> None:
        self._names.discard(name)
        self._wanted.discard(name)
        self.changes += 1

    def _on_disk(self) -> set[str]:
        return {
            entry.name.removesuffix(SUFFIX)
            for entry in os.scandir(self.folder)
            if entry.name.endswith(SUFFIX) and _is_whole(entry)
        }

    def _is_older(self, name: str, before: datetime) -> bool:
        try:
            return self._file(name).stat().st_mtime < before.timestamp()
        except FileNotFoundError:  # it has been removed already
            return True

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"


def _is_whole(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.stat().st_size > 0
    except FileNotFoundError:  # removed since the folder was read
        return False
