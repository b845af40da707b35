"""The long run's table, and what it says of what was promised."""

from dataclasses import replace
from pathlib import Path

import pytest

from hanvisa.lab.figures import write_part
from hanvisa.lab.readings import Reading
from hanvisa.lab.soak import Soaked, is_met, table

REST = Reading(200.0, 60.0, 40, 80, 50, 0, 0, 0, 0)
BUSY = replace(REST, service_mb=230.0, channels=70, bridges=4, tasks=120)
WELL = Soaked(
    60,
    35,
    1000,
    1000,
    1000,
    1000,
    (REST, BUSY, BUSY, BUSY, BUSY, BUSY, replace(BUSY, channels=0, bridges=0, tasks=50)),
)


def ends(**changed: float) -> Soaked:
    *before, last = WELL.readings
    return replace(WELL, readings=(*before, replace(last, **changed)))  # type: ignore[arg-type]


def test_all_that_was_promised_is_kept() -> None:
    assert all(is_met(WELL).values()), is_met(WELL)


@pytest.mark.parametrize(
    ("soaked", "promise"),
    [
        (replace(WELL, well=999), "every call that was placed ended well"),
        (replace(WELL, logged=1001), "placed = in the log and ended there + not taken in time"),
        (replace(WELL, ended=999), "placed = in the log and ended there + not taken in time"),
        (ends(not_taken=1), "placed = in the log and ended there + not taken in time"),
        (ends(channels=1), "no channel, bridge or recording is left"),
        (ends(recordings=1), "no channel, bridge or recording is left"),
        (ends(tasks=51), "tasks as before, and open files, 10 more at most"),
        (ends(service_files=51), "tasks as before, and open files, 10 more at most"),
        (ends(asterisk_files=91), "tasks as before, and open files, 10 more at most"),
        (ends(service_mb=245.0), "memory since it was warm at most 5% more"),
        (ends(asterisk_mb=64.0), "memory since it was warm at most 5% more"),
    ],
)
def test_what_is_not_kept_is_said(soaked: Soaked, promise: str) -> None:
    assert [name for name, kept in is_met(soaked).items() if not kept] == [promise]
    assert f"| {promise} | **no** |" in table(soaked)


def test_a_part_of_the_document_is_written_and_the_rest_left(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    document.write_text("Before\n<!-- soak -->\nold\n<!-- /soak -->\nAfter\n")
    write_part(document, "soak", "new\n")
    assert document.read_text() == "Before\n<!-- soak -->\nnew\n<!-- /soak -->\nAfter\n"
    with pytest.raises(ValueError, match="<!-- faults -->"):
        write_part(document, "faults", "new\n")
