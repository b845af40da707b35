"""The words for each kind of entry. An entry with fields that are not known here is told as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hanvisa.calllog import vocabulary
from hanvisa.policy.model import Language, Text
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from hanvisa.calllog.entry import CallEntry


@dataclass(frozen=True)
class Teller:
    """Says texts in one language; ``name_of`` gives the name of what an id stands for."""

    language: Language
    name_of: Callable[[str], str | None]

    def say(self, text: Text, **values: Any) -> str:
        return text.in_(self.language).format(**values)

    def who(self, id_: Any) -> str:
        return (self.name_of(str(id_)) if id_ else None) or self.say(vocabulary.SOMEONE)

    def number(self, number: Any) -> str:
        return display(str(number)) if number else self.say(vocabulary.NO_NUMBER)

    def effect(self, effect: Any) -> str:
        return self._word(vocabulary.EFFECTS, effect)

    def why(self, why: Any) -> str:
        return self._word(vocabulary.WHYS, why)

    def _word(self, words: dict[str, Text], key: Any) -> str:
        return self.say(words[key]) if key in words else str(key)


def tell(teller: Teller, entry: CallEntry) -> list[str]:
    """The sentences of one entry, none where it says nothing that the others do not."""
    told = _KINDS.get(entry.kind, _other)
    return told(teller, entry.data) or []


def sentence(text: str) -> str:
    """With a capital first and a full stop last."""
    text = capitalised(text.strip())
    return text + ("" if text.endswith((".", "!", "?", "”", "»")) else ".")


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _opened(teller: Teller, data: dict[str, Any]) -> list[str]:
    caller = party(teller, data.get("caller"), data.get("caller_person"))
    called = party(teller, data.get("called"), data.get("person"))
    opened = teller.say(vocabulary.OPENED, caller=caller, called=called)
    return [opened, teller.say(vocabulary.PRIVATE)] if data.get("private") else [opened]


def party(teller: Teller, number: Any, person: Any) -> str:
    """A number, with whose it is where that is known."""
    name = teller.name_of(str(person)) if person else None
    return f"{teller.number(number)} ({name})" if name else teller.number(number)


def _stage(teller: Teller, data: dict[str, Any]) -> list[str]:
    name, args = data.get("name", ""), data.get("args") or {}
    if name in vocabulary.SILENT_STAGES:
        return []
    if name not in vocabulary.STAGES:
        return [teller.say(vocabulary.OTHER_STAGE, name=name)]
    target = args.get("person") or args.get("id") or args.get("to") or args.get("operator")
    return [
        teller.say(
            vocabulary.STAGES[name],
            target=teller.who(target),
            why=teller.why(args.get("why")),
            dialled=teller.number(args.get("dialled")),
        )
    ]


def _signal(teller: Teller, data: dict[str, Any]) -> list[str]:
    kind = data.get("type", "")
    if kind not in vocabulary.SIGNALS:
        return _other(teller, data)
    return [
        teller.say(
            vocabulary.SIGNALS[kind],
            who=teller.who(data.get("by") or data.get("person")),
            whom=teller.who(data.get("person")),
            target=teller.number(data.get("target") or data.get("to")),
            manner=teller.say(vocabulary.ATTENDED if data.get("attended") else vocabulary.BLIND),
            phone=_phone(teller, data),
            why=teller.why(data.get("why")),
            stage=data.get("stage", ""),
        )
    ]


def reasons(teller: Teller, data: dict[str, Any]) -> tuple[str, list[str]]:
    """Why a decision was made, and what there is to say beside it."""
    because = sentence(str((data.get("because") or {}).get(teller.language, "")))
    more = [teller.say(vocabulary.BY_EXCEPTION)] if data.get("exception") else []
    instead = [
        (alternative.get("text") or {}).get(teller.language, "")
        for alternative in data.get("alternatives") or ()
    ]
    if any(instead):
        more.append(teller.say(vocabulary.INSTEAD, what=" ".join(map(sentence, filter(None, instead)))))
    return because, more


def _phone(teller: Teller, data: dict[str, Any]) -> str:
    """Whose phone it is where that is known, with what Asterisk calls it."""
    phone = data.get("account") or teller.number(data.get("digits"))
    name = teller.name_of(str(data["person"])) if data.get("person") else None
    return f"{name} ({phone})" if name else str(phone)


def _decision(teller: Teller, data: dict[str, Any]) -> list[str]:
    rules = data.get("rules") or ()
    because, more = reasons(teller, data)
    decided = teller.say(
        vocabulary.DECIDED if rules else vocabulary.DECIDED_BY_NO_RULE,
        effect=teller.effect(data.get("effect")),
        rules=", ".join(rules),
        because=because,
    )
    return [decided, *more]


def _command(teller: Teller, data: dict[str, Any]) -> list[str]:
    if "failed" in data:
        return [teller.say(vocabulary.COMMAND_FAILED, why=data["failed"])]
    return [teller.say(vocabulary.COMMAND, what=_plain(data))]


def _heard(teller: Teller, data: dict[str, Any]) -> list[str]:
    listener = vocabulary.LISTENERS.get(str(data.get("to")), vocabulary.LISTENERS["other"])
    return [teller.say(vocabulary.HEARD, who=teller.say(listener), words=data.get("words", ""))]


def _key(teller: Teller, data: dict[str, Any]) -> list[str]:
    return [teller.say(vocabulary.PRESSED, digit=data.get("digit", ""))]


_WHO = ("person", "department", "members", "operator", "by")


def _outcome(teller: Teller, data: dict[str, Any]) -> list[str]:
    outcome = data.get("outcome", "")
    if outcome not in vocabulary.OUTCOMES:
        return [teller.say(vocabulary.OTHER_OUTCOME, what=_plain(data))]
    told = teller.say(
        vocabulary.OUTCOMES[outcome],
        who=teller.who(next((data[name] for name in _WHO if data.get(name)), None)),
        why=teller.why(data.get("why")),
        rules=", ".join(data.get("rules") or ()),
        state=teller.why(data.get("state")),
    )
    return [told, teller.say(vocabulary.UNREFERRED)] if data.get("unreferred") else [told]


def _closed(teller: Teller, data: dict[str, Any]) -> list[str]:
    reason = str(data.get("reason", ""))
    return [teller.say(vocabulary.CLOSED.get(reason, vocabulary.OTHER_END), reason=reason)]


def _other(teller: Teller, data: dict[str, Any]) -> list[str]:
    return [teller.say(vocabulary.OTHER, what=_plain(data))]


def _plain(data: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in data.items())


_KINDS: dict[str, Callable[[Teller, dict[str, Any]], list[str]]] = {
    "opened": _opened,
    "stage": _stage,
    "signal": _signal,
    "decision": _decision,
    "command": _command,
    "heard": _heard,
    "key": _key,
    "outcome": _outcome,
    "closed": _closed,
}
