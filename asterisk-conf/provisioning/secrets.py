"""The passwords: made at the first run, the owner's alone, never made anew."""

import json
import os
import secrets
from pathlib import Path
from typing import Any


def ensure(state: Path) -> dict[str, Any]:
    """The passwords in ``state``/secrets.json: "ari", "ami", and "phones" by account."""
    file = state / "secrets.json"
    if file.exists():
        file.chmod(0o600)
        known: dict[str, Any] = json.loads(file.read_text())
        return known
    made = {"ari": secrets.token_urlsafe(24), "ami": secrets.token_urlsafe(24), "phones": {}}
    write_private(file, json.dumps(made, indent=2) + "\n")
    return made


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
