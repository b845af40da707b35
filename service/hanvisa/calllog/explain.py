"""A call told in words: what it came to, what happened, what the caller heard, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hanvisa.calllog import telling, vocabulary
from hanvisa.calllog.facts import facts_in_words
from hanvisa.calllog.story import Decided, Step, Story
from hanvisa.calllog.summing_up import sum_up
from hanvisa.errors import Undecidable
from hanvisa.policy.model import Decision, Language
from hanvisa.policy.transfer import lacks_forwarding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hanvisa.calllog.entry import CallEntry


def tell_story(
    entries: Iterable[CallEntry],
    language: Language,
    *,
    redecide: Callable[[dict[str, Any]], Decision] | None = None,
    name_of: Callable[[str], str | None] | None = None,
) -> Story:
    """The call of these entries.

    ``redecide`` decides again from a decision entry's data; where its answer is another than the one kept, the story
    says so. It raises Undecidable for facts it can't decide from. ``name_of`` names what an id stands for, None when
    nothing does (any more).
    """
    teller = telling.Teller(language, name_of or _nobody)
    in_order = sorted(entries, key=lambda entry: entry.seq)
    return Story(sum_up(teller, in_order), tuple(_step(teller, entry, redecide) for entry in in_order))


def _nobody(_: str) -> None:
    return None


def _step(
    teller: telling.Teller, entry: CallEntry, redecide: Callable[[dict[str, Any]], Decision] | None
) -> Step:
    told = telling.tell(teller, entry)
    if entry.kind != "decision":
        return Step(entry.seq, entry.at, entry.kind, tuple(told))
    again = _decided_again(teller, entry.data, redecide) if redecide and "facts" in entry.data else None
    because, more = telling.reasons(teller, entry.data)
    same = teller.say(vocabulary.DECIDED_THE_SAME)
    decided = Decided(
        effect=teller.effect(entry.data.get("effect")),
        rules=tuple(entry.data.get("rules") or ()),
        because=because,
        more=tuple(more),
        again=again if again != same else None,
        facts=facts_in_words(teller, _what_was_known(entry.data)),
    )
    return Step(entry.seq, entry.at, entry.kind, (*told, *([again] if again else [])), decided)


def _what_was_known(kept: dict[str, Any]) -> dict[str, Any]:
    facts, rules = kept.get("facts") or {}, kept.get("rules") or ()
    unknown = ("forwarding_allowed",) if lacks_forwarding(facts, rules) else ()
    return {field: value for field, value in facts.items() if field not in unknown}


def _decided_again(
    teller: telling.Teller, kept: dict[str, Any], redecide: Callable[[dict[str, Any]], Decision]
) -> str:
    if not kept["facts"]:
        return teller.say(vocabulary.FACTS_PURGED)
    try:
        again = redecide(kept)
    except Undecidable as error:
        return teller.say(vocabulary.NOT_DECIDED_AGAIN, why=error.why.in_(teller.language))
    if (again.effect, list(again.rules)) == (kept.get("effect"), list(kept.get("rules", ()))):
        return teller.say(vocabulary.DECIDED_THE_SAME)
    return teller.say(
        vocabulary.DECIDED_OTHERWISE if again.rules else vocabulary.DECIDED_OTHERWISE_BY_NO_RULE,
        effect=teller.effect(again.effect),
        rules=", ".join(again.rules),
        because=telling.sentence(again.because.in_(teller.language)),
    )
