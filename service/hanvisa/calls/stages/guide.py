"""The superuser's spoken guide: a short introduction of the telephone's functions, step by step (O3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.prompts import GuideBegins, GuideEnds, GuideStep, Prompt
from hanvisa.calls.stage import Guiding, Stage, runs
from hanvisa.policy.guide import after_step, guide_steps

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@runs(Guiding)
async def tell_step(call: Call, stage: Guiding) -> Stage | None:
    steps = guide_steps(call.register)
    said: Prompt = GuideStep(steps[stage.step - 1]) if stage.step else GuideBegins()
    key = await call.say(said) or await call.key(call.house.settings.key_wait)
    following = after_step(stage.step, key)
    if following is not None and following <= len(steps):
        return Guiding(following)
    await call.say(GuideEnds())
    return None
