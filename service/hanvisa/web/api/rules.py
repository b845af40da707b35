"""The catalogue of the policy's rules."""

from __future__ import annotations

from hanvisa.policy.rules import RULES
from hanvisa.web.fields import Outgoing, Words
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class RuleShown(Outgoing):
    id: str
    text: Words


class RuleList(Outgoing):
    items: list[RuleShown]


async def catalogue(_ask: Ask[None, None]) -> Answer:
    return Answer(
        RuleList(items=[RuleShown(id=rule.id, text=Words.of(rule.text)) for rule in RULES.values()])
    )


ROUTES = (
    Route(
        "GET",
        "/policy/rules",
        Action.READ_RULES,
        catalogue,
        "The rules of the policy, by their ids",
        reply=RuleList,
    ),
)
