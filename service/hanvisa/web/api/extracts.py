"""Itemised extracts on suspicion of misuse (F2): one asks, another approves, both may open, every opening is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hanvisa.directory.repositories.extracts import ExtractedCall, ExtractRecord, Extracts, NamedAccount
from hanvisa.policy.extracts import (
    Account,
    ExtractFacts,
    RequestFacts,
    decide_approval,
    decide_opening,
    decide_request,
    may_know,
)
from hanvisa.policy.model import Decision, Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.reports.printing import print_pdf
from hanvisa.web.api.extract_bodies import (
    ExtractedCallShown,
    ExtractList,
    ExtractQuery,
    ExtractShown,
    NewExtract,
    OpeningList,
    OpeningShown,
    RefusedExtract,
    TrafficShown,
)
from hanvisa.web.api.extract_sheets import page_of, sheet_of
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Named
from hanvisa.web.masking import Mask
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given, reaches
from hanvisa.web.problems import REFUSED, not_found, refused
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Document, Route


async def extracts(ask: Ask[None, ExtractQuery]) -> Answer:
    query = ask.query
    found = await Extracts(ask.services.database).list(
        within=ask.within,
        hidden_from=ask.who.person_id,
        now=ask.now,
        person_id=query.person,
        state=query.state,
        before=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(ExtractList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def request(ask: Ask[NewExtract, None]) -> Answer:
    body = ask.body
    person = person_given(ask.register, body.person, "person")
    must_cover(ask.scope, person)
    longest = timedelta(days=ask.services.settings.extract_longest)
    facts = RequestFacts(_account(ask), person.id, body.starts_at, body.ends_at, ask.now, longest)
    _must_be_allowed(decide_request(facts))
    record = await Extracts(ask.services.database).request(
        person.id, body.starts_at, body.ends_at, reason=body.reason, at=ask.now, by=ask.who.actor
    )
    return replace(_answer(ask, record), status=201, location=f"/extracts/{record.id}")


async def approve(ask: Ask[None, None]) -> Answer:
    record, version = await _find_to_decide(ask)
    settings = ask.services.settings
    tell = timedelta(days=settings.extract_tell)
    with against_others():
        record = await Extracts(ask.services.database).approve(
            record.id,
            version,
            at=ask.now,
            expires_at=ask.now + timedelta(days=settings.extract_kept),
            tell_at=ask.now + tell if tell else None,
            by=ask.who.actor,
        )
    return _answer(ask, record)


async def refuse(ask: Ask[RefusedExtract, None]) -> Answer:
    record, version = await _find_to_decide(ask)
    with against_others():
        record = await Extracts(ask.services.database).refuse(
            record.id, version, why=ask.body.reason, at=ask.now, by=ask.who.actor
        )
    return _answer(ask, record)


async def traffic(ask: Ask[None, None]) -> Answer:
    record, calls = await _open(ask, "json")
    return Answer(
        TrafficShown(
            person=named_person(ask.register, record.person_id),
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            items=calls,
        )
    )


async def traffic_as_csv(ask: Ask[None, None]) -> Answer:
    record, calls = await _open(ask, "csv")
    return Answer(Document(sheet_of(calls, ask.language), f"{_file(record)}.csv"))


async def traffic_to_print(ask: Ask[None, None]) -> Answer:
    record, calls = await _open(ask, "pdf")
    page = page_of(_shown(ask, record), calls, ask.who.name, ask.now, ask.language)
    return Answer(Document(await print_pdf(page), f"{_file(record)}.pdf"))


async def openings(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    opened = await Extracts(ask.services.database).openings(record.id)
    items = [OpeningShown(by=_named(one.by), at=one.at, address=one.address, form=one.form) for one in opened]
    return Answer(OpeningList(items=items))


async def _find(ask: Ask[Any, Any]) -> ExtractRecord:
    """Raises Problem: it is out of reach (403), or there is none that the asker may know of (404)."""
    record = await Extracts(ask.services.database).get(ask.path["id"])
    if not may_know(_facts(ask, record)):
        raise not_found(Text(sv="Det utdraget finns inte.", en="There is no such extract."))
    must_cover(ask.scope, ask.register.person(record.person_id))
    return record


async def _find_to_decide(ask: Ask[Any, Any]) -> tuple[ExtractRecord, int]:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    _must_be_allowed(decide_approval(_facts(ask, record)))
    return record, version


async def _open(ask: Ask[Any, Any], form: str) -> tuple[ExtractRecord, list[ExtractedCallShown]]:
    record = await _find(ask)
    _must_be_allowed(decide_opening(_facts(ask, record)))
    calls = await Extracts(ask.services.database).open(record.id, form, ask.now, ask.who.actor)
    mask = Mask(ask.register, ask.services.plan, ask.scope_for(Action.SEE_PROTECTED))
    return record, [_call(call, mask) for call in calls]


def _file(record: ExtractRecord) -> str:
    return f"extract-{record.starts_at.astimezone(LOCAL):%Y-%m-%d}"


def _must_be_allowed(decision: Decision) -> None:
    if not decision.allowed:
        raise refused(decision)


def _account(ask: Ask[Any, Any]) -> Account:
    return Account(ask.who.known_id, ask.who.person_id)


def _facts(ask: Ask[Any, Any], record: ExtractRecord) -> ExtractFacts:
    return ExtractFacts(
        by=_account(ask),
        person_id=record.person_id,
        requester=record.requester.account,
        now=ask.now,
        state=record.state,
        approver=record.approver.account if record.approver else None,
        expires_at=record.expires_at,
        told=record.tell_at is not None and record.tell_at <= ask.now,
    )


def _call(call: ExtractedCall, mask: Mask) -> ExtractedCallShown:
    began = datetime.fromisoformat(call.started_at)
    ended = datetime.fromisoformat(call.ended_at) if call.ended_at else None
    return ExtractedCallShown.model_validate(
        {
            "started_at": began,
            "ended_at": ended,
            "seconds": round((ended - began).total_seconds()) if ended else None,
            "part": call.part,
            "number": mask.number(call.number),
            "outcome": call.outcome,
            "private": call.private,
            "confidential": call.confidential,
        }
    )


def _answer(ask: Ask[Any, Any], record: ExtractRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: ExtractRecord) -> ExtractShown:
    return ExtractShown(
        id=record.id,
        person=named_person(ask.register, record.person_id),
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        reason=record.reason,
        state=record.state,
        requested_at=record.requested_at,
        requested_by=_named(record.requester),
        decided_at=record.decided_at,
        decided_by=_named(record.approver) if record.approver else None,
        refusal=record.refusal,
        expires_at=record.expires_at,
        tell_at=record.tell_at,
        told_at=record.told_at,
        may_decide=_may_decide(ask, record),
        may_open=decide_opening(_facts(ask, record)).allowed,
    )


def _may_decide(ask: Ask[Any, Any], record: ExtractRecord) -> bool:
    reached = reaches(ask.scope_for(Action.APPROVE_EXTRACTS), ask.register.person(record.person_id))
    return reached and decide_approval(_facts(ask, record)).allowed


def _named(one: NamedAccount) -> Named:
    return Named(id=one.account.user_id, name=one.name)


ROUTES = (
    Route(
        "GET",
        "/extracts",
        Action.READ_EXTRACTS,
        extracts,
        "Extracts, the newest first",
        query=ExtractQuery,
        reply=ExtractList,
    ),
    Route(
        "POST",
        "/extracts",
        Action.REQUEST_EXTRACTS,
        request,
        "Ask for an extract of a person's calls",
        body=NewExtract,
        reply=ExtractShown,
        status=201,
        etag=True,
        refusals=(REFUSED,),
    ),
    Route("GET", "/extracts/{id}", Action.READ_EXTRACTS, read, "One extract", reply=ExtractShown, etag=True),
    Route(
        "POST",
        "/extracts/{id}/approve",
        Action.APPROVE_EXTRACTS,
        approve,
        "Approve an extract: the calls are taken into it",
        reply=ExtractShown,
        if_match=True,
        etag=True,
        refusals=(REFUSED,),
    ),
    Route(
        "POST",
        "/extracts/{id}/refuse",
        Action.APPROVE_EXTRACTS,
        refuse,
        "Refuse an extract",
        body=RefusedExtract,
        reply=ExtractShown,
        if_match=True,
        etag=True,
        refusals=(REFUSED,),
    ),
    Route(
        "GET",
        "/extracts/{id}/traffic",
        Action.READ_EXTRACTS,
        traffic,
        "Open an extract, which is kept: its calls",
        reply=TrafficShown,
        refusals=(REFUSED,),
    ),
    Route(
        "GET",
        "/extracts/{id}/traffic.csv",
        Action.READ_EXTRACTS,
        traffic_as_csv,
        "Open an extract, which is kept: its calls as a table for a spreadsheet",
        media="text/csv",
        refusals=(REFUSED,),
    ),
    Route(
        "GET",
        "/extracts/{id}/traffic.pdf",
        Action.READ_EXTRACTS,
        traffic_to_print,
        "Open an extract, which is kept: its calls to print (PDF/UA)",
        media="application/pdf",
        refusals=(REFUSED,),
    ),
    Route(
        "GET",
        "/extracts/{id}/openings",
        Action.READ_EXTRACTS,
        openings,
        "Who has opened an extract, and when",
        reply=OpeningList,
    ),
)
