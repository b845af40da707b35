"""A call in one paragraph: who rang whom, what was decided and why, what they heard, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from hanvisa.calllog import telling
from hanvisa.policy.model import Language, Text
from hanvisa.policy.rules import RULES
from hanvisa.policy.swedish_time import LOCAL

if TYPE_CHECKING:
    from hanvisa.calllog.entry import CallEntry

RANG = Text(
    sv="{day} klockan {time} ringde {caller} till {called}{sought}.",
    en="On {day} at {time}, {caller} rang {called}{sought}.",
)
SOUGHT = Text(sv=" och sökte {name}", en=" and sought {name}")
BY_RULE = {
    "allow": Text(sv="Det följer {rules}.", en="That follows {rules}."),
    "refuse": Text(sv="Därför blev det nej, enligt {rules}.", en="So the answer was no, by {rules}."),
    "refer": Text(
        sv="Därför hänvisades samtalet, enligt {rules}.", en="So the call was referred, by {rules}."
    ),
    "wait": Text(
        sv="Därför fick den som ringde vänta, enligt {rules}.", en="So the caller might wait, by {rules}."
    ),
    "recall": Text(
        sv="Därför gick samtalet tillbaka till telefonisten, enligt {rules}.",
        en="So the call went back to the operator, by {rules}.",
    ),
}
RULE = Text(sv="regel {rules}", en="rule {rules}")
HEARD = Text(sv="Den som ringde fick höra: «{words}»", en="The caller heard: “{words}”")
HEARD_OWN = Text(
    sv="Den som ringde fick höra den hälsning som är inspelad.", en="The caller heard the recorded greeting."
)
PRESSED = Text(sv="Den som ringde tryckte {digit}.", en="The caller pressed {digit}.")
ANSWERED = Text(sv="{name} svarade.", en="{name} answered.")
LASTS = Text(sv="Samtalet pågår.", en="The call goes on.")

_RULES_IN_TEXT = re.compile(r" \([A-Z]\d(?:, [A-Z]\d)*\)")
_FIRST_SENTENCE = re.compile(r".+?[.!?](?= |$)", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")
_TOLD_WITH_A_DECISION = ("referred", "transfer_refused", "refused")
_WORTH_TELLING = (
    "transfer",
    "to_message",
    "operator_paused",
    "phone_lost",
    "held_too_long",
    "marked_confidential",
    "marked_threat",
)


def sum_up(teller: telling.Teller, entries: Sequence[CallEntry]) -> str:
    """``entries`` in their order."""
    told = [*_opening(teller, entries), *_course(teller, _without_unheard(entries)), *_end(teller, entries)]
    return " ".join(dict.fromkeys(map(telling.capitalised, told)))


def _opening(teller: telling.Teller, entries: Sequence[CallEntry]) -> Iterator[str]:
    opened = next((entry for entry in entries if entry.kind == "opened"), None)
    if opened is None:
        return
    at, data = opened.at.astimezone(LOCAL), opened.data
    day = format_date(at, "EEEE d MMMM y", locale="sv_SE" if teller.language is Language.SV else "en_GB")
    caller = telling.party(teller, data.get("caller"), data.get("caller_person"))
    person = _sought(entries)
    name = teller.name_of(person) if person else None
    yield teller.say(
        RANG,
        day=day,
        time=f"{at:%H.%M}" if teller.language is Language.SV else f"{at:%H:%M}",
        caller=caller,
        called=teller.number(data.get("called")),
        sought=teller.say(SOUGHT, name=name) if name else "",
    )


def _sought(entries: Sequence[CallEntry]) -> str:
    """Who or what the caller wanted: that of the first stage that leads to somebody."""
    for entry in entries:
        args = entry.data.get("args") or {}
        if entry.kind == "stage" and entry.data.get("name") in ("ReachingPerson", "ReachingMembers"):
            return str(args.get("person") or args.get("id") or "")
    return ""


def _course(teller: telling.Teller, entries: Sequence[CallEntry]) -> Iterator[str]:
    rung, referred, channel = "", False, None
    for entry in entries:
        data = entry.data
        match entry.kind, data:
            case "decision", _:
                yield from _decision(teller, data)
                referred = data.get("effect") in ("refer", "refuse")
            case "heard", {"to": "caller"} if referred:
                referred, channel = False, data.get("channel")
                yield _heard(teller, str(data.get("words", "")))
            case "key", {"channel": pressed_at, "digit": digit} if pressed_at == channel:
                yield teller.say(PRESSED, digit=digit)
            case "signal", {"type": "ringing", "person": str(person)}:
                rung = person
            case "signal", {"type": kind} if kind in _WORTH_TELLING:
                yield from telling.tell(teller, entry)
            case "stage", {"name": "Talking"} if rung and (name := teller.name_of(rung)):
                rung = ""
                yield teller.say(ANSWERED, name=name)
            case "outcome", {"outcome": outcome} if outcome not in _TOLD_WITH_A_DECISION:
                rung = "" if outcome == "operator" else rung
                yield from telling.tell(teller, entry)


def _without_unheard(entries: Sequence[CallEntry]) -> list[CallEntry]:
    """Without what was to be played to somebody who had gone."""
    unheard: set[str] = set()  # channels whose last sentence was not played
    kept: list[CallEntry] = []
    for entry in reversed(entries):
        match entry.kind, entry.data:
            case "signal", {"type": "not_heard", "channel": str(channel)}:
                unheard.add(channel)
            case "heard", {"channel": str(channel)} if channel in unheard:
                unheard.discard(channel)
            case _:
                kept.append(entry)
    return kept[::-1]


def _heard(teller: telling.Teller, words: str) -> str:
    """The first sentence: what keys there are to press follows after it."""
    first = _FIRST_SENTENCE.match(words)
    told = first[0] if first else words
    return teller.say(HEARD, words=told) if _LETTER.search(told) else teller.say(HEARD_OWN)


def _decision(teller: telling.Teller, data: dict[str, Any]) -> Iterator[str]:
    """What some rule or other said, or was not let through; not that nothing stood in the way."""
    rules, effect = tuple(data.get("rules") or ()), data.get("effect")
    if not rules and effect == "allow":
        return
    because, _ = telling.reasons(teller, data)
    yield _RULES_IN_TEXT.sub("", because)
    if rules and effect in BY_RULE:
        yield teller.say(BY_RULE[effect], rules=_named(teller, rules))


def _named(teller: telling.Teller, rules: Sequence[str]) -> str:
    """As "rule G1 (Every absence is referred)"."""
    told = (f"{id_} ({RULES[id_].text.in_(teller.language)})" if id_ in RULES else id_ for id_ in rules)
    return teller.say(RULE, rules=", ".join(told))


def _end(teller: telling.Teller, entries: Sequence[CallEntry]) -> Iterator[str]:
    closed = [entry for entry in entries if entry.kind == "closed"]
    if closed:
        yield from telling.tell(teller, closed[-1])
    elif entries:
        yield teller.say(LASTS)
