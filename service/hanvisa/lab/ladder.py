"""A SIP trace as a ladder: who sent whom what, and when.

                 phones              switch              carrier
     0.000         |----INVITE 202----->|                   |       A
     0.004         |<-----100 Trying----|                   |       A

A trace is a list of messages, each behind a line ``<seconds> TX|RX UDP host:port -> host:port``. What both ends have
traced is drawn once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hanvisa.lab.sip import Message, number_of, uri_of

_HEAD = re.compile(r"^([\d.]+) (?:TX|RX) \S+ (\S+) -> (\S+)\n")
_COLUMN = 24
_MARGIN = 10
_SAME = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """One message on its way. ``at`` is epoch seconds."""

    at: float
    source: str
    target: str
    message: Message


def steps(trace: Iterable[str]) -> list[Step]:
    """The messages in the order of their times."""
    found = (_step(entry) for entry in list(trace))
    return sorted((step for step in found if step is not None), key=lambda step: step.at)


def ladder(trace: Iterable[str], names: Mapping[str, str] | None = None, since: float = 0.0) -> str:
    """The ladder as text. ``names`` calls addresses (``host:port``) by name; ``since`` is epoch seconds.

    Registrations and OPTIONS are left out. Under the ladder stands which letter is which call.
    """
    shown = [step for step in steps(trace) if step.at >= since and _tells(step.message)]
    if not shown:
        return "(no SIP message)"
    columns = _columns(shown, names or {})
    calls: dict[str, str] = {}
    rows = [_heading(columns, names or {})]
    for step in _once(shown):
        call_id = step.message.get("Call-ID")
        letter = calls.setdefault(call_id, _letter(len(calls)))
        rows.append(f"{step.at - shown[0].at:{_MARGIN}.3f}{_arrow(step, columns)}  {letter}")
    rows.append("")
    rows += [f"  {letter}: {_parties(shown, call_id)}" for call_id, letter in calls.items()]
    return "\n".join(rows)


def _step(entry: str) -> Step | None:
    head = _HEAD.match(entry)
    if head is None:
        return None
    text = entry[head.end() :].replace("\r\n", "\n").replace("\n", "\r\n")
    return Step(float(head[1]), head[2], head[3], Message.parse(text.encode()))


def _tells(message: Message) -> bool:
    return bool(message.first) and message.method not in ("REGISTER", "OPTIONS")


def _once(shown: Sequence[Step]) -> Iterable[Step]:
    """Without the second trace of a message that both ends have traced."""
    seen: dict[tuple[str, str, str, str], float] = {}
    for step in shown:
        key = (step.source, step.target, step.message.first, step.message.branch)
        if step.at - seen.get(key, 0.0) > _SAME:
            yield step
        seen[key] = step.at


def _columns(shown: Sequence[Step], names: Mapping[str, str]) -> list[str]:
    """The addresses from left to right: named ones in the order of their names' list, the others as they come."""
    met = list(dict.fromkeys(end for step in shown for end in (step.source, step.target)))
    return [each for each in names if each in met] + [each for each in met if each not in names]


def _heading(columns: Sequence[str], names: Mapping[str, str]) -> str:
    return " " * _MARGIN + "".join(f"{names.get(each, each):^{_COLUMN}}" for each in columns)


def _arrow(step: Step, columns: Sequence[str]) -> str:
    line = [" "] * (_COLUMN * len(columns))
    middles = [_COLUMN // 2 + _COLUMN * place for place in range(len(columns))]
    for middle in middles:
        line[middle] = "|"
    source, target = middles[columns.index(step.source)], middles[columns.index(step.target)]
    left, right = min(source, target) + 1, max(source, target)
    label = _label(step.message)[: right - left - 2]
    line[left:right] = f"{label:-^{right - left}}"
    line[right - 1 if target > source else left] = ">" if target > source else "<"
    return "".join(line)


def _label(message: Message) -> str:
    if not message.is_request:
        return f"{message.status} {message.reason}"
    more = (
        number_of(message.uri) if message.method == "INVITE" else number_of(uri_of(message.get("Refer-To")))
    )
    told = message.body.strip() if message.method == "NOTIFY" else more
    return f"{message.method} {told}".strip()


def _parties(shown: Sequence[Step], call_id: str) -> str:
    first = next(step.message for step in shown if step.message.get("Call-ID") == call_id)
    return f"{uri_of(first.get('From'))} -> {uri_of(first.get('To'))}  ({call_id})"


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"#{place}"
