"""Whoever runs the service starts two processes: one that has the calls, and its keeper, which starts it anew at once.

Reading its modules is most of a start. The keeper has read them, does nothing else, and so has little to die of; the
process that it forks goes on from there. Where that one is killed or hangs, callers wait for its work alone (adr/0120).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Self

import structlog

log = structlog.get_logger()

BEATS_EVERY = 1.0  # seconds
_WHAT_NOHUP_STARTS = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
TOLD_TO_STOP = (signal.SIGTERM, signal.SIGINT, *(() if _WHAT_NOHUP_STARTS else (signal.SIGHUP,)))
_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many ``deaths`` in how many seconds are too many, and for how many seconds what serves may be silent.

    What dies so often would die again: it is left to whoever supervises the keeper, who also has the rescue.
    """

    deaths: int = 3
    within: float = 60.0
    silence: float = 15.0


class Pulse:
    """By it the keeper sees that the loop of what serves goes round."""

    def __init__(self, end: int) -> None:
        self._end = end

    def __enter__(self) -> Self:
        self._next: asyncio.Handle = asyncio.get_running_loop().call_soon(self._beat)
        return self

    def __exit__(self, *_: object) -> None:
        """It ends by itself from here on, and nobody counts any more."""
        self._next.cancel()
        os.close(self._end)

    def _beat(self) -> None:
        with suppress(BlockingIOError):  # the keeper has stood still, and is behind
            os.write(self._end, b".")
        self._next = asyncio.get_running_loop().call_later(BEATS_EVERY, self._beat)


def kept(patience: Patience = Patience()) -> Pulse:
    """Go on in a process of its own, again whenever that dies; it uses what this gives as a context in its loop.

    The keeper itself never comes back from here: it ends as the last one did (SystemExit), with 128 and the signal's
    number where that was killed. SIGTERM, SIGINT and SIGHUP (a terminal is closed) are handed on, as SIGTERM. If the
    keeper dies, what it keeps is killed.
    """
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, {*TOLD_TO_STOP, signal.SIGCHLD})  # they are waited for
    deaths: deque[float] = deque(maxlen=patience.deaths)
    while True:
        forked = _fork()
        if isinstance(forked, Pulse):
            signal.pthread_sigmask(signal.SIG_SETMASK, usual)
            return forked
        code = forked.watch(patience.silence)
        if code >= 0:
            sys.exit(code)
        deaths.append(monotonic())
        too_many = len(deaths) == patience.deaths and deaths[-1] - deaths[0] < patience.within
        if forked.told_to_stop and -code in TOLD_TO_STOP:  # before it listened to that
            sys.exit(0)
        starts_again = not (forked.told_to_stop or too_many)
        log.error("service.died", signal=signal.strsignal(-code), starts_again=starts_again)
        if not starts_again:
            sys.exit(128 - code)


def _fork() -> Pulse | _Kept:
    """The pulse in the new process, the new process in the keeper."""
    keeper = os.getpid()
    ours, theirs = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    process = os.fork()
    if process:
        os.close(theirs)
        return _Kept(process, ours)
    os.close(ours)
    os.setpgid(0, 0)  # Ctrl-C comes from the keeper, once
    dies_with(keeper)
    return Pulse(theirs)


def dies_with(parent: int) -> None:
    """Be killed when the parent ends, however it does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it had ended before this could be told


class _Kept:
    """What serves, as its keeper sees it."""

    def __init__(self, process: int, beats: int) -> None:
        self.told_to_stop = False
        self._process = process
        self._beats = beats

    def watch(self, silence: float) -> int:
        """Until it has ended; its exit code, negative for a signal's. It is killed after so many seconds of silence."""
        missed: int | None = None  # beats, from the first to the last: a start and an end take what they take
        while True:
            told = signal.sigtimedwait({*TOLD_TO_STOP, signal.SIGCHLD}, BEATS_EVERY)
            stop = told is not None and told.si_signo in TOLD_TO_STOP
            self.told_to_stop |= stop
            if (code := self._ended()) is not None:
                os.close(self._beats)
                return code
            if told is None:
                missed = self._missed(missed)
                if missed is not None and missed * BEATS_EVERY >= silence:
                    log.error("service.hangs", seconds=silence, then="It is killed.")
                    os.kill(self._process, signal.SIGKILL)
                    missed = 0
            elif stop:
                os.kill(self._process, signal.SIGTERM)

    def _ended(self) -> int | None:
        """Its exit code. In a container the keeper is the parent of all whose own has died, too."""
        ended, code = -1, None
        while ended and code is None:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended == self._process:
                code = os.waitstatus_to_exitcode(status)
        return code

    def _missed(self, before: int | None) -> int | None:
        """One more than before where it has not beaten since; None where it has not begun to, or no longer does."""
        try:
            return 0 if os.read(self._beats, 1 << 16) else None
        except BlockingIOError:
            return None if before is None else before + 1
