"""What a case file says besides its facts: words, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from hanvisa.policy.case_world import World, id_of
from hanvisa.policy.model import AlternativeKind, Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind

Compared = dict[str, tuple[Any, Any]]  # what is compared: what was expected of it, and what came


class Written(BaseModel):
    """A table of a case file. A key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Written):
    sv: str
    en: str

    @property
    def text(self) -> Text:
        return Text(sv=self.sv, en=self.en)


class Case(Written):
    """What all cases have: what it shows, and why it is so."""

    title: Words
    why: Words

    def compare(self, world: World) -> tuple[Text | None, Compared]:
        """Why the policy answers as it does, and expected and given of each thing compared. Raises CaseError."""
        raise NotImplementedError


class Expected(Written):
    """What a decision should be. ``exception`` names it; ``alternatives`` are compared when given, in order."""

    effect: Effect
    rules: tuple[str, ...]
    exception: str | None = None
    alternatives: tuple[AlternativeKind, ...] | None = None

    def compare(self, decision: Decision) -> Compared:
        """What was expected and what came, of each thing in which they may differ."""
        exception = id_of(self.exception) if self.exception else None
        compared: Compared = {
            "effect": (self.effect, decision.effect),
            "rules": (self.rules, decision.rules),
            "exception": (exception, decision.exception),
        }
        if self.alternatives is not None:
            came = tuple(alternative.kind for alternative in decision.alternatives)
            compared["alternatives"] = (self.alternatives, came)
        return compared


class ExpectedValues(Written):
    """What is compared is what the file says; the rest may be as it will."""

    def compare(self, came: Mapping[str, Any]) -> Compared:
        given = (name for name in type(self).model_fields if name in self.model_fields_set)
        return {name: (getattr(self, name), came[name]) for name in given}


class ExpectedReferral(ExpectedValues):
    """What the caller hears. A ``reason`` of "" is spoken neutrally; "" is no number, no time and no sound, too."""

    reason: str | None = None
    until: AwareDatetime | Literal[""] | None = None
    direct_number: str | None = None
    mobile_number: str | None = None
    recorded_name: str | None = None
    greeting: str | None = None


class ExpectedOpening(ExpectedValues):
    """When it ``opens`` next; "" is not within weeks."""

    effect: Effect
    opens: AwareDatetime | Literal[""] | None = None


class ExpectedReading(ExpectedValues):
    """A ``number`` of "" is none."""

    kind: NumberKind
    number: str | None = None
    confidential: bool | None = None
