"""112 is put through at once, and the operators are told who dialled it and where."""

import asyncio

from e2e.support.switchboard import LONG, ULLA, shown_at
from e2e.support.world import World
from hanvisa.lab.api import Json
from hanvisa.lab.waiting import until

ROGER = "ljusnarsberg-406"


async def test_the_operators_are_told_who_dials_112_and_where(world: World) -> None:
    seen: list[Json] = []

    async def watch() -> None:
        async for event in world.api.events("/live/events", None):
            seen.append(event)  # noqa: PERF401 - it never ends

    watching = asyncio.create_task(watch())
    await world.given_operator(ULLA)
    ulla = await world.siplet(ULLA)
    line = await (await world.phone(ROGER)).call("112")
    sos = await world.mobile("112", within=LONG)
    await sos.answer()
    await line.talks_to(sos, within=LONG)

    told = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "112 Roger Strand")
    await told.answer()
    await world.hears(
        told, "Nödsamtal. Roger Strand, på anknytning fyra noll sex", in_call_of=line, within=LONG
    )
    await told.until_ended(within=LONG)
    assert line.is_up
    assert "command_failed" not in world.service_log_of_this_test()
    await until(lambda: seen, within=LONG, what="the event")
    watching.cancel()
    [event] = [one for one in seen if one["type"] == "emergency"]
    assert event["data"]["person"]["name"] == "Roger Strand"
    assert (event["data"]["extension"], event["data"]["site"]) == ("406", "Kommunhuset i Kopparberg")


async def test_where_no_operator_is_there_the_first_who_opens_is_told(world: World) -> None:
    await world.given_operator(ULLA, "closed")
    ulla = await world.siplet(ULLA)
    line = await (await world.phone(ROGER)).call("112")
    sos = await world.mobile("112", within=LONG)
    await sos.answer()
    await line.talks_to(sos, within=LONG)
    assert (await world.story(line, within=LONG)).outcome == "emergency"
    assert not ulla.has_rung
    await world.given_operator(ULLA)
    told = await ulla.rings(within=LONG)
    await shown_at(world, ULLA, "112 Roger Strand")
    await told.answer()
    await world.hears(told, "Nödsamtal. Roger Strand", pieces=2, in_call_of=line, within=LONG)
