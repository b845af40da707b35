"""A real Asterisk with a dialplan that is not ours asks over FastAGI (dialplan/examples/fastagi.conf)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from hanvisa.agi.answers import Answers
from hanvisa.agi.server import AgiServer
from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import Prompt
from hanvisa.config import Settings
from hanvisa.lab import alaw, hearing
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import PolicyException, ScopeKind
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.testing import FakeVoice, MemoryDirectory
from integration.fallback.fallback_world import (
    ANNA,
    ANNA_MOBILE,
    CAJSA,
    World,
    id_of,
    make_register,
    running_world,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = 10.0


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


class TwoMelodies(FakeVoice):
    """Says everything as two files."""

    def __init__(self, sounds: Path) -> None:
        self.files = tuple(str(sounds / f"spoken-{number}") for number in (1, 2))
        for number, file in enumerate(self.files):
            Path(file).with_suffix(".alaw").write_bytes(alaw.encode(hearing.melody(number, 0.8)))

    def say(self, prompt: Prompt, language: Language, at: datetime) -> Spoken:
        return Spoken(self.files, f"“{prompt!r}” \\ \n {language} {at}")


def not_ours(settings: Settings) -> Path:
    """A folder with the example and a plain dialplan."""
    folder = settings.state / "dialplan"
    folder.mkdir()
    example = (REPOSITORY / "dialplan" / "examples" / "fastagi.conf").read_text(encoding="utf-8")
    (folder / "example.conf").write_text(example.replace("4573", str(settings.agi_port)))
    (folder / "plain.conf").write_text((Path(__file__).parent / "dialplan.conf").read_text())
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[World]:
    async with running_world(not_ours) as world:
        await world.project(make_register())
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: World) -> AsyncIterator[World]:
    yield running
    await running.at_rest()


@pytest_asyncio.fixture(loop_scope="module")
async def directory(world: World) -> AsyncIterator[MemoryDirectory]:
    """The register that the server answers from."""
    register = MemoryDirectory(make_register())
    voice = TwoMelodies(world.settings.state / "sounds")
    answers = Answers(register, voice, Now(), NumberPlan(), lambda: "refuse", Language.SV)
    server = asyncio.create_task(AgiServer(world.settings.agi_port, answers).run())
    yield register
    server.cancel()
    await asyncio.gather(server, return_exceptions=True)


async def told(world: World, dialled: str) -> str:
    """What the dialplan was told of this call."""

    async def written() -> str | None:
        return (await world.manager.db_tree("told")).get(f"/told/{dialled}")

    return await until(written, within=LONG, what=f"what {dialled} was told")


@pytest.mark.usefixtures("directory")
async def test_an_absent_persons_caller_hears_the_referrals_files(world: World) -> None:
    line = await (await world.phone(CAJSA)).call("202")
    await line.hears(*TwoMelodies(world.settings.state / "sounds").files, within=LONG)
    await line.until_ended(within=LONG)


@pytest.mark.usefixtures("directory")
async def test_who_is_there_is_rung(world: World) -> None:
    anna = await world.phone(ANNA)
    calling = await (await world.phone(CAJSA)).call("201")
    line = await anna.rings(within=LONG)
    await line.answer()
    await calling.talks_to(line, within=LONG)


async def test_a_mobile_is_refused_and_with_an_exception_rung_once(
    world: World, directory: MemoryDirectory
) -> None:
    cajsa = await world.phone(CAJSA)
    refused = await cajsa.call(ANNA_MOBILE)
    assert await told(world, ANNA_MOBILE) == "refuse O2 tell_mobile_number,give_direct_number,take_message "
    await refused.until_ended(within=LONG)
    now = datetime.now(UTC)
    exception = PolicyException(
        id=id_of("exception"),
        scope=ScopeKind.EVERYONE,
        reason="jour",
        granted_by="chefen",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        max_uses=1,
    )
    directory.register = directory.register.replace(exceptions=(exception,))
    allowed = await cajsa.call(ANNA_MOBILE)
    mobile = await world.carrier.rings_at(ANNA_MOBILE, LONG)
    await mobile.answer()
    await allowed.talks_to(mobile, within=LONG)
    assert directory.register.exceptions.rows[0].uses == 1
    await allowed.hangup()
    again = await cajsa.call(ANNA_MOBILE)
    await again.until_ended(within=LONG)
    assert (await told(world, ANNA_MOBILE)).startswith("refuse O2")


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("dialled", "says"),
    [
        ("300", "refuse “shoe_size=43” is not understood. Write name=value, of target, kind, operator"),
        ("301", "There is no script “nonsense”. Ask for decide or referral."),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong_and_the_call_goes_on(
    world: World, dialled: str, says: str
) -> None:
    anna = await world.phone(ANNA)
    calling = await (await world.phone(CAJSA)).call(dialled)
    line = await anna.rings(within=LONG)
    await line.answer()
    await calling.talks_to(line, within=LONG)
    assert (await told(world, dialled)).startswith(says)


async def test_where_nobody_answers_a_mobile_is_refused_and_an_extension_rung(world: World) -> None:
    await world.manager.db_del_tree("told")
    anna, cajsa = await world.phone(ANNA), await world.phone(CAJSA)
    refused = await cajsa.call(ANNA_MOBILE)
    await refused.until_ended(within=LONG)
    assert (await told(world, ANNA_MOBILE)).startswith("refuse")
    calling = await cajsa.call("201")
    line = await anna.rings(within=LONG)
    await line.answer()
    await calling.talks_to(line, within=LONG)
