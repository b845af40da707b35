"""The calls that are open, where they survive the process: in files that are their owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

from structlog.testing import capture_logs

from hanvisa.calllog.open_calls import FOLDER, OpenCallsInState


def test_what_is_kept_is_there_for_the_next_process_until_it_is_forgotten(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    calls.keep("hv-k-1", "first")
    calls.keep("hv-k-1", "å")
    calls.keep("hv-k-2", "second")
    calls.forget("hv-k-2")
    calls.forget("hv-k-2")
    assert OpenCallsInState(tmp_path).left() == {"hv-k-1": "å"}
    [file] = (tmp_path / FOLDER).iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


def test_a_shorter_one_is_read_without_what_a_longer_one_has_left(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    for written in ('{"stage":"a longer one"}', "{}", '{"stage":"in between"}', '{"a":1}'):
        calls.keep("hv-k-1", written)
        assert OpenCallsInState(tmp_path).left() == {"hv-k-1": written}


def test_where_nothing_can_be_written_the_calls_go_on_and_it_is_told_once(tmp_path: Path) -> None:
    calls = OpenCallsInState(tmp_path)
    (tmp_path / FOLDER).rmdir()
    with capture_logs() as logged:
        calls.keep("hv-k-1", "first")
        calls.keep("hv-k-1", "second")
        calls.forget("hv-k-1")
    assert [entry["event"] for entry in logged] == ["calls.not_written_down"]
