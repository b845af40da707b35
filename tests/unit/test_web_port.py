"""A web port that somebody else has is waited for; an address that can never be had ends the start with a sentence."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from structlog.testing import capture_logs

from hanvisa import web_port
from hanvisa.errors import ConfigurationError
from hanvisa.lab.waiting import until
from hanvisa.web_port import listen

HOST = "127.0.0.1"
NOT_OURS = "192.0.2.1"  # RFC 5737: for documentation


@pytest_asyncio.fixture
async def runner() -> AsyncIterator[web.AppRunner]:
    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ready")

    app = web.Application()
    app.router.add_get("/", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    yield runner
    await runner.cleanup()


async def answer(port: int) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}/") as response:
        return await response.text()


async def test_a_port_that_somebody_else_has_is_told_of_and_taken_when_it_is_free(
    runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_port, "AGAIN", 0.05)
    taken = socket.create_server((HOST, 0))
    port = taken.getsockname()[1]
    with capture_logs() as told:
        listening = asyncio.create_task(listen(runner, HOST, port))
        await until(lambda: len(told) > 1, what="it has been tried again")
        assert not listening.done()
        taken.close()
        await listening
    assert await answer(port) == "ready"
    first, last = told[0], told[-1]
    assert first["event"] == "web.not_listening"
    assert f"{HOST}:{port}" in first["why"]
    assert "address already in use" in first["why"]
    assert "Calls are served all the same" in first["why"]
    assert "HANVISA_WEB_PORT" in first["why"]
    assert (last["event"], last["at"]) == ("web.listening", f"http://{HOST}:{port}")
    assert len(runner.sites) == 1, "nothing is left of what was tried before"


@pytest.mark.parametrize("host", [NOT_OURS, "no-such-host.invalid"])
async def test_an_address_that_this_machine_does_not_have_is_wrong(runner: web.AppRunner, host: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{host}:8080.*Set HANVISA_WEB_HOST"):
        await listen(runner, host, 8080)


@pytest.mark.parametrize(
    ("error", "is_wrong"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), True),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), True),
        (OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol"), True),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), False),
        (OSError(errno.EADDRINUSE, "Address already in use"), False),
        (OSError(errno.EMFILE, "Too many open files"), False),
        (OSError(errno.ENETDOWN, "Network is down"), False),
    ],
)
async def test_only_what_the_settings_are_to_blame_for_ends_the_start(
    runner: web.AppRunner, monkeypatch: pytest.MonkeyPatch, error: OSError, is_wrong: bool
) -> None:
    monkeypatch.setattr(web_port, "AGAIN", 0.01)
    tried = 0

    async def start(_: web.TCPSite) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise error

    async def stop(_: web.TCPSite) -> None:
        """It has not started."""

    monkeypatch.setattr(web.TCPSite, "start", start)
    monkeypatch.setattr(web.TCPSite, "stop", stop)
    if is_wrong:
        with pytest.raises(ConfigurationError):
            await listen(runner, HOST, 8080)
    else:
        await listen(runner, HOST, 8080)
    assert tried == (1 if is_wrong else 2)
