"""The demo's calls as they are written in demo/calls: a title, and what is done step by step."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanvisa.errors import InvalidInput
from hanvisa.policy.model import Text
from hanvisa.policy.rules import RULES

CALLER = "caller"
LAST = "last"  # the lane of calls that concern every operator
_NAMING = ("rules", "refused")  # of a step: the rules that must have decided


@dataclass(frozen=True, slots=True)
class Step:
    """``verb`` is what is done, ``what`` by or to whom, ``more`` the rest of the line."""

    verb: str
    what: Any
    more: dict[str, Any]

    def __str__(self) -> str:
        rest = "".join(f", {name} = {value!r}" for name, value in self.more.items())
        return f"{self.verb} = {self.what!r}{rest}"


@dataclass(frozen=True, slots=True)
class DemoCall:
    """Calls of one ``lane`` follow each other, those of the lane LAST all others.

    ``phones`` are accounts, plugged in; those that are ``siplets`` too are the lab's small phones, which lose no sound
    while the machine is busy. One with ``own_system`` is told only on a system of the demo's own: it needs a gateway
    for text messages, or short times, or leaves something behind. ``meets`` are rules that are met in it and that no
    step names.
    """

    number: int
    title: Text
    lane: str
    phones: tuple[str, ...]
    siplets: tuple[str, ...]
    own_system: bool
    meets: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that one meets in it, in the order of the catalogue."""
        named = {
            *self.meets,
            *(rule for step in self.steps for key in _NAMING for rule in _listed(step.more.get(key))),
        }
        return tuple(rule for rule in RULES if rule in named)


def read_calls(folder: Path) -> list[DemoCall]:
    """The calls of a folder's TOML files, in order, numbered from 1.

    Raises:
        InvalidInput: a file can't be understood; the message says where.
    """
    calls: list[DemoCall] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            written = tomllib.loads(file.read_text(encoding="utf-8"))
            for each in written["call"]:
                calls.append(_call(len(calls) + 1, each))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"{file}, call {len(calls) + 1}: {error!r}") from error
    return calls


def _listed(rules: Any) -> list[str]:
    """``refused`` may be a number, SIP's."""
    return rules if isinstance(rules, list) else []


def _call(number: int, written: dict[str, Any]) -> DemoCall:
    return DemoCall(
        number=number,
        title=Text(**written["title"]),
        lane=written["lane"],
        phones=tuple(written.get("phones", ())),
        siplets=tuple(written.get("siplets", ())),
        own_system=written.get("own_system", False),
        meets=tuple(written.get("meets", ())),
        steps=tuple(_step(each) for each in written["steps"]),
    )


def _step(written: dict[str, Any]) -> Step:
    """The first word of the line is the verb."""
    (verb, what), *more = written.items()
    return Step(verb, what, dict(more))
