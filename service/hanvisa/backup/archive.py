"""What a backup is: a ZIP file that its owner alone may read, with the database and parts of the state folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from hanvisa.errors import InvalidInput, StorageError

FORMAT = 1
MANIFEST = "hanvisa.json"
DATABASE = "hanvisa.sqlite"
SECRETS = "secrets.json"
OUTBOX = "outbox"  # what happened in calls and is not in the database yet
SOUNDS = (
    "messages",
    "recordings",
    "asterisk/spool/recording",  # what could not be kept elsewhere, the recordings of threats among it
)
KEPT = (DATABASE, SECRETS, OUTBOX, *SOUNDS)
# What else the service has in its state folder, and why it is in no backup.
LEFT_OUT = {
    "leading.lock": "it holds nothing: whose turn it is goes with the process (leading.py)",
    "calls": "the calls that were up then are not",
    "asterisk": "made by asterisk-conf/provision and from the register",
    "proxy": "made from the register and the passwords, for Kamailio (docs/scaling.md)",
    "sounds": "made from the register and the recordings",
    "texts": "a text message is sent once only, and one that was put back would be sent again",
}
CHUNK = 1 << 20  # bytes
_FOUND = "lost+found"  # at the top of a disk

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Manifest:
    """``step`` is the database's migration, "" where it is not in the backup."""

    database: str
    step: str
    made_at: str
    version: str
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)


def read_manifest(archive: ZipFile) -> Manifest:
    """Raises InvalidInput."""
    try:
        return Manifest(**json.loads(archive.read(MANIFEST)))
    except (KeyError, ValueError, TypeError, BadZipFile) as error:
        raise InvalidInput(
            f"{archive.filename} is no backup of hanvisa's: {MANIFEST} in it can't be read ({error})."
        ) from error


def check_names(archive: ZipFile) -> None:
    """Raises InvalidInput for a file in it that would land where no backup has anything to do."""
    for name in archive.namelist():
        if name != MANIFEST and not _is_kept(PurePosixPath(name)):
            raise InvalidInput(f"{archive.filename} is no backup of hanvisa's: it has a file “{name[:100]}”.")


def _is_kept(path: PurePosixPath) -> bool:
    is_inside = not path.is_absolute() and ".." not in path.parts and "\\" not in str(path)
    return is_inside and any(path == PurePosixPath(kept) or path.is_relative_to(kept) for kept in KEPT)


def files_below(state: Path, folder: str) -> Iterator[Path]:
    """The files that are there now, in order; a folder that is not there has none.

    A link to a folder is followed, which may be on a disk of its own, unless it leads back; one to a file is not.
    What the file system has found on such a disk is nobody's (`lost+found`), and root's alone.

    Raises StorageError for a link that leads nowhere, and for a folder that can't be read.
    """
    return _files(state / folder, frozenset({state.resolve()}))


def _files(path: Path, above: frozenset[Path]) -> Iterator[Path]:
    if path.is_dir():
        place = path.resolve()
        if not any(one.is_relative_to(place) for one in above):
            for below in _folder(path, place):
                yield from _files(below, above | {place})
    elif path.is_symlink():
        if not path.exists():
            raise StorageError(
                f"{path} is a link to {path.readlink()}, which is not there: mount the disk, or remove the link."
            )
    elif path.is_file():
        yield path


def _folder(path: Path, place: Path) -> list[Path]:
    try:
        found = sorted(path.iterdir())
    except PermissionError as error:
        raise StorageError(
            f"{path} can't be read: {error.strerror}. Give it to the account that runs this command, or run it as root."
        ) from error
    return [one for one in found if one.name != _FOUND] if place.is_mount() else found
