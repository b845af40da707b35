"""What is said again and again is put together: Asterisk opens one file, and tells of one, in place of thirty.

Said for the second time it is put together beside the calls, and the next caller hears it so (docs/adr/0124). Nobody
waits for it, and where it can't be written nothing is lost: it is played in its pieces.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from hanvisa.speech.store import SoundStore, name_of

log = structlog.get_logger(__name__)

SWEEP_EVERY = 3600.0  # seconds
MOST = 500  # a referral of 24 seconds is 190 kB

Files = tuple[str, ...]
"""As Asterisk plays them, one after the other: absolute, without suffix."""


FOLDER = "joined"  # beside the pieces


def joined_file(files: Files) -> str:
    """The file in which those are put together, where they are."""
    names = [Path(file).name for file in files]
    return str(Path(files[0]).parent / FOLDER / name_of("joined", *names))


@dataclass(slots=True)
class _Joined:
    file: Files
    played: bool = True  # since the last sweep


class JoinedSounds:
    """Puts together sounds of ``pieces``, in a folder inside its own.

    One that was not played from one sweep to the next is removed: whoever hears it then began long ago. They are
    so many seconds apart.
    """

    def __init__(self, pieces: SoundStore, every: float = SWEEP_EVERY, most: int = MOST) -> None:
        self._pieces = pieces
        self._store = SoundStore(pieces.folder / FOLDER)
        self._every = every
        self._most = most
        self._joined: dict[Files, _Joined] = {}
        self._said_once: set[Files] = set()
        self._due: asyncio.Queue[Files] = asyncio.Queue()

    def in_one(self, files: Files) -> Files:
        """The one file that sounds the same, or those themselves where there is none. Never waits.

        What isn't of the pieces, as a message, is never put together: another may come to lie there, and nobody keeps
        two of it.
        """
        if (joined := self._joined.get(files)) is not None:
            joined.played = True
            return joined.file
        if len(files) > 1 and all(map(self._pieces.holds, files)):
            self._said(files)
        return files

    def _said(self, files: Files) -> None:
        if files in self._said_once:
            self._said_once.discard(files)
            self._due.put_nowait(files)
        else:
            self._said_once.add(files)

    async def run(self) -> None:
        """Put together what is due, one after the other, and sweep."""
        time = asyncio.get_running_loop().time
        next_sweep = time() + self._every
        while True:
            try:
                async with asyncio.timeout_at(next_sweep):
                    files = await self._due.get()
            except TimeoutError:
                await self.sweep()
                next_sweep = time() + self._every
            else:
                await self._join(files)

    async def _join(self, files: Files) -> None:
        if len(self._joined) >= self._most:
            return
        joined = joined_file(files)
        try:
            await asyncio.to_thread(self._write, Path(joined).name, files)
        except OSError as error:
            log.warning("speech.not_joined", why=str(error))
        else:
            self._joined[files] = _Joined((joined,))

    def _write(self, joined: str, files: Files) -> None:
        if not self._store.is_whole(joined):
            self._store.put(joined, b"".join(self._pieces.read(Path(file).name) for file in files))

    async def sweep(self) -> None:
        """Remove what was not played since the last time, and what was left by an earlier process."""
        self._joined = {files: joined for files, joined in self._joined.items() if joined.played}
        for joined in self._joined.values():
            joined.played = False
        self._said_once.clear()
        kept = {Path(joined.file[0]).name for joined in self._joined.values()}
        try:
            await asyncio.to_thread(self._store.keep_only, kept)
        except OSError as error:
            log.warning("speech.not_removed", why=str(error))
