"""What other rules would have changed, told in words: a line for each kind of change, and below it the calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from hanvisa.calllog.telling import sentence
from hanvisa.calllog.vocabulary import EFFECTS
from hanvisa.counting import counted
from hanvisa.policy.comparison import Comparison, Difference
from hanvisa.policy.model import Language, Text
from hanvisa.policy.rules import RULES

LOCAL = ZoneInfo("Europe/Stockholm")

_GONE = Text(
    sv="{number} kan inte prövas: deras fakta har gallrats.",
    en="{number} can't be: their facts have been purged.",
)
_UNDECIDED = Text(sv="{number} kan inte prövas: {why}.", en="{number} can't be: {why}.")
_NO_RULE = Text(sv="Ingen regel", en="No rule")
_MORE = Text(sv="… och {number} till (--rows 0 visar alla)", en="… and {number} more (--rows 0 shows all)")
_EXPLAIN = Text(
    sv="Så gick ett av samtalen: hanvisa explain SAMTAL. Inget har ändrats.",
    en="How one of the calls went: hanvisa explain CALL. Nothing has been changed.",
)
_BY = Text(sv="enligt {rules}", en="by {rules}")


def compare_in_words(comparison: Comparison, language: Language, rows: int) -> list[str]:
    """``rows`` is how many calls are shown of each kind of change, 0 all."""
    lines = [_heading(comparison).in_(language)]
    if comparison.gone:
        lines.append(_GONE.in_(language).format(number=comparison.gone))
    lines += [
        _UNDECIDED.in_(language).format(number=number, why=why)
        for why, number in sorted((why.in_(language), number) for why, number in comparison.undecided.items())
    ]
    for rule, differences in comparison.by_rule().items():
        lines += ["", _rule(rule, language)]
        lines += _changes(differences, language, rows)
    if comparison.differences:
        lines += ["", _EXPLAIN.in_(language)]
    return lines


def _heading(comparison: Comparison) -> Text:
    decided, differ = comparison.decided, len(comparison.differences)
    calls = len({one.was.call_id for one in comparison.differences})
    return Text(
        sv=f"{decided} beslut prövades på nytt: {counted(differ, 'blir ett annat', 'blir andra')}, i {calls} samtal.",
        en=f"{counted(decided, 'decision was', 'decisions were')} decided again: "
        f"{counted(differ, 'differs', 'differ')}, in {counted(calls, 'call', 'calls')}.",
    )


def _rule(rule: str, language: Language) -> str:
    known = RULES.get(rule)
    return f"{rule}  {known.text.in_(language)}" if known else _NO_RULE.in_(language)


def _changes(differences: Sequence[Difference], language: Language, rows: int) -> Iterator[str]:
    kinds: defaultdict[str, list[Difference]] = defaultdict(list)
    for one in differences:
        was = _effect(one.was.effect, one.was.rules, language)
        kinds[f"{was} → {_effect(one.would_be.effect, one.would_be.rules, language)}"].append(one)
    for change, alike in sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])):
        yield f"  {len(alike):>5}  {change}"
        shown = alike[:rows] if rows else alike
        for one in shown:
            because = sentence(one.would_be.because.in_(language))
            about = f"{one.about}: " if one.about else ""
            yield f"         {one.was.at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}  {one.was.call_id}  {about}{because}"
        if len(shown) < len(alike):
            yield f"         {_MORE.in_(language).format(number=len(alike) - len(shown))}"


def _effect(effect: str, rules: Sequence[str], language: Language) -> str:
    told = EFFECTS[effect].in_(language) if effect in EFFECTS else effect
    return f"{told} {_BY.in_(language).format(rules=', '.join(rules))}" if rules else told
