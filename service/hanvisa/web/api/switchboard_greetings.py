"""A switchboard's greeting as its callers hear it: the voice says its words, or somebody has read them in."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import Field

from hanvisa.calls.prompts import Greeting
from hanvisa.directory.repositories.audit import Audit
from hanvisa.errors import SpeechError
from hanvisa.policy.facts import Switchboard
from hanvisa.policy.model import Language, Text
from hanvisa.policy.own_recordings import LONGEST_GREETING
from hanvisa.web.etags import changed, matches
from hanvisa.web.fields import Outgoing, Words
from hanvisa.web.preparing import prepare
from hanvisa.web.problems import not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.sounds import LARGEST, WAV, no_sound, wav_given
from hanvisa.web.uploads import Files


class GreetingShown(Outgoing):
    words: Words
    read_in: list[Language] = Field(
        description="in which somebody has read the words in; else the voice says them"
    )


async def read(ask: Ask[None, None]) -> Answer:
    return _answer(ask, _switchboard(ask))


async def heard(ask: Ask[None, None]) -> Answer:
    voice, prompt = ask.services.voice, Greeting(_switchboard(ask).greeting)
    await prepare(ask.services, [prompt])
    content = await voice.wav(await voice.join([voice.say(prompt, ask.path["language"], ask.now)]))
    if content is None:
        raise not_found(Text(sv="Ljudet finns inte kvar.", en="The sound is no longer there."))
    return Answer(content)


async def give(ask: Ask[Files, None]) -> Answer:
    """It is heard wherever these words are said; other words are said by the voice until they are read in too."""
    switchboard, language = _switchboard(ask), ask.path["language"]
    async with ask.services.one_reading:
        before = _seen(ask, switchboard)
        wav = wav_given(ask.body, LONGEST_GREETING)
        try:
            await ask.services.readings.keep(switchboard.greeting.in_(language), language, wav)
        except SpeechError as error:
            raise no_sound() from error
        return await _changed(ask, switchboard, before)


async def end(ask: Ask[None, None]) -> Answer:
    switchboard, language = _switchboard(ask), ask.path["language"]
    async with ask.services.one_reading:
        before = _seen(ask, switchboard)
        await ask.services.readings.drop(switchboard.greeting.in_(language), language)
        return await _changed(ask, switchboard, before)


def _seen(ask: Ask[Any, Any], switchboard: Switchboard) -> dict[str, str | None]:
    """What is heard before the change. Raises Problem (412) when who asks has seen something else."""
    if not matches(ask.if_match, _tag(ask, switchboard)):
        raise changed()
    return _sounds(ask, switchboard)


async def _changed(ask: Ask[Any, Any], switchboard: Switchboard, before: dict[str, str | None]) -> Answer:
    after = _sounds(ask, switchboard)
    await Audit(ask.services.database).changed("switchboards", switchboard.id, before, after, ask.who.actor)
    return _answer(ask, switchboard)


def _answer(ask: Ask[Any, Any], switchboard: Switchboard) -> Answer:
    greeting = switchboard.greeting
    read_in = [one for one in Language if ask.services.readings.sound_of(greeting.in_(one), one)]
    return Answer(GreetingShown(words=Words.of(greeting), read_in=read_in), etag=_tag(ask, switchboard))


def _tag(ask: Ask[Any, Any], switchboard: Switchboard) -> str:
    """Of the words and the very sounds: one that is read in anew looks the same."""
    heard = (switchboard.greeting.sv, switchboard.greeting.en, *_sounds(ask, switchboard).values())
    return hashlib.sha256(repr(heard).encode()).hexdigest()[:20]


def _sounds(ask: Ask[Any, Any], switchboard: Switchboard) -> dict[str, str | None]:
    """By language, for the audit trail."""
    sound_of = ask.services.readings.sound_of
    return {f"greeting_sound_{one}": sound_of(switchboard.greeting.in_(one), one) for one in Language}


def _switchboard(ask: Ask[Any, Any]) -> Switchboard:
    found = ask.register.switchboard(ask.path["id"])
    if found is None:
        raise not_found(Text(sv="Den växeln finns inte.", en="There is no such switchboard."))
    return found


_ONE = "/switchboards/{id}/greeting"

ROUTES = (
    Route(
        "GET",
        _ONE,
        Action.READ_ORGANISATION,
        read,
        "A switchboard's greeting, and in which languages it is read in",
        reply=GreetingShown,
        etag=True,
    ),
    Route(
        "GET",
        f"{_ONE}/{{language}}",
        Action.READ_ORGANISATION,
        heard,
        "A switchboard's greeting as callers hear it",
        media=WAV,
    ),
    Route(
        "POST",
        f"{_ONE}/{{language}}",
        Action.CHANGE_REGISTER,
        give,
        "Give a WAV file of a switchboard's greeting, read in",
        reply=GreetingShown,
        uploads=LARGEST,
        if_match=True,
        etag=True,
    ),
    Route(
        "DELETE",
        f"{_ONE}/{{language}}",
        Action.CHANGE_REGISTER,
        end,
        "Let the voice say a switchboard's greeting again",
        reply=GreetingShown,
        if_match=True,
        etag=True,
    ),
)
