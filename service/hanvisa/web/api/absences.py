"""Absences (G1): set, changed and ended, by oneself or by who may for others. A private reason is shown to few.

One that would leave a department empty for a whole working day is refused (G3), unless it is forced or cannot wait.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from hanvisa.directory.repositories.absences import AbsenceFields, AbsenceRecord, Absences
from hanvisa.directory.repositories.coverage import Coverage
from hanvisa.policy.absence import is_set_already, lasts_by_itself
from hanvisa.policy.facts import Absence, AbsenceReason, Person
from hanvisa.policy.model import Text
from hanvisa.policy.substance import NO_SUBSTANCE, has_substance
from hanvisa.policy.timing import default_until
from hanvisa.web.api.presence import NEUTRAL, sees_reason
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import (
    Change,
    Incoming,
    ListQuery,
    Moment,
    Named,
    Note,
    Outgoing,
    Reason,
    Words,
    unset,
)
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.preparing import prepare_referral
from hanvisa.web.problems import CONFLICT, FORBIDDEN, REFUSED, Problem, invalid
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.windows import WeeklyWindow, Windows, facts_of, shown

ReasonCode = Annotated[str, StringConstraints(pattern="^[0-9]{1,2}$")]

_FORCE = "why a department is left empty all the same (G3): by its telephone manager or head"


class AbsenceQuery(ListQuery):
    person: UUID | None = None
    department: UUID | None = Field(default=None, description="whose people's; all that were its count")
    since: Moment | None = Field(default=None, description="those that last then or later, of the past too")
    until: Moment | None = Field(default=None, description="those that begin before then")
    ended: bool = Field(default=False, description="show those of the past too")


class NewAbsence(Incoming):
    person: UUID
    reason: ReasonCode
    starts_at: Moment | None = Field(default=None, description="none: now")
    ends_at: Moment | None = Field(
        default=None, description="left out: the reason's own; null: until cancelled"
    )
    best_reached: Windows = Field(default_factory=list)
    note: Note = ""
    substitute: UUID | None = None
    force_reason: Reason | None = Field(default=None, description=_FORCE)


class AbsenceChange(Change):
    """What is left out stays as it is."""

    reason: ReasonCode = unset()
    starts_at: Moment = unset()
    ends_at: Moment | None = unset()
    best_reached: Windows = unset()
    note: Note = unset()
    substitute: UUID | None = unset()
    force_reason: Reason | None = Field(default=None, description=_FORCE)


class AbsenceShown(Outgoing):
    id: UUID
    person: Named
    reason: str | None = Field(description="the reason's code; null: private")
    reason_name: Words
    starts_at: Moment
    ends_at: Moment | None = Field(description="null: until cancelled")
    best_reached: list[WeeklyWindow]
    note: str
    substitute: Named | None
    source: str
    forced_by: str | None
    force_reason: str | None


class AbsenceList(Outgoing):
    items: list[AbsenceShown]
    next: str | None


async def absences(ask: Ask[None, AbsenceQuery]) -> Answer:
    query = ask.query
    found = await Absences(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        department_id=query.department,
        not_ended_at=query.since or (None if query.ended else ask.now),
        begins_before=query.until,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.absence.id),), query.limit)
    return Answer(AbsenceList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await find(ask))


async def create(ask: Ask[NewAbsence, None]) -> Answer:
    body = ask.body
    person = person_given(ask.register, body.person, "person")
    must_cover(ask.scope, person)
    fields = new_fields(ask, person)
    coverage = _coverage(ask, person, body.force_reason)

    def must_add(others: Collection[Absence]) -> None:
        _must_add(ask, person, fields, others)
        _must_be_asked_once(ask, person, fields, others)

    record = await Absences(ask.services.database).create(fields, ask.who.actor, coverage, must_add=must_add)
    await prepare_referral(ask.services, person, record.absence)
    answer = _answer(ask, record)
    return replace(answer, status=201, location=f"/absences/{record.absence.id}")


def new_fields(ask: Ask[NewAbsence, None], person: Person) -> AbsenceFields:
    """What is asked for, with the reason's own end where none is given. Raises Problem for what can't be meant."""
    body, starts_at = ask.body, ask.body.starts_at or ask.now
    reason = reason_given(ask, body.reason)
    given = "ends_at" in body.model_fields_set
    fields = AbsenceFields(
        person_id=person.id,
        reason=reason.code,
        starts_at=starts_at,
        ends_at=body.ends_at if given else default_until(reason, starts_at),
        best_reached=facts_of(body.best_reached),
        note=body.note,
        substitute_id=body.substitute,
        source="api",
    )
    _check(ask, person, fields)
    return fields


async def change(ask: Ask[AbsenceChange, None]) -> Answer:
    record = await find(ask)
    version = must_match(ask.if_match, record.version)
    person = person_given(ask.register, record.absence.person_id, "person")
    _must_see_what_changes(ask, person, record)
    fields = _changed(record.fields, ask.body)
    reason_given(ask, fields.reason)
    _check(ask, person, fields)
    coverage = _coverage(ask, person, ask.body.force_reason)
    must_add = partial(_must_add, ask, person, fields, besides=record.absence.id)
    with against_others():
        record = await Absences(ask.services.database).change(
            record.absence.id, fields, version, ask.who.actor, coverage, must_add=must_add
        )
    await prepare_referral(ask.services, person, record.absence)
    return _answer(ask, record)


async def end(ask: Ask[None, None]) -> Answer:
    record = await find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Absences(ask.services.database).end(record.absence.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def find(ask: Ask[Any, Any]) -> AbsenceRecord:
    record = await Absences(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.absence.person_id))
    return record


def reason_given(ask: Ask[Any, Any], code: str) -> AbsenceReason:
    reason = ask.register.reason(code)
    if reason is None:
        raise invalid(
            "reason",
            Text(
                sv=f"Det finns ingen frånvaroorsak med koden {code}.",
                en=f"There is no reason of absence with the code {code}.",
            ),
        )
    return reason


def _changed(fields: AbsenceFields, body: AbsenceChange) -> AbsenceFields:
    given = {name: getattr(body, name) for name in body.model_fields_set - {"force_reason"}}
    if "best_reached" in given:
        given["best_reached"] = facts_of(body.best_reached)
    if "substitute" in given:
        given["substitute_id"] = given.pop("substitute")
    return replace(fields, **given)


def _check(ask: Ask[Any, Any], person: Person, fields: AbsenceFields) -> None:
    """Raises Problem for times that can't be meant, and for an unknown substitute."""
    if fields.ends_at is not None and fields.ends_at <= fields.starts_at:
        raise invalid(
            "ends_at", Text(sv="Slutet ligger inte efter början.", en="The end is not after the start.")
        )
    if fields.ends_at is not None and fields.ends_at <= ask.now:
        raise invalid("ends_at", Text(sv="Slutet har redan varit.", en="The end is already past."))
    if (
        fields.substitute_id is not None
        and person_given(ask.register, fields.substitute_id, "substitute") is person
    ):
        raise invalid(
            "substitute", Text(sv="Ingen kan ersätta sig själv.", en="Nobody can be their own substitute.")
        )


