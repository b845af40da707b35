"""Where the service goes for a calendar: nowhere on its own networks unless they are named, and it tells no ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hanvisa.calendars.http import CalendarHttp
from hanvisa.calendars.keeper import read_calendar
from hanvisa.calendars.reach import Network, may_be_at, open_session
from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.errors import CalendarError

DAYS = date(2026, 3, 2), date(2026, 3, 16)
LOOPBACK = (ip_network("127.0.0.1"),)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.180.14.5", "2a00:1450:400f::1", "64:ff9b::808:808"])
def test_it_may_be_on_the_internet(address: str) -> None:
    assert may_be_at(address, ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.7",
        "10.2.3.4",
        "172.16.0.1",
        "192.168.1.10",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.2.3.4",
        "::127.0.0.1",
        "64:ff9b::a02:304",
        "2002:a02:304::1",
        "2001:0:a02:304::1",
    ],
)
def test_it_is_on_no_network_of_ones_own_unless_it_is_named(address: str) -> None:
    assert not may_be_at(address, ())
    assert not may_be_at(address, [ip_network("10.3.0.0/16"), ip_network("fd01::/16")])


@pytest.mark.parametrize("address", ["10.2.3.4", "::ffff:10.2.3.4", "fd00::1"])
def test_it_may_be_where_it_is_named(address: str) -> None:
    assert may_be_at(address, [ip_network("10.2.0.0/16"), ip_network("fd00::/16")])


@dataclass
class Server:
    """Sends everybody on to ``to``."""

    port: int
    to: str = ""
    asked: int = 0


@asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    async def answer(_: web.Request) -> web.Response:
        server.asked += 1
        return web.Response(status=302, headers={"Location": server.to})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as running:
        server = Server(running.port or 0)
        yield server


async def refused(url: str, own: tuple[Network, ...] = ()) -> CalendarError:
    source = Source(uuid4(), uuid4(), url, CalendarKind.ICAL)
    async with open_session(own) as session:
        with pytest.raises(CalendarError) as error:
            await read_calendar(CalendarHttp(dict, within=5), session, source, DAYS)
    return error.value


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_what_is_on_this_machine_is_not_asked_by_whatever_name(host: str) -> None:
    async with running_server() as server:
        error = await refused(f"http://{host}:{server.port}/")
    assert server.asked == 0
    assert error.what.en == (
        f"{host.strip('[]')} is on a network of your own: name the network in HANVISA_CALENDAR_NETWORKS, "
        "if calendars may be read there"
    )


async def test_nor_where_a_calendar_has_moved_there() -> None:
    async with running_server() as server:
        server.to = "http://127.0.0.2/"
        error = await refused(f"http://127.0.0.1:{server.port}/", LOOPBACK)
    assert server.asked == 1
    assert "name the network" in error.what.en


async def test_nobody_but_an_administrator_learns_what_is_there() -> None:
    """A port that is closed, one at which something else answers, and an address that is not let through."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n")
        writer.close()

    other = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    try:
        errors = [
            await refused(f"https://127.0.0.1:{port}/", LOOPBACK),
            await refused(f"http://127.0.0.1:{port}/", LOOPBACK),
            await refused(f"https://127.0.0.1:{port}/"),
        ]
    finally:
        other.close()
        await other.wait_closed()
    errors.append(await refused(f"https://127.0.0.1:{port}/", LOOPBACK))
    assert {error.told.en for error in errors} == {
        "127.0.0.1 can't be reached: see that the address is right, else have the administrator look why"
    }
    assert len({error.what.en for error in errors}) > 1
