"""What people have recorded of themselves by phone: listed, heard, and ended, after which callers hear the voice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from hanvisa.counting import counted
from hanvisa.directory.repositories.recordings import RecordingRecord, Recordings
from hanvisa.errors import SpeechError
from hanvisa.policy.facts import RecordingKind
from hanvisa.policy.model import Text
from hanvisa.policy.own_recordings import A_DAY, LONGEST
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, ListQuery, Moment, Named, Outgoing
from hanvisa.web.paging import cut, id_after
from hanvisa.web.people import must_cover, named_person, person_given
from hanvisa.web.problems import CONFLICT, Problem, invalid, not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.sounds import LARGEST, WAV, no_sound, wav_given
from hanvisa.web.uploads import Files


class RecordingQuery(ListQuery):
    person: UUID | None = None
    ended: bool = Field(default=False, description="show those of the past too")


class NewRecording(Incoming):
    person: UUID
    kind: RecordingKind
    absence: UUID | None = Field(default=None, description="that a greeting is for")


class RecordingShown(Outgoing):
    id: UUID
    person: Named
    kind: RecordingKind
    absence: UUID | None = Field(description="that a greeting is for")
    recorded_at: Moment
    ended_at: Moment | None


class RecordingList(Outgoing):
    items: list[RecordingShown]
    next: str | None


async def recordings(ask: Ask[None, RecordingQuery]) -> Answer:
    query = ask.query
    found = await Recordings(ask.services.database).list(
        within=ask.within,
        person_id=query.person,
        ended=query.ended,
        after=id_after(query.cursor),
        limit=query.limit + 1,
    )
    page = cut(tuple(found), lambda record: (str(record.id),), query.limit)
    return Answer(RecordingList(items=[_shown(ask, record) for record in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, await _find(ask))


async def give(ask: Ask[Files, NewRecording]) -> Answer:
    """It takes the place of the one before of its kind."""
    query = ask.query
    person = person_given(ask.register, query.person, "person")
    must_cover(ask.scope, person)
    absences = {absence.id for absence in ask.register.absences_of(person.id)}
    if (query.kind is RecordingKind.GREETING) != (query.absence in absences):
        raise invalid(
            "absence",
            Text(
                sv="En hälsning är för en av personens frånvaror, ett namn för ingen.",
                en="A greeting is for one of the person's absences, a name for none.",
            ),
        )
    async with ask.services.one_recording:
        await _must_be_few(ask, person.id)
        sound = await _sound(ask)
        record = await Recordings(ask.services.database).set(
            person.id, query.kind, sound, ask.now, absence=query.absence, by=ask.who.actor
        )
    return replace(_answer(ask, record), status=201, location=f"/recordings/{record.id}")


async def _must_be_few(ask: Ask[Any, Any], person: UUID) -> None:
    """Raises Problem."""
    most = ask.services.settings.recordings_a_day
    if await Recordings(ask.services.database).made_since(person, ask.now - A_DAY) >= most:
        raise Problem(
            CONFLICT,
            Text(
                sv=f"{counted(most, 'inspelning', 'inspelningar')} av personen har gjorts det senaste dygnet."
                " Försök igen i morgon, eller låt administratören höja gränsen (recordings_a_day).",
                en=f"{counted(most, 'recording was', 'recordings were')} made of the person in the last 24 hours."
                " Try again tomorrow, or have the administrator raise the limit (recordings_a_day).",
            ),
        )


async def _sound(ask: Ask[Files, NewRecording]) -> str:
    """The name of the sound that was sent. Raises Problem for what is none, or too long."""
    try:
        return await ask.services.keep_recording(wav_given(ask.body, LONGEST[ask.query.kind]))
    except SpeechError as error:
        raise no_sound() from error


async def end(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    version = must_match(ask.if_match, record.version)
    with against_others():
        record = await Recordings(ask.services.database).end(record.id, ask.now, version, ask.who.actor)
    return _answer(ask, record)


async def sound(ask: Ask[None, None]) -> Answer:
    record = await _find(ask)
    file = ask.services.settings.state / "recordings" / "own" / f"{record.sound}.wav"
    if not await asyncio.to_thread(file.exists):
        raise not_found(Text(sv="Ljudet finns inte kvar.", en="The sound is no longer there."))
    return Answer(await asyncio.to_thread(file.read_bytes))


async def _find(ask: Ask[Any, Any]) -> RecordingRecord:
    record = await Recordings(ask.services.database).get(ask.path["id"])
    must_cover(ask.scope, ask.register.person(record.person_id))
    return record


def _answer(ask: Ask[Any, Any], record: RecordingRecord) -> Answer:
    return Answer(_shown(ask, record), etag=str(record.version))


def _shown(ask: Ask[Any, Any], record: RecordingRecord) -> RecordingShown:
    return RecordingShown(
        id=record.id,
        person=named_person(ask.register, record.person_id),
        kind=record.kind,
        absence=record.absence_id,
        recorded_at=record.recorded_at,
        ended_at=record.ended_at,
    )


ROUTES = (
    Route(
        "GET",
        "/recordings",
        Action.READ_RECORDINGS,
        recordings,
        "What people recorded of themselves, in the order in which they did",
        query=RecordingQuery,
        reply=RecordingList,
    ),
    Route(
        "POST",
        "/recordings",
        Action.GIVE_RECORDINGS,
        give,
        "Give a WAV file as a person's name, or as their greeting for an absence",
        query=NewRecording,
        reply=RecordingShown,
        status=201,
        etag=True,
        uploads=LARGEST,
        refusals=(CONFLICT,),
    ),
    Route(
        "GET",
        "/recordings/{id}",
        Action.READ_RECORDINGS,
        read,
        "One recording",
        reply=RecordingShown,
        etag=True,
    ),
    Route("GET", "/recordings/{id}/sound", Action.READ_RECORDINGS, sound, "What was recorded", media=WAV),
    Route(
        "DELETE",
        "/recordings/{id}",
        Action.END_RECORDINGS,
        end,
        "End a recording: callers hear the voice instead",
        reply=RecordingShown,
        if_match=True,
        etag=True,
    ),
)