def _must_see_what_changes(ask: Ask[AbsenceChange, None], person: Person, record: AbsenceRecord) -> None:
    """Raises Problem for a reason or a note that the asker can't see.

    That the reason did not change would tell which it is; a note would be written over unread.
    """
    given = ask.body.model_fields_set & {"reason", "note"}
    if given and not sees_reason(ask, person, record.absence.reason):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Orsaken är privat, och anteckningen med den; de ändras av den som får se dem.",
                en="The reason is private, and so is the note; those who may see them change them.",
            ),
        )


def _must_add(
    ask: Ask[Any, Any],
    person: Person,
    fields: AbsenceFields,
    others: Collection[Absence],
    besides: UUID | None = None,
) -> None:
    """Raises Problem for what adds nothing to what is there, as far as the asker may know that."""
    if not sees_reason(ask, person, reason_given(ask, fields.reason)):
        return
    if is_set_already(others, fields.reason, fields.starts_at, fields.ends_at, besides):
        raise Problem(
            CONFLICT,
            Text(
                sv=f"{person.name} är redan frånvarande av samma orsak hela den tiden; ändra den frånvaron.",
                en=f"{person.name} is absent for the same reason all that time already; change that absence.",
            ),
        )


def _must_be_asked_once(
    ask: Ask[NewAbsence, None], person: Person, fields: AbsenceFields, others: Collection[Absence]
) -> None:
    """Raises Problem where it was asked for without times, and is there: who has not heard the answer asks again."""
    reason = reason_given(ask, fields.reason)
    has_times = ask.body.starts_at is not None or "ends_at" in ask.body.model_fields_set
    if has_times or not sees_reason(ask, person, reason):
        return
    if lasts_by_itself(others, reason, fields.starts_at):
        raise Problem(
            CONFLICT,
            Text(
                sv=f"{person.name} är redan frånvarande av samma orsak; ändra den frånvaron, eller ange ett slut.",
                en=f"{person.name} is absent for the same reason already; change that absence, or give an end.",
            ),
        )


