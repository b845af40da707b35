"""What people recorded of themselves, over REST."""

from __future__ import annotations

import asyncio
import io
import wave
from array import array
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, FormData

from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.recordings import Recordings
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import RecordingKind
from hanvisa.web import uploads
from hanvisa.web.api.recordings import LARGEST
from hanvisa.web.uploads import ROOM
from unit.web.town import NOW, Town, answer, id_of, problem

SOUND = b"RIFF Anna Berg"


async def records(town: Town, person: str = "anna") -> str:
    """The person has recorded their name by phone."""
    folder = town.state / "recordings" / "own"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own-1.wav").write_bytes(SOUND)
    await Recordings(town.database).set(
        id_of(person), RecordingKind.NAME, "own-1", NOW, absence=None, by=Actor(person)
    )
    (made, *_) = (await town.get(f"/recordings?person={id_of(person)}"))["items"]
    return str(made["id"])


async def test_one_hears_and_ends_ones_own_and_the_next_caller_hears_the_voice(town: Town) -> None:
    at = f"/recordings/{await records(town)}"
    assert town.directory.register.recordings_of(id_of("anna"))
    response = await town.ask("GET", f"{at}/sound", who="person")
    assert (response.content_type, await response.read()) == ("audio/wav", SOUND)
    await problem(await town.ask("DELETE", at, who="person"), 428)
    ended = await answer(await town.ask("DELETE", at, who="person", if_match='"1"'), 200)
    assert ended["ended_at"] == "2026-08-05T10:00:00+02:00"
    assert not town.directory.register.recordings_of(id_of("anna"))
    await problem(await town.ask("DELETE", at, who="person", if_match='"1"'), 412)
    assert (await town.get("/recordings"))["items"] == []
    assert len((await town.get("/recordings?ended=true"))["items"]) == 1


async def test_it_is_no_concern_of_others(town: Town) -> None:
    at = f"/recordings/{await records(town)}"
    for who, seen in (("head", 1), ("manager", 1), ("operator", 0), ("superuser", 0)):
        assert len((await town.get("/recordings", who=who))["items"]) == seen
        if not seen:
            for path in (at, f"{at}/sound"):
                await problem(await town.ask("GET", path, who=who), 403)


async def test_one_whose_file_is_gone_says_so(town: Town) -> None:
    at = f"/recordings/{await records(town)}"
    (town.state / "recordings" / "own" / "own-1.wav").unlink()
    await problem(await town.ask("GET", f"{at}/sound"), 404)


def spoken(seconds: float, *, loud: int = 8000, rate: int = 16_000) -> bytes:
    """A WAV file in which something is heard."""
    samples = array("h", (loud if sample % 40 < 20 else -loud for sample in range(round(seconds * rate))))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def at_a_rate(rate: int) -> bytes:
    """A short file that says of itself that it has so many samples a second."""
    return spoken(0.1, rate=8000).replace((8000).to_bytes(4, "little"), rate.to_bytes(4, "little"), 1)


async def sends(town: Town, query: str, *files: bytes, who: str = "admin") -> ClientResponse:
    form = FormData(default_to_multipart=True)
    for number, file in enumerate(files):
        form.add_field("file", io.BytesIO(file), filename=f"{number}.wav")
    headers = {"Authorization": f"Bearer {town.tokens[who]}", "Accept-Language": "en"}
    return await town.client.post(f"/api/v1/recordings?{query}", data=form, headers=headers)


async def test_a_file_takes_the_place_of_what_was_recorded(town: Town) -> None:
    before = await records(town)
    wav, name = spoken(1.0), f"person={id_of('anna')}&kind=name"
    made = await answer(await sends(town, name, wav, who="person"), 201)
    (one,) = (await town.get("/recordings"))["items"]
    assert one == made
    assert one["id"] != before
    response = await town.ask("GET", f"/recordings/{one['id']}/sound", who="person")
    assert await response.read() == wav
    (recording,) = town.directory.register.recordings_of(id_of("anna"))
    assert (town.state / "sounds" / f"{recording.sound}.alaw").stat().st_size > 7000, "callers hear it"


async def test_a_greeting_is_for_one_of_the_persons_absences(town: Town) -> None:
    away = {"person": str(id_of("siv")), "reason": "1", "ends_at": "2026-08-05T12:00:00+02:00"}
    absence = (await answer(await town.ask("POST", "/absences", away), 201))["id"]
    greeting = f"person={id_of('siv')}&kind=greeting"
    made = await answer(await sends(town, f"{greeting}&absence={absence}", spoken(2.0)), 201)
    assert (made["kind"], made["absence"]) == ("greeting", absence)
    for query in (greeting, f"person={id_of('anna')}&kind=greeting&absence={absence}"):
        told = await problem(await sends(town, query, spoken(2.0)), 422)
        assert told["errors"][0]["where"] == "absence"


