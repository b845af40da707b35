"""Files that only their owner may read, written whole or not at all, and the phones' passwords in one of them."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_BYTES = 18  # of a password: 24 characters that every phone's settings page takes


def write_private(path: Path, text: str) -> None:
    """Replace the file with ``text``, readable by its owner alone. A reader sees the old file or the new one."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def phone_passwords(path: Path, accounts: Iterable[str]) -> dict[str, str]:
    """The password of each account, made and kept in the file (secrets.json) where there was none."""
    kept = _read(path)
    passwords: dict[str, str] = kept.setdefault("phones", {})
    missing = [account for account in accounts if account not in passwords]
    if missing:
        passwords.update((account, secrets.token_urlsafe(_BYTES)) for account in missing)
        _write(path, kept)
    return passwords


def keep_calendar_password(path: Path, account: str, password: str) -> None:
    """The password of USER@HOST for a calendar server, in the file (secrets.json)."""
    kept = _read(path)
    kept.setdefault("calendars", {})[account] = password
    _write(path, kept)


def _read(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


def _write(path: Path, kept: dict[str, Any]) -> None:
    write_private(path, json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
