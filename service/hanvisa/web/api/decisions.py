"""What would the policy decide? Decides from the register as it is now, and does nothing."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from hanvisa.policy import facts, model
from hanvisa.policy.model import Decision, Text
from hanvisa.policy.outlook import Question, decide
from hanvisa.web.fields import Dialled, Incoming, Moment, Outgoing, Words
from hanvisa.web.problems import invalid
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class DecisionQuestion(Incoming):
    """`transfer`: an operator puts `caller` through to `target`. `consult`: an operator who has a caller rings it.

    `arrival`: `target` is called directly. It is the service that would do it: a group is let through to where any of
    it may be rung, and the others are not. Whoever rings by themselves asks over FastAGI (`dialplan/README.md`).
    """

    kind: Literal["transfer", "consult", "arrival"]
    target: Dialled
    operator: UUID | None = Field(
        default=None, description="a person; none: an operator for whom no exception is named"
    )
    organisation: UUID | None = Field(
        default=None, description="whose extensions are meant; none: the operator's, else the asker's"
    )
    caller: Dialled | None = None
    at: Moment | None = Field(default=None, description="none: now")
    confidential: bool = False


class AlternativeShown(Outgoing):
    kind: model.AlternativeKind
    text: Words
    number: str | None


class DecisionShown(Outgoing):
    effect: model.Effect
    rules: list[str]
    because: Words
    alternatives: list[AlternativeShown]
    exception: UUID | None = Field(description="the exception that lets it through")
    read_as: str = Field(
        description="what `target` was read as: internal, fixed, mobile, unknown, emergency, service"
    )
    number: str | None = Field(description="E.164, or the digits of an extension or short number")


async def ask_policy(ask: Ask[DecisionQuestion, None]) -> Answer:
    body = ask.body
    register = ask.services.directory.register
    operator = _person(register.person(body.operator), "operator") if body.operator else None
    outlook = decide(
        Question(
            kind=body.kind,
            target=body.target,
            caller=body.caller,
            operator=operator,
            organisation=_organisation(ask, operator),
            at=body.at or ask.services.clock.now(),
            confidential=body.confidential,
        ),
        register,
        ask.services.plan,
        ask.services.settings.operator_consults_mobile,
    )
    if outlook.decision is None:
        raise invalid(
            "target",
            Text(
                sv="Numret leder inte till någon person hos oss.", en="The number leads to no person of ours."
            ),
        )
    return Answer(_shown(outlook.decision, outlook.reading.kind, outlook.reading.number))


def _organisation(
    ask: Ask[DecisionQuestion, None], operator: facts.Person | None
) -> facts.Organisation | None:
    register = ask.services.directory.register
    if ask.body.organisation is not None:
        organisation = register.organisation(ask.body.organisation)
        if organisation is None:
            raise invalid(
                "organisation", Text(sv="Den organisationen finns inte.", en="There is no such organisation.")
            )
        return organisation
    person = operator or (register.person(ask.who.person_id) if ask.who.person_id else None)
    return register.organisation(person.organisation_id) if person else None


def _person(person: facts.Person | None, where: str) -> facts.Person:
    if person is None:
        raise invalid(where, Text(sv="Den personen finns inte.", en="There is no such person."))
    return person


def _shown(decision: Decision, read_as: str, number: str | None) -> DecisionShown:
    return DecisionShown(
        effect=decision.effect,
        rules=list(decision.rules),
        because=Words.of(decision.because),
        alternatives=[
            AlternativeShown(kind=one.kind, text=Words.of(one.text), number=one.number)
            for one in decision.alternatives
        ],
        exception=decision.exception,
        read_as=read_as,
        number=number,
    )


ROUTES = (
    Route(
        "POST",
        "/policy/decisions",
        Action.ASK_POLICY,
        ask_policy,
        "Decide without doing",
        body=DecisionQuestion,
        reply=DecisionShown,
    ),
)
