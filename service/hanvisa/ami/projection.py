"""What the fallback must know, kept in AstDB: who is where, who is absent until when, and the files to be played.

Only differences are written. The first time, and after each new connection, what is there is read before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from hanvisa.ami import announcements, entries, wire
from hanvisa.ami.announcements import Announcement
from hanvisa.ami.manager import Manager
from hanvisa.calls.ports import Clock
from hanvisa.calls.prompts import Prompt
from hanvisa.errors import HanvisaError, InvalidInput, SpeechError, TelephonyError
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register

log = structlog.get_logger(__name__)

_ROOT = "hanvisa"
_FAR = 9999999999  # epoch seconds: an absence until cancelled
_AGAIN_AFTER = 1.0  # seconds, when Asterisk did not take the changes

_OURS = {"setting", *(each.name for each in entries.FAMILIES), *(each.name for each in announcements.SPOKEN)}

Known = dict[str, str]


class Announcer(Protocol):
    """Who makes an announcement's file: its path without suffix. Raises `SpeechError` or OSError when it can't."""

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str: ...


class Projection:
    """``outside_prefix`` is what must be dialled before an outside number, "" when nothing must."""

    def __init__(
        self, manager: Manager, announcer: Announcer, clock: Clock, outside_prefix: str = ""
    ) -> None:
        self._manager = manager
        self._announcer = announcer
        self._clock = clock
        self._settings = {"outside_prefix": outside_prefix} if outside_prefix else {}
        self._known: dict[str, Known] | None = None
        self._made_from: dict[str, Register] = {}
        self._files: dict[str, dict[Prompt, str]] = {}
        self._wanted: Register | None = None
        self._wake = asyncio.Event()
        manager.on_connected(self._start_over)

    def request(self, register: Register) -> None:
        """Have `run` project this register soon. Never waits; only the newest one counts."""
        self._wanted = register
        self._wake.set()

    async def run(self) -> None:
        """Project what is requested, for ever. While Asterisk is away it waits for it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._wanted is None or not self._manager.connected:
                continue  # the next connection wakes again
            try:
                await self.project(self._wanted)
            except HanvisaError as error:
                log.warning("projection.failed", why=str(error))
                await asyncio.sleep(_AGAIN_AFTER)
                self._wake.set()

    async def project(self, register: Register) -> None:
        """Bring AstDB to what the register says. The most needed comes first; speech that is not yet there, last.

        Ends early, with the speech unfinished, when a newer register was requested. Raises `TelephonyError`.
        """
        try:
            await self._project(register)
        except TelephonyError:
            self._known = None  # what was written is not known: read it the next time
            raise

    async def _project(self, register: Register) -> None:
        known = self._known
        if known is None:
            known = self._known = await self._read()
            self._made_from.clear()
        await self._write(known, "setting", self._settings)
        for family in entries.FAMILIES:
            if self._is_old(family.name, family.tables, register):
                # In a thread: ten thousand persons take a while, and calls must not wait for it.
                await self._write(known, family.name, await asyncio.to_thread(dict, family.entries(register)))
                self._made_from[family.name] = register
        now = self._clock.now()
        for spoken in announcements.SPOKEN:
            if self._is_old(spoken.name, spoken.tables, register):
                wanted = await asyncio.to_thread(list, spoken.announcements(register, now))
                if not await self._speak(known, spoken.name, wanted, now):
                    return
                self._made_from[spoken.name] = register

    async def _read(self) -> dict[str, Known]:
        """What is there, by family; families that we do not write are removed."""
        known = _by_family(await self._manager.db_tree(_ROOT))
        for family in known.keys() - _OURS:
            await self._manager.db_del_tree(f"{_ROOT}/{family}")
        return known

    def _is_old(self, family: str, tables: Sequence[str], register: Register) -> bool:
        before = self._made_from.get(family)
        return before is None or any(
            getattr(before, table) is not getattr(register, table) for table in tables
        )

    async def _speak(
        self, known: dict[str, Known], family: str, wanted: Sequence[Announcement], now: datetime
    ) -> bool:
        """Make the files and write the family. False, with nothing written, when a newer register was requested."""
        before = self._files.get(family, {})
        files = self._files[family] = {}
        made: Known = {}
        for announcement in wanted:
            prompt = announcement.prompt
            files[prompt] = before.get(prompt) or await self._files_of(prompt, now)
            await asyncio.sleep(0)
            if self._wake.is_set():
                self._files[family] = before | files
                return False
            value = _value(announcement, files[prompt])
            if value:
                made[announcement.key] = value
        await self._write(known, family, made)
        return True

    async def _files_of(self, prompt: Prompt, now: datetime) -> str:
        """Swedish & English; "" when they can't be made, and the fallback says something general."""
        try:
            files = [await self._announcer.announce_file(prompt, language, now) for language in Language]
        except (SpeechError, OSError) as error:
            log.warning("projection.unspoken", prompt=repr(prompt), why=str(error))
            return ""
        return "&".join(files)

    async def _write(self, all_known: dict[str, Known], family: str, wished: Mapping[str, str]) -> None:
        known = all_known.get(family, {})
        gone = [key for key in known if key not in wished]
        changed = {
            key: value
            for key, value in wished.items()
            if known.get(key) != value and _can_be_sent({**_place(family, key), "Val": value})
        }
        await self._manager.pipelined(("DBDel", _place(family, key)) for key in gone)
        await self._manager.pipelined(
            ("DBPut", {**_place(family, key), "Val": value}) for key, value in changed.items()
        )
        all_known[family] = dict(wished)
        if gone or changed:
            log.info("projection.written", family=family, changed=len(changed), gone=len(gone))

    def _start_over(self) -> None:
        self._known = None
        self._wake.set()


def _value(announcement: Announcement, files: str) -> str:
    """An absence is kept without its files too: the phone must not ring."""
    if announcement.start is None:
        return files
    end = int(announcement.end.timestamp()) if announcement.end else _FAR
    return f"{int(announcement.start.timestamp())}&{end}&{files}"


def _place(family: str, key: str) -> dict[str, str]:
    """AMI's Family and Key: the key is what stands after the last slash."""
    *folders, last = key.split("/")
    return {"Family": "/".join((_ROOT, family, *folders)), "Key": last}


def _can_be_sent(headers: Mapping[str, str]) -> bool:
    """One entry that is too long must not keep out all the others."""
    try:
        wire.encode("DBPut", "", headers)
    except InvalidInput as error:
        log.warning("projection.left_out", key=headers["Key"], family=headers["Family"], why=str(error))
        return False
    return True


def _by_family(tree: Mapping[str, str]) -> dict[str, Known]:
    families: dict[str, Known] = {}
    for path, value in tree.items():
        family, _, key = path.removeprefix(f"/{_ROOT}/").partition("/")
        families.setdefault(family, {})[key] = value
    return families
