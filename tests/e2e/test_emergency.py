"""112 is put through at once, and the operators are told who dialled it and where."""

import pytest

from e2e.support.events import watch
from e2e.support.switchboard import (
    LONG,
    ULLA,
    VIKTOR,
    an_operator_with_a_caller,
    put_through,
    shown_at,
)
from e2e.support.world import World
from hanvisa.lab.api import Json
from hanvisa.lab.waiting import until

ROGER = "ljusnarsberg-406"


async def test_the_operators_are_told_who_dials_112_and_where(world: World) -> None:
    seen: list[Json] = []
    watching = watch(world, seen)
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


async def test_a_caller_whom_an_operator_puts_through_to_112_alarms_the_others(world: World) -> None:
    caller, line = await an_operator_with_a_caller(world)
    await world.given_operator(VIKTOR)
    viktor = await world.siplet(VIKTOR)
    sos = await put_through(line.transfer("*60*112"), world.mobile("112", within=LONG))
    await caller.talks_to(sos, within=LONG)
    told = await viktor.rings(within=LONG)
    await shown_at(world, VIKTOR, "112 0980-31 92 46")
    await told.answer()
    await world.hears(told, "Nödsamtal. Någon, på nummer", pieces=3, in_call_of=caller, within=LONG)
    await told.until_ended(within=LONG)
    assert not caller.has_ended


@pytest.mark.parametrize("dialled", ["*60*112", "*63**60*112"])
async def test_what_operators_dial_before_a_number_keeps_nobody_from_112(world: World, dialled: str) -> None:
    line = await (await world.phone(ULLA)).call(dialled)
    sos = await world.mobile("112", within=LONG)
    await sos.answer()
    await line.talks_to(sos, within=LONG)
    viktor = await world.siplet(VIKTOR)
    await world.given_operator(VIKTOR)  # who is told of it now, and not whoever opens after this test
    await viktor.rings(within=LONG)
