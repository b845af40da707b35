"""A talk that fails as one of the two hangs up: it is heeded all the same, and nobody stays behind in silence."""

from __future__ import annotations

import pytest

from hanvisa.calls.stages import talking
from hanvisa.errors import Gone, Unavailable
from unit.calls.scene import Scene
from unit.calls.test_keyed import press, talk


@pytest.mark.parametrize("failures", [1, 2])
async def test_whoever_is_left_is_hung_up(monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    """Also where it fails again over the same hang-up: they are told so first."""
    heeded: list[object] = []

    async def breaks(*args: object) -> None:
        heeded.append(args)
        if len(heeded) <= failures:
            raise KeyError("a fault of ours")

    async with Scene() as scene:
        bo, far = await talk(scene, "0846500400")

        async def gone(channel: str, name: str) -> str:
            raise Gone(f"{channel} is gone, with {name}")

        monkeypatch.setattr(scene.control, "variable", gone)
        monkeypatch.setattr(talking, "_after_lost", breaks)
        scene.hangs_up(far)
        if failures == 2:
            await scene.hears(bo, "TryLater")
            scene.finished(bo)
        await scene.over(bo)
        assert (bo, "normal") in scene.control.named("hang_up")
        assert len(heeded) == 2


async def test_a_talk_goes_on_where_nobody_knows_whether_the_other_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def unknown(channel: str, name: str) -> str:
        raise Unavailable(f"{name} of {channel} is not told")

    async def breaks(*_: object) -> None:
        raise KeyError("a fault of ours")

    async with Scene() as scene:
        bo, far = await talk(scene, "0846500400")
        begun = len(scene.log.of_kind("stage"))
        monkeypatch.setattr(scene.control, "variable", unknown)
        with monkeypatch.context() as once:
            once.setattr(talking, "_heed", breaks)
            press(scene, bo, "1")
            await scene.until(lambda: len(scene.log.of_kind("stage")) > begun, "the talk begins anew")
        assert scene.log.of_kind("stage")[-1]["name"] == "Talking"
        press(scene, bo, "2")
        await scene.until(lambda: scene.log.of_kind("key")[-1]["digit"] == "2", "the key is heeded")
        assert scene.control.named("hang_up") == []
        scene.hangs_up(far)
        await scene.over(bo)
