"""What can't be decided is decided as the strictest rule would, and says so (docs/policy.md, Order of rules)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Text

Facts = ParamSpec("Facts")

TAKE_MESSAGE = Alternative(
    AlternativeKind.TAKE_MESSAGE, Text(sv="Ta emot ett meddelande.", en="Take a message.")
)


def or_strictest(
    effect: Effect, *rules: str
) -> Callable[[Callable[Facts, Decision]], Callable[Facts, Decision]]:
    """Makes a deciding function answer ``effect`` by ``rules`` when it fails, naming the error."""

    def wrap(decide: Callable[Facts, Decision]) -> Callable[Facts, Decision]:
        @functools.wraps(decide)
        def decide_safely(*args: Facts.args, **kwargs: Facts.kwargs) -> Decision:
            try:
                return decide(*args, **kwargs)
            # Whatever is wrong with a fact or in a rule: a broken prohibition must never let a call through, and the
            # caller is not dropped for it. The error is not lost, it is part of the decision that is logged.
            except Exception as error:  # noqa: BLE001
                return _undecided(effect, rules, error)

        return decide_safely

    return wrap


def _undecided(effect: Effect, rules: tuple[str, ...], error: Exception) -> Decision:
    what = f"{type(error).__name__}: {error}"
    return Decision(
        effect=effect,
        rules=rules,
        because=Text(
            sv=f"Det gick inte att avgöra, och därför gäller den strängaste regeln. Fel: {what}.",
            en=f"It could not be decided, so the strictest rule applies. Error: {what}.",
        ),
        alternatives=(TAKE_MESSAGE,),
    )
