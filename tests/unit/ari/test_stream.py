"""The event stream and the commands against a small HTTP server that does what Asterisk does on a bad day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import islice

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hanvisa.ari import client as client_module
from hanvisa.ari import stream
from hanvisa.ari.client import Client
from hanvisa.ari.control import AriControl
from hanvisa.ari.stream import LONGEST_DELAY, Stream, _delays
from hanvisa.calls.signals import Key, NodeLost, Reconnected, Signal
from hanvisa.errors import Gone, Refused, Unavailable

KEY = '{"type": "ChannelDtmfReceived", "digit": "%s", "duration_ms": 90, "channel": {"id": "c"}}'


class BadAsterisk:
    """Serves ARI's paths. ``said`` is what each websocket sends before it is closed; ``answers`` are by path."""

    def __init__(self) -> None:
        self.said: list[list[str]] = []
        self.answers: dict[str, Callable[[], web.StreamResponse]] = {}
        self.hanging = asyncio.Event()
        self.connections = 0

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        if self.said:
            for text in self.said.pop(0):
                await socket.send_str(text)
            await socket.close()
        else:
            await self.hanging.wait()
        return socket

    async def command(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/ari")
        if path == "/hangs":
            await self.hanging.wait()
        return self.answers.get(path, lambda: web.json_response({}))()


@pytest.fixture
def asterisk() -> BadAsterisk:
    return BadAsterisk()


@pytest.fixture
async def client(asterisk: BadAsterisk) -> AsyncIterator[Client]:
    app = web.Application()
    app.router.add_get("/ari/events", asterisk.events)
    app.router.add_route("*", "/ari/{path:.*}", asterisk.command)
    server = TestServer(app)
    await server.start_server()
    client = Client(str(server.make_url("/")).rstrip("/"), "user", "password")
    yield client
    asterisk.hanging.set()
    client.close()
    await server.close()


async def collect(client: Client, wanted: int, node: str = "") -> list[Signal]:
    """The first signals of a stream."""
    signals: list[Signal] = []
    enough = asyncio.Event()

    def deliver(signal: Signal) -> None:
        signals.append(signal)
        if len(signals) == wanted:
            enough.set()

    reading = asyncio.create_task(Stream(client, "hanvisa-test", deliver, node).run())
    try:
        async with asyncio.timeout(10):
            await enough.wait()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return signals


async def test_each_connection_is_told_and_reading_goes_on_in_the_next(
    asterisk: BadAsterisk, client: Client
) -> None:
    asterisk.said = [[KEY % "1"], [KEY % "2"]]
    assert await collect(client, 5) == [
        Reconnected(),
        Key("c", "1"),
        Reconnected(),
        Key("c", "2"),
        Reconnected(),
    ]


async def test_an_undecodable_event_is_passed_over(asterisk: BadAsterisk, client: Client) -> None:
    asterisk.said = [["nonsense", '{"type": "StasisStart"}', KEY % "3"]]
    assert await collect(client, 2) == [Reconnected(), Key("c", "3")]


async def test_a_connection_that_cannot_be_set_up_is_tried_again(
    asterisk: BadAsterisk, client: Client
) -> None:
    asterisk.answers["/applications/hanvisa-test/eventFilter"] = lambda: (
        web.Response(status=500) if asterisk.connections < 3 else web.json_response({})
    )
    assert await collect(client, 1) == [Reconnected()]
    assert asterisk.connections == 3


@pytest.mark.parametrize("node", ["n1", ""])
async def test_a_node_that_is_there_later_than_we_counts_as_one_that_is_back(
    asterisk: BadAsterisk, client: Client, monkeypatch: pytest.MonkeyPatch, node: str
) -> None:
    """Where it was cut off with the service that led there, that one is to find out first that another leads."""
    monkeypatch.setattr(stream, "LATE", 0.2)
    asterisk.answers["/applications/hanvisa-test/eventFilter"] = lambda: (
        web.Response(status=500) if asterisk.connections < 4 else web.json_response({})
    )
    asterisk.said = [[], [], [], [KEY % "1"], []]
    back = [NodeLost(node)] if node else []
    assert await collect(client, 3 + len(back), node) == [
        *back,
        Reconnected(node),
        Key("c", "1"),
        Reconnected(node),
    ]


def test_delays_grow_with_jitter_to_a_bound() -> None:
    several = [list(islice(_delays(), 12)) for _ in range(20)]
    assert all(0.05 <= delays[0] <= 0.1 for delays in several)
    assert all(LONGEST_DELAY / 2 <= delays[-1] <= LONGEST_DELAY for delays in several)
    assert len({delays[-1] for delays in several}) > 1


async def test_a_command_that_hangs_has_failed_in_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", 0.05)
    with pytest.raises(Unavailable, match="GET /hangs"):
        await client.command("GET", "/hangs")


async def test_nobody_listening_is_unavailable() -> None:
    client = Client("http://127.0.0.1:1", "user", "password")
    with pytest.raises(Unavailable):
        await client.command("GET", "/asterisk/ping")
    client.close()


async def test_a_channel_that_is_gone_is_told_from_a_refused_command(
    asterisk: BadAsterisk, client: Client
) -> None:
    asterisk.answers["/channels/gone"] = lambda: web.json_response(
        {"message": "Channel not found"}, status=404
    )
    asterisk.answers["/channels/busy"] = lambda: web.json_response({"message": "no"}, status=409)
    with pytest.raises(Gone):
        await client.command("DELETE", "/channels/gone")
    with pytest.raises(Refused, match="409"):
        await client.command("DELETE", "/channels/busy")


async def test_a_variable_that_is_not_set_is_empty_and_one_of_no_channel_is_gone(
    asterisk: BadAsterisk, client: Client
) -> None:
    control = AriControl(client, "hanvisa-test")
    missing = lambda: web.json_response({"message": "not found"}, status=404)  # noqa: E731
    asterisk.answers["/channels/c/variable"] = missing
    assert await control.variable("c", "HANVISA_CALL") == ""
    asterisk.answers["/channels/c"] = missing
    with pytest.raises(Gone):
        await control.variable("c", "HANVISA_CALL")


async def test_only_channels_in_applications_of_ours_are_ours(asterisk: BadAsterisk, client: Client) -> None:
    asterisk.answers["/applications"] = lambda: web.json_response(
        [
            {"name": "hanvisa-dead", "channel_ids": ["c1", "c2"]},
            {"name": "hanvisa-test", "channel_ids": ["c3"]},
            {"name": "another", "channel_ids": ["c4"]},
        ]
    )
    assert await AriControl(client, "hanvisa-test").held_by_our_apps() == {
        "c1": False,
        "c2": False,
        "c3": True,
    }


async def raw_server(*answers: bytes) -> tuple[asyncio.Server, Client]:
    """A server that gives each connection these bytes, one after the other, and then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, Client(f"http://127.0.0.1:{port}", "user", "password")


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("nonsense", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 20_000])
async def test_an_answer_that_cannot_be_understood_is_none(nonsense: bytes) -> None:
    server, client = await raw_server(nonsense)
    with pytest.raises(Unavailable):
        await client.command("GET", "/asterisk/ping")
    client.close()
    server.close()


async def test_a_connection_is_used_again_and_a_closed_one_is_not() -> None:
    server, client = await raw_server(OK, OK.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent"))
    for _ in range(4):
        assert await client.command("GET", "/asterisk/ping") == {}
    client.close()
    server.close()


async def test_an_answer_may_come_in_pieces() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in OK:
            writer.write(bytes((byte,)))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "user", "password")
    assert await client.command("GET", "/asterisk/ping") == {}
    client.close()
    server.close()
