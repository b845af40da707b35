"""Files that only their owner may read, written whole or not at all, and the passwords in one of them.

All that changes passwords raises ConfigurationError when their file (secrets.json) is damaged.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from hanvisa.errors import ConfigurationError

_ONE = Lock()  # that changes the file at a time
_BYTES = 18  # of a password: 24 characters that every phone's settings page takes


def write_private(path: Path, text: str) -> None:
    """Replace the file with ``text``, readable by its owner alone. A reader sees the old file or the new one."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def replace_if_other(path: Path, text: str) -> bool:
    """As `write_private`, where the file has another text, or there is none; whether it was so."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_private(path, text)
    return True


def phone_passwords(path: Path, accounts: Iterable[str]) -> dict[str, str]:
    """The password of each account, made and kept in the file (secrets.json) where there was none."""
    with _changing(path) as kept:
        passwords: dict[str, str] = kept.setdefault("phones", {})
        missing = (account for account in accounts if account not in passwords)
        passwords.update((account, secrets.token_urlsafe(_BYTES)) for account in missing)
    return passwords


def keep_calendar_password(path: Path, account: str, password: str) -> None:
    """The password of USER@HOST for a calendar server, in the file (secrets.json)."""
    with _changing(path) as kept:
        kept.setdefault("calendars", {})[account] = password


def keep_own_calendar_password(path: Path, calendar: UUID, account: str, password: str | None) -> None:
    """The password of USER@HOST for this calendar alone, in place of the one that it had; None: it has none."""
    with _changing(path) as kept:
        passwords: dict[str, str] = kept.setdefault("calendars", {})
        for name in [name for name in passwords if name.startswith(f"{calendar} ")]:
            del passwords[name]
        if password is not None:
            passwords[f"{calendar} {account}"] = password


def forget_calendar_password(path: Path, calendar: UUID) -> None:
    """The calendar's own; those of a server's account are others' too."""
    keep_own_calendar_password(path, calendar, "", None)


@contextmanager
def _changing(path: Path) -> Iterator[dict[str, Any]]:
    """What the file holds. Written when it differs, and by nobody else of this process meanwhile."""
    with _ONE:
        text = path.read_bytes() if path.exists() else b"{}"
        kept = _passwords(text, path)
        yield kept
        if kept != json.loads(text):
            write_private(path, json.dumps(kept, indent=2, ensure_ascii=False) + "\n")


def _passwords(text: bytes, path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None  # what it holds would be in the error
    if not isinstance(kept, dict):
        raise ConfigurationError(
            f"{path} is damaged: it holds no JSON object. Restore it from a backup, or move it away and run "
            "asterisk-conf/provision: phones then get new passwords, and those of calendars and the mail server are to "
            "be given again."
        )
    return kept
