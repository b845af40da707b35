"""Deciding anew what calls have kept, under other exceptions, limits and allowances than there were then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from hanvisa.calls.decisions import ConsultFacts, Facts, decide, read_facts
from hanvisa.errors import Undecidable
from hanvisa.policy.attendance import AttendanceFacts
from hanvisa.policy.attendant import SentOnFacts
from hanvisa.policy.callbacks import CallbackFacts
from hanvisa.policy.comparison import Comparison, Was
from hanvisa.policy.facts import Person, PolicyException
from hanvisa.policy.forwarding import ForwardingFacts
from hanvisa.policy.in_call import ThreatFacts
from hanvisa.policy.model import Decision
from hanvisa.policy.outgoing import OutgoingFacts
from hanvisa.policy.texts import TextFacts
from hanvisa.policy.transfer import JoinFacts
from hanvisa.policy.what_if import OtherSettings, WhatIf

# The facts' fields that are settings: by the name of the setting.
_SETTINGS: dict[type[Facts], dict[str, str]] = {
    AttendanceFacts: {"patience": "wait_for_paused"},
    CallbackFacts: {"usual": "may_call"},
    ConsultFacts: {"setting": "operator_consults_mobile"},
    OutgoingFacts: {"usual": "may_call", "private_calls": "private_calls_fixed"},
    SentOnFacts: {"setting": "unanswered_transfer"},
    TextFacts: {"a_day": "text_a_day"},
    ThreatFacts: {"setting": "record_threats"},
}


class Replay:
    """Give it decisions in the order of their time: a counted exception is used up by those before.

    What follows from a decision that differs is not known: each is decided from what was known then.
    """

    def __init__(self, what_if: WhatIf) -> None:
        self.comparison = Comparison()
        self._what_if = what_if
        self._ours = {one.id for one in what_if.exceptions}
        self._used_in: defaultdict[UUID, set[str]] = defaultdict(set)

    def add(self, was: Was, schema: int, facts: dict[str, Any]) -> None:
        if not facts or not schema:  # purged, or with somebody taken out of them
            self.comparison.gone += 1
            return
        try:
            others = self._under_the_others(read_facts(was.kind, schema, facts, was.rules), was.call_id)
            would_be = decide(others)
        except Undecidable as error:
            self.comparison.undecided[error.why] += 1
            return
        self._use(would_be, was.call_id)
        self.comparison.add(was, would_be, _about(others))

    def _under_the_others(self, facts: Facts, call_id: str) -> Facts:
        others = self._what_if.settings
        match facts:
            case JoinFacts():
                return replace(facts, exceptions=tuple(self._exceptions(facts.exceptions, call_id)))
            case ConsultFacts():
                join = replace(facts.join, exceptions=tuple(self._exceptions(facts.join.exceptions, call_id)))
                return _with_settings(replace(facts, join=join), others)
            case ForwardingFacts():
                limits = facts.limits
                return replace(
                    facts,
                    limits=replace(
                        limits,
                        longest_days=_or(others.forwarding_longest, limits.longest_days),
                        days_a_month=_or(others.forwarding_days, limits.days_a_month),
                    ),
                )
        return _with_settings(facts, others)

    def _exceptions(self, there: Iterable[PolicyException], call_id: str) -> Iterable[PolicyException]:
        without = self._what_if.without
        if without is not None:
            yield from (one for one in there if one.id not in without)
        for one in self._what_if.exceptions:
            yield replace(one, uses=len(self._used_in[one.id] - {call_id}))

    def _use(self, decision: Decision, call_id: str) -> None:
        """One call takes one use, however often it is decided in it."""
        if decision.exception in self._ours and decision.exception is not None:
            self._used_in[decision.exception].add(call_id)


def _about(facts: Facts) -> str:
    person = getattr(facts.join if isinstance(facts, ConsultFacts) else facts, "person", None)
    return person.name if isinstance(person, Person) else ""


def _with_settings(facts: Facts, others: OtherSettings) -> Facts:
    given = {
        name: value
        for name, setting in _SETTINGS.get(type(facts), {}).items()
        if (value := getattr(others, setting)) is not None
    }
    return replace(facts, **given)


def _or(given: int | None, there: int) -> int:
    return there if given is None else given
