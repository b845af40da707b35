"""What people recorded of themselves, over REST."""

from __future__ import annotations

from hanvisa.policy.facts import RecordingKind
from unit.web.town import NOW, Town, answer, id_of, problem

SOUND = b"RIFF Anna Berg"


async def records(town: Town, person: str = "anna") -> str:
    """The person has recorded their name by phone."""
    folder = town.state / "recordings" / "own"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own-1.wav").write_bytes(SOUND)
    await town.directory.phone_changes.set_recording(
        id_of(person), RecordingKind.NAME, "own-1", NOW, absence=None, by=person
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
