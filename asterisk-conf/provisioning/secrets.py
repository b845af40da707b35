"""The passwords: made at the first run, the owner's alone. One that is there is never made anew."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from provisioning.problem import Problem


def ensure(state: Path) -> dict[str, Any]:
    """The passwords in ``state``/secrets.json: "ari", "ami", "phones" by account, and what the service keeps there.

    Raises:
        Problem: the file is damaged.
    """
    file = state / "secrets.json"
    known = _read(file) if file.exists() else {}
    made = {"ari": secrets.token_urlsafe(24), "ami": secrets.token_urlsafe(24), "phones": {}, **known}
    if made != known:
        write_private(file, json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    return made


def _read(file: Path) -> dict[str, Any]:
    file.chmod(0o600)
    try:
        known = json.loads(file.read_bytes())
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise Problem(
            f"{file} is damaged: it holds no JSON object. Restore it from a backup, or move it away and run this "
            "again: phones then get new passwords, and those of calendars and the mail server are to be given again."
        )
    return known


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