async def test_what_is_no_recording_is_not_taken(town: Town) -> None:
    name = f"person={id_of('anna')}&kind=name"
    for files, said in (
        ((b"RIFF Anna Berg",), "no WAV"),
        ((spoken(1.0, loud=0),), "no WAV"),
        ((spoken(7.0),), "longer than 6 seconds"),
        ((spoken(1.0).replace(b"fmt \x10\0\0", b"fmt \x10\0\xff", 1),), "no WAV"),
        ((at_a_rate(191_999),), "a usual rate"),
        ((spoken(1.0), spoken(2.0)), "Send one file."),
    ):
        told = await problem(await sends(town, name, *files), 422)
        assert said in told["detail"]
    await problem(await sends(town, name, bytes(9 * 1024 * 1024)), 413)
    assert not (await town.get("/recordings"))["items"]


async def test_parts_without_anything_in_them_fill_no_memory(town: Town) -> None:
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="f"; filename="{number:04}{"a" * 4000}"\r\n\r\n\r\n'
        for number in range(LARGEST // 4000)
    )
    headers = {
        "Authorization": f"Bearer {town.tokens['person']}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    form = io.BytesIO(("".join(parts) + "--x--\r\n").encode())
    path = f"/api/v1/recordings?person={id_of('anna')}&kind=name"
    await problem(await town.client.post(path, data=form, headers=headers), 413)


def sends_in_two(town: Town, query: str, wav: bytes, goes_on: asyncio.Event) -> asyncio.Task[ClientResponse]:
    """The file's end comes when it ``goes_on``."""

    async def slowly() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + wav[:-1000]
        await goes_on.wait()
        yield wav[-1000:] + b"\r\n--x--\r\n"

    headers = {
        "Authorization": f"Bearer {town.tokens['person']}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    path = f"/api/v1/recordings?{query}"
    return asyncio.create_task(town.client.post(path, data=slowly(), headers=headers))


async def test_files_that_are_sent_at_once_have_one_memory_together(town: Town) -> None:
    wav, name, goes_on = spoken(5.0), f"person={id_of('anna')}&kind=name", asyncio.Event()
    room = town.client.app[ROOM]
    room.left = before = len(wav) * 3 // 2
    first = sends_in_two(town, name, wav, goes_on)
    await until(lambda: room.left < before - len(wav) // 2, what=lambda: f"{room.left} of {before} are left")
    told = await problem(await sends(town, name, wav), 503)
    assert told["error_id"] == "busy"
    assert "there is no room for these" in told["detail"]
    goes_on.set()
    await answer(await first, 201)
    await answer(await sends(town, name, wav), 201)
    assert room.left == before


async def test_whoever_falls_silent_in_the_middle_leaves_their_room(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one whose network is gone: no end of the connection comes."""
    monkeypatch.setattr(uploads, "_SILENT", 0.5)
    wav, name = spoken(5.0), f"person={id_of('anna')}&kind=name"
    room = town.client.app[ROOM]
    room.left = before = len(wav) * 3 // 2
    gone = sends_in_two(town, name, wav, asyncio.Event())
    await until(lambda: room.left < before - len(wav) // 2, what=lambda: f"{room.left} of {before} are left")
    await until(lambda: room.left == before, what=lambda: f"{room.left} of {before} are left")
    await answer(await sends(town, name, wav), 201)
    told = await problem(await gone, 415)
    assert told["error_id"] == "not-files"


async def test_they_are_few_in_a_day_those_that_were_ended_too(town: Town) -> None:
    """What has ended is kept for a while: whoever sends one after the other would fill the calls' disk."""
    name = f"person={id_of('anna')}&kind=name"
    most = Settings().recordings_a_day
    for _ in range(most):
        made = await answer(await sends(town, name, spoken(0.1), who="person"), 201)
    await answer(await town.ask("DELETE", f"/recordings/{made['id']}", who="person", if_match='"1"'), 200)
    kept = len([*(town.state / "recordings" / "own").iterdir()])
    told = await problem(await sends(town, name, spoken(0.2), who="person"), 409)
    assert told["detail"].startswith(
        f"{most} recordings were made of the person in the last 24 hours. Try again"
    )
    assert len([*(town.state / "recordings" / "own").iterdir()]) == kept
    await answer(await sends(town, name.replace(str(id_of("anna")), str(id_of("siv"))), spoken(0.2)), 201)
    town.clock.advance(timedelta(days=1))
    await answer(await sends(town, name, spoken(0.2)), 201)


async def test_those_that_are_sent_at_once_are_as_few(town: Town) -> None:
    name, most = f"person={id_of('anna')}&kind=name", Settings().recordings_a_day
    came = await asyncio.gather(*(sends(town, name, spoken(0.1), who="person") for _ in range(most + 3)))
    assert sorted(response.status for response in came) == [201] * most + [409] * 3
    assert len((await town.get("/recordings?ended=true"))["items"]) == most


async def test_nobody_gives_a_recording_of_others(town: Town) -> None:
    name = f"person={id_of('anna')}&kind=name"
    for who, status in (("manager", 201), ("head", 201), ("operator", 403), ("superuser", 403)):
        assert (await sends(town, name, spoken(1.0), who=who)).status == status, who
