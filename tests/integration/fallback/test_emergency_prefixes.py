"""112 behind the prefixes that the settings say, without the service (docs/decisions.md, Numbers)."""

from __future__ import annotations

import pytest

from hanvisa.config import Settings
from hanvisa.lab.phones import BaresipPhone
from integration.fallback.fallback_world import ANNA, MAIN, OLLE, World, make_register, rings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def emergency_call(world: World, phone: BaresipPhone, dialled: str) -> str:
    """One that is put through; what Asterisk tells of its channels."""
    line = await phone.call(dialled)
    sos = await world.carrier.rings_at("112")
    await sos.answer()
    await line.until_up()
    channels = (await world.manager.command("core show channels concise")).splitlines()
    told = [await world.manager.command(f"core show channel {channel.split('!')[0]}") for channel in channels]
    await sos.hangup()
    return "\n".join(told)


async def unasked_call(world: World, phone: BaresipPhone, dialled: str) -> None:
    """It is not offered to a service: whether one lives or not, it is the dialplan's."""
    told = await emergency_call(world, phone, dialled)
    assert "HANVISA_ACCOUNT=" in told
    assert "STASISSTATUS=" not in told


async def test_behind_another_outside_line_prefix(anew: World) -> None:
    """And behind the codes that 112 may stand behind."""
    settings = Settings(state=anew.settings.state, outside_prefix="9")
    await anew.project_with(settings, make_register())
    phone = await anew.phone(ANNA)
    for dialled in ("9112", "9112#", "*31#9112", "*9*9112", "*60*9112", "0112", "*31#0112"):
        await unasked_call(anew, phone, dialled)
    await emergency_call(anew, phone, "*99*9112")  # a code that may be the service's, were it there


@pytest.mark.parametrize("prefix", ["*77*", "#9#"])
async def test_behind_another_prefix_of_private_calls(anew: World, prefix: str) -> None:
    settings = Settings(state=anew.settings.state, private_prefix=prefix, outside_prefix="8")
    await anew.project_with(settings, make_register())
    phone = await anew.phone(ANNA)
    for dialled in ("112", "112#", "0112", "8112"):
        await unasked_call(anew, phone, prefix + dialled)


@pytest.mark.parametrize("target", ["112", "0112", "112#", "0112#", "9112"])
async def test_a_caller_is_sent_on_to_112(anew: World, target: str) -> None:
    """By a blind transfer."""
    settings = Settings(state=anew.settings.state, outside_prefix="9")
    await anew.project_with(settings, make_register())
    caller, line = await rings_in(anew, MAIN, await anew.phone(OLLE))
    await line.transfer(target)
    sos = await anew.carrier.rings_at("112")
    await sos.answer()
    await caller.talks_to(sos)


async def test_with_nothing_in_astdb(anew: World) -> None:
    await anew.manager.db_del_tree("hanvisa")
    phone = await anew.phone(ANNA)
    for dialled in (
        "112",
        "112*",
        "0112",
        "+112",
        "*31#0112",
        "*#31#112",
        "*9*0112",
        "*60*112#",
        "*31#*9*112",
    ):
        await unasked_call(anew, phone, dialled)
    await emergency_call(anew, phone, "*99*112")


async def test_a_number_that_only_ends_like_it_is_no_emergency(anew: World) -> None:
    settings = Settings(state=anew.settings.state, outside_prefix="9")
    await anew.project_with(settings, make_register())
    phone = await anew.phone(ANNA)
    for dialled in ("8112", "99112", "1112", "9112112"):
        line = await phone.call(dialled)
        await line.hears(anew.spoken.sentence("unknown"))
        await line.hangup()
    assert not anew.carrier.offered
