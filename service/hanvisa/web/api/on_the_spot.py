"""An operator's exception to O2 for the one call that they have (`HANVISA_EXCEPTIONS_ON_THE_SPOT`)."""

from __future__ import annotations

from hanvisa.calls.live_ports import LiveCall
from hanvisa.directory.repositories.exceptions import ExceptionFields, Exceptions
from hanvisa.policy.confidentiality import is_confidential_person
from hanvisa.policy.facts import ScopeKind
from hanvisa.policy.on_the_spot import LONGEST, OnTheSpotFacts, decide_on_the_spot
from hanvisa.policy.register import Register
from hanvisa.web.api.exception_bodies import ExceptionShown, OnTheSpot
from hanvisa.web.api.exception_checks import check_exception, mobile_given
from hanvisa.web.api.exceptions import as_fact, granted
from hanvisa.web.problems import CONFLICT, REFUSED, refused
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


async def grant(ask: Ask[OnTheSpot, None]) -> Answer:
    call, body = ask.services.live_calls.call(ask.path["call"]), ask.body
    [operator] = ask.scope.persons
    fields = ExceptionFields(
        scope=body.scope.kind,
        scope_id=body.scope.id,
        number=mobile_given(ask, body.scope.number) if body.scope.number else None,
        reason=body.reason,
        starts_at=ask.now,
        ends_at=body.ends_at or ask.now + LONGEST,
        operators=frozenset({operator}),
        max_uses=1,
        call=call.id,
    )
    check_exception(ask, fields)
    decision = decide_on_the_spot(
        OnTheSpotFacts(
            at=ask.now,
            operator=operator,
            exception=as_fact(fields),
            setting=ask.services.settings.exceptions_on_the_spot,
            has_call=call.is_with(operator),
            confidential=_is_confidential(ask.register, call, fields),
        )
    )
    if not decision.allowed:
        raise refused(decision)
    return granted(ask, await Exceptions(ask.services.database).create(fields, ask.who.actor))


def _is_confidential(register: Register, call: LiveCall, fields: ExceptionFields) -> bool:
    mobile = register.mobile(fields.number) if fields.number else None
    sought = fields.scope_id if fields.scope is ScopeKind.PERSON else mobile and mobile.person_id
    person = register.person(sought) if sought else None
    return call.confidential or (person is not None and is_confidential_person(register, person))


ROUTES = (
    Route(
        "POST",
        "/live/calls/{call}/exception",
        Action.GRANT_ON_THE_SPOT,
        grant,
        "Make an exception to O2 on the spot: once, for the call that one has",
        body=OnTheSpot,
        reply=ExceptionShown,
        status=201,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
)
