"""A real CalDAV server (Radicale) on loopback, and what a person does to a calendar there."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from hanvisa.lab.waiting import until

USER, PASSWORD = "hanvisa", "grön häst"


@dataclass
class Calendar:
    """One calendar of the server, as its owner changes it."""

    url: str
    session: aiohttp.ClientSession

    async def make(self) -> None:
        async with self.session.request("MKCALENDAR", self.url) as answer:
            assert answer.status == 201

    async def put(self, name: str, *lines: str) -> None:
        body = "".join(
            f"{line}\r\n"
            for line in (
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//test//",
                "BEGIN:VEVENT",
                f"UID:{name}",
                "DTSTAMP:20260101T000000Z",
                *lines,
                "END:VEVENT",
                "END:VCALENDAR",
            )
        )
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        async with self.session.put(f"{self.url}{name}.ics", data=body.encode(), headers=headers) as answer:
            assert answer.status in (201, 204), await answer.text()

    async def delete(self, name: str) -> None:
        async with self.session.delete(f"{self.url}{name}.ics") as answer:
            assert answer.status == 200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running_radicale(folder: Path) -> AsyncIterator[Calendar]:
    """A server with one calendar, which is empty."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    port = free_port()
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain",
        "storage-filesystem-folder": str(folder / "collections"),
        "logging-level": "error",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    log = (folder / "radicale.log").open("wb")
    server = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL", "--"),
        *(sys.executable, "-m", "radicale", "--config", ""),
        *words,
        cwd=folder,
        stdout=log,
        stderr=log,
    )
    auth = {"Authorization": aiohttp.encode_basic_auth(USER, PASSWORD)}
    try:
        async with aiohttp.ClientSession(headers=auth) as session:

            async def answers() -> bool:
                assert server.returncode is None, (folder / "radicale.log").read_text()
                try:
                    async with session.get(f"http://127.0.0.1:{port}/.web/"):
                        return True
                except aiohttp.ClientConnectionError:
                    return False

            await until(answers, within=30, what="Radicale")
            calendar = Calendar(f"http://127.0.0.1:{port}/{USER}/kalender/", session)
            await calendar.make()
            yield calendar
    finally:
        server.kill()
        await server.wait()
        log.close()
