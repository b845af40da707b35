"""Telling whoever rings that nothing was rung for them, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.prompts import DialRefused

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.ringing import Rung


async def tell_refused(call: Call, rung: Rung) -> None:
    """The first of the rules that refused. The words of O2 are for who has a caller or a mobile on another line."""
    [rule, *_] = rules = rung.refusals[0].rules
    call.tell("outcome", outcome="refused", rules=rules)
    is_said = rule != "O2" or rung.for_own_line
    await call.say(DialRefused(rule if is_said else "", rung.mobile_on_line))