def _coverage(ask: Ask[Any, Any], person: Person, force_reason: str | None) -> Coverage:
    """How G3 is kept. Raises Problem when the asker may not leave the person's department empty, or says too little."""
    scope = ask.scope_for(Action.FORCE_ABSENCES)
    if force_reason is not None and not scope.covers(person):
        raise Problem(
            FORBIDDEN,
            Text(
                sv="Bara telefonansvarig eller verksamhetschefen kan besluta att avdelningen blir tom (G3).",
                en="Only the telephone manager or the head can decide that the department is left empty (G3).",
            ),
            rules=("G3",),
        )
    if force_reason is not None and not has_substance(force_reason):
        raise invalid("force_reason", NO_SUBSTANCE, rules=("G3",))
    departments = ask.register.departments.rows
    return Coverage(ask.now, force_reason, {one.id for one in departments if scope.covers_department(one)})


def _answer(ask: Ask[Any, Any], record: AbsenceRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: AbsenceRecord) -> AbsenceShown:
    one = record.absence
    seen = sees_reason(ask, ask.register.person(one.person_id), one.reason)
    return AbsenceShown(
        id=one.id,
        person=named_person(ask.register, one.person_id),
        reason=one.reason.code if seen else None,
        reason_name=Words.of(one.reason.name) if seen else NEUTRAL,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        best_reached=shown(one.best_reached),
        note=record.note if seen else "",
        substitute=named_person(ask.register, one.substitute_id) if one.substitute_id else None,
        source=record.source,
        forced_by=record.forced_by,
        force_reason=record.force_reason if seen else None,
    )


ROUTES = (
    Route(
        "GET",
        "/absences",
        Action.READ_ABSENCES,
        absences,
        "Absences, in the order in which they were set",
        query=AbsenceQuery,
        reply=AbsenceList,
    ),
    Route(
        "POST",
        "/absences",
        Action.SET_ABSENCES,
        create,
        "Set an absence",
        body=NewAbsence,
        reply=AbsenceShown,
        status=201,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
    Route("GET", "/absences/{id}", Action.READ_ABSENCES, read, "One absence", reply=AbsenceShown, etag=True),
    Route(
        "PATCH",
        "/absences/{id}",
        Action.SET_ABSENCES,
        change,
        "Change an absence",
        body=AbsenceChange,
        reply=AbsenceShown,
        if_match=True,
        etag=True,
        refusals=(CONFLICT, REFUSED),
    ),
    Route(
        "POST",
        "/absences/{id}/end",
        Action.SET_ABSENCES,
        end,
        "End an absence now: the person is back. One that has not begun is taken back",
        reply=AbsenceShown,
        if_match=True,
        etag=True,
    ),
)
