"""All speech of the register, made before anybody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.loading import LOADERS
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser


async def speak_beforehand(settings: Settings, progress: Callable[[int, int], None]) -> int:
    """Make all speech of the register; the number of pieces that can't be made. ``progress``: how many of how many.

    Raises StorageError.
    """
    database = open_database(settings.database_url)
    directory = SnapshotDirectory(database)
    voice = SpeechLibrary(settings.state, EspeakSynthesiser())
    try:
        database.must_exist()
        await directory.refresh(LOADERS)
        failed = await asyncio.gather(
            voice.prepare_catalogue(), voice.prepare_register(directory.register, progress)
        )
        return sum(failed)
    finally:
        await database.close()
