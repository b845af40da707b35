"""The superuser's spoken guide to the telephone, on real phones (O3)."""

from e2e.support.switchboard import LONG
from e2e.support.world import World

ASA, OSKAR = "hallefors-294", "ljusnarsberg-404"


async def test_a_superuser_is_told_the_telephones_functions_step_by_step(world: World) -> None:
    """O3. Two goes on, one is again, star ends."""
    line = await (await world.siplet(ASA)).call("*200%23")
    await world.hears(line, "Välkommen till guiden om telefonen", pieces=1, within=LONG)
    await line.press("2")
    await world.hears(line, "Du anmäler den med stjärna två tre", pieces=1, within=LONG)
    await line.press("2")
    await world.hears(line, "Du är tillbaka med fyrkant två tre", pieces=1, within=LONG)
    await line.press("*")
    await world.hears(line, "Guiden är slut", within=LONG)
    await line.until_ended(within=LONG)
    assert (await world.story(line)).rules == ["O3"]


async def test_somebody_else_hears_which_superuser_to_ask(world: World) -> None:
    """O3."""
    line = await (await world.siplet(OSKAR)).call("*200%23")
    await world.hears(line, "Guiden är till för superanvändare. Fråga Äsa Wikner", within=LONG)
    await line.until_ended(within=LONG)
