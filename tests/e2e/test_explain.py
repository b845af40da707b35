"""A call told afterwards in both languages, over REST and by the command line, and decided again from what was kept."""

import asyncio
import sys

from e2e.support.switchboard import an_operator_with_a_colleague, refused
from e2e.support.world import World
from hanvisa.lab.lines import Line
from hanvisa.lab.system import environment
from hanvisa.lab.waiting import until

SWEDISH = (
    "(Fredrik Ståhl)",
    "Ulla Brandt vill koppla direkt till 070-174 06 05.",
    "Beslut: nekas, enligt O2: Koppling till mobil är inte tillåten utan undantag (O2).",
    "I stället: Tala om mobilnumret: 070-174 06 05. Lämna ut direktnumret: 0980-31 92 01.",
    "Prövat på nytt: samma beslut.",
    "Kopplingen nekades, enligt O2. Den som ringer är kvar hos Ulla Brandt.",
    "Den andra parten hör: «Koppling till mobil är inte tillåten, regel O två.",
    "Den som ringde har lagt på.",
)
ENGLISH = (
    "Ulla Brandt wants to transfer, blind, to 070-174 06 05.",
    "Decision: refused, by O2: Putting through to a mobile is not allowed without an exception (O2).",
    "Instead: Tell the mobile number: 070-174 06 05.",
    "Decided again: the same.",
    "The transfer was refused, by O2. The caller is still with Ulla Brandt.",
    "The caller has hung up.",
)


async def test_a_refused_transfer_is_told_in_both_languages_and_decided_again_the_same(world: World) -> None:
    caller, line = await an_operator_with_a_colleague(world)
    await refused(line.transfer("0701740605"))
    await world.commanded(caller, "koppling till mobil är inte tillåten")
    await caller.hangup()
    call = await ended(world, caller)
    for language, told in (("sv", SWEDISH), ("en", ENGLISH)):
        over_rest = await world.api.text(f"/calls/{call}/explain", language=language)
        missing = [sentence for sentence in told if sentence not in over_rest]
        assert not missing, f"{missing} not in\n{over_rest}"
        assert (await explained(world, call, language)).strip() == over_rest.strip()


async def ended(world: World, caller: Line) -> str:
    """The id of this caller's call, when the log says that it is over."""

    async def over() -> str | None:
        story = await world.story(caller)
        return story.id if story.told["ended_at"] and story.events("closed") else None

    return await until(over, what="the end of the call in the log")


async def explained(world: World, call: str, language: str) -> str:
    """What `hanvisa explain CALL` prints."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hanvisa", "explain", call, "--language", language),
        env=environment(world.settings),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await program.communicate()
    assert program.returncode == 0
    return printed.decode()
