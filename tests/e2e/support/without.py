"""Calls that the fallback has, beside a service that lives."""

from e2e.support.switchboard import LONG, ULLA
from e2e.support.world import World
from hanvisa.lab.lines import Phone
from hanvisa.lab.waiting import until


async def an_operator_known_to_the_fallback(world: World) -> Phone:
    await world.given_operator(ULLA)
    ulla = await world.phone(ULLA)

    async def known() -> bool:
        return ULLA in await world.system.asterisk.cli("database show hanvisa/operators")

    await until(known, within=LONG, what="the operator in AstDB")
    return ulla


async def is_engaged(world: World, account: str) -> bool:
    """Whoever has this phone is, as the service knows it."""
    presence = await world.api.get(f"/persons/{world.person(account).id}/presence")
    return bool(presence["engaged"])
