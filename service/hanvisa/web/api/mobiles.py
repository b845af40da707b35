"""Registered mobiles (H1, B1, M1, P1): who holds which, on what grounds, who decided it and when.

A registration that does not say so is refused. One that is no longer in use is ended, and stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.directory.repositories.entries import Entries
from hanvisa.directory.repositories.mobiles import MobileFields, MobileRecord, Mobiles
from hanvisa.directory.repositories.plain import CARRIERS
from hanvisa.policy.facts import Mobile
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import Reading, read_number
from hanvisa.policy.registration import MobileFacts, MobileFault, decide_mobile, faults_of_mobile, told_of
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Change, Dialled, Incoming, Line, ListQuery, Moment, Named, Outgoing, unset
from hanvisa.web.masking import HIDDEN
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.problems import CONFLICT, REFUSED, FieldFault, Problem
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route

_FIELD_OF = {
    MobileFault.NO_HOLDER: "person",
    MobileFault.NO_NUMBER: "number",
    MobileFault.TAKEN: "number",
    MobileFault.NO_CARRIER: "carrier",
    MobileFault.OTHER_CARRIER: "carrier",
    MobileFault.NO_GROUNDS: "grounds",
    MobileFault.NOT_DECIDED: "decided_by",
    MobileFault.DECIDED_BY_HOLDER: "decided_by",
    MobileFault.NO_DATE: "decided_at",
    MobileFault.DECIDED_LATER: "decided_at",
    MobileFault.NOT_ITEMISED: "private_use",
}
_NAMES = (
    "number",
    "carrier",
    "grounds",
    "decided_by",
    "decided_at",
    "itemised_invoice",
    "private_use",
    "protected",
)
_DECISION = ("grounds", "decided_by", "decided_at")


class MobileQuery(ListQuery):
    person: UUID | None = None
    ended: bool = Field(default=False, description="show those as well that are no longer in use")


class NewMobile(Incoming):
    """What is left out is refused by the rule that asks for it."""

    person: UUID | None = Field(default=None, description="the holder (M1)")
    number: Dialled | None = Field(default=None, description="a whole number, in any usual spelling (M1)")
    carrier: Line | None = Field(default=None, description="one that IT has appointed, in `/carriers` (B1)")
    grounds: Line | None = Field(default=None, description="why the work needs a mobile (H1)")
    decided_by: Line | None = Field(default=None, description="the head of operation who decided it (H1)")
    decided_at: Moment | None = Field(default=None, description="when it was decided (H1)")
    itemised_invoice: bool = Field(default=False, description="one has been ordered")
    private_use: bool = Field(default=False, description="the holder uses it privately, too (P1)")
    protected: bool = Field(default=False, description="the number is never told")


class MobileChange(Change):
    """What is left out stays as it is. For another holder grounds and decision are given anew (H1)."""

    person: UUID = unset()
    number: Dialled = unset()
    carrier: Line = unset()
    grounds: Line = unset()
    decided_by: Line = unset()
    decided_at: Moment = unset()
    itemised_invoice: bool = unset()
    private_use: bool = unset()
    protected: bool = unset()


class MobileRegistered(Outgoing):
    id: UUID
    person: Named
    number: str = Field(description="E.164; stars for a protected one")
    carrier: str
    grounds: str
    decided_by: str
    decided_at: Moment
    itemised_invoice: bool
    private_use: bool
    protected: bool
    greeting_checked_at: Moment | None
    ended_at: Moment | None


class MobileList(Outgoing):
    items: list[MobileRegistered]
    next: str | None


async def mobiles(ask: Ask[None, MobileQuery]) -> Answer:
    query = ask.query
    found = await Mobiles(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        ended=query.ended,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(MobileList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def register(ask: Ask[NewMobile, None]) -> Answer:
    fields = await _checked(ask, dict(ask.body))
    record = await Mobiles(ask.services.database).create(fields, ask.who.actor)
    return replace(_answer(ask, record), status=201, location=f"/mobiles/{record.id}")


async def change(ask: Ask[MobileChange, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    if record.ended_at is not None:
        raise Problem(
            CONFLICT,
            Text(
                sv="Mobilen är avslutad; registrera den på nytt.",
                en="The mobile is no longer in use; register it anew.",
            ),
        )
    given = {name: getattr(ask.body, name) for name in ask.body.model_fields_set}
    there = {"person": record.fields.person_id, **_named(record.fields)}
    if given.get("person", record.fields.person_id) != record.fields.person_id:
        there |= dict.fromkeys(_DECISION)
    fields = await _checked(ask, {**there, **given}, record.id)
    with against_others():
        record = await Mobiles(ask.services.database).change(record.id, fields, version, ask.who.actor)
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Mobiles(ask.services.database).end(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def confirm_greeting(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Mobiles(ask.services.database).confirm_greeting(
            record.id, ask.now, version, ask.who.actor
        )
    return _answer(ask, record)


async def _find(ask: Ask[Any, Any]) -> MobileRecord:
    record = await Mobiles(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.fields.person_id))
    return record


async def _checked(ask: Ask[Any, Any], given: dict[str, Any], besides: UUID | None = None) -> MobileFields:
    """What is to be registered. Raises Problem for what the rules refuse, and for a holder out of reach."""
    holder = person_given(ask.register, given["person"], "person") if given["person"] else None
    if holder is not None:
        must_cover(ask.scope, holder)
    number = read_number(given["number"], None, ask.register, ask.services.plan) if given["number"] else None
    facts = MobileFacts(
        holder=holder,
        number=number,
        registered=_in_use(ask, number, besides),
        carrier=given["carrier"] or "",
        grounds=given["grounds"] or "",
        decided_by=given["decided_by"] or "",
        decided_at=given["decided_at"],
        now=ask.now,
        carriers=await _appointed(ask),
        itemised_invoice=given["itemised_invoice"],
        private_use=given["private_use"],
    )
    decision = decide_mobile(facts)
    if not decision.allowed or holder is None or number is None or number.number is None:
        faults = (FieldFault(_FIELD_OF[fault], told_of(fault, facts)) for fault in faults_of_mobile(facts))
        raise Problem(REFUSED, decision.because, rules=decision.rules, faults=tuple(faults))
    registered = {name: given[name] for name in _NAMES}
    return MobileFields(person_id=holder.id, **{**registered, "number": number.number})


async def _appointed(ask: Ask[Any, Any]) -> tuple[str, ...]:
    carriers = await Entries(ask.services.database, CARRIERS).list(where={"appointed": True})
    return tuple(carrier.values["name"] for carrier in carriers)


def _in_use(ask: Ask[Any, Any], number: Reading | None, besides: UUID | None) -> Mobile | None:
    found = ask.register.mobile(number.number) if number and number.number else None
    return found if found and found.id != besides else None


def _sees_number(ask: Ask[Any, Any], record: MobileRecord) -> bool:
    sees, holder = ask.scope_for(Action.SEE_PROTECTED), ask.register.person(record.fields.person_id)
    if holder is None:
        return sees.everything
    return sees.covers(holder) or not (holder.protected or record.fields.protected)


def _answer(ask: Ask[Any, Any], record: MobileRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: MobileRecord) -> MobileRegistered:
    shown = _named(record.fields)
    if not _sees_number(ask, record):
        shown["number"] = HIDDEN
    return MobileRegistered(
        id=record.id,
        person=named_person(ask.register, record.fields.person_id),
        **shown,
        greeting_checked_at=record.greeting_checked_at,
        ended_at=record.ended_at,
    )


def _named(fields: MobileFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in _NAMES}


ROUTES = (
    Route(
        "GET",
        "/mobiles",
        Action.READ_MOBILES,
        mobiles,
        "Registered mobiles, in the order in which they were registered",
        query=MobileQuery,
        reply=MobileList,
    ),
    Route(
        "POST",
        "/mobiles",
        Action.REGISTER_MOBILES,
        register,
        "Register a mobile",
        body=NewMobile,
        reply=MobileRegistered,
        status=201,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
    Route("GET", "/mobiles/{id}", Action.READ_MOBILES, read, "One mobile", reply=MobileRegistered, etag=True),
    Route(
        "PATCH",
        "/mobiles/{id}",
        Action.REGISTER_MOBILES,
        change,
        "Change a registration",
        body=MobileChange,
        reply=MobileRegistered,
        if_match=True,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
    Route(
        "POST",
        "/mobiles/{id}/greeting",
        Action.CHANGE_DETAILS,
        confirm_greeting,
        "Say that its voicemail has a personal greeting (M2)",
        reply=MobileRegistered,
        if_match=True,
        etag=True,
        refusals=(CONFLICT,),
    ),
    Route(
        "POST",
        "/mobiles/{id}/end",
        Action.REGISTER_MOBILES,
        end,
        "End a registration: the mobile is no longer in use",
        reply=MobileRegistered,
        if_match=True,
        etag=True,
    ),
)
