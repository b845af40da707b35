"""Text messages to a real HTTP server: each comes once, whatever happens on the way."""

import asyncio
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hanvisa.lab.texting import CUT, HANG, FakeGateway
from hanvisa.lab.waiting import until
from hanvisa.policy.texts import TextMessage
from hanvisa.testing import FakeClock
from hanvisa.texts.gateway import HttpGateway
from hanvisa.texts.outbox import TextOutbox
from hanvisa.texts.template import Account, Template, parse, read_template

ACCOUNT = Account("Hallefors", "user:secret")
TEXT = TextMessage("+46701740690", "Direktnummer till Örjan Löfgren, Nora kommun: 08-465 004 01")
FORM = read_template("46elks", ACCOUNT)
WITH_KEY = parse(
    'Content-Type: application/json\nAuthorization: Bearer {token}\nIdempotency-Key: {id}\n\n{"to": "{to}", '
    '"message": "{message}"}'
)
SHORT = 1.0  # seconds in which a gateway must have answered, where it never will

PROGRAM = """
import asyncio, pathlib, sys
from hanvisa.policy.texts import TextMessage
from hanvisa.testing import FakeClock
from hanvisa.texts.gateway import HttpGateway
from hanvisa.texts.outbox import TextOutbox
from hanvisa.texts.template import Account, read_template
account = Account("Hallefors", "user:secret")
gateway = HttpGateway(sys.argv[2], read_template("46elks", account), account)
outbox = TextOutbox(pathlib.Path(sys.argv[1]), gateway, FakeClock())
outbox.queue("a", TextMessage("+46701740690", "Direktnummer"))
asyncio.run(outbox.run())
"""


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with FakeGateway() as gateway:
        yield gateway


@asynccontextmanager
async def sending(
    folder: Path, gateway: FakeGateway, template: Template = FORM, *, within: float = 10.0
) -> AsyncIterator[TextOutbox]:
    """The outbox runs, as in the service."""
    to = HttpGateway(gateway.url, template, ACCOUNT, within=within)
    outbox = TextOutbox(folder, to, FakeClock(), retry=0.02, retry_most=0.05)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(folder: Path, *aside: str) -> None:
    """Nothing waits any more, nothing is being sent; these have been set aside."""

    def left() -> list[str]:
        return sorted(
            file.name for file in folder.iterdir() if file.name != "lock" and file.suffix != ".sent"
        )

    wanted = [f"{id_}.aside" for id_ in aside]
    await until(lambda: left() == wanted, what=lambda: f"{wanted}, not {left()}")


def was_asked_once(gateway: FakeGateway) -> bool:
    return [request.fields["to"] for request in gateway.requests] == [TEXT.to]


async def test_a_message_as_the_gateway_wants_it(tmp_path: Path, gateway: FakeGateway) -> None:
    with capture_logs() as logs:
        async with gateway.listening(), sending(tmp_path, gateway) as outbox:
            outbox.queue("a", TEXT)
            await settled(tmp_path)
    (request,) = gateway.requests
    assert request.fields == {"to": TEXT.to, "from": "Hallefors", "message": TEXT.words}
    assert request.head["authorization"] == f"Basic {b64encode(b'user:secret').decode()}"
    assert [each["event"] for each in logs] == ["texts.sent"]
    assert "secret" not in str(logs)
    assert TEXT.to not in str(logs)


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_gateway_that_can_not_now_is_asked_again(
    tmp_path: Path, gateway: FakeGateway, status: int
) -> None:
    gateway.answers.extend([status, status])
    async with gateway.listening(), sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        await settled(tmp_path)
    assert len(gateway.requests) == 3


