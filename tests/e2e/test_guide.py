"""The superuser's spoken guide to the telephone, on real phones (O3)."""

from e2e.support.switchboard import LONG
from e2e.support.world import World

TOLD = (
    "Du anmäler den med stjärna två tre",
    "Du är tillbaka med fyrkant två tre",
    "En egen hälsning för frånvaron talar du in med stjärna två fem",
    "Ditt namn talar du in med stjärna två fyra",
    "Dina meddelanden hör du med stjärna två sex",
    "Vad som är inställt hör du med stjärna två två",
    "Du vidarekopplar telefonen med stjärna två ett",
    "Du avslutar vidarekopplingen med fyrkant två ett",
    "Nästa samtal omfattas av sekretess med stjärna två åtta",
    "Hotsamtal märker du medan det pågår, med stjärna två nio",
)
ASA, OSKAR = "hallefors-294", "ljusnarsberg-404"


async def test_a_superuser_is_told_the_telephones_functions_step_by_step(world: World) -> None:
    """O3. Two goes on; after the last it is over."""
    line = await (await world.siplet(ASA)).call("*200%23")
    await world.hears(line, "Välkommen till guiden om telefonen", pieces=1, within=LONG)
    for told in TOLD:
        await line.press("2")
        await world.hears(line, told, pieces=1, within=LONG)
    await line.press("2")
    await world.hears(line, "Guiden är slut", within=LONG)
    await line.until_ended(within=LONG)
    assert (await world.story(line)).rules == ["O3"]


async def test_somebody_else_hears_which_superuser_to_ask(world: World) -> None:
    """O3."""
    line = await (await world.siplet(OSKAR)).call("*200%23")
    await world.hears(line, "Guiden är till för superanvändare. Fråga Äsa Wikner", within=LONG)
    await line.until_ended(within=LONG)
