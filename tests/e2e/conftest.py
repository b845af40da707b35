"""One system for the whole run, on free ports and in a folder of its own, with the demo directory and short timers."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from e2e.support.cluster import Cluster
from e2e.support.world import World
from hanvisa.config import Settings
from hanvisa.lab import hearing
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.own import take_speech
from hanvisa.lab.phrasebook import fixed_phrases
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.system import System
from hanvisa.lab.town import town
from hanvisa.policy.model import Language

FAILED = REPOSITORY / ".state" / "failed"
LOG_LINES = 80
TEXTS = 6  # from the base port: where a test may put a gateway for text messages
TEXT_TOKEN = SecretStr("user:secret-of-the-gateway")
MAIL = 20  # of the ports, that of a mail server; a test that wants mails opens it


@pytest.fixture(scope="package")
def settings(spoken: Path) -> Iterator[Settings]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    try:
        take_speech(spoken, state)
        shutil.copy(spoken / "hanvisa.sqlite", state)
        base_port = free_base_port()
        yield Settings(
            state=state,
            base_port=base_port,
            text_url=f"http://127.0.0.1:{base_port + TEXTS}/sms",
            text_token=TEXT_TOKEN,
            text_template="46elks",
            text_from="Hallefors",
            smtp_host="127.0.0.1",
            smtp_port=base_port + MAIL,
            smtp_starttls=False,
            ring_person=2,
            ring_operator=2,
            ring_in_turn=2,
            queue_say_every=5,
            whisper="never",
            callback_again=0.5,
            camp_on=8,
            camp_on_retry=0.5,
            key_wait=2,
            message_longest=10,
            message_silence=2,
            log_linger=0.05,
            mobile_tone_after=8,
            mobile_tone_every=8,
        )
    finally:
        shutil.rmtree(state)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def one_world(settings: Settings) -> AsyncIterator[World]:
    """The system with everybody around it."""
    async with (
        AsyncExitStack() as at_last,
        System(settings, urgent=True) as system,
        town(settings, World) as people,
    ):
        people.system, people.at_last = system, at_last
        await system.speech_is_made()
        # The first phrase that a test tells from all others must not take so long that its call is over meanwhile.
        await asyncio.to_thread(hearing.learn, fixed_phrases(settings.state, Language.SV))
        yield people


@pytest_asyncio.fixture(loop_scope="session")
async def world(one_world: World) -> AsyncIterator[World]:
    """The world as it is before any call, and as it must be after."""
    await one_world.begins()
    yield one_world
    await one_world.ends()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them share the event loop that the phones live on."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows the SIP ladder, the calls', the service's and Asterisk's log, and keeps what was heard."""
    report = yield
    world, cluster = (getattr(item, "funcargs", {}).get(name) for name in ("world", "cluster"))
    if report.failed and isinstance(world, World):
        report.sections += [
            ("heard (A-law, 8 kHz)", "\n".join(map(str, _keep_recordings(world, item.name)))),
            ("SIP ladder", world.ladder()),
            ("calls", "\n".join(world.call_log_of_this_test())),
            ("service", "\n".join(world.service_log_of_this_test().splitlines()[-LOG_LINES:])),
            ("Asterisk", world.system.asterisk.log(LOG_LINES)),
        ]
    if report.failed and isinstance(cluster, Cluster):
        report.sections += [("SIP ladder", cluster.ladder()), ("nodes", cluster.told())]
    return report


def _keep_recordings(world: World, test: str) -> Iterator[Path]:
    folder = FAILED / test
    folder.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(world.lines(), start=1):
        path = folder / f"{number}-{line.name}.alaw"
        line.recording.save(path)
        yield path
