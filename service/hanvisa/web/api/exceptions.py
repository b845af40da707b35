"""Exceptions to O2: granted by who may, always with an end and a reason. They count for the very next transfer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanvisa.directory.repositories.exceptions import ExceptionFields, ExceptionRecord, Exceptions
from hanvisa.ids import new_id
from hanvisa.policy.exceptions import operation_of
from hanvisa.policy.facts import PolicyException
from hanvisa.policy.granting import reach_of
from hanvisa.policy.model import Text
from hanvisa.web.api.exception_bodies import (
    ExceptionChange,
    ExceptionList,
    ExceptionPreview,
    ExceptionQuery,
    ExceptionShown,
    LetThroughShown,
    NewException,
    ScopeShown,
    UseList,
    UseShown,
)
from hanvisa.web.api.exception_checks import check_exception, mobile_given, scope_name
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.masking import Mask
from hanvisa.web.paging import Page, cut, id_after
from hanvisa.web.people import named, named_person
from hanvisa.web.problems import CONFLICT, FORBIDDEN, Problem
from hanvisa.web.roles import Action, Scope
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.windows import facts_of, shown

_BATCH = 200
_O2 = ("O2",)


async def exceptions(ask: Ask[None, ExceptionQuery]) -> Answer:
    page = await _page(ask)
    return Answer(ExceptionList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def uses(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    taken = await Exceptions(ask.services.database).uses(record.exception.id)
    return Answer(UseList(items=[UseShown(call=use.call_id, at=use.at) for use in taken]))


async def grant(ask: Ask[NewException, None]) -> Answer:
    fields = _grantable(ask)
    record = await Exceptions(ask.services.database).create(fields, ask.who.actor)
    return granted(ask, record)


async def preview(ask: Ask[NewException, None]) -> Answer:
    register, wanted = ask.register, as_fact(_grantable(ask))
    reach = reach_of(wanted, register)
    mask = _mask(ask)
    who = (one.person_id for one in register.operators.rows) if wanted.operators is None else wanted.operators
    return Answer(
        ExceptionPreview(
            persons=len({one.person.id for one in reach.mobiles if one.person}),
            mobiles=len(reach.mobiles),
            confidential=sum(one.confidential for one in reach.mobiles),
            others=reach.others,
            operators=[named_person(register, person) for person in sorted(who)],
            items=[
                LetThroughShown(
                    person=named(one.person, one.person.id) if one.person else None,
                    number=mask.number(one.number),
                    confidential=one.confidential,
                )
                for one in reach.mobiles[:_BATCH]
            ],
        )
    )


def _grantable(ask: Ask[NewException, None]) -> ExceptionFields:
    """What is asked for. Raises Problem for what can't be granted, or not by who asks."""
    body = ask.body
    fields = ExceptionFields(
        scope=body.scope.kind,
        scope_id=body.scope.id,
        number=mobile_given(ask, body.scope.number) if body.scope.number else None,
        reason=body.reason,
        starts_at=body.starts_at or ask.now,
        ends_at=body.ends_at,
        operators=frozenset(body.operators) if body.operators is not None else None,
        weekly=facts_of(body.weekly),
        max_uses=body.max_uses,
    )
    check_exception(ask, fields)
    _must_reach(ask, as_fact(fields))
    return fields


def granted(ask: Ask[Any, Any], record: ExceptionRecord) -> Answer:
    return replace(_answer(ask, record), status=201, location=f"/exceptions/{record.exception.id}")


