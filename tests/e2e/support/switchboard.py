"""At the switchboard: an operator with somebody on the line, and what becomes of a transfer.

caller, line = await an_operator_with_a_caller(world)
await refused(line.transfer("0701740605"))
"""

import asyncio
from collections.abc import Awaitable

import pytest

from e2e.support.world import World
from hanvisa.lab.lines import Line, Phone, TransferRefusedError
from hanvisa.lab.waiting import until

ULLA = "hallefors-290"
VIKTOR = "hallefors-291"
MAIN_NUMBER = "0980319200"
DECLINED = 603
LONG = 20.0


async def an_operator_with_a_caller(
    world: World,
    *,
    operator: str = ULLA,
    dials: str = MAIN_NUMBER,
    number: str = "0980319246",
    phone: Phone | None = None,
) -> tuple[Line, Line]:
    """A citizen has rung the main number (or another that an operator answers) and talks with them: their lines.

    ``phone`` is an odd one.
    """
    await world.given_operator(operator)
    phone = phone or await world.phone(operator)
    caller = await world.citizen(number, dials=dials)
    if dials == MAIN_NUMBER:
        await past_the_greeting(caller)
    line = await phone.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    return caller, line


async def an_operator_with_a_colleague(
    world: World, *, operator: str = ULLA, colleague: str = "hallefors-206", phone: Phone | None = None
) -> tuple[Line, Line]:
    """A colleague has rung the operator's own extension and talks with them: their lines. ``phone`` is an odd one."""
    phone, caller = phone or await world.phone(operator), await world.phone(colleague)
    line = await caller.call(operator.rpartition("-")[2])
    answered = await phone.rings(within=LONG)
    await answered.answer()
    await line.talks_to(answered, within=LONG)
    return line, answered


async def past_the_greeting(caller: Line) -> None:
    """Any key ends it: nobody need hear it in every test."""
    await caller.until_up(within=LONG)
    await caller.press("1")


async def refused(transfer: Awaitable[None], status: int | None = DECLINED) -> None:
    """The phone that asked for the transfer is told this status, and nobody was rung."""
    with pytest.raises(TransferRefusedError) as refusal:
        await transfer
    assert refusal.value.status == status, refusal.value


async def put_through(transfer: Awaitable[None], ringing: Awaitable[Line]) -> Line:
    """The transfer is carried out, and the telephone that it rings answers: its line."""
    asked = asyncio.ensure_future(transfer)
    line = await ringing
    await line.answer()
    await asked
    return line


async def an_operator_for_alarms(world: World) -> Phone:
    """Somebody who will be told of a call to 112: an alarm that nobody has heard would ring in the next test."""
    await world.given_operator(ULLA)
    return await world.phone(ULLA)


async def hears_an_alarm(operator: Phone) -> None:
    """The operator is rung because of a call to 112, and is told of it."""
    line = await operator.rings(within=LONG)
    await line.answer()
    await line.until_ended(within=LONG)


async def nobody_outside_was_rung(world: World) -> None:
    """No call has gone out to the carrier since the test began: no mobile rang."""
    rung = [line.number_called for line in world.carrier.offered if hasattr(line, "number_called")]
    assert not rung, f"the carrier was asked to ring {rung}"


async def settled(world: World) -> None:
    """The fallback's announcements are made: until then a start keeps the machine busy, and writes may be late."""

    def written() -> bool:
        return "family=nobody" in world.service_log()

    await until(written, within=60, what="the first announcements written")


async def shown_at(world: World, phone: str, words: str) -> None:
    """An INVITE with these words as its caller's name has reached the phone."""

    def shown() -> bool:
        return any(
            message.partition("\n")[2].startswith("INVITE") and f"{phone}@" in message and words in message
            for message in world.trace
        )

    await until(shown, within=LONG, what=lambda: f"{words!r} on the display of {phone}")


async def comes_back(world: World, caller: Line, operator: Phone, words: str) -> Line:
    """The caller is with the operator again, whose phone has shown why: the operator's new line."""
    line = await operator.rings(within=LONG)
    await shown_at(world, operator.name, words)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    return line
