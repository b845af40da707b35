"""A system on disk with something of every kind in it, and how it is saved and put back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from hanvisa.backup.making import Made, make_backup
from hanvisa.backup.restoring import Restored, restore_backup
from hanvisa.calls.ports import CallEntry
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.calls import CallRecords

NOW = datetime(2026, 8, 5, 8, 0, tzinfo=UTC)
SECRET = "phone-password"  # noqa: S105 - made up
FILES = {
    "messages/m.wav": b"a message",
    "recordings/own/o.wav": b"a name",
    "recordings/sv/anna-berg.wav": b"by people",
    "recordings/threats/t.wav": b"a threat",
    "outbox/00000000000000000001.jsonl": b'["hv-1",7,"2026-08-05T08:00:00+00:00","closed",{}]\n',
    "asterisk/spool/recording/hv-threat-1.wav": b"not kept elsewhere",
    "secrets.json": json.dumps({"phones": {"hallefors-201": SECRET}}).encode(),
}
NOT_KEPT = {
    "sounds/s.alaw": b"can be made anew",
    "texts/1.json": b"would be sent twice",
    "asterisk/etc/pjsip.conf": b"made by provision",
}


async def furnish(demo: Database, url: str, folder: Path) -> Settings:
    """The demo's directory has calls, and files of every kind beside it."""
    settings = Settings(state=folder / "here", database_url=url)
    for name, content in {**FILES, **NOT_KEPT}.items():
        file = settings.state / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    await CallRecords(demo).append(
        [
            CallEntry("hv-0", 1, NOW, "opened", {"caller": "+46980319244", "called": "201"}),
            CallEntry("hv-0", 2, NOW, "decision", {"decision": "OpeningFacts", "facts": {"a": 1}}),
            CallEntry("hv-0", 3, NOW, "closed", {}),
        ]
    )
    return settings


def make(settings: Settings, file: Path, **options: bool) -> Made:
    return make_backup(settings, file, NOW, _nothing_takes_long, **options)


async def restore(settings: Settings, file: Path, *, over: bool = False) -> Restored:
    return await restore_backup(settings, file, _nothing_takes_long, over=over)


def _nothing_takes_long(words: str) -> None:
    raise AssertionError(words)
