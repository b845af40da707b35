"""Why did they hear that? A call in words, step by step, and what was played in it: for who may read the call."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pydantic import Field

from hanvisa.calllog.story import Decided, Step
from hanvisa.calls.ports import CallEntry
from hanvisa.policy.model import Text
from hanvisa.web.api.calls import ExplainQuery, events_of, find_call
from hanvisa.web.fields import Moment, Outgoing
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.sounds import WAV


class FactShown(Outgoing):
    name: str
    value: str


class DecidedShown(Outgoing):
    effect: str = Field(description="in words")
    rules: list[str]
    because: str
    more: list[str] = Field(description="what was allowed instead; that an exception let it through")
    again: str | None = Field(description="what it would be now, or why that can't be told; null: the same")
    facts: list[FactShown] = Field(description="what it was made from; none for those who may not see it")


class StepShown(Outgoing):
    seq: int
    at: Moment
    kind: str
    told: list[str]
    decided: DecidedShown | None
    sound: bool = Field(description="it can still be heard: /calls/{call}/heard/{seq}")


class StoryShown(Outgoing):
    summary: str = Field(description="what happened and why, in a paragraph")
    steps: list[StepShown] = Field(description="those that say something")


async def story(ask: Ask[None, ExplainQuery]) -> Answer:
    entries = await events_of(ask, await find_call(ask))
    told = ask.services.story(entries, ask.query.language or ask.language)
    can_be_heard = await asyncio.to_thread(_can_be_heard, ask, entries)
    return Answer(
        StoryShown(
            summary=told.summary,
            steps=[_shown(step, sound=step.seq in can_be_heard) for step in told.steps if step.told],
        )
    )


async def heard(ask: Ask[None, None]) -> Answer:
    entries = await events_of(ask, await find_call(ask))
    sounds = [sound for entry in entries if entry.seq == ask.path["seq"] for sound in _sounds_of(entry)]
    sound = await ask.services.voice.wav(*sounds)
    if sound is None:
        raise not_found(Text(sv="Ljudet finns inte kvar.", en="The sound is no longer there."))
    return Answer(sound)


def _can_be_heard(ask: Ask[None, ExplainQuery], entries: list[CallEntry]) -> set[int]:
    return {entry.seq for entry in entries if any(map(ask.services.voice.is_there, _sounds_of(entry)))}


def _sounds_of(entry: CallEntry) -> list[str]:
    """Those that were played to somebody, by name: what callers hear, and never a message or evidence."""
    return [Path(file).name for file in entry.data.get("files", ())] if entry.kind == "heard" else []


def _shown(step: Step, *, sound: bool) -> StepShown:
    return StepShown(
        seq=step.seq,
        at=step.at,
        kind=step.kind,
        told=list(step.told),
        decided=_decided(step.decided) if step.decided else None,
        sound=sound,
    )


def _decided(one: Decided) -> DecidedShown:
    return DecidedShown(
        effect=one.effect,
        rules=list(one.rules),
        because=one.because,
        more=list(one.more),
        again=one.again,
        facts=[FactShown(name=fact.name, value=fact.value) for fact in one.facts],
    )


ROUTES = (
    Route(
        "GET",
        "/calls/{call}/story",
        Action.READ_CALLS,
        story,
        "What happened in the call and why, in words and step by step",
        query=ExplainQuery,
        reply=StoryShown,
    ),
    Route(
        "GET",
        "/calls/{call}/heard/{seq}",
        Action.READ_CALLS,
        heard,
        "What was played to somebody in the call, without messages",
        media=WAV,
    ),
)
