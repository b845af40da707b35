"""The superuser's spoken guide (O3)."""

from __future__ import annotations

from hanvisa.policy.guide import guide_steps
from unit.calls.scene import Scene


async def hears_next(scene: Scene, channel: str, prompt: str, times: int = 1) -> None:
    await scene.until(
        lambda: (
            [files[-1] for to, files, _ in scene.control.named("play") if to == channel].count(
                f"/sounds/{prompt}"
            )
            == times
        ),
        f"{channel} hears {prompt}, {times} times",
    )


async def test_a_superuser_goes_on_by_a_key_or_without_hears_again_and_stops() -> None:
    async with Scene() as scene:
        bo = scene.dials("bo", "*200#")
        await hears_next(scene, bo, "GuideBegins")
        scene.presses(bo, "2")
        scene.finished(bo)
        await hears_next(scene, bo, "GuideStep")
        scene.presses(bo, "1")
        scene.finished(bo)
        await hears_next(scene, bo, "GuideStep", 2)
        scene.finished(bo)
        await hears_next(scene, bo, "GuideStep", 3)
        scene.presses(bo, "*")
        scene.finished(bo)
        await hears_next(scene, bo, "GuideEnds")
        scene.finished(bo)
        await scene.over(bo)
        told = [entry["words"] for entry in scene.log.of_kind("heard")]
        assert told[1] == told[2] != told[3]


async def test_after_the_last_step_it_is_over() -> None:
    async with Scene() as scene:
        bo = scene.dials("bo", "*200#")
        await hears_next(scene, bo, "GuideBegins")
        for step in range(1, len(guide_steps(scene.directory.register)) + 1):
            scene.finished(bo)
            await hears_next(scene, bo, "GuideStep", step)
        scene.finished(bo)
        await hears_next(scene, bo, "GuideEnds")
        scene.finished(bo)
        await scene.over(bo)


async def test_somebody_else_hears_whom_to_ask() -> None:
    async with Scene() as scene:
        anna = scene.dials("anna", "*200#")
        await scene.hears(anna, "GuideRefused")
        assert "Bo Berg" in scene.log.of_kind("heard")[-1]["words"]
        assert [decision["rules"] for decision in scene.log.of_kind("decision")] == [["O3"]]
