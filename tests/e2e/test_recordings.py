"""What people record of themselves by phone, and what their callers hear of it (G1)."""

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab.hearing import Samples, melody

PIA = "ljusnarsberg-405"
NAME, GREETING = melody(405, 0.9), melody(504, 1.2)


async def records(world: World, code: str, say: str, said: Samples, kept: str) -> None:
    """Pia dials the code, speaks after the tone, hears herself, and keeps it."""
    line = await (await world.siplet(PIA)).call(f"{code}%23")
    await world.hears(line, say, pieces=1, within=LONG)
    await line.press("5")
    await world.hears(line, "♩", within=LONG)
    await line.says(said)
    await line.press("#")
    await world.commanded(line, "Tryck ett för att spara", within=LONG)
    await line.hears(said, within=LONG)
    await line.press("1")
    await world.hears(line, kept, pieces=1, within=LONG)
    await line.until_ended(within=LONG)


async def test_callers_hear_a_persons_own_greeting_and_name_and_the_facts_all_the_same(world: World) -> None:
    """G1: who, why and until when are told whatever the greeting says."""
    await records(world, "*24", "Säg ditt namn efter tonen", NAME, "Namnet är sparat")
    await world.given_absent(PIA)
    await records(world, "*25", "Tala in din hälsning efter tonen", GREETING, "Hälsningen är sparad")
    caller = await world.citizen("0980319241", dials=world.direct_number(PIA))
    await world.hears(caller, "Pia Linder är på sammanträde och är tillbaka", pieces=4, within=LONG)
    for sound in (GREETING, NAME):
        assert caller.has_heard(sound)
    await caller.hangup()
