"""The table of what became of calls in faults, as docs/reliability.md has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hanvisa.lab.bench_words import machine
from hanvisa.lab.faults import FAULTS, Fault
from hanvisa.lab.kept import Promise
from hanvisa.lab.live_calls import Mix

ADOPTED_WITHIN = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of the calls in one fault. Times are seconds; ``decided`` and ``adopted`` None: not (needed)."""

    fault: Fault
    calls: int
    cut: int  # of those who talked
    dropped: int  # of those who waited or were to be put through
    waiting: float  # the longest silence
    listening: float  # of those who called anew too
    new: int  # calls while it lasted
    served: int  # of these, by the service
    answered: float  # the longest that one of them waited for an answer
    unanswered: int
    decided: float | None  # from the mending until the first new call that the service served
    adopted: float | None  # from the mending until the last call was taken on
    logged_once: int  # of the calls that were up
    wrong: int  # calls of any kind that are logged twice, or have not ended there
    promises: tuple[Promise, ...]
    sent_on: int  # to a mobile, in the end, by an exception
    to_send: int

    @property
    def is_met(self) -> bool:
        kept = self.fault.carries_calls or (self.cut == 0 and self.dropped == 0)
        soon = self.adopted is None or self.fault.carries_calls or self.adopted <= ADOPTED_WITHIN
        told = self.logged_once == self.calls and self.wrong == 0
        once = all(promise.is_kept for promise in self.promises) and self.sent_on == self.to_send
        return kept and soon and told and once and self.decided is not None


def row(passed: Passed) -> str:
    """One line."""
    one = passed
    seen = (str(one.cut), str(one.dropped), f"{one.waiting:.1f} s", f"{one.listening:.1f} s")
    cells = (
        one.fault.name,
        *(("all", "all", "", "") if one.fault.carries_calls else seen),
        f"{one.served} of {one.new}",
        f"{one.answered:.1f} s" + (f", {one.unanswered} not" if one.unanswered else ""),
        "never" if one.decided is None else f"{one.decided:.1f} s",
        "" if one.adopted is None else f"{one.adopted:.1f} s",
        f"{one.logged_once} of {one.calls}" + (f", **{one.wrong} wrong**" if one.wrong else ""),
        *map(_once, one.promises),
        f"{datetime.now(UTC):%Y-%m-%d}",
        "yes" if one.is_met else "**no**",
    )
    return f"| {' | '.join(cells)} |"


def _once(promise: Promise) -> str:
    told = f"{promise.once} of {len(promise.promised)}"
    return told if promise.is_kept else f"**{told}**"


HEADING = (
    "| fault | talking calls cut | others dropped | silence: who waits | who listens | new calls meanwhile that the "
    "service served | answered within | served again after | calls taken on after | logged once and ended | mails of "
    "messages | text messages | uses of the exception | measured | kept |"
)
RULE = "|---" * (HEADING.count("|") - 1) + "|"


def table(passed: Sequence[Passed], held: float) -> str:
    return _table([row(one) for one in passed], Mix.of(passed[0].calls), held)


def in_table(passed: Sequence[Passed], held: float, before: str) -> str:
    """The table with these rows in the place of the same faults' in the one from before."""
    rows = {_name(line): line for line in before.splitlines() if line.startswith("| ")}
    rows |= {one.fault.name: row(one) for one in passed}
    ordered = [rows[fault.name] for fault in FAULTS if fault.name in rows]
    return _table(ordered, Mix.of(passed[0].calls), held)


def _table(rows: Sequence[str], mix: Mix, held: float) -> str:
    told = (
        f"{machine()}: {mix.calls} live calls through each fault: {mix.talking} talk, {mix.to_send} of them with "
        f"operators who send them on to mobiles by an exception, {mix.waiting} wait for an operator, {mix.listening} "
        f"listen to a referral, and for {mix.ringing} a phone rings. Each fault lasts {held:g} s."
    )
    return "\n".join((told, "", HEADING, RULE, *rows, ""))


def _name(line: str) -> str:
    return line.split("|")[1].strip()
