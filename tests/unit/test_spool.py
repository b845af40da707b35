"""What Asterisk has recorded."""

from __future__ import annotations

from pathlib import Path

from structlog.testing import capture_logs

from hanvisa.spool import Spool


async def test_what_cannot_be_removed_is_told_and_ends_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    Path(spool.path("hv-rec-1")).with_suffix(".wav").mkdir()  # nothing that could be unlinked
    with capture_logs() as told:
        await spool.discard("hv-rec-1")
        await spool.discard("hv-rec-2")
    assert [(one["event"], one["recording"]) for one in told] == [("spool.not_discarded", "hv-rec-1")]
