"""SIPp as a carrier that places calls at a steady rate, and what became of them."""

import asyncio
import csv
import math
import re
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hanvisa.errors import HanvisaError
from hanvisa.lab.asterisk import DIES_WITH_US

GOOD_SHARE = 0.99  # of the calls end well, else the rate is too high
LONGEST_P99 = 1.0  # seconds from INVITE to 200 OK, else the rate is too high
LASTS = 1.9  # seconds that a call lasts at least
PATIENCE = 10.0  # seconds after the last call should be over; what is not over then did not end well

ALL_WELL, SOME_FAILED, OUT_OF_TIME = 0, 1, 97
"""SIPp's exit codes with which calls were placed. 99 is that none was, 254 and 255 are errors of its own."""


_CALL_NAMED = re.compile(r"\d+-\d+@")
"""The beginning of a Call-ID as SIPp makes it. Its end can't be told from the next complaint, which follows at once."""


class SippError(HanvisaError):
    """SIPp could not place calls; the message says why."""


@dataclass(frozen=True, slots=True)
class Load:
    """What became of the calls of one rate. Times are seconds."""

    rate: float  # calls a second that were asked for
    reached: float  # calls a second that SIPp placed
    placed: int
    well: int
    waits: tuple[float, ...]  # from INVITE to 200 OK, sorted; of the calls that were answered
    refused: int = 0  # with 503
    failures: tuple[str, ...] = ()  # the messages of each that did not end well, and what SIPp says

    @property
    def median(self) -> float:
        return percentile(self.waits, 0.5)

    @property
    def p99(self) -> float:
        return percentile(self.waits, 0.99)

    @property
    def share(self) -> float:
        """The part of the calls that ended well."""
        return self.well / self.placed if self.placed else 0.0

    @property
    def held(self) -> bool:
        return self.share >= GOOD_SHARE and self.p99 <= LONGEST_P99


@dataclass(frozen=True, slots=True)
class Sipp:
    """Places calls from ``host:port`` to ``switch`` (host:port), as ``scenario`` says."""

    scenario: Path
    switch: str
    host: str
    port: int

    async def place(self, dialled: str, rate: float, seconds: float, lasts: float = LASTS) -> Load:
        """Place ``rate`` calls a second for so many seconds, and wait until all are over.

        ``lasts``: whichever of them ends sooner (seconds from its answer) did not end well.

        Raises:
            SippError: it could not; a rate that is too high is none.
        """
        calls = max(1, round(rate * seconds))
        with TemporaryDirectory(prefix="hanvisa-sipp-") as name, _sink(self.host) as sink:
            folder = Path(name)
            pace = {
                "-r": 1000,
                "-rp": round(1e6 / rate),
                "-m": calls,
                "-l": calls + 1,
                "-d": round(lasts * 1000),
                "-timeout": round(seconds + lasts + PATIENCE),
            }
            command = self._command(dialled, pace, sink)
            sipp = await asyncio.create_subprocess_exec(
                *DIES_WITH_US, *command, cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
            try:
                code = await sipp.wait()
            except asyncio.CancelledError:
                sipp.terminate()
                await sipp.wait()
                raise
            if code not in (ALL_WELL, SOME_FAILED, OUT_OF_TIME):
                raise SippError(
                    f"SIPp placed no call (exit code {code}): {_complaints(folder)[-500:].strip() or 'it says nothing'}"
                )
            well = read_successes((folder / "stat.csv").read_text())
            if code == ALL_WELL and well != calls:
                raise SippError(f"SIPp says that all went well, and counts {well} of {calls} calls.")
            messages = (folder / "messages.tsv").read_text().splitlines()
            waits, reached = read_messages(messages)
            failures = read_failures(_complaints(folder), messages)
            return Load(rate, reached, calls, well, waits, read_refusals(messages), failures)

    def _command(self, dialled: str, pace: dict[str, int], sink: int) -> Sequence[str]:
        options = {
            "-sf": self.scenario,
            "-s": dialled,
            "-i": self.host,
            "-p": self.port,
            **pace,
            "-timer_resol": 1,
            "-key": f"sink {sink}",
            "-stf": "stat.csv",
            "-shortmessage_file": "messages.tsv",
            "-error_file": "errors.log",
        }
        words = " ".join(f"{name} {value}" for name, value in options.items()).split()
        return ["sipp", self.switch, *words, "-trace_stat", "-trace_shortmsg", "-trace_err", "-nostdin"]


def read_successes(statistics: str) -> int:
    """The calls that ended well, of SIPp's statistics (-trace_stat)."""
    *_, last = csv.DictReader(statistics.splitlines(), delimiter=";")
    return int(last["SuccessfulCall(C)"])


def read_messages(lines: Iterable[str]) -> tuple[tuple[float, ...], float]:
    """How long each call waited from its INVITE to 200 OK, sorted, and how many calls a second were placed.

    From SIPp's list of messages (-trace_shortmsg), whose times are microseconds; its own response times are rounded to
    4 ms. Columns: date, time, epoch seconds, S or R, Call-ID, CSeq, first line. Repeated messages count once.
    """
    sent: dict[str, float] = {}
    answered: dict[str, float] = {}
    for line in lines:
        match line.split("\t"):
            case [_, _, at, "S", call, _, first] if first.startswith("INVITE "):
                sent.setdefault(call, float(at))
            case [_, _, at, "R", call, "CSeq:1 INVITE", first] if first.startswith("SIP/2.0 200"):
                answered.setdefault(call, float(at))
    waits = sorted(at - sent[call] for call, at in answered.items())
    spent = max(sent.values()) - min(sent.values()) if sent else 0.0
    return tuple(waits), (len(sent) - 1) / spent if spent else 0.0


def read_refusals(lines: Iterable[str]) -> int:
    """How many of the calls were answered with 503, of the same list.

    Answers to calls of an earlier load, which gave them up, are not counted.
    """
    sent: set[str] = set()
    refused: set[str] = set()
    for line in lines:
        match line.split("\t"):
            case [_, _, _, "S", call, _, first] if first.startswith("INVITE "):
                sent.add(call)
            case [_, _, _, "R", call, "CSeq:1 INVITE", first] if first.startswith("SIP/2.0 503"):
                refused.add(call)
    return len(sent & refused)


def read_failures(errors: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Each call that SIPp complains of (-trace_err), and its messages, of the same list; last what SIPp says."""
    if not (named := dict.fromkeys(_CALL_NAMED.findall(errors), "")):
        return ()
    for line in lines:
        match line.split("\t"):
            case [_, time, _, way, call, sequence, first] if (
                begins := call.partition("@")[0] + "@"
            ) in named:
                named[begins] += f" {time} {way} {first.strip()} ({sequence.strip()});"
    return (*(f"{begins}:{messages}" for begins, messages in named.items()), errors.strip())


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the sorted values that is not below so large a share of them; infinite when there is none."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else math.inf


@contextmanager
def _sink(host: str) -> Iterator[int]:
    """A port where RTP is thrown away: nobody reads, so the kernel drops what does not fit any more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sink.bind((host, 0))
        yield sink.getsockname()[1]


def _complaints(folder: Path) -> str:
    errors = folder / "errors.log"
    return errors.read_text(errors="replace") if errors.exists() else ""
