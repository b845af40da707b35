"""All speech of the register, made before anybody calls: by the service, and by a command beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from hanvisa.config import Settings
from hanvisa.directory.existing import existing_database
from hanvisa.directory.loading import LOADERS
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.following import Follower
from hanvisa.policy.register import Register
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser

log = structlog.get_logger()

AGAIN = 300.0  # seconds: where there is no synthesiser at all, trying takes the processor from calls
_SPEECH = frozenset({"persons", "reasons", "departments", "organisations", "switchboards"})


def keep_spoken(voice: SpeechLibrary, register: Callable[[], Register], again: float = AGAIN) -> Follower:
    """Has the speech made that a change of the register needs. What can't be made is tried ``again``, in seconds."""

    async def make() -> None:
        failed = await voice.prepare_catalogue() + await voice.prepare_register(register())
        log.info("speech.ready", failed=failed)
        if failed:
            asyncio.get_running_loop().call_later(again, follower.again)

    follower = Follower("speech", _SPEECH, make)
    return follower


async def speak_beforehand(settings: Settings, progress: Callable[[int, int], None]) -> int:
    """Make all speech of the register; the number of pieces that can't be made. ``progress``: how many of how many.

    Raises StorageError.
    """
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database)
        voice = SpeechLibrary(settings.state, EspeakSynthesiser())
        await directory.refresh(LOADERS)
        failed = await asyncio.gather(
            voice.prepare_catalogue(), voice.prepare_register(directory.register, progress)
        )
        return sum(failed)
