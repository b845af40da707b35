"""A switchboard's greeting over REST: heard as callers hear it, read in, and said by the voice again."""

from __future__ import annotations

import asyncio
import io
import wave

import pytest
from aiohttp import ClientResponse, FormData

from hanvisa.calls.prompts import Greeting
from hanvisa.policy.model import Text
from unit.web.test_recordings import spoken
from unit.web.town import Town, answer, id_of, problem

AT = f"/switchboards/{id_of('board')}/greeting"
WORDS = {"sv": "Hej", "en": "Hello"}


async def give(
    town: Town, path: str, *files: bytes, who: str = "admin", if_match: str | None = "*"
) -> ClientResponse:
    form = FormData(default_to_multipart=True)
    for number, content in enumerate(files):
        form.add_field("file", io.BytesIO(content), filename=f"{number}.wav")
    headers = {"Authorization": f"Bearer {town.tokens[who]}", "Accept-Language": "en"}
    if if_match is not None:
        headers["If-Match"] = if_match
    return await town.client.post("/api/v1" + path, data=form, headers=headers)


async def test_it_is_heard_as_callers_hear_it(town: Town) -> None:
    for language in ("sv", "en"):
        response = await town.ask("GET", f"{AT}/{language}", who="person")
        assert (response.status, response.content_type) == (200, "audio/wav")
        with wave.open(io.BytesIO(await response.read())) as sound:
            assert sound.getnframes() > 0
    assert town.voice.prepared == [Greeting(Text(sv="Hej", en="Hello"))] * 2


async def test_it_is_read_in_and_said_by_the_voice_again(town: Town) -> None:
    assert await town.get(AT, who="person") == {"words": WORDS, "read_in": []}
    given = await answer(await give(town, f"{AT}/sv", spoken(1.0)), 200)
    assert given == {"words": WORDS, "read_in": ["sv"]}
    assert (town.state / "recordings" / "sv" / "hej.wav").read_bytes() == spoken(1.0)
    assert await town.get(AT) == given
    assert (await answer(await town.ask("DELETE", f"{AT}/sv", if_match="*"), 200))["read_in"] == []
    assert not (town.state / "recordings" / "sv" / "hej.wav").exists()
    ended, began, _ = (await town.get(f"/audit?table=switchboards&row={id_of('board')}"))["items"]
    assert (began["by"], began["before"]["greeting_sound_sv"]) == ("admin", None)
    assert began["after"]["greeting_sound_sv"] == ended["before"]["greeting_sound_sv"]
    assert (ended["action"], ended["after"]["greeting_sound_sv"]) == ("changed", None)


async def test_a_change_says_what_it_starts_from_and_does_not_undo_anothers(town: Town) -> None:
    """The same words, read in anew by another: only the sound tells."""
    for response in (
        await town.ask("DELETE", f"{AT}/sv"),
        await give(town, f"{AT}/sv", spoken(1.0), if_match=None),
    ):
        assert (await problem(response, 428))["error_id"] == "precondition-required"
    await answer(await give(town, f"{AT}/sv", spoken(1.0)), 200)
    seen = (await town.ask("GET", AT)).headers["ETag"]
    anothers = await give(town, f"{AT}/sv", spoken(2.0), if_match=seen)
    await answer(anothers, 200)
    for response in (
        await town.ask("DELETE", f"{AT}/sv", if_match=seen),
        await give(town, f"{AT}/sv", spoken(1.0), if_match=seen),
    ):
        await problem(response, 412)
    assert (town.state / "recordings" / "sv" / "hej.wav").read_bytes() == spoken(2.0)
    assert (await town.ask("GET", AT)).headers["ETag"] == anothers.headers["ETag"]
    await answer(await town.ask("DELETE", f"{AT}/sv", if_match=anothers.headers["ETag"]), 200)


async def test_of_two_at_once_that_start_from_the_same_one_is_kept(town: Town) -> None:
    seen = (await town.ask("GET", AT)).headers["ETag"]
    both = await asyncio.gather(*(give(town, f"{AT}/sv", spoken(long), if_match=seen) for long in (1.0, 2.0)))
    assert sorted(one.status for one in both) == [200, 412]


@pytest.mark.parametrize(
    "files", [(b"no sound",), (spoken(61.0),), (spoken(1.0, loud=0),), (spoken(1.0),) * 2]
)
async def test_what_is_no_greeting_is_not_taken(town: Town, files: tuple[bytes, ...]) -> None:
    told = await problem(await give(town, f"{AT}/sv", *files), 422)
    assert told["errors"][0]["where"] == "file"
    assert (await town.get(AT))["read_in"] == []


@pytest.mark.parametrize("who", ["head", "manager", "operator", "superuser", "person"])
async def test_who_may_not_change_the_register_only_hears_it(town: Town, who: str) -> None:
    await problem(await give(town, f"{AT}/sv", spoken(1.0), who=who), 403)
    await problem(await town.ask("DELETE", f"{AT}/sv", who=who), 403)
    assert (await town.ask("GET", f"{AT}/sv", who=who)).status == 200


async def test_what_is_no_switchboard_or_language_has_none(town: Town) -> None:
    nobodys = f"/switchboards/{id_of('anna')}/greeting"
    for path in (nobodys, f"{nobodys}/sv"):
        await problem(await town.ask("GET", path), 404)
    await problem(await give(town, f"{nobodys}/sv", spoken(1.0)), 404)
    await problem(await town.ask("DELETE", f"{nobodys}/sv", if_match="*"), 404)
    await problem(await town.ask("GET", f"{AT}/fi"), 400)
