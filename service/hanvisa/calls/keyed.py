"""Codes that are keyed while two talk, and both being told that their call is confidential (M4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanvisa.calls.decisions import decide, tell
from hanvisa.calls.marking import mark_confidential, mark_threat
from hanvisa.calls.prompts import ConfidentialNow
from hanvisa.policy.facts import CodeAction
from hanvisa.policy.in_call import LONGEST, MarkedFacts, keyed_in_call

if TYPE_CHECKING:
    from hanvisa.calls.call import Call


@dataclass
class Keyed:
    """The last keys of each party. Only our own phones have codes."""

    call: Call
    keys: dict[str, str] = field(default_factory=dict)  # by channel

    async def press(self, channel: str, digit: str) -> None:
        leg = self.call.state.leg_of(channel)
        if leg is None or not leg.account:
            return
        keys = (self.keys.get(channel, "") + digit)[-LONGEST:]
        action = keyed_in_call(keys, self.call.register)
        self.keys[channel] = "" if action else keys
        match action:
            case CodeAction.CONFIDENTIAL:
                mark_confidential(self.call, leg.person)
                await tell_both(self.call)
            case CodeAction.THREAT:  # in silence: whoever threatens does not hear of it
                mark_threat(self.call, leg.person)


async def tell_both(call: Call) -> None:
    """M4: in the bridge, over what they say. Nobody is cut off: who has the call ends or moves it."""
    facts = MarkedFacts(tuple(leg.kind for leg in (call.caller, call.other) if leg))
    decision = decide(facts)
    tell(call, facts, decision)
    if call.state.bridge is None:
        return
    prompt = ConfidentialNow(with_mobile=not decision.allowed)
    spoken = call.house.voice.say(prompt, call.language_of(call.caller), call.house.clock.now())
    call.tell(
        "heard",
        to="both",
        channel=call.state.bridge,
        words=spoken.words,
        files=spoken.files,
        language=call.language_of(call.caller),
    )
    bridge = call.state.bridge
    if not await call.insist(call.house.control.play_in_bridge, bridge, spoken.files, f"hv-told-{bridge}"):
        call.tell("signal", type="not_heard", channel=bridge)
