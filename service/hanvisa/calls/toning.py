"""The soft tone by which both sides of a talk with a mobile hear how long it has lasted (M5). The talk goes on.

None sounds in a talk with 112.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.prompts import MobileTone
from hanvisa.calls.signals import Signal
from hanvisa.policy.mobile_talk import TalkFacts, Tone, next_tone
from hanvisa.policy.numbers import NumberKind

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


class Toning:
    """The tones of one talk.

    Who takes the call on reckons anew from when the talk began, which the call's state says.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._tone = self._next(self._talked())

    async def next(self, within: float | None = None) -> Signal | None:
        """The call's next signal, or None when none came within so many seconds. Raises as `Call.next`.

        The tones that are due until then sound.
        """
        tone = None if self._tone is None else max(0.0, self._tone.at - self._talked())
        signal = await self._call.next(min((one for one in (tone, within) if one is not None), default=None))
        if signal is None and tone is not None and (within is None or tone <= within):
            await self._sound()
        return signal

    async def _sound(self) -> None:
        """In the bridge: nobody's speech is cut off."""
        call, tone = self._call, self._tone
        if tone is None:
            return
        self._tone = self._next(tone.at)
        if call.state.bridge is None:
            return
        spoken = call.house.voice.say(MobileTone(), call.language_of(call.caller), call.house.clock.now())
        call.tell("signal", type="mobile_tone", rules=tone.rules, seconds=tone.at)
        await call.command(
            call.house.control.play_in_bridge(call.state.bridge, spoken.files, f"hv-tone-{call.state.bridge}")
        )

    def _next(self, talked: float) -> Tone | None:
        settings = self._call.house.settings
        parties = (self._call.caller, self._call.other)
        kinds = {leg.kind for leg in parties if leg is not None}
        with_mobile = NumberKind.MOBILE in kinds and NumberKind.EMERGENCY not in kinds
        return next_tone(
            TalkFacts(with_mobile, talked, settings.mobile_tone_after, settings.mobile_tone_every)
        )

    def _talked(self) -> float:
        began = self._call.state.talking_since
        return (self._call.house.clock.now() - began).total_seconds() if began else 0.0
