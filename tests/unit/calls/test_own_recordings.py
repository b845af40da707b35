"""What people record of themselves by phone: a name, and a greeting for an absence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hanvisa.errors import StorageError
from hanvisa.policy.facts import Recording, RecordingKind
from hanvisa.testing import MemoryChanges
from unit.calls.scene import Scene, id_of


async def records(scene: Scene, who: str, code: str, seconds: float | None = 3.0) -> str:
    """Somebody has dialled the code and said something after the tone; their channel."""
    channel = scene.dials(who, code)
    await scene.hears(channel, "SayYourOwn")
    scene.finished(channel)
    await scene.hears(channel, "RecordingTone")
    scene.finished(channel)
    await scene.until(lambda: scene.control.named("record"), "it is recorded")
    scene.said(channel, seconds)
    return channel


async def test_a_name_is_heard_again_kept_by_a_key_and_told_in_the_referral() -> None:
    async with Scene() as scene:
        anna = await records(scene, "anna", "*24#")
        await scene.hears(anna, "ReviewYourOwn")
        assert scene.control.named("play")[-1][1][0] == f"/recorded/hv-rec-{anna}"
        scene.presses(anna, "1")
        scene.finished(anna)
        await scene.hears(anna, "YourOwnKept")
        assert scene.directory.register.recordings_of(id_of("anna")) == (
            Recording(id_of("anna"), RecordingKind.NAME, "sound 1"),
        )
        scene.finished(anna)
        await scene.over(anna)
        assert not scene.own_sounds.sounds

        scene.given_absent("anna")
        caller = scene.rings_in("0980319201")
        await scene.hears(caller, "Referral")
        assert "recorded_name='sound 1'" in scene.log.of_kind("heard")[-1]["words"]


async def test_a_greeting_is_for_the_absence_that_lasts_now() -> None:
    async with Scene() as scene:
        scene.given_absent("anna")
        anna = await records(scene, "anna", "*25#")
        await scene.hears(anna, "ReviewYourOwn")
        scene.presses(anna, "1")
        scene.finished(anna)
        await scene.hears(anna, "YourOwnKept")
        [greeting] = scene.directory.register.recordings_of(id_of("anna"))
        assert (greeting.kind, greeting.absence_id) == (RecordingKind.GREETING, id_of("absence"))
        caller = scene.rings_in("0980319201")
        await scene.hears(caller, "Referral")
        words = scene.log.of_kind("heard")[-1]["words"]
        assert "greeting='sound 1'" in words
        assert "är på möte" in words


async def test_without_a_key_nothing_is_kept() -> None:
    async with Scene() as scene:
        anna = await records(scene, "anna", "*24#")
        for times in (1, 2):
            await scene.until(
                lambda times=times: (
                    [f[-1] for _, f, _ in scene.control.named("play")].count("/sounds/ReviewYourOwn") == times
                ),
                "asked",
            )
            scene.finished(anna)
        await scene.hears(anna, "YourOwnNotKept")
        scene.finished(anna)
        await scene.over(anna)
        assert not scene.directory.register.recordings.rows
        assert not scene.own_sounds.sounds


async def test_recorded_anew() -> None:
    async with Scene() as scene:
        anna = await records(scene, "anna", "*24#")
        await scene.hears(anna, "ReviewYourOwn")
        scene.presses(anna, "3")
        scene.finished(anna)
        await scene.until(
            lambda: [f[-1] for _, f, _ in scene.control.named("play")].count("/sounds/SayYourOwn") == 2,
            "asked to say it anew",
        )


@pytest.mark.parametrize("seconds", [None, 0.0, 99.0])
async def test_what_is_silent_or_too_long_is_not_taken(seconds: float | None) -> None:
    async with Scene() as scene:
        anna = await records(scene, "anna", "*24#", seconds)
        await scene.hears(anna, "YourOwnWrong")
        scene.finished(anna)
        await scene.over(anna)
        assert not scene.own_sounds.kept


async def test_who_has_recorded_much_records_again_a_day_later() -> None:
    async with Scene() as scene:
        scene.house.settings = replace(scene.house.settings, recordings_a_day=1)
        for at, heard in ((0, "YourOwnKept"), (23, "YourOwnWrong"), (2, "YourOwnKept")):
            scene.clock.advance(timedelta(hours=at))
            if heard == "YourOwnKept":
                anna = await records(scene, "anna", "*24#")
                await scene.hears(anna, "ReviewYourOwn")
                scene.presses(anna, "1")
                scene.finished(anna)
            else:
                anna = scene.dials("anna", "*24#")
            await scene.hears(anna, heard)
            scene.finished(anna)
            await scene.over(anna)
        assert len(scene.own_sounds.kept) == 2
        assert "YourOwnWrong(fault=<RecordingFault.TOO_MANY" in str(scene.log.of_kind("heard"))


async def test_a_full_disk_or_a_late_database_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise StorageError("It could not be stored within 2 s.")

    for full in (True, False):
        async with Scene() as scene:
            scene.own_sounds.full = full
            if not full:
                monkeypatch.setattr(MemoryChanges, "set_recording", fails)
            anna = await records(scene, "anna", "*24#")
            await scene.hears(anna, "ReviewYourOwn")
            scene.presses(anna, "1")
            scene.finished(anna)
            await scene.hears(anna, "TryLater")
            assert not scene.directory.register.recordings.rows


async def test_while_the_folder_hangs_it_is_told_that_it_was_not_taken() -> None:
    async with Scene() as scene:
        scene.own_sounds.answers.clear()
        anna = await records(scene, "anna", "*24#")
        await asyncio.sleep(2.5)  # of no real time
        await scene.hears(anna, "YourOwnWrong")
        scene.finished(anna)
        await scene.over(anna)
        assert not scene.own_sounds.kept


async def test_who_hangs_up_while_the_folder_hangs_can_be_rung() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*24#")
        for prompt in ("SayYourOwn", "RecordingTone"):
            await scene.hears(anna, prompt)
            scene.finished(anna)
        await scene.until(lambda: scene.control.named("record"), "it is recorded")
        scene.own_sounds.sounds[f"hv-rec-{anna}"] = 2.0
        scene.own_sounds.answers.clear()
        assert scene.house.live.is_engaged(id_of("anna"))
        scene.hangs_up(anna)
        await scene.over(anna)
        assert not scene.house.live.is_engaged(id_of("anna"))
        scene.own_sounds.answers.set()
        await scene.until(lambda: not scene.own_sounds.sounds, "what was said is discarded")


@pytest.mark.parametrize(
    ("key", "heard"), [("1", "YourOwnKept"), ("3", "SayYourOwn"), ("9", "YourOwnNotKept")]
)
async def test_who_has_chosen_goes_on_though_the_folder_hangs(key: str, heard: str) -> None:
    async with Scene() as scene:
        anna = await records(scene, "anna", "*24#")
        await scene.hears(anna, "ReviewYourOwn")
        before = len(scene.control.named("play"))
        scene.own_sounds.answers.clear()
        for _ in range(2):  # any other key counts as none, and they are asked again
            scene.presses(anna, key)
            scene.finished(anna)
        await scene.until(
            lambda: any(f"/sounds/{heard}" in files for _, files, _ in scene.control.named("play")[before:]),
            f"{heard} is heard",
        )
        if key != "3":
            scene.finished(anna)
            await scene.over(anna)


async def test_who_hangs_up_while_speaking_leaves_nothing() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*24#")
        await scene.hears(anna, "SayYourOwn")
        scene.finished(anna)
        await scene.hears(anna, "RecordingTone")
        scene.finished(anna)
        await scene.until(lambda: scene.control.named("record"), "it is recorded")
        scene.own_sounds.sounds[f"hv-rec-{anna}"] = 2.0
        scene.hangs_up(anna)
        await scene.over(anna)
        assert not scene.own_sounds.sounds


async def test_a_greeting_without_an_absence_is_no_code() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*25#")
        await scene.hears(anna, "CodeWrong")
