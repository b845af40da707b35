"""SIP of any kind, in the midst of calls: nobody else notices, nothing is left, no exception trace is logged.

That nothing is left and nothing was logged as a trace is checked at the end of every test (World.ends).
"""

import asyncio
from contextlib import suppress
from random import Random

from e2e.support.switchboard import LONG, MAIN_NUMBER, an_operator_with_a_caller
from e2e.support.tearing import torn
from e2e.support.world import World
from hanvisa.lab.lines import Line, Phone, TransferRefusedError
from hanvisa.lab.waiting import until

DAVID, ELSA, FREDRIK = "hallefors-204", "hallefors-205", "hallefors-206"
MOBILE = "0701740605"
COPIES = 6
ROUNDS = 3
ALL_ENDED = 40.0  # seconds: an answer that nobody acknowledges is given up after 32 (RFC 3261, 13.3.1.4)


async def test_torn_messages_of_a_phone_and_the_carrier_harm_nobody_else(world: World) -> None:
    talking, line = await an_operator_with_a_caller(world)
    david, elsa = await world.phone(DAVID), await world.siplet(ELSA)
    answering = asyncio.create_task(_answers(await world.phone(FREDRIK)))
    elsa.sends_first = world.carrier.sends_first = torn(Random(26), copies=COPIES)  # noqa: S311 - no secret
    for _ in range(ROUNDS):
        await _use_a_phone(await elsa.call("206"))
        await _give_up(await elsa.call(MOBILE))
        for dialled in (world.direct_number(FREDRIK), MAIN_NUMBER):
            await _use_a_phone(await world.citizen("0980319244", dials=dialled))
    answering.cancel()
    elsa.forget()
    world.carrier.sends_first = lambda _: ()
    await talking.talks_to(line, within=LONG)
    caller = await world.citizen("0980319246", dials=world.direct_number(DAVID))
    rung = await david.rings(within=LONG)
    await rung.answer()
    await caller.talks_to(rung, within=LONG)
    await world.go_home()
    await world.nothing_left(within=ALL_ENDED)


async def _answers(phone: Phone) -> None:
    while True:
        await (await phone.rings(within=LONG * LONG)).answer()


async def _use_a_phone(line: Line) -> None:
    """All that a phone may send in a call. That a torn message may end it is the sender's own affair."""
    await until(lambda: line.is_up or line.has_ended, within=LONG, what="any answer")
    with suppress(TransferRefusedError, TimeoutError, AssertionError):
        await line.hold()
        await line.resume()
        await line.press("1")
        await line.transfer(MOBILE, within=2)
    await line.hangup()


async def _give_up(line: Line) -> None:
    await until(lambda: line.is_ringing or line.has_ended, within=LONG, what="any answer")
    await line.hangup()
