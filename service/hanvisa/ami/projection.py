"""What the fallback must know, kept in AstDB: who is where, who is absent until when, and the files to be played.

Only differences are written. What is there already is told by a digest of each family, kept beside them: a hundred
thousand persons are not read back at each start. Where it tells of something else the family is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Protocol

import structlog

from hanvisa.ami import announcements, entries, wire
from hanvisa.ami.announcements import Announcement
from hanvisa.ami.manager import Manager
from hanvisa.calls.ports import Clock
from hanvisa.calls.prompts import Prompt
from hanvisa.errors import HanvisaError, InvalidInput, SpeechError, TelephonyError, Unavailable
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register

log = structlog.get_logger(__name__)

_ROOT = "hanvisa"
_FAR = 9999999999  # epoch seconds: an absence until cancelled
_AGAIN_AFTER = 1.0  # seconds, when Asterisk did not take the changes

_DIGESTS = "digest"  # the family with the others' digests; without one while the family is being written
_OURS = {"setting", *(each.name for each in entries.FAMILIES), *(each.name for each in announcements.SPOKEN)}

Known = dict[str, str]
Digests = dict[str, str]


class Announcer(Protocol):
    """Who makes an announcement's file: its path without suffix. Raises `SpeechError` or OSError when it can't."""

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str: ...


class Projection:
    """``settings`` are those that the dialplan goes by, by the names that dialplan/README.md gives them."""

    def __init__(
        self, manager: Manager, announcer: Announcer, clock: Clock, settings: Mapping[str, str]
    ) -> None:
        self._manager = manager
        self._announcer = announcer
        self._clock = clock
        self._settings = dict(settings)
        self._digests: Digests | None = None  # as AstDB has them; None: not known
        self._known: dict[
            str, Known
        ] = {}  # what is spoken; the rest follows from the register it was made from
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
        self._wake.set()
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
            self._digests = None  # what was written is not known: read it the next time
            raise

    async def _project(self, register: Register) -> None:
        digests = self._digests
        if digests is None:
            self._made_from.clear()
            self._known.clear()
            digests = self._digests = await self._read_digests()
        await self._keep(digests, "setting", self._settings)
        for family in entries.FAMILIES:
            if self._is_old(family.name, family.tables, register):
                await self._derive(digests, family, register)
                self._made_from[family.name] = register
        now = self._clock.now()
        for spoken in announcements.SPOKEN:
            if self._is_old(spoken.name, spoken.tables, register):
                wanted = await asyncio.to_thread(list, spoken.announcements(register, now))
                if not await self._speak(digests, spoken.name, wanted, now):
                    return
                self._made_from[spoken.name] = register
        log.info("projection.ready")

    async def _read_digests(self) -> Digests:
        """By family; families that we do not write are removed."""
        digests = {
            key.rpartition("/")[2]: digest
            for key, digest in (await self._manager.db_tree(f"{_ROOT}/{_DIGESTS}")).items()
        }
        there = digests or {key.split("/")[2] for key in await self._manager.db_tree(_ROOT)}
        for family in set(there) - _OURS:
            await self._manager.db_del_tree(f"{_ROOT}/{family}")
            if digests.pop(family, None) is not None:
                await self._manager.db_del(f"{_ROOT}/{_DIGESTS}", family)
        return digests

    def _is_old(self, family: str, tables: Sequence[str], register: Register) -> bool:
        before = self._made_from.get(family)
        return before is None or any(
            getattr(before, table) is not getattr(register, table) for table in tables
        )

    async def _derive(self, digests: Digests, family: entries.Family, register: Register) -> None:
        """In threads: a hundred thousand persons take a second, and calls must not wait for it."""
        digest = await asyncio.to_thread(_digest, family.entries(register))
        if digests.get(family.name) != digest:
            before = self._made_from.get(family.name)
            known = await asyncio.to_thread(dict, family.entries(before)) if before else None
            wished = await asyncio.to_thread(dict, family.entries(register))
            await self._write(digests, family.name, known, wished, digest)

    async def _keep(self, digests: Digests, family: str, wished: Known) -> None:
        digest = await asyncio.to_thread(_digest, wished.items())
        if digests.get(family) != digest:
            await self._write(digests, family, self._known.get(family), wished, digest)
        self._known[family] = wished

    async def _speak(
        self, digests: Digests, family: str, wanted: Sequence[Announcement], now: datetime
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
        await self._keep(digests, family, made)
        return True

    async def _files_of(self, prompt: Prompt, now: datetime) -> str:
        """Swedish & English; "" when they can't be made, and the fallback says something general."""
        try:
            files = [await self._announcer.announce_file(prompt, language, now) for language in Language]
        except (SpeechError, OSError) as error:
            log.warning("projection.unspoken", prompt=repr(prompt), why=str(error))
            return ""
        return "&".join(files)

    async def _write(
        self, digests: Digests, family: str, known: Known | None, wished: Known, digest: str
    ) -> None:
        """``known`` None: what is there is read."""
        if known is None:
            known = _below(family, await self._manager.db_tree(f"{_ROOT}/{family}"))
        gone = [key for key in known if key not in wished]
        changed = {
            key: value
            for key, value in wished.items()
            if known.get(key) != value and _can_be_sent({**_place(family, key), "Val": value})
        }
        if digests.pop(family, None) is not None:
            await self._manager.db_del(f"{_ROOT}/{_DIGESTS}", family)
        await self._manager.pipelined(("DBDel", _place(family, key)) for key in gone)
        await self._manager.pipelined(
            ("DBPut", {**_place(family, key), "Val": value}) for key, value in changed.items()
        )
        if self._digests is not digests:
            raise Unavailable(f"Asterisk was connected anew while {family} was written: it may be another.")
        await self._manager.db_put(f"{_ROOT}/{_DIGESTS}", family, digest)
        digests[family] = digest
        if gone or changed:
            log.info("projection.written", family=family, changed=len(changed), gone=len(gone))

    def _start_over(self) -> None:
        self._digests = None
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


def _below(family: str, tree: Mapping[str, str]) -> Known:
    return {path.removeprefix(f"/{_ROOT}/{family}/"): value for path, value in tree.items()}


def _digest(entries_: Iterable[tuple[str, str]]) -> str:
    digest = sha256()
    for key, value in entries_:
        digest.update(f"{key}={value}\n".encode())
    return digest.hexdigest()
