"""What is said again and again is put together: Asterisk opens one file, and tells of one, in place of thirty.

Said for the second time it is put together beside the calls, and the next caller hears it so (docs/adr/0124). Nobody
waits for it, and where it can't be written nothing is lost: it is played in its pieces.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time

import structlog

from hanvisa.speech.store import SUFFIX, SoundStore, name_of

log = structlog.get_logger(__name__)

KEPT = 3600.0  # seconds after it was played last; for as long it is remembered what was said once, or not written
TEND_EVERY = 60.0  # seconds
MOST = 500  # a referral of 24 seconds is 190 kB
FOLDER = "joined"  # beside the pieces

Files = tuple[str, ...]
"""As Asterisk plays them, one after the other: absolute, without suffix."""


def joined_file(files: Files) -> str:
    """The file in which those are put together, where they are."""
    names = [Path(file).name for file in files]
    return str(Path(files[0]).parent / FOLDER / name_of("joined", *names))


@dataclass(slots=True)
class _Joined:
    files: Files  # the one
    played: float  # when it was last, by the monotonic clock


class JoinedSounds:
    """Puts together sounds of ``pieces``, in a folder inside its own; at most so many at once.

    A file is touched for as long as it is to be played, and removed when nobody, not even another process, has done so
    for ``kept`` seconds: whoever hears it then began long ago.
    """

    def __init__(self, pieces: SoundStore, *, kept: float = KEPT, most: int = MOST) -> None:
        self._pieces = pieces
        self._store = SoundStore(pieces.folder / FOLDER)
        self._kept = kept
        self._most = most
        self._joined: dict[Files, _Joined] = {}
        self._said: dict[Files, bool] = {}  # once, or twice: is due then, or could not be written
        self._said_since = monotonic()
        self._due: asyncio.Queue[Files] = asyncio.Queue()

    def in_one(self, files: Files) -> Files:
        """The one file that sounds the same, or those themselves where there is none. Never waits.

        Only pieces are put together, whose names tell what is in them: a message may be recorded anew under its name,
        and is to be gone when it is deleted.
        """
        if (joined := self._joined.get(files)) is not None:
            joined.played = monotonic()
            return joined.files
        if len(files) > 1:
            self._note(files)
        return files

    def _note(self, files: Files) -> None:
        is_due = self._said.get(files)
        if is_due is None:
            if all(map(self._pieces.holds, files)):
                self._said[files] = False
        elif not is_due:
            self._said[files] = True
            self._due.put_nowait(files)

    async def run(self) -> None:
        """Put together what is due, one after the other, and tend what there is."""
        loop = asyncio.get_running_loop()
        while True:
            await self.tend()
            until = loop.time() + TEND_EVERY
            while (files := await self._next(until)) is not None:
                await self._join(files)

    async def _next(self, until: float) -> Files | None:
        """What is due, or None when nothing has become so until then, by the loop's clock."""
        try:
            async with asyncio.timeout_at(until):
                return await self._due.get()
        except TimeoutError:
            return None

    async def _join(self, files: Files) -> None:
        if len(self._joined) >= self._most:
            return
        joined = joined_file(files)
        try:
            await asyncio.to_thread(self._write, Path(joined).name, files)
        except OSError as error:
            log.warning("speech.not_joined", why=str(error))
        else:
            self._joined[files] = _Joined((joined,), monotonic())

    def _write(self, joined: str, files: Files) -> None:
        if not self._store.is_whole(joined):
            self._store.put(joined, b"".join(self._pieces.read(Path(file).name) for file in files))

    async def tend(self) -> None:
        """Forget what was not played for long, or has been taken away, and remove what nobody plays any more."""
        now = monotonic()
        self._joined = {
            files: joined for files, joined in self._joined.items() if now - joined.played < self._kept
        }
        if now - self._said_since >= self._kept:
            self._said, self._said_since = {}, now
        kept = {Path(joined.files[0]).name for joined in self._joined.values()}
        try:
            lost = await asyncio.to_thread(self._touch, kept)
            await asyncio.to_thread(self._remove_old, kept)
        except OSError as error:
            log.warning("speech.not_tended", why=str(error))
        else:
            self._joined = {
                files: joined
                for files, joined in self._joined.items()
                if Path(joined.files[0]).name not in lost
            }

    def _touch(self, names: Iterable[str]) -> set[str]:
        """Those that are not there."""
        return {name for name in names if not self._store.touch(name)}

    def _remove_old(self, kept: set[str]) -> None:
        """Those that an earlier process has left too, whole or not."""
        before = time() - self._kept
        for entry in os.scandir(self._store.folder):
            with suppress(FileNotFoundError):
                if entry.name.removesuffix(SUFFIX) not in kept and entry.stat().st_mtime < before:
                    Path(entry).unlink()
