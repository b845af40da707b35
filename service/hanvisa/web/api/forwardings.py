"""Forwardings from a fixed phone: to inside numbers freely, to mobiles within M3's limits, always with an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.forwardings import ForwardingFields, ForwardingRecord, Forwardings
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import Forwarding, ForwardingKind, Person, TargetKind
from hanvisa.policy.forwarding import (
    ForwardingFacts,
    ForwardingLimits,
    Judge,
    days_used,
    decide_forwarding,
    default_end,
)
from hanvisa.policy.model import Decision, Text
from hanvisa.policy.numbers import Reading, read_number
from hanvisa.policy.outgoing import private_number
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Dialled, Incoming, ListQuery, Moment, Named, Outgoing, unset
from hanvisa.web.masking import Mask
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.problems import CONFLICT, REFUSED, Problem, invalid
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route


class ForwardingQuery(ListQuery):
    person: UUID | None = None
    ended: bool = Field(default=False, description="show those of the past too")


class NewForwarding(Incoming):
    person: UUID
    target: Dialled
    starts_at: Moment | None = Field(default=None, description="none: now")
    ends_at: Moment | None = Field(default=None, description="none: 17:00 the same day")
    kind: ForwardingKind = Field(default=ForwardingKind.ALWAYS, description="when it is followed")


class ForwardingChange(Change):
    """What is left out stays as it is. Of one that has begun only the end is changed (M3)."""

    target: Dialled = unset()
    starts_at: Moment = unset()
    ends_at: Moment = unset()
    kind: ForwardingKind = unset()


class ForwardingShown(Outgoing):
    id: UUID
    person: Named
    target: str = Field(description="as it was set; stars for a protected number")
    starts_at: Moment
    ends_at: Moment
    kind: ForwardingKind


class AllowanceQuery(Incoming):
    person: UUID


class AllowanceShown(Outgoing):
    """M3: forwarding to mobiles."""

    days_a_month: int
    days_left: int = Field(description="of this month, with what is set already")
    longest_days: int


class ForwardingList(Outgoing):
    items: list[ForwardingShown]
    next: str | None


async def forwardings(ask: Ask[None, ForwardingQuery]) -> Answer:
    query = ask.query
    found = await Forwardings(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        not_ended_at=None if query.ended else ask.now,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.forwarding.id),), query.limit)
    return Answer(ForwardingList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def allowance(ask: Ask[None, AllowanceQuery]) -> Answer:
    person = person_given(ask.register, ask.query.person, "person")
    must_cover(ask.scope, person)
    settings, own = ask.services.settings, ask.register.forwardings_of(person.id)
    to_mobiles = (one for one in own if _read(ask, person, one.target).kind.may_be_mobile)
    used = days_used(to_mobiles, ask.now.astimezone(LOCAL).date())
    return Answer(
        AllowanceShown(
            days_a_month=settings.forwarding_days,
            days_left=max(settings.forwarding_days - used, 0),
            longest_days=settings.forwarding_longest,
        )
    )


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def create(ask: Ask[NewForwarding, None]) -> Answer:
    body = ask.body
    person = person_given(ask.register, body.person, "person")
    must_cover(ask.scope, person)
    starts_at = body.starts_at or ask.now
    fields = ForwardingFields(
        person.id, body.target, starts_at, body.ends_at or default_end(starts_at), body.kind
    )
    _check_times(ask, fields)
    judge = _judge(ask, person, fields)
    record = await Forwardings(ask.services.database).create(fields, ask.who.actor, judge)
    return replace(_answer(ask, record), status=201, location=f"/forwardings/{record.forwarding.id}")


async def change(ask: Ask[ForwardingChange, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    person = person_given(ask.register, record.forwarding.person_id, "person")
    given = {name: getattr(ask.body, name) for name in ask.body.model_fields_set}
    fields = replace(record.fields, **given)
    _check_begun(ask, record, fields)
    _check_times(ask, fields)
    with against_others():
        record = await Forwardings(ask.services.database).change(
            record.forwarding.id, fields, version, ask.who.actor, _judge(ask, person, fields)
        )
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Forwardings(ask.services.database).end(
            record.forwarding.id, ask.now, version, ask.who.actor
        )
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> ForwardingRecord:
    record = await Forwardings(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.forwarding.person_id))
    return record


def _check_times(ask: Ask[Any, Any], fields: ForwardingFields) -> None:
    """Raises Problem for times that can't be meant."""
    if fields.ends_at <= fields.starts_at:
        raise invalid(
            "ends_at", Text(sv="Slutet ligger inte efter början.", en="The end is not after the start.")
        )
    if fields.ends_at <= ask.now:
        raise invalid("ends_at", Text(sv="Slutet har redan varit.", en="The end is already past."))


