"""A call told in words, step by step: what happened, what the caller heard, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hanvisa.calllog import telling, vocabulary
from hanvisa.policy.model import Decision, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hanvisa.calllog.entry import CallEntry

LOCAL = ZoneInfo("Europe/Stockholm")


def explain(
    entries: Iterable[CallEntry],
    language: Language,
    *,
    redecide: Callable[[dict[str, Any]], Decision] | None = None,
    name_of: Callable[[str], str | None] | None = None,
) -> list[str]:
    """The lines of the story, each with its time in Sweden, a date first and wherever the day changes.

    ``redecide`` decides again from a decision entry's data; where its answer is another than the one kept, the story
    says so. It raises ValueError, KeyError or TypeError for facts it can't read. ``name_of`` names what an id stands
    for, None when nothing does (any more).
    """
    teller = telling.Teller(language, name_of or _nobody)
    lines: list[str] = []
    day = None
    for entry in sorted(entries, key=lambda entry: entry.seq):
        at = entry.at.astimezone(LOCAL)
        sentences = telling.tell(teller, entry)
        if entry.kind == "decision" and redecide is not None:
            sentences.append(_decided_again(teller, entry.data, redecide))
        if sentences and at.date() != day:
            day = at.date()
            lines.append(day.isoformat())
        lines += [f"{at:%H:%M:%S} {sentence}" for sentence in sentences]
    return lines


def _nobody(_: str) -> None:
    return None


def _decided_again(
    teller: telling.Teller, kept: dict[str, Any], redecide: Callable[[dict[str, Any]], Decision]
) -> str:
    try:
        again = redecide(kept)
    except (ValueError, KeyError, TypeError) as error:
        return teller.say(vocabulary.NOT_DECIDED_AGAIN, why=error)
    if (again.effect, list(again.rules)) == (kept.get("effect"), list(kept.get("rules", ()))):
        return teller.say(vocabulary.DECIDED_THE_SAME)
    return teller.say(
        vocabulary.DECIDED_OTHERWISE if again.rules else vocabulary.DECIDED_OTHERWISE_BY_NO_RULE,
        effect=teller.effect(again.effect),
        rules=", ".join(again.rules),
        because=telling.sentence(again.because.in_(teller.language)),
    )
