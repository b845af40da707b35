"""The outbox's folder: a file a message, only its owner's to read. Its suffix says how far it has come.

.json waits, .sending is being handed to the gateway, .sent was taken, .aside will not be sent. A file appears whole,
and moves from one to the other by being renamed. What was sent is kept for a day, to be counted; all else for a month
(set aside, for whoever wants to know why): the night's purge takes what is over.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from hanvisa.policy.facts import aware
from hanvisa.policy.texts import A_DAY, TextMessage

log = structlog.get_logger(__name__)

WAITING, SENDING, SENT, ASIDE, NEW = ".json", ".sending", ".sent", ".aside", ".new"
QUEUED = (WAITING, SENDING, SENT, ASIDE)
LOCK = "lock"
KEPT_FOR = timedelta(days=30)  # what was not sent, or nobody knows of


@dataclass(frozen=True, slots=True)
class Waiting:
    """``at`` is when it was queued (UTC)."""

    id: str
    at: datetime
    text: TextMessage


class Spool:
    """Methods raise OSError when the disk fails."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = folder

    def add(self, waiting: Waiting) -> bool:
        """Write it down; False when it is there already. It survives the process, not yet a power cut."""
        if any(self._path(waiting.id, suffix).exists() for suffix in (WAITING, SENDING, SENT)):
            return False
        fields = {"at": waiting.at.isoformat(), "to": waiting.text.to, "words": waiting.text.words}
        new = self._path(waiting.id, NEW)
        with os.fdopen(
            os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(fields, file, ensure_ascii=False)
        new.rename(self._path(waiting.id, WAITING))
        return True

    def ids(self, suffix: str) -> list[str]:
        return sorted(file.name.removesuffix(suffix) for file in self._folder.glob(f"*{suffix}"))

    def queued(self) -> Iterator[Waiting]:
        """All that are kept, however far they have come; what is torn is left out."""
        return queued_in(self._folder)

    def read(self, id_: str) -> Waiting | None:
        """The message, None when there is none: a torn file is logged and set aside."""
        for suffix in (WAITING, SENDING):
            try:
                return _waiting(id_, self._path(id_, suffix).read_text(encoding="utf-8"))
            except FileNotFoundError:
                continue
            except (ValueError, KeyError, TypeError) as error:
                log.warning("texts.torn", text=id_, why=type(error).__name__)
                self.set_aside(id_)
        return None

    def begin(self, id_: str) -> None:
        """It is about to be sent: on the disk itself, so that not even a power cut lets it be sent again."""
        sending = self._path(id_, SENDING)
        if not sending.exists():
            self._path(id_, WAITING).rename(sending)
        for path in (sending, self._folder):
            _sync(path)

    def wait_again(self, id_: str) -> None:
        self._path(id_, SENDING).rename(self._path(id_, WAITING))

    def keep_sent(self, id_: str) -> None:
        self._path(id_, SENDING).rename(self._path(id_, SENT))

    def set_aside(self, id_: str) -> None:
        for suffix in (WAITING, SENDING):
            with suppress(FileNotFoundError):
                self._path(id_, suffix).rename(self._path(id_, ASIDE))

    @contextmanager
    def lock(self) -> Iterator[int]:
        """The folder's lock, to be taken with :func:`take`. It is free when the process dies, however it does."""
        file = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield file
        finally:
            os.close(file)

    def _path(self, id_: str, suffix: str) -> Path:
        return self._folder / f"{id_}{suffix}"


def queued_in(folder: Path) -> Iterator[Waiting]:
    """All that are kept there; what is torn is left out."""
    for suffix in QUEUED:
        for file in sorted(folder.glob(f"*{suffix}")):
            waiting = _queued(file)
            if waiting is not None:
                yield waiting


def delete(folder: Path, id_: str) -> None:
    """The message, however far it comes meanwhile: it goes on in this order, or from the second to the first."""
    for suffix in (*QUEUED, WAITING):
        (folder / f"{id_}{suffix}").unlink(missing_ok=True)


def over(folder: Path, now: datetime) -> Iterator[Path]:
    """The files that have been kept for as long as they may be: a day from when it was queued what was sent."""
    for file in folder.glob("*"):
        kept_for = A_DAY if file.suffix == SENT else KEPT_FOR
        with suppress(FileNotFoundError):  # it has just moved on
            if file.name != LOCK and file.stat().st_mtime < (now - kept_for).timestamp():
                yield file


def take(lock: int) -> bool:
    """False when somebody else has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waiting(id_: str, text: str) -> Waiting:
    fields = json.loads(text)
    return Waiting(
        id_, aware(datetime.fromisoformat(fields["at"])), TextMessage(fields["to"], fields["words"])
    )


def _queued(file: Path) -> Waiting | None:
    """None where it has just moved on, or is torn."""
    try:
        return _waiting(file.stem, file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