def _check_begun(ask: Ask[Any, Any], record: ForwardingRecord, fields: ForwardingFields) -> None:
    """Raises Problem for a change of what has been: the days that it was on count."""
    before = record.fields
    if before.starts_at <= ask.now and replace(fields, ends_at=before.ends_at) != before:
        raise Problem(
            REFUSED,
            Text(
                sv="Vidarekopplingen har börjat, och då ändras bara dess slut (M3). Avsluta den, och gör en ny.",
                en="The forwarding has begun, and only its end is changed then (M3). End it, and make a new one.",
            ),
            rules=("M3",),
        )


def _judge(ask: Ask[Any, Any], person: Person, fields: ForwardingFields) -> Judge:
    """What M3 says of it, beside the person's others."""
    settings = ask.services.settings
    facts = ForwardingFacts(
        person=person,
        target=_read(ask, person, fields.target),
        starts_at=fields.starts_at,
        ends_at=fields.ends_at,
        now=ask.now,
        confidential=has_confidential_line(ask.register, TargetKind.PERSON, person.id),
        limits=ForwardingLimits(settings.forwarding_longest, settings.forwarding_days),
        private=bool(
            private_number(
                fields.target,
                settings.private_prefix,
                ask.register.organisation(person.organisation_id),
                ask.register,
                ask.services.plan,
            )
        ),
    )

    def judge(others: tuple[Forwarding, ...]) -> Decision:
        to_mobiles = (one for one in others if _read(ask, person, one.target).kind.may_be_mobile)
        return decide_forwarding(replace(facts, to_mobiles=tuple(to_mobiles)))

    return judge


def _read(ask: Ask[Any, Any], person: Person, target: str) -> Reading:
    organisation = ask.register.organisation(person.organisation_id)
    return read_number(target, organisation, ask.register, ask.services.plan)


def _answer(ask: Ask[Any, Any], record: ForwardingRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: ForwardingRecord) -> ForwardingShown:
    one = record.forwarding
    mask = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))
    return ForwardingShown(
        id=one.id,
        person=named_person(ask.register, one.person_id),
        target=mask.number(one.target),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        kind=one.kind,
    )


ROUTES = (
    Route(
        "GET",
        "/forwardings",
        Action.READ_FORWARDINGS,
        forwardings,
        "Forwardings, in the order in which they were set",
        query=ForwardingQuery,
        reply=ForwardingList,
    ),
    Route(
        "POST",
        "/forwardings",
        Action.SET_FORWARDINGS,
        create,
        "Forward a phone",
        body=NewForwarding,
        reply=ForwardingShown,
        status=201,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
    Route(
        "GET",
        "/forwardings/allowance",
        Action.READ_FORWARDINGS,
        allowance,
        "What is left of the month's forwarding to mobiles (M3)",
        query=AllowanceQuery,
        reply=AllowanceShown,
    ),
    Route(
        "GET",
        "/forwardings/{id}",
        Action.READ_FORWARDINGS,
        read,
        "One forwarding",
        reply=ForwardingShown,
        etag=True,
    ),
    Route(
        "PATCH",
        "/forwardings/{id}",
        Action.SET_FORWARDINGS,
        change,
        "Change a forwarding",
        body=ForwardingChange,
        reply=ForwardingShown,
        if_match=True,
        etag=True,
        refusals=(REFUSED,),
    ),
    Route(
        "POST",
        "/forwardings/{id}/end",
        Action.SET_FORWARDINGS,
        end,
        "End a forwarding now",
        reply=ForwardingShown,
        if_match=True,
        etag=True,
    ),
)
