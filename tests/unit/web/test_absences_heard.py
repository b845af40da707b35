"""What callers will hear of an absence, told before it is set: with the voice that the calls have."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from hanvisa.policy.model import Language
from hanvisa.speech.fakes import FakeSynthesiser
from hanvisa.speech.library import SpeechLibrary
from hanvisa.web.app import create_app
from hanvisa.web.preparing import heard
from hanvisa.web.services import SERVICES
from unit.web.town import Town, answer, id_of, problem

ANNA, SIV = str(id_of("anna")), str(id_of("siv"))
NOON = "2026-08-05T12:00:00+02:00"
MEETING = {"person": ANNA, "reason": "1", "ends_at": NOON}


@pytest.fixture
async def spoken(town: Town, tmp_path: Path) -> AsyncIterator[tuple[Town, SpeechLibrary]]:
    """The town with the voice itself; who speaks in it is a fake."""
    voice = SpeechLibrary(tmp_path, FakeSynthesiser())
    services = replace(town.client.app[SERVICES], voice=voice, metrics=CollectorRegistry())
    async with TestClient(TestServer(create_app(services))) as client:
        yield replace(town, client=client), voice


async def hears(town: Town, **more: Any) -> Any:
    return await answer(await town.ask("POST", "/absences/heard", MEETING | more, who="person"), 200)


async def test_it_tells_the_words_that_callers_will_hear_and_sets_nothing(
    spoken: tuple[Town, SpeechLibrary],
) -> None:
    town, _ = spoken
    told = await hears(town)
    assert told["words"]["sv"].startswith(
        "Anna Berg är borta: Sammanträde och är tillbaka i dag klockan tolv. Tryck ett för"
    )
    assert told["words"]["en"].startswith("Anna Berg is away: Meeting and will be back today at noon")
    assert not told["rings"]
    assert not town.directory.register.absences.rows


async def test_its_sound_is_that_of_the_call_and_is_made_at_once(spoken: tuple[Town, SpeechLibrary]) -> None:
    town, voice = spoken
    name = (await hears(town))["sounds"]["sv"]
    saved = await answer(await town.ask("POST", "/absences", MEETING), 201)
    anna = town.directory.register.person(id_of("anna"))
    [absence] = town.directory.register.absences.rows
    assert anna
    prompts = heard(town.directory.register, anna, absence, town.clock.now(), Language.SV)
    played = [file for one in prompts for file in voice.say(one, Language.SV, town.clock.now()).files]
    assert voice.store.read(name) == b"".join(voice.store.read(Path(file).name) for file in played)
    response = await town.ask("GET", f"/absences/heard/{name}", who="person")
    assert response.content_type == "audio/wav"
    with wave.open(io.BytesIO(await response.read())) as file:
        assert file.getnframes() == len(voice.store.read(name))
    meanwhile = await town.get(f"/absences/{saved['id']}/heard", who="person")
    assert meanwhile["sounds"]["sv"] == name


async def test_a_later_absence_is_told_as_to_who_rings_when_it_has_begun(town: Town) -> None:
    starts = "2026-08-10T08:00:00+02:00"
    told = await hears(town, starts_at=starts, ends_at=None)
    assert told["at"] == starts


async def test_a_substitute_is_offered(spoken: tuple[Town, SpeechLibrary]) -> None:
    assert "två för Siv Åkerström" in (await hears(spoken[0], substitute=SIV))["words"]["sv"]


async def test_a_voice_that_fails_tells_the_words_all_the_same(town: Town) -> None:
    town.voice.fails = True
    assert (await hears(town))["words"]["sv"]


async def test_it_is_told_to_those_alone_who_may_set_it(town: Town) -> None:
    await problem(await town.ask("POST", "/absences/heard", MEETING | {"person": SIV}, who="person"), 403)
    saved = await answer(await town.ask("POST", "/absences", MEETING | {"person": SIV}), 201)
    await problem(await town.ask("GET", f"/absences/{saved['id']}/heard", who="person"), 403)


async def test_a_sound_that_is_not_there_is_not_found(town: Town) -> None:
    await problem(await town.ask("GET", f"/absences/heard/{'0' * 32}"), 404)
    await problem(await town.ask("GET", "/absences/heard/hello"), 400)
