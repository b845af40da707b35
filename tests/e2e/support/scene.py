"""Three callers, in three kinds of stage, in the midst of whom something fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from e2e.support.switchboard import (
    LONG,
    MAIN_NUMBER,
    ULLA,
    an_operator_with_a_caller,
    past_the_greeting,
    refused,
)
from e2e.support.world import World
from hanvisa.lab.api import readiness
from hanvisa.lab.lines import Line
from hanvisa.lab.probing import http_status
from hanvisa.lab.stories import Heard
from hanvisa.lab.town import web_of
from hanvisa.lab.waiting import until

ELSA = "hallefors-205"
MOBILE = "0701740605"
TAKEN_ON_WITHIN = timedelta(seconds=3)


@dataclass
class Scene:
    """Three callers: one talks with Ulla, one waits for her, one listens to why Elsa is away."""

    talking: Line
    line: Line  # Ulla's
    waiting: Line
    listening: Line
    speech: Heard

    @property
    def callers(self) -> tuple[Line, ...]:
        return self.talking, self.waiting, self.listening


async def a_scene(world: World) -> Scene:
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))
    talking, line = await an_operator_with_a_caller(world)
    waiting = await world.citizen("0980319239", dials=MAIN_NUMBER)
    await past_the_greeting(waiting)
    await world.commanded(waiting, "Alla telefonister är upptagna", within=LONG)
    await waiting.press("5")
    listening = await world.citizen("0980319240", dials=world.direct_number(ELSA))
    speech = await world.commanded(listening, "Elsa Hedström är på sammanträde", within=LONG)
    await listening.hears(speech.files[0], within=LONG)
    return Scene(talking, line, waiting, listening, speech)


async def is_refused_with_the_reason(world: World, scene: Scene) -> None:
    """A transfer to a mobile is decided, and the operator hears why: who hangs up before has the caller again."""
    await refused(scene.line.transfer(MOBILE))
    told = await world.commanded(scene.talking, "koppling till mobil är inte tillåten", within=LONG)
    await scene.line.hears(*told.files, within=LONG)


async def who_waits_is_next(world: World, scene: Scene) -> None:
    """Ulla hangs up, is rung for the caller who waits, and they talk."""
    ulla = await world.phone(ULLA)
    await scene.line.hangup()
    line = await ulla.rings(within=LONG)
    await line.answer()
    await scene.waiting.talks_to(line, within=LONG)


async def taken_on_at(world: World, caller: Line) -> datetime:
    """When the restarted service has taken on this caller's call, by the call log."""

    async def adopted() -> datetime | None:
        events = (await world.story(caller)).told["events"]
        moments = [event["at"] for event in events if event["data"].get("type") == "adopted"]
        return datetime.fromisoformat(moments[-1]) if moments else None

    return await until(adopted, within=LONG, what=f"{caller.name}'s call taken on")


async def is_missing(world: World, part: str) -> bool:
    """Whether the service names it when asked if it is ready."""
    return part in (await readiness(web_of(world.settings)))["missing"]


async def is_ready(world: World, status: int = 200) -> bool:
    """Whether the service answers so when asked if it is ready."""
    return await http_status(world.settings.web_host, world.settings.web_port, "/health/ready") == status
