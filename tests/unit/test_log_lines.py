"""What can't be logged ends nothing."""

import errno
import io

import structlog

from hanvisa.log_lines import UnfailingFactory


class Full(io.StringIO):
    """A file on a disk that is full, for as long as it is."""

    is_full = True

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_full_disk_loses_lines_and_raises_nothing() -> None:
    file = Full()
    log = structlog.wrap_logger(UnfailingFactory(file)(), processors=[structlog.processors.LogfmtRenderer()])
    for told in (log.debug, log.info, log.warning, log.error, log.critical, log.exception):
        told("lost")
    file.is_full = False
    log.info("told")
    assert file.getvalue() == "event=told\n"