@pytest.mark.parametrize("status", [302, 400, 401, 404])
async def test_what_can_not_get_better_is_asked_once(
    tmp_path: Path, gateway: FakeGateway, status: int
) -> None:
    gateway.answers.append(status)
    with capture_logs() as logs:
        async with gateway.listening(), sending(tmp_path, gateway) as outbox:
            outbox.queue("a", TEXT)
            await settled(tmp_path, "a")
    assert was_asked_once(gateway)
    assert [(each["event"], each["why"]) for each in logs] == [("texts.refused", f"status {status}")]


async def test_refused_connections_are_tried_until_somebody_listens(
    tmp_path: Path, gateway: FakeGateway
) -> None:
    with capture_logs() as logs:
        async with sending(tmp_path, gateway) as outbox:
            outbox.queue("a", TEXT)
            await until(lambda: [each["event"] for each in logs].count("texts.not_now") >= 2)
            async with gateway.listening():
                await settled(tmp_path)
    assert was_asked_once(gateway)


async def test_a_restart_in_between(tmp_path: Path, gateway: FakeGateway) -> None:
    async with sending(tmp_path, gateway) as outbox:
        outbox.queue("a", TEXT)
        outbox.queue("b", TEXT)
    async with gateway.listening(), sending(tmp_path, gateway):
        await settled(tmp_path)
    async with sending(tmp_path, gateway):
        await settled(tmp_path)
    assert len(gateway.requests) == 2


@pytest.mark.parametrize("fault", [CUT, HANG, 502, 504])
async def test_whoever_may_have_taken_it_is_not_asked_again(
    tmp_path: Path, gateway: FakeGateway, fault: int
) -> None:
    gateway.answers.append(fault)
    with capture_logs() as logs:
        async with gateway.listening(), sending(tmp_path, gateway, within=SHORT) as outbox:
            outbox.queue("a", TEXT)
            await settled(tmp_path, "a")
    assert was_asked_once(gateway)
    assert [each["event"] for each in logs] == ["texts.unsure"]


async def test_a_service_killed_in_the_moment_of_sending_has_not_sent_it_twice(
    tmp_path: Path, gateway: FakeGateway
) -> None:
    gateway.answers.append(HANG)
    async with gateway.listening():
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(tmp_path), gateway.url
        )
        try:
            await until(lambda: gateway.requests, within=20)
        finally:
            killed.kill()
            await killed.wait()
        with capture_logs() as logs:
            async with sending(tmp_path, gateway):
                await settled(tmp_path, "a")
    assert was_asked_once(gateway)
    assert [each["event"] for each in logs] == ["texts.unsure"]


@pytest.mark.parametrize("fault", [CUT, HANG, 504])
async def test_but_one_that_recognises_it_by_its_key_is(
    tmp_path: Path, gateway: FakeGateway, fault: int
) -> None:
    gateway.answers.append(fault)
    async with gateway.listening(), sending(tmp_path, gateway, WITH_KEY, within=SHORT) as outbox:
        outbox.queue("a", TEXT)
        await settled(tmp_path)
    assert [request.head["idempotency-key"] for request in gateway.requests] == ["a", "a"]


async def test_a_gateway_that_hangs_holds_up_no_other_message(tmp_path: Path, gateway: FakeGateway) -> None:
    gateway.answers.append(HANG)
    async with gateway.listening(), sending(tmp_path, gateway, within=SHORT) as outbox:
        outbox.queue("a", TEXT)
        await until(lambda: gateway.requests)
        outbox.queue("b", TEXT)
        await settled(tmp_path, "a")


async def test_one_that_is_away_for_a_while_has_each_message_once(
    tmp_path: Path, gateway: FakeGateway
) -> None:
    async with gateway.listening(), sending(tmp_path, gateway, within=SHORT) as outbox:
        with capture_logs() as logs:
            async with gateway.away():
                outbox.queue("a", TEXT)
                await until(lambda: logs, what="it was refused")
            await settled(tmp_path)
        async with gateway.hanging():
            outbox.queue("b", TEXT)
            await settled(tmp_path, "b")
    assert logs[0]["event"] == "texts.not_now"
    assert len(gateway.requests) == 2
