"""Places the demo's calls and tells them; exits with 1 when anything differs from what they expect."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp

from hanvisa.config import Settings, read_settings
from hanvisa.errors import HanvisaError, NotFound
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.demo import words
from hanvisa.lab.demo.calls import LAST, DemoCall, read_calls
from hanvisa.lab.demo.given import Given
from hanvisa.lab.demo.own_system import OwnSystem, own_system
from hanvisa.lab.demo.scene import Scene
from hanvisa.lab.town import Town, town
from hanvisa.policy.model import Language, Text
from hanvisa.policy.rules import RULES

CALLS = REPOSITORY / "demo" / "calls"
AT_ONCE = 4  # lanes: a small machine that places more hears worse


def main(arguments: Sequence[str] | None = None) -> int:
    """Place the calls; the exit code."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument(
        "--language", type=Language, choices=list(Language), help="sv or en; default: the setting"
    )
    parser.add_argument(
        "--calls", type=Path, default=CALLS, metavar="FOLDER", help="other calls than those of demo/calls"
    )
    parser.add_argument(
        "numbers", type=int, nargs="*", metavar="NUMBER", help="only these calls; default: all"
    )
    chosen = parser.parse_args(arguments)
    try:
        settings = read_settings()
        calls = _chosen(read_calls(chosen.calls), chosen.numbers, chosen.calls)
        demo = Demo(chosen.language or Language(settings.language))
        return asyncio.run(demo.run(settings, calls))
    except (HanvisaError, OSError) as error:
        sys.stderr.write(f"dev demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _chosen(calls: Sequence[DemoCall], numbers: Sequence[int], folder: Path) -> list[DemoCall]:
    """Those of these ``numbers``; none: all. Raises NotFound where there are none."""
    if not calls:
        raise NotFound(f"There are no calls in {folder}: no file NAME.toml with a [[call]].")
    lacking = sorted(set(numbers) - {call.number for call in calls})
    if lacking:
        raise NotFound(f"There is no call {lacking[0]} in {folder}: they are 1 to {len(calls)}.")
    return [call for call in calls if not numbers or call.number in numbers]


@dataclass
class Telling:
    """What came of a call. ``wrong`` is what differed, or could not be taken back."""

    call: DemoCall
    sentences: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Demo:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._own: OwnSystem | None = None

    async def run(self, settings: Settings, calls: Sequence[DemoCall]) -> int:
        """Place the calls; the exit code."""
        async with (
            self._system(settings) as (used, called),
            town(used, Town, self._language) as people,
        ):
            calls = list(self._possible(calls))
            self._say(words.BEGINNING, count=len(calls), system=called)
            began = monotonic()
            tellings = await self._place(people, calls)
        differing = [telling.call.number for telling in tellings if telling.wrong]
        seconds = monotonic() - began
        if not differing:
            self._say(words.ALL_WELL, count=len(calls), seconds=seconds)
            self._say_which_rules(calls)
            return 0
        self._say(
            words.SOME_DIFFER,
            differing=len(differing),
            count=len(calls),
            seconds=seconds,
            numbers=", ".join(map(str, differing)),
        )
        return 1

    @asynccontextmanager
    async def _system(self, settings: Settings) -> AsyncIterator[tuple[Settings, str]]:
        """The system that runs with these settings, else one of the demo's own; and what it is called."""
        if await _is_ready(settings):
            yield settings, words.FOUND_RUNNING.in_(self._language).format(state=settings.state)
            return
        self._say(words.STARTING)
        async with own_system(settings) as self._own:
            yield self._own.system.settings, words.OWN.in_(self._language)

    def _say_which_rules(self, calls: Sequence[DemoCall]) -> None:
        met = {rule for call in calls for rule in call.rules}
        unmet = [rule for rule in RULES if rule not in met]
        self._say(words.RULES_UNMET if unmet else words.RULES_MET, count=len(RULES), unmet=", ".join(unmet))

    def _possible(self, calls: Sequence[DemoCall]) -> Iterator[DemoCall]:
        for call in calls:
            if self._own or not call.own_system:
                yield call
            else:
                self._say(words.NOT_HERE, number=call.number)

    async def _place(self, people: Town, calls: Sequence[DemoCall]) -> list[Telling]:
        """Place the calls, lane beside lane, and tell each as soon as those before it are told."""
        places = {call.number: asyncio.get_running_loop().create_future() for call in calls}
        lanes: dict[str, list[DemoCall]] = {}
        for call in calls:
            lanes.setdefault(call.lane, []).append(call)
        operators = Given(people)
        await close_operators(people, operators)
        tellings = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._place_lanes(people, lanes, places))
                for call in calls:
                    telling = await places[call.number]
                    self._tell(telling)
                    tellings.append(telling)
        finally:
            for why in await operators.take_back():
                self._say(words.NOT_TAKEN_BACK, why=why)
        return tellings

    async def _place_lanes(
        self, people: Town, lanes: dict[str, list[DemoCall]], places: dict[int, asyncio.Future[Telling]]
    ) -> None:
        """A few at once, and the last lane when the others are done."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def place(lane: Sequence[DemoCall]) -> None:
            async with turns:
                for call in lane:
                    places[call.number].set_result(await self._place_one(people, call))

        async with asyncio.TaskGroup() as group:
            for name, lane in lanes.items():
                if name != LAST:
                    group.create_task(place(lane))
        await place(lanes.get(LAST, ()))

    async def _place_one(self, people: Town, call: DemoCall) -> Telling:
        scene = Scene(people, call, self._language, self._own)
        telling = Telling(call, scene.told)
        try:
            await scene.begin()
            for step in call.steps:
                try:
                    await scene.do(step)
                except (AssertionError, TimeoutError, OSError, aiohttp.ClientError, HanvisaError) as error:
                    telling.wrong.append(words.DIFFERS.in_(self._language).format(step=step, why=error))
                    break
        finally:
            for why in await scene.end():
                telling.wrong.append(words.NOT_TAKEN_BACK.in_(self._language).format(why=why))
        return telling

    def _tell(self, telling: Telling) -> None:
        sys.stdout.write(f"\n{telling.call.number:2}  {telling.call.title.in_(self._language)}\n")
        for sentence in telling.sentences:
            sys.stdout.write(f"    {sentence}\n")
        for wrong in telling.wrong:
            sys.stdout.write(f"    ✗ {wrong}\n")
        if not telling.wrong:
            rules = f" ({', '.join(telling.call.rules)})" if telling.call.rules else ""
            sys.stdout.write(f"    ✓ {words.AS_EXPECTED.in_(self._language)}{rules}\n")
        sys.stdout.flush()

    def _say(self, text: Text, **values: Any) -> None:
        sys.stdout.write(f"\n{text.in_(self._language).format(**values)}\n")
        sys.stdout.flush()


async def close_operators(people: Town, given: Given) -> None:
    """The calls open the operators whom they need, one to a lane."""
    for operator in await people.api.items("/operators"):
        await given.operator(operator["phone"], "closed")


async def _is_ready(settings: Settings) -> bool:
    """Whether the service of these settings runs and is ready."""
    url = f"http://{settings.web_host}:{settings.web_port}/health/ready"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(url) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


if __name__ == "__main__":
    sys.exit(main())
