"""The service hangs: connected to Asterisk, but taking no call. After half a second the dialplan goes on alone."""

from datetime import timedelta
from time import monotonic

from e2e.support.outage import hanging
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA
from e2e.support.world import World

MOBILE = "0701740605"
ELSA, FREDRIK = "hallefors-205", "hallefors-206"
TOLD_WITHIN = 2.0  # seconds after ringing in


async def test_an_absent_persons_caller_is_told_by_the_fallback_at_once(world: World) -> None:
    elsa = await world.phone(ELSA)
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    announcement = await world.system.laid_ready(world.person(ELSA).id)
    assert world.system.service_pid is not None
    with hanging(world.system.service_pid):
        began = monotonic()
        caller = await world.citizen("0980319247", dials=world.direct_number(ELSA))
        await caller.until_up(within=LONG)
        up = monotonic() - began
        (heard,) = await caller.hears(announcement, within=LONG)
        assert up + heard.at < TOLD_WITHIN
        assert not elsa.has_rung
        await caller.hangup()


async def test_who_is_there_rings_and_the_service_takes_calls_again_when_it_goes_on(world: World) -> None:
    elsa = await world.phone(ELSA)
    assert world.system.service_pid is not None
    with hanging(world.system.service_pid):
        unserved = await world.citizen("0980319258", dials=world.direct_number(ELSA))
        line = await elsa.rings(within=LONG)
        await line.answer()
        await unserved.talks_to(line, within=LONG)
    await world.given_absent(FREDRIK, reason="sammanträde", until=timedelta(hours=2))
    served = await world.citizen("0980319249", dials=world.direct_number(FREDRIK))
    await world.commanded(served, "Fredrik Ståhl är på sammanträde", within=LONG)
    await unserved.talks_to(line, within=LONG)


async def test_an_operator_with_a_caller_of_whom_the_service_knows_nothing_reaches_no_mobile(
    world: World,
) -> None:
    """O2: a conference in her phone would join them."""
    ulla = await world.phone(ULLA)
    assert world.system.service_pid is not None
    with hanging(world.system.service_pid):
        caller = await world.citizen("0980319250", dials=MAIN_NUMBER)
        line = await ulla.rings(within=LONG)
        await line.answer()
        await caller.talks_to(line, within=LONG)
    await line.hold()
    consultation = await ulla.call(MOBILE)
    await consultation.until_ended(within=LONG)
    assert not world.carrier.rang(MOBILE)
    await line.resume()
    await caller.talks_to(line, within=LONG)