async def change(ask: Ask[ExceptionChange, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    if record.exception.revoked_at is not None:
        raise Problem(
            CONFLICT,
            Text(
                sv="Undantaget är återkallat; bevilja ett nytt.",
                en="The exception is revoked; grant another.",
            ),
        )
    fields = _changed(record.fields, ask.body)
    check_exception(ask, fields, record.fields)
    with against_others():
        record = await Exceptions(ask.services.database).change(
            record.exception.id, fields, version, ask.who.actor
        )
    return _answer(ask, record)


async def revoke(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Exceptions(ask.services.database).revoke(
            record.exception.id, ask.now, version, ask.who.actor
        )
    return _answer(ask, record)


async def _page(ask: Ask[None, ExceptionQuery]) -> Page[ExceptionRecord]:
    """Goes on reading until the page is full: whom an exception concerns is known to the register alone."""
    found: list[ExceptionRecord] = []
    after = id_after(ask.query.cursor)
    while len(found) <= ask.query.limit:
        batch = await Exceptions(ask.services.database).list(
            on_the_spot=ask.query.on_the_spot, since=ask.query.since, after=after, limit=_BATCH
        )
        found += [record for record in batch if _is_wanted(ask, record.exception)]
        if len(batch) < _BATCH:
            break
        after = batch[-1].exception.id
    return cut(tuple(found), lambda record: (str(record.exception.id),), ask.query.limit)


def _is_wanted(ask: Ask[None, ExceptionQuery], exception: PolicyException) -> bool:
    over = exception.revoked_at is not None or exception.ends_at <= ask.now
    return (ask.query.ended or ask.query.since is not None or not over) and _reaches(
        ask, ask.scope, exception
    )


async def _find(ask: Ask[Any, Any]) -> ExceptionRecord:
    record = await Exceptions(ask.services.database).get(ask.path["id"])
    _must_reach(ask, record.exception)
    return record


def _reaches(ask: Ask[Any, Any], scope: Scope, exception: PolicyException) -> bool:
    return scope.everything or operation_of(exception, ask.register) in scope.operations


def _must_reach(ask: Ask[Any, Any], exception: PolicyException) -> None:
    if not _reaches(ask, ask.scope, exception):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Undantaget sträcker sig utanför den egna verksamheten; det kräver rollen administratör.",
                en="The exception reaches beyond your own operation; that needs the role admin.",
            ),
            rules=_O2,
        )


def _changed(fields: ExceptionFields, body: ExceptionChange) -> ExceptionFields:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "weekly" in given:
        given["weekly"] = facts_of(body.weekly)
    if given.get("operators") is not None:
        given["operators"] = frozenset(given["operators"])
    return replace(fields, **given)


def as_fact(fields: ExceptionFields) -> PolicyException:
    """What the policy is asked of, before it is granted."""
    return PolicyException(
        id=new_id(),
        scope=fields.scope,
        scope_id=fields.scope_id,
        number=fields.number,
        reason=fields.reason,
        granted_by="",
        starts_at=fields.starts_at,
        ends_at=fields.ends_at,
        operators=fields.operators,
        max_uses=fields.max_uses,
        call=fields.call,
    )


def _answer(ask: Ask[Any, Any], record: ExceptionRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _mask(ask: Ask[Any, Any]) -> Mask:
    return Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))


def _shown(ask: Ask[Any, Any], record: ExceptionRecord) -> ExceptionShown:
    one = record.exception
    mask = _mask(ask)
    return ExceptionShown(
        id=one.id,
        scope=ScopeShown(
            kind=one.scope,
            id=one.scope_id,
            number=mask.number(one.number) if one.number is not None else None,
            name=scope_name(ask.register, one.scope, one.scope_id) if one.scope_id is not None else None,
        ),
        operators=sorted(one.operators) if one.operators is not None else None,
        reason=one.reason,
        granted_by=one.granted_by,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        weekly=shown(one.weekly),
        max_uses=one.max_uses,
        uses=one.uses,
        revoked_at=one.revoked_at,
        revoked_by=record.revoked_by,
        call=one.call,
    )


ROUTES = (
    Route(
        "GET",
        "/exceptions",
        Action.READ_EXCEPTIONS,
        exceptions,
        "Exceptions to O2, in the order in which they were granted",
        query=ExceptionQuery,
        reply=ExceptionList,
    ),
    Route(
        "POST",
        "/exceptions",
        Action.GRANT_EXCEPTIONS,
        grant,
        "Grant an exception",
        body=NewException,
        reply=ExceptionShown,
        status=201,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/exception-previews",
        Action.GRANT_EXCEPTIONS,
        preview,
        "Whom an exception would let through, without granting it",
        body=NewException,
        reply=ExceptionPreview,
    ),
    Route(
        "GET",
        "/exceptions/{id}",
        Action.READ_EXCEPTIONS,
        read,
        "One exception",
        reply=ExceptionShown,
        etag=True,
    ),
    Route("GET", "/exceptions/{id}/uses", Action.READ_EXCEPTIONS, uses, "Each use of it", reply=UseList),
    Route(
        "PATCH",
        "/exceptions/{id}",
        Action.GRANT_EXCEPTIONS,
        change,
        "Change an exception",
        body=ExceptionChange,
        reply=ExceptionShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/exceptions/{id}/revoke",
        Action.GRANT_EXCEPTIONS,
        revoke,
        "Revoke an exception: it lets nothing through any more",
        reply=ExceptionShown,
        if_match=True,
        etag=True,
    ),
)
